# ruff: noqa: E501 (errors are quoted as they are)
"""What a quoted error states: the cause, for which name, from which address."""

import pytest

from triage.model import Problem
from triage.names import Domain
from triage.recognize import problems_in

AT = "5.9.1.10: Invalid response from http://a.example.jp/.well-known/acme-challenge/x: "
CAUSES = (
    ("not-registered", "DNS problem: NXDOMAIN looking up A for nope.com - check that a DNS record exists"),
    ("no-address", "DNS problem: NXDOMAIN looking up A for www.example.com - check that a DNS record exists"),
    ("no-address", "dns :: no valid A records found for norec.com; no valid AAAA records found for norec.com"),
    ("dns01-record-missing", "DNS problem: NXDOMAIN looking up TXT for _acme-challenge.example.com"),
    ("lame-delegation", "DNS problem: SERVFAIL looking up A for a.example.jp - the domain's nameservers may be …"),
    ("dnssec-broken", "DNS problem: looking up A for a.example.jp: DNSSEC: Signature Expired"),
    ("nameservers-silent", "DNS problem: query timed out looking up A for a.example.jp"),
    ("caa-lookup-fails", "DNS problem: SERVFAIL looking up CAA for example.jp"),
    ("caa-other-ca", "While processing CAA for a.example.jp: CAA record for example.jp prevents issuance"),
    ("ca-outage", "DNS problem: server failure at resolver looking up A for a.example.jp"),
    ("port-80-blocked", "5.9.1.41: Fetching http://a.example.jp/x: Timeout during connect (likely firewall problem)"),
    ("ipv6-dead", "2a01:4f8::40: Fetching http://a.example.jp/x: Timeout after connect (your server may be slow)"),
    ("too-slow", "5.9.1.41: Fetching http://a.example.jp/x: Timeout after connect (your server may be slow)"),
    ("port-80-refused", "5.9.1.50: Fetching http://a.example.jp/x: Connection refused"),
    ("connection-reset", "5.9.1.50: Fetching http://a.example.jp/x: Connection reset by peer"),
    ("redirect-target-dead", "5.9.1.50: Fetching https://a.example.jp/x: Connection refused"),
    ("too-many-redirects", "5.9.1.10: Fetching http://a.example.jp/x?r=12: Too many redirects"),
    ("redirect-port", "5.9.1.10: Fetching https://a.example.jp:8443/x: Invalid port in redirect target."),
    ("redirect-private", "Fetching http://intranet/x: Invalid host in redirect target, must end in IANA registered TLD"),
    ("redirect-status", "Fetching http://a.example.jp/x: received disallowed redirect status code"),
    ("points-elsewhere", f"unauthorized :: {AT}404"),
    ("password-protected", f"{AT}401"),
    ("access-denied", f"{AT}403"),
    ("server-error", f"{AT}500"),
    ("wrong-protocol-on-80", f"{AT}400"),
    ("app-answers-everything", f'{AT}"<!doctype html><html><head><title>Blog</title>"'),
    ("bot-challenge", f'{AT}"<html><script src=/aes.js></script>"'),
    ("parked", f'{AT}"<html><title>This domain is parked</title>"'),
    ("app-answers-everything", 'key authorization file from the server did not match this challenge. Expected "K" (got "")'),
    ("body-altered", r'key authorization file from the server did not match this challenge. Expected "K" (got "\ufeffK")'),
    ("rate-limited", "too many failed authorizations (5) for a.example.jp, retry after 2026-11-20 10:00:00 UTC: see …"),
    ("account-paused", "Your account is temporarily prevented from requesting certificates for a.example.jp"),
    ("transient", "urn:ietf:params:acme:error:badNonce :: JWS has an invalid anti-replay nonce"),
    ("policy-block", "Cannot issue for a.example.jp: forbidden by policy"),
    ("blocked-by-place", "During secondary validation: 5.9.1.4: Fetching http://a.example.jp/x: Timeout during connect"),
    ("points-elsewhere", "The domain “a.example.jp” resolved to an IP address “5.9.1.80” that does not exist on this server."),
    ("no-address", "“a.example.jp” does not resolve to any IP addresses on the internet."),
    ("dns01-too-many", "too many TXT records at _acme-challenge.a.example.jp"),
    ("dns01-too-many", "_acme-challenge.a.example.jp のTXTレコードが多すぎます。"),
    ("quota-full", "write /home/a/.well-known/acme-challenge/x: disk quota exceeded"),
    ("quota-full", "The account has reached its disk quota."),
    ("quota-full", "ディスク容量が不足しているため、確認用ファイルを作成できませんでした。"),
    ("renewal-disabled", "AutoSSL is disabled for a.example.jp."),
    ("renewal-disabled", "a.example.jp の自動更新が無効になっています。"),
    ("old-name-in-order", "The certificate still contains old.example.jp, which is no longer on this account."),
    ("old-name-in-order", "削除済みのドメイン名 old.example.jp が証明書に含まれています。"),
    ("precheck-refused", "a.example.jp did not pass our pre-check; no certificate was requested."),
    ("precheck-refused", "事前チェックに失敗したため、申請していません。"),
    ("provider-blocks-ca", "The validation servers of the CA are blocked by our firewall."),
    ("provider-blocks-ca", "認証局からの接続が当社のファイアウォールで遮断されています。"),
)  # fmt: skip


@pytest.mark.parametrize(("cause", "text"), CAUSES, ids=[f"{cause}: {text[:50]}" for cause, text in CAUSES])
def test_the_words_prove_the_cause(cause: str, text: str) -> None:
    assert [problem.cause for problem in problems_in(text)] == [cause]


def test_all_that_an_error_tells_is_kept() -> None:
    text = (
        "Domain: www.example.jp\nType:   unauthorized\n"
        "Detail: During secondary validation: 203.0.113.7: Invalid response from\n"
        "http://www.example.jp/.well-known/acme-challenge/abc: 404\n"
    )
    assert problems_in(text) == (
        Problem(
            name=Domain("www.example.jp"),
            error="During secondary validation: 203.0.113.7: Invalid response from "
            "http://www.example.jp/.well-known/acme-challenge/abc: 404",
            cause="points-elsewhere",
            address="203.0.113.7",
            url="http://www.example.jp/.well-known/acme-challenge/abc",
            secondary=True,
        ),
    )


def test_a_rate_limit_says_when_to_come_back() -> None:
    problem = problems_in("too many failed authorizations (5), retry after 2026-11-20 10:00:00 UTC: see x")[0]
    assert problem.retry_after == "2026-11-20 10:00:00 UTC"


def test_the_api_s_own_address_is_not_the_site() -> None:
    plesk = (
        "Invalid response from https://acme-v02.api.letsencrypt.org/acme/authz/1.\nDetails:\n"
        "Type: urn:ietf:params:acme:error:dns\nStatus: 400\n"
        "Detail: DNS problem: SERVFAIL looking up A for shop.example.com - the domain's nameservers may be malfunctioning"
    )
    assert [(str(p.name), p.cause, p.url) for p in problems_in(plesk)] == [
        ("shop.example.com", "lame-delegation", None)
    ]


def test_escapes_of_json_and_html_are_undone() -> None:
    text = r'"detail": "203.0.113.5: Invalid response from http:\/\/a.example.jp\/x: \u0022\u003chtml\u003e parked"'
    assert [(p.cause, p.address) for p in problems_in(text)] == [("parked", "203.0.113.5")]


HARMLESS = (
    "You use 3 GB of your disk quota of 20 GB.",
    "ディスク容量が不足する前に、不要なファイルを削除してください。",
    "If automatic renewal is disabled in your settings, renew by hand.",
    "自動更新が無効の場合は、手動で更新してください。",
    "If your account has reached its disk quota, delete old backups.",
    "Please see whether AutoSSL is disabled for a.example.jp.",
    "ディスク容量が不足している場合は、不要なファイルを削除してください。",
    "認証局からの接続が遮断されている可能性があります。",
    "The domain passed our pre-check.",
    "事前チェックは完了しています。",
    "認証局からの接続が必要です。",
    "There are two TXT records at _acme-challenge.a.example.jp.",
    "The certificate still contains www.example.jp.",
)


@pytest.mark.parametrize("text", HARMLESS)
def test_words_near_a_cause_state_none(text: str) -> None:
    assert problems_in(text) == ()


@pytest.mark.parametrize("text", ["", "all is well", "証明書を更新しました", "error"], ids=repr)
def test_nothing_is_read_into_a_text_without_an_error(text: str) -> None:
    assert problems_in(text) == ()
