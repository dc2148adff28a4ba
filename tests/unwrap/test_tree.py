"""The tree of a mail whose bodies were taken out meanwhile is the standard parser's own, in all that is read of it."""

from email import message_from_bytes
from email.message import Message as Mime
from pathlib import Path

import pytest

from tests.unwrap.test_fuzz import variant
from triage.unwrap import TooMuch, limits
from triage.unwrap.tree import parsed

DATA = Path(__file__).parent.parent / "data"
LONG = b"".join(b"line %d of a body\n" % n for n in range(40))
CLOSED = LONG + b"--b--"
HEAD = b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n"

MAILS = {
    "one body": b"Subject: x\n\n" + LONG,
    "a short body with a mark of its own": HEAD + b"--b\n\n\0000\0\n--b\n\n" + CLOSED,
    "parts": HEAD + b"--b\n\n" + LONG + b"--b\nContent-Type: text/html\n\n" + LONG + b"--b--\n" + LONG,
    "lines of a body that begin as boundaries do": HEAD
    + b"--b\n\n" + LONG + b"-- \n\n" + LONG + b"--bb\n\n" + CLOSED,
    "a boundary behind a lone return": HEAD + b"--b\n\n" + LONG + b"x\r--b\n\n" + LONG + b"\n--b--",
    "the same without any mark of an end": HEAD + b"--b\n\n" + LONG,
    "parts in parts, the inner never closed": HEAD
    + b"--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\n" + LONG + b"--b\n\n" + CLOSED,
    "a mail in a mail": HEAD + b"--b\nContent-Type: message/rfc822\n\nSubject: y\n\n" + CLOSED,
    "mails in mails": b"Content-Type: MESSAGE/rfc822\n\nContent-Type: message/rfc822\n\nSubject: y\n\n" + LONG,
    "a mail without a head in a mail": b"Content-Type: message/rfc822\n\n\nSubject: y\n\n" + LONG,
    "a report": HEAD + b"--b\nContent-Type: message/delivery-status\n\nA: b\n\n" + b"C: d\n" * 60 + b"\nE: f\n\n--b--",
    "a digest": HEAD.replace(b"mixed", b"digest") + b"--b\n\nSubject: y\n\n" + LONG + b"--b\n\nSubject: z\n\n" + CLOSED,
    "no empty line below the head": b"Subject: x\nno header\n\n" + LONG,
    "eight bits of an unknown charset": b"Content-Type: text/plain; charset=idna\n\n\xe3\x81\x82" + LONG,
}  # fmt: skip


def told(tree: Mime) -> object:
    """All of it but what stands before the first boundary and behind the last, which nobody reads."""
    payload: object = tree._payload  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
    parts = [told(part) for part in tree.get_payload() if isinstance(part, Mime)] if tree.is_multipart() else payload
    return list(tree.raw_items()), tree.get_content_type(), parts


@pytest.mark.parametrize("name", MAILS)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_tree_is_the_same(name: str, ends: str) -> None:
    raw = MAILS[name].replace(b"\n", ends.encode())
    assert told(parsed(raw)) == told(message_from_bytes(raw))


def test_so_it_is_for_every_sample_and_for_broken_ones() -> None:
    mails = [path.read_bytes() for path in sorted(DATA.rglob("*.eml"))[::3]] + [variant(n) for n in range(300)]
    read = 0
    for raw in mails:
        try:
            limits.check(raw)
            whole = message_from_bytes(raw)
        except (TooMuch, UnicodeError):
            continue
        assert told(parsed(raw)) == told(whole)
        read += 1
    assert read > 400
