"""Questions, answers and failures: what the network was asked, and what it said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from triage.model.notice import Event, Problem
from triage.model.rulebook import UNKNOWN_PROVIDER, Provider
from triage.names import Domain


class Via(StrEnum):
    """Which file of the site is asked for. The probes draw the random part."""

    CHALLENGE = "challenge"  # /.well-known/acme-challenge/{token}
    ROOT = "root"  # /
    RANDOM = "random"  # /{token}
    HOP = "hop"  # a redirect's target, as the server gave it


@dataclass(frozen=True, slots=True)
class AskDns:
    """One DNS question. `at` empty: by recursion; else the address of the server that is asked, RD off."""

    name: str
    type: str
    at: str = ""
    unchecked: bool = False  # CD=1: answer even where DNSSEC validation fails


@dataclass(frozen=True, slots=True)
class AskHttp:
    """One GET, at one address, without following anything.

    `target` is path and query; in it `{token}` stands for this round's first random token, `{other}` for its second.
    """

    scheme: Literal["http", "https"]
    host: str
    address: str
    target: str
    via: Via = Via.CHALLENGE
    port: int = 0  # 0: the scheme's own
    like_ca: bool = False  # with a User-Agent of the CA's shape


@dataclass(frozen=True, slots=True)
class AskTls:
    """The certificate that `address` serves for `name` on port 443."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class AskRegistry:
    """Registration and expiry of a registrable domain, by RDAP or WHOIS."""

    name: str
    by: Literal["rdap", "whois"] = "rdap"


@dataclass(frozen=True, slots=True)
class AskAuthority:
    """Does the CA itself say that it is in trouble? `ca` is its CAA identifier."""

    ca: str


@dataclass(frozen=True, slots=True)
class AskLog:
    """Which certificates of a name do the CT logs know?"""

    name: str


Question = AskDns | AskHttp | AskTls | AskRegistry | AskAuthority | AskLog


class Fault(StrEnum):
    """How a question failed. What it means is for `diagnose` to say."""

    TIMEOUT = "timeout"  # nothing came back in time; for TCP: no connection within the dial time
    REFUSED = "refused"
    RESET = "reset"
    UNREACHABLE = "unreachable"
    CLOSED = "closed"  # connected, then closed without a status line
    STALLED = "stalled"  # connected, then too slow
    GARBLED = "garbled"  # answered in something that is not the protocol
    TLS = "tls"  # the handshake failed
    TOO_LARGE = "too-large"
    FORBIDDEN = "forbidden"  # our own guard: an address that we never contact
    NOT_ASKED = "not-asked"  # cannot be asked from here: no IPv6, no RDAP server, a cap was reached
    CUT_OFF = "cut-off"  # the round's deadline came first


@dataclass(frozen=True, slots=True)
class Failure:
    fault: Fault
    detail: str = ""  # for people: first bytes, alert, errno; control characters removed


@dataclass(frozen=True, slots=True)
class Record:
    name: str  # owner, without the final dot, lower case
    type: str
    ttl: int
    value: str  # presentation form; names in it without the final dot, lower case


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    rcode: str  # NOERROR, NXDOMAIN, SERVFAIL, REFUSED …
    answer: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()
    authoritative: bool = False  # AA
    validated: bool = False  # AD
    errors: tuple[tuple[int, str], ...] = ()  # RFC 8914: info code, extra text

    def of(self, type: str) -> tuple[str, ...]:
        """The values of all answer records of a type, in the order of the answer."""
        return tuple(r.value for r in self.answer if r.type == type)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    headers: tuple[tuple[str, str], ...] = ()  # names in lower case
    body: str = ""  # the first KiB, Latin-1 where it is not UTF-8; random tokens are put back to `{token}`
    length: int = 0  # octets of the body that were seen; reading stops at a few KiB

    def header(self, name: str) -> str | None:
        return next((v for n, v in self.headers if n == name), None)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A served certificate. Times are aware; `fault` is what a browser would object to, or None."""

    issuer: str
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...]
    fault: str | None = None
    serial: str = ""


@dataclass(frozen=True, slots=True)
class TlsAnswer:
    certificate: Certificate
    version: str = ""


@dataclass(frozen=True, slots=True)
class RegistryAnswer:
    registered: bool
    expires: datetime | None = None
    statuses: tuple[str, ...] = ()  # lower case, words divided by blanks, as in RFC 8056
    registrar: str | None = None
    source: str = ""  # the server that answered


@dataclass(frozen=True, slots=True)
class AuthorityAnswer:
    operational: bool
    words: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogAnswer:
    certificates: tuple[Certificate, ...] = ()  # the newest first; expired ones may be left out


Answer = DnsAnswer | HttpAnswer | TlsAnswer | RegistryAnswer | AuthorityAnswer | LogAnswer


@dataclass(frozen=True, slots=True)
class Observation:
    """Question, answer or failure, when it was asked and how long it took. It concludes nothing."""

    question: Question
    answer: Answer | Failure
    asked_at: datetime
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        return isinstance(self.answer, Failure)


class Observations:
    """All that was seen so far, by question. `seen + observation` is a new value."""

    __slots__ = ("_by_question", "_dns")

    def __init__(self, observations: Iterable[Observation] = ()) -> None:
        self._by_question: dict[Question, Observation] = {o.question: o for o in observations}
        # The same for DNS by its bare fields: such answers are looked up hundreds of times for one name.
        self._dns = {_fields(q): o.answer for q, o in self._by_question.items() if isinstance(q, AskDns)}

    def __add__(self, observation: Observation) -> "Observations":
        new = Observations()
        question = observation.question
        new._by_question = {**self._by_question, question: observation}
        new._dns = {**self._dns, _fields(question): observation.answer} if isinstance(question, AskDns) else self._dns
        return new

    def __iter__(self) -> Iterator[Observation]:
        return iter(self._by_question.values())

    def __len__(self) -> int:
        return len(self._by_question)

    def __contains__(self, question: object) -> bool:
        return question in self._by_question

    def get(self, question: Question) -> Observation | None:
        return self._by_question.get(question)

    def dns(self, name: str, type: str, at: str = "", unchecked: bool = False) -> DnsAnswer | Failure | None:
        """The answer, the failure, or None where it was not asked or has not come yet."""
        found = self._dns.get((name, type, at, unchecked))
        return found if isinstance(found, DnsAnswer | Failure) else None


def _fields(question: AskDns) -> tuple[str, str, str, bool]:
    return question.name, question.type, question.at, question.unchecked


@dataclass(frozen=True, slots=True)
class Guess:
    """What told us the host, where nobody said it: which kind of thing, and the very one that was seen."""

    by: Literal["address", "reverse", "alias", "certificate", "nameservers"]
    seen: str


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What one investigation is about: one name, and all that is known of it before anything is asked."""

    name: Domain
    provider: Provider = UNKNOWN_PROVIDER
    ca: str = "letsencrypt.org"
    assumed: tuple[str, ...] = ()  # of "provider", "ca": guessed, not told
    guess: Guess | None = None  # where the provider was guessed from what was seen
    names: tuple[Domain, ...] = ()  # all names of the certificate, where the notice lists them
    first_domain: Domain | None = None  # the host's own name for the account's server: its address is the expected one
    since: datetime | None = None  # the notice's date: a certificate that began later is the renewal
    event: Event | None = None
    expires: date | None = None
    problems: tuple[Problem, ...] = ()  # what the notice states of this name
    sources: tuple[str, ...] = ()  # what may be asked beside what is always asked: "log"
    atlas: tuple[Provider, ...] = ()  # every provider we know, to say whose address or name server it is
