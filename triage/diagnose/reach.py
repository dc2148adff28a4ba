"""E: is there an HTTP server at the address that the CA would use?"""

from triage.diagnose.found import Judged, harmless, hinted, shown
from triage.diagnose.lookup import OURS
from triage.diagnose.marks import router_page, title, tls_on_80
from triage.diagnose.scene import Scene
from triage.diagnose.walk import DIAL_FAILED, End, Hop
from triage.model import AskTls, Certainty, Failure, Fault, Finding, HttpAnswer

CODES = (
    "ipv6-dead", "port-80-refused", "port-80-blocked", "connection-reset", "unreachable", "too-slow", "garbled-reply",
    "wrong-protocol-on-80", "blocked-by-place", "prober-banned", "home-router",
)  # fmt: skip
_BY_FAULT = {
    Fault.REFUSED: "port-80-refused",
    Fault.TIMEOUT: "port-80-blocked",
    Fault.RESET: "connection-reset",
    Fault.UNREACHABLE: "unreachable",
    Fault.STALLED: "too-slow",
    Fault.CLOSED: "garbled-reply",
    Fault.GARBLED: "garbled-reply",
    Fault.TOO_LARGE: "garbled-reply",
}
_BROKE_OFF = frozenset((Fault.RESET, Fault.CLOSED))
_OPEN = frozenset(CODES[1:8])  # ruled out by an answer from port 80


def judge(scene: Scene) -> Judged:
    if not scene.by_http or not scene.walk.hops:
        return Judged()
    found: list[Finding] = []
    excluded: set[str] = set()
    dead6 = _ipv6(scene)
    found += [dead6] if dead6 else []
    if not scene.found.public6:
        excluded.add("ipv6-dead")
    hop = _entrance(scene)
    if isinstance(hop.answer, HttpAnswer):
        excluded |= _OPEN | {"prober-banned"}
        found += [f for f in (_wrong_protocol(hop), _router(scene, hop)) if f]
        if not router_page(scene.root):
            excluded.add("home-router")
    elif isinstance(hop.answer, Failure) and hop.answer.fault not in OURS:
        found.append(_failed(scene, hop, hop.answer))
        excluded |= _OPEN - {found[-1].code} if found[-1].shown else set()
    codes = {f.code for f in found}
    return Judged(tuple(found), frozenset(excluded - codes), (hop.question,))


def _entrance(scene: Scene) -> Hop:
    """The first request, or the second try at the A."""
    first = scene.walk.hops[0]
    return scene.walk.hops[1] if len(scene.walk.hops) > 1 and scene.walk.hops[1].fell_back else first


def _failed(scene: Scene, hop: Hop, failure: Failure) -> Finding:
    facts: dict[str, str | None] = {
        "address": hop.address,
        "url": hop.url,
        "fault": failure.fault.value,
        "detail": failure.detail,
        "reverse": scene.reverse(hop.address),
    }
    evidence = [hop.question, scene.root_question(hop.address), AskTls(scene.name, hop.address)]
    evidence = [q for q in evidence if q in scene.seen]
    code = _BY_FAULT.get(failure.fault, "garbled-reply")
    if _speaks_http_on_443(failure):
        code = "wrong-protocol-on-80"
    if failure.fault in DIAL_FAILED and isinstance(scene.answer(scene.root_question(hop.address)), HttpAnswer):
        # The same port answered our other request: somebody drops our packets now and then.
        return hinted("prober-banned", evidence, **facts)
    if failure.fault in _BROKE_OFF and isinstance(scene.root, HttpAnswer) and _broke_off(scene.other):
        # One request was answered and the later ones were not, whatever they asked for.
        return hinted("prober-banned", [*evidence, scene.other_question(hop.address)], **facts)
    if code == "too-slow":  # the CA waits as long as we do, and static files may be fast
        return hinted(code, evidence, **facts)
    if code in ("connection-reset", "garbled-reply"):
        facts["path"] = "challenge" if isinstance(scene.root, HttpAnswer) else "site"
    if hop.fell_back and code == "port-80-blocked":
        facts["count"] = "2"
    return shown(code, evidence, **facts)


def _broke_off(answer: HttpAnswer | Failure | None) -> bool:
    return isinstance(answer, Failure) and answer.fault in _BROKE_OFF


def _speaks_http_on_443(failure: Failure) -> bool:
    """First bytes of a TLS record, or an HTTP/2 SETTINGS frame, where HTTP/1.1 was expected."""
    return failure.fault is Fault.GARBLED and any(
        mark in failure.detail
        for mark in (r"\x15\x03", r"\x16\x03", r"\x00\x00\x12\x04", r"\x00\x00\x18\x04", r"\x04\x00\x00\x00\x00\x00")
    )


def _ipv6(scene: Scene) -> Finding | None:
    """A dead AAAA beside a good A: passes by the second try, unless a redirect makes the CA come back to it."""
    walk = scene.walk
    first = walk.hops[0]
    if ":" not in first.address or not isinstance(first.answer, Failure) or first.answer.fault not in DIAL_FAILED:
        return None
    if not scene.found.public4:
        return None
    second = _entrance(scene)
    if not isinstance(second.answer, HttpAnswer):
        return None
    last = walk.hops[-1]
    back_again = walk.end is End.FAILED and last is not second and last.address in scene.found.public6
    facts: dict[str, str | None] = {
        "address": first.address,
        "fault": first.answer.fault.value,
        "addresses": ", ".join(scene.found.addresses),
        "nameservers": ", ".join(scene.name_servers),
        "zone": scene.zone,
        "target": last.url if back_again else None,
    }
    evidence = [*(hop.question for hop in walk.hops), AskTls(scene.name, first.address)]
    return (shown if back_again else harmless)("ipv6-dead", evidence, **facts)


def _wrong_protocol(hop: Hop) -> Finding | None:
    if not tls_on_80(hop.answer):
        return None
    assert isinstance(hop.answer, HttpAnswer)
    facts = {"address": hop.address, "status": str(hop.answer.status), "server": hop.answer.header("server")}
    return shown("wrong-protocol-on-80", (hop.question,), **facts)


def _router(scene: Scene, hop: Hop) -> Finding | None:
    """A router's or NAS's own page: the port is not forwarded to the web server."""
    if not router_page(scene.root):
        return None
    assert isinstance(scene.root, HttpAnswer)
    facts = {"address": hop.address, "title": title(scene.root), "server": scene.root.header("server")}
    return shown("home-router", (scene.root_question(hop.address), hop.question), **facts)


def demoted(finding: Finding) -> Finding:
    """The same, as far as it can be said of an address that the CA would not take first."""
    if not finding.shown or finding.blocks is False:
        return finding
    return Finding(finding.code, Certainty.UNKNOWN, finding.blocks, finding.basis, finding.facts, finding.evidence)


__all__ = ["CODES", "demoted", "judge"]
