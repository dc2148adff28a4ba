"""A folded text and a rulebook → the one rule that claims it, if any."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from triage.model import LookalikeRule, Match, NoticeRule, Pattern, Rulebook, Signature
from triage.recognize.index import Index, index_of
from triage.recognize.literals import may_hit
from triage.recognize.text import Text

Rule = NoticeRule | LookalikeRule
IN_SUBJECT = "subject_names"  # the one field whose patterns see the subject alone


@dataclass(frozen=True, slots=True)
class Claim:
    rule: Rule
    matches: tuple[Match, ...]
    by_subject: bool

    @property
    def weight(self) -> tuple[bool, bool, int]:
        """A user's rule before ours, the subject before the body alone, more evidence before less."""
        return self.rule.own, self.by_subject, len(self.matches)


def claims(text: Text, rulebook: Rulebook) -> tuple[Claim, ...]:
    """Every rule that recognizes the text, the best first."""
    index, rules = _prepared(rulebook)
    candidates = (rules[n] for n in sorted(index.candidates(text.octets.low)))
    found = [claim for rule in candidates if (claim := _claim(rule, text))]
    return tuple(sorted(found, key=lambda claim: claim.weight, reverse=True))


def hits(text: Text, rule: Rule) -> frozenset[str]:
    """All patterns of a rule's signature that hit, whether or not it claims the text: for those who check rules."""
    signature = rule.signature
    return frozenset(
        match.pattern
        for name, patterns, where in _places(signature, text)
        for match in _each(rule, name, patterns, where)
    )


def field_hits(text: Text, rule: Rule) -> frozenset[str]:
    """All patterns that hit of a rule's fields, and of what begins a certificate."""
    if isinstance(rule, LookalikeRule):
        return frozenset()
    octets = text.octets
    places = [
        (p, octets.subject if f.name == IN_SUBJECT else octets.everything) for f in rule.fields for p in f.patterns
    ]
    places += [(pattern, octets.everything) for pattern in rule.certificate]
    return frozenset(pattern.pattern for pattern, where in places if pattern.search(where))


def _places(signature: Signature, text: Text) -> tuple[tuple[str, Sequence[Pattern], bytes], ...]:
    return (
        ("subject", signature.subject, text.octets.subject),
        ("body_all", signature.body_all, text.octets.flow),
        ("body_alone", signature.body_alone, text.octets.flow),
    )


def _claim(rule: Rule, text: Text) -> Claim | None:
    signature = rule.signature
    headings = (p for p in signature.subject if may_hit(p.pattern, text.octets.low_subject))
    subject = _first(rule, "subject", headings, text.octets.subject)
    proof = None if subject else _proof(rule, text)
    if not subject and not proof and (signature.subject or signature.body_alone):
        return None
    if not all(may_hit(p.pattern, text.octets.low) for p in signature.body_all):
        return None
    body = _each(rule, "body_all", signature.body_all, text.octets.flow)
    if len(body) < len(signature.body_all):
        return None
    if any(may_hit(p.pattern, text.octets.low) and _stands(p, text) for p in signature.body_none):
        return None
    found = (*((subject,) if subject else ()), *((proof,) if proof else ()), *body)
    return Claim(rule, found, subject is not None) if found else None


def _proof(rule: Rule, text: Text) -> Match | None:
    likely = (p for p in rule.signature.body_alone if may_hit(p.pattern, text.octets.low))
    return _first(rule, "body_alone", likely, text.octets.flow)


def _stands(pattern: Pattern, text: Text) -> bool:
    return bool(pattern.search(text.octets.flow) or pattern.search(text.octets.subject))


def _first(rule: Rule, name: str, patterns: Iterable[Pattern], where: bytes) -> Match | None:
    for pattern in patterns:
        if hit := pattern.search(where):
            return Match(rule.id, name, pattern.pattern, hit.group(0)[:600].decode("utf-8", "ignore")[:200])
    return None


def _each(rule: Rule, name: str, patterns: Iterable[Pattern], where: bytes) -> tuple[Match, ...]:
    return tuple(m for p in patterns if (m := _first(rule, name, (p,), where)))


@lru_cache(maxsize=4)
def _prepared(rulebook: Rulebook) -> tuple[Index, tuple[Rule, ...]]:
    rules: tuple[Rule, ...] = (*rulebook.rules, *rulebook.lookalikes)
    return index_of([_doors(rule.signature) for rule in rules]), rules


def _doors(signature: Signature) -> list[str]:
    """Patterns of which one at least must hit: the subjects and proofs, else the rarest-looking phrase of the body."""
    doors = [p.pattern for p in (*signature.subject, *signature.body_alone)]
    if not doors and signature.body_all:
        doors = [max((p.pattern for p in signature.body_all), key=len)]
    return doors
