"""Confusions that cost trust (facts, causes 3), one row each: what looks like a cause and is none, and the reverse."""

# ruff: noqa: E501 - a row is a line or two

from datetime import timedelta

import pytest

from tests.diagnose.net import (
    CLOUDFLARE,
    NAME,
    NOW,
    PAGE,
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
)
from triage.diagnose.walk import CHALLENGE
from triage.model import Certificate, Fault, Inquiry, Problem, TlsAnswer
from triage.names import Domain

DUAL = {(NAME, "AAAA"): records(NAME, "AAAA", V6)}
FINE = ("no-obstacle", None, ())


def stated(error: str, cause: str, **rest: str) -> Inquiry:
    return an_inquiry(problems=(Problem(Domain(NAME), error, cause, **rest),))  # type: ignore[arg-type]


ROWS = {
    "404 to a random name is fine": (Net(), None, FINE),
    "403 on the folder is never asked for, a file below it is": (Net(http={("", "/.well-known/acme-challenge/"): http(403)}), None, FINE),
    "https redirect with a bad certificate is fine": (
        Net(http={(A, CHALLENGE): to(f"https://{NAME}{CHALLENGE}")}, urls={f"https://{NAME}{CHALLENGE}": http(404)},
            tls={A: TlsAnswer(Certificate("self", NOW - timedelta(400), NOW - timedelta(35), ("x.test",), "expired"))}),
        None, FINE,
    ),
    "name servers at Cloudflare alone are fine for the CA": (
        Net(dns={(NAME, "NS"): records(NAME, "NS", "ada.ns.cloudflare.com", "bob.ns.cloudflare.com")}), None, FINE,
    ),
    "a private A beside a public one is fine": (Net(dns={(NAME, "A"): records(NAME, "A", "10.0.0.5", A)}), None, FINE),
    "AAAA SERVFAIL is fine": (
        Net(dns={(NAME, "AAAA"): rcode("SERVFAIL")}), None, ("no-obstacle", None, ("aaaa-lookup-fails",)),
    ),
    "dead AAAA without redirect passes": (
        Net(dns=DUAL, http={(V6, ""): failed(Fault.REFUSED)}), None, ("no-obstacle", None, ("ipv6-dead",)),
    ),
    "dead AAAA with redirect fails": (
        Net(dns=DUAL, http={(V6, ""): failed(Fault.TIMEOUT), (A, CHALLENGE): to(f"https://{NAME}{CHALLENGE}")}, tls={V6: failed(Fault.TIMEOUT)}),
        None, ("will-fail", "ipv6-dead", ("ipv6-dead",)),
    ),
    "no CAA is fine": (Net(dns={(NAME, "CAA"): rcode("NXDOMAIN")}), None, FINE),
    "CAA at the parent counts": (
        Net(dns={(NAME, "CAA"): records(NAME, "CAA", '0 issue "ca.example.net"'), (f"www.{NAME}", "A"): records(f"www.{NAME}", "A", A)}),
        an_inquiry(f"www.{NAME}"), ("will-fail", "caa-other-ca", ("caa-other-ca",)),
    ),
    "CAA through a CNAME counts": (
        Net(dns={(NAME, "CAA"): records("other.net", "CAA", '0 issue "ca.example.net"')}),
        None, ("will-fail", "caa-other-ca", ("caa-other-ca",)),
    ),
    "401 on / only is fine": (Net(http={(A, "/"): http(401, www_authenticate="Basic")}), None, FINE),
    "401 on the challenge path is not": (
        Net(http={(A, ""): http(401, www_authenticate="Basic")}), None, ("will-fail", "password-protected", ("password-protected",)),
    ),
    "200 HTML to a random name is weak": (Net(http={(A, ""): PAGE}), None, ("unknown", "app-answers-everything", ())),
    "an expired certificate blocks nothing": (Net(tls={A: certificate(-95, -5)}), None, FINE),
    "an error of the redirect's target names the target": (
        Net(), stated("Invalid response from https://shop.other.net/x: 404", "points-elsewhere", url="https://shop.other.net/x"),
        ("will-fail", "site-redirect-elsewhere", ("site-redirect-elsewhere",)),
    ),
    "an error with an IPv6 address is about the AAAA": (
        Net(dns=DUAL), stated("404", "points-elsewhere", address=V6), ("will-fail", "stale-aaaa", ("stale-aaaa",)),
    ),
    "the prober turned away at one of two requests proves nothing": (
        Net(http={(A, CHALLENGE): failed(Fault.TIMEOUT), (A, "/"): http(200)}), None, ("unknown", "prober-banned", ()),
    ),
    "we may not ask there: nothing is shown": (
        Net(http={(A, ""): failed(Fault.NOT_ASKED)}), None, ("unknown", None, ()),
    ),
    "no IPv6 here: a refusal at the A is only likely": (
        Net(dns=DUAL, http={(V6, ""): failed(Fault.NOT_ASKED), (A, ""): http(401)}, tls={V6: failed(Fault.NOT_ASKED)}),
        None, ("unknown", "password-protected", ()),
    ),
    "a CDN's certificate is not the renewed one": (
        Net(dns={(NAME, "A"): records(NAME, "A", "104.21.3.7")}, tls={"104.21.3.7": certificate(-1, 89, issuer="WE1")}),
        an_inquiry(since=NOW - timedelta(days=2)), ("no-obstacle", None, ("behind-cloudflare",)),
    ),
    "the redirect leads to www on the same server: fine": (
        Net(dns={(f"www.{NAME}", "A"): records(f"www.{NAME}", "A", A)}, urls={f"http://{NAME}{CHALLENGE}": to(f"http://www.{NAME}{CHALLENGE}")}),
        None, FINE,
    ),
    "the whole site goes to another site": (
        Net(dns={("shop.net", "A"): records("shop.net", "A", B)},
            urls={f"http://{NAME}{p}": to(f"http://shop.net{p}") for p in ("/", "/{other}", CHALLENGE)}),
        None, ("will-fail", "site-redirect-elsewhere", ("site-redirect-elsewhere",)),
    ),
    "only the challenge path goes to another site: answered there on purpose": (
        Net(dns={("acme.net", "A"): records("acme.net", "A", B)}, urls={f"http://{NAME}{CHALLENGE}": to(f"http://acme.net{CHALLENGE}")}),
        None, FINE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_looks_like_a_cause(row: str) -> None:
    net, inquiry, expected = ROWS[row]
    assert verdict_of(net, inquiry) == expected


def test_cloudflare_is_known_here() -> None:
    assert CLOUDFLARE in an_inquiry().atlas
