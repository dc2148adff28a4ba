"""A rulebook → an index that names, for one text, the few rules whose patterns are worth running."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from triage.recognize.literals import required

_SHORT = 6  # octets of an anchor: two Japanese characters, or six Latin ones
# Blanks and the commonest letters of English, and the lead octets of kana, weigh more.
_OFTEN = dict.fromkeys(b" etaoinsrh", 4) | dict.fromkeys(b"dlucmfpgwy", 2) | {0xE3: 3, 0x81: 3, 0x82: 3, 0x83: 2}
_MEMORY = 64 * 1024 * 1024


@dataclass(frozen=True, eq=False)
class Index:
    """Where `anchors` finds one of its octets, `entries` says which literals to look for, and whose they are.

    One plain RE2 search, again and again from the next octet: an RE2 set would answer "nothing" when it runs out of
    memory, and a search that goes on behind a match would miss a literal that overlaps it.
    """

    anchors: Any | None
    entries: dict[bytes, tuple[tuple[bytes, tuple[int, ...]], ...]]
    always: frozenset[int]  # those that no literal announces

    def candidates(self, text: bytes) -> set[int]:
        """`text`: UTF-8, A to Z in lower case."""
        found = set(self.always)
        for anchor in self._found(text):
            for literal, owners in self.entries[anchor]:
                if literal in text:
                    found.update(owners)
        return found

    def _found(self, text: bytes) -> set[bytes]:
        seen = set[bytes]()
        if self.anchors is None:
            return seen
        search, at = self.anchors.search, 0
        while (hit := search(text, at)) is not None:
            start, end = hit.span()
            seen.add(text[start:end])
            at = start + 1
        return seen


def index_of(doors: Sequence[Iterable[str]]) -> Index:
    """One entry of `doors` for each rule: patterns of which at least one must hit."""
    literals = dict[bytes, set[int]]()
    always = set[int]()
    for owner, patterns in enumerate(doors):
        needed = [required(pattern) for pattern in patterns]
        if not needed or any(not one or min(len(x) for x in one) < _SHORT for one in needed):
            always.add(owner)
            continue
        for literal in frozenset[bytes]().union(*needed):
            literals.setdefault(literal, set()).add(owner)
    common = Counter(gram for literal in literals for gram in _grams(literal))
    entries = dict[bytes, list[tuple[bytes, tuple[int, ...]]]]()
    for literal, owners in literals.items():
        anchor = min(_grams(literal), key=lambda gram: (common[gram] > 1, _everyday(gram), gram))
        entries.setdefault(anchor, []).append((literal, tuple(owners)))
    return Index(_any_of(entries), {a: tuple(found) for a, found in entries.items()}, frozenset(always))


def _everyday(gram: bytes) -> int:
    """How often it turns up in mail that is about something else: every hit costs a step in Python."""
    return sum(_OFTEN.get(octet, 1) for octet in gram)


def _grams(octets: bytes) -> set[bytes]:
    return {octets[n : n + _SHORT] for n in range(len(octets) - _SHORT + 1)}


def _any_of(anchors: Iterable[bytes]) -> Any | None:
    escaped = [re2.escape(anchor) for anchor in sorted(anchors)]
    if not escaped:
        return None
    options = re2.Options()
    options.max_mem = _MEMORY
    options.encoding = re2.Options.Encoding.LATIN1  # octets: an anchor may begin inside a character
    options.never_capture = True
    return re2.compile(b"|".join(escaped), options)
