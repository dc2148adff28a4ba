"""Which addresses may be spoken to: attack 21 of the threat list, as a table."""

import pytest

from triage.model import Permanent
from triage.probes.guard import Guard

pytestmark = [pytest.mark.attack(number=21)]

REFUSED = {
    "0.0.0.0": "this host",
    "10.1.2.3": "private",
    "100.64.0.1": "a carrier's NAT",
    "100.100.100.200": "metadata of a cloud",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback, the far end",
    "168.63.129.16": "a cloud's own service",
    "169.254.169.254": "metadata of most clouds",
    "172.16.0.1": "private",
    "172.31.255.255": "private, the last one",
    "192.0.0.192": "metadata of a cloud",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4 relay",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarks",
    "198.51.100.7": "documentation",
    "203.0.113.9": "documentation",
    "224.0.0.1": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "this host",
    "::1": "loopback",
    "::ffff:10.0.0.1": "mapped private",
    "::ffff:93.184.216.34": "mapped public: whoever writes it so hides something",
    "::7f00:1": "IPv4-compatible loopback",
    "64:ff9b::7f00:1": "NAT64 of loopback",
    "64:ff9b::a9fe:a9fe": "NAT64 of metadata",
    "64:ff9b:1::1": "local NAT64",
    "100::1": "discard",
    "2001::1": "Teredo",
    "2001:2::1": "benchmarks",
    "2001:db8::1": "documentation",
    "2002:7f00:1::1": "6to4 of loopback",
    "2002:a00:1::1": "6to4 of a private address",
    "3fff::1": "documentation",
    "4000::1": "not given out",
    "fc00::1": "private",
    "fd00:ec2::254": "metadata of a cloud",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local with a zone",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "localhost": "a name",
    "2130706433": "loopback as one number",
    "0x7f.1": "loopback in hexadecimal",
    "127.1": "loopback in short",
    "010.0.0.1": "octal",
    "": "nothing",
}
ALLOWED = ("93.184.216.34", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.128.0.1", "2606:4700::1", "2400:cb00::1")


@pytest.mark.parametrize("address", REFUSED, ids=lambda a: f"refused: {REFUSED[a]} ({a or 'empty'})")
def test_refused(address: str) -> None:
    assert Guard().objection(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_public_addresses_pass(address: str) -> None:
    assert Guard().objection(address) is None


def test_a_configured_network_passes_and_nothing_beside_it() -> None:
    guard = Guard(("192.168.10.0/24", "fd00::/8"))
    verdicts = {
        a: guard.objection(a) is None for a in ("192.168.10.9", "192.168.11.9", "fd12::1", "fe80::1", "10.0.0.1")
    }
    assert verdicts == {
        "192.168.10.9": True,
        "192.168.11.9": False,
        "fd12::1": True,
        "fe80::1": False,
        "10.0.0.1": False,
    }


def test_a_configured_network_does_not_open_its_disguises() -> None:
    assert Guard(("127.0.0.0/8",)).objection("::ffff:127.0.0.1")


def test_a_network_that_is_none_is_said_so() -> None:
    with pytest.raises(Permanent, match="allow_networks: 'everything' is no network"):
        Guard(("everything",))
