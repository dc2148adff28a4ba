"""Cases in the ledger: each function is the inside of one transaction, or a part of one."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from triage.ledger.tables import case
from triage.model import Case, CaseState, Notice, Thread
from triage.names import Domain

_NOTICE = TypeAdapter(Notice)
_THREAD = TypeAdapter(Thread)


def keep(c: Connection, kept: Case) -> int:
    """Write a case as it is now, under its key; returns its number."""
    values = _row(kept)
    known = c.execute(select(case.c.id).where(case.c.key == kept.key)).scalar()
    if known is None:
        return int(c.execute(insert(case).values(values).returning(case.c.id)).scalar_one())
    c.execute(update(case).where(case.c.id == known).values(values))
    return int(known)


def find(c: Connection, key: str) -> Case | None:
    row = c.execute(select(case).where(case.c.key == key)).mappings().one_or_none()
    return _case(row) if row else None


def numbered(c: Connection, number: int) -> Case | None:
    row = c.execute(select(case).where(case.c.id == number)).mappings().one_or_none()
    return _case(row) if row else None


def unclosed(c: Connection, due: datetime | None = None, owner: str | None = None) -> tuple[Case, ...]:
    asked = select(case).where(case.c.state != CaseState.CLOSED)
    if due is not None:
        asked = asked.where(case.c.next_look <= due)
    if owner is not None:
        asked = asked.where(func.lower(case.c.owner) == owner.lower())
    rows = c.execute(asked.order_by(case.c.next_look, case.c.id))
    return tuple(_case(row) for row in rows.mappings())


def forget_closed(c: Connection, before: datetime) -> None:
    c.execute(delete(case).where(case.c.state == CaseState.CLOSED, case.c.opened < before))


def _row(kept: Case) -> dict[str, Any]:
    return {
        "key": kept.key,
        "owner": kept.owner,
        "addressees": list(kept.to),
        "provider": kept.provider,
        "names": [name.text for name in kept.names],
        "expires": kept.expires,
        "language": kept.language,
        "state": kept.state,
        "opened": kept.opened,
        "thread": _THREAD.dump_python(kept.thread, mode="json"),
        "notice": _NOTICE.dump_json(_plain(kept.notice)).decode(),
        "notes": kept.notes,
        "leading": list(kept.leading),
        "looked": kept.looked,
        "told": kept.told,
        "next_look": kept.next_look,
        "looks": kept.looks,
        "reminded": kept.reminded,
        "because": kept.because,
    }


def _plain(notice: Notice) -> Notice:
    """Without what cannot or need not be written down: a read-only mapping, and how it was matched."""
    return replace(notice, account=dict(notice.account), matches=())


def _case(r: RowMapping) -> Case:
    return Case(
        id=r[case.c.id],
        key=r[case.c.key],
        owner=r[case.c.owner],
        to=tuple(r[case.c.addressees]),
        provider=r[case.c.provider],
        names=tuple(Domain(name) for name in r[case.c.names]),
        expires=r[case.c.expires],
        language=r[case.c.language],
        state=CaseState(r[case.c.state]),
        opened=r[case.c.opened],
        thread=_THREAD.validate_python(r[case.c.thread]),
        notice=_NOTICE.validate_json(r[case.c.notice]),
        notes=r[case.c.notes],
        leading=tuple(r[case.c.leading]),
        looked=r[case.c.looked],
        told=r[case.c.told],
        next_look=r[case.c.next_look],
        looks=r[case.c.looks],
        reminded=r[case.c.reminded],
        because=r[case.c.because],
    )
