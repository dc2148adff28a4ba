"""Politeness towards one address, and which time a round pays for."""

import asyncio
import time

import pytest

from triage.model import Failure, Fault
from triage.probes.turns import Asking, Company, Stopwatch, Turns


class Rings:
    def __init__(self) -> None:
        self.at: float | None = None

    def __call__(self) -> None:
        self.at = time.monotonic()


def asking(seconds: float = 9.0, patience: float = 60.0) -> tuple[Asking, Rings]:
    rings = Rings()
    return Asking(Stopwatch(seconds, rings, patience)), rings


async def hold(turns: Turns, who: Asking, seconds: float, seen: list[str], name: str = "") -> None:
    async with turns.at("a", 80, who):
        seen.append(name)
        await asyncio.sleep(seconds)


async def test_at_most_so_many_at_once_and_first_come_first_served() -> None:
    turns, seen, most = Turns(each=2, together=99), [], [0, 0]

    async def visit(name: str) -> None:
        async with turns.at("a", 80, asking()[0]):
            most[0] += 1
            most[1] = max(most)
            seen.append(name)
            await asyncio.sleep(0.01)
            most[0] -= 1

    await asyncio.gather(*(visit(str(n)) for n in range(9)))
    assert (most[1], seen) == (2, [str(n) for n in range(9)])


async def test_another_address_does_not_wait() -> None:
    turns = Turns(each=1, together=99)
    async with turns.at("a", 80, asking()[0]), asyncio.timeout(0.1), turns.at("b", 80, asking()[0]):
        pass


async def test_so_many_in_all() -> None:
    turns = Turns(each=9, together=1)
    async with turns.at("a", 80, asking()[0]):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), turns.at("b", 80, asking()[0]):
                pass


async def test_waiting_behind_others_costs_no_time() -> None:
    turns, seen = Turns(each=1, together=99), []
    other, me = asking()[0], asking(seconds=0.2)
    await asyncio.gather(hold(turns, other, 0.5, seen), hold(turns, me[0], 0.05, seen))
    assert me[1].at is None
    await asyncio.sleep(0.2)
    assert me[1].at is not None


async def test_waiting_behind_oneself_costs_time() -> None:
    turns, seen = Turns(each=1, together=99), []
    me, rings = asking(seconds=0.2)
    await asyncio.gather(hold(turns, me, 0.3, seen), hold(turns, me, 0.05, seen))
    assert rings.at is not None


async def test_patience_ends_all_waiting() -> None:
    turns, seen = Turns(each=1, together=99), []
    me, rings = asking(seconds=0.05, patience=0.1)
    await asyncio.gather(hold(turns, asking()[0], 0.4, seen), hold(turns, me, 0, seen))
    assert rings.at is not None


async def test_who_is_cut_off_in_line_leaves_it() -> None:
    turns, seen = Turns(each=1, together=99), []
    first = asyncio.create_task(hold(turns, asking()[0], 0.1, seen, "first"))
    await asyncio.sleep(0)
    cut = asyncio.create_task(hold(turns, asking()[0], 0, seen, "cut"))
    last = asyncio.create_task(hold(turns, asking()[0], 0, seen, "last"))
    await asyncio.sleep(0.02)
    cut.cancel()
    await asyncio.gather(first, cut, last, return_exceptions=True)
    assert seen == ["first", "last"]


async def test_who_is_called_and_cut_off_in_the_same_moment_passes_the_place_on() -> None:
    turns, seen = Turns(each=1, together=99), []
    gate = turns.at("a", 80, asking()[0])
    await gate.__aenter__()
    cut = asyncio.create_task(hold(turns, asking()[0], 0, seen, "cut"))
    last = asyncio.create_task(hold(turns, asking()[0], 0, seen, "last"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await gate.__aexit__(None, None, None)  # calls `cut`, which is cancelled before it runs
    cut.cancel()
    async with asyncio.timeout(1):
        await asyncio.gather(cut, last, return_exceptions=True)
    assert seen == ["last"]


DEAD = Failure(Fault.TIMEOUT, "no connection within 10 s")


async def told_after(*news: Failure | None) -> Failure | None:
    """What somebody in line is told when a holder has learned `news`, in order."""
    turns = Turns(each=1, together=99)
    heard: list[Failure | None] = []

    async def wait() -> None:
        async with turns.at("a", 80, asking()[0]) as turn:
            heard.append(turn.told)

    async with turns.at("a", 80, asking()[0]) as turn:
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.01)
        for item in news:
            turn.tell(item)
    await waiting
    return heard[0]


async def test_a_dead_port_is_told_to_those_in_line() -> None:
    assert await told_after(DEAD) == DEAD


async def test_an_answer_outweighs_a_failure() -> None:
    assert await told_after(DEAD, None) is None
    assert await told_after(None, DEAD) is None


async def test_who_comes_later_asks_anew() -> None:
    turns = Turns(each=1, together=99)
    async with turns.at("a", 80, asking()[0]) as turn:
        turn.tell(DEAD)
    await asyncio.sleep(0.01)
    async with turns.at("a", 80, asking()[0]) as turn:
        assert turn.told is None


async def test_another_port_of_the_address_is_told_nothing() -> None:
    turns = Turns(each=1, together=99)
    heard: list[Failure | None] = []

    async def wait() -> None:
        async with turns.at("a", 443, asking()[0]) as turn:
            heard.append(turn.told)

    async with turns.at("a", 80, asking()[0]) as turn:
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.01)
        turn.tell(DEAD)
    await waiting
    assert heard == [None]


@pytest.mark.parametrize(
    ("left", "seconds", "allowed"),
    [
        (20.0, 10.0, 10.0),
        (9.3, 10.0, 9.0),  # the round ends first: what is known is said a moment before
        (5.0, 10.0, 10.0),  # too short to tell: the end of the round cuts it off, and it stays unknown
        (9.3, 4.0, 4.0),
    ],
)
async def test_a_step_that_the_rounds_end_would_cut_off_ends_a_moment_before(
    left: float, seconds: float, allowed: float
) -> None:
    who, _ = asking(left)
    assert who.allowed(seconds) == pytest.approx(allowed, abs=0.05)


async def test_a_shared_look_up_has_no_end_of_its_own() -> None:
    assert Asking(Company()).allowed(10.0) == 10.0
