"""Chooses the next questions about one name, and concludes from the answers. Pure: it asks nothing by itself."""

from dataclasses import replace
from datetime import datetime

from triage.diagnose.checks import findings
from triage.diagnose.questions import next_questions
from triage.diagnose.scene import Scene
from triage.diagnose.verdict import verdict
from triage.model import Certificate, Diagnosis, Inquiry, Observations


def conclude(inquiry: Inquiry, seen: Observations, now: datetime) -> Diagnosis:
    """Findings in the order of blame, verdict, leading cause and the served certificate. `now` is aware."""
    inquiry = _with_the_likely_host(inquiry, seen, now)
    scene = Scene(inquiry, seen, now)
    found = findings(scene)
    decided, leading = verdict(scene, found)
    return Diagnosis(inquiry, decided, leading, found, _served(scene), seen)


def _with_the_likely_host(inquiry: Inquiry, seen: Observations, now: datetime) -> Inquiry:
    """Where nobody told the provider: the host whose server every address is. `assumed` keeps saying that we guess.

    Name servers and certificates alone do not tell: many keep the one at a host that they have left.
    """
    if inquiry.provider.id != "unknown":
        return inquiry
    scene = Scene(inquiry, seen, now)
    hosts = [scene.operator(address) for address in scene.found.public]
    if not hosts or hosts[0] is None or hosts[0].kind != "host" or any(host is not hosts[0] for host in hosts):
        return inquiry
    assumed = tuple(dict.fromkeys((*inquiry.assumed, "provider")))
    return replace(inquiry, provider=hosts[0], assumed=assumed)


def _served(scene: Scene) -> Certificate | None:
    """The certificate at the address that the CA takes, one that covers the name first."""
    own = (c for _, c in scene.certificates if scene.covers(c))
    return next(own, next((c for _, c in scene.certificates), None))


__all__ = ["conclude", "next_questions"]
