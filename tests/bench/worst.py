"""How long the nastiest set-ups hold a name up: each alone, then 64 names at once in one process.

    python -m tests.bench.worst [--flight 64]

Prints seconds of one name as `triage check` counts them, and on the wall, for the rows of tests/lab/verdicts and for
tar pits of its own. Allowed are 11.5 s; what a name waits for its turn behind other names is on the wall alone.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.lab.internet import ROOT, Internet, stop_group, why_not
from tests.lab.look import now
from triage.config import load_rules
from triage.demo import load_world
from triage.demo.world import World, world_of
from triage.model import Inquiry
from triage.names import Domain
from triage.ports import Probes
from triage.probes import NetworkProbes
from triage.service import investigate

ALLOWED = 11.5  # seconds
VERDICTS = Path(__file__).parent.parent / "lab" / "verdicts" / "world.toml"
SLOW_HOP = 4.0  # seconds before each redirect of a chain

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

# name → records of its zone, or a whole zone
NASTY: dict[str, object] = {
    "mute-servers.com": {"records": "@ A 5.9.2.1", "fault": "silent"},
    "mute-for-caa.com": {"records": "@ A 5.9.2.1", "fails": {"CAA": "silent", "AAAA": "silent"}},
    "four-dead.com": "@ A 5.9.3.1\n@ A 5.9.3.2\n@ AAAA 2a01:4f8::61\n@ AAAA 2a01:4f8::62",
    "dead6-redirect.com": "@ A 5.9.2.2\n@ AAAA 2a01:4f8::61",
    "redirect-dead.com": "@ A 5.9.2.3",
    "dripped-head.com": "@ A 5.9.4.1",
    "dripped-body.com": "@ A 5.9.4.2",
    "endless-head.com": "@ A 5.9.4.3",
    "endless-body.com": "@ A 5.9.4.4",
    "tar-pit.com": "@ A 5.9.4.5",
    "tar-pits.com": "@ A 5.9.4.5\n@ A 5.9.4.6\n@ A 5.9.4.7\n@ AAAA 2a01:4f8::65",
    "endless-hints.com": "@ A 5.9.4.8",
    "slow-hops.com": "@ A 5.9.4.9",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flight", type=int, default=64)
    parser.add_argument("--inside", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve())
    elif arguments.inside:
        how, ca_file, rdap_bootstrap = arguments.inside
        asyncio.run(look_from_inside(how, Path(ca_file), Path(rdap_bootstrap)))
    elif reason := why_not():
        print(reason)
    else:
        measure(arguments.flight)


def measure(flight: int) -> None:
    world = lab()
    names = [name for name in world.zones if "." in name and name != "dead.net"]
    many = (names * (flight // len(names) + 1))[:flight]
    with Internet(world) as internet:
        server = subprocess.Popen(
            internet.inside([sys.executable, "-m", "tests.bench.worst", "--serve"]), cwd=ROOT, start_new_session=True,
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert server.stdout
            assert server.stdout.readline() == b"ready\n"
            tell("each alone", run(internet, "alone", names))
            tell(f"{flight} at once", run(internet, "together", [f"n{i}.{name}" for i, name in enumerate(many)]))
            pits = [f"n{i}.tar-pit.com" for i in range(flight)]
            tell(f"{flight} at once in one tar pit", run(internet, "together", pits))
        finally:
            stop_group(server)
            server.wait()


def run(internet: Internet, how: str, names: list[str]) -> list[tuple[str, str, float, float]]:
    """Name, verdict, seconds as counted, seconds on the wall."""
    command = [sys.executable, "-m", "tests.bench.worst", "--inside", how]
    command += [str(internet.ca_file), str(internet.rdap_bootstrap)]
    done = internet.run(command, stdin="\n".join(names), timeout=1200)
    assert done.returncode == 0, done.stderr
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def tell(what: str, rows: list[tuple[str, str, float, float]]) -> None:
    rows.sort(key=lambda row: -row[2])
    late = [row for row in rows if row[2] > ALLOWED]
    print(f"{what}: {len(rows)} names, the slowest {rows[0][2]:.2f} s of {ALLOWED} allowed, "
          f"{max(row[3] for row in rows):.2f} s on the wall; too slow: {len(late)}")  # fmt: skip
    for name, verdict, seconds, wall in rows[:6] if not late else late[:12]:
        print(f"  {seconds:6.2f} s  {wall:6.2f} s on the wall  {name} {verdict}")


async def look_from_inside(how: str, ca_file: Path, rdap_bootstrap: Path) -> None:
    names, atlas = sys.stdin.read().split(), tuple(load_rules(()).providers.values())
    shared = NetworkProbes(ca_file=ca_file, rdap_bootstrap=rdap_bootstrap)

    async def one(name: str, probes: Probes) -> None:
        began = time.monotonic()
        found = await investigate(probes, Inquiry(Domain.parse(name), atlas=atlas), now)
        print(json.dumps([name, f"{found.verdict} {found.leading}", found.seconds, time.monotonic() - began]))

    if how == "alone":
        for at in range(0, len(names), 10):  # ten processes' worth at once: each has turns and look-ups of its own
            own = [NetworkProbes(ca_file=ca_file, rdap_bootstrap=rdap_bootstrap) for _ in range(10)]
            await asyncio.gather(*(one(n, p) for n, p in zip(names[at : at + 10], own, strict=False)))
            await asyncio.gather(*(p.close() for p in own))
    else:
        await asyncio.gather(*(one(name, shared) for name in names))
    await shared.close()


# ---- the lab


def lab() -> World:
    """The rows of verdicts.csv and the nasty ones; each zone answers for any name below it too."""
    known = load_world(VERDICTS, now=datetime.now(UTC))
    nasty = {name: {"records": part} if isinstance(part, str) else dict(part) for name, part in NASTY.items()}  # type: ignore[call-overload]
    for part in nasty.values():
        part["records"] += "".join(f"\n* {line[2:]}" for line in part["records"].split("\n"))
    silent = ["5.9.3.1", "5.9.3.2", "5.9.3.3", "2a01:4f8::61", "2a01:4f8::62"]
    servers = [
        {"address": silent, "behavior": "silent"},
        {"address": "5.9.2.1"},
        {"address": "5.9.2.2", "behavior": "redirect", "to": "https://{host}{path}", "port": 80},
        {"address": "5.9.2.2", "port": 443},
        {"address": "5.9.2.3", "behavior": "redirect", "to": "http://dead.net{path}"},
    ]
    own = world_of({"zones": {**nasty, "dead.net": "@ A 5.9.3.3"}, "server": servers}, known.now)
    zones = {name: _with_wildcard(part) if "." in name else part for name, part in known.zones.items()}
    return World(known.now, {**zones, **own.zones}, (*known.servers, *own.servers), known.registry, known.authority)


def _with_wildcard(part):
    lines = [line for line in part.records.split("\n") if line.startswith("@ ") and (" A " in line or " AAAA " in line)]
    return part.model_copy(update={"records": "\n".join([part.records, *(f"* {line[2:]}" for line in lines)])})


# ---- servers that nobody would run


async def serve() -> None:
    pits: dict[str, Talk] = {
        "5.9.4.1": dripped(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        "5.9.4.2": dripped(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        "5.9.4.3": flood(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 50),
        "5.9.4.4": flood(b"HTTP/1.1 200 OK\r\n\r\n", b"and more " * 500),
        **dict.fromkeys(("5.9.4.5", "5.9.4.6", "5.9.4.7", "2a01:4f8::65"), tar_pit),
        "5.9.4.8": flood(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20, pause=0.2),
        "5.9.4.9": slow_hop,
    }
    for address, talk in pits.items():
        for port in (80, 443):
            await asyncio.start_server(quietly(talk), address, port, backlog=512)
    print("ready", flush=True)
    await asyncio.Event().wait()


def quietly(talk: Talk) -> Talk:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    return listen


async def tar_pit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1024):
        pass


def dripped(begin: bytes) -> Talk:
    """An octet each half second, for ever."""
    return flood(begin, b"a", pause=0.5)


def flood(begin: bytes, more: bytes, pause: float = 0.05) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            writer.write(more)
            await writer.drain()
            await asyncio.sleep(pause)

    return talk


async def slow_hop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    path, host = head.split(" ")[1], head.partition("Host: ")[2].split("\r\n")[0]
    await asyncio.sleep(SLOW_HOP)
    writer.write(f"HTTP/1.1 301 Moved\r\nLocation: http://{host}{path}x\r\nContent-Length: 0\r\n\r\n".encode())
    await writer.drain()


if __name__ == "__main__":
    main()
