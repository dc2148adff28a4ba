"""`triage doctor` in a small real internet: what a network can withhold, and how it is told apart."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.lab.internet import Internet, need_internet
from triage.demo.world import world_of

V4, V6 = "5.9.1.10", "2a01:4f8::10"
CONFIG = """
[identity]
address = "triage@lab.net"
[[mailbox]]
kind = "maildir"
path = "in"
[outbox]
kind = "maildir"
path = "out"
[probes]
ca_file = "{ca_file}"
rdap_bootstrap = "{rdap}"
"""
DRESSED = (
    '@ MX 10 mx\n@ TXT "v=spf1 mx -all"\n_dmarc TXT "v=DMARC1; p=reject"\nmail._domainkey TXT "v=DKIM1; p=MIIB"\n'
    "mx A 5.9.1.11"
)


def examined(folder: Path, own: str, commands: Sequence[str] = (), server: dict[str, object] | None = None) -> str:
    need_internet()
    world = world_of(
        {
            "zones": {"letsencrypt.org": f"@ A {V4}\n@ AAAA {V6}", "lab.net": own},
            "server": [{"address": V4, **(server or {})}, {"address": V6}],
        },
        datetime.now(UTC),
    )
    for name in ("new", "cur", "tmp"):
        (folder / "in" / name).mkdir(parents=True)
    with Internet(world) as internet:
        config = folder / "config.toml"
        config.write_text(CONFIG.format(ca_file=internet.ca_file, rdap=internet.rdap_bootstrap))
        for command in commands:
            done = internet.run(command.split())
            assert done.returncode == 0, done.stderr
        return internet.python("-m", "triage", "doctor", "--config", str(config)).stdout


@pytest.mark.lab
def test_a_network_that_gives_everything(tmp_path: Path) -> None:
    said = examined(tmp_path, DRESSED)
    for line in (
        f"ok    dns: letsencrypt.org is {V4}, {V6}",
        "ok    port 53: name servers can be asked directly",
        "ok    port 80: sites can be reached",
        "ok    port 443: sites can be reached",
        "ok    IPv6: sites can be reached",
        "ok    MX of lab.net: mx.lab.net",
        "ok    SPF of lab.net: v=spf1 mx -all",
        "ok    DKIM of lab.net: key mail",
        "ok    DMARC of lab.net: v=DMARC1; p=reject",
    ):
        assert line in said


@pytest.mark.lab
def test_no_ipv6_is_no_fault_and_a_naked_domain_is(tmp_path: Path) -> None:
    said = examined(tmp_path, "www A 5.9.1.11", ["ip -6 route del local default dev lo table local"])
    assert "note  IPv6: this machine has none" in said
    for record in ("MX", "SPF", "DKIM", "DMARC"):
        assert f"FAIL  {record} of lab.net: no" in said
    assert said.count("hint: ") >= 4


@pytest.mark.lab
def test_ipv6_that_leads_nowhere(tmp_path: Path) -> None:
    said = examined(tmp_path, DRESSED, [f"ip -6 route add unreachable {V6} table local"])
    assert "FAIL  IPv6: this machine has a route, but it leads nowhere (unreachable" in said
    assert "hint: mend it, or take the route away" in said


@pytest.mark.lab
@pytest.mark.parametrize("port", [80, 443])
def test_a_port_that_is_not_let_out(tmp_path: Path, port: int) -> None:
    commands = [
        "nft add table inet out",
        "nft add chain inet out input { type filter hook input priority 0 ; }",
        f"nft add rule inet out input ip daddr {V4} tcp dport {port} drop",
    ]
    said = examined(tmp_path, DRESSED, commands)
    assert f"FAIL  port {port}: timeout" in said
    assert f"hint: let this machine connect to the internet on port {port}" in said
    assert f"ok    port {523 - port}: sites can be reached" in said


@pytest.mark.lab
def test_no_name_server_can_be_asked_by_anybody(tmp_path: Path) -> None:
    commands = [
        "nft add table inet out",
        "nft add chain inet out output { type filter hook output priority 0 ; }",
        "nft add rule inet out output ip daddr != 127.0.0.0/8 udp dport 53 drop",
        "nft add rule inet out output ip daddr != 127.0.0.0/8 tcp dport 53 drop",
    ]
    said = examined(tmp_path, DRESSED, commands)
    assert "FAIL  dns: " in said
    assert "hint: set probes.resolvers to a resolver that answers here" in said
    assert " of lab.net" not in said
