"""What was found out and done, piece by piece: each function is the inside of one transaction, or a part of one."""

from sqlalchemy import Connection, RowMapping, insert, or_, select

from triage.ledger.tables import chapter, delivery
from triage.model import Chapter

LONGEST_WORDS = 2000  # characters


def tell(c: Connection, told: Chapter) -> None:
    values = {
        "mail": told.mail, "case": told.case, "at": told.at, "words": told.words[:LONGEST_WORDS],
        "lines": list(told.lines),
    }  # fmt: skip
    c.execute(insert(chapter).values(values))


def story(c: Connection, mail: int | None, case: int | None) -> tuple[Chapter, ...]:
    """Of that mail, or of that case; the oldest first."""
    at = chapter.c.case == case if mail is None else chapter.c.mail == mail
    rows = c.execute(select(chapter).where(at).order_by(chapter.c.id)).mappings()
    return tuple(_chapter(row) for row in rows)


def cases_of(c: Connection, mail: int) -> tuple[int, ...]:
    """The cases that a mail was answered in."""
    told = select(chapter.c.case).where(chapter.c.mail == mail, chapter.c.case.is_not(None))
    sent = select(delivery.c.case).where(delivery.c.mail == mail, delivery.c.case.is_not(None))
    return tuple(sorted({int(number) for number in c.execute(told.union(sent)).scalars()}))


def mails_of(c: Connection, case: int) -> tuple[int, ...]:
    told = select(chapter.c.mail).where(chapter.c.case == case, chapter.c.mail.is_not(None))
    sent = select(delivery.c.mail).where(delivery.c.case == case, delivery.c.mail.is_not(None))
    return tuple(sorted({int(number) for number in c.execute(told.union(sent)).scalars()}))


def of_either(mail: int | None, case: int | None):
    """Deliveries that answer that mail, or that belong to that case."""
    return or_(
        *([delivery.c.mail == mail] if mail is not None else []),
        *([delivery.c.case == case] if case is not None else []),
    )


def _chapter(r: RowMapping) -> Chapter:
    return Chapter(
        at=r[chapter.c.at],
        words=r[chapter.c.words],
        lines=tuple(r[chapter.c.lines]),
        mail=r[chapter.c.mail],
        case=r[chapter.c.case],
    )
