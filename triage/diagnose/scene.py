"""One inquiry and all that was seen so far, with what every family of causes derives from it, each thing once."""

from datetime import UTC, datetime, timedelta

from triage.diagnose.atlas import Atlas, atlas_of
from triage.diagnose.lazy import lazy
from triage.diagnose.lookup import Kind, Lookup, kind, lookup
from triage.diagnose.reserved import reverse_name
from triage.diagnose.walk import OTHER, Walk, first_question, walk
from triage.model import (
    Answer,
    AskHttp,
    AskRegistry,
    AskTls,
    Certificate,
    DnsAnswer,
    Failure,
    HttpAnswer,
    Inquiry,
    Observations,
    Problem,
    Provider,
    Question,
    RegistryAnswer,
    TlsAnswer,
    Via,
)

MOST_EACH = 3  # addresses of one family that are contacted: a handful, not a scan
HOSTLIKE = ("host", "panel", "platform", "builder", "cdn")  # kinds that serve the site themselves
A_WHILE = 3600  # seconds in which nobody who got the notice has mended anything yet
NO_TIME = datetime.min.replace(tzinfo=UTC)
_BULLETS = ("・", "•", "●", "■", "*", "-")
_NOT_ON_THE_SERVER = "does not exist on this server"  # cPanel, of an address that it looked up itself


class Scene:
    """Derived values are computed when first asked for; a Scene lives for one call."""

    def __init__(self, inquiry: Inquiry, seen: Observations, now: datetime = NO_TIME) -> None:
        self.inquiry = inquiry
        self.seen = seen
        self.now = now
        self.name = inquiry.name.base.text
        registrable = inquiry.name.registrable
        self.zone = registrable.text if registrable else self.name
        self._operators: dict[str, Provider | None] = {}
        self._belonging: dict[str, bool | None] = {}

    # ---- how it would be validated

    @lazy
    def by_http(self) -> bool:
        """HTTP-01 is the road: it always is where nothing else is known, and never for a wildcard."""
        methods = self.inquiry.provider.methods
        return not self.inquiry.name.is_wildcard and (not methods or "http-01" in methods)

    @lazy
    def by_dns(self) -> bool:
        methods = self.inquiry.provider.methods
        return self.inquiry.name.is_wildcard or (bool(methods) and "http-01" not in methods and "dns-01" in methods)

    @lazy
    def by_alpn(self) -> bool:
        return self.inquiry.provider.methods == ("tls-alpn-01",) and not self.inquiry.name.is_wildcard

    @lazy
    def statements(self) -> tuple[Problem, ...]:
        """What the notice states of this name. A line in a host's list of what may be wrong states nothing."""
        return tuple(p for p in self.inquiry.problems if not _is_one_of_a_list(p))

    @lazy
    def stated(self) -> frozenset[str]:
        """The causes that the notice states for this name."""
        return frozenset(p.cause for p in self.statements if p.cause)

    @lazy
    def disowned(self) -> frozenset[str]:
        """Addresses of which the host itself says that they are not its own."""
        return frozenset(p.address for p in self.statements if p.address and _NOT_ON_THE_SERVER in p.error)

    @lazy
    def told_of_failure(self) -> bool:
        """Somebody was told of a failure, by a notice or by the CA's own words."""
        event = self.inquiry.event
        return bool(self.inquiry.problems) or (event is not None and not event.is_good)

    def is_over(self, problem: Problem) -> bool:
        """A limit has passed, or the host disowned an address that the name has no longer."""
        if problem.retry_after and (until := _moment(problem.retry_after)) is not None:
            return until < self.now
        return (
            _NOT_ON_THE_SERVER in problem.error
            and bool(self.found.public)
            and (problem.address is not None and problem.address not in self.found.public)
        )

    # ---- answers

    def answer(self, question: Question) -> Answer | Failure | None:
        observation = self.seen.get(question)
        return observation.answer if observation else None

    def dns(self, name: str, type: str, at: str = "", unchecked: bool = False) -> DnsAnswer | None:
        answer = self.seen.dns(name, type, at, unchecked)
        return answer if isinstance(answer, DnsAnswer) else None

    def kind(self, name: str, type: str, at: str = "", unchecked: bool = False) -> Kind:
        return kind(self.seen.dns(name, type, at, unchecked), type)

    def values(self, name: str, type: str) -> tuple[str, ...]:
        found = self.dns(name, type)
        return found.of(type) if found and found.rcode == "NOERROR" else ()

    # ---- DNS

    @lazy
    def found(self) -> Lookup:
        return lookup(self.seen, self.name)

    @lazy
    def name_servers(self) -> tuple[str, ...]:
        """The name servers in charge, by recursion, else as the parent lists them."""
        return tuple(sorted(self.values(self.zone, "NS")))

    @lazy
    def contacted(self) -> tuple[str, ...]:
        """The public addresses that are dialed; the one that the CA takes is the first."""
        return self.found.public6[:MOST_EACH] + self.found.public4[:MOST_EACH]

    @lazy
    def registry(self) -> RegistryAnswer | None:
        """RDAP's word, filled up with WHOIS's date where RDAP gives none."""
        rdap = self.answer(AskRegistry(self.zone))
        whois = self.answer(AskRegistry(self.zone, "whois"))
        known = [a for a in (rdap, whois) if isinstance(a, RegistryAnswer)]
        return next((a for a in known if a.expires), known[0] if known else None)

    @property
    def registry_questions(self) -> tuple[Question, ...]:
        asked = (AskRegistry(self.zone), AskRegistry(self.zone, "whois"))
        return tuple(q for q in asked if isinstance(self.answer(q), RegistryAnswer))

    # ---- the way of the CA

    @lazy
    def walk(self) -> Walk:
        return walk(self.seen, self.name, self.found)

    @lazy
    def entrance(self) -> str | None:
        """The address at which the CA would knock and be heard: after a fallback the A."""
        hops = [hop for hop in self.walk.hops if hop.url == self.walk.hops[0].url]
        if not hops and self.found.pending:
            return None  # an A that came before the AAAA
        return hops[-1].address if hops else self.found.first

    def first_answer(self, address: str) -> HttpAnswer | Failure | None:
        answer = self.answer(first_question(self.name, address))
        return answer if isinstance(answer, HttpAnswer | Failure) else None

    def root_question(self, address: str) -> AskHttp:
        """The control probe of `/`. It differs from the challenge's request in two things: path and User-Agent.

        A filter that lets our own agent pass and turns the CA's away (F18) shows only to a request in the CA's shape,
        so every name gets one, and this costs none of its own. It names us first, then that we ask like the CA.
        What it alone shows proves nothing: the same path with the other agent is asked where one is turned
        away (`like_ca_question`), and decides.
        """
        return AskHttp("http", self.name, address, "/", Via.ROOT, like_ca=True)

    def other_question(self, address: str) -> AskHttp:
        return AskHttp("http", self.name, address, OTHER, Via.RANDOM)

    def like_ca_question(self, address: str) -> AskHttp:
        first = first_question(self.name, address)
        return AskHttp(first.scheme, first.host, address, first.target, first.via, like_ca=True)

    @lazy
    def root(self) -> HttpAnswer | Failure | None:
        return self._control(self.root_question(self.entrance)) if self.entrance else None

    @lazy
    def other(self) -> HttpAnswer | Failure | None:
        return self._control(self.other_question(self.entrance)) if self.entrance else None

    @lazy
    def like_ca(self) -> HttpAnswer | Failure | None:
        return self._control(self.like_ca_question(self.entrance)) if self.entrance else None

    def _control(self, question: AskHttp) -> HttpAnswer | Failure | None:
        answer = self.answer(question)
        return answer if isinstance(answer, HttpAnswer | Failure) else None

    # ---- whose server is it

    @lazy
    def atlas(self) -> Atlas:
        return atlas_of(self.inquiry.atlas)

    def reverse(self, address: str) -> str | None:
        found = self.dns(reverse_name(address), "PTR")
        return next(iter(found.of("PTR")), None) if found else None

    def operator(self, address: str) -> Provider | None:
        """Whom we know to run the server at an address: by its network, else by its own name."""
        if address not in self._operators:
            known = self.atlas.of_address(address)
            name = None if known else self.reverse(address)
            self._operators[address] = self.atlas.of_reverse(name) if name else known
        return self._operators[address]

    @lazy
    def cname_operator(self) -> Provider | None:
        """Whom the CNAME chain leads to; the last link that we know counts."""
        links = reversed(self.found.chain[1:])
        return next((known for link in links if (known := self.atlas.of_cname(link))), None)

    @lazy
    def operators(self) -> tuple[Provider, ...]:
        """Whom we know at the contacted addresses, each once."""
        known = {p.id: p for address in self.contacted if (p := self.operator(address))}
        return tuple(known.values())

    @lazy
    def dns_operator(self) -> Provider | None:
        known = (self.atlas.of_name_server(server) for server in self.name_servers)
        return next((operator for operator in known if operator), None)

    # ---- what should be there

    @lazy
    def expected(self) -> frozenset[str]:
        """The addresses of the account's server, asked from the host's own first domain."""
        first = self.inquiry.first_domain
        return frozenset(lookup(self.seen, first.text).addresses) if first else frozenset()

    def belongs(self, address: str) -> bool | None:
        """Is it the provider's server? None where too little is known of the provider to say."""
        if address not in self._belonging:
            self._belonging[address] = self._belongs(address)
        return self._belonging[address]

    def _belongs(self, address: str) -> bool | None:
        provider = self.inquiry.provider
        if address in self.expected:
            return True
        if address in self.disowned:
            return False
        operator = self.operator(address)
        if operator is not None and operator.id == provider.id:
            return True
        if self._cname_belongs() or self._reverse_belongs(address):
            return True
        if self.expected or (provider.addresses and provider.kind != "cdn"):  # a CDN's own certificates need no proxy
            return None if self.kind(reverse_name(address), "PTR") is Kind.UNASKED else False
        return False if operator is not None and provider.kind in HOSTLIKE and provider.id != "unknown" else None

    def _cname_belongs(self) -> bool:
        return any(
            link == s or link.endswith("." + s)
            for link in self.found.chain[1:]
            for s in (c.removeprefix("*").strip(".") for c in self.inquiry.provider.cnames)
        )

    def _reverse_belongs(self, address: str) -> bool:
        name = self.reverse(address) if self.inquiry.provider.reverse else None
        suffixes = (s.removeprefix("*").strip(".") for s in self.inquiry.provider.reverse)
        return bool(name) and any(name == s or name.endswith("." + s) for s in suffixes)

    @lazy
    def foreign(self) -> tuple[str, ...]:
        """The contacted addresses that are not the provider's."""
        return tuple(a for a in self.found.public if self.belongs(a) is False)

    @lazy
    def unclear(self) -> bool:
        return any(self.belongs(a) is None for a in self.found.public)

    # ---- certificates

    @lazy
    def certificates(self) -> tuple[tuple[AskTls, Certificate], ...]:
        """What each address serves, in the order in which the CA would take the addresses."""
        asked = (AskTls(self.name, address) for address in self.contacted)
        return tuple((q, a.certificate) for q in asked if isinstance(a := self.answer(q), TlsAnswer))

    def covers(self, certificate: Certificate) -> bool:
        """The certificate is for this very name, a wildcard for one label included."""
        wanted = self.inquiry.name.text
        parent = "*." + self.name.partition(".")[2]
        return any(n == wanted or (n == parent and not self.inquiry.name.is_wildcard) for n in certificate.names)

    # ---- how old the notice is

    @lazy
    def stale_notice(self) -> bool:
        """The notice is older than the answers may be kept (their TTL) and than its reader needs to do something about
        it, so what we see now counts for more.
        """
        since = self.inquiry.since
        return since is not None and self.now - since > timedelta(seconds=max(self._ttl, A_WHILE))

    @property
    def _ttl(self) -> int:
        answers = (self.dns(self.name, "A"), self.dns(self.name, "AAAA"))
        return max((r.ttl for answer in answers if answer for r in answer.answer), default=3600)


def _moment(text: str) -> datetime | None:
    """Boulder's `2026-11-22 00:31:09 UTC`, and the RFC 3339 form of other CAs."""
    try:
        return datetime.fromisoformat(text.replace(" UTC", "+00:00").replace("Z", "+00:00"))
    except ValueError:
        return None


def _is_one_of_a_list(problem: Problem) -> bool:
    """Maintenance at the CA is the last line of the hosts' standing list of reasons, true or not."""
    return problem.cause == "ca-outage" and problem.error.lstrip().startswith(_BULLETS)
