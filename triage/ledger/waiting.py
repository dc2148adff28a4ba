"""What waits in the ledger, for monitors, and which alarms went out: each function is the inside of one transaction."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from triage.ledger.mails import OPEN
from triage.ledger.tables import about, delivery, mail
from triage.model import DeliveryState, MailState, Queue

PAUSED = "paused"
UNSENT = (DeliveryState.DUE, DeliveryState.SENDING)


def queue(c: Connection) -> Queue:
    mails = c.execute(select(mail.c.state, func.count()).group_by(mail.c.state))
    letters = c.execute(select(delivery.c.state, func.count()).group_by(delivery.c.state))
    return Queue(
        {MailState(state): count for state, count in mails},
        {DeliveryState(state): count for state, count in letters},
        c.execute(select(func.min(mail.c.journaled)).where(mail.c.state.in_(OPEN))).scalar_one(),
        c.execute(select(func.min(delivery.c.created)).where(delivery.c.state.in_(UNSENT))).scalar_one(),
    )


def pause(c: Connection, because: str) -> None:
    resume(c)
    c.execute(insert(about).values(name=PAUSED, value=because))


def resume(c: Connection) -> bool:
    return bool(c.execute(delete(about).where(about.c.name == PAUSED)).rowcount)


def paused(c: Connection) -> str | None:
    return c.execute(select(about.c.value).where(about.c.name == PAUSED)).scalar()


def alarmed(c: Connection, cause: str, now: datetime, pause: timedelta) -> bool:
    name, value = f"alarm {cause}", now.isoformat()
    last = c.execute(select(about.c.value).where(about.c.name == name)).scalar_one_or_none()
    # A moment ahead of us was noted by a clock that has been set back since.
    if last is not None and timedelta() <= now - datetime.fromisoformat(last) < pause:
        return False
    if last is None:
        c.execute(insert(about).values(name=name, value=value))
    else:
        c.execute(update(about).where(about.c.name == name).values(value=value))
    return True
