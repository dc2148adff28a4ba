"""kill -9 before and after every transaction and every step outside: the restarted service ends with the same answers.

The points are found by instrumentation: every call of the ledger, the outbox, the mailbox and the reader, and every
round of questions, is a step, with a moment before and a moment after it. A forked child counts the moments and kills
itself at the wanted one; another goes on. What is on disk is all that a kill leaves behind, so where nothing on disk
has changed since the moment before, the kill is the same one; with TRIAGE_EVERY_MOMENT=1 it is made all the same.
"""

import asyncio
import hashlib
import inspect
import os
import shutil
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.decide.build import Mail, a_notice
from tests.service.house import House
from triage.model import Letter, Notices
from triage.ports import Outbox, Probes

# One that is answered, one that is dropped, one that is held.
MAILS = (
    Mail(text="one", outcome=Notices((a_notice("a1.example.jp"),), "xserver")),
    Mail(text="two").add(("Auto-Submitted", "auto-replied")),
    Mail(text="three").drop("Authentication-Results"),
)
# Only here is a second letter allowed: the outbox has it, and we had not written that down yet.
GAP = ("after send", "before sent")


@dataclass
class Moments:
    """Counts the moments that were reached, and ends this process at one of them, by its number or its name."""

    dies_at: int | str
    folder: Path
    names: list[str] = field(default_factory=list[str])
    left: list[bytes] = field(default_factory=list[bytes])  # behind on disk, at each moment; where nobody dies

    def reach(self, name: str) -> None:
        self.names.append(name)
        if not self.dies_at:
            self.left.append(on_disk(self.folder))
        if self.dies_at in (len(self.names), name):
            os.kill(os.getpid(), signal.SIGKILL)


def on_disk(folder: Path) -> bytes:
    """A digest of every name and octet but of what SQLite keeps in shared memory."""
    digest = hashlib.sha256()
    for file in sorted(f for f in folder.rglob("*") if f.is_file() and not f.name.endswith("-shm")):
        digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.digest()


def kills(moments: Moments) -> list[tuple[int, str]]:
    """The moments at which a kill leaves something else behind than at the moment before, by number and name."""
    every = bool(os.environ.get("TRIAGE_EVERY_MOMENT"))
    found = zip(moments.names, moments.left, [b"", *moments.left], strict=False)
    return [(n, name) for n, (name, left, before) in enumerate(found, start=1) if every or left != before]


@dataclass
class Instrumented:
    """Passes every call on to `inner`; each is a step with a moment before and after it."""

    inner: Any
    moments: Moments

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        return self._step(found) if inspect.iscoroutinefunction(found) and name != "close" else found

    def _step(self, call: Callable[..., Any]) -> Callable[..., Any]:
        async def step(*args: Any, **named: Any) -> Any:
            self.moments.reach(f"before {call.__name__}")
            result = await call(*args, **named)
            self.moments.reach(f"after {call.__name__}")
            return result

        return step


@dataclass
class Asked:
    """Probes whose every round is a step."""

    inner: Probes
    moments: Moments

    @property
    def sources(self) -> tuple[str, ...]:
        return self.inner.sources

    @asynccontextmanager
    async def round(self, deadline: float) -> AsyncGenerator[Any]:
        self.moments.reach("before asking")
        async with self.inner.round(deadline) as round:
            yield round
        self.moments.reach("after asking")

    async def close(self) -> None:
        await self.inner.close()


@dataclass
class Counted:
    """An outbox that leaves a line for every letter that it took."""

    inner: Outbox
    path: Path

    async def send(self, letter: Letter) -> None:
        await self.inner.send(letter)
        with self.path.open("a") as log:
            log.write(letter.message_id + "\n")

    async def check(self) -> None:
        await self.inner.check()

    async def close(self) -> None:
        await self.inner.close()


async def one_round(folder: Path, dies_at: int | str = 0) -> Moments:
    house, moments = House(folder), Moments(dies_at, folder)
    for mail in MAILS:
        house.knows(mail)
    plain = house.service()
    service = replace(
        plain,
        mailboxes=tuple(Instrumented(box, moments) for box in plain.mailboxes),
        outbox=Instrumented(Counted(plain.outbox, folder / "taken"), moments),
        ledger=Instrumented(plain.ledger, moments),
        reader=Instrumented(plain.reader, moments),
        probes=Asked(plain.probes, moments),
    )
    await service.round()
    await service.close()
    return moments


def in_a_child(folder: Path, dies_at: int | str) -> int:
    """The signal that ended the child, 0 where it lived."""
    child = os.fork()
    if child == 0:
        asyncio.run(one_round(folder, dies_at))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def outcome(folder: Path) -> tuple[object, ...]:
    house = House(folder)
    states = sorted(asyncio.run(house.states()))
    places = [house.filed(place) for place in ("", "Answered", "Dropped", "Held", "Aside")]
    return states, places, sorted(house.letters), sorted(set((folder / "taken").read_text().split()))


@pytest.mark.attack(number=39)
def test_killed_at_any_moment_the_service_ends_with_the_same_answers(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    house = House(begun)
    asyncio.run(house.round())
    for mail in MAILS:
        house.receives(mail)
    whole = shutil.copytree(begun, tmp_path / "whole")
    moments = asyncio.run(one_round(whole))
    names = moments.names
    expected = outcome(whole)
    assert expected[0] == ["answered", "dropped", "held"]
    assert {"before send", "after send", "before file", "after diagnosed"} <= set(names)
    assert {"before read", "before asking", "after asking"} <= set(names)
    assert {name for _, name in kills(moments)} >= {"after journal", "after admitted", "after send", "after sent"}
    for number, name in kills(moments):
        folder = shutil.copytree(begun, tmp_path / str(number))
        assert in_a_child(folder, number) == signal.SIGKILL, name
        assert in_a_child(folder, 0) == 0, name
        assert outcome(folder) == expected, f"killed {name} (moment {number})"
        taken = (folder / "taken").read_text().split()
        assert len(taken) == (2 if name in GAP else 1), f"killed {name}: {taken}"


def test_killed_again_and_again_a_mail_is_set_aside_at_last(tmp_path: Path) -> None:
    """A mail that takes the service down with it gets three tries; the others are answered all the same."""
    house = House(tmp_path)
    asyncio.run(house.round())
    for mail in MAILS[:2]:
        house.receives(mail)
    for _ in range(3):
        assert in_a_child(tmp_path, "after raw") == signal.SIGKILL
    assert in_a_child(tmp_path, 0) == 0
    assert asyncio.run(house.states()) == ["aside", "dropped"]
    assert asyncio.run(house.reasons())[0] == "failed three times: the service died while at work on it"
