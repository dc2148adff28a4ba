"""What the service asks of the world. Each protocol has a real and a fake that pass the same contract tests."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from triage.model import Arrival, Letter, Listed, MailKey, Observation, Place, Question, Reading

Clock = Callable[[], datetime]  # aware, UTC


class Mailbox(Protocol):
    """One folder where mails arrive. Every call may raise Temporary or Permanent, and nothing else."""

    name: str

    async def list(self) -> tuple[Listed, ...]:
        """All mails of the watched folder, oldest first, without their bodies."""
        ...

    async def fetch(self, key: MailKey, limit: int) -> Arrival | None:
        """At most `limit` octets of one mail, leaving its flags alone; None where it is gone."""
        ...

    async def file(self, key: MailKey, place: Place) -> None:
        """Move a mail out of the watched folder. Done already, or the mail gone: no error."""
        ...

    async def has_sent(self, message_id: str) -> bool | None:
        """Is a mail with this Message-ID in the Sent folder? None where there is no such folder."""
        ...

    async def close(self) -> None: ...


class Outbox(Protocol):
    """Where notes leave."""

    async def send(self, letter: Letter) -> None:
        """Hand one letter over. Returns when it was taken; raises Temporary, Permanent or Uncertain."""
        ...

    async def close(self) -> None: ...


class Round(Protocol):
    """Questions that run side by side under one deadline."""

    def start(self, questions: Iterable[Question]) -> None:
        """Ask these too. A question that was started before is not asked again."""
        ...

    def __aiter__(self) -> AsyncIterator[Observation]:
        """Each observation as it comes; ends when nothing is under way. At the deadline the rest comes as CUT_OFF."""
        ...


class Probes(Protocol):
    """Ask one question safely, and always come back with an observation."""

    def round(self, deadline: float) -> AbstractAsyncContextManager[Round]:
        """A round of `deadline` seconds; waiting for one's turn at an address does not count."""
        ...

    async def close(self) -> None: ...


class Reader(Protocol):
    """Reads a mail where it can do no harm."""

    async def read(self, raw: bytes) -> Reading:
        """Raises Unreadable where the mail hangs, crashes or outgrows its reader."""
        ...

    async def close(self) -> None: ...


class Unreadable(Exception):
    """This mail cannot be read within the limits of time and memory; the message says which."""
