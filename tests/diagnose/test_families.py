"""A row for what shows each family's causes, and for the nearest look-alike."""

# ruff: noqa: E501 - a row is a line or two

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.diagnose.net import (
    CLOUDFLARE,
    HOST,
    NAME,
    NOW,
    PAID,
    V6,
    A,
    B,
    Net,
    an_inquiry,
    certificate,
    failed,
    http,
    rcode,
    records,
    to,
    verdict_of,
)  # fmt: skip
from triage.diagnose.walk import CHALLENGE
from triage.model import AuthorityAnswer, DnsAnswer, Event, Fault, Inquiry, Problem, Provider, RegistryAnswer
from triage.names import Domain

OURS = "85.131.208.10"
SERVFAIL = {(NAME, t): rcode("SERVFAIL") for t in ("A", "AAAA", "NS", "CAA")}
BROKEN = {**SERVFAIL, (NAME, "CAA"): rcode("SERVFAIL")}
REFERRAL = replace(records(NAME, "NS"), authority=records(NAME, "NS", "ns1.other.net", "ns2.other.net").answer)
PARENT = {(NAME, "NS", "192.5.6.30"): REFERRAL}
SOA = replace(records(NAME, "SOA", "ns1 host 7 1 1 1 1"), authoritative=True)
OF_HOST = an_inquiry(provider=HOST, event=Event.RENEWAL_FAILED, since=NOW - timedelta(days=1))
OF_PANEL = an_inquiry(provider=Provider("cpanel", "panel"), event=Event.RENEWAL_FAILED, since=NOW - timedelta(days=2))
GONE = {(NAME, t): rcode("NXDOMAIN", soa="com") for t in ("A", "AAAA", "NS", "CAA")}


def at(address: str, **rest: object) -> Net:
    return Net(dns={(NAME, "A"): records(NAME, "A", address)}, **rest)  # type: ignore[arg-type]


def of_panel(name: str) -> Inquiry:
    return replace(OF_PANEL, name=Domain(name), names=(Domain(NAME), Domain(name)))


def stated(cause: str, error: str = "it said so", **rest: object) -> Inquiry:
    since = rest.pop("since", None)
    return an_inquiry(problems=(Problem(None, error, cause, **rest),), since=since)  # type: ignore[arg-type]


ROWS = {
    # A
    "already-renewed: began after the notice": (Net(tls={A: certificate(-1, 89)}), an_inquiry(since=NOW - timedelta(days=2)), "already-renewed already-renewed"),
    "not renewed: began before the notice": (Net(), an_inquiry(since=NOW - timedelta(days=2)), "no-obstacle None"),
    "already-renewed: young, and the notice speaks of one that ends": (Net(tls={A: certificate(-5, 85)}), an_inquiry(event=Event.EXPIRY_WARNING, expires=(NOW + timedelta(days=9)).date()), "already-renewed already-renewed"),
    "no moment to compare with: not renewed": (Net(tls={A: certificate(-5, 85)}), None, "no-obstacle None"),
    "a certificate of other names is no renewal": (Net(tls={A: certificate(-1, 89, "other.com")}), an_inquiry(since=NOW - timedelta(days=2)), "no-obstacle None"),
    # B
    "not-registered: the TLD says so": (Net(dns=GONE, registry=RegistryAnswer(False)), None, "will-fail not-registered"),
    "domain-on-hold: the registry knows it": (Net(dns=GONE, registry=RegistryAnswer(True, PAID.expires, ("client hold",))), None, "will-fail domain-on-hold"),
    "domain-expired: the registry knows that it ended": (Net(dns=GONE, registry=RegistryAnswer(True, NOW - timedelta(days=9))), None, "will-fail domain-expired"),
    "unknown: NXDOMAIN from a lame server is not the TLD's word": (Net(dns={k: rcode("NXDOMAIN", soa=NAME) for k in GONE}), None, "unknown None"),
    "domain-expired: redemption": (at(B, registry=RegistryAnswer(True, NOW - timedelta(days=9), ("redemption period",))), OF_HOST, "will-fail domain-expired"),
    "a date behind us alone, where the site still works: registries lag": (at(OURS, registry=RegistryAnswer(True, NOW - timedelta(days=2), ("active",))), OF_HOST, "no-obstacle None"),
    "lame-delegation: all refuse": (Net(dns=BROKEN, at=PARENT), None, "will-fail lame-delegation"),
    "nameservers-silent: nobody answers": (Net(dns=BROKEN, at={**PARENT, **{(NAME, t, f"5.9.9.{n}"): failed(Fault.TIMEOUT) for n in (1, 2) for t in ("SOA", "A")}}), None, "will-fail nameservers-silent"),
    "unknown: one of two is fine": (Net(dns=BROKEN, at={**PARENT, (NAME, "SOA", "5.9.9.1"): SOA}), None, "unknown None"),
    "dnssec-broken: named by the resolver, fine without validation": (Net(dns={**BROKEN, (NAME, "A"): rcode("SERVFAIL", (7, "expired"))}, unchecked={(NAME, "A"): records(NAME, "A", A)}, at=PARENT), None, "will-fail dnssec-broken"),
    "name-not-eligible: underscore": (Net(), an_inquiry("_a.example.com"), "will-fail name-not-eligible"),
    # C
    "no-address: the name exists": (Net(dns={(NAME, "A"): DnsAnswer("NOERROR")}), None, "will-fail no-address"),
    "no-address: NXDOMAIN below a zone that exists": (Net(), an_inquiry(f"shop.{NAME}"), "will-fail no-address"),
    "dangling-cname": (Net(dns={(f"www.{NAME}", t): replace(records(f"www.{NAME}", "CNAME", "gone.net"), rcode="NXDOMAIN") for t in ("A", "AAAA")}), an_inquiry(f"www.{NAME}"), "will-fail dangling-cname"),
    "private-address: no public one": (at("100.64.1.1"), None, "will-fail private-address"),
    "points-elsewhere: not in the host's networks": (at(B, tls={B: certificate(-9, 80, "other.net")}), OF_HOST, "will-fail points-elsewhere"),
    "moved-away: elsewhere, and a valid certificate for the name is served there": (at(B), OF_HOST, "will-fail moved-away"),
    "points-elsewhere: the certificate there has expired": (at(B, tls={B: certificate(-99, -9)}), OF_HOST, "will-fail points-elsewhere"),
    "moved-away: the host itself says that the address is not its own": (Net(), replace(OF_PANEL, problems=(Problem(None, f"resolved to an IP address “{A}” that does not exist on this server", "points-elsewhere", address=A),)), "will-fail moved-away"),
    "already-renewed: the same panel says nothing of the address": (Net(tls={A: certificate(-1, 89)}), OF_PANEL, "already-renewed already-renewed"),
    "service-names-only: the site has an address, the panel's name has none": (Net(), of_panel(f"webmail.{NAME}"), "will-fail service-names-only"),
    "service-names-only: no other name failed": (Net(), replace(of_panel(f"webmail.{NAME}"), names=(Domain(f"webmail.{NAME}"),)), "will-fail service-names-only"),
    "no-address: neither has the site": (Net(dns={(NAME, "A"): DnsAnswer("NOERROR")}), of_panel(f"webmail.{NAME}"), "will-fail no-address"),
    "no-address: a mail server's only name": (Net(), an_inquiry(f"mail.{NAME}", names=(Domain(f"mail.{NAME}"),), event=Event.RENEWAL_FAILED), "will-fail no-address"),
    "domain-on-hold: by status alone, while resolvers remember it": (at(B, registry=RegistryAnswer(True, PAID.expires, ("client hold",))), OF_HOST, "will-fail domain-on-hold"),
    "the host's own network": (at(OURS), OF_HOST, "no-obstacle None"),
    "points-elsewhere stays open: a CDN's certificate does not need its proxy": (at(B), an_inquiry(provider=CLOUDFLARE, event=Event.RENEWAL_FAILED), "no-obstacle None"),
    "points-elsewhere stays open: nothing known of the provider": (at(B), an_inquiry(event=Event.RENEWAL_FAILED), "no-obstacle None"),
    "unknown: the owner of the address could not be asked": (Net(dns={(NAME, "A"): records(NAME, "A", B), ("20.1.9.5.in-addr.arpa", "PTR"): failed(Fault.CUT_OFF)}), OF_HOST, "no-obstacle None"),
    "behind-cloudflare: the host looks at the address first": (at("104.21.3.7"), OF_HOST, "will-fail behind-cloudflare"),
    "behind Cloudflare, unknown host: passes through": (at("104.21.3.7"), None, "no-obstacle None"),
    "behind-cdn: a site builder": (at("185.230.63.1"), OF_HOST, "will-fail behind-cdn"),
    "a site builder's own customer": (at("185.230.63.1"), None, "no-obstacle None"),
    "stale-aaaa: parked there, the site here": (Net(dns={(NAME, "AAAA"): records(NAME, "AAAA", V6)}, http={(V6, ""): http(403)}), None, "will-fail stale-aaaa"),
    "stale-aaaa: it cuts off where the A answers": (Net(dns={(NAME, "AAAA"): records(NAME, "AAAA", V6)}, http={(V6, ""): failed(Fault.RESET)}), None, "will-fail stale-aaaa"),
    "both families cut off alike": (Net(dns={(NAME, "AAAA"): records(NAME, "AAAA", V6)}, http={("", ""): failed(Fault.RESET)}), None, "will-fail connection-reset"),
    "one-address-wrong: the first is dead": (Net(dns={(NAME, "A"): records(NAME, "A", B, A)}, http={(B, ""): failed(Fault.REFUSED)}), None, "will-fail one-address-wrong"),
    "one-address-wrong now and then: the second is dead": (Net(dns={(NAME, "A"): records(NAME, "A", A, B)}, http={(B, ""): failed(Fault.REFUSED)}), None, "unknown one-address-wrong"),
    # E
    "port-80-refused": (Net(http={(A, ""): failed(Fault.REFUSED)}), None, "will-fail port-80-refused"),
    "port-80-blocked": (Net(http={(A, ""): failed(Fault.TIMEOUT)}), None, "will-fail port-80-blocked"),
    "too-slow is only likely": (Net(http={(A, ""): failed(Fault.STALLED)}), None, "unknown too-slow"),
    "wrong-protocol-on-80": (Net(http={(A, ""): http(400, "The plain HTTP request was sent to HTTPS port")}), None, "will-fail wrong-protocol-on-80"),
    # F
    "parked: whose name servers": (Net(dns={(NAME, "NS"): records(NAME, "NS", "ns1.sedoparking.com")}), None, "will-fail parked"),
    "access-denied: everywhere": (Net(http={(A, ""): http(403)}), None, "will-fail access-denied"),
    "an object store says 403 for what is not there": (Net(http={(A, ""): http(403), (A, "/"): http(200)}), None, "unknown access-denied"),
    "challenge-folder-denied": (Net(http={(A, CHALLENGE): http(403)}), None, "will-fail challenge-folder-denied"),
    "only our own agent is turned away": (Net(http={(A, ""): http(403)}, like_ca={(A, ""): http(404)}), None, "no-obstacle None"),
    "user-agent-filter: only the CA's is": (Net(like_ca={(A, ""): http(403)}), None, "will-fail user-agent-filter"),
    "bot-challenge": (Net(http={(A, ""): http(403, cf_mitigated="challenge")}), None, "will-fail bot-challenge"),
    "server-error": (Net(http={(A, ""): http(500)}), None, "will-fail server-error"),
    "missing pages crash, the site works": (Net(http={(A, ""): http(500), (A, "/"): http(200)}), None, "unknown server-error"),
    "redirect-drops-path": (Net(urls={f"http://{NAME}{CHALLENGE}": to(f"https://{NAME}/"), f"http://{NAME}/": to(f"https://{NAME}/")}), None, "will-fail redirect-drops-path"),
    "missing pages go to the start page": (Net(urls={f"http://{NAME}{CHALLENGE}": to("/")}, http={(A, "/"): http(200)}), None, "unknown redirect-drops-path"),
    # I
    "ca-outage alone": (Net(authority=AuthorityAnswer(False)), None, "unknown ca-outage"),
    # what the notice states
    "stated 404, unknown host": (Net(), stated("points-elsewhere", address=A), "will-fail points-elsewhere"),
    "stated 404, at the host's own server": (at(OURS), replace(OF_HOST, since=None, problems=(Problem(None, "404", "points-elsewhere", address=OURS),)), "will-fail token-not-served"),
    "stated, but the probes show what it meant": (Net(http={(A, ""): http(403)}), stated("challenge-folder-denied"), "will-fail access-denied"),
    "stated and recent: it counts for more": (Net(), stated("port-80-refused", since=NOW - timedelta(minutes=2)), "will-fail port-80-refused"),
    "stated long ago, and nothing of it left": (Net(), stated("port-80-refused", since=NOW - timedelta(days=2)), "unknown transient"),
    "stated by another vantage point": (Net(), stated("access-denied", address=A, secondary=True), "will-fail blocked-by-place"),
    "stated by another vantage point, at an address that we do not see": (Net(), stated("access-denied", address=B, secondary=True), "will-fail answers-differ-by-place"),
    "stated: nothing came back": (Net(http={(A, ""): http(200)}), stated("body-altered", 'Expected "KA" (got "")'), "will-fail app-answers-everything"),
    "stated: another token": (Net(), stated("body-altered", 'Expected "x.y" (got "a.b")'), "will-fail other-token"),
    "stated: the right token with a BOM": (Net(), stated("other-token", 'Expected "x.y" (got "\ufeffx.y")'), "will-fail body-altered"),
    "stated rate limit": (Net(), stated("rate-limited", retry_after="2026-11-29 00:00:00 UTC"), "will-fail rate-limited"),
    # methods
    "wildcard-needs-dns01": (at(OURS), an_inquiry(f"*.{NAME}", provider=HOST), "will-fail wildcard-needs-dns01"),
    "dns01-other-zone": (Net(), an_inquiry(provider=Provider("h", nameservers=("ns1.h.jp",), methods=("dns-01",))), "will-fail dns01-other-zone"),
    "precheck-refused": (at(OURS), an_inquiry(provider=replace(HOST, precheck="nameservers")), "will-fail precheck-refused"),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_verdict_and_leading_cause(row: str) -> None:
    net, inquiry, expected = ROWS[row]
    verdict, leading, _ = verdict_of(net, inquiry)  # type: ignore[arg-type]
    assert f"{verdict} {leading}" == expected


def test_first_domain_gives_the_expected_address() -> None:
    inquiry = an_inquiry(provider=replace(HOST, addresses=()), first_domain=Domain("id.xsrv.jp"))
    net = Net(dns={("id.xsrv.jp", "A"): records("id.xsrv.jp", "A", OURS)})
    assert verdict_of(net, inquiry) == ("will-fail", "moved-away", ("moved-away", "points-elsewhere"))
