"""B: do the zone's name servers answer, alike, and does DNSSEC hold?"""

from triage.diagnose.delegated import Server, in_charge, is_nowhere, servers
from triage.diagnose.found import NOTHING_TO_SAY, Judged, faintly, listed, shown, sometimes
from triage.diagnose.lookup import Kind
from triage.diagnose.registration import tld_denies
from triage.diagnose.scene import Scene
from triage.model import AskDns, DnsAnswer, Finding, Question

CODES = ("lame-delegation", "nameservers-silent", "nameservers-disagree", "dnssec-broken")
_DNSSEC_ERRORS = frozenset(
    (1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 27)
)  # RFC 8914: unsupported algorithm … bogus … NSEC missing


def judge(scene: Scene) -> Judged:
    if tld_denies(scene):
        return NOTHING_TO_SAY
    found: list[Finding] = []
    excluded: set[str] = set()
    broken = _dnssec(scene)
    if broken:
        found.append(broken)
    elif Kind.FULL in scene.found.kinds or Kind.EMPTY in scene.found.kinds:
        excluded |= {"dnssec-broken", "lame-delegation", "nameservers-silent"}
    asked = tuple(server for server in servers(scene) if not server.pending)
    dead = None if broken else _dead(scene, asked)
    if dead and Kind.BROKEN in scene.found.kinds and not scene.found.addresses:
        found.append(dead)
        excluded -= {dead.code}
    differing = _differing(scene, asked)
    if differing:
        found.append(differing)
    elif len([s for s in asked if s.fine]) > 1:
        excluded.add("nameservers-disagree")
    evidence: tuple[Question, ...] = (AskDns(scene.name, "A"), AskDns(scene.zone, "NS"))
    return Judged(tuple(found), frozenset(excluded), evidence)


def _dnssec(scene: Scene) -> Finding | None:
    """SERVFAIL with validation, an answer without: and either the resolver names DNSSEC, or the zone is signed."""
    if scene.found.a is not Kind.BROKEN or scene.found.addresses:
        return None
    question, unchecked = AskDns(scene.name, "A"), AskDns(scene.name, "A", unchecked=True)
    checked, plain = scene.answer(question), scene.answer(unchecked)
    if not isinstance(checked, DnsAnswer) or checked.rcode != "SERVFAIL":
        return None
    named = tuple((code, text) for code, text in checked.errors if code in _DNSSEC_ERRORS)
    answers = isinstance(plain, DnsAnswer) and plain.rcode in ("NOERROR", "NXDOMAIN")
    signed = scene.values(scene.zone, "DS")
    if not (answers and (named or (signed and scene.kind(scene.name, "AAAA") is Kind.BROKEN))):
        return None
    evidence = (question, unchecked, AskDns(scene.zone, "DS"))
    return shown(
        "dnssec-broken",
        evidence,
        zone=scene.zone,
        nameservers=listed(scene.name_servers) or listed(s.name for s in servers(scene)),
        keytag=listed(value.split()[0] for value in signed),
        detail=listed(text or f"EDE {code}" for code, text in named),
    )


def _dead(scene: Scene, asked: tuple[Server, ...]) -> Finding | None:
    """Nobody who is listed can answer. One lame server among several is no cause."""
    cut = in_charge(scene)
    if cut.nameservers and all(is_nowhere(scene, server, cut.glue) for server in cut.nameservers):
        evidence = [AskDns(server, "A") for server in cut.nameservers]
        nowhere = {"zone": cut.zone, "nameservers": listed(cut.nameservers), "count": str(len(cut.nameservers))}
        return shown("nameservers-silent", evidence, **nowhere)
    heard = [s for s in asked if s.kind is not Kind.UNASKED]
    if not heard or len(heard) < len(asked) or any(s.fine for s in heard):
        return None
    lame = [s for s in heard if s.lame]
    evidence = [s.questions[0] for s in heard]
    facts = {
        "zone": in_charge(scene).zone,
        "nameservers": listed(s.name for s in heard),
        "count": str(len(heard)),
        "detail": listed(s.soa.rcode for s in lame if isinstance(s.soa, DnsAnswer) and s.soa.rcode != "NOERROR"),
    }
    if lame:
        operator = scene.atlas.of_name_server(lame[0].name)
        return shown("lame-delegation", evidence, **facts, operator=operator.id if operator else None)
    return shown("nameservers-silent", evidence, **facts)


def _differing(scene: Scene, asked: tuple[Server, ...]) -> Finding | None:
    """Servers in charge that give different addresses: which one the CA meets is a matter of luck."""
    fine = [s for s in asked if s.fine and isinstance(s.a, DnsAnswer)]
    answers = {s.name: frozenset(s.a.of("A")) for s in fine if isinstance(s.a, DnsAnswer)}
    serials = {s.serial for s in fine if s.serial}
    if len(serials) < 2:
        return None  # the same serial with other answers is load balancing
    # With the same addresses everywhere, a difference of serials alone misleads nobody: a hint, no more.
    make = sometimes if len(set(answers.values())) > 1 else faintly
    return make(
        "nameservers-disagree",
        [q for s in fine for q in s.questions],
        zone=in_charge(scene).zone,
        nameservers=listed(s.name for s in fine),
        serials=listed(f"{s.name} {s.serial}" for s in fine),
        addresses=listed(a for found in answers.values() for a in sorted(found)),
    )
