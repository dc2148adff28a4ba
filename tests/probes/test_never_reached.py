"""Attack 21: in a world where every address answers, only the public ones are ever contacted.

The listeners are real: a wrong packet would be seen. Two public addresses are asked in the same run, so that a test
that can see nothing fails.
"""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.probes.never_reached import PUBLIC, PUBLIC_6, REGISTRY
from tests.probes.test_guard import REFUSED
from triage.probes.dns import ROOT_SERVERS

ADDRESSES = [address for address in REFUSED if address]  # an empty one means a resolver in AskDns
pytestmark = [pytest.mark.lab, pytest.mark.attack(number=21)]


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    if os.geteuid() != 0 or not shutil.which("unshare"):
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("needs root and unshare (util-linux)")
    command = ["unshare", "--net", sys.executable, "-m", "tests.probes.never_reached", json.dumps(ADDRESSES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_only_public_addresses_are_contacted(seen: dict[str, Any]) -> None:
    knocked = {f"{address} udp 53" for address in ROOT_SERVERS}  # whether port 53 is open on the way out of here
    assert sorted(set(seen["reached"]) - knocked) == sorted(
        [f"{address} tcp {port}" for address in (PUBLIC, PUBLIC_6) for port in (80, 443)]
        + [f"{address} udp 53" for address in (PUBLIC, PUBLIC_6)]
        + [f"{REGISTRY} tcp 443", f"{PUBLIC} tcp 43"]  # the registry that redirects; the name before it is rebound
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_asked_of_a_forbidden_address_says_so(address: str, seen: dict[str, Any]) -> None:
    said = [fault for question, fault in seen["answers"].items() if f"'{address}'" in question]
    assert said == ["forbidden"] * 4


def test_a_redirect_of_a_registry_into_the_inside_is_refused(seen: dict[str, Any]) -> None:
    said = {q: fault for q, fault in seen["answers"].items() if "AskRegistry(name='ip-" in q}
    assert list(said.values()) == ["forbidden"] * 3


def test_a_whois_server_on_the_inside_is_refused_also_after_rebinding(seen: dict[str, Any]) -> None:
    said = [fault for question, fault in seen["answers"].items() if "whois" in question]
    assert said == ["forbidden", "garbled", "forbidden"]
