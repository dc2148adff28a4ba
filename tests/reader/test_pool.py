"""A worker reads, and whatever a mail does to it stays with that mail."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.reader.fakes import broken_rules, no_rules, obey
from triage.model import Permanent, Unrecognized
from triage.ports import Unreadable
from triage.reader import WorkerReader
from triage.unwrap import unwrap

FORWARDS = Path(__file__).parent.parent / "data" / "forwards"


def a_mail(subject: str) -> bytes:
    return f"From: owner@example.jp\nSubject: {subject}\n\nbody\n".encode()


@pytest.fixture
async def reader() -> AsyncIterator[WorkerReader]:
    reader = WorkerReader(no_rules, obey, workers=1, seconds=2.0)
    yield reader
    await reader.close()


@pytest.mark.parametrize("name", ["ja-01-gmail-web", "ja-15-gmail-attachment", "ja-23-jis-nec-extension"])
async def test_a_reading_is_the_same_through_the_pipe(reader: WorkerReader, name: str) -> None:
    raw = (FORWARDS / f"{name}.eml").read_bytes()
    reading = await reader.read(raw)
    assert reading.message == unwrap(raw)
    assert reading.outcome == Unrecognized("not-a-notice", unwrap(raw).subject)


@pytest.mark.attack(number=36)
@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("spin", "the mail was not read within 2 s"),
        ("die", "the reader died over it"),
    ],
)
async def test_a_mail_that_breaks_its_reader_costs_that_mail_alone(
    reader: WorkerReader, subject: str, reason: str
) -> None:
    """A mail that hangs, and one that needs too much memory: tests/service/test_hostile.py, three times each."""
    with pytest.raises(Unreadable, match=reason):
        await reader.read(a_mail(subject))
    assert (await reader.read(a_mail("hello"))).message.subject == "hello"


async def test_a_reader_that_stumbles_says_where_and_not_what(reader: WorkerReader) -> None:
    with pytest.raises(Unreadable) as raised:
        await reader.read(a_mail("stumble"))
    assert str(raised.value).startswith("the reader stumbled over it: KeyError in fakes.py, line ")
    assert "body" not in str(raised.value)


async def test_a_mail_beyond_the_limits_does_not_cost_the_worker(reader: WorkerReader) -> None:
    before = await reader.read(a_mail("whoami"))
    with pytest.raises(Unreadable, match="the header has more than"):
        await reader.read(b"Subject: " + b"x" * 200_000)
    assert (await reader.read(a_mail("whoami"))).outcome == before.outcome


@pytest.mark.attack(number=35)
async def test_a_worker_writes_no_files(reader: WorkerReader) -> None:
    with pytest.raises(Unreadable, match=r"FileNotFoundError in tempfile\.py"):
        await reader.read(a_mail("write"))


async def test_printing_does_not_spoil_the_replies(reader: WorkerReader) -> None:
    assert (await reader.read(a_mail("print"))).message.subject == "print"


async def test_two_workers_read_side_by_side_and_wait_for_their_turn() -> None:
    reader = WorkerReader(no_rules, obey, workers=2)
    readings = await asyncio.gather(*(reader.read(a_mail("whoami")) for _ in range(8)))
    assert len({reading.outcome.because for reading in readings}) == 2
    await reader.close()


async def test_a_reading_that_is_given_up_ends_its_worker(reader: WorkerReader) -> None:
    worker = (await reader.read(a_mail("whoami"))).outcome.because
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(a_mail("hang")), 0.3)
    assert not _alive(int(worker))


async def test_closing_leaves_no_worker_behind(reader: WorkerReader) -> None:
    worker = (await reader.read(a_mail("whoami"))).outcome.because
    await reader.close()
    assert not _alive(int(worker))


async def test_rules_that_do_not_load_are_our_trouble_and_not_the_mail_s() -> None:
    reader = WorkerReader(broken_rules, obey)
    with pytest.raises(Permanent, match=r"could not be started: .*ValueError in fakes\.py"):
        await reader.read(a_mail("hello"))


@pytest.mark.attack(number=32)
async def test_the_kernel_ends_a_spinning_worker_that_nobody_watches() -> None:
    reader = WorkerReader(no_rules, obey, workers=1, seconds=30.0, cpu_seconds=1)
    worker = int((await reader.read(a_mail("whoami"))).outcome.because)
    started = time.monotonic()
    with pytest.raises(Unreadable, match="died"):
        await reader.read(a_mail("spin"))
    assert not _alive(worker)
    assert time.monotonic() - started < 20


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
