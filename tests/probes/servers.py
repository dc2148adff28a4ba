"""Small servers on loopback that answer as a test tells them, and probes that may speak to them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rrset

from triage.model import Answer, Failure, Observation, Question
from triage.probes import NetworkProbes

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Reply = Callable[[dns.message.Message], bytes | None]


@asynccontextmanager
async def tcp(talk: Talk, tls: Any = None, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """A TCP server that talks as `talk` does; yields its port."""

    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(quietly, host, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def says(*parts: bytes, pause: float = 0.0, hold: float = 0.0) -> Talk:
    """Reads one request, then says these octets, with pauses between, and closes after `hold` seconds."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        await asyncio.sleep(hold)

    return talk


def page(body: bytes, status: str = "200 OK", *headers: str) -> Talk:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return says("\r\n".join(lines).encode("latin-1") + body)


@asynccontextmanager
async def name_server(reply: Reply, over_tcp: Reply | None = None) -> AsyncIterator[int]:
    """A name server on UDP (and TCP, on the same port) that answers as told; None is silence."""

    class Udp(asyncio.DatagramProtocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: Any) -> None:
            if (answer := reply(dns.message.from_wire(data))) is not None:
                self.transport.sendto(answer, addr)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(2))
        answer = (over_tcp or reply)(dns.message.from_wire(await reader.readexactly(size)))
        if answer is not None:
            writer.write(len(answer).to_bytes(2) + answer)
            await writer.drain()

    async with tcp(talk) as port:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Udp, ("127.0.0.1", port))
        try:
            yield port
        finally:
            transport.close()


def zone(*records: str, rcode: str = "NOERROR", flags: Iterable[str] = ("QR", "AA", "RA")) -> Reply:
    """Answers every question with those of `records` ("name ttl IN type value") that fit it."""
    sets = [dns.rrset.from_text(*line.split(maxsplit=4)) for line in records]  # type: ignore[arg-type]

    def reply(query: dns.message.Message) -> bytes:
        answer = dns.message.make_response(query)
        answer.set_rcode(dns.rcode.from_text(rcode))
        for flag in flags:
            answer.flags |= dns.flags.Flag[flag]
        asked = query.question[0]
        answer.answer = [s for s in sets if s.name == asked.name and s.rdtype in (asked.rdtype, dns.rdatatype.CNAME)]
        return answer.to_wire(max_size=65535)

    return reply


def closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def probes(**settings: Any) -> NetworkProbes:
    """Probes that may speak to loopback, but for what a test says otherwise."""
    defaults: dict[str, Any] = {
        "allow_networks": ("127.0.0.0/8", "::1/128"),
        "resolvers": ("127.0.0.1:9",),
        "controls": (),
    }
    return NetworkProbes(**{**defaults, **settings})


async def ask(asker: NetworkProbes, *questions: Question, deadline: float = 11.0) -> list[Observation]:
    """All observations of one round, in the order of arrival."""
    try:
        async with asker.round(deadline) as round:
            round.start(questions)
            return [observation async for observation in round]
    finally:
        await asker.close()


async def answer(asker: NetworkProbes, question: Question, deadline: float = 11.0) -> Answer | Failure:
    (only,) = await ask(asker, question, deadline=deadline)
    return only.answer
