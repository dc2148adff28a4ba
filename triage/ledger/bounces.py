"""Letters that came back, and the addresses that are left alone for that: each function is the inside of one
transaction.

A hard bounce suppresses its recipient for 60 days; soft ones count, and the fourth within 30 days does the same.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from triage.ledger.deliveries import UNDONE, failed, sent
from triage.ledger.tables import about, delivery, suppressed
from triage.model import DeliveryState

SUPPRESSED = timedelta(days=60)
SOFT_COUNT = timedelta(days=30)
SOFT_LIMIT = 4  # soft bounces in that time


def secret(c: Connection) -> bytes:
    """What the keys of our envelope addresses are made with; drawn once, and kept with the ledger."""
    kept = c.execute(select(about.c.value).where(about.c.name == "secret")).scalar()
    if kept is None:
        kept = secrets.token_hex(32)
        c.execute(insert(about).values(name="secret", value=kept))
    return bytes.fromhex(kept)


def bounced(c: Connection, number: int, hard: bool, status: str, now: datetime) -> bool:
    """True where a letter that was out is now known to have come back; told again, nothing happens."""
    row = c.execute(select(delivery).where(delivery.c.id == number)).one_or_none()
    if row is None or row.state not in (DeliveryState.SENT, DeliveryState.SENDING):
        return False
    if row.state == DeliveryState.SENDING:  # it was not known whether it had been taken; now it is
        sent(c, number, now)
    because = f"bounced: {status}" if hard else f"bounced softly: {status}"
    values = {"state": DeliveryState.BOUNCED, "because": because, "done": now}
    c.execute(update(delivery).where(delivery.c.id == number).values(values))
    if hard or _soft_ones(c, row.recipient, now) >= SOFT_LIMIT:
        _suppress(c, row.recipient, because, now)
    return True


def why_suppressed(c: Connection, address: str, now: datetime) -> str | None:
    live = select(suppressed.c.because).where(suppressed.c.address == address.lower(), suppressed.c.until > now)
    return c.execute(live).scalar()


def _soft_ones(c: Connection, recipient: str, now: datetime) -> int:
    soft = select(func.count()).select_from(delivery).where(
        func.lower(delivery.c.recipient) == recipient.lower(), delivery.c.state == DeliveryState.BOUNCED,
        delivery.c.because.startswith("bounced softly"), delivery.c.done > now - SOFT_COUNT,
    )  # fmt: skip
    return int(c.execute(soft).scalar_one())


def _suppress(c: Connection, recipient: str, because: str, now: datetime) -> None:
    """Nothing that is still owed to this address is sent, either."""
    values = {"until": now + SUPPRESSED, "because": because}
    step = insert_or(suppressed).values(address=recipient.lower(), **values)
    c.execute(step.on_conflict_do_update(index_elements=["address"], set_=values))
    owed = select(delivery.c.id).where(
        func.lower(delivery.c.recipient) == recipient.lower(), delivery.c.state.in_(UNDONE)
    )
    for other in c.execute(owed).scalars().all():
        failed(c, other, f"the address is suppressed: {because}", now)
