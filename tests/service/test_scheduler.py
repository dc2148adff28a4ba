"""The clockwork: it repeats, waits when something is wrong, stops when nothing can be done, and ends cleanly."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.decide.build import Mail, a_notice
from tests.service.house import House
from triage.ledger import open_ledger
from triage.model import Notices, Permanent, Temporary, Trouble
from triage.scheduler import run


def a_mail(number: int) -> Mail:
    return Mail(text=f"fyi {number}", outcome=Notices((a_notice(f"a{number}.example.jp"),), "xserver"))


async def until(said: str, house: House, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not any(step.step == said for step in house.steps):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_polls_again_and_a_signal_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    house = House(tmp_path)
    service = house.service()
    working = asyncio.create_task(run(service, 0.1))
    await asyncio.sleep(0.3)
    house.receives(a_mail(1))
    await until("filed", house)
    os.kill(os.getpid(), number)
    await asyncio.wait_for(working, 10)
    await service.close()
    assert (len(house.letters), await house.states()) == (1, ["answered"])


async def test_the_mail_in_hand_is_finished_and_no_other_is_begun(tmp_path: Path) -> None:
    house = House(tmp_path)
    await house.round()
    for n in range(3):
        house.receives(a_mail(n))
    service = house.service()

    def stop_at_the_first(step: object) -> None:
        if getattr(step, "step", "") == "read":
            service.stop()

    object.__setattr__(service, "tell", stop_at_the_first)
    object.__setattr__(service, "_hands", asyncio.Semaphore(1))
    await service.round()
    await service.close()
    assert sorted(await house.states()) == ["diagnosed", "received", "received"]
    await house.round()
    assert sorted(await house.states()) == ["answered"] * 3


async def test_a_busy_ledger_makes_it_wait_and_then_it_goes_on(tmp_path: Path) -> None:
    house, heard = House(tmp_path), list[tuple[Trouble, float]]()
    house.receives(a_mail(1))
    other = open_ledger(f"sqlite:///{tmp_path}/triage.db")
    await other.claim()
    service = house.service()
    working = asyncio.create_task(run(service, 0.1, lambda trouble, pause: heard.append((trouble, pause))))
    async with asyncio.timeout(10):
        while len(heard) < 2:
            await asyncio.sleep(0.02)
    await other.close()
    await until("filed", house)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(working, 10)
    await service.close()
    assert isinstance(heard[0][0], Temporary)
    assert heard[1][1] > heard[0][1]


@pytest.mark.fault(number=24)
async def test_a_mailbox_that_refuses_us_is_tried_ever_more_rarely_and_the_service_goes_on(tmp_path: Path) -> None:
    house = House(tmp_path)
    service = house.service()
    (tmp_path / "inbox").rename(tmp_path / "gone")
    working = asyncio.create_task(run(service, 0.1))
    await until("trouble", house)
    for seconds in (30, 31, 119, 2, 10_000):
        house.later(seconds=seconds)
        await asyncio.sleep(0.4)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "gone").rename(tmp_path / "inbox")
    house.later(seconds=901)
    house.receives(a_mail(1))
    await until("filed", house)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(working, 10)
    await service.close()
    said = [step.words.rpartition("; ")[2] for step in house.steps if step.step == "trouble"]
    assert said == [f"tried again in {n} s" for n in (60, 120, 240, 480)]


async def test_a_ledger_that_cannot_be_opened_ends_it_with_the_reason(tmp_path: Path) -> None:
    house = House(tmp_path)
    (tmp_path / "triage.db").write_bytes(b"no database at all" * 1000)
    service = house.service()
    with pytest.raises(Permanent, match="damaged"):
        await asyncio.wait_for(run(service, 60), 10)
    await service.close()


async def test_what_arrives_between_two_polls_is_heard(tmp_path: Path) -> None:
    house = House(tmp_path)
    await house.round()
    service = house.service()
    working = asyncio.create_task(run(service, 600))
    await asyncio.sleep(0.5)
    house.receives(a_mail(1))
    await until("filed", house)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(working, 10)
    await service.close()
    assert len(house.letters) == 1


@pytest.mark.fault(number=27)
async def test_a_round_that_does_not_end_is_told_of_again_and_again(tmp_path: Path) -> None:
    house, heard, go_on = House(tmp_path), list[str](), asyncio.Event()
    service = house.service()

    async def claim() -> None:
        await go_on.wait()

    object.__setattr__(service.ledger, "claim", claim)
    working = asyncio.create_task(run(service, 600, lambda trouble, _: heard.append(str(trouble)), longest_round=0.2))
    async with asyncio.timeout(5):
        while len(heard) < 2:
            await asyncio.sleep(0.02)
    go_on.set()
    await asyncio.sleep(0.3)
    said = len(heard)
    await asyncio.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(working, 10)
    await service.close()
    assert all(words.startswith("a round has not come to its end in") for words in heard)
    assert len(heard) == said
