"""Questions in, observations out, without a socket: a round of probes that a `World` answers in simulated time."""

import heapq
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Literal

from triage.demo import dns, web
from triage.demo.tree import Tree
from triage.demo.world import CertificatePart, Unsimulated, World
from triage.model import (
    Answer,
    AskAuthority,
    AskDns,
    AskHttp,
    AskLog,
    AskRegistry,
    AskTls,
    AuthorityAnswer,
    Certificate,
    Failure,
    Fault,
    LogAnswer,
    Observation,
    Question,
    RegistryAnswer,
)

LOOKUP = 0.4  # seconds that a registry or a status page takes
OUR_CA = "letsencrypt.org"
WHOIS_ONLY = {"jp"}  # registries that offer no RDAP
RDAP_ONLY = {"app", "dev"}

Answering = Callable[[Question], tuple[Answer | Failure, float]]  # the answer, and the seconds that it takes
_UNANSWERED = {
    "timeout": (Failure(Fault.TIMEOUT), 5.0),
    "refused": (Failure(Fault.REFUSED), 0.03),
    "not-asked": (Failure(Fault.NOT_ASKED, "the registry offers no way to ask"), 0.0),
}


class WorldProbes:
    """A ports.Probes that answers from a world, at once, in the order in which real answers would have come.

    `strict`: a question about something that the world does not describe raises Unsimulated, so that a test cannot
    mistake a hole in its world for "no record". Else it comes back as NOT_ASKED.
    """

    def __init__(self, world: World, mode: Literal["strict", "lenient"] = "strict") -> None:
        self.world = world
        self.strict = mode == "strict"
        self.sources: tuple[str, ...] = ("log",) if world.log else ()
        self._dns = dns.Simulated(Tree(world))
        self._web = web.Simulated(world)

    @asynccontextmanager
    async def round(self, deadline: float) -> AsyncGenerator["SimulatedRound"]:
        yield SimulatedRound(self.answer, self.world.now, deadline)

    async def close(self) -> None:
        return None

    def answer(self, question: Question) -> tuple[Answer | Failure, float]:
        """The answer and the seconds that it takes."""
        try:
            return self._answer(question)
        except Unsimulated as error:
            if self.strict:
                raise
            return Failure(Fault.NOT_ASKED, str(error)), 0.0

    def _answer(self, question: Question) -> tuple[Answer | Failure, float]:
        match question:
            case AskDns():
                return self._dns.ask(question)
            case AskHttp():
                return self._web.http(question)
            case AskTls():
                return self._web.tls(question)
            case AskRegistry():
                return self._registry(question)
            case AskAuthority():
                return self._authority(question)
            case AskLog():
                return self._log(question)

    def _registry(self, question: AskRegistry) -> tuple[Answer | Failure, float]:
        tld = question.name.rpartition(".")[2]
        if tld in (WHOIS_ONLY if question.by == "rdap" else RDAP_ONLY):
            return Failure(Fault.NOT_ASKED, f"the registry of {tld} offers no {question.by}"), 0.0
        entry = self.world.registry.get(question.name)
        if entry is None:
            if question.name not in self.world.zones:
                raise Unsimulated(f"the world does not say whether {question.name} is registered")
            return RegistryAnswer(True, source=f"{question.by}.nic.{tld}"), LOOKUP
        if entry.fault:
            return _UNANSWERED[entry.fault]
        expires = self.world.maybe(entry.expires)
        return RegistryAnswer(
            entry.registered, expires, entry.status, entry.registrar, f"{question.by}.nic.{tld}"
        ), LOOKUP

    def _authority(self, question: AskAuthority) -> tuple[Answer | Failure, float]:
        entry = self.world.authority.get(question.ca)
        if entry is None:
            if question.ca == OUR_CA:
                return AuthorityAnswer(True, "All Systems Operational"), LOOKUP
            return Failure(Fault.NOT_ASKED, f"no status page of {question.ca} is known"), 0.0
        return AuthorityAnswer(entry.operational, entry.words, self.world.maybe(entry.since)), LOOKUP

    def _log(self, question: AskLog) -> tuple[Answer | Failure, float]:
        entries = self.world.log.get(question.name)
        if entries is None:
            return Failure(Fault.NOT_ASKED, "the world has no such log"), LOOKUP
        read = (self._logged(part, question.name, n) for n, part in enumerate(entries))
        return LogAnswer(tuple(sorted(read, key=lambda c: c.not_before, reverse=True))), LOOKUP

    def _logged(self, part: CertificatePart, name: str, number: int) -> Certificate:
        since, until = self.world.moment(part.since), self.world.moment(part.until)
        return Certificate(part.issuer, since, until, part.names or (name,), serial=f"logged{number}")


class SimulatedRound:
    """One ports.Round in simulated time: `now` is the seconds since its beginning."""

    def __init__(self, answer: Answering, began: datetime, deadline: float) -> None:
        self._answer, self._began, self._deadline = answer, began, deadline
        self._asked: set[Question] = set()
        self._waiting: list[tuple[float, int, float, Question, Answer | Failure]] = []
        self.now = 0.0

    def start(self, questions: Iterable[Question]) -> None:
        for question in questions:
            if question not in self._asked:
                self._asked.add(question)
                answer, seconds = self._answer(question)
                entry = (self.now + seconds, len(self._asked), self.now, question, answer)
                heapq.heappush(self._waiting, entry)

    async def __aiter__(self) -> AsyncIterator[Observation]:
        while self._waiting:
            arrives, _, began, question, answer = heapq.heappop(self._waiting)
            if arrives > self._deadline:
                arrives, answer = self._deadline, Failure(Fault.CUT_OFF)
            self.now = arrives
            asked_at = self._began + timedelta(seconds=began)
            yield Observation(question, answer, asked_at, arrives - began)
