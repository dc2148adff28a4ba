"""A diagnosis for tests that only need that there is one."""

from triage.model import Diagnosis, Inquiry, Verdict
from triage.names import Domain


def a_diagnosis(name: str, verdict: Verdict = "will-fail", leading: str | None = "points-elsewhere") -> Diagnosis:
    return Diagnosis(Inquiry(Domain(name)), verdict, leading, ())
