"""F: what does the server say to the CA? A 404 to a random name is normal; a page or a refusal is not."""

from triage.diagnose.found import Judged, faintly, hinted, shown
from triage.diagnose.marks import (
    challenges,
    default_page,
    is_html,
    parked_page,
    parks,
    suspended_page,
    title,
    tls_on_80,
)
from triage.diagnose.scene import Scene
from triage.diagnose.walk import End, Hop
from triage.model import Failure, Finding, HttpAnswer, Question

CODES = (
    "parked", "account-suspended", "bot-challenge", "password-protected", "user-agent-filter", "access-denied",
    "challenge-folder-denied", "server-error", "site-not-set-up", "app-answers-everything", "body-altered",
    "other-token",     "unexpected-status",
)  # fmt: skip
_SEEN = frozenset(CODES) - {"body-altered", "other-token"}  # what an answer can rule out
_TURNED_AWAY = frozenset((403, 406, 429))
_SCRIPT_STATUS = frozenset((200, 202, 401, 403, 405, 429, 503))


def judge(scene: Scene) -> Judged:
    walk, last = scene.walk, scene.walk.last
    if not scene.by_http or last is None:
        return Judged()
    parked = _parked(scene)
    if walk.end is not End.ANSWERED or not isinstance(last.answer, HttpAnswer):
        return Judged((parked,)) if parked else Judged()
    finding = parked or _page(scene, last, last.answer) or _by_status(scene, last, last.answer)
    filtered = _filtered(scene, last)
    findings = tuple(
        f for f in (finding, filtered if not finding or finding.code != "user-agent-filter" else None) if f
    )
    codes = {f.code for f in findings}
    return Judged(findings, _SEEN - codes, (last.question,))


def facts_of_hop(hop: Hop) -> dict[str, str | None]:
    answer = hop.answer if isinstance(hop.answer, HttpAnswer) else None
    return {
        "url": hop.url,
        "address": hop.address,
        "status": str(answer.status) if answer else None,
        "server": answer.header("server") if answer else None,
        "title": title(answer),
    }


def same_kind(one: HttpAnswer, other: HttpAnswer) -> bool:
    """Alike in status, Server header and target: two addresses of one server."""
    return (one.status, one.header("server"), one.header("location")) == (
        other.status,
        other.header("server"),
        other.header("location"),
    )


def is_refusal(answer: HttpAnswer, scene: Scene) -> bool:
    """An answer with which no token comes back, whatever its name."""
    if answer.status in (401, 403, 429) or answer.status >= 500 or tls_on_80(answer):
        return True
    return challenges(answer) or parked_page(answer, scene) or (answer.status == 200 and is_html(answer))


def _evidence(scene: Scene, last: Hop) -> list[Question]:
    address = scene.entrance
    controls = (
        (scene.root_question(address), scene.other_question(address), scene.like_ca_question(address))
        if address
        else ()
    )
    return [last.question, *(q for q in controls if q in scene.seen)]


def _parked(scene: Scene) -> Finding | None:
    """Shown by the parking service's own marks; a page that is merely the same everywhere is only a hint."""
    last = scene.walk.last
    if last is None or not parks(scene):
        return None
    operators = (scene.dns_operator, scene.cname_operator, *scene.operators)
    operator = next((o for o in operators if o is not None and o.kind == "parking"), None)
    page = scene.root if parked_page(scene.root, scene) else last.answer
    facts = facts_of_hop(last) | {
        "title": title(page),
        "operator": operator.id if operator else None,
        "nameservers": ", ".join(scene.name_servers),
        "zone": scene.zone,
    }
    return shown("parked", _evidence(scene, last), **facts)


def _page(scene: Scene, last: Hop, answer: HttpAnswer) -> Finding | None:
    """Pages that say what they are."""
    facts, evidence = facts_of_hop(last), _evidence(scene, last)
    if tls_on_80(answer):
        return None  # named by `reach`
    if suspended_page(answer, scene):
        return shown("account-suspended", evidence, **facts)
    if challenges(answer) and answer.status in _SCRIPT_STATUS:
        return shown("bot-challenge", evidence, **facts)
    if answer.status == 404 and default_page(scene.root, scene):
        # A web server fresh from its package can serve a token all the same.
        return faintly("site-not-set-up", evidence, **facts | {"title": title(scene.root)})
    if answer.status == 200 and default_page(answer, scene):
        return shown("site-not-set-up", evidence, **facts)
    return None


def _by_status(scene: Scene, last: Hop, answer: HttpAnswer) -> Finding | None:
    facts, evidence = facts_of_hop(last), _evidence(scene, last)
    if answer.status == 401:
        return shown("password-protected", evidence, **facts)
    if answer.status == 403:
        return _denied(scene, last)
    if 500 <= answer.status < 600:
        return _server_error(scene, last)
    if answer.status == 200:
        return _answers_all(scene, last, answer)
    if answer.status == 404 or 300 <= answer.status < 400 or tls_on_80(answer):
        return None
    return _unexpected(scene, last, answer)


def _status(answer: HttpAnswer | Failure | None) -> int | None:
    return answer.status if isinstance(answer, HttpAnswer) else None


def _denied(scene: Scene, last: Hop) -> Finding:
    """The whole site, the folder only, or only our own agent."""
    facts, evidence = facts_of_hop(last), _evidence(scene, last)
    first_hop = last is scene.walk.hops[0] or last.fell_back
    if first_hop and isinstance(scene.like_ca, HttpAnswer) and scene.like_ca.status in (200, 404):
        return faintly("access-denied", evidence, **facts)  # we are turned away, the CA is not
    if not first_hop or scene.root is None or scene.other is None:
        return shown("access-denied", evidence, **facts)
    root, other = _status(scene.root), _status(scene.other)
    if other is not None and other != 403:
        return shown("challenge-folder-denied", evidence, **facts)
    if root in (200, 301, 302) and other == 403:
        # Object stores say 403 for what does not exist; a file that does would be served.
        return hinted("access-denied", evidence, **facts)
    return shown("access-denied", evidence, **facts)


def _filtered(scene: Scene, last: Hop) -> Finding | None:
    """Our own agent is let through, one of the CA's shape is not."""
    first = scene.walk.hops[0]
    if _status(scene.like_ca) not in _TURNED_AWAY or _status(last.answer) not in (200, 404):
        return None
    if len(scene.walk.hops) > 1 and not last.fell_back:
        return None
    facts = facts_of_hop(first) | {"status": str(_status(scene.like_ca)), "address": last.address}
    if _status(scene.other) in _TURNED_AWAY:  # our own agent as well, by now: it is our number of requests
        return hinted("prober-banned", _evidence(scene, last), url=first.url, address=last.address)
    return shown("user-agent-filter", _evidence(scene, last), **facts)


def _server_error(scene: Scene, last: Hop) -> Finding:
    """A site that works elsewhere may only fail at missing pages; then the token itself might be served."""
    facts, evidence = facts_of_hop(last), _evidence(scene, last)
    root, other = _status(scene.root), _status(scene.other)
    works = root is not None and root < 500
    if works and other is not None and other >= 500:
        return hinted("server-error", evidence, **facts)
    return shown("server-error", evidence, **facts)


def _answers_all(scene: Scene, last: Hop, answer: HttpAnswer) -> Finding | None:
    """A page for a name that nobody has. Weak: an existing file may well be served before it."""
    body = answer.body.strip()
    if "{token}" in body and not is_html(answer):
        return None  # a server that answers every token by its own account key, as some clients set up
    return hinted("app-answers-everything", _evidence(scene, last), **facts_of_hop(last))


def _unexpected(scene: Scene, last: Hop, answer: HttpAnswer) -> Finding:
    facts, evidence = facts_of_hop(last), _evidence(scene, last)
    if answer.status == 429 and _status(scene.root) in (200, 301, 302, 404):
        return hinted("prober-banned", evidence, url=last.url, address=last.address)
    if answer.status == 410 and _status(scene.root) == 200:
        return faintly("unexpected-status", evidence, **facts)  # another word for 404
    if _status(scene.root) == answer.status or _status(scene.other) != answer.status:
        return shown("unexpected-status", evidence, **facts)
    return hinted("unexpected-status", evidence, **facts)
