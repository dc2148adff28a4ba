"""A small real internet in a network namespace, made from a World: name servers, web servers, a registry.

    with Internet(load_world(path, now=datetime.now(UTC))) as internet:
        internet.run(["triage", "check", "example.com"])

Inside, every address on earth is this host and nothing can leave; resolv.conf names a validating resolver. Needs root
and Debian's knot, unbound, nginx and nftables. Several may run at once: each has a namespace of its own.
"""

import itertools
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest

from tests.lab.name_servers import NameServers, write_name_servers, write_resolver
from tests.lab.odd_servers import REGISTRY, Plan
from tests.lab.web_servers import LabAuthority, WebServers, hosts_of, sort_out, write_nginx
from triage.demo.probes import WHOIS_ONLY
from triage.demo.tree import Tree
from triage.demo.web import NOT_SET_UP, choose
from triage.demo.world import World, ZonePart

PROGRAMS = ("ip", "nft", "knotd", "unbound", "nginx")
ROOT = Path(__file__).parent.parent.parent
RESOLVER = "127.0.0.1"
REGISTRY_HOST = "rdap.registry.net"
# Services that a diagnosis itself relies on, under their real names where the program knows only those.
SERVICES = {
    "registry.net": ZonePart(records=f"rdap A {REGISTRY}"),
    "jprs.jp": ZonePart(records=f"whois A {REGISTRY}"),
    "status.io": ZonePart(records=f"api A {REGISTRY}"),
}
CONFIG = """
[identity]
address = "triage@lab.test"
[[mailbox]]
name = "inbox"
kind = "maildir"
path = "in"
[outbox]
kind = "maildir"
path = "out"
[probes]
ca_file = "{ca_file}"
rdap_bootstrap = "{rdap_bootstrap}"
[rules]
folders = {rules}
"""
_count = itertools.count()


def why_not(programs: Sequence[str] = PROGRAMS) -> str | None:
    """What is missing for a small internet, or None."""
    missing = [p for p in programs if not _found(p)]
    if missing:
        return f"not installed: {', '.join(missing)}; sh tests/lab/install puts them there"
    return None if os.geteuid() == 0 else "network namespaces need root"


def need_internet(programs: Sequence[str] = PROGRAMS) -> None:
    """Skip with one line; where CI says so, fail instead."""
    reason = why_not(programs)
    if reason and os.environ.get("CI") == "true":
        pytest.fail(f"the lab cannot run: {reason}")
    if reason:
        pytest.skip(reason)


def _found(program: str) -> str | None:
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class Internet:
    """Everything started by this object is ended by its `close`, by pid."""

    def __init__(self, world: World, rules: Path | None = None) -> None:
        """`rules`: a folder of providers that the configuration in here shall know."""
        self.world = replace(world, zones={**SERVICES, **world.zones})
        self.name = f"triage-{os.getpid()}-{next(_count)}"
        self._folder = Path(tempfile.mkdtemp(prefix="tri"))
        self._folder.chmod(0o755)
        self._running: list[subprocess.Popen[bytes]] = []
        self._authority = LabAuthority(self._folder)
        self.ca_file = self._authority.ca_file
        self.rdap_bootstrap = self._folder / "rdap.json"
        self.config = self._folder / "config.toml"
        self._rules = [str(rules)] if rules else []

    def __enter__(self) -> "Internet":
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(
        self, command: Sequence[str], env: Mapping[str, str] | None = None, timeout: float = 120, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """A command inside, with its output; the caller looks at the return code."""
        return subprocess.run(
            self.inside(command),
            env={**os.environ, **(env or {})},
            timeout=timeout,
            input=stdin,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )

    def python(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return self.run([sys.executable, *arguments], timeout=timeout)

    @property
    def pids(self) -> tuple[int, ...]:
        return tuple(process.pid for process in self._running)

    def traces(self) -> tuple[Path, ...]:
        """What of us is left on the disk."""
        return tuple(
            p for p in (Path("/run/netns") / self.name, Path("/etc/netns") / self.name, self._folder) if p.exists()
        )

    def close(self) -> None:
        for process in self._running:
            stop_group(process)
        for process in self._running:
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream:
                    stream.close()
        self._running.clear()
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)
        shutil.rmtree(Path("/etc/netns") / self.name, ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    # ---- starting

    def inside(self, command: Sequence[str]) -> list[str]:
        """The same command, to be run inside by whoever starts it."""
        return ["ip", "netns", "exec", self.name, *command]

    def _start(self) -> None:
        tree, web = Tree(self.world), sort_out(self.world)
        names = write_name_servers(tree, self._folder)
        self._make_namespace(names, web)
        for configuration in names.knots.values():
            self._spawn("knotd", "-c", str(configuration))
        self._spawn("unbound", "-d", "-c", str(write_resolver(self._folder, RESOLVER)))
        nginx = write_nginx(self.world, web, self._folder, self._authority)
        self._spawn("nginx", "-c", str(nginx), "-e", str(self._folder / "nginx" / "error"))
        self._write_bootstrap(tree)
        self._start_odd(self._plan(names, web))

    def _make_namespace(self, names: NameServers, web: WebServers) -> None:
        own = Path("/etc/netns") / self.name
        own.mkdir(parents=True)
        (own / "resolv.conf").write_text(f"nameserver {RESOLVER}\n")
        inside = f"ip -n {self.name}"
        drops = [*((a, 53) for a in names.silent), *web.silent]
        commands = [
            f"ip netns add {self.name}",
            f"{inside} link set lo up",
            f"{inside} addr add 100.127.255.254/32 dev lo",
            f"{inside} route add local default dev lo table local",
            f"{inside} -6 route add local default dev lo table local",
            *(f"{inside} {'-6 ' if ':' in a else ''}route add unreachable {a} table local" for a in web.unreachable),
            f"ip netns exec {self.name} sysctl -qw net.ipv6.ip_nonlocal_bind=1",
        ]
        if drops:
            rules = self._folder / "nft"
            rules.write_text(_drop_rules(drops))
            commands.append(f"ip netns exec {self.name} nft -f {rules}")
        subprocess.run(["sh", "-ec", "\n".join(commands)], check=True, env=self._environment())

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}

    def _spawn(self, *command: str, pipes: int | None = None) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(
                self.inside(command), stdin=pipes or subprocess.DEVNULL, stdout=pipes or log, stderr=log,
                cwd=ROOT, env=self._environment(), start_new_session=True,
            )  # fmt: skip
        self._running.append(process)
        return process

    def _write_bootstrap(self, tree: Tree) -> None:
        """As data.iana.org/rdap/dns.json is (RFC 9224)."""
        tlds = sorted(name for name in tree.zones if name and "." not in name and name not in WHOIS_ONLY)
        self.rdap_bootstrap.write_text(
            json.dumps({"version": "1.0", "services": [[tlds, [f"https://{REGISTRY_HOST}/"]]]})
        )
        self.config.write_text(
            CONFIG.format(ca_file=self.ca_file, rdap_bootstrap=self.rdap_bootstrap, rules=json.dumps(self._rules))
        )

    def _plan(self, names: NameServers, web: WebServers) -> Plan:
        chains = {
            endpoint: {
                host: str(self._authority.chain(self.world, choose(entries, host, None, False) or NOT_SET_UP, host))
                for host in hosts_of(entries)
            }
            for endpoint, entries in web.odd.items()
        }
        return Plan(
            self.world,
            {endpoint: (entries, chains[endpoint]) for endpoint, entries in web.odd.items()},
            tuple(names.odd),
            str(self._authority.key_file),
            str(self._authority.service(REGISTRY_HOST, "api.status.io")),
            tuple(web.nginx),
            (RESOLVER, *names.knots),
        )

    def _start_odd(self, plan: Plan) -> None:
        path = self._folder / "plan"
        path.write_bytes(pickle.dumps(plan))
        process = self._spawn(sys.executable, "-m", "tests.lab.odd_servers", str(path), pipes=subprocess.PIPE)
        answer = _first_line(process.stdout)
        if answer != "ready":
            raise RuntimeError("the lab did not start:\n" + (self._folder / "log").read_text(errors="replace")[-3000:])


def _first_line(stream: IO[bytes] | None) -> str:
    return stream.readline().decode().strip() if stream else ""


def _drop_rules(endpoints: Sequence[tuple[str, int]]) -> str:
    lines = "".join(
        f"    {'ip6' if ':' in address else 'ip'} daddr {address} {protocol} dport {port} drop\n"
        for address, port in endpoints
        for protocol in (("tcp", "udp") if port == 53 else ("tcp",))
    )
    return f"table inet lab {{\n  chain input {{\n    type filter hook input priority 0;\n{lines}  }}\n}}\n"


def stop_group(process: subprocess.Popen[bytes]) -> None:
    """End a server together with its children; its master's own kill can leave them alive for seconds."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
