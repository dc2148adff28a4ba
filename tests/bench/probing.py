"""What a question costs: CPU of the asking process alone, servers in processes of their own.

    python -m tests.bench.probing [--count 3000] [--profile dns]

Side by side with what the libraries alone take for the same: dnspython's asyncquery, httpx2.
"""

import argparse
import asyncio
import cProfile
import multiprocessing
import pstats
import resource
import socket
import ssl
import struct
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import dns.asyncquery
import dns.message
import dns.rrset
import httpx2
import trustme

from triage.model import AskDns, AskHttp, AskTls, Failure, Question
from triage.probes import NetworkProbes

IN_FLIGHT = 100
PORTS = multiprocessing.get_context("spawn")


def dns_server(port: int) -> None:
    """Answers everything with two A records, as fast as one process can."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", port))
    while True:
        data, addr = sock.recvfrom(2048)
        end = data.index(b"\0", 12) + 5
        record = b"\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4"
        body = record + b"\x5d\xb8\xd8\x22" + record + b"\x5d\xb8\xd8\x23"
        opt = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"
        head = data[:2] + struct.pack("!HHHHH", 0x8580, 1, 2, 0, 1)
        sock.sendto(head + data[12:end] + body + opt, addr)


def web_server(port: int, pem: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            body = b"<html><title>404 Not Found</title>" + b"x" * 500
            head = b"HTTP/1.1 404 Not Found\r\nServer: nginx\r\nContent-Type: text/html\r\nConnection: close\r\n"
            writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def serve() -> None:
        context = None
        if pem:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
        server = await asyncio.start_server(talk, "0.0.0.0", port, ssl=context, backlog=512)
        await server.serve_forever()

    asyncio.run(serve())


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def side_by_side(one: Callable[[int], Awaitable[object]], count: int) -> float:
    """CPU milliseconds for each of `count` calls, IN_FLIGHT at a time."""
    numbers = iter(range(count))

    async def worker() -> None:
        for n in numbers:
            await one(n)

    began = cpu()
    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    return (cpu() - began) / count * 1000


async def rounds(probes: NetworkProbes, make: Callable[[int], Question], count: int, each: int = 20) -> float:
    """CPU milliseconds for each question, `each` in a round, as names ask them."""
    failed = 0

    async def one(n: int) -> None:
        nonlocal failed
        async with probes.round(60.0) as round:
            round.start(make(n * each + m) for m in range(each))
            async for observation in round:
                failed += isinstance(observation.answer, Failure)

    milliseconds = await side_by_side(one, count // each) / each
    assert not failed, f"{failed} questions failed"
    return milliseconds


async def measure(ports: tuple[int, int, int], ca_file: Path, count: int, profile: str) -> None:
    dns_port, plain, tls = ports
    probes = NetworkProbes(
        resolvers=(f"127.0.0.1:{dns_port}",),
        allow_networks=("127.0.0.0/8",),
        ports={53: dns_port, 80: plain, 443: tls},
        ca_file=ca_file,
    )
    context = ssl.create_default_context(cafile=str(ca_file))

    async def plainly(n: int) -> None:
        query = dns.message.make_query(f"n{n}.example.com", "A", use_edns=0, payload=1232)
        await dns.asyncquery.udp(query, "127.0.0.1", port=dns_port, timeout=5, ignore_errors=True)

    kinds: dict[str, Callable[[], Awaitable[float]]] = {
        "dns": lambda: rounds(probes, lambda n: AskDns(f"n{n}.example.com", "A"), count),
        "dns at": lambda: rounds(probes, lambda n: AskDns(f"n{n}.example.com", "A", "127.0.0.1"), count),
        "dns shared": lambda: rounds(probes, lambda n: AskDns(f"n{n % 20}.example.org", "A"), count),
        "http": lambda: rounds(
            probes, lambda n: AskHttp("http", "example.com", f"127.0.{n % 50}.1", f"/{n}/{{token}}"), count // 3, 5
        ),
        "https": lambda: rounds(
            probes, lambda n: AskHttp("https", "example.com", f"127.0.{n % 50}.1", f"/{n}/{{token}}"), count // 6, 5
        ),
        "tls": lambda: rounds(probes, lambda n: AskTls("example.com", f"127.{n % 250}.{n // 250}.1"), count // 6, 5),
        "dnspython alone": lambda: side_by_side(plainly, count // 2),
    }
    for name, run in kinds.items():
        if profile and name != profile:
            continue
        if profile:
            with cProfile.Profile() as profiler:
                milliseconds = await run()
            pstats.Stats(profiler).sort_stats("tottime").print_stats(25)
        else:
            milliseconds = await run()
        print(f"{name:16} {milliseconds:7.3f} ms of CPU each")
    if not profile:
        async with httpx2.AsyncClient(trust_env=False, verify=context) as client:

            async def fetch(n: int) -> None:
                await client.get(f"http://127.0.0.1:{plain}/{n}", headers={"Connection": "close"})

            print(f"{'httpx2 alone':16} {await side_by_side(fetch, count // 6):7.3f} ms of CPU each")
    await probes.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--profile", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        authority, pem, ca_file = trustme.CA(), Path(folder, "leaf.pem"), Path(folder, "ca.pem")
        authority.issue_cert("example.com").private_key_and_cert_chain_pem.write_to_path(str(pem))
        authority.cert_pem.write_to_path(str(ca_file))
        ports = free_ports()
        servers = [
            PORTS.Process(target=dns_server, args=(ports[0],), daemon=True),
            PORTS.Process(target=web_server, args=(ports[1], ""), daemon=True),
            PORTS.Process(target=web_server, args=(ports[2], str(pem)), daemon=True),
        ]
        for server in servers:
            server.start()
        time.sleep(1.5)
        try:
            asyncio.run(measure(ports, ca_file, arguments.count, arguments.profile))
        finally:
            for server in servers:
                server.terminate()


def free_ports() -> tuple[int, int, int]:
    sockets = [socket.socket() for _ in range(3)]
    for sock in sockets:
        sock.bind(("", 0))
    ports = [sock.getsockname()[1] for sock in sockets]
    for sock in sockets:
        sock.close()
    return ports[0], ports[1], ports[2]


if __name__ == "__main__":
    main()
