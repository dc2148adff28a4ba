"""Builders: a healthy little internet by default, so that a test names only what matters."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from triage.diagnose import conclude, next_questions
from triage.model import (
    Answer,
    AskAuthority,
    AskDns,
    AskHttp,
    AskLog,
    AskRegistry,
    AskTls,
    AuthorityAnswer,
    Certificate,
    Diagnosis,
    DnsAnswer,
    Failure,
    Fault,
    HttpAnswer,
    Inquiry,
    Observation,
    Observations,
    Provider,
    Question,
    Record,
    RegistryAnswer,
    TlsAnswer,
)
from triage.names import Domain

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
NAME = "example.com"
A, B, V6 = "5.9.1.10", "5.9.1.20", "2a01:4f8::40"
NOT_FOUND = HttpAnswer(404, (("server", "nginx"),), "<html>404</html>", 16)
PAGE = HttpAnswer(200, (("server", "nginx"),), "<!doctype html><title>Shop</title>", 34)

PAID = RegistryAnswer(True, NOW + timedelta(days=200), ("active",), "A Registrar")
NO_WHOIS = Failure(Fault.NOT_ASKED)
AT_WORK = AuthorityAnswer(True)

CLOUDFLARE = Provider("cloudflare", "cdn", nameservers=("*.ns.cloudflare.com",), addresses=("104.16.0.0/13",))
BUILDER = Provider("wix", "builder", addresses=("185.230.60.0/22",), cnames=("wixdns.net",))
PARKING = Provider("sedo", "parking", nameservers=("ns1.sedoparking.com",), addresses=("91.195.240.0/23",))
HOST = Provider(
    "xserver", nameservers=("ns1.xserver.jp",), addresses=("85.131.208.0/24",), methods=("http-01",), precheck="address"
)
ATLAS = (CLOUDFLARE, BUILDER, PARKING, HOST)


def records(name: str, type: str, *values: str, ttl: int = 300) -> DnsAnswer:
    return DnsAnswer("NOERROR", tuple(Record(name, type, ttl, value) for value in values))


def rcode(code: str, *errors: tuple[int, str], soa: str = "") -> DnsAnswer:
    authority = (Record(soa, "SOA", 300, f"ns.{soa} hostmaster.{soa} 1 2 3 4 5"),) if soa else ()
    return DnsAnswer(code, authority=authority, errors=errors)


def http(status: int, body: str = "", **headers: str) -> HttpAnswer:
    return HttpAnswer(status, tuple((k.replace("_", "-"), v) for k, v in headers.items()), body, len(body))


def to(location: str, status: int = 301) -> HttpAnswer:
    return http(status, location=location)


def failed(fault: Fault, detail: str = "") -> Failure:
    return Failure(fault, detail)


def certificate(begun: int = -60, ends: int = 30, *names: str, issuer: str = "R11") -> TlsAnswer:
    """A served certificate; times in days from now."""
    since, until = NOW + timedelta(days=begun), NOW + timedelta(days=ends)
    return TlsAnswer(Certificate(issuer, since, until, names or (NAME, f"www.{NAME}")), "TLSv1.3")


@dataclass
class Net:
    """Answers by question; what is not named is healthy: 404 everywhere, no CAA, registered, the CA at work."""

    dns: dict[tuple[str, str], Answer | Failure] = field(default_factory=dict)
    at: dict[tuple[str, str, str], Answer | Failure] = field(default_factory=dict)  # name, type, server's address
    unchecked: dict[tuple[str, str], Answer | Failure] = field(default_factory=dict)
    # (address, path) → answer; ("", path) and (address, "") are for all addresses or paths
    http: dict[tuple[str, str], Answer | Failure] = field(default_factory=dict)
    like_ca: dict[tuple[str, str], Answer | Failure] = field(default_factory=dict)
    urls: dict[str, Answer | Failure] = field(default_factory=dict)  # whole URLs, before all else
    tls: dict[str, Answer | Failure] = field(default_factory=dict)
    registry: Answer | Failure = PAID
    whois: Answer | Failure = NO_WHOIS
    authority: Answer | Failure = AT_WORK
    log: Answer | Failure = NO_WHOIS

    def answer(self, question: Question) -> Answer | Failure:
        match question:
            case AskDns(name, type, at, unchecked):
                if at:
                    return self.at.get((name, type, at), DnsAnswer("REFUSED"))
                known = self.unchecked if unchecked else self.dns
                return known.get((name, type), HEALTHY.get((name, type), DnsAnswer("NOERROR")))
            case AskHttp():
                return self._http(question)
            case AskTls(_, address):
                return self.tls.get(address, certificate())
            case AskRegistry(_, by):
                return self.registry if by == "rdap" else self.whois
            case AskAuthority():
                return self.authority
            case AskLog():
                return self.log

    def _http(self, question: AskHttp) -> Answer | Failure:
        url = f"{question.scheme}://{question.host}{question.target}"
        keys = ((question.address, question.target), (question.address, ""), ("", question.target), ("", ""))
        if url in self.urls:
            return self.urls[url]
        sources = (self.like_ca, self.http) if question.like_ca else (self.http,)
        return next((source[key] for source in sources for key in keys if key in source), NOT_FOUND)


HEALTHY: Mapping[tuple[str, str], Answer] = {
    (NAME, "A"): records(NAME, "A", A),
    (NAME, "NS"): records(NAME, "NS", "ns1.other.net", "ns2.other.net"),
    ("com", "NS"): records("com", "NS", "a.gtld.net"),
    ("a.gtld.net", "A"): records("a.gtld.net", "A", "192.5.6.30"),
    ("ns1.other.net", "A"): records("ns1.other.net", "A", "5.9.9.1"),
    ("ns2.other.net", "A"): records("ns2.other.net", "A", "5.9.9.2"),
}


def seen_of(net: Net, inquiry: Inquiry) -> Observations:
    """Ask until there is nothing more to ask, one answer at a time."""
    seen, asked, waiting = Observations(), set[Question](), list[Question]()
    while True:
        new = next_questions(inquiry, seen, asked)
        assert not asked.intersection(new)
        asked.update(new)
        waiting += new
        if not waiting:
            return seen
        question = waiting.pop(0)
        seen += Observation(question, net.answer(question), NOW)


def an_inquiry(name: str = NAME, **known: object) -> Inquiry:
    return replace(Inquiry(Domain.parse(name), atlas=ATLAS), **known)  # type: ignore[arg-type]


def diagnose(net: Net | None = None, inquiry: Inquiry | None = None) -> Diagnosis:
    asked = inquiry or an_inquiry()
    return conclude(asked, seen_of(net or Net(), asked), NOW)


def verdict_of(net: Net | None = None, inquiry: Inquiry | None = None) -> tuple[str, str | None, tuple[str, ...]]:
    """Verdict, leading cause, and every code that is shown."""
    found = diagnose(net, inquiry)
    return found.verdict, found.leading, tuple(f.code for f in found.findings if f.shown)
