"""G and H: what validation by DNS or by TLS would meet, as far as it can be seen outside of a run."""

from triage.diagnose.delegated import servers
from triage.diagnose.found import Judged, hinted, listed, shown
from triage.diagnose.lookup import Kind
from triage.diagnose.scene import Scene
from triage.model import AskDns, AskTls, DnsAnswer, Failure, Fault, Finding, Provider

CODES = (
    "dns01-record-missing", "dns01-wrong-value", "dns01-doubled-label", "dns01-delegated-away", "dns01-other-zone",
    "dns01-not-everywhere", "dns01-too-many", "wildcard-needs-dns01", "alpn-port-443", "alpn-not-negotiated",
    "alpn-wrong-certificate",
)  # fmt: skip


def judge(scene: Scene) -> Judged:
    checks = (
        _delegated_away(scene),
        _doubled(scene),
        _not_everywhere(scene),
        _other_zone(scene),
        _wildcard(scene),
        _port_443(scene),
    )
    findings = tuple(f for f in checks if f)
    codes = {f.code for f in findings}
    excluded: set[str] = set()
    if not scene.inquiry.name.is_wildcard:
        excluded.add("wildcard-needs-dns01")
    if scene.by_dns and scene.kind(label(scene), "CNAME") in (Kind.EMPTY, Kind.ABSENT):
        excluded |= {"dns01-delegated-away"}
    return Judged(findings, frozenset(excluded - codes))


def label(scene: Scene) -> str:
    return f"_acme-challenge.{scene.name}"


def _delegated_away(scene: Scene) -> Finding | None:
    """The challenge's name is an alias or a zone of somebody who is not the provider."""
    if not (scene.by_dns or _stated(scene)):
        return None
    found = scene.dns(label(scene), "CNAME")
    target = next(iter(found.of("CNAME")), None) if found else None
    name_servers = scene.values(label(scene), "NS")
    if not target and not name_servers:
        return None
    operator = scene.atlas.of_cname(target) if target else scene.atlas.of_name_server(name_servers[0])
    if operator is not None and operator.id == scene.inquiry.provider.id:
        return None
    evidence = (AskDns(label(scene), "CNAME"), AskDns(label(scene), "NS"))
    facts = {"where": label(scene), "cname": target, "operator": operator.id if operator else None}
    return hinted("dns01-delegated-away", evidence, **facts, nameservers=listed(name_servers), zone=scene.zone)


def _doubled(scene: Scene) -> Finding | None:
    """The record was entered with the domain twice."""
    doubled = f"{label(scene)}.{scene.name}"
    text = scene.values(doubled, "TXT")
    if not text or scene.values(label(scene), "TXT"):
        return None
    return shown("dns01-doubled-label", (AskDns(doubled, "TXT"),), where=doubled, record=listed(text), zone=scene.zone)


def _not_everywhere(scene: Scene) -> Finding | None:
    """The zone's own servers give different records: one of them has not got the new one yet."""
    asked = {(s.name, AskDns(label(scene), "TXT", at=s.address)) for s in servers(scene)}
    answers = {name: (q, a) for name, q in asked if isinstance(a := scene.answer(q), DnsAnswer)}
    texts = {frozenset(a.of("TXT")) for _, a in answers.values()}
    if len(texts) < 2:
        return None
    listed_servers = listed(sorted(answers))
    evidence = sorted((q for q, _ in answers.values()), key=lambda q: q.at)
    return hinted("dns01-not-everywhere", evidence, where=label(scene), nameservers=listed_servers, zone=scene.zone)


def _other_zone(scene: Scene) -> Finding | None:
    """The provider writes its record into a zone that is not in charge."""
    provider = scene.inquiry.provider
    if not scene.by_dns or not provider.nameservers or not scene.name_servers:
        return None
    if any(is_nameserver_of(server, provider) for server in scene.name_servers):
        return None
    if scene.dns(label(scene), "CNAME") is not None and scene.values(label(scene), "CNAME"):
        return None
    operator = scene.dns_operator
    return shown(
        "dns01-other-zone",
        (AskDns(scene.zone, "NS"),),
        zone=scene.zone,
        nameservers=listed(scene.name_servers),
        operator=operator.id if operator else None,
        expected=listed(provider.nameservers),
        where=label(scene),
    )


def is_nameserver_of(server: str, provider: Provider) -> bool:
    return any(
        server == pattern or (pattern.startswith("*.") and server.endswith(pattern[1:]))
        for pattern in provider.nameservers
    )


def _wildcard(scene: Scene) -> Finding | None:
    methods = scene.inquiry.provider.methods
    if not scene.inquiry.name.is_wildcard or not methods or "dns-01" in methods:
        return None
    return shown("wildcard-needs-dns01", zone=scene.zone)


def _port_443(scene: Scene) -> Finding | None:
    if not scene.by_alpn or not scene.found.first:
        return None
    question = AskTls(scene.name, scene.found.first)
    answer = scene.answer(question)
    if not isinstance(answer, Failure) or answer.fault not in (Fault.REFUSED, Fault.TIMEOUT, Fault.UNREACHABLE):
        return None
    return shown("alpn-port-443", (question,), address=scene.found.first, fault=answer.fault.value)


def _stated(scene: Scene) -> bool:
    return any(code.startswith("dns01-") for code in scene.stated)
