"""The road as it was seen: every step, and which of them the leading cause breaks."""

# ruff: noqa: E501 - a row is a line or two

import pytest

from tests.diagnose.net import (
    NAME,
    PAGE,
    V6,
    A,
    B,
    Net,
    an_inquiry,
    certificate,
    diagnose,
    failed,
    http,
    rcode,
    records,
    to,
)
from triage.diagnose.walk import CHALLENGE
from triage.model import DnsAnswer, Fault, Inquiry, Problem, Record
from triage.names import Domain

SIGNS = {"fine": "+", "broken": "X", "doubtful": "?", "beyond": "-"}
NS = "+nameservers ns1.other.net, ns2.other.net"
DUAL = {(NAME, "AAAA"): records(NAME, "AAAA", V6)}
HTTPS = f"https://{NAME}{CHALLENGE}"
STATED = an_inquiry(problems=(Problem(Domain(NAME), "too many", "rate-limited"),))
RING = {f"http://{NAME}/{n}": to(f"http://{NAME}/{n + 1}") for n in range(1, 14)}
OTHER_CA = records(NAME, "CAA", '0 issue "ca.example.net"')
ROWS: dict[str, tuple[Net, Inquiry | None, str]] = {
    "healthy": (Net(), None, f"+name {NAME} {NS} +address {A} +answer 404"),
    "a redirect on the way": (
        Net(http={(A, CHALLENGE): to(HTTPS)}, urls={HTTPS: http(404)}), None,
        f"+name {NAME} {NS} +address {A} +redirect 301 {HTTPS} +answer 404",
    ),
    "refused": (Net(http={(A, ""): failed(Fault.REFUSED)}), None, f"+name {NAME} {NS} +address {A} Xanswer refused"),
    "a password": (Net(http={(A, ""): http(401)}), None, f"+name {NAME} {NS} +address {A} Xanswer 401"),
    "only likely": (Net(http={(A, ""): PAGE}), None, f"+name {NAME} {NS} +address {A} ?answer 200"),
    "CAA is asked behind the answer": (
        Net(dns={(NAME, "CAA"): OTHER_CA}), None,
        f'+name {NAME} {NS} +address {A} +answer 404 Xcaa 0 issue "ca.example.net"',
    ),
    "dead AAAA, and what was tried next": (
        Net(dns=DUAL, http={(V6, ""): failed(Fault.TIMEOUT), (A, CHALLENGE): to(HTTPS)}, tls={V6: failed(Fault.TIMEOUT)}), None,
        f"+name {NAME} {NS} Xaddress {V6}, {A} -address timeout → {A} -redirect 301 {HTTPS} -answer timeout",
    ),
    "an alias that leads nowhere": (
        Net(dns={(NAME, "A"): rcode("NXDOMAIN"), (NAME, "AAAA"): rcode("NXDOMAIN"), (NAME, "NS"): records(NAME, "NS", "n.x.net")}), None,
        f"+name {NAME} +nameservers n.x.net Xaddress no-address",
    ),
    "a redirect that is not followed": (
        Net(http={("", ""): to("https://intranet/")}), None,
        f"+name {NAME} {NS} +address {A} Xredirect 301 https://intranet/",
    ),
    "many redirects are told in short": (
        Net(http={(A, CHALLENGE): to("/1")}, urls=RING), None,
        f"+name {NAME} {NS} +address {A} +redirect 301 http://{NAME}/1 +redirect … 10 Xredirect 301 http://{NAME}/12",
    ),
    "what only the issuer said": (Net(), STATED, f"+name {NAME} {NS} +address {A} +answer 404 Xissuer rate-limited"),
    "nothing is broken where it was renewed": (
        Net(http={(A, ""): http(401)}, tls={A: certificate(-1, 89)}), an_inquiry(since=certificate(-2, 1).certificate.not_before),
        f"+name {NAME} {NS} +address {A} +answer 401",
    ),
    "one of two addresses": (
        Net(dns={(NAME, "A"): records(NAME, "A", B, A)}, http={(B, ""): failed(Fault.REFUSED)}), None,
        f"+name {NAME} {NS} Xaddress {B}, {A} -answer refused",
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_road_and_its_broken_step(row: str) -> None:
    net, inquiry, expected = ROWS[row]
    steps = diagnose(net, inquiry).road
    assert " ".join(f"{SIGNS[s.state]}{s.kind} {s.seen}" for s in steps) == expected


def test_name_servers_that_did_not_answer_stand_where_they_belong() -> None:
    broken = {(NAME, type): rcode("SERVFAIL") for type in ("A", "AAAA", "NS", "CAA")}
    glue = (Record(NAME, "NS", 300, "ns1.other.net"), Record(NAME, "NS", 300, "ns2.other.net"))
    parent = {(NAME, "NS", "192.5.6.30"): DnsAnswer("NOERROR", authority=glue)}
    steps = diagnose(Net(dns=broken, at=parent)).road
    assert [(s.kind, s.state, s.seen) for s in steps] == [
        ("name", "fine", NAME),
        ("nameservers", "broken", "ns1.other.net, ns2.other.net REFUSED"),
    ]
