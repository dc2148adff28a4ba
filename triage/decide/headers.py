"""How a header's value is read before it is compared: without comments, without parameters, in lower case."""

import re

from triage.model import Message

LONGEST = 2000  # characters of one value that are looked at: nothing that counts is longer


def keyword(value: str) -> str:
    """`auto-replied (vacation); owner-token=…` → `auto-replied`. RFC 3834 section 5.1 allows both additions."""
    return without_comments(value).partition(";")[0].strip().lower()


def keywords(message: Message, *names: str) -> tuple[str, ...]:
    return tuple(keyword(value) for name in names for value in message.all(name))


def tokens(message: Message, name: str) -> frozenset[str]:
    """The words of a list-like header, whatever divides them."""
    return frozenset(t for v in message.all(name) for t in re.split(r"[\s,;]+", without_comments(v).lower()) if t)


def has_any(message: Message, names: tuple[str, ...]) -> bool:
    return any(header.name in names for header in message.headers)


def without_comments(value: str) -> str:
    """The value without its (nested) comments; one pass, so depth is no issue. Quoted strings are kept as they are."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for c in value[:LONGEST]:
        if escaped:
            escaped = False
        elif c == "\\":
            escaped = True
        elif quoted or (c == '"' and depth == 0):
            quoted = quoted != (c == '"')
        elif c in "()":
            depth = depth + 1 if c == "(" else max(0, depth - 1)
            continue
        if depth == 0:
            kept.append(c)
    return "".join(kept)
