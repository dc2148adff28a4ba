"""A seed → mails: the samples of this repository as people would send them on, spoiled here and there, 1 % hostile.

Every mail has a sender of its own, whom its Return-Path names, but for those that come again on purpose.
"""

import email
import random
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path

from tests.unwrap.samples import international, wrapped
from tests.unwrap.test_fuzz import MUTATIONS
from tests.unwrap.test_limits import HOSTILE_HTML, HOSTILE_TEXTS, REFUSED
from triage.demo.world import World, world_of

DESK = "ssl@desk.example"
AUTHSERV = "mail.lab.example"
ASKERS = "florist.example"
LARGEST = 2_000_000  # octets of a hostile mail: twenty of 10 MB would only measure the disk
ROOT = Path(__file__).parent.parent.parent.parent
# What the mails ask about: each name is sick in its own way, and the last one is well.
NAMES = ("a-moved.example", "b-lame.example", "c-caa.example", "d-locked.example", "e-gone.example", "f-well.example")
HOSTILE = 0.01
AGAIN = 0.02  # the same mail once more, and the same notice once more


@dataclass(frozen=True, slots=True)
class Posted:
    """One mail with its envelope."""

    number: int
    sender: str
    raw: bytes
    kind: str


def world(now: datetime) -> World:
    """The internet of these mails, as data: the diagnosis is real, and takes no time."""
    fine = "@ A 203.0.113.10\nwww A 203.0.113.10\n@ MX 10 @"
    return world_of(
        {
            "zones": {
                ASKERS: fine,
                NAMES[0]: "@ A 203.0.113.20\nwww A 203.0.113.20",
                NAMES[1]: {"records": fine, "fault": "lame"},
                NAMES[2]: f'{fine}\n@ CAA 0 issue "other.example"',
                NAMES[3]: "@ A 203.0.113.30\nwww A 203.0.113.30",
                NAMES[5]: fine,
            },
            "server": [
                {"address": "203.0.113.10", "behavior": "website"},
                {"address": "203.0.113.20", "behavior": "status", "status": 404},
                {"address": "203.0.113.30", "behavior": "password"},
            ],
            "registry": {NAMES[4]: {"registered": False}},
        },
        now,
    )


def mails(count: int, seed: int) -> Iterator[Posted]:
    """The same mails for the same seed, but for their dates."""
    chance = random.Random(seed)
    earlier: list[Posted] = []
    for number in range(count):
        fate = chance.random()
        if fate < HOSTILE:
            made = _hostile(number, chance)
        elif fate < HOSTILE + AGAIN and earlier:
            made = _again(number, chance.choice(earlier), chance)
        else:
            made = _sent_on(number, chance)
            if len(earlier) < 1000 and made.kind in ("inline", "attached"):
                earlier.append(made)
        yield made


def _sent_on(number: int, chance: random.Random) -> Posted:
    sample = _about(chance.choice(samples()), chance.choice(NAMES))
    how = chance.choice((_inline, _inline, _attached, _attached, _as_it_was, _bare))
    raw = how(number, sample) + f"\r\nno. {number}\r\n".encode()  # else two of them would be copies of one mail
    kind = how.__name__.removeprefix("_")
    if chance.random() < 0.2:
        raw, kind = _spoiled(raw, chance), "spoiled"
    return Posted(number, _asker(number), raw, kind)


def _spoiled(raw: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 5))):
        raw = chance.choice(MUTATIONS)(raw, chance)[:LARGEST]
    return raw


def _hostile(number: int, chance: random.Random) -> Posted:
    return Posted(number, _asker(number), _under(number, chance.choice(hostile())), "hostile")


def _again(number: int, before: Posted, chance: random.Random) -> Posted:
    """A mail program that sends twice, or a person who forwards the same notice once more, with other words."""
    if chance.random() < 0.5:
        return Posted(number, before.sender, before.raw, "copy")
    head, blank, body = before.raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith((b"Subject:", b"Message-ID:"))]
    fresh = (f"Subject: again {number}".encode(), _message_id(number))
    return Posted(number, before.sender, b"\r\n".join((*lines, *fresh)) + blank + body, "again")


def _asker(number: int) -> str:
    return f"p{number}@{ASKERS}"


def _message_id(number: int) -> bytes:
    return f"Message-ID: <m{number}@{ASKERS}>".encode()


def sent_on(number: int, sender: str) -> bytes:
    """A notice that a person sends on, each about a domain of its own."""
    sample = ROOT / "tests" / "data" / "notices" / "fwd-gmail-inline-xserver.eml"
    raw = _inline(number, _about(_crlf(sample.read_bytes()), f"n{number}.{NAMES[0]}"))
    return raw.replace(_asker(number).encode(), sender.encode())


# ---- how people send a notice on


def _inline(number: int, sample: bytes) -> bytes:
    parsed = email.message_from_bytes(sample, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    try:
        body = parsed.get_body(("plain",))
        text = str(body.get_content()) if body else ""
        lines = [f"{name}: {parsed[name]}" for name in ("From", "Date", "Subject", "To") if parsed[name]]
    except (LookupError, ValueError, TypeError, AttributeError):
        text, lines = "", []
    if not text:
        return _attached(number, sample)
    whole = "\n".join(["この件です。", "", "---------- Forwarded message ---------", *lines, "", text])
    coded = b64encode(whole.encode("utf-8", "replace"))
    rows = b"\r\n".join(coded[start : start + 76] for start in range(0, len(coded), 76))
    return _head(number, sample, b"text/plain; charset=utf-8", b"base64") + rows + b"\r\n"


def _attached(number: int, sample: bytes) -> bytes:
    boundary = f"b{number}soak".encode()
    parts = (
        b"--" + boundary + b"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nCould you look at this?\r\n",
        b"--" + boundary + b"\r\nContent-Type: message/rfc822\r\n\r\n" + sample + b"\r\n",
        b"--" + boundary + b"--\r\n",
    )
    return _head(number, sample, b'multipart/mixed; boundary="' + boundary + b'"', b"8bit") + b"".join(parts)


def _as_it_was(number: int, sample: bytes) -> bytes:
    """Most samples of forwards are people's mails already: sender, recipient and trace become ours."""
    return _under(number, sample)


def _bare(number: int, sample: bytes) -> bytes:
    """Straight from the host."""
    return sample


def _head(number: int, sample: bytes, kind: bytes, coding: bytes) -> bytes:
    subject = next((line for line in _fields(sample)[0] if line.lower().startswith(b"subject:")), b"Subject: SSL")
    lines = (
        *_ours(number), b"Subject: Fwd:" + subject[8:], _message_id(number), b"MIME-Version: 1.0",
        b"Content-Type: " + kind, b"Content-Transfer-Encoding: " + coding,
    )  # fmt: skip
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _ours(number: int) -> tuple[bytes, ...]:
    """What stands on top of a registered sender's mail that our server has vouched for."""
    date = format_datetime(datetime.now(UTC))
    return (
        f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from={ASKERS}".encode(),
        f"Date: {date}".encode(),
        f"From: Hanako <{_asker(number)}>".encode(),
        f"To: {DESK}".encode(),
    )


_REPLACED = (
    b"return-path:", b"delivered-to:", b"received:", b"authentication-results:", b"date:", b"from:", b"to:", b"cc:",
    b"sender:", b"reply-to:",
)  # fmt: skip


def _under(number: int, raw: bytes) -> bytes:
    fields, body = _fields(raw)
    kept = [field for field in fields if not field.lower().startswith(_REPLACED)]
    return b"\r\n".join([*_ours(number), *kept]) + b"\r\n\r\n" + body


def _fields(raw: bytes) -> tuple[list[bytes], bytes]:
    """The fields of the header, each with its folded lines, and the body."""
    head, _, body = raw.partition(b"\r\n\r\n")
    return re.split(rb"\r\n(?![ \t])", head), body


def _about(sample: bytes, name: str) -> bytes:
    """Where the name is not hidden in base64."""
    return sample.replace(b"example.jp", name.encode()).replace(b"example.com", name.encode())


# ---- what there is to choose from


@cache
def samples() -> list[bytes]:
    folders = (ROOT / "rules" / "providers", ROOT / "tests" / "data", ROOT / "triage" / "demo" / "mails")
    files = sorted(file for folder in folders for file in folder.rglob("*.eml"))
    more = [wrapped(row["body"], row["outer_subject"]) for row in international()[::10]]
    return [_crlf(file.read_bytes()) for file in files] + [_crlf(raw) for raw in more]


@cache
def hostile() -> list[bytes]:
    html: Callable[[str], bytes] = lambda text: (  # noqa: E731
        b"Subject: Fwd: SSL\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + text.encode()
    )
    whole = (
        *(raw for raw, _ in REFUSED.values()),
        *(wrapped(text, "Fwd: SSL") for text in HOSTILE_TEXTS.values()),
        *(html(text) for text in HOSTILE_HTML.values()),
    )
    return [_crlf(raw) for raw in whole if len(raw) < LARGEST]


def _crlf(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
