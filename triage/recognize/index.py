"""A rulebook → an index that names, for one text, the few rules whose patterns are worth running."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import re2

from triage.recognize.literals import required
from triage.recognize.sets import PatternSet


@dataclass(frozen=True, eq=False)
class Index:
    """Where a literal of `literals` stands in a text, the rules of the same place in `owners` may claim it.

    Literals and not the patterns themselves: a thousand of those with counted gaps do not fit into one automaton.
    """

    literals: PatternSet
    owners: tuple[tuple[int, ...], ...]
    always: frozenset[int]  # those that no literal announces

    def candidates(self, text: bytes) -> set[int]:
        """`text`: UTF-8, A to Z in lower case."""
        return set(self.always).union(*(self.owners[at] for at in self.literals.hits(text)))


def index_of(doors: Sequence[Iterable[str]]) -> Index:
    """One entry of `doors` for each rule: patterns of which at least one must hit."""
    literals = dict[bytes, set[int]]()
    always = set[int]()
    for owner, patterns in enumerate(doors):
        needed = [required(pattern) for pattern in patterns]
        if not needed or not all(needed):
            always.add(owner)
            continue
        for literal in frozenset[bytes]().union(*needed):
            literals.setdefault(literal, set()).add(owner)
    found = PatternSet([re2.escape(literal.decode()) for literal in literals])
    return Index(found, tuple(tuple(owners) for owners in literals.values()), frozenset(always))
