"""One DNS question, to a resolver or to one name server: AskDns → DnsAnswer.

    try 1 ── 2.5 s ──▶ try 2, at the next resolver ── 3 s ──▶ TIMEOUT      (a name server: 2 s, and 2 s without EDNS)

The socket of the first try stays open during the second, so a late answer still counts. A closed port is known at
once, since every socket is connected. Truncated answers are asked for again over TCP.
"""

import asyncio
import ipaddress
import secrets
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from triage.model import AskDns, DnsAnswer, Failure, Fault, Permanent
from triage.probes import packets
from triage.probes.exits import KNOCK_SECONDS, Exits
from triage.probes.failing import Failed, from_os
from triage.probes.guard import Guard
from triage.probes.shared import Shared
from triage.probes.turns import Asking, Turns
from triage.probes.wire import Stream, has_route, unroutable

RESOLVER_TRIES = (2.5, 3.0)  # seconds
SERVER_TRIES = (2.0, 2.0)
TCP_SECONDS = 4.0
LONGEST_KEPT = 30.0  # seconds: a person who has just mended something must see it
AT_ONE_SERVER, TOGETHER = 20, 160  # with a socket for each try, all stays below the usual 1,024 files
# a, k and m.root-servers.net: asked only where nobody answers, to tell whether port 53 is closed on our side.
ROOT_SERVERS = ("198.41.0.4", "193.0.14.129", "2001:503:ba3e::2:30", "2001:dc3::35")
SYSTEM_RESOLVERS = Path("/etc/resolv.conf")


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask. `trusted`: named by the configuration or the system, so the guard lets it pass."""

    address: str
    port: int
    trusted: bool = False


class Dns:
    def __init__(
        self, resolvers: Sequence[str], guard: Guard, ports: Mapping[int, int], roots: Sequence[str] = ROOT_SERVERS
    ) -> None:
        self._guard = guard
        self._port = ports.get(53, 53)
        self._resolvers = tuple(_resolver(text) for text in resolvers) or system_resolvers()
        self._at_servers = Turns(AT_ONE_SERVER, TOGETHER)
        self._at_resolvers = Turns(TOGETHER, TOGETHER)
        self._exits = Exits(lambda _: _given(roots))
        self._shared: Shared[AskDns, DnsAnswer] = Shared(_good_for)

    async def ask(self, question: AskDns, asking: Asking) -> DnsAnswer | Failure:
        return await self._shared.get(question, asking, lambda common: self._look_up(question, common))

    async def addresses(self, name: str, asking: Asking) -> tuple[str, ...]:
        """The addresses of a host that we ourselves need: IPv4 first. Raises Failed where there is none."""
        both = await asyncio.gather(*(self.ask(AskDns(name, type), asking) for type in ("A", "AAAA")))
        found = [value for answer, type in zip(both, ("A", "AAAA"), strict=True) if isinstance(answer, DnsAnswer)
                 for value in answer.of(type)]  # fmt: skip
        if not found:
            raise Failed(Fault.NOT_ASKED, f"{name} has no address")
        return tuple(found)

    async def close(self) -> None:
        await self._shared.close()
        await self._exits.close()

    async def _look_up(self, question: AskDns, asking: Asking) -> DnsAnswer:
        if question.at:
            return await self._at_server(question, asking)
        if not self._resolvers:
            raise Failed(Fault.NOT_ASKED, "no resolver is configured")
        flags = packets.RD | packets.AD | (packets.CD if question.unchecked else 0)
        first = self._resolvers[0]
        async with self._at_resolvers.at(first.address, first.port, asking):
            asking.begin(f"asked the resolver {first.address}")
            began = asyncio.get_running_loop().time()
            answer = await self._by_recursion(question, flags)
            quick = asyncio.get_running_loop().time() - began < 1.0
            if answer.rcode == "SERVFAIL" and quick and not answer.errors and not question.unchecked:
                return await self._by_recursion(question, flags)  # causes.md 1: a SERVFAIL may be fleeting
            return answer

    async def _by_recursion(self, question: AskDns, flags: int) -> DnsAnswer:
        try:
            return await _asked(question, self._resolvers, flags, RESOLVER_TRIES)
        except Failed as failed:
            if failed.failure.fault in (Fault.REFUSED, Fault.UNREACHABLE):  # our resolver's port, nobody else's
                raise Failed(Fault.NOT_ASKED, f"our resolver is not there: {failed.failure.detail}") from failed
            raise

    async def _at_server(self, question: AskDns, asking: Asking) -> DnsAnswer:
        if why := self._guard.objection(question.at):
            raise Failed(Fault.FORBIDDEN, why)
        server = Server(question.at, self._port)
        async with self._at_servers.at(server.address, server.port, asking) as turn:
            if turn.told is not None:
                raise Failed(turn.told.fault, f"{turn.told.detail} (found by another question)")
            asking.begin(f"asked {server.address}")
            flags = packets.CD if question.unchecked else 0
            answers = list[DnsAnswer]()

            async def attempt() -> Failure | None:
                try:
                    answers.append(await _asked(question, (server,), flags, SERVER_TRIES, plain_at_last=True))
                except Failed as failed:
                    return failed.failure
                return None

            failure = await self._exits.weighed(server.address, 53, attempt(), self._knock)
            turn.tell(failure)
            if failure is not None:
                raise Failed(failure.fault, failure.detail)
            return answers[0]

    async def _knock(self, root: str) -> Failure | None:
        """Does anybody answer who always does?"""
        try:
            await _asked(AskDns(".", "NS"), (Server(root, self._port),), 0, (KNOCK_SECONDS,))
        except Failed as failed:
            return failed.failure
        return None


async def _given(addresses: Sequence[str]) -> Sequence[str]:
    return addresses


async def _asked(
    question: AskDns, servers: tuple[Server, ...], flags: int, tries: Sequence[float], *, plain_at_last: bool = False
) -> DnsAnswer:
    """`plain_at_last`: the last try goes without EDNS, at which some firewalls fall silent (causes.md B5)."""

    def packet(*, edns: bool) -> bytes:
        return packets.query(secrets.randbits(16), question.name, question.type, flags, edns=edns)

    knows_edns = True
    sent = [packet(edns=True)] * len(tries)
    if plain_at_last:
        sent[-1] = packet(edns=False)
    octets, server = await _Exchange(sent, servers, tries).outcome()
    if packets.rcode(octets) in (1, 4):  # FORMERR, NOTIMP: it may not know EDNS
        knows_edns = False
        octets, server = await _Exchange([packet(edns=False)] * len(tries), (server,), tries).outcome()
    if packets.truncated(octets):
        octets = await _over_tcp(packet(edns=knows_edns), server)
    try:
        return packets.read(octets)
    except packets.Malformed as error:
        raise Failed(Fault.GARBLED, f"{server.address}: {error}") from error


class _Exchange:
    """One question on its way: a socket for each try, all open until the first answer that fits."""

    def __init__(self, sent: Sequence[bytes], servers: tuple[Server, ...], tries: Sequence[float]) -> None:
        self._loop = asyncio.get_running_loop()
        self._sent = sent
        self._servers = servers
        self._tries = tries
        self._next = 0
        self._open: dict[socket.socket, Server] = {}
        self._trouble: Failure | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._answer: asyncio.Future[tuple[bytes, Server]] = self._loop.create_future()

    async def outcome(self) -> tuple[bytes, Server]:
        """The octets of the answer and who sent it. Raises Failed."""
        self._try()
        try:
            return await self._answer
        finally:
            if self._timer:
                self._timer.cancel()
            for sock in list(self._open):
                self._drop(sock)

    def _try(self) -> None:
        if self._next == len(self._tries):
            self._give_up()
            return
        server = self._servers[self._next % len(self._servers)]
        seconds, sent = self._tries[self._next], self._sent[self._next]
        self._next += 1
        self._timer = self._loop.call_later(seconds, self._try)
        self._send(server, sent)

    def _send(self, server: Server, sent: bytes) -> None:
        family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
        if not server.trusted and (failure := unroutable(server.address)):
            self._lost(failure)
            return
        try:
            sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        except OSError as error:
            self._lost(from_os(error))
            return
        self._open[sock] = server
        try:
            sock.connect((server.address, server.port))
            sock.send(sent)
        except OSError as error:
            self._drop(sock)
            self._lost(_own_trouble(from_os(error), family))
            return
        self._loop.add_reader(sock.fileno(), self._readable, sock)

    def _readable(self, sock: socket.socket) -> None:
        try:
            octets = sock.recv(65535)
        except BlockingIOError:
            return
        except OSError as error:  # ICMP said that the port is closed
            self._drop(sock)
            self._lost(from_os(error))
            return
        if any(packets.answers(sent, octets) for sent in self._sent[: self._next]) and not self._answer.done():
            self._answer.set_result((octets, self._open[sock]))

    def _lost(self, failure: Failure) -> None:
        """A try came to nothing at once: go on with the next, unless another one is still open."""
        self._trouble = failure
        if not self._open and self._timer:
            self._timer.cancel()
            self._loop.call_soon(self._try)

    def _give_up(self) -> None:
        if self._answer.done():
            return
        failure = self._trouble
        if failure is None or self._open:
            seconds = sum(self._tries)
            failure = Failure(Fault.TIMEOUT, f"no answer from {self._servers[0].address} within {seconds:g} s")
        self._answer.set_exception(Failed(failure.fault, failure.detail))

    def _drop(self, sock: socket.socket) -> None:
        self._loop.remove_reader(sock.fileno())
        self._open.pop(sock, None)
        sock.close()


def system_resolvers(path: Path = SYSTEM_RESOLVERS) -> tuple[Server, ...]:
    """The first three `nameserver` lines, as every other program on this host uses them."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return ()
    named = [line.split()[1] for line in lines if line.startswith("nameserver") and len(line.split()) > 1]
    return tuple(Server(address, 53, trusted=True) for address in named[:3])


def _resolver(text: str) -> Server:
    """`192.0.2.53`, `192.0.2.53:5353` or `[2001:db8::53]:5353`."""
    bare = text.startswith("[") or text.count(":") == 1
    address, _, port = text.removeprefix("[").rpartition(":") if bare and not text.endswith("]") else (text, "", "")
    try:
        plain = str(ipaddress.ip_address(address.strip("[]")))
        return Server(plain, int(port or 53), trusted=True)
    except ValueError:
        raise Permanent(
            f"probes.resolvers: {text[:60]!r} is no address", hint="write it like 192.0.2.53 or 192.0.2.53:5353"
        ) from None


async def _over_tcp(sent: bytes, server: Server) -> bytes:
    """The same question over TCP (RFC 7766), after a truncated answer."""
    family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as sock:
        stream = Stream(sock)
        try:
            async with asyncio.timeout(TCP_SECONDS):
                await asyncio.get_running_loop().sock_connect(sock, (server.address, server.port))
                await stream.send(struct.pack("!H", len(sent)) + sent)
                octets = await _one_message(stream)
        except TimeoutError:
            raise Failed(Fault.TIMEOUT, "truncated over UDP, silent over TCP") from None
        except OSError as error:
            raise Failed(from_os(error).fault, "truncated over UDP, no connection over TCP") from error
    if not packets.answers(sent, octets):
        raise Failed(Fault.GARBLED, "another answer over TCP")
    return octets


async def _one_message(stream: Stream) -> bytes:
    octets = b""
    while len(octets) < 2 or len(octets) < 2 + struct.unpack_from("!H", octets)[0]:
        more = await stream.receive()
        if not more:
            raise Failed(Fault.CLOSED, "truncated over UDP, cut off over TCP")
        octets += more
    return octets[2 : 2 + struct.unpack_from("!H", octets)[0]]


def _own_trouble(failure: Failure, family: socket.AddressFamily) -> Failure:
    if failure.fault is Fault.UNREACHABLE and not has_route(family):
        return Failure(Fault.NOT_ASKED, f"no {'IPv6' if family is socket.AF_INET6 else 'IPv4'} on this host")
    return failure


def _good_for(answer: DnsAnswer) -> float:
    """Seconds for which other rounds may use this answer: its TTL within bounds. A SERVFAIL is asked anew."""
    if answer.rcode not in ("NOERROR", "NXDOMAIN"):
        return 0.0
    ttls = [r.ttl for r in (*answer.answer, *answer.authority)]
    return float(min([*ttls, LONGEST_KEPT]))
