"""Run within an empty network namespace: makes every address in the world this host, listens on all of them, asks
questions that lead to forbidden ones, and prints who was contacted. See test_never_reached.py.
"""

import asyncio
import json
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dns.message
import trustme

from tests.probes.servers import zone
from triage.model import AskDns, AskHttp, AskRegistry, AskTls, Failure, Question
from triage.probes import NetworkProbes

RESOLVER, PUBLIC, PUBLIC_6, REGISTRY = "9.9.9.9", "93.184.216.34", "2606:4700::1", "45.76.55.1"
ROADS = (
    "link set lo up",
    "route add local default dev lo table local",
    "-6 route add local default dev lo table local",
)

reached: set[str] = set()


def all_is_ours() -> None:
    for words in ROADS:
        subprocess.run(["ip", *words.split()], check=True)


async def listen(context: ssl.SSLContext) -> None:
    """TCP on every address at every port that we speak to, and UDP 53; each contact is written down."""

    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own = writer.get_extra_info("sockname")
        reached.add(f"{own[0]} tcp {own[1]}")
        request = await reader.read(4096)
        target = (request.split(b" ")[1:2] or [b""])[0].decode("latin-1")
        location = f"https://{target.rpartition('/')[2]}/inside" if "/domain/" in target else ""
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()

    for family, any_address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        for port in (22, 25, 43, 53, 80, 443, 8080):
            tls = context if port == 443 else None
            await asyncio.start_server(web, any_address, port, family=family, ssl=tls)
        listen_udp(family, any_address)


def listen_udp(family: socket.AddressFamily, any_address: str) -> None:
    sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, 8, 1)  # IP_PKTINFO: to which address it came
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    sock.bind((any_address, 53))

    def readable() -> None:
        _, extra, _, _ = sock.recvmsg(4096, 256)
        (packed,) = [data for level, kind, data in extra if kind in (8, socket.IPV6_PKTINFO)]
        found = packed[8:12] if family == socket.AF_INET else packed[:16]
        reached.add(f"{socket.inet_ntop(family, found)} udp 53")

    asyncio.get_running_loop().add_reader(sock, readable)


def resolve(answers: Callable[[str, str], list[str]]) -> None:
    """The resolver that the probes are told of: a more exact bind than the listeners' wins."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((RESOLVER, 53))

    def readable() -> None:
        data, addr = sock.recvfrom(4096)
        query = dns.message.from_wire(data)
        name, type = query.question[0].name.to_text(), dns.rdatatype.to_text(query.question[0].rdtype)
        records = [f"{name} 0 IN {type} {value}" for value in answers(name.rstrip("."), type)]
        sock.sendto(zone(*records)(query), addr)

    asyncio.get_running_loop().add_reader(sock, readable)


def rebinding() -> Callable[[str, str], list[str]]:
    """`ip-A-B-C-D.test` is A.B.C.D; `rebind.test` is public at first and private ever after."""
    turns: dict[str, int] = {}

    def answers(name: str, type: str) -> list[str]:
        if type != "A":
            return []
        if name == "registry.test":
            return [REGISTRY]
        if name.startswith("ip-"):
            return [name.removeprefix("ip-").removesuffix(".test").replace("-", ".")]
        turns[name] = turns.get(name, 0) + 1
        return [PUBLIC if turns[name] == 1 else "10.0.0.1"]

    return answers


def questions(forbidden: list[str]) -> list[Question]:
    """Everything that can be asked of each address; then the registries whose roads lead inside."""
    asked: list[Question] = []
    for address in (*forbidden, PUBLIC, PUBLIC_6):
        asked += [AskHttp("http", "example.com", address, "/"), AskHttp("https", "example.com", address, "/")]
        asked += [AskTls("example.com", address), AskDns("example.com", "A", address)]
    asked += [AskHttp("http", "example.com", PUBLIC, "/", port=port) for port in (22, 25, 8080)]
    # The registry redirects to the last part of the path, which its resolver then places inside.
    asked += [AskRegistry(f"ip-{address}.test") for address in ("10-0-0-1", "127-0-0-1", "169-254-169-254")]
    asked += [
        AskRegistry("x.inside", by="whois"),
        AskRegistry("x.rebound", by="whois"),
        AskRegistry("y.rebound", by="whois"),
    ]
    return asked


async def main(forbidden: list[str]) -> dict[str, Any]:
    all_is_ours()
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("registry.test", "*.test").configure_cert(context)
    await listen(context)
    resolve(rebinding())
    with tempfile.TemporaryDirectory() as folder:
        bootstrap, ca_file = Path(folder, "rdap.json"), Path(folder, "ca.pem")
        bootstrap.write_text(json.dumps({"services": [[["test"], ["https://registry.test/"]]]}))
        authority.cert_pem.write_to_path(str(ca_file))
        asker = NetworkProbes(
            resolvers=(RESOLVER,),
            ca_file=ca_file,
            rdap_bootstrap=bootstrap,
            whois_servers={"inside": "ip-192-168-0-1.test", "rebound": "rebind.test"},
        )
        answers: dict[str, str] = {}
        for question in questions(forbidden):
            async with asker.round(1.0) as round:  # one by one: each gets its own budget
                round.start([question])
                async for seen in round:
                    answer = seen.answer
                    answers[repr(question)] = answer.fault if isinstance(answer, Failure) else "answered"
        await asker.close()
    return {"reached": sorted(reached), "answers": answers}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.loads(sys.argv[1])))))
