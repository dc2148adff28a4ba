"""Findings and the diagnosis that they add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from triage.model.asking import Certificate, Inquiry, Observations, Question
from triage.model.basics import NOTHING
from triage.names import Domain


class Certainty(StrEnum):
    SHOWN = "shown"
    RULED_OUT = "ruled-out"
    UNKNOWN = "unknown"


# The keys of `Finding.facts`. Values are text: lists joined with ", ", times in ISO 8601; the unknown is left out.
FACTS = frozenset(
    (
        "zone", "addresses", "address", "expected", "expected_name", "nameservers", "operator", "reverse",
        "url", "target", "target_host", "status", "server", "title", "record", "where", "ca", "cname", "chain",
        "issuer", "not_before", "not_after", "expires", "registry_status", "registrar", "retry_after", "since",
        "logged", "serials", "keytag", "count", "fault", "path", "detail", "error",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause, how sure we are, and why. `facts` are the real values that the words need."""

    code: str
    certainty: Certainty
    blocks: bool | None = True  # stops the renewal; None: now and then
    basis: Literal["seen", "stated"] = "seen"
    facts: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    evidence: tuple[Question, ...] = ()  # the observations behind it

    @property
    def shown(self) -> bool:
        return self.certainty is Certainty.SHOWN


StepKind = Literal["name", "nameservers", "alias", "address", "redirect", "answer", "caa", "challenge-record", "issuer"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the road from a name to its answer, as it was seen."""

    kind: StepKind
    seen: str
    state: Literal["fine", "broken", "doubtful", "beyond"]


Verdict = Literal["will-fail", "no-obstacle", "already-renewed", "unknown"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found for one name. Findings in the order of blame; `leading` as interfaces.md defines it."""

    inquiry: Inquiry
    verdict: Verdict
    leading: str | None
    findings: tuple[Finding, ...]
    certificate: Certificate | None = None
    seen: Observations = field(default_factory=Observations)
    seconds: float = 0.0
    road: tuple[Step, ...] = ()

    @property
    def name(self) -> Domain:
        return self.inquiry.name

    def finding(self, code: str) -> Finding | None:
        return next((f for f in self.findings if f.code == code), None)

    @property
    def lead(self) -> Finding | None:
        return self.finding(self.leading) if self.leading else None
