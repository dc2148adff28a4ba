"""I: is the CA itself in trouble?"""

from triage.diagnose.found import Judged, sometimes
from triage.diagnose.scene import Scene
from triage.model import AskAuthority, AuthorityAnswer

CODES = (
    "ca-outage", "rate-limited", "account-paused", "policy-block", "account-problem", "ca-retired", "order-refused",
    "order-stale",
)  # fmt: skip


def judge(scene: Scene) -> Judged:
    question = AskAuthority(scene.inquiry.ca)
    answer = scene.answer(question)
    if not isinstance(answer, AuthorityAnswer):
        return Judged()
    if answer.operational:
        return Judged((), frozenset(("ca-outage",)), (question,))
    since = answer.since.isoformat(timespec="seconds") if answer.since else None
    return Judged((sometimes("ca-outage", (question,), ca=scene.inquiry.ca, detail=answer.words, since=since),))
