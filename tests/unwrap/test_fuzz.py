"""Broken and hostile variants of every sample: read in time, or refused with TooMuch; and no name out of thin air.

TRIAGE_FUZZ is how many mails are tried (5,000; `make fuzz` takes 200,000), TRIAGE_FUZZ_SEED where they begin. A failure
names its number, which is enough to make that mail again: `variant(number)`.
"""

import os
import random
import re
import time
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from html import unescape
from pathlib import Path

import pytest

from triage.config import load_rules
from triage.model import Message, Notice, Notices, Rulebook
from triage.names import Domain
from triage.recognize import recognize
from triage.unwrap import TooMuch, unwrap

pytestmark = [pytest.mark.attack(number=33)]

COUNT = int(os.environ.get("TRIAGE_FUZZ", "5000"))
SEED = int(os.environ.get("TRIAGE_FUZZ_SEED", "20261124"))
SHARDS = 10
LONGEST = 2.0  # seconds of processor time for one mail
DATA = Path(__file__).parent.parent / "data"

# ruff: noqa: E501 (a row of pieces is a line)
TOKENS = [
    *(b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"\0", b"\x1b$B", b"\x1b(B", b"\x1b$)C", b"\xff\xfe", b"\xe3\x81", b"\x82\xa0", b"=\r\n"),
    *(b"--", b"> ", b">>>>", b"*", b"\xef\xbc\x9a", b"From: ", b"Subject: ", b"Date: ", b"To: a@b.test,", b"=?utf-8?B?", b"?="),
    *(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", b"Content-Type: message/rfc822\r\n\r\n", b"\r\n--b\r\n"),
    *(b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n", b"; format=flowed; delsp=yes"),
    *(b"charset=iso-2022-jp", b"charset=utf-7", b"charset=euc-jp", b"charset=", b"boundary=\"\"", b"<div style=display:none>"),
    *(b"---------- Forwarded message ---------\r\n", b"________________________________\r\n", b"<table><tr><td>", b"<!--", b"&#0;"),
    *(b"; name*=idna''x%E3.eml", b"; boundary*=undefined''b", b"; charset=idna", b"\r\nContent-Type: application/octet-stream"),
    *(b"X-Forwarded-For: a@b.test\r\n", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"9999-99-99 99:99", b"(" * 50, b'"' * 50, b"<" * 50),
]  # fmt: skip


@lru_cache(maxsize=1)
def samples() -> list[bytes]:
    return [path.read_bytes() for path in sorted(DATA.rglob("*.eml"))]


@lru_cache(maxsize=1)
def rules() -> Rulebook:
    return load_rules()


def variant(number: int) -> bytes:
    chance = random.Random(SEED * 1_000_003 + number)
    raw = chance.choice(samples())
    for _ in range(chance.choice((1, 1, 2, 3, 6, 12))):
        raw = chance.choice(MUTATIONS)(raw, chance)
    return raw


def _place(raw: bytes, chance: random.Random) -> int:
    return chance.randrange(len(raw) + 1)


def _slice(raw: bytes, chance: random.Random, longest: int = 400) -> tuple[int, int]:
    start = _place(raw, chance)
    return start, min(len(raw), start + chance.randrange(longest))


def flip(raw: bytes, chance: random.Random) -> bytes:
    octets = bytearray(raw)
    for _ in range(chance.choice((1, 4, 32))):
        if octets:
            octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
    return bytes(octets)


def cut(raw: bytes, chance: random.Random) -> bytes:
    start, end = _slice(raw, chance)
    return raw[:start] + raw[end:]


def truncate(raw: bytes, chance: random.Random) -> bytes:
    return raw[: _place(raw, chance)]


def repeat(raw: bytes, chance: random.Random) -> bytes:
    start, end = _slice(raw, chance)
    return raw[:end] + raw[start:end] * chance.choice((1, 2, 10, 100)) + raw[end:]


def insert(raw: bytes, chance: random.Random) -> bytes:
    at = _place(raw, chance)
    return raw[:at] + chance.choice(TOKENS) * chance.choice((1, 1, 1, 3, 200)) + raw[at:]


def insert_line(raw: bytes, chance: random.Random) -> bytes:
    ends = [found.end() for found in re.finditer(rb"\n", raw)] or [0]
    at = chance.choice(ends)
    return raw[:at] + chance.choice(TOKENS) + raw[at:]


def graft(raw: bytes, chance: random.Random) -> bytes:
    other = chance.choice(samples())
    start, end = _slice(other, chance, 3_000)
    at = _place(raw, chance)
    return raw[:at] + other[start:end] + raw[at:]


def line_ends(raw: bytes, chance: random.Random) -> bytes:
    return raw.replace(b"\r\n", chance.choice((b"\n", b"\r", b"\r\r\n", b"\n\n")))


def attach(raw: bytes, chance: random.Random) -> bytes:
    return b"From: a@b.test\r\nSubject: Fwd\r\nContent-Type: message/rfc822\r\n\r\n" + raw


def relabel(raw: bytes, chance: random.Random) -> bytes:
    label = chance.choice(
        (b"utf-8", b"iso-2022-jp", b"shift_jis", b"euc-jp", b"us-ascii", b"big5", b"utf-16", b"none", b"idna")
    )
    return re.sub(rb"(?i)(charset=\"?)[a-z0-9_-]+", lambda found: found[1] + label, raw)


def quote(raw: bytes, chance: random.Random) -> bytes:
    head, blank, body = raw.partition(b"\r\n\r\n")
    return head + blank + body.replace(b"\r\n", b"\r\n> ")


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    flip, cut, truncate, repeat, insert, insert, insert_line, insert_line, graft, line_ends, attach, relabel, quote,
]  # fmt: skip


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_a_mail_is_it_is_read_or_refused(shard: int) -> None:
    for number in range(shard, COUNT, SHARDS):
        raw = variant(number)
        started = time.process_time()
        try:
            message = unwrap(raw)
        except TooMuch:
            continue
        outcome = recognize(message, rules())
        spent = time.process_time() - started
        assert spent < LONGEST, f"variant {number} took {spent:.1f} s"
        thin_air = [name.text for name in _names(outcome) if not _stands_in(name, message)] if outcome else []
        assert thin_air == [], f"variant {number} does not contain {thin_air}"


def _names(outcome: object) -> set[Domain]:
    notices: tuple[Notice, ...] = outcome.notices if isinstance(outcome, Notices) else ()
    return {name for notice in notices for name in notice.names}


# The whole name, not the end of a longer one: only a wildcard's star or the CA's own label may stand before its dot,
# and the hyphens of a list or a ruler before all of it.
_BEFORE = r"(?:(?<![a-z0-9_.-])-*|(?<=\*\.)|(?<=_acme-challenge\.))"
# Behind it nothing of a longer one, but the number by which certbot tells two certificates of one name apart.
_BEHIND = r"(?:(?=-\d{4}(?![a-z0-9_-]))|(?![a-z0-9_-]|\.[a-z0-9-]))"


def _stands_in(name: Domain, message: Message) -> bool:
    labels = zip(name.base.labels, name.base.unicode.casefold().split("."), strict=True)
    form = r"\.".join(f"(?:{re.escape(ascii_form)}|{re.escape(printed)})" for ascii_form, printed in labels)
    return re.search(f"{_BEFORE}{form}{_BEHIND}", _all_text(message)) is not None


def _all_text(message: Message) -> str:
    """All that a mail says, as names are compared: folded, without the invisible and the marks of quoting."""
    own = "\n".join([message.subject, message.text, unescape(message.text)])
    text = re.sub("[①-⑳]", " ", "\n".join([own, *map(_all_text, message.attached)]))  # numbers, no letters of a name
    plain = (
        unicodedata.normalize("NFKC", text)
        .casefold()
        .translate({ord(c): None for c in "\u200b\u200c\u200d\u2060\ufeff\u00ad"})
    )
    return plain + "\n" + re.sub(r"[\s>|*]+", "", plain) + "\n" + plain.replace("。", ".")


def test_a_variant_can_be_made_again_from_its_number() -> None:
    assert variant(17) == variant(17) != variant(18)
