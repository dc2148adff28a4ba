"""Probes that let somebody look on: every question as it is asked, every observation as it comes."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from triage.model import Observation, Question
from triage.ports import Probes, Round


class WatchedProbes:
    """Passes everything on to `probes`, and tells `asked` and `seen` of it."""

    def __init__(self, probes: Probes, asked: Callable[[Question], None], seen: Callable[[Observation], None]) -> None:
        self._probes, self._asked, self._seen = probes, asked, seen
        self.sources = probes.sources

    @asynccontextmanager
    async def round(self, deadline: float) -> AsyncGenerator[Round]:
        async with self._probes.round(deadline) as round:
            yield _WatchedRound(round, self._asked, self._seen)

    async def close(self) -> None:
        await self._probes.close()


class _WatchedRound:
    def __init__(self, round: Round, asked: Callable[[Question], None], seen: Callable[[Observation], None]) -> None:
        self._round, self._asked, self._seen = round, asked, seen

    def start(self, questions: Iterable[Question]) -> None:
        questions = tuple(questions)
        for question in questions:
            self._asked(question)
        self._round.start(questions)

    async def __aiter__(self) -> AsyncIterator[Observation]:
        async for observation in self._round:
            self._seen(observation)
            yield observation
