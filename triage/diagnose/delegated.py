"""The servers of a zone, asked one by one: who they are, where they are, what each says. In: what was seen."""

from collections.abc import Iterator
from dataclasses import dataclass

from triage.diagnose.lookup import Kind, kind
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


def servers(scene: Scene) -> tuple[Server, ...]:
    """Every name server whose address is known, with what it answered so far."""
    glued = glue(scene)
    return tuple(
        _server(scene, name, address)
        for name in delegated_to(scene)[:MOST_SERVERS]
        if (address := address_of(scene, name, glued)) and not is_reserved(address)
    )


def address_of(scene: Scene, server: str, glued: dict[str, str]) -> str | None:
    asked = scene.values(server, "A") or scene.values(server, "AAAA")
    return next(iter(asked), None) or glued.get(server)


def _server(scene: Scene, name: str, address: str) -> Server:
    soa, a = AskDns(scene.zone, "SOA", at=address), AskDns(scene.name, "A", at=address)
    return Server(name, address, scene.answer(soa), scene.answer(a), (soa, a))


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
    glued = glue(scene)
    for name in delegated_to(scene)[:MOST_SERVERS]:
        if name not in glued:
            yield AskDns(name, "A")
            if scene.kind(name, "A") is Kind.EMPTY:
                yield AskDns(name, "AAAA")
        address = address_of(scene, name, glued)
        if address and not is_reserved(address):
            yield AskDns(scene.zone, "SOA", at=address)
            yield AskDns(scene.name, "A", at=address)
