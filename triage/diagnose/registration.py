"""B: is the domain registered, paid and not on hold?"""

from datetime import datetime

from triage.diagnose.delegated import parent_answers, parent_zone
from triage.diagnose.found import Judged, faintly, listed, shown
from triage.diagnose.lookup import Kind
from triage.diagnose.marks import parks
from triage.diagnose.scene import Scene
from triage.model import AskDns, DnsAnswer, Event, Finding, Question, RegistryAnswer
from triage.names import ineligible

CODES = ("name-not-eligible", "not-registered", "domain-expired", "domain-on-hold")
_ENDING = ("redemption period", "pending delete", "redemption", "suspended", "to be suspended", "expired")
_ON_HOLD = ("clienthold", "serverhold")
# `auto renew period` is not among them: registries set it for 45 days, whether the owner pays or not.


def judge(scene: Scene) -> Judged:
    reason = ineligible(scene.inquiry.name)
    if reason:
        return Judged((shown("name-not-eligible", detail=reason, zone=scene.zone),))
    evidence = tld_denies(scene)
    if evidence:
        return Judged((_denied(scene, evidence),), frozenset(("name-not-eligible",)), evidence)
    excluded = {"name-not-eligible"}
    if _is_on_hold(scene):
        # Recursion may still answer for a while from what it kept; the registry has taken the delegation away.
        return Judged(
            (shown("domain-on-hold", scene.registry_questions, **registry_facts(scene)),), frozenset(excluded)
        )
    if scene.kind(scene.zone, "NS") in (Kind.FULL, Kind.EMPTY):
        excluded |= {"not-registered", "domain-on-hold"}
    expiry = _expiry(scene)
    if isinstance(expiry, Finding):
        return Judged((expiry,), frozenset(excluded), scene.registry_questions)
    if expiry:
        excluded |= {"domain-expired", "not-registered"}
    return Judged((), frozenset(excluded), (AskDns(scene.zone, "NS"), *scene.registry_questions))


def in_question(scene: Scene) -> bool:
    """Something looks as it does when a domain has ended, or the mail says so: then the registry is asked."""
    found = scene.found
    if scene.inquiry.event is Event.EXPIRY_WARNING or scene.kind(scene.zone, "NS") in (Kind.ABSENT, Kind.BROKEN):
        return True
    if not found.pending and not found.addresses:
        return True
    if scene.stated.intersection(CODES) or parks(scene):
        return True
    return scene.inquiry.provider.id != "unknown" and bool(scene.foreign)


def tld_denies(scene: Scene) -> tuple[Question, ...]:
    """The questions that prove NXDOMAIN for the registered domain by the TLD's own word; empty where none does.

    A lame name server's NXDOMAIN is not that: the SOA beside it must be the parent's, or the parent's server itself
    must have said so.
    """
    by_parent = tuple(
        q for q, a in parent_answers(scene) if isinstance(a, DnsAnswer) and a.rcode == "NXDOMAIN" and a.authoritative
    )
    if by_parent:
        return by_parent
    found = scene.dns(scene.zone, "NS")
    if found is None or found.rcode != "NXDOMAIN":
        return ()
    owners = {r.name for r in found.authority if r.type == "SOA"}
    above = {scene.zone.partition(".")[2], parent_zone(scene)}
    return (AskDns(scene.zone, "NS"),) if owners & above else ()


def _denied(scene: Scene, evidence: tuple[Question, ...]) -> Finding:
    """The TLD does not know it: not registered, unless the registry says otherwise."""
    registry = scene.registry
    evidence = (*evidence, *scene.registry_questions)
    facts = registry_facts(scene)
    if registry and registry.registered:
        if _has_ended(registry, scene.now):
            return shown("domain-expired", evidence, **facts)
        return shown("domain-on-hold", evidence, **facts)
    return shown("not-registered", evidence, **facts)


def _is_on_hold(scene: Scene) -> bool:
    """By status alone (RFC 5731: a domain on hold is not published), unless its time has run out as well."""
    registry = scene.registry
    if registry is None or not registry.registered or _has_ended(registry, scene.now):
        return False
    return any(status.lower().replace(" ", "") in _ON_HOLD for status in registry.statuses)


def registry_facts(scene: Scene) -> dict[str, str | None]:
    registry = scene.registry
    if registry is None:
        return {"zone": scene.zone}
    return {
        "zone": scene.zone,
        "expires": registry.expires.isoformat(timespec="seconds") if registry.expires else None,
        "registry_status": listed(registry.statuses),
        "registrar": registry.registrar,
    }


def _expiry(scene: Scene) -> Finding | bool:
    """The finding, True where the registration certainly runs on, False where that is not known."""
    registry = scene.registry
    if registry is None and scene.kind(scene.zone, "NS") is Kind.FULL and scene.found.public and not in_question(scene):
        return True  # a domain that has ended leads to its registrar's page, or nowhere
    parked = parks(scene)
    facts = registry_facts(scene) | {
        "nameservers": listed(scene.name_servers),
        "addresses": listed(scene.found.addresses),
    }
    evidence = (*scene.registry_questions, *scene.found.evidence, AskDns(scene.zone, "NS"))
    if registry is None or not registry.registered:
        return False
    if not _has_ended(registry, scene.now):
        # Without a date the status list alone does not say that it is paid.
        return registry.expires is not None
    if _is_ending(registry) or parked or not scene.found.addresses or scene.foreign:
        return shown("domain-expired", evidence, **facts)
    # The date lies behind us, but the name still leads where it led: registries lag after a renewal.
    return faintly("domain-expired", evidence, **facts)


def _has_ended(registry: RegistryAnswer, now: datetime) -> bool:
    return _is_ending(registry) or (registry.expires is not None and registry.expires < now)


def _is_ending(registry: RegistryAnswer) -> bool:
    return any(status.lower() in _ENDING for status in registry.statuses)
