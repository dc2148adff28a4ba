"""The service in a folder: real Maildirs, a real ledger, real words. What mails say and the net shows is given."""

import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from tests.decide.build import NOW, POLICY, US, Mail
from triage.config import load_wording
from triage.decide import content_key
from triage.ledger import open_ledger
from triage.mail import (
    MaildirMailbox,
    MaildirOutbox,
    announce,
    authenticate,
    compose,
    message_id_for,
    thread_of,
    writes_on_top,
)
from triage.model import (
    Failure,
    Fault,
    Identity,
    Letter,
    Observation,
    Place,
    Policy,
    Question,
    Reading,
    Trouble,
    Wording,
)
from triage.ports import Ledger, Mailbox, Outbox, Probes, Unreadable
from triage.service import MailRoom, Service, Step

PLACES = {Place.ANSWERED: "Answered", Place.HELD: "Held", Place.DROPPED: "Dropped", Place.ASIDE: "Aside"}
MAIL_ROOM = MailRoom(authenticate, writes_on_top, thread_of, message_id_for, compose, announce)


class Mute:
    """Probes that cannot ask anything: every diagnosis is `unknown`, and nothing is broken by it."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    sources: tuple[str, ...] = ()

    @asynccontextmanager
    async def round(self, deadline: float) -> AsyncGenerator["_MuteRound"]:
        yield _MuteRound(self.asked)

    async def close(self) -> None: ...


class _MuteRound:
    def __init__(self, asked: list[Question]) -> None:
        self._asked, self._waiting = asked, list[Question]()
        self._known = set[Question]()

    def start(self, questions: Iterable[Question]) -> None:
        new = [q for q in questions if q not in self._known]
        self._known.update(new)
        self._asked.extend(new)
        self._waiting.extend(new)

    async def __aiter__(self) -> AsyncIterator[Observation]:
        while self._waiting:
            yield Observation(self._waiting.pop(0), Failure(Fault.NOT_ASKED), NOW)


class ByHand:
    """A reader that knows each mail's reading beforehand; `fails` says how often it breaks on a mail first."""

    def __init__(self) -> None:
        self.readings: dict[str, Reading] = {}
        self.fails: dict[str, list[Exception]] = {}

    def knows(self, raw: bytes, reading: Reading, fails: Iterable[Exception] = ()) -> None:
        self.readings[content_key(raw)] = reading
        self.fails[content_key(raw)] = list(fails)

    async def read(self, raw: bytes) -> Reading:
        key = content_key(raw)
        if self.fails.get(key):
            raise self.fails[key].pop(0)
        if key not in self.readings:
            raise Unreadable("nobody told what it says")
        return self.readings[key]

    async def close(self) -> None: ...


@dataclass
class Troubled:
    """An outbox with a plan: what happens to each letter in turn, before or after it was taken."""

    inner: Outbox
    plan: list[Trouble | None] = field(default_factory=list[Trouble | None])
    taken_first: bool = False
    taken: list[Letter] = field(default_factory=list[Letter])

    async def send(self, letter: Letter) -> None:
        trouble = self.plan.pop(0) if self.plan else None
        if trouble is None or self.taken_first:
            self.taken.append(letter)
            await self.inner.send(letter)
        if trouble is not None:
            raise trouble

    async def check(self) -> None:
        await self.inner.check()

    async def close(self) -> None:
        await self.inner.close()


@dataclass
class House:
    folder: Path
    now: datetime = NOW
    policy: Policy = POLICY
    identity: Identity = US
    probes: Probes = field(default_factory=Mute)
    reader: ByHand = field(default_factory=ByHand)
    steps: list[Step] = field(default_factory=list[Step])
    outbox: Troubled | None = None
    wrap: Callable[[Ledger], Ledger] = lambda ledger: ledger
    count: int = 0

    def service(self, names: tuple[str, ...] = ("inbox",)) -> Service:
        boxes = tuple[Mailbox, ...](
            MaildirMailbox(name, self._maildir(name), PLACES, sent_folder="Sent") for name in names
        )
        return Service(
            mailboxes=boxes,
            reader=self.reader,
            probes=self.probes,
            outbox=self.outbox or MaildirOutbox(self.folder / "out"),
            ledger=self.wrap(open_ledger(f"sqlite:///{self.folder}/triage.db")),
            mail_room=MAIL_ROOM,
            providers={},
            wording=wording(),
            identity=self.identity,
            policy=self.policy,
            clock=lambda: self.now,
            tell=self.steps.append,
        )

    def troubled(self, *plan: Trouble | None, taken_first: bool = False) -> None:
        self.outbox = Troubled(MaildirOutbox(self.folder / "out"), list(plan), taken_first)

    def receives(
        self, mail: Mail, *, box: str = "inbox", fails: Iterable[Exception] = (), at: datetime | None = None
    ) -> bytes:
        """A mail arrives; each has a body of its own unless its text says so."""
        self.count += 1
        arrived = at or self.now
        raw = self.knows(mail, fails)
        path = self._maildir(box) / "new" / f"{self.count:06}.mail"
        path.write_bytes(raw)
        os.utime(path, (arrived.timestamp(), arrived.timestamp()))
        return raw

    def knows(self, mail: Mail, fails: Iterable[Exception] = ()) -> bytes:
        """The mail's bytes, which the reader can read from now on."""
        raw = b"".join(f"{n}: {v}\r\n".encode() for n, v in mail.headers) + f"\r\n{mail.text}\r\n".encode()
        self.reader.knows(raw, mail.asked.reading, fails)
        return raw

    async def round(self, *, times: int = 1) -> None:
        for _ in range(times):
            service = self.service()
            try:
                while (await service.round()).left:
                    pass
            finally:
                await service.close()

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    @property
    def letters(self) -> list[bytes]:
        found = [p for p in (self.folder / "out").glob("*/*") if p.is_file()] if (self.folder / "out").exists() else []
        return [p.read_bytes() for p in sorted(found, key=lambda p: (p.stat().st_mtime_ns, p.name))]

    def filed(self, place: str = "", box: str = "inbox") -> int:
        folder = self._maildir(box) / f".{place}" if place else self._maildir(box)
        return sum(1 for sub in ("new", "cur") for _ in (folder / sub).glob("*"))

    async def states(self) -> list[str]:
        return [str(entry.state) for entry in await self._entries()]

    async def reasons(self) -> list[str]:
        return [entry.because for entry in await self._entries()]

    async def _entries(self):
        ledger = open_ledger(f"sqlite:///{self.folder}/triage.db")
        found = await ledger.entries(100_000)
        await ledger.close()
        return tuple(reversed(found))

    def _maildir(self, name: str) -> Path:
        for sub in ("new", "cur", "tmp"):
            (self.folder / name / sub).mkdir(parents=True, exist_ok=True)
        return self.folder / name


@cache
def wording() -> Wording:
    return load_wording(())


def numbered(mail: Mail, number: int) -> Mail:
    """The same mail with another body and another certificate: nothing that was answered before."""
    return replace(mail, text=f"fyi {number}")
