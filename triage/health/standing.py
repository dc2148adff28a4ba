"""Vitals and queue → what ails the service, each with its words and what to do. Pure: `now` comes from outside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.health.pulse import Vitals
from triage.model import Queue, Trouble

POLLS_MISSED = 5  # a mailbox may miss four in a row: one restart of its server
AT_LEAST = timedelta(minutes=5)
OPEN_TOO_LONG = timedelta(minutes=15)  # a note is to go out within two
UNSENT_TOO_LONG = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Ailment:
    """`cause` names the kind of trouble and nothing that changes, since alarms are counted by it."""

    cause: str
    words: str
    hint: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How the service is at one moment. `queue` is None where the ledger could not be asked."""

    now: datetime
    vitals: Vitals
    queue: Queue | None
    ailments: tuple[Ailment, ...]

    @property
    def well(self) -> bool:
        return not self.ailments


def judge(vitals: Vitals, queue: Queue | Trouble, polls: Mapping[str, float], now: datetime) -> Standing:
    """`polls`: the seconds between two polls of each mailbox."""
    if isinstance(queue, Trouble):
        ledger = Ailment("ledger", f"the ledger: {queue}", queue.hint or "triage doctor")
        return Standing(now, vitals, None, (*_silent(vitals, polls, now), ledger))
    return Standing(now, vitals, queue, (*_silent(vitals, polls, now), *_waiting(queue, now)))


def _silent(vitals: Vitals, polls: Mapping[str, float], now: datetime) -> Iterator[Ailment]:
    for mailbox, seconds in polls.items():
        since = vitals.polled.get(mailbox, vitals.started)
        if now - since > max(AT_LEAST, POLLS_MISSED * timedelta(seconds=seconds)):
            words = f"mailbox {mailbox} was not polled for {_span(now - since)}"
            yield Ailment(f"poll {mailbox}", words, "triage doctor says whether the mailbox can be reached")


def _waiting(queue: Queue, now: datetime) -> Iterator[Ailment]:
    if queue.oldest_mail and now - queue.oldest_mail > OPEN_TOO_LONG:
        words = f"a mail has been open for {_span(now - queue.oldest_mail)}"
        yield Ailment("mail", words, "triage cases list shows which; the log shows what happens to it")
    if queue.oldest_letter and now - queue.oldest_letter > UNSENT_TOO_LONG:
        words = f"a letter has waited for {_span(now - queue.oldest_letter)} to be sent"
        yield Ailment("letter", words, "triage doctor says whether the outbox can be reached")


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
