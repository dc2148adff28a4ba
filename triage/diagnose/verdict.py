"""Verdict and leading cause from the findings, as the JSON of `triage check` defines them.

already-renewed   shown by the served certificate
will-fail         something that blocks is shown, and it is not the CA's own outage alone
unknown           something blocks now and then, or was hinted at, or a step of the way could not be looked at
no-obstacle       the whole way was looked at, and nothing stands in it
"""

from collections.abc import Iterable

from triage.diagnose.caa import tree
from triage.diagnose.scene import Scene
from triage.diagnose.walk import End
from triage.model import Certainty, Finding, Verdict


def verdict(scene: Scene, findings: tuple[Finding, ...]) -> tuple[Verdict, str | None]:
    """The verdict and the leading cause."""
    by_code = {f.code: f for f in findings}
    for code in ("not-an-alert", "already-renewed"):
        if code == "already-renewed" and by_code[code].shown:
            return "already-renewed", code
    blocking = [f for f in findings if f.shown and f.blocks is True]
    lead = next((f.code for f in blocking if f.code != "ca-outage"), None)
    if lead:
        return "will-fail", lead
    likeliest = _likeliest(blocking, findings)
    if likeliest:
        return "unknown", likeliest
    if not _looked_all_the_way(scene):
        return "unknown", None
    return "no-obstacle", None


def _likeliest(blocking: Iterable[Finding], findings: tuple[Finding, ...]) -> str | None:
    sometimes = (f for f in findings if f.shown and f.blocks is None)
    hints = (f for f in findings if f.certainty is Certainty.UNKNOWN and f.evidence and f.blocks is True)
    return next((f.code for group in (blocking, sometimes, hints) for f in group), None)


def _looked_all_the_way(scene: Scene) -> bool:
    """Address, answer and CAA were all seen; without them silence proves nothing."""
    looked = tree(scene)
    if looked.pending or looked.unsure:
        return False
    if not scene.by_http:
        return bool(scene.found.public) or not scene.found.pending
    return scene.walk.end is End.ANSWERED and scene.walk.certain
