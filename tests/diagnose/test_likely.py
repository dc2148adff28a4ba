"""Who hosts the site, where nobody said it: what tells, what does not, and that a guess never raises an alarm."""

# ruff: noqa: E501 - a row is a line

import pytest

from tests.diagnose.net import ATLAS as FEW
from tests.diagnose.net import NAME, A, B, Net, an_inquiry, certificate, diagnose, failed, rcode, records
from triage.model import Event, Fault, Guess, Inquiry, Problem, Provider
from triage.names import Domain

OURS = "85.131.208.10"
SHARED = Provider("shared", nameservers=("ns1.shared.jp",), reverse=("shared.jp",), cnames=("site.shared.jp",))
QUIET = Provider("quiet", nameservers=("ns1.quiet.jp", "ns2.quiet.jp"))  # its servers cannot be told by anything
PANEL = Provider("panel", "panel", issuers=("Panel, Inc.",))
RANGED = Provider("ranged", addresses=("85.1.0.0/16",), reverse=("ranged.jp",))
ATLAS = (*FEW, SHARED, QUIET, PANEL, RANGED)


def a_net(*addresses: str, ptr: str = "", ns: str = "ns1.other.net", **rest: object) -> Net:
    """`addresses` of the name, the first one's own name, and the zone's name servers."""
    first = addresses[0] if addresses else A
    reverse = ".".join(reversed(first.split("."))) + ".in-addr.arpa"
    dns = {
        (NAME, "A"): records(NAME, "A", *addresses) if addresses else rcode("NOERROR", soa=NAME),
        (NAME, "NS"): records(NAME, "NS", *ns.split()),
        (reverse, "PTR"): records(reverse, "PTR", ptr) if ptr else rcode("NXDOMAIN"),
    }
    return Net(dns=dns | rest.pop("dns", {}), **rest)  # type: ignore[arg-type,operator]


def alias(target: str) -> dict[tuple[str, str], object]:
    chain = (*records(NAME, "CNAME", target).answer, *records(target, "A", A).answer)
    return {(NAME, "A"): type(records(NAME, "A", A))("NOERROR", chain)}


ROWS: dict[str, tuple[Net, str]] = {
    "by the address": (a_net(OURS), "xserver address 85.131.208.10"),
    "by the server's own name": (a_net(A, ptr="web7.shared.jp"), "shared reverse web7.shared.jp"),
    "by the alias": (a_net(dns=alias("me.site.shared.jp")), "shared alias me.site.shared.jp"),
    "by the host's own certificate": (a_net(A, tls={A: certificate(-9, 9, "*.shared.jp")}), "shared certificate *.shared.jp"),
    "by the panel's issuer": (a_net(A, tls={A: certificate(issuer="Panel, Inc. CA 3")}), "panel certificate Panel, Inc. CA 3"),
    "by name servers, where no address can tell": (a_net(A, ns="ns1.quiet.jp ns2.quiet.jp"), "quiet nameservers ns1.quiet.jp"),
    "by name servers, where there is no address": (a_net(ns="ns1.shared.jp"), "shared nameservers ns1.shared.jp"),
    # the nearest that must not
    "name servers of a host that was left": (a_net(A, ns="ns1.shared.jp"), ""),
    "name servers of two": (a_net(A, ns="ns1.quiet.jp ns1.other.net"), ""),
    "name servers of a DNS service": (a_net(A, ns="ada.ns.cloudflare.com"), ""),
    "an address at a CDN": (a_net("104.21.3.7", ns="ns1.quiet.jp ns2.quiet.jp"), ""),
    "two addresses, one of them unknown": (a_net(OURS, B), ""),
    "two addresses of two hosts": (a_net(A, OURS, ptr="web7.shared.jp"), ""),
    "a name that merely ends alike": (a_net(A, ptr="web7.notshared.jp"), ""),
    "the PTR cannot be asked": (a_net(A, dns={("10.1.9.5.in-addr.arpa", "PTR"): failed(Fault.TIMEOUT)}), ""),
    "an alias to a builder": (a_net(dns=alias("www123.wixdns.net")), ""),
    "a certificate of the site alone": (a_net(A), ""),
    "a certificate of the host at an address that is not its own": (a_net(B, tls={B: certificate(-9, 9, "x.ranged.jp")}), ""),
}  # fmt: skip


def guessed(net: Net, inquiry: Inquiry) -> tuple[str, Guess | None, tuple[str, ...]]:
    found = diagnose(net, inquiry).inquiry
    return found.provider.id, found.guess, found.assumed


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_host_that_nobody_told(row: str) -> None:
    net, expected = ROWS[row]
    host, guess, assumed = guessed(net, an_inquiry(atlas=ATLAS))
    said = f"{host} {guess.by} {guess.seen}" if guess else ""
    assert said == expected
    assert (host == "unknown", "provider" in assumed) == (not expected, bool(expected))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_guess_never_raises_an_alarm(row: str) -> None:
    net, _ = ROWS[row]
    without = diagnose(net, an_inquiry(atlas=tuple(p for p in ATLAS if p.kind != "host")))
    found = diagnose(net, an_inquiry(atlas=ATLAS))
    assert (found.verdict, found.leading) == (without.verdict, without.leading)


def test_a_host_that_was_told_is_not_guessed() -> None:
    told = an_inquiry(atlas=ATLAS, provider=Provider("cpanel", "panel"))
    assert guessed(a_net(OURS), told) == ("cpanel", None, ())


def test_a_token_that_was_not_found_asks_whose_server_it_is() -> None:
    problem = Problem(Domain(NAME), "404", "points-elsewhere", address=OURS)
    told = an_inquiry(atlas=ATLAS, problems=(problem,), event=Event.RENEWAL_FAILED)
    found = diagnose(a_net(OURS), told)
    assert (found.verdict, found.leading, found.inquiry.guess) == ("will-fail", "points-elsewhere", None)
