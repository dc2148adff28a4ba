"""What the notice states, weighed against what is seen. In: the findings of the probes. Out: the findings of both.

the probes show one of the causes that the words can mean      they speak for themselves
the probes hint at one                                         the words prove it: shown, as stated
the probes show none, and the notice is recent                 the words count: shown, as stated
the probes rule it out, and the notice is older than the TTL   the probes count: it has been mended since
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from triage.diagnose.found import facts_of
from triage.diagnose.marks import is_html, parked_page, title
from triage.diagnose.scene import Scene
from triage.model import Certainty, Finding, HttpAnswer, Problem

# Codes that one text of the CA can mean (ca-rules section 8), the likeliest first within each row.
_NAME = ("domain-expired", "not-registered", "domain-on-hold", "dangling-cname", "no-address", "private-address")
_ZONE = ("dnssec-broken", "lame-delegation", "nameservers-silent", "nameservers-disagree", "caa-lookup-fails")
_CAA = ("caa-critical-unknown", "caa-wildcard-forbidden", "caa-malformed", "caa-other-method", "caa-other-account",
        "caa-other-ca")  # fmt: skip
_SERVER = ("behind-cloudflare", "behind-cdn", "points-elsewhere", "stale-aaaa", "one-address-wrong")
_REACH = (*_SERVER, "ipv6-dead", "redirect-target-dead")
_NOT_FOUND = ("domain-expired", *_SERVER, "site-redirect-elsewhere", "redirect-drops-path", "parked", "home-router",
              "site-not-set-up", "account-suspended", "user-agent-filter", "token-not-served")  # fmt: skip
_PAGE = ("domain-expired", "bot-challenge", "account-suspended", "site-not-set-up", *_SERVER, "site-redirect-elsewhere",
         "redirect-drops-path", "parked", "home-router", "app-answers-everything")  # fmt: skip
_DENIED = (
    "access-denied",
    "challenge-folder-denied",
    "bot-challenge",
    "user-agent-filter",
    "account-suspended",
    *_SERVER,
)
_BODY = ("app-answers-everything", "body-altered", "other-token")
_STATUS = ("wrong-protocol-on-80", "server-error", "bot-challenge", "unexpected-status", "redirect-status")
_DNS01 = ("dns01-other-zone", "dns01-delegated-away", "dns01-doubled-label", "dns01-not-everywhere", "dns01-too-many",
          "dns01-wrong-value", "dns01-record-missing")  # fmt: skip
_ROWS: Mapping[str, tuple[str, ...]] = {
    code: row
    for codes, row in (
        (_NAME, (*_NAME, *_ZONE[:3])),
        (_ZONE, (*_ZONE, "domain-on-hold", "domain-expired")),
        (_CAA, _CAA),
        (_DNS01, _DNS01),
        (("points-elsewhere", "token-not-served", "site-redirect-elsewhere", "stale-aaaa"), _NOT_FOUND),
        (("app-answers-everything", "parked", "site-not-set-up"), _PAGE),
        (("body-altered", "other-token"), _BODY),
        (("access-denied", "challenge-folder-denied", "user-agent-filter"), _DENIED),
        (("server-error", "unexpected-status"), _STATUS),
    )
    for code in codes
}
_PASSES_BY_ITSELF = frozenset(("transient", "order-stale", "ca-outage"))
_GOT = re.compile(r'\(got "(.*?)"\)', re.DOTALL)
_WANTED = re.compile(r'Expected "(.*?)"', re.DOTALL)
_KEY_AUTHORIZATION = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
_EMPTY_TITLES = frozenset(("", "page", "index", "home", "website", "domain", "welcome"))
_CONNECTION = ("port-80-refused", "port-80-blocked", "connection-reset", "unreachable", "too-slow", "garbled-reply")
# What goes away by itself, when nothing of it can be seen any more.
_PASSING = frozenset((*_CONNECTION, *_ZONE, "server-error", "blocked-by-place", "redirect-target-dead"))
_OF_ITS_TIME = frozenset(("ca-outage",))  # a status page that is fine now says nothing of the time of the failure
_AMBIGUOUS_404 = frozenset(("points-elsewhere", "token-not-served", "site-redirect-elsewhere", "stale-aaaa"))
_AMBIGUOUS_PAGE = frozenset(("app-answers-everything", "parked"))


def meanings(code: str) -> tuple[str, ...]:
    """Every cause that the words behind a stated code can mean."""
    if code in _CONNECTION:
        return (*_REACH, code, "too-slow" if code == "port-80-blocked" else code)
    return _ROWS.get(code, (code,))


def weigh(scene: Scene, findings: Mapping[str, Finding]) -> dict[str, Finding]:
    weighed = dict(findings)
    for problem in scene.statements:
        if problem.cause and problem.cause in weighed and not scene.is_over(problem):
            _add(scene, problem, problem.cause, weighed)
    return weighed


def _add(scene: Scene, problem: Problem, code: str, weighed: dict[str, Finding]) -> None:
    if any(_explains(weighed[c]) for c in meanings(code) if c in weighed):
        return
    if problem.secondary:
        by_place = _by_place(scene, problem, weighed)
        weighed[by_place] = replace(_stated(weighed[by_place], problem), blocks=True)
        return
    chosen = _chosen(scene, problem, code, weighed)
    before = weighed[chosen]
    if before.certainty is Certainty.RULED_OUT and scene.stale_notice and code not in _OF_ITS_TIME:
        if code in _PASSING and "transient" in weighed:
            weighed["transient"] = _stated(weighed["transient"], problem)
        return
    weighed[chosen] = _stated(before, problem)


def _by_place(scene: Scene, problem: Problem, weighed: Mapping[str, Finding]) -> str:
    """The CA's first look was fine, so what it met elsewhere depends on the place: by DNS, else by a filter."""
    if problem.cause and problem.cause.startswith("dns01-"):
        return "dns01-not-everywhere"
    if weighed["nameservers-disagree"].shown:
        return "nameservers-disagree"
    addresses = scene.found.addresses
    if problem.address and addresses and problem.address not in addresses:
        return "answers-differ-by-place"
    return "blocked-by-place"


def _explains(finding: Finding) -> bool:
    return finding.shown and finding.basis == "seen" and finding.blocks is not False


def _stated(before: Finding, problem: Problem) -> Finding:
    url = problem.url
    facts = facts_of(
        {
            "error": problem.error,
            "address": problem.address,
            "url": url,
            "target_host": _host(url),
            "retry_after": problem.retry_after,
        }
    )
    # A failure that happened is more than a cause that strikes now and then, unless it passes by itself.
    blocks = True if before.blocks is None and before.code not in _PASSES_BY_ITSELF else before.blocks
    return replace(before, certainty=Certainty.SHOWN, basis="stated", blocks=blocks, facts={**before.facts, **facts})


def _chosen(scene: Scene, problem: Problem, code: str, weighed: Mapping[str, Finding]) -> str:
    """The one cause that the words mean here."""
    hints = [c for c in meanings(code) if c in weighed and _is_hint(weighed[c])]
    if code in _AMBIGUOUS_404:
        return _not_found(scene, problem, hints)
    if code in _BODY:
        return _other_body(problem, code, hints)
    if (code == "redirect-tls" and not scene.walk.redirected) or ("tls-alpn" in problem.error and code in _CONNECTION):
        return "alpn-port-443"  # the CA knocked at 443 by itself
    if code == "dns01-other-zone" and not _is_hint(weighed[code]) and "looking up TXT" in problem.error:
        return next(iter(hints), "dns01-record-missing")
    if code in _AMBIGUOUS_PAGE:
        return _page(scene, code, hints)
    return next(iter(hints), code)


def _is_hint(finding: Finding) -> bool:
    return finding.certainty is Certainty.UNKNOWN and bool(finding.evidence)


def _not_found(scene: Scene, problem: Problem, hints: Iterable[str]) -> str:
    """The CA got a 404: the token was not where it looked, be it by redirect, by IPv6, by address or by the host."""
    host = _host(problem.url)
    if host and host != scene.name and not host.endswith("." + scene.zone) and host != scene.zone:
        return "site-redirect-elsewhere"
    if problem.address and ":" in problem.address and scene.found.public4:
        return "stale-aaaa"
    first = next(iter(hints), None)
    if first:
        return first
    address = problem.address or scene.found.first
    if address and address in scene.found.public and scene.belongs(address):
        return "token-not-served"
    return "points-elsewhere"


def _page(scene: Scene, code: str, hints: Iterable[str]) -> str:
    """The CA got a page: one and the same for every path is how a parking service answers."""
    strong = [hint for hint in hints if hint != "app-answers-everything"]
    if strong:
        return strong[0]
    return (
        "parked"
        if one_page_for_all(scene) and nothing_of_its_own(scene)
        else ("app-answers-everything" if code == "parked" else code)
    )


def one_page_for_all(scene: Scene) -> bool:
    """`/`, the challenge path and a random path give the very same page, and it is no script's shell."""
    last = scene.walk.last
    pages = (scene.root, scene.other, last.answer if last else None)
    bodies = {p.body.strip() for p in pages if isinstance(p, HttpAnswer) and p.status == 200}
    if len(bodies) != 1 or not all(isinstance(p, HttpAnswer) for p in pages):
        return False
    if any(parked_page(page, scene) for page in pages):
        return True
    return is_html(pages[0]) and "<script" not in bodies.pop().lower()


def nothing_of_its_own(scene: Scene) -> bool:
    """The page has no title but its domain's name or a word that means nothing."""
    words = (title(scene.root) or "").lower()
    return words in _EMPTY_TITLES or words in (scene.name, scene.zone) or parked_page(scene.root, scene)


def _other_body(problem: Problem, code: str, hints: Iterable[str]) -> str:
    """`(got "…")` tells: nothing at all, another token's answer, or the right one with something around it."""
    got = _GOT.search(problem.error)
    if got is None:
        return next(iter(hints), code)
    if not got[1]:
        return next(iter(hints), "other-token")
    wanted = _WANTED.search(problem.error)
    if wanted and wanted[1] in got[1]:
        return "body-altered"
    return "other-token" if _KEY_AUTHORIZATION.match(got[1]) else "body-altered"


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url).hostname if url else None
    except ValueError:
        return None
