"""Who may go next, and how long a round has left.

Politeness: over all rounds at most a few conversations at once with one port of an address, and a bounded number
in total.

    Stopwatch of a round     runs while its questions are asked; stands still while one of them waits behind *other*
                             rounds. A round that waits only for itself pays for it, so one name never takes
                             longer than its deadline because of its own many questions.
    Line of an address       first come, first served. What somebody learned of an address while others stood in
                             line (a dead port, a silent server) is told to those, so that a thousand names on one
                             dead server cost one time-out and not a thousand.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from triage.model import Failure

ENOUGH, LAST_MOMENT = 7.0, 0.3  # seconds


class Stopwatch:
    """Calls `ring` after `seconds` of running time, or after `patience` seconds of any time."""

    def __init__(self, seconds: float, ring: Callable[[], None], patience: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._left = seconds
        self._stops = 0
        self._running_since = self._loop.time()
        self._ring = ring
        self._timer = self._loop.call_later(seconds, ring)
        self._last = self._loop.call_later(seconds + patience, ring)

    def pause(self) -> None:
        self._stops += 1
        if self._stops == 1:
            self._timer.cancel()
            self._left -= self._loop.time() - self._running_since

    def resume(self) -> None:
        self._stops -= 1
        if self._stops == 0:
            self._running_since = self._loop.time()
            self._timer = self._loop.call_later(max(0.0, self._left), self._ring)

    @property
    def left(self) -> float:
        """Seconds of running time that remain."""
        return self._left if self._stops else self._left - (self._loop.time() - self._running_since)

    def stop(self) -> None:
        self._stops = 1  # a late resume starts nothing
        self._timer.cancel()
        self._last.cancel()


class Company:
    """The stopwatches of all rounds that wait for one shared look-up: they stand still and run together."""

    def __init__(self) -> None:
        self._watches: list[Watch] = []
        self._stops = 0

    def join(self, watch: "Watch") -> None:
        self._watches.append(watch)
        if self._stops:
            watch.pause()

    def leave(self, watch: "Watch") -> None:
        self._watches.remove(watch)
        if self._stops:
            watch.resume()

    def pause(self) -> None:
        self._stops += 1
        if self._stops == 1:
            for watch in self._watches:
                watch.pause()

    def resume(self) -> None:
        self._stops -= 1
        if self._stops == 0:
            for watch in self._watches:
                watch.resume()


Watch = Stopwatch | Company


@dataclass(slots=True, eq=False)
class Asking:
    """One question under way: whose time it spends, and how far it has come (for the words of a cut-off)."""

    watch: Watch | None = None
    phase: str = "waiting for its turn"
    since: float | None = None  # when its turn came, by the loop's clock
    joined: "Asking | None" = None  # the shared look-up that it waits for

    def begin(self, phase: str) -> None:
        """The first packet is about to leave."""
        self.phase = phase
        self.since = self.since or _now()

    def allowed(self, seconds: float) -> float:
        """Seconds for one step that may take so many. Where the round ends before, it says a moment earlier how it is.

        Unless it is too short to tell: in ENOUGH seconds a dial has sent three SYNs (after 0, 1 and 3 s) and waited.
        """
        left = self.watch.left - LAST_MOMENT if isinstance(self.watch, Stopwatch) else seconds
        return left if ENOUGH <= left < seconds else seconds

    @property
    def progress(self) -> str:
        return self.joined.progress if self.joined else self.phase

    @property
    def began(self) -> float | None:
        return self.joined.began if self.joined else self.since


@dataclass(slots=True)
class _Line:
    holders: list[Watch | None] = field(default_factory=list[Watch | None])
    waiting: deque["_Place"] = field(default_factory=deque["_Place"])
    heard: tuple[float, Failure | None] = (0.0, None)  # when, and what; None is an answer

    def call_next(self) -> None:
        """The first in line becomes a holder at once, so that no newcomer can slip in before it wakes."""
        while self.waiting:
            place = self.waiting.popleft()
            if not place.called.done():
                self.holders.append(place.watch)
                place.called.set_result(None)
                return

    def leave(self, watch: Watch | None) -> None:
        self.holders.remove(watch)
        self.call_next()


@dataclass(slots=True, eq=False)
class _Place:
    called: asyncio.Future[None]
    watch: Watch | None


@dataclass(slots=True)
class Turn:
    """The right to speak to one port. `told` is what others found out while we stood in line."""

    told: Failure | None
    _line: _Line
    _since: float

    def tell(self, failure: Failure | None) -> None:
        """Pass on whether this port answers. A failure says nothing where somebody was answered meanwhile."""
        when, before = self._line.heard
        if failure is not None and before is None and when >= self._since:
            return
        self._line.heard = (_now(), failure)


class Turns:
    """At most `each` holders at one port of an address, and `together` in all."""

    def __init__(self, each: int, together: int) -> None:
        self.each = each
        self.together = asyncio.Semaphore(together)
        self._lines: dict[tuple[str, int], _Line] = {}

    def at(self, address: str, port: int, asking: Asking) -> "_Visit":
        """`async with` it: wait in line, then hold a place until the block ends."""
        return _Visit(self, (address, port), asking.watch)

    def line(self, where: tuple[str, int]) -> _Line:
        return self._lines.setdefault(where, _Line())

    def forget(self, where: tuple[str, int]) -> None:
        """Lines last as long as somebody holds a place in them."""
        if not self._lines[where].holders:
            del self._lines[where]


class _Visit:
    """One stay at a port. A class and not a generator: it is entered for every question."""

    __slots__ = ("_line", "_turns", "_watch", "_where")

    def __init__(self, turns: Turns, where: tuple[str, int], watch: Watch | None) -> None:
        self._turns, self._where, self._watch = turns, where, watch
        self._line = turns.line(where)

    async def __aenter__(self) -> Turn:
        since = _now()
        if len(self._line.holders) < self._turns.each:
            self._line.holders.append(self._watch)
        else:
            await self._stand_in_line()
        try:
            await self._get_room()
        except asyncio.CancelledError:
            self._leave()
            raise
        when, failure = self._line.heard
        return Turn(failure if when > since else None, self._line, _now())

    async def __aexit__(self, *_: object) -> None:
        self._turns.together.release()
        self._leave()

    async def _stand_in_line(self) -> None:
        place = _Place(asyncio.get_running_loop().create_future(), self._watch)
        self._line.waiting.append(place)
        behind_others = any(holder is not self._watch for holder in self._line.holders)
        try:
            if behind_others:
                with _standing_still(self._watch):
                    await place.called
            else:
                await place.called
        except asyncio.CancelledError:
            if place in self._line.waiting:
                self._line.waiting.remove(place)
            elif not place.called.cancelled():
                self._leave()  # called and cut off in the same moment: pass the place on
            raise

    async def _get_room(self) -> None:
        if self._turns.together.locked():
            with _standing_still(self._watch):
                await self._turns.together.acquire()
        else:
            await self._turns.together.acquire()

    def _leave(self) -> None:
        self._line.leave(self._watch)
        self._turns.forget(self._where)


@contextmanager
def _standing_still(watch: Watch | None) -> Generator[None]:
    if watch is None:
        yield
        return
    watch.pause()
    try:
        yield
    finally:
        watch.resume()


def _now() -> float:
    return asyncio.get_running_loop().time()
