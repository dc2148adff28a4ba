"""The servers of a zone, asked one by one: who they are, where they are, what each says. In: what was seen.

The zone in charge of a name is that of its registered domain, or one below it that has servers of its own: a shop's
`ec.` at the cart service. The upper zone's servers name the lower one's, as a registry names theirs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from triage.diagnose.lookup import Kind, chain, kind
from triage.diagnose.reserved import is_reserved
from triage.diagnose.scene import Scene
from triage.model import Answer, AskDns, DnsAnswer, Failure, Question

MOST_SERVERS = 6  # name servers of one zone that are asked themselves
MOST_PARENTS = 2


@dataclass(frozen=True, slots=True)
class Server:
    """One name server at one address, and what it says of the zone (SOA) and of the name (A)."""

    name: str
    address: str
    soa: Answer | Failure | None
    a: Answer | Failure | None
    questions: tuple[Question, ...]

    @property
    def pending(self) -> bool:
        return self.soa is None

    @property
    def kind(self) -> Kind:
        return kind(self.soa, "SOA")

    @property
    def lame(self) -> bool:
        """It answers, but is not in charge: REFUSED, SERVFAIL, NOTAUTH or an answer without AA."""
        if not isinstance(self.soa, DnsAnswer):
            return False
        return self.soa.rcode != "NOERROR" or not self.soa.authoritative

    @property
    def silent(self) -> bool:
        return self.kind is Kind.BROKEN and isinstance(self.soa, Failure)

    @property
    def fine(self) -> bool:
        return isinstance(self.soa, DnsAnswer) and not self.lame

    @property
    def serial(self) -> str | None:
        soa = self.soa.of("SOA") if isinstance(self.soa, DnsAnswer) else ()
        parts = soa[0].split() if soa else []
        return parts[2] if len(parts) > 2 else None


def parent_zone(scene: Scene) -> str:
    """The zone above, as far as recursion told: `jp` for a name in `co.jp`, which is no zone of its own."""
    suffix = scene.zone.partition(".")[2]
    found = scene.dns(suffix, "NS")
    if found and not found.of("NS"):
        return next((r.name for r in found.authority if r.type == "SOA"), suffix)
    return suffix


def parent_answers(scene: Scene) -> Iterator[tuple[AskDns, DnsAnswer | Failure | None]]:
    """What the servers of the zone above say about the delegation."""
    for server in scene.values(parent_zone(scene), "NS")[:MOST_PARENTS]:
        for address in scene.values(server, "A")[:1]:
            question = AskDns(scene.zone, "NS", at=address)
            answer = scene.answer(question)
            yield question, answer if isinstance(answer, DnsAnswer | Failure) else None


def delegated_to(scene: Scene) -> tuple[str, ...]:
    """The name servers that the parent lists, else those that recursion found."""
    for _, answer in parent_answers(scene):
        if isinstance(answer, DnsAnswer):
            listed = [r.value for r in answer.authority + answer.answer if r.type == "NS" and r.name == scene.zone]
            if listed:
                return tuple(dict.fromkeys(listed))
    return scene.name_servers


def glue(scene: Scene) -> dict[str, str]:
    """Addresses of name servers that came along with the referral; the only way to servers within a dead zone."""
    return {
        r.name: r.value
        for _, answer in parent_answers(scene)
        if isinstance(answer, DnsAnswer)
        for r in answer.additional
        if r.type == "A"
    }


@dataclass(frozen=True, slots=True)
class Cut:
    """A zone, its name servers as the zone above lists them, and the addresses that came along."""

    zone: str
    nameservers: tuple[str, ...]
    glue: Mapping[str, str]


def registered(scene: Scene) -> Cut:
    return Cut(scene.zone, delegated_to(scene), glue(scene))


def in_charge(scene: Scene) -> Cut:
    """The lowest zone that is known to hold the name."""
    cut = registered(scene)
    for server in _servers_of(scene, cut):
        lower = _referral(scene, server.a)
        if lower is not None:
            return lower
    return cut


def _referral(scene: Scene, answer: Answer | Failure | None) -> Cut | None:
    """The zone below, where an upper server sends the one who asks for the name's address there."""
    if not isinstance(answer, DnsAnswer) or answer.rcode != "NOERROR" or answer.authoritative or answer.answer:
        return None
    listed = [r for r in answer.authority if r.type == "NS" and r.name != scene.zone]
    owners = {r.name for r in listed if f".{scene.name}".endswith(f".{r.name}") and r.name.endswith(f".{scene.zone}")}
    if len(owners) != 1:
        return None
    zone = owners.pop()
    glued = {r.name: r.value for r in answer.additional if r.type == "A"}
    return Cut(zone, tuple(dict.fromkeys(r.value for r in listed if r.name == zone)), glued)


def servers(scene: Scene) -> tuple[Server, ...]:
    """Every name server of the zone in charge whose address is known, with what it answered so far."""
    return _servers_of(scene, in_charge(scene))


def _servers_of(scene: Scene, cut: Cut) -> tuple[Server, ...]:
    return tuple(
        _server(scene, cut.zone, name, address)
        for name in cut.nameservers[:MOST_SERVERS]
        if (address := address_of(scene, name, cut.glue)) and not is_reserved(address)
    )


def address_of(scene: Scene, server: str, glued: Mapping[str, str]) -> str | None:
    asked = scene.values(server, "A") or scene.values(server, "AAAA")
    return next(iter(asked), None) or glued.get(server)


def _server(scene: Scene, zone: str, name: str, address: str) -> Server:
    soa, a = AskDns(zone, "SOA", at=address), AskDns(scene.name, "A", at=address)
    return Server(name, address, scene.answer(soa), scene.answer(a), (soa, a))


def alias_as_served(scene: Scene) -> tuple[str, ...]:
    """The chain of CNAMEs that a server in charge gives of the name, which a SERVFAIL of recursion keeps to itself."""
    fine = (s.a for s in servers(scene) if s.fine)
    chains = (chain(scene.name, a) for a in fine if isinstance(a, DnsAnswer) and a.of("CNAME"))
    return next(chains, (scene.name,))


def questions(scene: Scene) -> Iterator[Question]:
    """Parent zone → its servers → the delegation → each name server's address → what each of them says."""
    yield AskDns(scene.zone.partition(".")[2], "NS")
    parent = parent_zone(scene)
    yield AskDns(parent, "NS")
    for server in scene.values(parent, "NS")[:MOST_PARENTS]:
        yield AskDns(server, "A")
    for question, _ in parent_answers(scene):
        yield question
    yield from each_server(scene)


def each_server(scene: Scene) -> Iterator[Question]:
    upper, lower = registered(scene), in_charge(scene)
    yield from _each_of(scene, upper)
    if lower.zone != upper.zone:
        yield from _each_of(scene, lower)


def _each_of(scene: Scene, cut: Cut) -> Iterator[Question]:
    for name in cut.nameservers[:MOST_SERVERS]:
        if name not in cut.glue:
            yield AskDns(name, "A")
            if scene.kind(name, "A") is Kind.EMPTY:
                yield AskDns(name, "AAAA")
        address = address_of(scene, name, cut.glue)
        if address and not is_reserved(address):
            yield AskDns(cut.zone, "SOA", at=address)
            yield AskDns(scene.name, "A", at=address)


def is_nowhere(scene: Scene, server: str, glued: Mapping[str, str]) -> bool:
    """Nobody can reach this name server: its name has no address, or only one that is nobody's on the internet."""
    address = address_of(scene, server, glued)
    if address:
        return is_reserved(address)
    none = (Kind.EMPTY, Kind.ABSENT, Kind.BROKEN)
    v4 = scene.kind(server, "A")
    return v4 in (Kind.ABSENT, Kind.BROKEN) or (v4 is Kind.EMPTY and scene.kind(server, "AAAA") in none)
