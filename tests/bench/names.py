"""Many names at once: what `triage check --json --from FILE` costs in a lab of healthy and sick names.

    python -m tests.bench.names [--count 500] [--growth 100 1000] [--profile]

CPU and memory are those of the `triage` process alone, its start included, servers not counted. The split comes from
a second run that is interrupted every 2 ms of its CPU time to see where it is. Needs root, as the lab does.
"""

import argparse
import cProfile
import json
import os
import pstats
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from tests.lab.internet import Internet, why_not
from triage.demo.world import World, world_of

TARGET, MOST_MEGABYTES = 60.0, 300.0  # names for each CPU-second; resident at most
SHARED_HOSTS = 50  # addresses that all names lie on, as with a host's shared servers
REPEATS = 5
TICK = 0.002  # seconds of CPU between two looks at where it is
HERE = f"{Path(__file__).parent.parent.parent}/triage/"
# The first of these on the way out from what runs names the part (wire.py works for several); LAST counts else.
PARTS = (
    ("probes/tls.py", "tls"),
    ("probes/api.py", "registry and CA"),
    ("probes/http.py", "http"),
    ("probes/dns.py", "dns"),
    ("probes/packets.py", "dns"),
    ("diagnose/", "diagnose"),
    ("names.py", "diagnose"),
    ("cli/shapes.py", "output"),
    ("cli/evidence.py", "output"),
    ("config/", "start"),
)
LAST = (("probes/", "rounds and turns"), ("service/", "rounds and turns"))

# Twenty set-ups, in the mixture of a large host's mail: three in five are healthy by now.
KINDS: tuple[str, ...] = (
    "healthy", "healthy", "redirect", "healthy", "denied", "healthy", "redirect", "missing", "healthy", "caa",
    "healthy", "redirect", "unregistered", "healthy", "password", "redirect", "refused", "healthy", "cname", "dead6",
)  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds of CPU, seconds on the wall, MiB resident at most."""

    names: int
    cpu: float
    wall: float
    megabytes: float
    verdicts: Counter[str]

    @property
    def each(self) -> float:
        return self.cpu / self.names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--growth", type=int, nargs=2, default=(100, 1000), metavar=("FEW", "MANY"))
    parser.add_argument("--profile", action="store_true", help="print where the time goes, by function")
    parser.add_argument("--inside", choices=("sampled", "profiled"), help=argparse.SUPPRESS)
    arguments, rest = parser.parse_known_args()
    if arguments.inside:
        watch_from_inside(arguments.inside, rest)
        return
    if reason := why_not():
        print(reason)
        return
    few, many = arguments.growth
    with Internet(lab(max(arguments.count, many))) as internet:
        measure(internet, arguments.count, profile=arguments.profile)
        if not arguments.profile:
            growth(internet, few, many)


def measure(internet: Internet, count: int, *, profile: bool) -> None:
    if profile:
        print(told(internet, count, "profiled"))
        return
    cost = run(internet, count)
    print(f"{cost.names} names: " + ", ".join(f"{n} {verdict}" for verdict, n in cost.verdicts.most_common()))
    print(
        f"{cost.names / cost.cpu:6.1f} names for each CPU-second ({cost.each * 1000:.1f} ms each), wanted {TARGET:.0f}"
    )
    print(f"{cost.wall:6.1f} s on the wall, {cost.cpu:.1f} s of CPU")
    print(f"{cost.megabytes:6.0f} MiB resident at most, allowed {MOST_MEGABYTES:.0f}")
    print(told(internet, count, "sampled"))


def growth(internet: Internet, few: int, many: int) -> None:
    """Start-up is taken off: a run over one name that is none.

    It is half of a small run, so each is run REPEATS times in turn with the others, and the least of each is compared:
    whatever else the machine does only adds.
    """
    runs: dict[int, list[Cost]] = {0: [], few: [], many: []}
    for _ in range(REPEATS):
        for count, costs in runs.items():
            costs.append(run(internet, count))
    start = min(cost.cpu for cost in runs[0])
    each = [(min(cost.cpu for cost in runs[count]) - start) / count * 1000 for count in (few, many)]
    large = runs[many][0]
    print(f"start  {start:.2f} s of CPU")
    print(
        f"growth {few} names {each[0]:.1f} ms each, {many} names {each[1]:.1f} ms each: ratio {each[1] / each[0]:.2f}"
    )
    print(f"       {many} names: {large.wall:.1f} s on the wall, {large.megabytes:.0f} MiB resident at most")


# ---- one run


def run(internet: Internet, count: int) -> Cost:
    command = [sys.executable, "-m", "triage", "check", "--json", "--config", str(internet.config)]
    with tempfile.TemporaryFile("w+") as said:
        began = time.monotonic()
        process = subprocess.Popen(
            internet.inside([*command, *listed(internet, count)]), stdout=said, stderr=subprocess.DEVNULL
        )
        _, _, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        said.seek(0)
        verdicts = Counter(json.loads(line).get("verdict", "no name") for line in said)
    return Cost(max(count, 1), used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, verdicts)


def listed(internet: Internet, count: int) -> list[str]:
    path = internet.config.parent / f"{count}.txt"
    path.write_text("".join(f"{name_of(n)}\n" for n in range(count)) or "no name\n")
    return ["--from", str(path)]


def told(internet: Internet, count: int, how: str) -> str:
    """What a run that looks at itself says of it."""
    command = [sys.executable, "-m", "tests.bench.names", "--inside", how, str(internet.config)]
    return internet.run([*command, *listed(internet, count)], timeout=600).stderr


def watch_from_inside(how: str, rest: Sequence[str]) -> None:
    from triage.cli import main as triage

    config, *names = rest
    sys.argv = ["triage", "check", "--json", "--config", config, *names]
    ticks = Counter[str]()
    profiler = cProfile.Profile()
    if how == "profiled":
        profiler.enable()
    else:
        signal.signal(signal.SIGPROF, lambda _, frame: ticks.update((part(frame),)))
        signal.setitimer(signal.ITIMER_PROF, TICK, TICK)
    try:
        triage()
    except SystemExit:
        pass
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        profiler.disable()
    if how == "profiled":
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(45)
    else:
        total = ticks.total()
        print("split  " + ", ".join(f"{what} {n / total:.0%}" for what, n in ticks.most_common()), file=sys.stderr)


def part(frame: FrameType | None) -> str:
    """Which part of the work is being done: by the innermost file of ours that PARTS knows, LAST only if none other."""
    last = "rest"
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            return "start"
        if file.startswith(HERE):
            inside = file.removeprefix(HERE)
            for path, what in PARTS:
                if inside.startswith(path):
                    return what
            last = next((what for path, what in LAST if inside.startswith(path)), last)
        frame = frame.f_back
    return last


# ---- the lab


def name_of(number: int) -> str:
    return (
        f"www.site{number}.com" if number % 3 == 0 else f"site{number}.jp" if number % 3 == 1 else f"site{number}.net"
    )


def zone_of(number: int) -> str:
    return name_of(number).removeprefix("www.")


def lab(count: int) -> World:
    """So many names, on SHARED_HOSTS addresses, each twentieth in the same state."""
    zones: dict[str, object] = {
        "hoster.jp": "@ NS ns1\n@ NS ns2\nns1 A 45.76.60.1\nns2 A 45.76.60.2\nlb A 85.131.209.1",
    }
    servers: list[dict[str, object]] = [{"address": "85.131.209.1", "name": [], "behavior": "website"}]
    registry: dict[str, object] = {}
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        if kind == "unregistered":
            registry[zone_of(number)] = {"registered": False}
            continue
        zones[zone_of(number)] = "@ NS ns1.hoster.jp.\n@ NS ns2.hoster.jp.\n" + _records(kind, number)
        servers += _servers(kind, number)
    return world_of({"zones": zones, "server": servers, "registry": registry}, datetime.now(UTC))


def _address(number: int) -> str:
    return f"85.131.208.{number % SHARED_HOSTS + 1}"


def _records(kind: str, number: int) -> str:
    owner = "www" if name_of(number).startswith("www.") else "@"
    apex = f"@ A {_address(number)}\n" if owner == "www" else ""
    address = f"{owner} A {'85.131.210.1' if kind == 'refused' else _address(number)}\n"
    extra = {
        "missing": "other A 85.131.208.1\n",
        "caa": apex + address + '@ CAA 0 issue "digicert.com"\n',
        "cname": f"{owner} CNAME gone.hoster.jp.\n" if owner == "www" else "@ A 10.1.2.3\n",
        "dead6": apex + address + f"{owner} AAAA 2a00:1450:4001::{number % 9 + 1}\n",
    }
    return extra.get(kind, apex + address)


def _servers(kind: str, number: int) -> list[dict[str, object]]:
    name, address = name_of(number), _address(number)
    site: dict[str, object] = {"address": address, "name": [name]}
    match kind:
        case "redirect":
            to = f"https://{name}{{path}}"
            return [{**site, "port": 80, "behavior": "redirect", "to": to}, {**site, "port": 443}]
        case "denied" | "password":
            return [{**site, "behavior": kind}]
        case "missing" | "cname" | "refused":
            return []
        case _:
            return [site]


if __name__ == "__main__":
    main()
