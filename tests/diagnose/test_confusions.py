"""Confusions that cost trust (facts, causes 3), one row each, by its place in that list: what looks
like a cause and is none, and the reverse."""

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
from triage.model import Certificate, Event, Fault, Inquiry, Problem, Provider, TlsAnswer
from triage.names import Domain
from triage.recognize import problems_in

DUAL = {(NAME, "AAAA"): records(NAME, "AAAA", V6)}
FINE = ("no-obstacle", None, ())


def stated(error: str, cause: str, **rest: str) -> Inquiry:
    return an_inquiry(problems=(Problem(Domain(NAME), error, cause, **rest),))  # type: ignore[arg-type]


WWW = f"www.{NAME}"
NO_WWW = {(WWW, "A"): rcode("NXDOMAIN", soa=NAME), (WWW, "AAAA"): rcode("NXDOMAIN", soa=NAME)}
FOUR = {
    (NAME, "NS"): records(NAME, "NS", *(f"ns{n}.other.net" for n in range(1, 5))),
    **{(f"ns{n}.other.net", "A"): records(f"ns{n}.other.net", "A", f"5.9.9.{n}") for n in range(1, 5)},
}
SERVED = {"A": (A,), "SOA": ("ns1.other.net hostmaster.other.net 1 2 3 4 5",)}
PLESK = (
    "Invalid response from https://acme-v02.api.letsencrypt.org/acme/authz-v3/123.\nDetails:\n"
    "Type: urn:ietf:params:acme:error:unauthorized\nStatus: 403\n"
    f"Detail: {A}: Invalid response from http://{NAME}{CHALLENGE.format(token='x7Qd')}: 403"
)
FIVE_REASONS = """以下の原因が考えられます。
・ドメインが存在しない、または有効期限が切れている
・ネームサーバーがCloudflareなど他社のものになっている
・サイト転送設定が行われている
・アクセス制限が設定されている
・認証局がメンテナンス中である
"""

ROWS = {
    "1: 404 to a random name is fine": (Net(), None, FINE),
    "2: 403 on the folder is never asked for, a file below it is": (Net(http={("", "/.well-known/acme-challenge/"): http(403)}), None, FINE),
    "3: https redirect with a bad certificate is fine": (
        Net(http={(A, CHALLENGE): to(f"https://{NAME}{CHALLENGE}")}, urls={f"https://{NAME}{CHALLENGE}": http(404)},
            tls={A: TlsAnswer(Certificate("self", NOW - timedelta(400), NOW - timedelta(35), ("x.test",), "expired"))}),
        None, FINE,
    ),
    "4: name servers at Cloudflare alone are fine for the CA": (
        Net(dns={(NAME, "NS"): records(NAME, "NS", "ada.ns.cloudflare.com", "bob.ns.cloudflare.com")}), None, FINE,
    ),
    "5: a private A beside a public one is fine": (Net(dns={(NAME, "A"): records(NAME, "A", "10.0.0.5", A)}), None, FINE),
    "6: AAAA SERVFAIL is fine": (
        Net(dns={(NAME, "AAAA"): rcode("SERVFAIL")}), None, ("no-obstacle", None, ("aaaa-lookup-fails",)),
    ),
    "7: dead AAAA without redirect passes": (
        Net(dns=DUAL, http={(V6, ""): failed(Fault.REFUSED)}), None, ("no-obstacle", None, ("ipv6-dead",)),
    ),
    "8: dead AAAA with redirect fails": (
        Net(dns=DUAL, http={(V6, ""): failed(Fault.TIMEOUT), (A, CHALLENGE): to(f"https://{NAME}{CHALLENGE}")}, tls={V6: failed(Fault.TIMEOUT)}),
        None, ("will-fail", "ipv6-dead", ("ipv6-dead",)),
    ),
    "9: no CAA is fine": (Net(dns={(NAME, "CAA"): rcode("NXDOMAIN")}), None, FINE),
    "10: CAA at the parent counts": (
        Net(dns={(NAME, "CAA"): records(NAME, "CAA", '0 issue "ca.example.net"'), (f"www.{NAME}", "A"): records(f"www.{NAME}", "A", A)}),
        an_inquiry(f"www.{NAME}"), ("will-fail", "caa-other-ca", ("caa-other-ca",)),
    ),
    "10: CAA through a CNAME counts": (
        Net(dns={(NAME, "CAA"): records("other.net", "CAA", '0 issue "ca.example.net"')}),
        None, ("will-fail", "caa-other-ca", ("caa-other-ca",)),
    ),
    "11: 401 on / only is fine": (Net(http={(A, "/"): http(401, www_authenticate="Basic")}), None, FINE),
    "11, turned round: 401 on the challenge path is not": (
        Net(http={(A, ""): http(401, www_authenticate="Basic")}), None, ("will-fail", "password-protected", ("password-protected",)),
    ),
    "12: 200 HTML to a random name is weak": (Net(http={(A, ""): PAGE}), None, ("unknown", "app-answers-everything", ())),
    "14: an expired certificate blocks nothing": (Net(tls={A: certificate(-95, -5)}), None, FINE),
    "16: an error of the redirect's target names the target": (
        Net(), stated("Invalid response from https://shop.other.net/x: 404", "points-elsewhere", url="https://shop.other.net/x"),
        ("will-fail", "site-redirect-elsewhere", ("site-redirect-elsewhere",)),
    ),
    "17: an error with an IPv6 address is about the AAAA": (
        Net(dns=DUAL), stated("404", "points-elsewhere", address=V6), ("will-fail", "stale-aaaa", ("stale-aaaa",)),
    ),
    "19: the prober turned away at one of two requests proves nothing": (
        Net(http={(A, CHALLENGE): failed(Fault.TIMEOUT), (A, "/"): http(200)}), None, ("unknown", "prober-banned", ()),
    ),
    "19: we may not ask there: nothing is shown": (
        Net(http={(A, ""): failed(Fault.NOT_ASKED)}), None, ("unknown", None, ()),
    ),
    "19: no IPv6 here: a refusal at the A is only likely": (
        Net(dns=DUAL, http={(V6, ""): failed(Fault.NOT_ASKED), (A, ""): http(401)}, tls={V6: failed(Fault.NOT_ASKED)}),
        None, ("unknown", "password-protected", ()),
    ),
    "20: a CDN's certificate is not the renewed one": (
        Net(dns={(NAME, "A"): records(NAME, "A", "104.21.3.7")}, tls={"104.21.3.7": certificate(-1, 89, issuer="WE1")}),
        an_inquiry(since=NOW - timedelta(days=2)), ("no-obstacle", None, ("behind-cloudflare",)),
    ),
    "21: the redirect leads to www on the same server: fine": (
        Net(dns={(f"www.{NAME}", "A"): records(f"www.{NAME}", "A", A)}, urls={f"http://{NAME}{CHALLENGE}": to(f"http://www.{NAME}{CHALLENGE}")}),
        None, FINE,
    ),
    "1, turned round: the whole site goes to another site": (
        Net(dns={("shop.net", "A"): records("shop.net", "A", B)},
            urls={f"http://{NAME}{p}": to(f"http://shop.net{p}") for p in ("/", "/{other}", CHALLENGE)}),
        None, ("will-fail", "site-redirect-elsewhere", ("site-redirect-elsewhere",)),
    ),
    "1: only the challenge path goes to another site: answered there on purpose": (
        Net(dns={("acme.net", "A"): records("acme.net", "A", B)}, urls={f"http://{NAME}{CHALLENGE}": to(f"http://acme.net{CHALLENGE}")}),
        None, FINE,
    ),
    "13: one dead name server of four is a warning": (
        Net(dns=FOUR, at={**{(NAME, t, f"5.9.9.{n}"): records(NAME, t, *v) for n in (1, 2, 3) for t, v in SERVED.items()},
                          **{(NAME, t, "5.9.9.4"): failed(Fault.TIMEOUT) for t in SERVED}}),
        an_inquiry(event=Event.RENEWAL_FAILED, provider=Provider("some-host")), FINE,
    ),
    "15: the first “Invalid response from” of Plesk is the API's": (
        Net(http={(A, ""): http(403)}), an_inquiry(problems=problems_in(PLESK)), ("will-fail", "access-denied", ("access-denied",)),
    ),
    "18: a host lists five reasons, and none of them is found": (
        Net(), an_inquiry(event=Event.RENEWAL_FAILED, problems=problems_in(FIVE_REASONS)), FINE,
    ),
    "21: www fails": (
        Net(dns=NO_WWW), an_inquiry(WWW, names=(Domain(NAME), Domain(WWW))), ("will-fail", "no-address", ("no-address",)),
    ),
    "21: while the apex works": (Net(dns=NO_WWW), an_inquiry(names=(Domain(NAME), Domain(WWW))), FINE),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_looks_like_a_cause(row: str) -> None:
    net, inquiry, expected = ROWS[row]
    assert verdict_of(net, inquiry) == expected


def test_cloudflare_is_known_here() -> None:
    assert CLOUDFLARE in an_inquiry().atlas


def test_every_confusion_of_the_list_has_a_row() -> None:
    assert {int(row.partition(":")[0].partition(",")[0]) for row in ROWS} == set(range(1, 22))
