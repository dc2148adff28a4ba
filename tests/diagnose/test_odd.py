"""Set-ups that were tried with odd servers by socket: what the CA would meet, and what only we meet."""

# ruff: noqa: E501 - a row is a line or two

from dataclasses import replace

import pytest

from tests.diagnose.net import NAME, PAGE, A, Net, failed, http, rcode, records, to, verdict_of
from triage.diagnose.walk import CHALLENGE, OTHER
from triage.model import DnsAnswer, Fault, Record, RegistryAnswer

SERVFAIL = {(NAME, type): rcode("SERVFAIL") for type in ("A", "AAAA")}
REFERRAL = replace(records(NAME, "NS"), authority=records(NAME, "NS", "ns1.other.net", "ns2.other.net").answer)
DELEGATED = {(NAME, "NS", "192.5.6.30"): REFERRAL}
SOA = replace(records(NAME, "SOA", "ns1 host 7 1 1 1 1"), authoritative=True)


def served(*links: str) -> Net:
    """Recursion fails; both of the zone's servers are fine and give this chain of aliases."""
    chain = tuple(Record(one, "CNAME", 300, other) for one, other in zip((NAME, *links), links, strict=False))
    alias = DnsAnswer("NOERROR", chain, authoritative=True)
    at = {(NAME, type, ip): a for ip in ("5.9.9.1", "5.9.9.2") for type, a in (("SOA", SOA), ("A", alias))}
    return Net(dns=dict(SERVFAIL), at={**DELEGATED, **at})


def beyond(net: Net, target: str, answer: DnsAnswer) -> Net:
    return replace(net, dns={**net.dns, (target, "A"): answer, (target, "AAAA"): answer})


LONG = [f"c{n}.{NAME}" for n in range(12)]
RESET, CLOSED = failed(Fault.RESET), failed(Fault.CLOSED)
AT_ODD_NAMES = {(NAME, "NS"): records(NAME, "NS", "ns1.tokyo-parking.example.com")}

ROWS = {
    "aliases in a circle": (served("two." + NAME, NAME), "will-fail dangling-cname"),
    "an alias into a lame zone": (beyond(served("www.lame.net"), "www.lame.net", rcode("SERVFAIL")), "will-fail dangling-cname"),
    "a chain that is too long": (beyond(served(*LONG), LONG[-1], records(LONG[-1], "A", A)), "will-fail dangling-cname"),
    "a short chain to a good name": (beyond(served("www.ok.net"), "www.ok.net", records("www.ok.net", "A", A)), "unknown None"),
    "name servers without an address": (
        Net(
            dns={**SERVFAIL, ("ns1.other.net", "A"): rcode("NXDOMAIN"), ("ns2.other.net", "A"): rcode("SERVFAIL")},
            at=dict(DELEGATED),
        ),
        "will-fail nameservers-silent",
    ),
    "name servers at private addresses": (
        Net(
            dns={**SERVFAIL, **{(f"ns{n}.other.net", "A"): records(f"ns{n}.other.net", "A", "10.0.0.1") for n in (1, 2)}},
            at=dict(DELEGATED),
        ),
        "will-fail nameservers-silent",
    ),
    "one name server without an address, the other not asked": (
        Net(
            dns={**SERVFAIL, ("ns1.other.net", "A"): rcode("NXDOMAIN"), ("ns2.other.net", "A"): failed(Fault.CUT_OFF)},
            at=dict(DELEGATED),
        ),
        "unknown None",
    ),
    "the zone's own servers deny its name": (
        Net(dns={(NAME, t): rcode("NXDOMAIN", soa=NAME) for t in ("A", "AAAA", "NS")}, at=dict(DELEGATED)),
        "will-fail no-address",
    ),
    "a domain whose own servers are called like a parking": (Net(dns=AT_ODD_NAMES), "no-obstacle None"),
    "the same servers at somebody else's domain": (
        Net(dns={(NAME, "NS"): records(NAME, "NS", "ns1.parking.net")}, registry=RegistryAnswer(True)),
        "will-fail parked",
    ),
    # One request is answered, the later ones are not: that is about us.
    "reset after the first request": (
        Net(like_ca={(A, "/"): PAGE}, http={(A, CHALLENGE): RESET, (A, OTHER): RESET}),
        "unknown prober-banned",
    ),
    "reset on the challenge path alone": (
        Net(like_ca={(A, "/"): PAGE}, http={(A, CHALLENGE): CLOSED}),
        "will-fail garbled-reply",
    ),
    "429 after the first request": (
        Net(like_ca={(A, "/"): PAGE, (A, CHALLENGE): http(429)}, http={(A, CHALLENGE): http(429), (A, OTHER): http(429)}),
        "unknown prober-banned",
    ),
    "429 for all": (Net(http={(A, ""): http(429)}), "will-fail unexpected-status"),
    "the challenge first, then 403 for all": (
        Net(like_ca={(A, ""): http(403)}, http={(A, OTHER): http(403)}),
        "unknown prober-banned",
    ),
    "403 for the CA's agent alone": (Net(like_ca={(A, ""): http(403)}), "will-fail user-agent-filter"),
    "999": (Net(http={(A, ""): http(999)}), "will-fail unexpected-status"),
    "the whole site is sent to a host that refuses": (
        Net(
            dns={("gone.net", "A"): records("gone.net", "A", "5.9.30.1")},
            http={(A, ""): to("http://gone.net/"), ("5.9.30.1", ""): failed(Fault.REFUSED)},
        ),
        "will-fail redirect-target-dead",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ROWS)
def test_what_an_odd_set_up_leads_to(case: str) -> None:
    net, expected = ROWS[case]
    verdict, leading, shown = verdict_of(net)
    assert f"{verdict} {leading}" == expected, shown
