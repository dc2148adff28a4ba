"""The addresses of a host as the CA would find them. In: what was seen. Out: a Lookup; nothing is asked here."""

from dataclasses import dataclass
from enum import Enum

from triage.diagnose.lazy import lazy
from triage.diagnose.reserved import is_address, is_reserved
from triage.model import Answer, AskDns, DnsAnswer, Failure, Fault, Observations, Question

# Failures that say something about us, not about the other side: they never prove anything.
OURS = frozenset((Fault.NOT_ASKED, Fault.CUT_OFF, Fault.FORBIDDEN))


class Kind(Enum):
    """What one DNS question came to."""

    PENDING = "pending"  # not asked, or no answer yet
    UNASKED = "unasked"  # could not be asked from here
    BROKEN = "broken"  # SERVFAIL, REFUSED, silence …
    ABSENT = "absent"  # NXDOMAIN
    EMPTY = "empty"  # the name exists without such a record
    FULL = "full"


def kind(answer: Answer | Failure | None, type: str) -> Kind:
    if answer is None:
        return Kind.PENDING
    if isinstance(answer, Failure):
        return Kind.UNASKED if answer.fault in OURS else Kind.BROKEN
    if not isinstance(answer, DnsAnswer):
        return Kind.UNASKED
    if answer.rcode == "NOERROR":
        return Kind.FULL if any(r.type == type for r in answer.answer) else Kind.EMPTY
    return Kind.ABSENT if answer.rcode == "NXDOMAIN" else Kind.BROKEN


@dataclass(frozen=True)
class Lookup:
    """A and AAAA of one host. `v4` and `v6` are all addresses; `first` is the one that the CA takes."""

    host: str
    a: Kind
    aaaa: Kind
    v4: tuple[str, ...] = ()
    v6: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()  # the host, then every CNAME target
    evidence: tuple[Question, ...] = ()

    @property
    def pending(self) -> bool:
        return self.a is Kind.PENDING or self.aaaa is Kind.PENDING

    @property
    def addresses(self) -> tuple[str, ...]:
        return self.v6 + self.v4

    @lazy
    def public6(self) -> tuple[str, ...]:
        return tuple(address for address in self.v6 if not is_reserved(address))

    @lazy
    def public4(self) -> tuple[str, ...]:
        return tuple(address for address in self.v4 if not is_reserved(address))

    @lazy
    def public(self) -> tuple[str, ...]:
        return self.public6 + self.public4

    @property
    def first(self) -> str | None:
        """The first AAAA, else the first A, reserved ones left out (Boulder: bdns, va/http.go)."""
        return next(iter(self.public), None)

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset((self.a, self.aaaa))

    @property
    def broken(self) -> bool:
        """Neither half gave an answer."""
        return self.a is Kind.BROKEN and self.aaaa is Kind.BROKEN

    @property
    def unsure(self) -> bool:
        """One half could not be asked from here, so the CA might see more than we do."""
        return Kind.UNASKED in (self.a, self.aaaa)


def lookup(seen: Observations, host: str) -> Lookup:
    if is_address(host):
        return _literal(host)
    a_answer, aaaa_answer = seen.dns(host, "A"), seen.dns(host, "AAAA")
    return Lookup(
        host,
        kind(a_answer, "A"),
        kind(aaaa_answer, "AAAA"),
        a_answer.of("A") if isinstance(a_answer, DnsAnswer) else (),
        aaaa_answer.of("AAAA") if isinstance(aaaa_answer, DnsAnswer) else (),
        chain(host, a_answer if isinstance(a_answer, DnsAnswer) else aaaa_answer),
        (AskDns(host, "A"), AskDns(host, "AAAA")),
    )


def _literal(host: str) -> Lookup:
    if ":" in host:
        return Lookup(host, Kind.EMPTY, Kind.FULL, v6=(host,), chain=(host,))
    return Lookup(host, Kind.FULL, Kind.EMPTY, v4=(host,), chain=(host,))


def chain(host: str, answer: Answer | Failure | None) -> tuple[str, ...]:
    """The host and the CNAME targets behind it, in the order of the chain."""
    if not isinstance(answer, DnsAnswer):
        return (host,)
    targets = {r.name: r.value for r in answer.answer if r.type == "CNAME"}
    links = [host]
    while links[-1] in targets and len(links) <= len(targets):
        links.append(targets[links[-1]])
    return tuple(links)
