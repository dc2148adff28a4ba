"""Parts, HTML and headers: what becomes the text, what stays a mail of its own, and what is automatic."""

from base64 import encodebytes
from pathlib import Path

import pytest

from tests.unwrap.samples import html_mail, wrapped
from triage.model import Address
from triage.unwrap import unwrap

FORWARDS = Path(__file__).parent.parent / "data" / "forwards"
INNER = b"From: Host <host@host.test>\r\nSubject: inner\r\nDate: Sat, 28 Nov 2026 10:15:00 +0900\r\n\r\nnot renewed\r\n"


def multipart(kind: str, *parts: bytes) -> bytes:
    body = b"".join(b"\r\n--b\r\n" + part for part in parts)
    return f"Subject: outer\r\nContent-Type: multipart/{kind}; boundary=b\r\n\r\n".encode() + body + b"\r\n--b--\r\n"


def part(kind: str, text: str | bytes, *headers: str) -> bytes:
    octets = text.encode() if isinstance(text, str) else text
    return "\r\n".join([f"Content-Type: {kind}", *headers, "", ""]).encode() + octets


TEXTS = {
    "alternative: the text part": (
        multipart("alternative", part("text/plain", "plain"), part("text/html", "<p>html</p>")),
        "plain",
    ),
    "alternative: html where the text is empty": (
        multipart("alternative", part("text/plain", " "), part("text/html", "<p>html</p>")),
        "html",
    ),
    "alternative: html where the text only points at it": (
        multipart("alternative", part("text/plain", "See HTML."), part("text/html", "<p>" + "word " * 50 + "</p>")),
        ("word " * 50).strip(),
    ),
    "mixed: all text in its order": (
        multipart("mixed", part("text/plain", "one"), part("text/plain", "two")),
        "one\n\ntwo",
    ),
    "related: the root, and no picture": (
        multipart("related", part("text/html", "<p>x<img src=cid:a></p>"), part("image/png", "png")),
        "x",
    ),
    "an attached text is a file": (
        multipart("mixed", part("text/plain", "one"), part("text/plain", "two", "Content-Disposition: attachment")),
        "one",
    ),
    "an unknown multipart is mixed": (
        multipart("x-odd", part("text/plain", "one"), part("text/plain", "two")),
        "one\n\ntwo",
    ),
    "a multipart without parts is text": (b"Content-Type: multipart/mixed\r\n\r\nplain", "plain"),
    "no Content-Type": (b"Subject: x\r\n\r\nplain", "plain"),
    "quoted-printable": (
        part("text/plain; charset=utf-8", "caf=C3=\r\n=A9", "Content-Transfer-Encoding: quoted-printable"),
        "café",
    ),
    "flowed": (part("text/plain; format=flowed", "one \r\ntwo\r\n three\r\n-- \r\nme"), "one two\nthree\n-- \nme"),
    "flowed, soft blanks deleted": (
        part("text/plain; format=flowed; delsp=yes", "on \r\ne\r\n> q \r\n> q\r\n> q"),
        "one\n> qq\n> q",
    ),
    "html: rows and items are lines": (
        part("text/html", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table><ul><li>d<li>e</ul>"),
        "a\tb\n\nc\n\nd\n\ne",
    ),
    "html: spans join": (part("text/html", "<span>shop</span><span>.example.com</span>"), "shop.example.com"),
    "html: hidden text is left out": (
        part(
            "text/html",
            '<div style="display: none">evil.test</div><p style="font-size:0">e</p><p hidden>h</p>'
            '<i style="color:#fff;background:#ffffff">w</i><b>ok</b>',
        ),
        "ok",
    ),
    "html: scripts and styles are left out": (
        part("text/html", "<style>a{}</style><script>b</script><title>t</title>ok"),
        "ok",
    ),
    "html: its own label": (part("text/html", b"<meta charset=shift_jis>" + "更新".encode("cp932")), "更新"),
    "html: deeper than any parser goes": (part("text/html", "<div>" * 3_000 + "deep"), "deep"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_becomes_the_text(name: str) -> None:
    raw, text = TEXTS[name]
    lines = [line for line in unwrap(raw).text.strip("\n").split("\n") if line]
    assert lines == [line for line in text.split("\n") if line]


@pytest.mark.parametrize(
    ("kind", "headers", "octets"),
    [
        ("message/rfc822", [], INNER),
        ("message/rfc822", ["Content-Disposition: attachment; filename=x.eml"], INNER),
        ("message/rfc822", ["Content-Transfer-Encoding: base64"], encodebytes(INNER)),
        ("application/octet-stream; name=x.eml", ["Content-Transfer-Encoding: base64"], encodebytes(INNER)),
    ],
    ids=["bare", "named", "base64", "as a file"],
)
def test_an_attached_mail_is_a_message_of_its_own(kind: str, headers: list[str], octets: bytes) -> None:
    message = unwrap(multipart("mixed", part("text/plain", "please"), part(kind, octets, *headers)))
    assert (message.text, message.subject) == ("please", "outer")
    (inner,) = message.attached
    assert (inner.subject, inner.text.strip(), inner.sender) == (
        "inner",
        "not renewed",
        (Address("Host", "host@host.test"),),
    )
    found = message.forwarded
    assert found is not None
    assert (found.how, found.subject, found.note, found.message) == ("attached", "inner", "please", inner)


# Python has codecs that are no charsets and raise on anything, and the standard parser asks for them by name.
@pytest.mark.parametrize("declared", ["name*=idna''x%E3.eml", "name*=undefined''x.eml", "name=x.eml; charset=idna"])
def test_a_file_that_is_declared_in_a_codec_that_is_no_charset(declared: str) -> None:
    octets = b"Subject: \xe3\x81\x82\r\n\r\n\xe3\x81\x82\r\n"
    message = unwrap(
        multipart("mixed", part("text/plain", "please"), part(f"application/octet-stream; {declared}", octets))
    )
    assert message.text.strip() == "please"


def test_a_forward_inside_an_attached_mail_is_opened_too() -> None:
    inner = (FORWARDS / "ja-03-outlook-desktop-plain.eml").read_bytes()
    (attached,) = unwrap(multipart("mixed", part("message/rfc822", inner))).attached
    assert attached.forwarded is not None
    assert attached.forwarded.how == "inline"


def test_a_bounce_forwards_nothing() -> None:
    message = unwrap(multipart("report", part("text/plain", "failed"), part("message/rfc822", INNER)))
    assert message.forwarded is None
    assert len(message.attached) == 1


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For: owner@example.jp help@triage.example",
        "X-Forwarded-To: help@triage.example",
        "Resent-From: owner@example.jp",
        "Return-Path: <owner+caf_=help=triage.example@example.jp>",
    ],
)
def test_automatic_forwarding_is_seen_in_the_headers(header: str) -> None:
    found = unwrap(f"{header}\r\n".encode() + INNER).forwarded
    assert found is not None
    assert (found.how, found.sender, found.subject, found.note) == (
        "automatic", Address("Host", "host@host.test"), "inner", None,
    )  # fmt: skip


def test_a_person_s_forward_through_a_filter_is_still_that_person_s() -> None:
    block = "From: H <h@host.test>\nDate: 2026/11/28 10:15\nSubject: s\n\nbody"
    text = f"See:\n\n---------- Forwarded message ---------\n{block}"
    found = unwrap(wrapped(text, "Fwd: s", X_Forwarded_For="a@b.test c@d.test")).forwarded
    assert found is not None
    assert (found.how, found.note) == ("inline", "See:")


PASTED = {
    "subject says so, nothing else does": (
        "Fwd: s",
        "Look:\n━━━━━━━━━━\nnot renewed",
        ("pasted", "Look:", "━━━━━━━━━━\nnot renewed"),
    ),
    "quote marks alone": (
        "s",
        "Look\n\n> not renewed\n> at all\n> really\n",
        ("pasted", "Look", "not renewed\nat all\nreally"),
    ),
}


@pytest.mark.parametrize("name", PASTED)
def test_a_text_without_a_header_is_pasted(name: str) -> None:
    subject, text, expected = PASTED[name]
    found = unwrap(wrapped(text, subject)).forwarded
    assert found is not None
    assert (found.how, found.note, found.body) == expected


NOT_FORWARDED = {
    "a notice with rulers": "Dear customer,\n━━━━━━━━\nDate: 2026/11/28\nSubject: x\n━━━━━━━━\n",
    "a certificate": "Subject: CN=example.jp\nFrom: 2026-01-01 00:00\nTo: 2026-12-28 00:00\nDate: now\n",
    "a list of fields": "Name: x\nDate: 2026-11-28\nTo: y\n",
    "a log": "From: root\nTo: postmaster\n\nnothing\n",
}


@pytest.mark.parametrize("name", NOT_FORWARDED)
def test_what_only_looks_like_a_block_is_none(name: str) -> None:
    assert unwrap(wrapped(NOT_FORWARDED[name], "A notice")).forwarded is None


def test_a_reply_above_a_block_is_a_quote_and_a_forward_in_a_reply_is_a_forward() -> None:
    block = "From: H <h@host.test>\nSent: 2026/11/28 10:15\nTo: o@example.jp\nSubject: s\n\nbody"
    reply = unwrap(wrapped(f"Thanks\n\n________________________________\n{block}", "RE: s")).forwarded
    forward = unwrap(wrapped(f"Thanks\n\n---------- Forwarded message ---------\n{block}", "RE: s")).forwarded
    assert (reply and reply.how, forward and forward.how) == ("quoted", "inline")


def test_becky_s_last_line_ends_the_notice() -> None:
    found = unwrap((FORWARDS / "ja-19-becky.eml").read_bytes()).forwarded
    assert found is not None
    assert "山田" not in found.body
    assert "Ends" not in found.body


def test_links_are_kept_as_evidence_only() -> None:
    message = unwrap(html_mail('<a href="https://evil.test/x?a&amp;b">https://good.test/</a>'))
    assert message.links == ("https://evil.test/x?a&b", "https://good.test/")
    assert "evil" not in message.text
