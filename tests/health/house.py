"""A health of its own with a real ledger in memory, an outbox that is a folder, and a clock that is moved by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from triage.health import Health, Pulse
from triage.ledger import open_ledger
from triage.mail import MaildirOutbox
from triage.model import Diagnosis, Identity, Temporary, Trouble
from triage.ports import Ledger, Outbox

NOW = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)
US = Identity("ssl@triage.test", "SSL triage", "bounce@triage.test", instance="i7", operator="op@triage.test")


@dataclass(frozen=True)
class Said:
    step: str
    words: str = ""
    diagnoses: tuple[Diagnosis, ...] = ()


@dataclass
class House:
    folder: Path
    now: datetime = NOW
    ledger: Ledger = field(default_factory=lambda: open_ledger("sqlite://"))
    outbox: Outbox | None = None
    heard: list[Trouble] = field(default_factory=list[Trouble])

    def health(self, **more: object) -> Health:
        given: dict[str, object] = {
            "pulse": Pulse(lambda: self.now),
            "ledger": self.ledger,
            "outbox": self.outbox or MaildirOutbox(self.folder),
            "clock": lambda: self.now,
            "identity": US,
            "polls": {"inbox": 60.0},
            "tell": self.heard.append,
            **more,
        }
        return Health(**given)  # pyright: ignore[reportArgumentType]

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    @property
    def letters(self) -> list[bytes]:
        return [p.read_bytes() for p in sorted((self.folder / "new").glob("*"))]


class Down:
    """An outbox whose server is away until `up`."""

    def __init__(self, folder: Path) -> None:
        self.inner, self.up = MaildirOutbox(folder), False

    async def check(self) -> None: ...

    async def send(self, letter: object) -> None:
        if not self.up:
            raise Temporary("the server is away")
        await self.inner.send(letter)  # pyright: ignore[reportArgumentType]

    async def close(self) -> None: ...
