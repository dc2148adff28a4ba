"""One look-up for all who ask the same at the same time, and its answer for whoever asks shortly after."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from triage.model import Failure
from triage.probes.failing import Failed
from triage.probes.turns import Asking, Company

Key = TypeVar("Key")
Value = TypeVar("Value")
MOST_KEPT = 4_000  # answers; more would be found again only by chance, and weigh on the garbage collector


class Shared(Generic[Key, Value]):
    """Joins equal questions. Failures are told to all who wait, and not kept."""

    def __init__(self, keep: Callable[[Value], float]) -> None:
        self._keep = keep  # seconds for which an answer stays good
        self._under_way: dict[Key, tuple[asyncio.Task[Value | Failure], Asking, Company]] = {}
        self._kept: dict[Key, tuple[float, Value]] = {}

    async def get(
        self, key: Key, asking: Asking, look_up: Callable[[Asking], Awaitable[Value | Failure]]
    ) -> Value | Failure:
        """The answer to `key`. A look-up goes on when the one who began it is cut off: others may wait for it."""
        if (recent := self._recent(key)) is not None:
            return recent
        if key not in self._under_way:
            company = Company()
            common = Asking(company)
            self._under_way[key] = (asyncio.ensure_future(self._run(key, common, look_up)), common, company)
        task, common, company = self._under_way[key]
        asking.joined = common
        if asking.watch is None:
            return await asyncio.shield(task)
        company.join(asking.watch)
        try:
            return await asyncio.shield(task)
        finally:
            company.leave(asking.watch)

    def _recent(self, key: Key) -> Value | None:
        found = self._kept.get(key)
        if found is None:
            return None
        if found[0] > asyncio.get_running_loop().time():
            return found[1]
        del self._kept[key]
        return None

    async def _run(
        self, key: Key, common: Asking, look_up: Callable[[Asking], Awaitable[Value | Failure]]
    ) -> Value | Failure:
        try:
            value = await look_up(common)
        except Failed as failed:
            return failed.failure
        finally:
            del self._under_way[key]
        if not isinstance(value, Failure) and (seconds := self._keep(value)) > 0:
            while len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (asyncio.get_running_loop().time() + seconds, value)
        return value

    async def close(self) -> None:
        tasks = [task for task, _, _ in self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
