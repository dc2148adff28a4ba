"""Raw header values go in; unfolded, decoded, harmless text comes out.

Words are decoded by our own ladder, because a display name or subject in CP50221 or CP932 is lost otherwise. What an
encoded word decodes to is data: it may hold line breaks, escapes and marks that turn the reading direction round.
"""

import binascii
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from triage.model import Address, Header
from triage.unwrap.charset import decode

LONGEST_VALUE = 16_000  # characters of one value that are kept; the longest honest ones are ARC seals of 3,000

_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_FOLD = re.compile(rb"\r?\n[ \t]*|\r")
_LINE_BREAKS = re.compile(r"(?:\r\n|[\r\n])[ \t]*")
# C0, C1, line separators, direction marks, isolates, the invisible, and halves of surrogate pairs.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)


def clean(text: str) -> str:
    """`text` on one line, with blanks for whatever could steer a header, a log or a terminal."""
    return " ".join(_UNSAFE.sub(" ", text).split()) if text else ""


def octets_of(value: str) -> bytes:
    """The octets of a value as the parser hands it over: one character an octet, high ones as surrogates."""
    return value.encode("utf-8", "surrogateescape")


def read_headers(raw: list[tuple[str, str]], repairs: list[str]) -> tuple[Header, ...]:
    return tuple(Header(name, _plain(value) or decode_value(octets_of(value), repairs)) for name, value in raw)


def _plain(value: str) -> str:
    """What most values are: text that needs no decoding; "" for all others."""
    if not value.isascii() or "=?" in value:
        return ""
    text = " ".join(value.split())
    return text[:LONGEST_VALUE] if text.isprintable() else ""


def decode_value(octets: bytes, repairs: list[str]) -> str:
    """One value as a person reads it. Words of one charset are joined first: characters are cut between them."""
    if b"=?" not in octets:
        text = octets.decode("ascii") if octets.isascii() and b"\x1b" not in octets else decode(octets, None, repairs)
        return _plain(text) or clean(_LINE_BREAKS.sub(" ", text))[:LONGEST_VALUE]
    pieces: list[str] = []
    run, label, at = b"", b"", 0
    octets = _FOLD.sub(b" ", octets)
    for word in _WORD.finditer(octets):
        between = octets[at : word.start()]
        if between.strip() or word[1].lower() != label or not at:
            pieces.append(_text(run, label, repairs))
            run = b""
            # White space between two words is not part of the text (RFC 2047 section 6.2).
            pieces.append(decode(between, None, repairs) if between.strip() or not at else "")
        run += _octets_of_word(word[2], word[3])
        label, at = word[1].lower(), word.end()
    pieces.append(_text(run, label, repairs))
    pieces.append(decode(octets[at:], None, repairs))
    return clean("".join(pieces))[:LONGEST_VALUE]


def _text(run: bytes, label: bytes, repairs: list[str]) -> str:
    # RFC 2231 section 5 allows a language after the charset.
    return decode(run, label.partition(b"*")[0].decode("ascii", "replace"), repairs) if run else ""


def _octets_of_word(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(text.replace(b"_", b" "), header=False)
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return text


# ---- addresses

# Begins where a word does, and never again within it: a word of 16 KiB without `@` takes one look.
_ADDRESS = re.compile(
    r"(?<![^\s<>()\[\],;:\"@])[^\s<>()\[\],;:\"@]++@[^\s<>()\[\],;:\"@]+|\"(?:[^\"\\]|\\.){0,64}\"@[^\s<>()\[\],;:\"@]+"
)
_SEPARATORS = re.compile(r"[,;:]")
TOKENS = re.compile(r"[,;<>()@\":]")


def read_addresses(value: str, repairs: list[str]) -> tuple[Address, ...]:
    """The mailboxes of one raw From, To or Cc value, cut up before it is decoded: a decoded comma is no separator."""
    return tuple(
        found
        for piece in split_addresses(_LINE_BREAKS.sub(" ", value))
        if (found := _one_address(piece, repairs)) is not None
    )


def split_addresses(value: str) -> list[str]:
    """Pieces between commas (or group signs) that are outside quotes, comments and angle brackets; one pass."""
    if not _SEPARATORS.search(value):
        return [value.strip()] if value.strip() else []
    pieces: list[str] = []
    start = depth = 0
    quoted = escaped = angle = False
    for at, char in enumerate(value):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = quoted or depth > 0
        elif quoted:
            quoted = char != '"'
        elif char == '"' and not depth:
            quoted = True
        elif char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif char == "<":
            angle = True
        elif char == ">":
            angle = False
        elif char in ",;" and not angle:
            pieces.append(value[start:at])
            start = at + 1
        elif char == ":" and not angle:
            start = at + 1
    pieces.append(value[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def _one_address(piece: str, repairs: list[str]) -> Address | None:
    before, angle, rest = piece.rpartition("<")
    if angle:
        address = rest.partition(">")[0]
        # RFC 5322 section 4.4: a route before the address is to be ignored.
        address = "".join(address.rpartition(":")[2].split())
        name = before
    else:
        found = _ADDRESS.search(piece)
        if found is None:
            return None
        address = found[0]
        name = (piece[: found.start()] + piece[found.end() :]).strip()
        name = name[1:-1] if name.startswith("(") and name.endswith(")") else name
    if "@" not in address:
        return None
    return Address(_name(name, repairs), clean(address)[:320])


def _name(text: str, repairs: list[str]) -> str | None:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    name = decode_value(octets_of(text), repairs).strip(" \"'")
    return unicodedata.normalize("NFC", name) or None


# ---- dates


def read_date(value: str | None) -> datetime | None:
    """The moment of a Date value, aware; None where it is missing or impossible. An unknown zone counts as UTC."""
    if not value or len(value) > 200:
        return None
    try:
        parts = parsedate_tz(value)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    if parts is None:
        return None
    try:
        zone = timezone(timedelta(seconds=parts[9])) if parts[9] else UTC
        return datetime(*parts[:6], tzinfo=zone)
    except (ValueError, OverflowError):
        return None
