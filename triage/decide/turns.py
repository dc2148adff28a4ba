"""Whose turn it is: a flood of mails from one sender waits behind everybody else's."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from triage.model import Entry

HEAD = 16 * 1024  # octets of the header block that are looked at
T = TypeVar("T")


def claimed_sender(raw: bytes) -> str:
    """Who a mail that was not read yet says it is from: its return path, else the first address of From; or nothing.

    Only good for its place in the queue: who lies gets another place in it, and nothing else.
    """
    head = re.split(rb"\r?\n\r?\n", raw[:HEAD], maxsplit=1)[0]
    for name in (rb"return-path", rb"from"):
        found = re.search(rb"(?im)^" + name + rb":[^\r\n]*?([^\s<>\"(),:;@]{1,64}@[^\s<>\"(),:;@]{1,255})", head)
        if found:
            return found[1].decode("ascii", "replace").lower()
    return ""


def in_turn(waiting: Iterable[Entry]) -> tuple[Entry, ...]:
    """Everybody's first mail, then everybody's second, and so on; among equals the oldest first."""
    before, ranked = Counter[str](), list[tuple[int, Entry]]()
    for entry in sorted(waiting, key=lambda e: (e.arrived, e.id)):
        ranked.append((before[entry.sender.lower()], entry))
        before[entry.sender.lower()] += 1
    return tuple(entry for _, entry in sorted(ranked, key=lambda r: r[0]))


def from_both_ends(listed: Sequence[T], most: int) -> tuple[T, ...]:
    """`most` of them, the oldest half and the newest half, in their order: who comes last need not wait for all."""
    if len(listed) <= most:
        return tuple(listed)
    old = (most + 1) // 2
    return (*listed[:old], *listed[len(listed) - (most - old) :])
