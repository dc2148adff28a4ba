"""Octets go in; `TooMuch` comes out where no parser may see them. Each count is one pass over the octets.

Sources: Postfix header_size_limit, header_address_token_limit, mime_nesting_limit, mime_boundary_length_limit and
message_size_limit; the measurements of what the parsers do beyond them are in the tests, a row each.
"""

import re

LARGEST_MAIL = 10_240_000  # octets
MOST_LINES = 200_000  # the parser keeps a string for each: 5,000,000 lines of one letter took 300 MB
LARGEST_HEADER_BLOCK = 102_400  # octets
MOST_HEADERS = 1_000
MOST_ADDRESS_TOKENS = 10_240
LONGEST_STRUCTURED = 8_192  # octets of one Content-Type or Content-Disposition
LONGEST_BOUNDARY = 2_048  # octets; RFC 2046 allows 70
DEEPEST = 100  # multiparts and attached mails within each other, at the very most
MOST_PARTS = 1_000
MOST_ATTACHED = 20  # mails in one mail that are opened
DEEPEST_ATTACHED = 5  # mails in mails in mails
LARGEST_TEXTS = 2_000_000  # octets of all text parts, decoded
LONGEST_TEXT = 262_144  # characters of a body
LONGEST_HTML = 262_144  # characters; lxml is quadratic in the attributes of one element
LONGEST_LINE = 2_000  # characters

_BLOCK_END = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
_HEADER = re.compile(rb"(?:\A|[\r\n])[!-9;-~]{1,200}:")
_ADDRESS_TOKENS = (b",", b";", b"<", b"(", b"@", b'"')
_STRUCTURED = re.compile(rb"content-(?:type|disposition):([^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*)")
_NESTING = re.compile(rb"(?i)\s*(?:multipart|message)/")
_BOUNDARY = re.compile(rb"(?i)boundary(\*[0-9*]{0,4})?\s*=\s*(?:\"([^\"]*)|([^\s;]*))")
_LINE = re.compile(rb"[^\r\n]{0,2100}")


class TooMuch(ValueError):
    """The mail is beyond a limit that cannot be met by cutting; the message says which."""


def check(raw: bytes) -> None:
    """Raise TooMuch where a parser could be made slow, deep or large."""
    if len(raw) > LARGEST_MAIL:
        raise TooMuch(f"the mail has more than {LARGEST_MAIL // 1_024_000} MB")
    if max(raw.count(b"\n"), raw.count(b"\r")) > MOST_LINES:
        raise TooMuch(f"the mail has more than {MOST_LINES} lines")
    _check_header(raw)
    _check_structure(raw)


def _check_header(raw: bytes) -> None:
    end = _BLOCK_END.search(raw, 0, LARGEST_HEADER_BLOCK + 4)
    if end is None and len(raw) > LARGEST_HEADER_BLOCK:
        raise TooMuch(f"the header has more than {LARGEST_HEADER_BLOCK} octets")
    block = raw[: end.start() if end else len(raw)]
    if block.count(b"\n") + block.count(b"\r") > MOST_HEADERS and len(_HEADER.findall(block)) > MOST_HEADERS:
        raise TooMuch(f"the mail has more than {MOST_HEADERS} header fields")
    if (
        len(block) > MOST_ADDRESS_TOKENS
        and sum(map(block.count, (b",", b";", b"<", b"(", b"@", b'"'))) > MOST_ADDRESS_TOKENS
    ):
        raise TooMuch(f"the header has more than {MOST_ADDRESS_TOKENS} address tokens")


def _check_structure(raw: bytes) -> None:
    depth = 0
    values = _structured(raw)
    for value in values:
        if len(value) > LONGEST_STRUCTURED:
            raise TooMuch(f"a Content-Type has more than {LONGEST_STRUCTURED} octets")
        depth += _NESTING.match(value) is not None
        boundary = _BOUNDARY.search(value)
        if boundary and len(boundary[2] or boundary[3] or b"") > LONGEST_BOUNDARY:
            raise TooMuch(f"a boundary has more than {LONGEST_BOUNDARY} octets")
    # Every level needs one of them, so their number bounds the depth whatever the order.
    if depth > DEEPEST:
        raise TooMuch(f"the mail has more than {DEEPEST} parts that contain parts")
    if depth and _parts(raw, values) > MOST_PARTS:
        raise TooMuch(f"the mail has more than {MOST_PARTS} parts")


def _structured(raw: bytes) -> list[bytes]:
    """Every Content-Type and Content-Disposition at the beginning of a line, wherever it is, with its folds."""
    lowered = raw.lower()
    values: list[bytes] = []
    at = lowered.find(b"content-")
    while at >= 0:
        found = _STRUCTURED.match(lowered, at) if at == 0 or lowered[at - 1] in b"\r\n" else None
        if found:
            values.append(raw[found.start(1) : found.end(1)])
        at = lowered.find(b"content-", found.end() if found else at + 8)
    return values


def _parts(raw: bytes, values: list[bytes]) -> int:
    """How many lines could begin a part: those that are a boundary; any that begin with "--" where one is disguised."""
    boundaries: set[bytes] = set()
    disguised = False
    for value in values:
        for found in _BOUNDARY.finditer(value):
            boundary = (found[2] or found[3] or b"").rstrip()
            boundaries.update((boundary, boundary + b"--"))
            disguised |= bool(found[1]) or b"\\" in boundary
    if not boundaries:
        return 0
    count, at = 0, raw.find(b"--")
    while at >= 0 and count <= MOST_PARTS:
        if at == 0 or raw[at - 1] in b"\r\n":
            line = _LINE.match(raw, at + 2)
            count += disguised or (line is not None and line[0].rstrip() in boundaries)
        at = raw.find(b"--", at + 2)
    return count
