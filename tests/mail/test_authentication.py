"""Who sent a mail, as our own server says, and every way to pretend otherwise (facts never-answer 3.1)."""

import time
from dataclasses import replace

import pytest

from triage.mail import authenticate, writes_on_top
from triage.mail.authentication import MICROSOFT, aligned, sole_sender
from triage.model import Address, Authentication, Header, Identity, Message

US = Identity("ssl-help@triage.example", authserv_id="mx.triage.example")
AT_MICROSOFT = Identity("ssl-help@triage.example", authserv_id=MICROSOFT)
AT_GOOGLE = Identity("ssl-help@triage.example", authserv_id="mx.google.com")

OUR_HAND = (
    "received",
    "from mail.example.jp (mail.example.jp [192.0.2.25]) by mx.triage.example (Postfix) with ESMTPS",
)
INNER_HAND = ("received", "from mx.triage.example by mailbox.triage.example with LMTP id x")
FOREIGN_HAND = ("received", "from sv.host.example by mail.example.jp; Sat, 28 Nov 2026 10:15:02 +0900")
FROM = ("from", "山田太郎 <owner@example.jp>")
PASS = ("authentication-results", "mx.triage.example; dmarc=pass header.from=example.jp")
FAIL = ("authentication-results", "mx.triage.example; dmarc=fail header.from=example.jp")

DMARC = Authentication("example.jp", "DMARC passed")
NOTHING_PROVEN = "nothing that our server checked proves the domain in From"


def a_mail(*headers: tuple[str, str], sender: str = "owner@example.jp") -> Message:
    everything = headers if any(name == "from" for name, _ in headers) else (*headers, FROM)
    return Message(tuple(Header(*h) for h in everything), sender=(Address(None, sender),))


def says(text: str) -> tuple[str, str]:
    return ("authentication-results", "mx.triage.example; " + text)


ACCEPTED = {
    "DMARC": (
        says(
            "dkim=pass header.d=example.jp; spf=pass smtp.mailfrom=owner@example.jp; dmarc=pass header.from=example.jp"
        ),
        "DMARC passed",
    ),
    "DMARC, with comments": (says("dmarc=pass (p=reject; dis=none (really)) header.from=example.jp"), "DMARC passed"),
    "DMARC, with a reason in quotes": (
        says('dmarc=pass reason="no; dmarc=fail" header.from=example.jp'),
        "DMARC passed",
    ),
    "DMARC, in capitals": (
        ("authentication-results", "MX.Triage.Example 1; DMARC=Pass Header.From=EXAMPLE.jp"),
        "DMARC passed",
    ),
    "DKIM of the domain": (says("dkim=pass header.d=example.jp"), "a DKIM signature of example.jp passed"),
    "DKIM of a mail host below the domain": (
        says("dkim=pass header.d=mail.example.jp"),
        "a DKIM signature of mail.example.jp passed",
    ),
    "DKIM by header.i": (says("dkim=pass header.i=@example.jp header.s=s1"), "a DKIM signature of example.jp passed"),
    "one DKIM signature of two": (
        says("dkim=fail header.d=list.example; dkim=pass header.d=example.jp"),
        "a DKIM signature of example.jp passed",
    ),
    "SPF of an address": (says("spf=pass smtp.mailfrom=bounce@example.jp"), "SPF passed for the domain in From"),
    "SPF of a domain": (says("spf=pass smtp.mailfrom=example.jp"), "SPF passed for the domain in From"),
    "no DMARC policy, DKIM passed": (
        says("dmarc=none header.from=example.jp; dkim=pass header.d=example.jp"),
        "a DKIM signature of example.jp passed",
    ),
}


@pytest.mark.parametrize(("header", "because"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(header: tuple[str, str], because: str) -> None:
    assert authenticate(a_mail(OUR_HAND, header), US) == Authentication("example.jp", because)


REFUSED = {
    "no header at all": ((OUR_HAND,), "there is no Authentication-Results header of our server"),
    "another server's": (
        (OUR_HAND, ("authentication-results", "mx.evil.example; dmarc=pass header.from=example.jp")),
        "there is no Authentication-Results header of our server",
    ),
    "a server whose name begins like ours": (
        (("authentication-results", "mx.triage.example.evil.example; dmarc=pass header.from=example.jp"),),
        "there is no Authentication-Results header of our server",
    ),
    "below a foreign hand": ((OUR_HAND, FOREIGN_HAND, PASS), "there is no Authentication-Results header of our server"),
    "forged below ours": (
        (FAIL, OUR_HAND, PASS),
        "our server's Authentication-Results are there twice for dmarc: one may be forged",
    ),
    "doubled": ((PASS, PASS), "our server's Authentication-Results are there twice for dmarc: one may be forged"),
    "conflicting in one header": (
        (says("dmarc=pass header.from=example.jp; dmarc=fail header.from=example.jp"),),
        "our server's header has more than one DMARC result",
    ),
    "two SPF results": (
        (says("spf=pass smtp.mailfrom=example.jp; spf=fail smtp.mailfrom=evil.example"),),
        "our server's header has more than one SPF result",
    ),
    "DMARC failed, DKIM passed": (
        (says("dmarc=fail header.from=example.jp; dkim=pass header.d=example.jp"),),
        "DMARC says fail",
    ),
    "DMARC failed, with words that belong to nothing": (
        (says("dmarc=fail header.from=example.jp oops; dkim=pass header.d=example.jp"),),
        "DMARC says fail",
    ),
    "DMARC of another domain": ((says("dmarc=pass header.from=evil.example"),), NOTHING_PROVEN),
    "DMARC of no domain": ((says("dmarc=pass"),), NOTHING_PROVEN),
    "DKIM of another domain": ((says("dkim=pass header.d=evil.example"),), NOTHING_PROVEN),
    "DKIM of the public suffix": ((says("dkim=pass header.d=jp"),), NOTHING_PROVEN),
    "DKIM of a domain that ends alike": ((says("dkim=pass header.d=notexample.jp"),), NOTHING_PROVEN),
    "SPF of the greeting": ((says("spf=pass smtp.helo=example.jp"),), NOTHING_PROVEN),
    "SPF soft": ((says("spf=softfail smtp.mailfrom=example.jp"),), NOTHING_PROVEN),
    "ARC alone": ((says("arc=pass (i=2 spf=pass dkim=pass dmarc=pass fromdomain=example.jp)"),), NOTHING_PROVEN),
    "none": ((says("none"),), NOTHING_PROVEN),
    "a comment that never closes": (
        (says("spf=none (dmarc=pass header.from=example.jp"),),
        "the Authentication-Results header is malformed",
    ),
    "an envelope sender that leaves its comment": (
        (says('spf=pass (domain of "x); dkim=pass header.d=example.jp; spf=none (y"@e.example)'),),
        "the Authentication-Results header is malformed",
    ),
    "an envelope sender in quotes": (
        (says('spf=pass smtp.mailfrom="x; dkim=pass header.d=example.jp"@evil.example'),),
        NOTHING_PROVEN,
    ),
    # A DNS name may hold a blank: `d=example.jp .evil.example` finds a key of evil.example.
    "a signer with a blank in its name": ((says("dkim=pass header.d=example.jp .evil.example"),), NOTHING_PROVEN),
    "a signer with a comment in its name": (
        (says("dkim=pass header.d=example.jp(.evil).evil.example"),),
        NOTHING_PROVEN,
    ),
    "a signer with a quote in its name": (
        (says('dkim=pass header.d=example.jp".evil.example'),),
        "the Authentication-Results header is malformed",
    ),
    "an envelope sender that goes on with words": (
        (says("spf=pass smtp.mailfrom=example.jp x@evil.example"),),
        NOTHING_PROVEN,
    ),
    "two signers in one result": ((says("dkim=pass header.d=example.jp header.d=evil.example"),), NOTHING_PROVEN),
    "two From domains in one result": (
        (says("dmarc=pass header.from=example.jp header.from=evil.example"),),
        NOTHING_PROVEN,
    ),
    "an envelope sender whose words were printed as results": (
        (
            ("return-path", '<"x; dmarc=pass header.from=example.jp; y=z"@evil.example>'),
            says("spf=pass smtp.mailfrom=x; dmarc=pass header.from=example.jp; y=z@evil.example"),
        ),
        "the envelope sender is written so that it could forge our server's results",
    ),
    "results in a comment": ((says("spf=none (dmarc=pass header.from=example.jp)"),), NOTHING_PROVEN),
    "Microsoft's dialect, while our server has a name": (
        (("authentication-results", "dmarc=pass header.from=example.jp"),),
        "there is no Authentication-Results header of our server",
    ),
    "a header of 1 MB": ((says("x" * 1_000_000),), "the Authentication-Results header is malformed"),
}


@pytest.mark.attack(number=1)
@pytest.mark.parametrize(("headers", "because"), REFUSED.values(), ids=REFUSED)
def test_refused(headers: tuple[tuple[str, str], ...], because: str) -> None:
    forged = because == "DMARC says fail"
    assert authenticate(a_mail(*headers), US) == Authentication(None, because, forged)


DIALECTS = {
    "Exim": "dkim=pass header.d=example.jp header.s=s1 header.a=rsa-sha256; iprev=pass (mail.example.jp) "
    "smtp.remote-ip=192.0.2.25; arc=none",
    "rspamd": "dkim=pass header.d=example.jp header.s=s1 header.b=AbC+d/1=; arc=none; spf=softfail (mx: 192.0.2.25 is "
    "neither permitted) smtp.mailfrom=x@other.example",
    "OpenDKIM": 'dkim=pass (2048-bit key; unprotected) header.d=example.jp header.i=@example.jp header.b="Ab+/12"',
    "Yahoo": "dkim=pass header.i=@example.jp header.s=s1; spf=none smtp.mailfrom=x; dmarc=unknown",
    "Courier and Sendmail": 'dkim=pass reason="2048-bit key" header.d=example.jp',
    "a policy": "dkim=pass header.d=example.jp policy.dkim-rules=none",
}


@pytest.mark.parametrize("server", DIALECTS)
def test_dialects_of_servers(server: str) -> None:
    """Where the results of each are read at all; blanks, comments and unknown properties do not matter."""
    found = authenticate(a_mail(says(DIALECTS[server])), US)
    assert found == Authentication("example.jp", "a DKIM signature of example.jp passed")


@pytest.mark.parametrize("path", ["<>", "<owner@example.jp>", "<bounce+1-a=b@mail.example.jp>", "owner@example.jp"])
def test_a_plain_envelope_sender_is_in_nobody_s_way(path: str) -> None:
    assert authenticate(a_mail(("return-path", path), PASS), US) == DMARC


def test_where_our_server_writes_on_top_nothing_below_its_first_line_counts() -> None:
    """It strips no foreign header, and did not vouch for this mail: what stands below came with the mail."""
    strict = replace(US, authserv_on_top=True)
    assert authenticate(a_mail(PASS, OUR_HAND), strict) == DMARC
    assert authenticate(a_mail(OUR_HAND, PASS), strict).domain is None
    assert authenticate(a_mail(OUR_HAND, PASS), US) == DMARC
    assert authenticate(a_mail(OUR_HAND, PASS), replace(US, authserv_on_top=False)) == DMARC


LMTP_HAND = ("received", "from mx.triage.example by mailbox.triage.example with LMTP id x")
OTHERS_PASS = ("authentication-results", "mx.evil.example; dmarc=pass header.from=example.jp")
ON_TOP = {
    "above our server's line": ((PASS, OUR_HAND, FOREIGN_HAND), True),
    "below the way into the mailbox": ((LMTP_HAND, PASS, OUR_HAND), True),
    "whatever it says": ((FAIL, OUR_HAND), True),
    "below our server's line": ((OUR_HAND, PASS), False),
    "above the line of another server, as where mails are fetched": ((PASS, FOREIGN_HAND), False),
    "above no line at all": ((PASS,), False),
    "below an inner step of another kind": ((("received", "from a by b.triage.example with SMTP"), PASS), False),
    "another server's": ((OTHERS_PASS, OUR_HAND), False),
    "above a line that names no host": ((PASS, ("received", "from x by localhost with ESMTP")), False),
}


@pytest.mark.parametrize(("headers", "shown"), ON_TOP.values(), ids=ON_TOP)
def test_what_shows_that_our_server_writes_on_top(headers: tuple[tuple[str, str], ...], shown: bool) -> None:
    assert writes_on_top(a_mail(*headers), US) is shown


def test_nothing_shows_it_of_google_and_microsoft_or_where_no_server_is_named() -> None:
    edge = ("received", "from mail.example.jp by mx.google.com with ESMTPS id b2")
    at_microsoft = ("received", "from mail.example.jp by C.mail.protection.outlook.com with Microsoft SMTP Server")
    assert not writes_on_top(a_mail(GOOGLE_SAYS, edge), AT_GOOGLE)
    assert not writes_on_top(a_mail(MICROSOFT_SAYS, at_microsoft), AT_MICROSOFT)
    assert not writes_on_top(a_mail(PASS, OUR_HAND), Identity("ssl-help@triage.example"))


def test_a_header_above_and_between_our_own_hands_counts() -> None:
    assert authenticate(a_mail(PASS, INNER_HAND, OUR_HAND, FOREIGN_HAND), US) == DMARC
    assert authenticate(a_mail(INNER_HAND, OUR_HAND, PASS, FOREIGN_HAND), US) == DMARC


@pytest.mark.parametrize("host", ["localhost", "imap3.internal", "mail.lan", "192.0.2.7", "2001:db8::7"])
def test_an_inner_hand_without_a_name_in_the_world_does_not_end_our_part(host: str) -> None:
    inner = ("received", f"from mx.triage.example by {host} (Cyrus) with LMTPA")
    assert authenticate(a_mail(inner, OUR_HAND, PASS, FOREIGN_HAND), US) == DMARC


def test_what_came_with_the_mail_from_an_earlier_visit_is_no_conflict() -> None:
    assert authenticate(a_mail(OUR_HAND, PASS, FOREIGN_HAND, FAIL), US) == DMARC


def test_the_programs_of_one_server_may_each_write_a_header() -> None:
    assert authenticate(a_mail(PASS, says("dkim=pass header.d=example.jp"), OUR_HAND), US) == DMARC


def test_without_a_name_for_our_server_nobody_is_believed() -> None:
    assert authenticate(a_mail(PASS), Identity("ssl-help@triage.example")).domain is None


MICROSOFT_SAYS = (
    "authentication-results",
    "spf=pass (sender IP is 192.0.2.25) smtp.mailfrom=example.jp; dkim=pass (signature was verified)"
    " header.d=example.jp;dmarc=pass action=none header.from=example.jp;compauth=pass reason=100",
)
GOOGLE_SAYS = (
    "authentication-results",
    "mx.google.com;       dkim=pass header.i=@example.jp header.s=s1 header.b=AbCd/123;       spf=pass (google.com:"
    " domain of owner@example.jp designates 192.0.2.25 as permitted sender) smtp.mailfrom=owner@example.jp;"
    "       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.jp",
)


def test_microsoft_names_no_server_and_has_many_hands() -> None:
    inner = ("received", "from A.apcprd01.prod.outlook.com by B.apcprd01.prod.outlook.com with HTTPS")
    edge = ("received", "from mail.example.jp (192.0.2.25) by C.mail.protection.outlook.com with Microsoft SMTP Server")
    assert authenticate(a_mail(inner, edge, MICROSOFT_SAYS), AT_MICROSOFT) == DMARC


def test_microsoft_header_that_came_with_a_mail_to_microsoft() -> None:
    foreign = ("received", "from x by relay.evil.example")
    assert authenticate(a_mail(foreign, MICROSOFT_SAYS), AT_MICROSOFT).domain is None


def test_google_and_its_hands_without_a_name() -> None:
    inner = ("received", "by 2002:a05:6f02:620a:b0:7d:1 with SMTP id a1")
    edge = ("received", "from mail.example.jp by mx.google.com with ESMTPS id b2")
    assert authenticate(a_mail(inner, edge, GOOGLE_SAYS), AT_GOOGLE) == DMARC


SENDERS = {
    "a plain address": ("owner@example.jp", "owner@example.jp", True),
    "a name and an address": ("山田, 太郎 <owner@example.jp>", "owner@example.jp", True),
    "the address as its own name": ('"owner@example.jp" <owner@example.jp>', "owner@example.jp", True),
    "another address as name, in quotes": ('"owner@example.jp" <attacker@evil.example>', "attacker@evil.example", True),
    "a lone bracket in the name": (":( <owner@example.jp>", "owner@example.jp", True),
    "two addresses": ("owner@example.jp, attacker@evil.example", "owner@example.jp", False),
    "an address before the address": ("a@evil.example <owner@example.jp>", "owner@example.jp", False),
    "parsers that disagree": ("a@evil.example", "owner@example.jp", False),
    "a group": ("friends: owner@example.jp;", "owner@example.jp", False),
    "a comment with an address": ("owner@example.jp (attacker@evil.example)", "owner@example.jp", True),
    "nested comments": ("(" * 5000 + "owner@example.jp" + ")" * 5000, "owner@example.jp", False),
    "an address that is not ASCII": ("<оwner@example.jp>", "оwner@example.jp", False),  # the first letter is Cyrillic
    "a quoted local part": ('"owner x"@example.jp', '"owner x"@example.jp', False),
    "two angle addresses": ("<owner@example.jp> <attacker@evil.example>", "owner@example.jp", False),
    "nothing": ("", "", False),
}


@pytest.mark.attack(number=3)
@pytest.mark.parametrize(("value", "parsed", "sole"), SENDERS.values(), ids=SENDERS)
def test_exactly_one_sender(value: str, parsed: str, sole: bool) -> None:
    assert sole_sender(a_mail(("from", value), sender=parsed)) == (parsed if sole else None)


@pytest.mark.attack(number=3)
def test_two_from_headers_are_no_sender() -> None:
    message = a_mail(PASS, FROM, ("from", "attacker@evil.example"))
    assert authenticate(message, US) == Authentication(None, "there is not exactly one From address")


@pytest.mark.attack(number=4)
def test_a_name_that_looks_like_the_owner_authenticates_the_attacker_only() -> None:
    mail = a_mail(
        says("dmarc=pass header.from=evil.example"),
        ("from", '"owner@example.jp" <attacker@evil.example>'),
        sender="attacker@evil.example",
    )
    assert authenticate(mail, US) == Authentication("evil.example", "DMARC passed")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a.example.co.jp", "b.example.co.jp", True),
        ("example.co.jp", "other.co.jp", False),
        ("one.github.io", "two.github.io", False),
        ("EXAMPLE.jp.", "example.jp", True),
        ("triage.test", "triage.test", True),
        ("a.triage.test", "triage.test", False),
        ("", "", False),
        ("192.0.2.1", "192.0.2.1", False),
    ],
)
def test_relaxed_alignment(one: str, other: str, expected: bool) -> None:
    assert aligned(one, other) is expected


def test_by_hand_the_topmost_header_counts_whoever_wrote_it() -> None:
    other = ("authentication-results", "mx.other.example; dmarc=pass header.from=example.jp")
    assert authenticate(a_mail(other, FAIL), None) == DMARC
    assert authenticate(a_mail(FAIL, other), None) == Authentication(None, "DMARC says fail", forged=True)
    assert authenticate(a_mail(), None).domain is None


@pytest.mark.parametrize(
    "flood", ["(" * 16_000, '"' * 16_000, ";" * 16_000, "a=b " * 4_000, "\\" * 16_000, "a.b=" * 4_000]
)
def test_time_grows_with_the_header_and_no_faster(flood: str) -> None:
    started = time.perf_counter()
    authenticate(a_mail(says(flood)), US)
    assert time.perf_counter() - started < 2
