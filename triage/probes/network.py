"""The real internet as `ports.Probes`: questions in, observations out, in the order in which they arrive.

What a round promises: every question that was started comes back exactly once. At the deadline whatever is open
comes back as CUT_OFF, with how far it had come. The deadline does not run while a question waits for its turn
behind other rounds (turns.py); a question's own limits of time begin when its turn comes.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from triage.model import (
    Answer,
    AskAuthority,
    AskDns,
    AskHttp,
    AskLog,
    AskRegistry,
    AskTls,
    AuthorityAnswer,
    Failure,
    Fault,
    LogAnswer,
    Observation,
    Question,
    RegistryAnswer,
)
from triage.ports import Clock
from triage.probes.api import Api
from triage.probes.authority import Authority
from triage.probes.dns import Dns
from triage.probes.exits import Exits
from triage.probes.failing import Failed
from triage.probes.guard import Guard
from triage.probes.http import Http, Tokens
from triage.probes.log import Log
from triage.probes.rdap import Rdap
from triage.probes.shared import Shared
from triage.probes.tls import Tls, utc_now
from triage.probes.turns import Asking, Stopwatch, Turns
from triage.probes.whois import Whois
from triage.probes.wire import Wire

# Of three operators; nothing is sent there but a dial.
CONTROLS = ("www.iana.org", "acme-v02.api.letsencrypt.org", "one.one.one.one")
PATIENCE = 900.0  # seconds that a round waits for its turns, all in all: a thousand dead names take half of it
# More would not be faster, since turns.py lets no more through; they would only keep their questions in memory.
ROUNDS_AT_ONCE = 200
AT_ONE_REGISTRY = 2
REGISTRY_KEPT, AUTHORITY_KEPT, LOG_KEPT = 600.0, 120.0, 600.0  # seconds; they count every question of ours
# Of one round, far above what next_questions asks: here only a mistake or an attack is stopped.
MOST_QUESTIONS: Mapping[type, int] = {AskDns: 200, AskHttp: 60, AskTls: 40, AskRegistry: 6, AskAuthority: 3, AskLog: 1}


class NetworkProbes:
    """Asks for real. `resolvers` are addresses, with a port where it is not 53; empty: those of the system.

    `whois_servers` (TLD → host), `status_pages` (CA → URL) and `ports` (53, 80, 443 → where they are) move services
    elsewhere, as a lab without root needs it. `log_url`, with `{name}` in it: a search over the CT logs; "": none.
    `controls`: hosts with open ports 80 and 443, dialed only to tell whether these are closed on our own side.
    """

    def __init__(
        self,
        *,
        resolvers: Sequence[str] = (),
        contact: str = "",
        allow_networks: Sequence[str] = (),
        ca_file: Path | None = None,
        rdap_bootstrap: Path | None = None,
        clock: Clock = utc_now,
        whois_servers: Mapping[str, str] | None = None,
        status_pages: Mapping[str, str] | None = None,
        ports: Mapping[int, int] | None = None,
        log_url: str = "",
        controls: Sequence[str] = CONTROLS,
    ) -> None:
        guard = Guard(allow_networks)
        self._clock = clock
        self._dns = Dns(resolvers, guard, ports or {}, *(() if controls else ((),)))
        self._exits = Exits(lambda _: self._always_there(controls))
        wire = Wire(guard, ports or {}, self._exits)
        self._http = Http(wire, contact)
        self._tls = Tls(wire, ca_file, clock)
        api = Api(self._dns, wire, self._http.agent, ca_file)
        self._rdap = Rdap(api, rdap_bootstrap)
        self._whois = Whois(self._dns, wire, whois_servers or {})
        self._authority = Authority(api, status_pages or {})
        self._log = Log(api, log_url or None)
        self.sources: tuple[str, ...] = ("log",) if log_url else ()
        self._room = asyncio.Semaphore(ROUNDS_AT_ONCE)
        self._registries = Turns(AT_ONE_REGISTRY, 64)
        self._registrations: Shared[AskRegistry, RegistryAnswer] = Shared(lambda _: REGISTRY_KEPT)
        self._at_logs = Turns(AT_ONE_REGISTRY, 64)
        self._logged: Shared[AskLog, LogAnswer] = Shared(lambda _: LOG_KEPT)
        self._authorities: Shared[AskAuthority, AuthorityAnswer] = Shared(lambda _: AUTHORITY_KEPT)

    @asynccontextmanager
    async def round(self, deadline: float) -> AsyncGenerator["NetworkRound"]:
        """A round of `deadline` seconds of its own time, which begins when there is room for it.

        Leaving it ends whatever is still under way.
        """
        async with self._room:
            round = NetworkRound(self, deadline, self._clock)
            try:
                yield round
            finally:
                await round.end()

    async def close(self) -> None:
        await self._exits.close()
        for shared in (self._dns, self._registrations, self._authorities, self._logged):
            await shared.close()

    async def _always_there(self, hosts: Sequence[str]) -> Sequence[str]:
        found = await asyncio.gather(*(self._dns.addresses(h, Asking()) for h in hosts), return_exceptions=True)
        return [address for addresses in found if not isinstance(addresses, BaseException) for address in addresses[:4]]

    async def answer(self, question: Question, tokens: Tokens, asking: Asking) -> Answer | Failure:
        """The answer to one question, or why there is none."""
        try:
            match question:
                case AskDns():
                    return await self._dns.ask(question, asking)
                case AskHttp():
                    return await self._http.ask(question, tokens, asking)
                case AskTls():
                    return await self._tls.ask(question, asking)
                case AskRegistry():
                    return await self._registrations.get(
                        question, asking, lambda common: self._registry(question, common)
                    )
                case AskAuthority():
                    return await self._authorities.get(
                        question, asking, lambda common: self._authority.ask(question.ca, common)
                    )
                case AskLog():
                    return await self._logged.get(question, asking, lambda common: self._logs(question, common))
        except Failed as failed:
            return failed.failure

    async def _logs(self, question: AskLog, asking: Asking) -> LogAnswer | Failure:
        async with self._at_logs.at("log", 0, asking):
            return await self._log.ask(question.name, asking)

    async def _registry(self, question: AskRegistry, asking: Asking) -> RegistryAnswer | Failure:
        registry = self._rdap if question.by == "rdap" else self._whois
        async with self._registries.at(f"{question.by} {question.name.rpartition('.')[2]}", 0, asking):
            return await registry.ask(question.name, asking)


class NetworkRound:
    def __init__(self, probes: NetworkProbes, deadline: float, clock: Clock) -> None:
        self._probes = probes
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._tokens = Tokens(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        self._watch = Stopwatch(deadline, self._ring, PATIENCE)
        self._over = False
        self._started: set[Question] = set()
        self._counts: dict[type, int] = {}
        self._open: dict[Question, _Open] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrived: asyncio.Queue[Observation] = asyncio.Queue()

    def start(self, questions: Iterable[Question]) -> None:
        """Ask these too. One that was started before is not asked again."""
        for question in questions:
            if question not in self._started:
                self._started.add(question)
                self._start(question)

    def __aiter__(self) -> AsyncIterator[Observation]:
        return self

    async def __anext__(self) -> Observation:
        if not self._open and self._arrived.empty():
            raise StopAsyncIteration
        return await self._arrived.get()

    async def end(self) -> None:
        self._watch.stop()
        self._over = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, question: Question) -> None:
        now = _Open(self._clock(), self._loop.time(), Asking(self._watch))
        self._open[question] = now
        kind = type(question)
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if self._over:
            self._arrive(question, Failure(Fault.CUT_OFF, "the time was over before it could be asked"))
        elif self._counts[kind] > MOST_QUESTIONS[kind]:
            why = f"more than {MOST_QUESTIONS[kind]} questions of this kind for one name"
            self._arrive(question, Failure(Fault.NOT_ASKED, why))
        else:
            task = self._loop.create_task(self._ask(question, now.asking))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _ask(self, question: Question, asking: Asking) -> None:
        self._arrive(question, await self._probes.answer(question, self._tokens, asking))

    def _arrive(self, question: Question, answer: Answer | Failure) -> None:
        if (began := self._open.pop(question, None)) is not None:
            # Waiting for its turn is no part of the question: it counts from when the first packet left.
            asked = began.asking.began or began.at
            asked_at = began.clock + timedelta(seconds=asked - began.at)
            self._arrived.put_nowait(Observation(question, answer, asked_at, self._loop.time() - asked))

    def _ring(self) -> None:
        """The time is over: what is open comes back as it stands, and is let go."""
        self._over = True
        for question, began in list(self._open.items()):
            self._arrive(question, Failure(Fault.CUT_OFF, f"the time was over: {began.asking.progress}"))
        for task in self._tasks:
            task.cancel()


class _Open:
    """A question under way: when it was asked, by the clock and by the loop (seconds), and how far it is."""

    __slots__ = ("asking", "at", "clock")

    def __init__(self, clock: datetime, at: float, asking: Asking) -> None:
        self.clock = clock
        self.at = at
        self.asking = asking
