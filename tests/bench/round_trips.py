"""How long one name takes when every server is 50 ms away, against the longest chain of round trips it depends on.

    python -m tests.bench.round_trips [--delay 0.05] [--repeat 3] [--only NAME …] [-v]

The chain is computed from what was seen: a question can begin when the last answer is there without which it would not
have been asked, and takes the round trips that its protocol needs (DNS 1; TCP 1, TLS 1.3 1, HTTP 1; the registry and
the CA's status page 1 more for their own address). A resolver that says SERVFAIL has asked the zone's own servers,
which are as far away: that is one more, where it was seen to take the time. Needs root, as the lab does.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from tests.lab.internet import Internet, why_not
from tests.lab.look import now
from tests.lab.recorded import from_json, to_json
from tests.lab.relay import Relay
from triage.cli.evidence import asked as in_words
from triage.config import load_rules
from triage.demo.world import World, world_of
from triage.diagnose import next_questions
from triage.model import (
    AskAuthority,
    AskDns,
    AskHttp,
    AskRegistry,
    AskTls,
    DnsAnswer,
    Failure,
    Fault,
    Inquiry,
    Observation,
    Observations,
    Question,
)
from triage.names import Domain
from triage.probes import NetworkProbes
from triage.service import investigate

ALLOWED = 1.3
SITE, SHUT = "85.131.208.1", "85.131.210.1"
SETUPS = {
    "healthy.jp": "healthy",
    "www.deep.example1.com": "healthy, three labels",
    "secure.jp": "redirect to https",
    "moved.net": "redirect to another name",
    "chain.com": "redirect to https, then to another name",
    "locked.jp": "password",
    "denied.com": "403",
    "strange.com": "page for every path",
    "caa.jp": "CAA of another CA",
    "shut.com": "port 80 refused",
    "dead6.jp": "AAAA refused",
    "www.alias.net": "CNAME",
    "gone.com": "not registered",
    "empty.jp": "no address",
    "lame.com": "lame delegation",
    "bogus.com": "DNSSEC broken",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay", type=float, default=0.05, help="seconds there and back")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=list(SETUPS), metavar="NAME", help="of SETUPS")
    parser.add_argument(
        "-v", dest="verbose", action="store_true", help="every question, its start and the possible one"
    )
    parser.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        look_from_inside(*map(Path, arguments.inside))
        return
    if reason := why_not():
        print(reason)
        return
    with Internet(lab()) as internet, Relay(internet, arguments.delay / 2) as relay:
        rows = [measure(internet, relay, name, arguments.repeat) for name in arguments.only]
    print(f"{'':38} {'took':>8} {'chain':>11} {'ratio':>6}")
    worst = 0.0
    for name, (took, seen) in zip(arguments.only, rows, strict=True):
        chain = Chain(asking(name), seen, arguments.delay)
        ratio = took / (chain.longest * arguments.delay)
        worst = max(worst, ratio)
        chained = f"{chain.longest} × {arguments.delay * 1000:.0f} ms"
        print(f"{SETUPS[name]:38} {took * 1000:5.0f} ms {chained:>11} {ratio:6.2f}")
        if arguments.verbose:
            chain.tell()
    print(f"the worst ratio is {worst:.2f}, allowed {ALLOWED}")


def measure(internet: Internet, relay: Relay, name: str, repeat: int) -> tuple[float, Observations]:
    """Seconds of the quickest run, and what it saw. Every run is a process of its own, so nothing is shared."""
    command = [sys.executable, "-m", "tests.bench.round_trips", "--inside"]
    runs: list[tuple[float, Observations]] = []
    for _ in range(repeat + 1):  # one more, that warms the resolver: its own round trips are not ours
        done = relay.run([*command, str(internet.ca_file), str(internet.rdap_bootstrap)], stdin=name)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        runs.append((found["seconds"], Observations(map(from_json, found["seen"]))))
    return min(runs[1:], key=lambda run: run[0])


def asking(name: str) -> Inquiry:
    return Inquiry(Domain.parse(name), atlas=tuple(load_rules(()).providers.values()))


def look_from_inside(ca_file: Path, rdap_bootstrap: Path) -> None:
    async def look() -> None:
        probes = NetworkProbes(ca_file=ca_file, rdap_bootstrap=rdap_bootstrap)
        diagnosis = await investigate(probes, asking(sys.stdin.read()), now)
        await probes.close()
        print(json.dumps({"seconds": diagnosis.seconds, "seen": [to_json(o) for o in diagnosis.seen]}))

    asyncio.run(look())


# ---- the chain


def round_trips(observation: Observation, delay: float) -> int:
    """What a question takes at least, by its protocol."""
    question, answer = observation.question, observation.answer
    fault = answer.fault if isinstance(answer, Failure) else None
    if fault is Fault.NOT_ASKED:
        return 0
    match question:
        case AskDns(at=""):
            failed = isinstance(answer, DnsAnswer) and answer.rcode == "SERVFAIL"
            return 2 if failed and observation.seconds > 1.8 * delay else 1
        case AskDns():
            return 1
        case AskHttp() | AskTls() if fault in (Fault.REFUSED, Fault.UNREACHABLE):
            return 1
        case AskHttp(scheme=scheme):
            return 3 if scheme == "https" else 2
        case AskTls():
            return 2
        case AskRegistry(by=by):
            return 4 if by == "rdap" else 3
        case AskAuthority():
            return 4


class Chain:
    """Which answers each question had to wait for, and how many round trips that makes."""

    def __init__(self, inquiry: Inquiry, seen: Observations, delay: float) -> None:
        self._inquiry = inquiry
        self._delay = delay
        self._seen = sorted(seen, key=lambda o: o.asked_at + timedelta(seconds=o.seconds))
        self._waits = cache(self._found_waits)
        self.earliest = cache(self._found_earliest)

    @property
    def longest(self) -> int:
        return max(self.earliest(o.question) + round_trips(o, self._delay) for o in self._seen)

    def _found_earliest(self, question: Question) -> int:
        """Round trips until this question can begin."""
        return max((self.earliest(o.question) + round_trips(o, self._delay) for o in self._waits(question)), default=0)

    def _found_waits(self, question: Question) -> tuple[Observation, ...]:
        """The answers without which it would not have been asked: what cannot be left out, the latest tried first."""
        needed = [o for o in self._seen if o.question != question]
        needed = needed[: next(n for n in range(len(needed) + 1) if self._is_due(question, needed[:n]))]
        for observation in reversed(needed[:]):
            without = [o for o in needed if o is not observation]
            if self._is_due(question, without):
                needed = without
        return tuple(needed)

    def _is_due(self, question: Question, seen: Sequence[Observation]) -> bool:
        return question in next_questions(self._inquiry, Observations(seen), set())

    def tell(self) -> None:
        delay = self._delay
        began = min(o.asked_at for o in self._seen)
        for o in sorted(self._seen, key=lambda o: o.asked_at):
            at, possible = (o.asked_at - began).total_seconds() * 1000, self.earliest(o.question) * delay * 1000
            late = f"{at - possible:+5.0f}"
            least = round_trips(o, delay) * delay * 1000
            print(f"  at {at:4.0f} ms ({late}) took {o.seconds * 1000:4.0f} of {least:3.0f} ms  {in_words(o.question)}")


# ---- the lab


def lab() -> World:
    """A zone and a state for each of SETUPS."""
    at_site = ("healthy.jp", "secure.jp", "moved.net", "chain.com", "locked.jp", "denied.com", "strange.com")
    zones: dict[str, object] = dict.fromkeys((*at_site, "target.org"), f"@ A {SITE}")
    zones |= {
        "example1.com": f"www.deep A {SITE}",
        "caa.jp": f'@ A {SITE}\n@ CAA 0 issue "digicert.com"',
        "shut.com": f"@ A {SHUT}",
        "dead6.jp": f"@ A {SITE}\n@ AAAA 2a00:1450:4001::1",
        "alias.net": "www CNAME target.org.",
        "empty.jp": f"other A {SHUT}",
        "lame.com": {"records": f"@ A {SITE}", "fault": "lame"},
        "bogus.com": {"records": f"@ A {SITE}", "fault": "bogus"},
    }
    behaviors = (
        ("secure.jp", {"port": 80, "behavior": "redirect", "to": "https://secure.jp{path}"}),
        ("secure.jp", {"port": 443}),
        ("moved.net", {"behavior": "redirect", "to": "http://target.org{path}"}),
        ("chain.com", {"port": 80, "behavior": "redirect", "to": "https://chain.com{path}"}),
        ("chain.com", {"port": 443, "behavior": "redirect", "to": "https://target.org{path}"}),
        ("locked.jp", {"behavior": "password"}),
        ("denied.com", {"behavior": "denied"}),
        ("strange.com", {"behavior": "page", "title": "Welcome"}),
        *((name, {}) for name in ("healthy.jp", "www.deep.example1.com", "caa.jp", "dead6.jp", "www.alias.net")),
        ("target.org", {}),
    )
    servers = [{"address": SITE, "name": [name], **how} for name, how in behaviors]
    registry = {"gone.com": {"registered": False}}
    return world_of({"zones": zones, "server": servers, "registry": registry}, datetime.now(UTC))


if __name__ == "__main__":
    main()
