"""What ails the service, by moment and queue: one row, one ailment."""

from datetime import UTC, datetime, timedelta

import pytest

from triage.health.pulse import Vitals
from triage.health.standing import judge
from triage.model import MailState, Queue, Temporary, Trouble

NOW = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)
POLLS = {"inbox": 60.0, "slow": 600.0}


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


YESTERDAY = ago(days=1)


def vitals(inbox: datetime | None = NOW, slow: datetime | None = NOW, started: datetime = YESTERDAY) -> Vitals:
    return Vitals(started, {name: at for name, at in (("inbox", inbox), ("slow", slow)) if at}, NOW)


EMPTY = Queue()
ROWS: list[tuple[str, Vitals, Queue | Trouble, list[tuple[str, str]]]] = [
    ("all is well", vitals(), EMPTY, []),
    ("a poll or two were missed", vitals(inbox=ago(minutes=5)), EMPTY, []),
    (
        "a mailbox is silent",
        vitals(inbox=ago(minutes=6)),
        EMPTY,
        [("poll inbox", "mailbox inbox was not polled for 6 min")],
    ),
    ("one that is polled rarely has longer", vitals(slow=ago(minutes=49)), EMPTY, []),
    ("but not for ever", vitals(slow=ago(hours=3)), EMPTY, [("poll slow", "mailbox slow was not polled for 3 h")]),
    ("just started: nothing was polled yet", vitals(None, None, ago(minutes=4)), EMPTY, []),
    (
        "started long ago, and never polled",
        vitals(inbox=None),
        EMPTY,
        [("poll inbox", "mailbox inbox was not polled for 24 h")],
    ),
    ("mails in hand", vitals(), Queue({MailState.READ: 9}, oldest_mail=ago(minutes=14)), []),
    (
        "a mail that is never done",
        vitals(),
        Queue({MailState.READ: 1}, oldest_mail=ago(minutes=16)),
        [("mail", "a mail has been open for 16 min")],
    ),
    ("a letter that is put off", vitals(), Queue(oldest_letter=ago(hours=1)), []),
    (
        "a letter that does not go out",
        vitals(),
        Queue(oldest_letter=ago(hours=3)),
        [("letter", "a letter has waited for 3 h to be sent")],
    ),
    ("no ledger", vitals(), Temporary("disk full"), [("ledger", "the ledger: disk full")]),
]


@pytest.mark.parametrize(("seen", "queue", "expected"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_what_ails_it(seen: Vitals, queue: Queue | Trouble, expected: list[tuple[str, str]]) -> None:
    standing = judge(seen, queue, POLLS, NOW)
    assert [(a.cause, a.words) for a in standing.ailments] == expected
    assert standing.well is (expected == [])
    assert all(a.hint for a in standing.ailments)
