"""Chooses the next questions about one name, and concludes from the answers. Pure: it asks nothing by itself."""

from datetime import datetime

from triage.diagnose.checks import findings
from triage.diagnose.likely import with_the_likely_host
from triage.diagnose.questions import next_questions
from triage.diagnose.road import road
from triage.diagnose.scene import Scene
from triage.diagnose.verdict import verdict
from triage.model import Certificate, Diagnosis, Inquiry, Observations


def conclude(inquiry: Inquiry, seen: Observations, now: datetime) -> Diagnosis:
    """Findings in the order of blame, verdict, leading cause and the served certificate. `now` is aware."""
    scene = with_the_likely_host(Scene(inquiry, seen, now))
    found = findings(scene)
    decided, leading = verdict(scene, found)
    lead = next((f for f in found if f.code == leading and decided != "already-renewed"), None)
    return Diagnosis(scene.inquiry, decided, leading, found, _served(scene), seen, road=road(scene, lead))


def _served(scene: Scene) -> Certificate | None:
    """The certificate at the address that the CA takes, one that covers the name first."""
    own = (c for _, c in scene.certificates if scene.covers(c))
    return next(own, next((c for _, c in scene.certificates), None))


__all__ = ["conclude", "next_questions"]
