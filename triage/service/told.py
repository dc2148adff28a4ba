"""What the service says while it works, what it counts, and what the mail room lends it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from triage.model import (
    Authentication,
    Decision,
    Diagnosis,
    Forward,
    Hold,
    Identity,
    Letter,
    Message,
    Note,
    Reply,
    Thread,
    Trouble,
)


class Compose(Protocol):
    def __call__(
        self,
        note: Note,
        to: str,
        thread: Thread,
        identity: Identity,
        message_id: str,
        now: datetime,
        *,
        forward: bool = False,
        original: bytes | None = None,
    ) -> Letter: ...


class Announce(Protocol):
    def __call__(self, note: Note, to: str, identity: Identity, message_id: str, now: datetime) -> Letter: ...


@dataclass(frozen=True, slots=True)
class MailRoom:
    """What the mail room knows without touching anything: whose mail it is, and how a letter is written."""

    authenticate: Callable[[Message, Identity], Authentication]
    writes_on_top: Callable[[Message, Identity], bool]
    thread_of: Callable[[Message], Thread]
    message_id: Callable[[Identity, str, int], str]
    compose: Compose
    announce: Announce


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one mail, for a terminal and for the log. `mail` is its number in the ledger; 0: of no one mail."""

    mail: int
    # journaled, read, admitted, diagnosed, held, dropped, aside, sent, put-off, refused, filed, looked, polled, round …
    step: str
    words: str
    diagnoses: tuple[Diagnosis, ...] = ()


Tell = Callable[[Step], None]


def say_nothing(_: Step) -> None: ...


@dataclass(frozen=True, slots=True)
class Tally:
    """What one round did. `troubles` kept it from doing everything; the rest was done."""

    journaled: int = 0
    worked: int = 0
    sent: int = 0
    troubles: tuple[Trouble, ...] = ()
    looked: int = 0  # cases looked at again
    left: int = 0  # mails that wait for another round, at once


def decided(mail: int, decision: Decision) -> Step:
    match decision:
        case Reply(to=to):
            return Step(mail, "admitted", f"reply to {to}: {decision.because}")
        case Forward(to=to):
            return Step(mail, "admitted", f"forward to {', '.join(to)}: {decision.because}")
        case Hold():
            return Step(mail, "held", decision.because)
        case _:
            return Step(mail, "dropped", decision.because)
