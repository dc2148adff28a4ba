"""What a person changes in the ledger, with the commands: each function is the inside of one transaction.

Each changes only what is in the state that it is meant for, so that it can be said twice, and beside a running service.
"""

from datetime import date, datetime

from sqlalchemy import Connection, String, cast, delete, func, insert, or_, select, update

from triage.ledger.cases import keep
from triage.ledger.deliveries import delivery_of, finish, post
from triage.ledger.mails import FINAL, LONGEST_TEXT, OPEN, entry
from triage.ledger.stories import of_either, tell
from triage.ledger.tables import about, case, chapter, delivery, mail, raw, subject_of, suppressed
from triage.model import Case, Chapter, Delivery, DeliveryState, Entry, Letter, MailState

LEFT_TO_A_PERSON = (MailState.HELD, MailState.ASIDE)
AGAIN = (*LEFT_TO_A_PERSON, MailState.DROPPED)


def one(c: Connection, number: int) -> Entry | None:
    row = c.execute(select(mail).where(mail.c.id == number)).mappings().one_or_none()
    return entry(row) if row else None


def left(c: Connection, limit: int) -> tuple[Entry, ...]:
    rows = select(mail).where(mail.c.state.in_(LEFT_TO_A_PERSON)).order_by(mail.c.decided.desc(), mail.c.id.desc())
    return tuple(entry(row) for row in c.execute(rows.limit(limit)).mappings())


def replay(c: Connection, number: int, now: datetime) -> bool:
    """Where it was filed it stays: nobody can find a moved mail by its old place."""
    step = update(mail).where(mail.c.id == number, mail.c.state.in_(AGAIN))
    began = {"state": MailState.RECEIVED, "attempts": 0, "because": "", "trace": "", "decision": "", "decided": None}
    if not c.execute(step.values(began)).rowcount:
        return False
    tell(c, Chapter(now, "worked on again, by hand", mail=number))
    return True


def dismissed(c: Connection, number: int, now: datetime) -> bool:
    """A person has looked at it, and nothing is to be done."""
    held = one(c, number)
    step = update(mail).where(mail.c.id == number, mail.c.state.in_(LEFT_TO_A_PERSON))
    if held is None or not c.execute(step.values(state=MailState.DROPPED)).rowcount:
        return False
    tell(c, Chapter(now, f"closed by hand; it was {held.state.value}: {held.because}", mail=number))
    return True


def closed(c: Connection, kept: Case, now: datetime) -> int:
    """The case as it is closed; its notes that still wait will not go out. Returns how many those were."""
    number = keep(c, kept)
    tell(c, Chapter(now, f"closed: {kept.because}", case=number))
    return discarded(c, None, number, now)


def discarded(c: Connection, of_mail: int | None, of_case: int | None, now: datetime) -> int:
    step = update(delivery).where(of_either(of_mail, of_case), delivery.c.state == DeliveryState.WAITING)
    values = {"state": DeliveryState.DISCARDED, "because": "discarded by a person", "done": now}
    mails = c.execute(step.values(values).returning(delivery.c.mail)).scalars().all()
    for number in {m for m in mails if m is not None}:
        finish(c, number)
    return len(mails)


def released(c: Connection, of_mail: int | None, of_case: int | None, now: datetime) -> int:
    step = update(delivery).where(of_either(of_mail, of_case), delivery.c.state == DeliveryState.WAITING)
    cases = c.execute(step.values(state=DeliveryState.DUE, due=now).returning(delivery.c.case)).scalars().all()
    if cases:
        tell(c, Chapter(now, "released by hand", mail=of_mail, case=next((n for n in cases if n is not None), None)))
    return len(cases)


def deliveries(c: Connection, of_mail: int | None, of_case: int | None) -> tuple[Delivery, ...]:
    rows = select(delivery).where(of_either(of_mail, of_case)).order_by(delivery.c.id)
    return tuple(delivery_of(row) for row in c.execute(rows).mappings())


def waiting(c: Connection) -> tuple[Delivery, ...]:
    rows = select(delivery).where(delivery.c.state == DeliveryState.WAITING).order_by(delivery.c.id)
    return tuple(delivery_of(row) for row in c.execute(rows).mappings())


# ---- the digest


def announced(c: Connection, name: str) -> date | None:
    """The day on which such a letter was last written."""
    found = c.execute(select(about.c.value).where(about.c.name == name)).scalar()
    return date.fromisoformat(found) if found else None


def announce(c: Connection, name: str, letter: Letter, day: date, now: datetime) -> bool:
    """At most one a day, recorded together with the letter: a crash in between can neither lose nor double it."""
    last = announced(c, name)
    if last is not None and last >= day:
        return False
    c.execute(delete(about).where(about.c.name == name))
    c.execute(insert(about).values(name=name, value=day.isoformat()))
    post(c, letter, now)
    return True


# ---- forgetting a person


def forgotten(c: Connection, address: str, now: datetime) -> tuple[int, int]:
    """Everything about one address goes, but for mails that are being worked on; how many mails, and how many stay."""
    who = address.lower()
    theirs = or_(
        func.lower(mail.c.sender) == who,
        mail.c.asker == who,
        func.lower(cast(mail.c.answer_to, String)).contains(f'"{who}"', autoescape=True),
    )
    found = tuple(entry(row) for row in c.execute(select(mail).where(theirs)).mappings())
    gone = [e for e in found if e.state not in OPEN]
    for one_of_them in gone:
        _scrub(c, one_of_them, now)
    c.execute(delete(delivery).where(func.lower(delivery.c.recipient) == who))
    c.execute(delete(case).where(func.lower(case.c.owner) == who))
    for number, to in c.execute(select(case.c.id, case.c.addressees)).all():
        if any(a.lower() == who for a in to):
            c.execute(update(case).where(case.c.id == number).values(addressees=[a for a in to if a.lower() != who]))
    c.execute(delete(suppressed).where(suppressed.c.address == who))
    return len(gone), len(found) - len(gone)


def _scrub(c: Connection, old: Entry, now: datetime) -> None:
    """A mail that still lies in its folder would look new without its row: its row stays, without anything in it."""
    if old.filed and old.state in FINAL:
        c.execute(delete(mail).where(mail.c.id == old.id))
        return
    for table in (raw, subject_of, delivery, chapter):
        c.execute(delete(table).where(table.c.mail == old.id))
    nothing = {
        "state": MailState.DROPPED, "decision": "drop", "because": "forgotten on request"[:LONGEST_TEXT], "sender": "",
        "subject": "", "understood": "", "leading": "", "answer_to": [], "asker": "", "content": "", "trace": "",
        "decided": now,
    }  # fmt: skip
    c.execute(update(mail).where(mail.c.id == old.id).values(nothing))
