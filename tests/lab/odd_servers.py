"""What no ordinary server does, run inside the namespace: resets, drips, silence for one type, and the registries.

`python -m tests.lab.odd_servers PLAN` reads a pickled Plan, listens, waits until every server of the plan answers, and
says `ready` on standard output. It ends when its standard input does.
"""

import asyncio
import contextlib
import json
import pickle
import socket
import ssl
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.lab.web_servers import Endpoint
from triage.demo.dns import Simulated
from triage.demo.tree import Tree
from triage.demo.web import NOT_SET_UP, choose, page
from triage.demo.world import AuthorityPart, RegistryPart, ServerPart, World
from triage.model import AskDns, DnsAnswer, HttpAnswer, Record

REGISTRY = "45.76.55.1"
CA_AGENT = "like a CA"  # what our own User-Agent of the CA's shape says of itself
SECOND = 1.0


@dataclass(frozen=True)
class Plan:
    world: World
    web: dict[Endpoint, tuple[list[ServerPart], dict[str, str]]]  # entries, and the certificate for each host
    names: tuple[str, ...]  # addresses of name servers
    key_file: str
    registry_certificate: str
    wait_tcp: tuple[Endpoint, ...] = ()
    wait_dns: tuple[str, ...] = field(default=())


# ---- web


class Web:
    def __init__(self, entries: list[ServerPart], port: int) -> None:
        self._entries, self._port = entries, port

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            await self._answer(head, writer)
        with contextlib.suppress(OSError):
            writer.close()

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        target, host, agent = _asked(head)
        server = choose(self._entries, host, target, CA_AGENT in agent) or NOT_SET_UP
        await asyncio.sleep(server.seconds)
        match server.behavior:
            case "reset":
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            case "closed":
                return
            case "garbled":
                writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
                await writer.drain()
            case "drip":
                await _drip(writer)
            case _:
                writer.write(_on_the_wire(page(server, "https" if self._port == 443 else "http", host, target)))
                await writer.drain()


def _asked(head: str) -> tuple[str, str, str]:
    """Target, host without port, User-Agent."""
    request, *lines = head.split("\r\n")
    headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
    return request.split(" ")[1], headers.get("host", "").partition(":")[0].lower(), headers.get("user-agent", "")


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(SECOND)


def _on_the_wire(answer: HttpAnswer) -> bytes:
    head = f"HTTP/1.1 {answer.status} {answer.status}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    return f"{head}connection: close\r\n\r\n{answer.body}".encode()


def _context(chains: dict[str, str], key_file: str) -> ssl.SSLContext:
    """One context a host, chosen by the name that the client sends."""
    contexts: dict[str, ssl.SSLContext] = {}
    for host, chain in chains.items():
        contexts[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts[host].load_cert_chain(chain, key_file)

    def choose_context(sealed: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        sealed.context = contexts.get(name or "", contexts[""])

    contexts[""].sni_callback = choose_context
    return contexts[""]


# ---- DNS


class Names(asyncio.DatagramProtocol):
    """A name server that does what the world says of it; silence is an answer too."""

    def __init__(self, simulated: Simulated, address: str) -> None:
        self._simulated, self._address = simulated, address

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        answer = self.answer(data)
        if answer:
            self._transport.sendto(answer, addr)

    def answer(self, data: bytes) -> bytes | None:
        query = dns.message.from_wire(data)
        asked = query.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        found, _ = self._simulated.ask(AskDns(name, dns.rdatatype.to_text(asked.rdtype), at=self._address))
        return _message(query, found).to_wire() if isinstance(found, DnsAnswer) else None

    async def stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            length = struct.unpack("!H", await reader.readexactly(2))[0]
            answer = self.answer(await reader.readexactly(length))
            if answer is None:
                await asyncio.sleep(60)
            else:
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        writer.close()


def _message(query: dns.message.Message, answer: DnsAnswer) -> dns.message.Message:
    reply = dns.message.make_response(query)
    reply.set_rcode(dns.rcode.from_text(answer.rcode))
    if answer.authoritative:
        reply.flags |= dns.flags.AA
    pairs = ((reply.answer, answer.answer), (reply.authority, answer.authority), (reply.additional, answer.additional))
    for section, records in pairs:
        for record in records:
            section.append(_rrset(record))
    return reply


def _rrset(record: Record) -> dns.rrset.RRset:
    named = record.type in ("NS", "CNAME", "PTR", "SOA", "MX", "SRV")
    value = " ".join(w if w.isdigit() else w.rstrip(".") + "." for w in record.value.split()) if named else record.value
    return dns.rrset.from_text(record.name + ".", record.ttl, "IN", record.type, value)


# ---- registries


class Registry:
    """RDAP (RFC 9083) and the WHOIS of JPRS for every domain of the world, and the CA's status page (status.io)."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def https(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            target, host, _ = _asked((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
            found = self._status() if host.endswith("status.io") else self._rdap(target.rpartition("/")[2].lower())
            status, body = (200, json.dumps(found)) if found else (404, json.dumps({"errorCode": 404}))
            writer.write(_on_the_wire(HttpAnswer(status, (("content-length", str(len(body))),), body)))
            await writer.drain()
        writer.close()

    async def whois(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            asked = (await reader.readuntil(b"\r\n")).decode().strip().lower().removesuffix("/e")
            writer.write(self._jprs(asked).encode())
            await writer.drain()
        writer.close()

    def _entry(self, name: str) -> RegistryPart | None:
        """What is registered, with all that the registry publishes; None where it is not."""
        entry = self._world.registry.get(name)
        if entry is None:
            return RegistryPart() if name in self._world.zones else None
        return entry if entry.registered else None

    def _rdap(self, name: str) -> dict[str, Any] | None:
        entry = self._entry(name)
        if entry is None:
            return None
        expires = self._world.maybe(entry.expires)
        events = [{"eventAction": "expiration", "eventDate": expires.isoformat()}] if expires else []
        card = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", entry.registrar or "Registrar"]]]
        return {
            "objectClassName": "domain",
            "ldhName": name,
            "events": events,
            "status": list(entry.status or ("active",)),
            "entities": [{"objectClassName": "entity", "roles": ["registrar"], "vcardArray": card}],
        }

    def _jprs(self, name: str) -> str:
        entry = self._entry(name)
        if entry is None:
            return "No match!!\r\n"
        expires = self._world.maybe(entry.expires)
        lines = ["Domain Information:", f"[Domain Name]                   {name.upper()}"]
        if expires:
            lines.append(f"[Expires on]                    {expires:%Y/%m/%d}")
        lines += [f"[Status]                        {status.title()}" for status in entry.status or ("active",)]
        return "\r\n".join((*lines, ""))

    def _status(self) -> dict[str, Any]:
        entry = self._world.authority.get("letsencrypt.org", AuthorityPart())
        code = 100 if entry.operational else 300
        since = self._world.maybe(entry.since) or self._world.now
        name, _, words = entry.words.rpartition(": ")
        part = {"name": name or "acme-v02.api.letsencrypt.org (Production)", "status_code": code,
                "status": words or "Operational", "updated": since.isoformat()}  # fmt: skip
        overall = {"status": words or "Operational", "status_code": code, "updated": since.isoformat()}
        return {"result": {"status_overall": overall, "status": [part], "incidents": []}}


# ---- the program


async def main(plan: Plan) -> None:
    loop = asyncio.get_running_loop()
    for (address, port), (entries, chains) in plan.web.items():
        context = _context(chains, plan.key_file) if port == 443 else None
        await asyncio.start_server(Web(entries, port).serve, address, port, ssl=context)
    simulated = Simulated(Tree(plan.world))
    for address in plan.names:
        names = Names(simulated, address)
        await loop.create_datagram_endpoint(lambda names=names: names, (address, 53))
        await asyncio.start_server(names.stream, address, 53)
    context = _context({"": plan.registry_certificate}, plan.key_file)
    registry = Registry(plan.world)
    await asyncio.start_server(registry.https, REGISTRY, 443, ssl=context)
    await asyncio.start_server(registry.whois, REGISTRY, 43)
    async with asyncio.timeout(20):
        await asyncio.gather(*map(_listens, plan.wait_tcp), *map(_answers, plan.wait_dns))
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


async def _listens(endpoint: Endpoint) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(*endpoint)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return


async def _answers(address: str) -> None:
    """Some answer, whatever it says, to a question about the root."""
    question = dns.message.make_query(".", "NS").to_wire()
    loop = asyncio.get_running_loop()
    while True:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            try:
                sock.connect((address, 53))
                await loop.sock_sendall(sock, question)
                async with asyncio.timeout(0.2):
                    await loop.sock_recv(sock, 4096)
            except (OSError, TimeoutError):
                await asyncio.sleep(0.01)
            else:
                return


if __name__ == "__main__":
    asyncio.run(main(pickle.loads(Path(sys.argv[1]).read_bytes())))
