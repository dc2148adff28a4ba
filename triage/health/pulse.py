"""The service's steps → the moments and numbers that say how it is. Nothing in here is text from a mail."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from triage.model import (
    AskAuthority,
    AskDns,
    AskHttp,
    AskRegistry,
    AskTls,
    Diagnosis,
    Failure,
    Observation,
    Question,
)
from triage.ports import Clock

KINDS: Mapping[type[Question], str] = {
    AskDns: "dns", AskHttp: "http", AskTls: "tls", AskRegistry: "registry", AskAuthority: "authority",
}  # fmt: skip
DECISIONS = ("admitted", "held", "dropped", "aside")
LETTERS = ("sent", "put-off", "refused")
SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
# Each reason is a time series of its own: a mail must not be able to make them without end.
MOST_REASONS = 100
LONGEST_REASON = 80
OTHER = "other"


class Told(Protocol):
    """A step of the service, as it tells it."""

    @property
    def step(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]: ...


@dataclass(frozen=True, slots=True)
class Vitals:
    """`polled`: when each mailbox last answered, if ever; `rounded`: the last round that left nothing undone."""

    started: datetime
    polled: Mapping[str, datetime]
    rounded: datetime | None = None


class Pulse:
    """Hears every step. `registry` holds what a monitor counts."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = clock()
        self._polled = dict[str, datetime]()
        self._rounded: datetime | None = None
        self._reasons = set[str]()
        own = self.registry = CollectorRegistry()
        ProcessCollector(registry=own)
        self._decided = Counter("triage_mails", "Mails decided on", ["outcome", "reason"], registry=own)
        self._letters = Counter("triage_letters", "Tries to send a letter", ["outcome"], registry=own)
        self._troubles = Counter("triage_troubles", "What kept a round from doing everything", registry=own)
        self._looks = Counter("triage_looks", "Cases looked at again", registry=own)
        self._probes = Histogram(
            "triage_probe_seconds", "From question to answer", ["kind"], buckets=SECONDS, registry=own
        )
        self._failures = Counter(
            "triage_probe_failures", "Questions without an answer", ["kind", "fault"], registry=own
        )
        self._poll_time = Gauge(
            "triage_last_good_poll_timestamp_seconds", "When the mailbox was listed", ["mailbox"], registry=own
        )
        self._round_time = Gauge(
            "triage_last_good_round_timestamp_seconds", "When a round left nothing undone", registry=own
        )

    @property
    def vitals(self) -> Vitals:
        return Vitals(self._started, dict(self._polled), self._rounded)

    def hear(self, told: Told) -> None:
        now = self._clock()
        if told.step == "polled":
            self._polled[told.words] = now
            self._poll_time.labels(told.words).set(now.timestamp())
        elif told.step == "round":
            self._rounded = now
            self._round_time.set(now.timestamp())
        elif told.step in DECISIONS:
            self._decided.labels(told.step, self._reason(told)).inc()
        elif told.step in LETTERS:
            self._letters.labels(told.step).inc()
        elif told.step == "looked":
            self._looks.inc()
        elif told.step == "trouble":
            self._troubles.inc()
        self._time(o for diagnosis in told.diagnoses for o in diagnosis.seen)

    def _time(self, observations: Iterable[Observation]) -> None:
        for seen in observations:
            kind = KINDS[type(seen.question)]
            self._probes.labels(kind).observe(seen.seconds)
            if isinstance(seen.answer, Failure):
                self._failures.labels(kind, seen.answer.fault.value).inc()

    def _reason(self, told: Told) -> str:
        reason = _without_mail(told)
        if reason not in self._reasons and len(self._reasons) >= MOST_REASONS:
            return OTHER
        self._reasons.add(reason)
        return reason


def _without_mail(told: Told) -> str:
    """The stable part of a reason: no address, no name and no error text."""
    if told.step == "aside":
        return "failed three times"
    # "reply to owner@example.jp: asked by an authenticated sender"
    plain = told.words.rpartition(": ")[2] if told.step == "admitted" else told.words
    return OTHER if re.search(r"\S[@.]\S", plain) else plain[:LONGEST_REASON]
