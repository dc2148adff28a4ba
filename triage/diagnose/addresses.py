"""C: does the name have addresses, and are they the right ones?"""

from collections.abc import Iterable
from dataclasses import replace

from triage.diagnose.answer import is_refusal, same_kind
from triage.diagnose.delegated import alias_as_served, parent_answers
from triage.diagnose.found import Judged, faintly, harmless, hinted, listed, shown, sometimes
from triage.diagnose.lookup import OURS, Kind, lookup
from triage.diagnose.registration import tld_denies
from triage.diagnose.reserved import reverse_name
from triage.diagnose.scene import Scene
from triage.diagnose.walk import DIAL_FAILED, first_question
from triage.model import AskDns, DnsAnswer, Failure, Fault, Finding, HttpAnswer, Provider, Question

CODES = (
    "no-address", "dangling-cname", "private-address", "behind-cloudflare", "behind-cdn", "points-elsewhere",
    "stale-aaaa", "one-address-wrong", "www-differs", "answers-differ-by-place", "aaaa-lookup-fails",
)  # fmt: skip
# It connects, so the CA does not go back to the A, and then does not talk as the A does.
_TALKS_OTHERWISE = frozenset((Fault.RESET, Fault.CLOSED, Fault.GARBLED))
_ELSEWHERE = ("cdn", "builder")
LONGEST_ALIAS = 9  # names of a chain that every resolver follows; Unbound gives up after 11 CNAMEs, BIND after 16


def judge(scene: Scene) -> Judged:
    found = scene.found
    if found.pending:
        return Judged()
    if not found.public:
        return _nowhere(scene)
    excluded = {"no-address", "dangling-cname", "private-address"}
    findings = [
        f for f in (*_whose(scene), _stale_aaaa(scene), _one_wrong(scene), _aaaa_fails(scene), _www(scene)) if f
    ]
    codes = {f.code for f in findings}
    if not scene.unclear and not scene.foreign and found.public:
        excluded |= {"points-elsewhere", "behind-cloudflare", "behind-cdn"}
    if found.aaaa is Kind.EMPTY:
        excluded |= {"stale-aaaa", "aaaa-lookup-fails"}
    elif found.aaaa in (Kind.FULL, Kind.ABSENT):
        excluded.add("aaaa-lookup-fails")
    if len(found.public4) < 2 and found.a in (Kind.FULL, Kind.EMPTY):
        excluded.add("one-address-wrong")
    return Judged(tuple(findings), frozenset(excluded - codes), found.evidence)


def _nowhere(scene: Scene) -> Judged:
    """No address that the CA would use. Only plain answers prove it; a failed half proves nothing against the other."""
    found = scene.found
    facts = {"zone": scene.zone, "nameservers": listed(scene.name_servers)}
    broken = _broken_alias(scene)
    if broken:
        return Judged((replace(broken, facts={**facts, **broken.facts}),), evidence=broken.evidence)
    if found.addresses and not found.unsure:
        private = shown("private-address", found.evidence, addresses=listed(found.addresses), **facts)
        return Judged((private,), frozenset(("no-address", "dangling-cname")), found.evidence)
    if found.kinds - {Kind.ABSENT, Kind.EMPTY} and not (found.a in (Kind.ABSENT, Kind.EMPTY) and not found.unsure):
        return Judged()
    if tld_denies(scene):
        return Judged()
    if len(found.chain) > 1:
        chain = " → ".join(found.chain)
        dangling = shown("dangling-cname", found.evidence, cname=found.chain[-1], chain=chain, **facts)
        return Judged((dangling,), frozenset(("no-address", "private-address")), found.evidence)
    delegated = any(isinstance(answer, DnsAnswer) and answer.rcode == "NOERROR" for _, answer in parent_answers(scene))
    if scene.kind(scene.zone, "NS") not in (Kind.FULL, Kind.EMPTY) and scene.name == scene.zone and not delegated:
        return Judged()  # the domain itself is in doubt, not its record
    return Judged((shown("no-address", found.evidence, **facts),), frozenset(("private-address",)), found.evidence)


def _broken_alias(scene: Scene) -> Finding | None:
    """The servers in charge are fine and give an alias, but no resolver gets to its end: it runs in a circle, is too
    long, or leads to a name that cannot be looked up either.
    """
    if not scene.found.broken:
        return None
    chain = alias_as_served(scene)
    if len(chain) < 2:
        return None
    target = lookup(scene.seen, chain[-1])
    if target.pending or target.unsure:
        return None
    if target.public and len(chain) <= LONGEST_ALIAS:
        return None
    facts = {"cname": chain[-1], "chain": " → ".join(chain)}
    return shown("dangling-cname", (*scene.found.evidence, *target.evidence), **facts)


# ---- whose server is it


def _whose(scene: Scene) -> Iterable[Finding | None]:
    """One finding for addresses that are not the provider's: Cloudflare, another CDN or builder, or just elsewhere."""
    public = scene.found.public
    operator = _front(scene)
    strange = scene.foreign or (public if operator and not _any_belongs(scene) else ())
    if not strange:
        return (_name_servers_only(scene),)
    if operator is not None:
        return (_behind(scene, operator, strange),)
    if len(scene.foreign) == len(public) or _first_belongs_not(scene):
        return (_elsewhere(scene),)
    return ()


def _any_belongs(scene: Scene) -> bool:
    return any(scene.belongs(address) for address in scene.found.public)


def _first_belongs_not(scene: Scene) -> bool:
    """The A of a site whose AAAA, if any, is not the provider's either; mixed sets are judged by their own causes."""
    return bool(scene.found.public4) and all(a in scene.foreign for a in scene.found.public4)


def _front(scene: Scene) -> Provider | None:
    """The CDN or builder in front, where every address is one's."""
    operators = [scene.operator(address) for address in scene.found.public]
    known = [o for o in (*operators, scene.cname_operator) if o is not None and o.kind in _ELSEWHERE]
    own = scene.inquiry.provider.id
    return next((o for o in known if o.id != own), None)


def _name_servers_only(scene: Scene) -> Finding | None:
    """Name servers at Cloudflare and the address right: fine for the CA, not for a host that checks name servers."""
    provider, operator = scene.inquiry.provider, scene.dns_operator
    if provider.precheck != "nameservers" or operator is None or operator.id != "cloudflare":
        return None
    return shown("behind-cloudflare", (AskDns(scene.zone, "NS"),), **_where_it_points(scene), operator=operator.id)


def _behind(scene: Scene, operator: Provider, strange: Iterable[str]) -> Finding:
    """Blocks for a provider that looks at the address first; a proxy as such lets the challenge through."""
    code = "behind-cloudflare" if operator.id == "cloudflare" else "behind-cdn"
    evidence = (*scene.found.evidence, AskDns(scene.zone, "NS"))
    facts = _where_it_points(scene) | {"operator": operator.id, "address": next(iter(strange), None)}
    if scene.inquiry.provider.id == "unknown":
        if operator.kind == "builder" and scene.told_of_failure:
            return hinted(code, evidence, **facts)
        return harmless(code, evidence, **facts)
    if scene.inquiry.provider.precheck in ("address", "nameservers") or operator.kind == "builder":
        return shown(code, evidence, **facts)
    return sometimes(code, evidence, **facts)


def _elsewhere(scene: Scene) -> Finding:
    """Shown where the address is not the expected one and the server there is not of this host's kind."""
    evidence: list[Question] = [*scene.found.evidence, AskDns(scene.zone, "NS")]
    evidence += [q for a in scene.foreign if (q := AskDns(reverse_name(a), "PTR")) in scene.seen]
    first = scene.inquiry.first_domain
    if first:
        evidence.append(AskDns(first.text, "A"))
    found = shown("points-elsewhere", evidence, **_where_it_points(scene))
    return replace(found, basis="stated") if scene.disowned.issuperset(scene.foreign) else found


def _where_it_points(scene: Scene) -> dict[str, str | None]:
    address = next(iter(scene.foreign), scene.found.first)
    operator = scene.operator(address) if address else None
    first = scene.inquiry.first_domain
    return {
        "zone": scene.zone,
        "addresses": listed(scene.found.addresses),
        "address": address,
        "expected": listed(sorted(scene.expected)),
        "expected_name": first.text if first else None,
        "nameservers": listed(scene.name_servers),
        "operator": operator.id if operator else None,
        "reverse": scene.reverse(address) if address else None,
        "cname": scene.found.chain[-1] if len(scene.found.chain) > 1 else None,
    }


# ---- several addresses


def _stale_aaaa(scene: Scene) -> Finding | None:
    """The AAAA leads to another server than the A: by what we know of the host, or by how it answers."""
    found = scene.found
    if not found.public6 or not found.public4:
        return None
    v6, v4 = found.public6[0], found.public4[0]
    facts = {"address": v6, "addresses": listed(found.addresses), "nameservers": listed(scene.name_servers)}
    facts |= {"zone": scene.zone, "expected": listed(sorted(scene.expected))}
    evidence = (*found.evidence, first_question(scene.name, v6), first_question(scene.name, v4))
    if v6 in scene.foreign and scene.belongs(v4):
        return shown("stale-aaaa", evidence, **facts)
    six, four = scene.first_answer(v6), scene.first_answer(v4)
    if isinstance(six, Failure) and six.fault in _TALKS_OTHERWISE:
        works = isinstance(four, HttpAnswer) and not is_refusal(four, scene)
        return shown("stale-aaaa", evidence, **facts) if works else None
    if not isinstance(six, HttpAnswer) or not isinstance(four, HttpAnswer) or same_kind(six, four):
        return None
    if is_refusal(six, scene) and not is_refusal(four, scene):
        return shown("stale-aaaa", evidence, **facts, status=str(six.status), server=six.header("server"))
    return faintly("stale-aaaa", evidence, **facts, status=str(six.status), server=six.header("server"))


def _one_wrong(scene: Scene) -> Finding | None:
    """Several A, and one of them is dead or another's. The CA takes the first of the answer, so it comes and goes."""
    public4 = scene.found.public4
    if len(public4) < 2:
        return None
    wrong = [a for a in public4 if _is_wrong(scene, a)]
    if not wrong or len(wrong) == len(public4):
        return None
    if any(isinstance(a := scene.first_answer(address), Failure) and a.fault in OURS for address in public4):
        return None
    evidence = (*scene.found.evidence, *(first_question(scene.name, a) for a in public4))
    make = shown if scene.found.first in wrong else sometimes
    facts = {"address": wrong[0], "addresses": listed(public4), "expected": listed(sorted(scene.expected))}
    facts |= {"zone": scene.zone, "nameservers": listed(scene.name_servers)}
    return make("one-address-wrong", evidence, **facts)


def _is_wrong(scene: Scene, address: str) -> bool:
    answer = scene.first_answer(address)
    if isinstance(answer, Failure) and answer.fault in DIAL_FAILED:
        return not isinstance(scene.answer(scene.root_question(address)), HttpAnswer)
    return address in scene.foreign


def _aaaa_fails(scene: Scene) -> Finding | None:
    """The CA passes when the A is fine (Boulder: only both failing is an error)."""
    if scene.found.aaaa is not Kind.BROKEN or not scene.found.public4:
        return None
    return harmless("aaaa-lookup-fails", scene.found.evidence, nameservers=listed(scene.name_servers))


def _www(scene: Scene) -> Finding | None:
    """The apex and www of one certificate share no address."""
    other = scene.name.removeprefix("www.") if scene.name.startswith("www.") else f"www.{scene.name}"
    if all(name.text != other for name in scene.inquiry.names):
        return None
    theirs = scene.values(other, "A")
    if not theirs or not scene.found.v4 or set(theirs) & set(scene.found.v4):
        return None
    evidence = (*scene.found.evidence, AskDns(other, "A"))
    facts = {"addresses": listed(scene.found.v4), "where": other, "expected": listed(theirs)}
    return harmless("www-differs", evidence, **facts)
