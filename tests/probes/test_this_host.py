"""What cannot be asked from here is said so, and never held against the other side."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from triage.probes.dns import Server, system_resolvers

# In a network namespace of its own: first without anything but loopback, then with a road for IPv4 alone.
ALONE = """
import asyncio, json, subprocess
from tests.probes.servers import ask, probes
from triage.model import AskDns, AskHttp, AskTls

QUESTIONS = (
    AskHttp("http", "e.com", "93.184.216.34", "/"), AskHttp("http", "e.com", "2606:4700::1", "/"),
    AskTls("e.com", "2606:4700::1"), AskDns("e.com", "A", "93.184.216.34"), AskDns("e.com", "A", "2606:4700::1"),
    AskDns("e.com", "A"),
)

def said():
    seen = asyncio.run(ask(probes(resolvers=("9.9.9.9",)), *QUESTIONS, deadline=1.0))
    by_question = {o.question: f"{o.answer.fault}: {o.answer.detail}" for o in seen}
    return [by_question[q] for q in QUESTIONS]

subprocess.run("ip link set lo up".split(), check=True)
nothing = said()
subprocess.run("ip route add local default dev lo table local".split(), check=True)
print(json.dumps([nothing, said()]))
"""


@pytest.mark.lab
def test_without_a_road_nothing_is_the_other_sides_fault() -> None:
    if os.geteuid() != 0 or not shutil.which("unshare"):
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("needs root and unshare (util-linux)")
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", ALONE], capture_output=True, text=True, timeout=60, check=True
    )
    nothing, only_ipv4 = json.loads(done.stdout)
    no_ipv4, no_ipv6 = "not-asked: no IPv4 on this host", "not-asked: no IPv6 on this host"
    resolver = "not-asked: no IPv4 on this host"
    assert nothing == [no_ipv4, no_ipv6, no_ipv6, no_ipv4, no_ipv6, resolver]
    refused = "refused: ECONNREFUSED: Connection refused"
    gone = "not-asked: our resolver is not there: ECONNREFUSED: Connection refused"
    assert only_ipv4 == [refused, no_ipv6, no_ipv6, refused, no_ipv6, gone]


def test_resolvers_of_the_system(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("# x\nsearch example.org\nnameserver 127.0.0.53\nnameserver ::1\nnameserver\noptions ndots:5\n")
    assert system_resolvers(file) == (Server("127.0.0.53", 53, trusted=True), Server("::1", 53, trusted=True))


def test_a_system_without_resolvers(tmp_path: Path) -> None:
    assert system_resolvers(tmp_path / "missing") == ()
