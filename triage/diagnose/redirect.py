"""F: where does the redirect lead, and would the CA follow it?"""

from urllib.parse import urlsplit

from triage.diagnose.found import Judged, hinted, shown
from triage.diagnose.lookup import Lookup
from triage.diagnose.scene import Scene
from triage.diagnose.walk import End, Hop, Walk, redirect_target
from triage.model import Failure, Fault, Finding, HttpAnswer, Question
from triage.names import Domain, InvalidName

CODES = (
    "site-redirect-elsewhere", "redirect-loop", "too-many-redirects", "redirect-port", "redirect-scheme",
    "redirect-missing-slash", "redirect-status", "redirect-private", "redirect-target-dead", "redirect-tls",
    "redirect-drops-path",
)  # fmt: skip
_UNFOLLOWED = frozenset((300, 301, 302, 303, 304, 305, 306, 307, 308))


def judge(scene: Scene) -> Judged:
    walk = scene.walk
    if not scene.by_http or not walk.hops or walk.end in (End.PENDING, End.UNASKED):
        return Judged()
    findings = tuple(f for f in (_elsewhere(scene), _refused(scene), _dead_end(scene), _drops_path(scene)) if f)
    settled = isinstance(walk.hops[0].answer, HttpAnswer) or any(h.fell_back for h in walk.hops)
    codes = {f.code for f in findings}
    return Judged(findings, frozenset(CODES) - codes if settled else frozenset(), walk.evidence)


def _refused(scene: Scene) -> Finding | None:
    walk, last = scene.walk, scene.walk.last
    assert last
    if walk.end is End.REFUSED and walk.code:
        return shown(walk.code, walk.evidence, **_facts(walk, last))
    if walk.end is End.ANSWERED and isinstance(last.answer, HttpAnswer) and last.answer.status in _UNFOLLOWED:
        return shown("redirect-status", walk.evidence, **_facts(walk, last))
    return None


def _facts(walk: Walk, last: Hop) -> dict[str, str | None]:
    target = walk.target or last.url
    return {
        "url": walk.hops[0].url,
        "target": target,
        "target_host": host_of(target),
        "address": last.address,
        "status": str(last.answer.status) if isinstance(last.answer, HttpAnswer) else None,
        "server": last.answer.header("server") if isinstance(last.answer, HttpAnswer) else None,
        "count": str(sum(1 for hop in walk.hops if not hop.fell_back)),
        "chain": " → ".join(dict.fromkeys(hop.url for hop in walk.hops)),
    }


def host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _dead_end(scene: Scene) -> Finding | None:
    """The target has no address, or nobody answers there."""
    walk, last = scene.walk, scene.walk.last
    assert last
    if walk.end is End.NO_ADDRESS:
        evidence = (*walk.evidence, *(walk.found.evidence if walk.found else ()))
        return shown("redirect-target-dead", evidence, **_facts(walk, last))
    redirected = len([hop for hop in walk.hops if not hop.fell_back]) > 1
    if walk.end is not End.FAILED or not redirected or not isinstance(last.answer, Failure):
        return None
    if walk.hops[1].fell_back and last.address in scene.found.public6:
        return None  # the dead AAAA of the name itself: `ipv6-dead`
    facts = _facts(walk, last) | {"fault": last.answer.fault.value, "detail": last.answer.detail}
    if last.answer.fault is Fault.TLS or (last.answer.fault is Fault.GARBLED and last.url.startswith("https:")):
        return shown("redirect-tls", walk.evidence, **facts)
    if last.answer.fault is Fault.STALLED:
        return hinted("redirect-target-dead", walk.evidence, **facts)
    return shown("redirect-target-dead", walk.evidence, **facts)


def _drops_path(scene: Scene) -> Finding | None:
    """The token's name got lost on the way, so no token can come back."""
    walk = scene.walk
    for before, after in zip(walk.hops, walk.hops[1:], strict=False):
        if after.fell_back or "{token}" in after.url:
            continue
        facts = _facts(walk, after)
        moved = urlsplit(before.url)[:2] != urlsplit(after.url)[:2]
        # A redirect of missing pages only, to the start page of the same site, would spare an existing file.
        if moved and not _is_a_missing_page(scene, after):
            return shown("redirect-drops-path", walk.evidence, **facts)
        return hinted("redirect-drops-path", walk.evidence, **facts)
    return None


def _is_a_missing_page(scene: Scene, after: Hop) -> bool:
    """`/` is served without a redirect, on the very host that the redirect leads to."""
    return isinstance(scene.root, HttpAnswer) and scene.root.status == 200 and after.host == scene.name


def _elsewhere(scene: Scene) -> Finding | None:
    """The whole site is forwarded to another site, on another server."""
    walk = scene.walk
    hop, found = _foreign_hop(scene)
    if hop is None or found is None:
        return None
    facts = _facts(walk, hop) | {"target": _target_of(scene, hop), "target_host": found.host}
    operator = scene.operator(found.first) if found.first else None
    facts["operator"] = operator.id if operator else None
    evidence: list[Question] = list(walk.evidence)
    evidence += [q for q in _controls(scene) if q in scene.seen]
    if _whole_site(scene, found.host):
        return shown("site-redirect-elsewhere", evidence, **facts)
    if _root_is_pending(scene):
        return None
    if isinstance(scene.root, HttpAnswer) and _first_host(scene, scene.root, "/") is None:
        return None  # only the challenge path is sent there: somebody answers it there on purpose
    return hinted("site-redirect-elsewhere", evidence, **facts)


def _target_of(scene: Scene, hop: Hop) -> str | None:
    return scene.walk.target if scene.walk.end in (End.NO_ADDRESS, End.FAILED) and scene.walk.target else hop.url


def _controls(scene: Scene) -> tuple[Question, ...]:
    address = scene.entrance
    return (scene.root_question(address), scene.other_question(address)) if address else ()


def _foreign_hop(scene: Scene) -> tuple[Hop | None, Lookup | None]:
    """The first hop whose host is another site and whose address is another server."""
    own = set(scene.found.addresses) | scene.expected
    for hop in scene.walk.hops[1:]:
        if (
            _is_another_site(scene, hop.host)
            and not (set(hop.found.addresses) & own)
            and not scene.belongs(hop.address)
        ):
            return hop, hop.found
    walk = scene.walk
    if walk.end is End.NO_ADDRESS and walk.found and walk.hops and _is_another_site(scene, walk.found.host):
        return None, None
    return None, None


def _is_another_site(scene: Scene, host: str) -> bool:
    """Not a name of the certificate, and not below the same registered domain."""
    try:
        domain = Domain.parse(host)
    except InvalidName:
        return False  # an address
    registrable = domain.registrable
    if registrable is not None and registrable.text == scene.zone:
        return False
    return domain not in scene.inquiry.names


def _whole_site(scene: Scene, host: str) -> bool:
    """`/` goes to the same site as the challenge path does (and so does any other path, where that was asked)."""
    if not isinstance(scene.root, HttpAnswer) or not _leads_to(scene, scene.root, "/", host):
        return False
    return not isinstance(scene.other, HttpAnswer) or _leads_to(scene, scene.other, "/{other}", host)


def _leads_to(scene: Scene, answer: HttpAnswer, path: str, host: str) -> bool:
    first = _first_host(scene, answer, path)
    through = {hop.host for hop in scene.walk.hops[1:]}
    return first is not None and (first == host or first in through)


def _first_host(scene: Scene, answer: HttpAnswer, path: str) -> str | None:
    location = answer.header("location")
    if not location or answer.status not in _UNFOLLOWED:
        return None
    target = redirect_target(f"http://{scene.name}{path}", location)
    return target.hostname if target else None


def _root_is_pending(scene: Scene) -> bool:
    return scene.root is None
