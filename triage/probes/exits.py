"""Is it they who are silent, or is the way out closed here? A firewall before this host must not become their fault.

Whoever answers proves that the port is open on the way out. While nobody has, and somebody is silent or refuses (as a
firewall may do in their name), hosts that are always there are knocked at as well. When none of them answers either,
the silence is ours: NOT_ASKED.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from triage.model import Failure, Fault

PATIENCE = 1.5  # seconds of silence before anybody else is knocked at
KNOCK_SECONDS = 2.0
HOLDS = 300.0  # seconds for which either outcome counts
_OF_A_FIREWALL = frozenset((Fault.TIMEOUT, Fault.REFUSED))
Way = tuple[int, int]  # IP version, port
Knock = Callable[[str], Awaitable[Failure | None]]  # an address → None where somebody answered


@dataclass(frozen=True, slots=True)
class _Outcome:
    is_closed: bool
    at: float


class Exits:
    """`controls` gives the addresses of hosts that are always there; empty: nothing can be told."""

    def __init__(self, controls: Callable[[int], Awaitable[Sequence[str]]]) -> None:
        self._controls = controls
        self._known: dict[Way, _Outcome] = {}
        self._asking: dict[Way, asyncio.Task[bool]] = {}
        self._looked_up: dict[int, asyncio.Task[Sequence[str]]] = {}  # port → where its controls are

    async def weighed(
        self, address: str, port: int, attempt: Awaitable[Failure | None], knock: Knock
    ) -> Failure | None:
        """The outcome of `attempt`; a time-out becomes NOT_ASKED where the way out is closed."""
        way = (6 if ":" in address else 4, port)
        if self._is_open(way):
            return self._learned(way, await attempt)
        self._addresses(port)  # a refusal comes at once, and must not wait for a look-up of ours
        trying = asyncio.ensure_future(attempt)
        try:
            await asyncio.wait({trying}, timeout=PATIENCE)
            control = None if trying.done() else self._control(way, knock)
            failure = self._learned(way, await trying)
            if failure is None or failure.fault not in _OF_A_FIREWALL:
                return failure
            closed = await asyncio.shield(control or self._control(way, knock))
            ours = closed and not self._is_open(way)
            return Failure(Fault.NOT_ASKED, f"port {port} is closed on the way out of this host") if ours else failure
        finally:
            trying.cancel()

    async def close(self) -> None:
        tasks: list[asyncio.Task[Any]] = [*self._asking.values(), *self._looked_up.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_open(self, way: Way) -> bool:
        known = self._known.get(way)
        return known is not None and not known.is_closed and _now() - known.at < HOLDS

    def _learned(self, way: Way, failure: Failure | None) -> Failure | None:
        if failure is None:
            self._known[way] = _Outcome(False, _now())
        return failure

    def _addresses(self, port: int) -> asyncio.Task[Sequence[str]]:
        """One look-up for all who wait, and the next one after a control has made use of it."""
        if port not in self._looked_up:
            self._looked_up[port] = asyncio.ensure_future(self._controls(port))
        return self._looked_up[port]

    def _control(self, way: Way, knock: Knock) -> "asyncio.Task[bool]":
        """One control for all who wait, repeated when its outcome is old."""
        known = self._known.get(way)
        task = self._asking.get(way)
        if task is None or (task.done() and (known is None or _now() - known.at >= HOLDS)):
            task = self._asking[way] = asyncio.ensure_future(self._closed(way, knock))
        return task

    async def _closed(self, way: Way, knock: Knock) -> bool:
        """Nobody of those who are always there answers."""
        found = await asyncio.shield(self._addresses(way[1]))
        self._looked_up.pop(way[1], None)
        addresses = [a for a in found if (":" in a) == (way[0] == 6)]
        if not addresses:
            return False
        async with asyncio.TaskGroup() as group:
            knocks = [group.create_task(_in_time(knock(address))) for address in addresses]
        closed = not any(knocked.result() for knocked in knocks)
        if not self._is_open(way):
            self._known[way] = _Outcome(closed, _now())
        return closed


async def _in_time(knocking: Awaitable[Failure | None]) -> bool:
    try:
        async with asyncio.timeout(KNOCK_SECONDS):
            failure = await knocking
    except TimeoutError:
        return False
    return failure is None


def _now() -> float:
    return asyncio.get_running_loop().time()
