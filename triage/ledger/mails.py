"""Mails in the ledger: each function is the inside of one transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, RowMapping, and_, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.sql.elements import ColumnElement

from triage.ledger.tables import about, delivery, folder, mail, raw, subject_of, suppressed
from triage.model import (
    Arrival,
    Asking,
    DeliveryState,
    Drop,
    Entry,
    Forward,
    History,
    Hold,
    Listed,
    MailKey,
    MailState,
    Place,
    Reply,
)

OPEN = (MailState.RECEIVED, MailState.READ, MailState.ADMITTED)
FINAL = (MailState.ANSWERED, MailState.HELD, MailState.DROPPED, MailState.ASIDE)
ANSWERING = (MailState.ADMITTED, MailState.DIAGNOSED, MailState.ANSWERED)
REPEAT = timedelta(days=7)  # how long a notice counts as answered
JUST_NOW = timedelta(minutes=10)  # longer than any pause between two polls that goes well
AT_ONCE = 500  # parameters of one statement
_Place = tuple[str, str, int]  # account, folder, UIDVALIDITY
LONGEST_TEXT = 2000  # characters of a subject or a reason that are kept


def unknown(c: Connection, listed: Iterable[Listed], now: datetime) -> tuple[Listed, ...]:
    mails = tuple(listed)
    for place, keys in _by_place(mails).items():
        _remember_folder(c, place, len(keys), now)
    known = {key for place, keys in _by_place(mails).items() for key in _known_in(c, place, keys)}
    return tuple(m for m in mails if m.key not in known)


def journal(c: Connection, arrival: Arrival, content: str, now: datetime, sender: str = "") -> int:
    known = c.execute(select(mail.c.id).where(_at(arrival.key))).scalar()
    if known is not None:
        return int(known)
    _start(c, now)
    key = arrival.key
    values = {
        "account": key.account, "folder": key.folder, "uidvalidity": key.uidvalidity, "uid": key.uid,
        "content": content, "arrived": arrival.arrived, "journaled": now, "state": MailState.RECEIVED,
        "sender": sender[:320],
    }  # fmt: skip
    number = c.execute(insert(mail).values(values).returning(mail.c.id)).scalar_one()
    c.execute(insert(raw).values(mail=number, octets=arrival.raw))
    return int(number)


def open_mails(c: Connection) -> tuple[Entry, ...]:
    rows = c.execute(select(mail).where(mail.c.state.in_(OPEN)).order_by(mail.c.arrived, mail.c.id))
    return tuple(entry(row) for row in rows.mappings())


def entries(c: Connection, limit: int) -> tuple[Entry, ...]:
    return tuple(entry(row) for row in c.execute(select(mail).order_by(mail.c.id.desc()).limit(limit)).mappings())


def octets(c: Connection, number: int) -> bytes:
    return bytes(c.execute(select(raw.c.octets).where(raw.c.mail == number)).scalar_one())


def attempt(c: Connection, number: int) -> int:
    change = update(mail).where(mail.c.id == number).values(attempts=mail.c.attempts + 1)
    return int(c.execute(change.returning(mail.c.attempts)).scalar_one())


def read(c: Connection, number: int, sender: str, subject: str, understood: str, notices: tuple[str, ...]) -> None:
    values = {
        "state": MailState.READ, "sender": sender[:320], "subject": subject[:LONGEST_TEXT],
        "understood": understood[:LONGEST_TEXT],
    }  # fmt: skip
    c.execute(_while(number, OPEN).values(values))
    c.execute(delete(subject_of).where(subject_of.c.mail == number))
    for key in dict.fromkeys(notices):
        c.execute(insert(subject_of).values(mail=number, key=key))


def admitted(c: Connection, number: int, asker: str, decision: Reply | Forward, now: datetime) -> None:
    to = [decision.to] if isinstance(decision, Reply) else list(decision.to)
    values = {
        "state": MailState.ADMITTED, "decision": kind(decision), "because": decision.because, "answer_to": to,
        "asker": asker.lower(), "decided": now,
    }  # fmt: skip
    c.execute(_while(number, OPEN).values(values))


def ended(c: Connection, number: int, decision: Hold | Drop, now: datetime) -> None:
    state = MailState.HELD if isinstance(decision, Hold) else MailState.DROPPED
    values = {"state": state, "decision": kind(decision), "because": decision.because, "answer_to": [], "decided": now}
    c.execute(_while(number, OPEN).values(values))


def set_aside(c: Connection, number: int, because: str, trace: str, now: datetime) -> None:
    values = {"state": MailState.ASIDE, "because": because[:LONGEST_TEXT], "trace": trace[-20_000:], "decided": now}
    c.execute(_while(number, OPEN).values(values))


def unfiled(c: Connection) -> tuple[tuple[MailKey, Place], ...]:
    # `likely` keeps SQLite from the index of the states, which leads to almost all mails there are.
    rows = c.execute(select(mail).where(func.likely(mail.c.state.in_(FINAL)), ~mail.c.filed).order_by(mail.c.id))
    found = tuple(entry(row) for row in rows.mappings())
    return tuple((e.key, e.state.place) for e in found if e.state.place is not None)


def filed(c: Connection, key: MailKey) -> int:
    """Its number; 0 where nobody knows it."""
    return c.execute(update(mail).where(_at(key)).values(filed=True).returning(mail.c.id)).scalar() or 0


def forget(c: Connection, before: datetime) -> int:
    """Only filed mails go: one that still lies in its folder would look new without its row."""
    undone = exists().where(
        delivery.c.mail == mail.c.id,
        delivery.c.state.in_((DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.WAITING)),
    )
    old = delete(mail).where(mail.c.state.in_(FINAL), mail.c.filed, mail.c.journaled < before, ~undone)
    return c.execute(old).rowcount


def history(c: Connection, asking: Asking, now: datetime) -> History:
    """Answers are counted from the moment of their admission, so that mails in hand count, too.

    Towards the caps counts whatever made us ask the network, though it was held in the end: else a sender whose own
    domain takes no mail could have us look at any number of names.
    """
    me = select(mail).where(mail.c.id == asking.mail)
    mine = c.execute(me).one_or_none()
    day = now - timedelta(days=1)
    ours = _thread(c, asking.references)
    address_hour, address_day, domain_day, all_hour, all_day = _answers(c, asking, now - timedelta(hours=1), day)
    return History(
        content_answered=_was_answered(c, asking, mine.content) if mine else False,
        address_hour=address_hour,
        address_day=address_day,
        domain_day=domain_day,
        all_hour=all_hour,
        all_day=all_day,
        notice_answered=_notice_answered(c, asking, now),
        thread_answers=len(ours),
        thread_case=next((number for number in ours if number is not None), None),
        commands_day=_commands(c, asking, day),
        suppressed=c.execute(
            select(suppressed.c.because).where(suppressed.c.address == asking.sender, suppressed.c.until > now)
        ).scalar(),
        first_start=_started(c),
        backlog=_backlog(c, mine) if mine else 0,
    )


def entry(r: RowMapping) -> Entry:
    return Entry(
        id=r[mail.c.id],
        key=MailKey(r[mail.c.account], r[mail.c.folder], r[mail.c.uidvalidity], r[mail.c.uid]),
        content=r[mail.c.content],
        arrived=r[mail.c.arrived],
        journaled=r[mail.c.journaled],
        state=MailState(r[mail.c.state]),
        attempts=r[mail.c.attempts],
        sender=r[mail.c.sender],
        subject=r[mail.c.subject],
        understood=r[mail.c.understood],
        leading=r[mail.c.leading],
        decision=r[mail.c.decision],
        to=tuple(r[mail.c.answer_to] or ()),
        because=r[mail.c.because],
        filed=r[mail.c.filed],
        decided=r[mail.c.decided],
    )


def kind(decision: Reply | Forward | Hold | Drop) -> str:
    return type(decision).__name__.lower()


def _while(number: int, states: tuple[MailState, ...]):
    """A guarded change: a step that runs twice finds the mail past it, and does no harm."""
    return update(mail).where(mail.c.id == number, mail.c.state.in_(states))


def _at(key: MailKey) -> ColumnElement[bool]:
    return and_(
        mail.c.account == key.account,
        mail.c.folder == key.folder,
        mail.c.uidvalidity == key.uidvalidity,
        mail.c.uid == key.uid,
    )


def _by_place(mails: Iterable[Listed]) -> dict[_Place, list[MailKey]]:
    found: dict[_Place, list[MailKey]] = {}
    for key in (m.key for m in mails):
        found.setdefault((key.account, key.folder, key.uidvalidity), []).append(key)
    return found


def _known_in(c: Connection, place: _Place, keys: list[MailKey]) -> set[MailKey]:
    """Of these alone: the ledger keeps months of mails, and a folder holds a few."""
    account, name, validity = place
    there = select(mail.c.uid).where(mail.c.account == account, mail.c.folder == name, mail.c.uidvalidity == validity)
    found = set[MailKey]()
    for start in range(0, len(keys), AT_ONCE):
        uids = [key.uid for key in keys[start : start + AT_ONCE]]
        found |= {
            MailKey(account, name, validity, uid) for uid in c.execute(there.where(mail.c.uid.in_(uids))).scalars()
        }
    return found


def _remember_folder(c: Connection, place: _Place, mails: int, now: datetime) -> None:
    account, name, validity = place
    _start(c, now)
    at = and_(folder.c.account == account, folder.c.folder == name, folder.c.uidvalidity == validity)
    if c.execute(select(folder.c.mails).where(at)).scalar() is None:
        new = {"account": account, "folder": name, "uidvalidity": validity, "first_seen": now, "mails": mails}
        c.execute(insert(folder).values(new))


def _start(c: Connection, now: datetime) -> None:
    if _started(c) is None:
        c.execute(insert(about).values(name="started", value=now.isoformat()))


def _started(c: Connection) -> datetime | None:
    text = c.execute(select(about.c.value).where(about.c.name == "started")).scalar()
    return datetime.fromisoformat(text) if text else None


def writes_on_top(c: Connection, server: str, seen: bool) -> bool:
    """Once seen, known for good; a server of another name is looked at anew."""
    name = f"on top {server}"[:40]
    known = c.execute(select(about.c.value).where(about.c.name == name)).scalar() == server
    if seen and not known:
        c.execute(delete(about).where(about.c.name == name))
        c.execute(insert(about).values(name=name, value=server))
    return known or seen


def _backlog(c: Connection, mine: Row[tuple[object, ...]]) -> int:
    """How many mails lay in this mail's folder when we first saw it; 0 where this one came later, or just before.

    An empty folder tells nothing of itself, so the first mails after an empty start are seen together with it.
    """
    at = and_(
        folder.c.account == mine.account, folder.c.folder == mine.folder, folder.c.uidvalidity == mine.uidvalidity
    )
    began = c.execute(select(folder.c.mails).where(at, folder.c.first_seen >= mine.arrived + JUST_NOW)).scalar()
    return int(began or 0)


def _answers(c: Connection, asking: Asking, hour: datetime, day: datetime) -> tuple[int, ...]:
    """For the address in the hour and the day, for its domain in the day, for all in the hour and the day."""
    asker, lately = mail.c.asker == asking.sender, mail.c.decided > hour
    domain = mail.c.asker.endswith("@" + asking.sender.rpartition("@")[2], autoescape=True)
    after_all = and_(mail.c.state.in_((MailState.HELD, MailState.ASIDE)), ~mail.c.understood.startswith("command:"))
    counted = or_(mail.c.state.in_(ANSWERING), after_all)
    counts = [func.count().filter(counted, *which) for which in ((asker, lately), (asker,), (domain,), (lately,), ())]
    # Only an admitted mail has an asker: the index leaves all others out, however many there are.
    others = select(*counts).where(mail.c.asker != text("''"), mail.c.decided > day, mail.c.id != asking.mail)
    return tuple(map(int, c.execute(others).one()))


def _was_answered(c: Connection, asking: Asking, content: str) -> bool:
    copies = exists().where(mail.c.id != asking.mail, mail.c.state.in_(ANSWERING), mail.c.content == content)
    return bool(c.execute(select(copies)).scalar())


def _notice_answered(c: Connection, asking: Asking, now: datetime) -> datetime | None:
    """When this sender last got an answer about all of these notices."""
    moments: list[datetime] = []
    for key in asking.notices:
        about_it = (
            select(func.max(mail.c.decided))
            .join(subject_of, subject_of.c.mail == mail.c.id)
            .where(subject_of.c.key == key, mail.c.asker == asking.sender, mail.c.id != asking.mail)
            .where(mail.c.state.in_(ANSWERING), mail.c.decided > now - REPEAT)
        )
        found = c.execute(about_it).scalar()
        if found is None:
            return None
        moments.append(found)
    return min(moments, default=None)


def _thread(c: Connection, references: tuple[str, ...]) -> list[int | None]:
    """The case of every note of ours that these ids name, newest first."""
    if not references:
        return []
    ours = select(delivery.c.case).where(delivery.c.message_id.in_(references)).order_by(delivery.c.id.desc())
    return list(c.execute(ours).scalars())


def _commands(c: Connection, asking: Asking, since: datetime) -> int:
    obeyed = select(func.count()).select_from(mail).where(
        mail.c.asker == asking.sender, mail.c.id != asking.mail, mail.c.decided > since,
        mail.c.understood.startswith("command:"),
    )  # fmt: skip
    return int(c.execute(obeyed).scalar_one())
