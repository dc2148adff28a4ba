"""Small builders for findings, and `Judged`: what one family of causes has to say."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from triage.model import Certainty, Finding, Question

LONGEST_FACT = 300


def shown(code: str, evidence: Iterable[Question] = (), /, **facts: str | None) -> Finding:
    """Seen, and it stops the renewal."""
    return Finding(code, Certainty.SHOWN, True, "seen", facts_of(facts), tuple(evidence))


def harmless(code: str, evidence: Iterable[Question] = (), /, **facts: str | None) -> Finding:
    """Seen, and it does not stop the renewal."""
    return replace(shown(code, evidence, **facts), blocks=False)


def sometimes(code: str, evidence: Iterable[Question] = (), /, **facts: str | None) -> Finding:
    """Seen, and it stops the renewal now and then."""
    return replace(shown(code, evidence, **facts), blocks=None)


def hinted(code: str, evidence: Iterable[Question], /, **facts: str | None) -> Finding:
    """Unknown, but something was seen that speaks for it."""
    return replace(shown(code, evidence, **facts), certainty=Certainty.UNKNOWN)


def faintly(code: str, evidence: Iterable[Question], /, **facts: str | None) -> Finding:
    """Unknown, and what was seen speaks for it too little to doubt the renewal."""
    return replace(hinted(code, evidence, **facts), blocks=None)


def facts_of(facts: dict[str, str | None]) -> dict[str, str]:
    """Facts without those that are not known; text from outside is bounded and kept on one line."""
    return {key: " ".join(value.split())[:LONGEST_FACT] for key, value in facts.items() if value}


def listed(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(values))


@dataclass(frozen=True, slots=True)
class Judged:
    """What a family found, and which of its other causes are ruled out by the evidence; the rest stays unknown."""

    findings: tuple[Finding, ...] = ()
    excluded: frozenset[str] = frozenset()
    evidence: tuple[Question, ...] = field(default=())  # behind what is excluded


NOTHING_TO_SAY = Judged()
