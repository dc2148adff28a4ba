"""What is remembered of a port that gives nobody an answer, and for how long."""

import asyncio

import pytest

from triage.model import Failure, Fault
from triage.probes.silences import HOLDS, Silences
from triage.probes.turns import Company

PORT = ("5.9.1.1", 80)
MUTE = Failure(Fault.TIMEOUT, "no connection within 10 s")
STALLED = Failure(Fault.STALLED, "connected, no whole answer")


def now() -> float:
    return asyncio.get_running_loop().time()


async def met(*failures: Failure, names: int = 1) -> Failure | None:
    """What is said of the port after each of `names` has met these."""
    silences = Silences()
    for who in [Company() for _ in range(names)]:
        for failure in failures:
            silences.met(PORT, failure, who, now())
    return silences.at(PORT)


async def test_a_dial_that_timed_out_counts_at_once() -> None:
    assert await met(MUTE) == MUTE


async def test_one_site_may_hang_by_itself() -> None:
    assert await met(STALLED, STALLED, STALLED) is None
    assert await met(STALLED, names=2) == STALLED


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.RESET, Fault.TLS, Fault.NOT_ASKED, Fault.FORBIDDEN])
async def test_what_costs_no_time_is_tried_again(fault: Fault) -> None:
    assert await met(Failure(fault), names=3) is None


async def test_an_answer_takes_it_back() -> None:
    silences, began = Silences(), now()
    silences.met(PORT, MUTE, None, now())
    silences.answered(PORT)
    assert silences.at(PORT) is None
    silences.met(PORT, MUTE, None, began)  # began before somebody was answered
    assert silences.at(PORT) is None


async def test_another_port_is_another_matter() -> None:
    silences = Silences()
    silences.met(PORT, MUTE, None, now())
    assert silences.at((PORT[0], 443)) is None


async def test_it_is_forgotten_after_a_moment() -> None:
    silences = Silences()
    silences.met(PORT, MUTE, None, now())
    silences._ports[PORT].since -= HOLDS  # pyright: ignore[reportPrivateUsage]
    assert silences.at(PORT) is None
