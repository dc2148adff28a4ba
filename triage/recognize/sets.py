"""Many RE2 patterns as one automaton: which of them hit a text, told in one pass over it."""

from collections.abc import Sequence
from typing import Any

import re2

MEMORY = 64 * 1024 * 1024  # octets for the automaton's states, which are made as texts need them


class PatternSet:
    """`hits` gives the places, in the sequence, of all patterns that hit.

    RE2 answers "nothing" where its memory runs out, which is no answer. An empty pattern that always hits stands at the
    end: where it is missing, each pattern is run by itself.
    """

    def __init__(self, patterns: Sequence[str], *, case_sensitive: bool = True, memory: int = MEMORY) -> None:
        options = re2.Options()
        options.case_sensitive = case_sensitive
        self._patterns = tuple(re2.compile(pattern, options) for pattern in patterns)
        options.max_mem = memory
        options.never_capture = True
        options.log_errors = False
        self._set = _compiled((*patterns, ""), options)

    def hits(self, text: bytes) -> frozenset[int]:
        """`text`: UTF-8."""
        found = frozenset[int](self._set.Match(text)) if self._set else frozenset[int]()
        if len(self._patterns) in found:
            return found - {len(self._patterns)}
        return frozenset(at for at, pattern in enumerate(self._patterns) if pattern.search(text))


def _compiled(patterns: Sequence[str], options: Any) -> Any | None:
    """None where they do not fit into the memory together."""
    automaton = re2.Set.SearchSet(options)
    for pattern in patterns:
        automaton.Add(pattern)
    try:
        automaton.Compile()
    except re2.error:
        return None
    return automaton
