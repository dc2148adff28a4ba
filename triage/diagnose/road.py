"""The road from a name to its answer, as it was seen, with the step at which the leading cause lies.

name → name servers → alias → address → redirects → answer → CAA      CAA and the issuer only where they are to blame
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from triage.diagnose import addresses, answer, caa, delegation, dns01, reach, redirect, registration
from triage.diagnose.found import listed
from triage.diagnose.scene import Scene
from triage.diagnose.walk import End, Hop
from triage.model import Failure, Finding, HttpAnswer, Step, StepKind

MOST_REDIRECTS = 4  # that are told one by one
_Seen = tuple[StepKind, str]

_FAMILIES: tuple[tuple[tuple[str, ...], StepKind], ...] = (
    (registration.CODES, "name"),
    (delegation.CODES, "nameservers"),
    (addresses.CODES, "address"),
    (reach.CODES, "answer"),
    (redirect.CODES, "redirect"),
    (answer.CODES, "answer"),
    (caa.CODES, "caa"),
    (dns01.CODES, "challenge-record"),
    (("dangling-cname",), "alias"),
    (("moved-away", "ipv6-dead"), "address"),
)
_LIES_AT: Mapping[str, StepKind] = {code: kind for codes, kind in _FAMILIES for code in codes}
_BLAMED_ALONE: frozenset[StepKind] = frozenset(("caa", "challenge-record", "issuer"))


def road(scene: Scene, lead: Finding | None) -> tuple[Step, ...]:
    """Every step that was seen. Those behind the broken one were not reached by the CA, whatever they look like."""
    seen = list(_steps(scene))
    if lead is None:
        return tuple(Step(kind, text, "fine") for kind, text in seen)
    blamed = _LIES_AT.get(lead.code, "issuer")
    if blamed in _BLAMED_ALONE or all(kind != blamed for kind, _ in seen):
        keys = ("nameservers", "detail") if blamed == "nameservers" else ("record", "detail")
        text = " ".join(lead.facts[key] for key in keys if key in lead.facts) or lead.code
        seen.insert(1 if blamed == "nameservers" else len(seen), (blamed, text))
    broken = max(n for n, (kind, _) in enumerate(seen) if kind == blamed)
    if lead.code in ("stale-aaaa", "ipv6-dead"):  # the first of the addresses, not the one that was tried next
        broken = next(n for n, (kind, _) in enumerate(seen) if kind == blamed)
    state = "broken" if lead.shown else "doubtful"
    return tuple(
        Step(kind, text, "fine" if n < broken else state if n == broken else "beyond")
        for n, (kind, text) in enumerate(seen)
    )


def _steps(scene: Scene) -> Iterator[_Seen]:
    yield "name", scene.name
    if scene.name_servers:
        yield "nameservers", listed(scene.name_servers)
    found = scene.found
    if len(found.chain) > 1:
        yield "alias", " → ".join(found.chain[1:])
    if found.pending:
        return
    if found.first is None:
        if found.addresses:
            yield "address", listed(found.addresses)
        return
    yield "address", listed((found.first, *found.public))
    if scene.by_http:
        yield from _hops(scene)


def _hops(scene: Scene) -> Iterator[_Seen]:
    walk = scene.walk
    told: list[_Seen] = list(_redirects(walk.hops))
    if walk.end in (End.REFUSED, End.NO_ADDRESS) and walk.target and walk.last is not None:
        told.append(("redirect", f"{_said(walk.last)} {walk.target}"))
    if len(told) > MOST_REDIRECTS:
        told = [told[0], ("redirect", f"… {len(told) - 2}"), told[-1]]
    yield from told
    if walk.last is not None and walk.end in (End.ANSWERED, End.FAILED, End.UNASKED):
        yield "answer", _said(walk.last)


def _redirects(hops: tuple[Hop, ...]) -> Iterator[_Seen]:
    for before, hop in pairwise(hops):
        if hop.fell_back:
            yield "address", f"{_said(before)} → {hop.address}"
        else:
            yield "redirect", f"{_said(before)} {hop.url}"


def _said(hop: Hop) -> str:
    match hop.answer:
        case HttpAnswer(status=status):
            return str(status)
        case Failure(fault=fault):
            return fault.value
        case None:
            return "-"
