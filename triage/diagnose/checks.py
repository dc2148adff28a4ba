"""Every cause, in the order of blame; the families that judge them; the verdict that follows.

The order is that of the CA's own way, so the first that is shown and blocks is the first that the CA would meet:
nothing to repair (A), domain and DNS (B), address (C), reaching the server (E), its answer (F), CAA (D), the other
methods (G, H), the CA and the account (I), the provider (J). `blocks` is what a shown finding usually does: True it
stops the renewal, False it does not, None now and then. `facts` are the keys that its findings may carry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from triage.diagnose import (
    addresses,
    answer,
    authority,
    caa,
    certificate,
    delegation,
    dns01,
    precheck,
    reach,
    redirect,
    registration,
)
from triage.diagnose.found import Judged
from triage.diagnose.scene import Scene
from triage.diagnose.stated import weigh
from triage.model import Certainty, Finding


@dataclass(frozen=True, slots=True)
class Cause:
    blocks: bool | None
    facts: frozenset[str]


_STATED = "error address url target_host retry_after"
_REGISTRY = "zone expires registry_status registrar"
_POINTS = "zone addresses address expected expected_name nameservers operator reverse cname"
_CAA = "record where ca nameservers zone cname"
_REACH = "address url fault detail reverse path count"
_REDIRECT = "url target target_host address status server count chain"
_PAGE = "url address status server title"


def _cause(blocks: bool | None, facts: str) -> Cause:
    return Cause(blocks, frozenset(f"{facts} {_STATED}".split()))


CAUSES: Mapping[str, Cause] = {
    # A: nothing to repair
    "not-an-alert": _cause(False, ""),
    "already-renewed": _cause(False, "issuer not_before not_after address since logged"),
    "service-names-only": _cause(True, ""),
    "moved-away": _cause(True, "addresses address operator reverse issuer not_before not_after"),
    # B: domain, delegation, DNSSEC
    "name-not-eligible": _cause(True, "detail zone"),
    "not-registered": _cause(True, _REGISTRY),
    "domain-expired": _cause(True, f"{_REGISTRY} nameservers addresses"),
    "domain-on-hold": _cause(True, _REGISTRY),
    "dnssec-broken": _cause(True, "zone nameservers keytag detail"),
    "lame-delegation": _cause(True, "zone nameservers count detail operator"),
    "nameservers-silent": _cause(True, "zone nameservers count detail"),
    "nameservers-disagree": _cause(None, "zone nameservers serials addresses"),
    # C: addresses
    "dangling-cname": _cause(True, "zone nameservers cname chain"),
    "private-address": _cause(True, "zone nameservers addresses"),
    "no-address": _cause(True, "zone nameservers"),
    "behind-cloudflare": _cause(True, _POINTS),
    "behind-cdn": _cause(True, _POINTS),
    "points-elsewhere": _cause(True, _POINTS),
    "stale-aaaa": _cause(True, "zone address addresses expected nameservers status server"),
    "one-address-wrong": _cause(None, "zone address addresses expected nameservers"),
    "www-differs": _cause(True, "addresses where expected"),
    "answers-differ-by-place": _cause(None, "zone address addresses nameservers"),
    "aaaa-lookup-fails": _cause(False, "nameservers"),
    # E: reaching the server
    "ipv6-dead": _cause(True, "zone address addresses nameservers fault target"),
    "port-80-refused": _cause(True, _REACH),
    "port-80-blocked": _cause(True, _REACH),
    "connection-reset": _cause(True, _REACH),
    "unreachable": _cause(True, _REACH),
    "too-slow": _cause(None, _REACH),
    "garbled-reply": _cause(True, _REACH),
    "wrong-protocol-on-80": _cause(True, f"{_REACH} status server"),
    "prober-banned": _cause(None, _REACH),
    "blocked-by-place": _cause(None, ""),
    "home-router": _cause(True, "address title server"),
    # F: the answer
    "parked": _cause(True, f"{_PAGE} operator nameservers zone"),
    "account-suspended": _cause(True, _PAGE),
    "redirect-target-dead": _cause(True, f"{_REDIRECT} fault detail"),
    "site-redirect-elsewhere": _cause(True, f"{_REDIRECT} operator"),
    "redirect-loop": _cause(True, _REDIRECT),
    "too-many-redirects": _cause(True, _REDIRECT),
    "redirect-port": _cause(True, _REDIRECT),
    "redirect-scheme": _cause(True, _REDIRECT),
    "redirect-missing-slash": _cause(True, _REDIRECT),
    "redirect-status": _cause(True, _REDIRECT),
    "redirect-private": _cause(True, _REDIRECT),
    "redirect-tls": _cause(True, f"{_REDIRECT} fault detail"),
    "redirect-drops-path": _cause(True, _REDIRECT),
    "bot-challenge": _cause(True, _PAGE),
    "password-protected": _cause(True, _PAGE),
    "user-agent-filter": _cause(True, _PAGE),
    "challenge-folder-denied": _cause(True, _PAGE),
    "access-denied": _cause(True, _PAGE),
    "server-error": _cause(True, _PAGE),
    "site-not-set-up": _cause(True, _PAGE),
    "app-answers-everything": _cause(None, _PAGE),
    "body-altered": _cause(True, ""),
    "other-token": _cause(True, ""),
    "unexpected-status": _cause(True, _PAGE),
    # D: CAA
    "caa-critical-unknown": _cause(True, _CAA),
    "caa-wildcard-forbidden": _cause(True, _CAA),
    "caa-malformed": _cause(True, _CAA),
    "caa-other-method": _cause(True, _CAA),
    "caa-other-account": _cause(True, _CAA),
    "caa-other-ca": _cause(True, _CAA),
    "caa-lookup-fails": _cause(True, "where fault nameservers zone"),
    # G, H: validation by DNS or TLS
    "wildcard-needs-dns01": _cause(True, "zone"),
    "dns01-other-zone": _cause(True, "zone nameservers operator expected where"),
    "dns01-delegated-away": _cause(True, "where cname operator nameservers zone"),
    "dns01-doubled-label": _cause(True, "where record zone"),
    "dns01-record-missing": _cause(True, ""),
    "dns01-wrong-value": _cause(True, ""),
    "dns01-not-everywhere": _cause(None, "where nameservers zone"),
    "dns01-too-many": _cause(True, ""),
    "alpn-port-443": _cause(True, "address fault"),
    "alpn-not-negotiated": _cause(True, ""),
    "alpn-wrong-certificate": _cause(True, ""),
    # I: the CA and the account
    "rate-limited": _cause(True, ""),
    "account-paused": _cause(True, ""),
    "policy-block": _cause(True, ""),
    "account-problem": _cause(True, ""),
    "ca-retired": _cause(True, ""),
    "order-refused": _cause(True, ""),
    "order-stale": _cause(None, ""),
    "ca-outage": _cause(None, "ca detail since"),
    # J: the provider
    "precheck-refused": _cause(True, "zone nameservers expected operator"),
    "token-not-served": _cause(True, ""),
    "renewal-disabled": _cause(True, ""),
    "old-name-in-order": _cause(True, ""),
    "quota-full": _cause(True, ""),
    "provider-blocks-ca": _cause(True, ""),
    # last of A: what is left when nothing else is found
    "transient": _cause(None, ""),
}

FAMILIES: tuple[Callable[[Scene], Judged], ...] = (
    certificate.judge,
    registration.judge,
    delegation.judge,
    addresses.judge,
    reach.judge,
    redirect.judge,
    answer.judge,
    caa.judge,
    dns01.judge,
    authority.judge,
    precheck.judge,
)
_ON_THE_WAY = frozenset((*reach.CODES, *redirect.CODES, *answer.CODES))
_OF_THE_ZONE = frozenset((*registration.CODES, *delegation.CODES, *authority.CODES))
_UNKNOWN: Mapping[str, Finding] = {
    code: Finding(code, Certainty.UNKNOWN, cause.blocks) for code, cause in CAUSES.items()
}


def findings(scene: Scene) -> tuple[Finding, ...]:
    """One finding for each cause, in the order of blame."""
    found: dict[str, Finding] = dict(_UNKNOWN)
    for family in FAMILIES:
        judged = family(scene)
        for code in judged.excluded:
            found[code] = Finding(code, Certainty.RULED_OUT, CAUSES[code].blocks, evidence=judged.evidence)
        for finding in judged.findings:
            found[finding.code] = finding
    if scene.by_http and not scene.walk.certain:
        for code in _ON_THE_WAY:
            found[code] = reach.demoted(found[code])
    weighed = _nothing_of_what_is_over(_of_this_name_alone(weigh(scene, found)))
    return tuple(_with_what_was_seen(scene, finding) for finding in weighed.values())


def _of_this_name_alone(found: dict[str, Finding]) -> dict[str, Finding]:
    """A panel's own name that fails by itself is harmless; one that does not fail, or fails with its zone, is none.

    Nor did anybody move whose domain has ended or whose zone is broken.
    """
    stopped = {f.code for f in found.values() if f.shown and f.blocks} - {"service-names-only"}
    service, moved = found["service-names-only"], found["moved-away"]
    if service.shown and (not stopped or stopped & _OF_THE_ZONE):
        found["service-names-only"] = replace(service, certainty=Certainty.RULED_OUT)
    if moved.shown and stopped & _OF_THE_ZONE:
        found["moved-away"] = replace(moved, certainty=Certainty.UNKNOWN, blocks=None)
    return found


def _nothing_of_what_is_over(found: dict[str, Finding]) -> dict[str, Finding]:
    """What a notice states of a failure is over where the certificate was renewed after it."""
    if found["already-renewed"].shown:
        for code, finding in found.items():
            if finding.shown and finding.basis == "stated":
                found[code] = replace(finding, certainty=Certainty.UNKNOWN, blocks=CAUSES[code].blocks)
    return found


def _with_what_was_seen(scene: Scene, finding: Finding) -> Finding:
    """Evidence is what was observed; a question that was spared, or is still under way, is none."""
    if not finding.evidence or all(question in scene.seen for question in finding.evidence):
        return finding
    return replace(finding, evidence=tuple(q for q in finding.evidence if q in scene.seen))
