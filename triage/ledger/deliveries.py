"""Letters on their way, and the cases that they belong to: each function is the inside of one transaction."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, exists, func, insert, select, update

from triage.ledger.cases import forget_closed, keep
from triage.ledger.mails import FINAL, LONGEST_TEXT, OPEN, kind
from triage.ledger.stories import tell
from triage.ledger.tables import delivery, mail
from triage.model import Case, Chapter, Delivery, DeliveryState, Drop, Forward, Hold, Letter, MailState, Reply, Written

UNDONE = (DeliveryState.WAITING, DeliveryState.DUE, DeliveryState.SENDING)


def diagnosed(c: Connection, number: int, written: Written, now: datetime) -> None:
    decision = written.decision
    values: dict[str, object] = {
        "leading": written.leading[:LONGEST_TEXT], "because": decision.because, "decision": kind(decision),
    }  # fmt: skip
    match decision:
        case Reply(to=to):
            values |= {"state": MailState.DIAGNOSED, "answer_to": [to]}
        case Forward(to=to):
            values |= {"state": MailState.DIAGNOSED, "answer_to": list(to)}
        case Hold():
            values |= {"state": MailState.HELD, "answer_to": []}
        case Drop():
            values |= {"state": MailState.DROPPED, "answer_to": []}
    step = update(mail).where(mail.c.id == number, mail.c.state.in_(OPEN)).values(values)
    if c.execute(step).rowcount:
        _write(c, number, written, now)
        finish(c, number)


def looked(c: Connection, case: Case, written: Written | None, now: datetime, chapter: Chapter | None) -> None:
    chapters = () if chapter is None else (chapter,)
    done = written or Written(Drop(""))
    kept = Written(done.decision, letters=done.letters, cases=(case,), waiting=done.waiting, chapters=chapters)
    _write(c, None, kept, now)


def unsent(c: Connection, now: datetime) -> tuple[Delivery, ...]:
    owed = select(delivery).where(
        (delivery.c.state == DeliveryState.SENDING)
        | ((delivery.c.state == DeliveryState.DUE) & (delivery.c.due <= now))
    )
    return tuple(delivery_of(row) for row in c.execute(owed.order_by(delivery.c.id)).mappings())


def sending(c: Connection, number: int) -> int:
    step = update(delivery).where(delivery.c.id == number, delivery.c.state.in_(UNDONE[1:]))
    change = step.values(state=DeliveryState.SENDING, attempts=delivery.c.attempts + 1)
    return int(c.execute(change.returning(delivery.c.attempts)).scalar() or 0)


def sent(c: Connection, number: int, now: datetime) -> None:
    _end(c, number, DeliveryState.SENT, "", now)


def failed(c: Connection, number: int, because: str, now: datetime) -> None:
    _end(c, number, DeliveryState.FAILED, because, now)


def put_off(c: Connection, number: int, until: datetime, because: str) -> None:
    step = update(delivery).where(delivery.c.id == number, delivery.c.state == DeliveryState.SENDING)
    c.execute(step.values(state=DeliveryState.DUE, due=until, because=because[:LONGEST_TEXT]))


def forget(c: Connection, before: datetime) -> None:
    """Letters that belong to no mail any more, and cases that were closed before that moment."""
    old = delete(delivery).where(delivery.c.mail.is_(None), delivery.c.state.not_in(UNDONE), delivery.c.done < before)
    c.execute(old)
    forget_closed(c, before)


def _write(c: Connection, number: int | None, written: Written, now: datetime) -> None:
    numbers = [keep(c, case) for case in written.cases]
    state = DeliveryState.WAITING if written.waiting else DeliveryState.DUE
    for n, chapter in enumerate(written.chapters):
        tell(c, replace(chapter, mail=number, case=numbers[n] if n < len(numbers) else None))
    for letter in written.letters:
        post(c, letter, now, state=state, number=number, case=numbers[0] if numbers else None)


def post(
    c: Connection,
    letter: Letter,
    now: datetime,
    *,
    state: DeliveryState = DeliveryState.DUE,
    number: int | None = None,
    case: int | None = None,
) -> None:
    values = {
        "mail": number, "case": case, "state": state, "envelope_from": letter.envelope_from, "recipient": letter.to,
        "message_id": letter.message_id, "octets": letter.raw, "created": now, "due": now,
    }  # fmt: skip
    c.execute(insert(delivery).values(values))


def _end(c: Connection, number: int, state: DeliveryState, because: str, now: datetime) -> None:
    step = update(delivery).where(delivery.c.id == number, delivery.c.state.in_(UNDONE))
    values = {"state": state, "because": because[:LONGEST_TEXT], "done": now}
    owner = c.execute(step.values(values).returning(delivery.c.mail)).one_or_none()
    if owner is not None and owner.mail is not None:
        finish(c, owner.mail)


def finish(c: Connection, number: int) -> None:
    """The mail is answered with its last letter; held where one of them was refused for good."""
    undone = exists().where(delivery.c.mail == number, delivery.c.state.in_(UNDONE))
    if c.execute(select(undone)).scalar():
        return
    refused = c.execute(
        select(func.max(delivery.c.because)).where(delivery.c.mail == number, delivery.c.state == DeliveryState.FAILED)
    ).scalar()
    sent = exists().where(delivery.c.mail == number, delivery.c.state == DeliveryState.SENT)
    values: dict[str, object] = {"state": MailState.ANSWERED}
    if refused is not None:
        values = {"state": MailState.HELD, "because": f"the note could not be sent: {refused}"[:LONGEST_TEXT]}
    elif not c.execute(select(sent)).scalar():
        values = {"state": MailState.DROPPED, "because": "the note was discarded by a person"}
    c.execute(update(mail).where(mail.c.id == number, mail.c.state.not_in(FINAL)).values(values))


def delivery_of(r: RowMapping) -> Delivery:
    letter = Letter(
        r[delivery.c.envelope_from], r[delivery.c.recipient], r[delivery.c.message_id], bytes(r[delivery.c.octets])
    )
    return Delivery(
        id=r[delivery.c.id],
        letter=letter,
        state=DeliveryState(r[delivery.c.state]),
        due=r[delivery.c.due],
        attempts=r[delivery.c.attempts],
        mail=r[delivery.c.mail],
        case=r[delivery.c.case],
        because=r[delivery.c.because],
    )
