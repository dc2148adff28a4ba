"""The values that travel through the service, in the order in which they travel. Nothing here acts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, Protocol

from triage.names import Domain

Language = Literal["ja", "en"]
NOTHING: Mapping[str, str] = MappingProxyType({})


# ---- errors that stop the work itself (a broken mail or a broken site is a value, not an error)


class Trouble(Exception):
    """The service cannot go on; says what, where, and in `hint` what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Temporary(Trouble):
    """May go away by itself. `wait` is what the other side asked for, in seconds, where it said so."""

    def __init__(self, message: str, hint: str = "", wait: float | None = None) -> None:
        super().__init__(message, hint)
        self.wait = wait


class Permanent(Trouble):
    """Will not go away until a person changes something."""


class Uncertain(Temporary):
    """The line broke after the final dot: the note may or may not have been taken."""


# ---- a mail


@dataclass(frozen=True, slots=True)
class MailKey:
    """Where a mail lies. `uid` is the IMAP UID or the Maildir file's unique name; `uidvalidity` is 0 for a Maildir."""

    account: str
    folder: str
    uidvalidity: int
    uid: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail seen in a folder, not fetched yet. `size` in octets, as the server says."""

    key: MailKey
    size: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail fetched. `arrived` is when the mailbox took it; `cut` where only its beginning was fetched."""

    key: MailKey
    raw: bytes
    arrived: datetime
    cut: bool = False


class Place(StrEnum):
    """Where a mail is filed when it is done with."""

    ANSWERED = "answered"
    HELD = "held"
    DROPPED = "dropped"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Address:
    name: str | None
    address: str  # as written, but for white space; compare with `same_as`

    def same_as(self, other: str) -> bool:
        """Equal without case. Anything that is not ASCII equals nothing: look-alikes must not pass."""
        return self.address.isascii() and other.isascii() and self.address.lower() == other.lower()

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2].lower()


@dataclass(frozen=True, slots=True)
class Header:
    name: str  # lower case
    value: str  # unfolded, encoded words decoded, control characters replaced by blanks


@dataclass(frozen=True, slots=True)
class Message:
    """One decoded mail, and what it forwards. Headers are those of this very mail, never of an attached one."""

    headers: tuple[Header, ...] = ()
    sender: tuple[Address, ...] = ()  # From: usually one; none or several is for `decide` to judge
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    date: datetime | None = None  # aware, or None where it is missing or cannot be read
    message_id: str | None = None
    text: str = ""  # the body as a person reads it, "\n" between lines; made from HTML where there is no text part
    text_from: Literal["plain", "html", "none"] = "none"
    links: tuple[str, ...] = ()  # targets of links in HTML and text: evidence only, never followed, never repeated
    parts: tuple[str, ...] = ()  # content types of all parts, in order, lower case
    attached: tuple["Message", ...] = ()
    forwarded: "Forwarded | None" = None
    repairs: tuple[str, ...] = ()  # what had to be mended to read it, in words
    size: int = 0  # octets

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, top to bottom; `name` in lower case."""
        return tuple(h.value for h in self.headers if h.name == name)

    def first(self, name: str) -> str | None:
        return next((h.value for h in self.headers if h.name == name), None)


How = Literal["inline", "attached", "automatic", "quoted", "pasted"]


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The mail inside the mail. Untrusted text: nothing of it may choose whom we write to."""

    how: How
    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str | None = None
    date: datetime | None = None  # aware; None when it cannot be known
    date_text: str | None = None  # as printed
    body: str = ""  # without quote marks
    note: str | None = None  # what the forwarder wrote above
    message: Message | None = None  # for an attached mail: the mail itself


# ---- what the mail says


class Event(StrEnum):
    RENEWAL_FAILED = "renewal-failed"
    EXPIRY_WARNING = "expiry-warning"
    DEFERRED = "deferred"
    REDUCED_COVERAGE = "reduced-coverage"
    COVERAGE_NOT_EXTENDED = "coverage-not-extended"
    VALIDATION_NEEDED = "validation-needed"
    RENEWED = "renewed"
    ISSUED = "issued"

    @property
    def is_good(self) -> bool:
        return self in (Event.RENEWED, Event.ISSUED)


@dataclass(frozen=True, slots=True)
class Problem:
    """What the notice says of one name. `cause` is a code of rules/causes, where the words prove one."""

    name: Domain | None
    error: str
    cause: str | None = None
    address: str | None = None  # the address that the CA or the host used
    url: str | None = None
    secondary: bool = False  # only other vantage points of the CA failed
    retry_after: str | None = None  # as printed, UTC


@dataclass(frozen=True, slots=True)
class Match:
    """Which pattern hit where: shown by `triage read -v` and never used to decide."""

    rule: str
    field: str
    pattern: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider says went wrong (or right), for which names, in its own words."""

    provider: str
    event: Event
    names: tuple[Domain, ...] = ()
    service_names: tuple[Domain, ...] = ()  # those of `names` that only a panel uses
    expires: date | None = None
    deferred_until: date | None = None
    language: Language = "en"
    account: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    stated_error: str | None = None
    stated_cause: str | None = None
    problems: tuple[Problem, ...] = ()
    dated: datetime | None = None  # when the provider wrote it, where that can be known
    nameless: str | None = None  # why `names` is empty
    subject: str = ""  # of the notice itself, cleaned
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Notices:
    """The mail is a notice, or several in one mail."""

    notices: tuple[Notice, ...]
    because: str
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unrecognized:
    """The mail is something else, or we cannot tell; `because` is for a person."""

    verdict: Literal["not-a-notice", "unclear"]
    because: str
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One mail, read: what a worker hands back."""

    message: Message
    outcome: Notices | Unrecognized

    @property
    def notices(self) -> tuple[Notice, ...]:
        return self.outcome.notices if isinstance(self.outcome, Notices) else ()


# ---- what we know beforehand: rules/


@dataclass(frozen=True, slots=True)
class Provider:
    """What is known of one host, panel, client, DNS or CDN operator. Unknown stays empty and leads to softer words."""

    id: str
    kind: Literal["host", "panel", "client", "ca", "platform", "monitor", "dns", "cdn", "builder", "parking"] = "host"
    names: Mapping[str, str] = field(default_factory=lambda: NOTHING)  # language → how its customers call it
    links: Mapping[str, str] = field(default_factory=lambda: NOTHING)  # purpose (panel, ssl, support …) → official URL
    nameservers: tuple[str, ...] = ()  # host names; `*.` stands for any label
    addresses: tuple[str, ...] = ()  # networks in CIDR form
    cnames: tuple[str, ...] = ()  # suffixes of CNAME targets
    reverse: tuple[str, ...] = ()  # suffixes of its servers' own names (PTR, HELO)
    first_domain: str | None = None  # template over `Notice.account`: "{server_id}.xsrv.jp"
    ca: str | None = None  # CAA identifier of the CA that it uses
    caa: tuple[str, ...] = ()  # every CAA identifier that would let it renew
    methods: tuple[str, ...] = ()  # http-01, dns-01, tls-alpn-01
    precheck: Literal["address", "nameservers", "none"] | None = None  # what it asks before it asks the CA
    exempt: tuple[str, ...] = ()  # panel settings that spare the challenge path: redirect, password, access
    retry_days: tuple[int, ...] = ()  # days before expiry on which it tries again
    marks: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # parked, not-set-up, suspended: words of its pages
    panel: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # language → key → menu path in its own words
    domains: tuple[str, ...] = ()  # domains that it writes from and links to
    fakes: tuple[str, ...] = ()  # domains that were used to imitate it

    def called(self, language: str) -> str:
        return self.names.get(language) or self.names.get("en") or self.id


UNKNOWN_PROVIDER = Provider(id="unknown")


class Pattern(Protocol):
    """A compiled RE2 pattern over folded text. Its group `value`, where it has one, is what a field holds."""

    @property
    def pattern(self) -> str: ...
    def search(self, text: str) -> Any: ...
    def finditer(self, text: str) -> Any: ...


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """How a mail looks: all of `body_all`, nothing of `body_none`, and a subject or a proof."""

    subject: tuple[Pattern, ...] = ()  # any of; over the subject
    body_all: tuple[Pattern, ...] = ()  # each of; over the body, its lines joined
    body_alone: tuple[Pattern, ...] = ()  # any of; proves the mail where its subject was lost or rewritten
    body_none: tuple[Pattern, ...] = ()  # over subject and body


@dataclass(frozen=True, slots=True, eq=False)
class FieldRule:
    """Where a value stands: patterns over subject and body, lines kept, the surest first."""

    name: str
    patterns: tuple[Pattern, ...]
    required: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class NoticeRule:
    """One kind of notice of one provider. `own` where it comes from a folder of the user, which wins."""

    id: str  # provider/file
    provider: str
    event: Event
    language: Language
    signature: Signature
    fields: tuple[FieldRule, ...] = ()
    cause: str | None = None  # what such a mail states by itself
    own: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class LookalikeRule:
    """A mail that looks like a notice and is none, and why."""

    id: str
    provider: str
    because: str
    signature: Signature
    own: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    providers: Mapping[str, Provider] = field(default_factory=dict)  # by id
    rules: tuple[NoticeRule, ...] = ()
    lookalikes: tuple[LookalikeRule, ...] = ()


@dataclass(frozen=True, slots=True)
class CauseWords:
    """The words for one cause in one language. Templates over the finding's facts; see rules/README.md."""

    title: str
    why: str
    steps: tuple[str, ...] = ()
    time: str = ""
    ask: str = ""
    unsure: str = ""  # the title where the cause is only likely
    roads: tuple[str, ...] = ()  # other ways, the easiest first
    support: str = ""  # text ready to be sent to the host
    values: tuple[str, ...] = ()  # "label: value" lines: what is there now, what ought to be there
    check: str = ""  # this cause in the list of what was checked
    then: str = ""  # what happens after the date, where it is not a warning to every visitor


@dataclass(frozen=True, slots=True)
class CauseRule:
    code: str
    blocks: bool | None  # None: now and then
    words: Mapping[str, CauseWords]  # by language
    area: str = ""  # of the list of what was checked: domain, nameservers, address …
    from_here: bool = True  # False: only a mail can show it, so not knowing is not worth a line
    example: Mapping[str, str] = field(default_factory=lambda: NOTHING)  # facts that the words are tried with
    says: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # language → phrases that the trial must contain


@dataclass(frozen=True, slots=True)
class Wording:
    """Every word that a note is made of, by language. Templates are strings: no note reads a file."""

    causes: Mapping[str, CauseRule] = field(default_factory=dict)  # by code
    notes: Mapping[str, Mapping[str, CauseWords]] = field(default_factory=dict)  # no-obstacle, unknown, success …
    phrases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # the frame around the words of a cause
    checks: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)  # area → ok, bad, unknown
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # term → its plain twin

    def of(self, code: str, language: str) -> CauseWords | None:
        """The words for a cause; another language is better than silence."""
        rule = self.causes.get(code)
        if rule is None:
            return None
        return rule.words.get(language) or next(iter(rule.words.values()), None)


# ---- asking


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


Question = AskDns | AskHttp | AskTls | AskRegistry | AskAuthority


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


Answer = DnsAnswer | HttpAnswer | TlsAnswer | RegistryAnswer | AuthorityAnswer


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

    __slots__ = ("_by_question",)

    def __init__(self, observations: Iterable[Observation] = ()) -> None:
        self._by_question: dict[Question, Observation] = {o.question: o for o in observations}

    def __add__(self, observation: Observation) -> "Observations":
        new = Observations()
        new._by_question = {**self._by_question, observation.question: observation}
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
        found = self._by_question.get(AskDns(name, type, at, unchecked))
        return found.answer if found and isinstance(found.answer, DnsAnswer | Failure) else None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What one investigation is about: one name, and all that is known of it before anything is asked."""

    name: Domain
    provider: Provider = UNKNOWN_PROVIDER
    ca: str = "letsencrypt.org"
    assumed: tuple[str, ...] = ()  # of "provider", "ca": guessed, not told
    names: tuple[Domain, ...] = ()  # all names of the certificate, where the notice lists them
    first_domain: Domain | None = None  # the host's own name for the account's server: its address is the expected one
    since: datetime | None = None  # the notice's date: a certificate that began later is the renewal
    event: Event | None = None
    expires: date | None = None
    problems: tuple[Problem, ...] = ()  # what the notice states of this name
    atlas: tuple[Provider, ...] = ()  # every provider we know, to say whose address or name server it is


# ---- concluding


class Certainty(StrEnum):
    SHOWN = "shown"
    RULED_OUT = "ruled-out"
    UNKNOWN = "unknown"


# The keys of `Finding.facts`. Values are text: lists joined with ", ", times in ISO 8601; the unknown is left out.
FACTS = frozenset(
    (
        "zone", "addresses", "address", "expected", "expected_name", "nameservers", "operator", "reverse",
        "url", "target", "target_host", "status", "server", "title", "record", "where", "ca", "cname", "chain",
        "issuer", "not_before", "not_after", "expires", "registry_status", "registrar", "retry_after", "since",
        "serials", "keytag", "count", "fault", "path", "detail", "error",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause, how sure we are, and why. `facts` are the real values that the words need."""

    code: str
    certainty: Certainty
    blocks: bool | None = True  # stops the renewal; None: now and then
    basis: Literal["seen", "stated"] = "seen"
    facts: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    evidence: tuple[Question, ...] = ()  # the observations behind it

    @property
    def shown(self) -> bool:
        return self.certainty is Certainty.SHOWN


Verdict = Literal["will-fail", "no-obstacle", "already-renewed", "unknown"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found for one name. Findings in the order of blame; `leading` as interfaces.md defines it."""

    inquiry: Inquiry
    verdict: Verdict
    leading: str | None
    findings: tuple[Finding, ...]
    certificate: Certificate | None = None
    seen: Observations = field(default_factory=Observations)
    seconds: float = 0.0

    @property
    def name(self) -> Domain:
        return self.inquiry.name

    def finding(self, code: str) -> Finding | None:
        return next((f for f in self.findings if f.code == code), None)

    @property
    def lead(self) -> Finding | None:
        return self.finding(self.leading) if self.leading else None


# ---- answering


@dataclass(frozen=True, slots=True)
class Report:
    """One notice and what was found for each of its names: what a note is written from."""

    diagnoses: tuple[Diagnosis, ...]
    notice: Notice | None = None  # None: somebody asked by hand


LOOP_HEADER = "X-Ssl-Triage-Loop"  # carries Identity.instance in every mail of ours; facts never-answer N19
ID_PREFIX = "triage."  # how the left side of our own Message-IDs begins; facts never-answer N21


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are, from the configuration. `instance` marks our own mails so that we never answer ourselves."""

    address: str
    name: str = "triage"
    bounce: str = ""
    authserv_id: str = ""
    language: Language = "ja"
    instance: str = ""
    aliases: tuple[str, ...] = ()
    operator: str = ""  # who gets the daily digest; "" for nobody
    verp: bool = False  # each letter's envelope names it: `bounce` takes mail with anything behind a plus


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose domains these are, and where their notes go."""

    domains: tuple[Domain, ...]
    addresses: tuple[str, ...]
    language: Language | None = None
    mode: Literal["reply", "forward"] = "reply"


@dataclass(frozen=True, slots=True)
class Caps:
    """At most so many answers; sources in facts never-answer N26."""

    per_address_hour: int = 3
    per_address_day: int = 10
    per_domain_day: int = 30
    all_hour: int = 60
    all_day: int = 300
    names_per_mail: int = 10


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may ask, and how much. `senders` are addresses and `@domains`."""

    senders: tuple[str, ...] = ()
    owners: tuple[Owner, ...] = ()
    mode: Literal["send", "approve"] = "send"
    caps: Caps = Caps()
    anyone: bool = False  # every sender counts as allowed: only for reading by hand, never from a configuration
    secret: str = field(default="", repr=False)  # an address of ours with it behind a plus proves a registered sender


@dataclass(frozen=True, slots=True)
class Authentication:
    """What our own server says of the sender. `domain` is the authenticated From domain, or None."""

    domain: str | None
    because: str
    forged: bool = False  # our own server says that the sender is not who From says: no other proof is looked for


@dataclass(frozen=True, slots=True)
class Note:
    """The reply in plain words. `title` is the cause in one line; text is wrapped at 72 columns, HTML is whole."""

    title: str
    text: str
    html: str
    language: Language


@dataclass(frozen=True, slots=True)
class Reply:
    to: str
    because: str


@dataclass(frozen=True, slots=True)
class Forward:
    """To the registered owner, because the mail came by automatic forwarding: never to the host."""

    to: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Hold:
    because: str


@dataclass(frozen=True, slots=True)
class Drop:
    because: str


Decision = Reply | Forward | Hold | Drop


@dataclass(frozen=True, slots=True)
class Thread:
    """What a note needs to land beside the mail that it answers. Ids are valid msg-ids, with their brackets."""

    subject: str
    message_id: str | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A note as it goes out: one envelope, one recipient, the bytes of the whole mail."""

    envelope_from: str
    to: str
    message_id: str
    raw: bytes


# ---- remembering: what the ledger holds


class MailState(StrEnum):
    """Where a mail is on its way. `received` to `diagnosed` are still open; the others are final."""

    RECEIVED = "received"
    READ = "read"
    ADMITTED = "admitted"
    DIAGNOSED = "diagnosed"
    ANSWERED = "answered"
    HELD = "held"
    DROPPED = "dropped"
    ASIDE = "aside"

    @property
    def place(self) -> Place | None:
        """Where the mail is filed; None while it is still open."""
        return Place(self.value) if self.value in tuple(Place) else None


class DeliveryState(StrEnum):
    WAITING = "waiting"  # for a person's approval
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    DISCARDED = "discarded"  # a person decided that it does not go out


class CaseState(StrEnum):
    OPEN = "open"
    WATCHING = "watching"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail as the ledger knows it, without its bytes. `attempts` counts the tries that were begun."""

    id: int
    key: MailKey
    content: str  # hash of sender, subject and body: equal for copies of one mail
    arrived: datetime
    journaled: datetime
    state: MailState
    attempts: int = 0
    sender: str = ""
    subject: str = ""
    understood: str = ""  # "xserver renewal-failed: example.jp", or why it is no notice
    leading: str = ""  # leading causes, by name: "example.jp points-elsewhere"
    decision: str = ""  # reply, forward, hold or drop
    to: tuple[str, ...] = ()
    because: str = ""
    filed: bool = False
    decided: datetime | None = None  # when it was admitted, held, dropped or set aside


@dataclass(frozen=True, slots=True)
class Asking:
    """The mail that history is asked about."""

    content: str = ""
    sender: str = ""
    notices: tuple[str, ...] = ()  # keys of its notices; see `decide.notice_key`
    references: tuple[str, ...] = ()  # ids in In-Reply-To and References
    mail: int = 0  # its number in the ledger, so that it does not count itself


@dataclass(frozen=True, slots=True)
class History:
    """What happened before, as far as it bears on answering one mail. The counts leave this mail itself out."""

    content_answered: bool = False  # a copy of this mail was answered or is being answered
    address_hour: int = 0
    address_day: int = 0
    domain_day: int = 0
    all_hour: int = 0
    all_day: int = 0
    notice_answered: datetime | None = None  # the same notice to the same sender, most recently
    thread_answers: int = 0  # notes that we sent in the thread which this mail continues
    thread_case: int | None = None  # the case of that thread
    commands_day: int = 0  # one-word commands obeyed for this sender in 24 hours
    suppressed: str | None = None  # why nothing may be sent to this address
    first_start: datetime | None = None
    backlog: int = 0  # this mail lay in its folder, with so many others, when we first saw that folder


@dataclass(frozen=True, slots=True)
class Case:
    """The notices about one certificate and one owner, and what became of it."""

    id: int
    key: str  # of owner, provider, names and expiry
    owner: str  # the address that notes go to
    provider: str
    names: tuple[Domain, ...]
    expires: date | None
    language: Language
    state: CaseState
    opened: datetime
    thread: Thread
    notice: Notice
    notes: int = 0  # how many were written; the next has this number plus one
    leading: tuple[str, ...] = ()  # the leading cause of each name, when we last wrote; "" for none
    looked: datetime | None = None
    next_look: datetime | None = None
    looks: int = 0
    reminded: int | None = None  # the reminder sent last: days before expiry, 0 once expired
    because: str = ""  # why it was closed
    to: tuple[str, ...] = ()  # all who get its notes
    told: datetime | None = None  # when the last note was written


@dataclass(frozen=True, slots=True)
class Chapter:
    """A piece of a case's or a mail's story: what was concluded or done, and the observations behind it, in words."""

    at: datetime
    words: str  # "example.jp will-fail: points-elsewhere", or "closed: renewed"
    lines: tuple[str, ...] = ()
    mail: int | None = None
    case: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A note on its way."""

    id: int
    letter: Letter
    state: DeliveryState
    due: datetime
    attempts: int = 0
    mail: int | None = None
    case: int | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """What the ledger holds, counted, and since when the oldest of what is not done with has waited."""

    mails: Mapping[MailState, int] = field(default_factory=lambda: NO_MAILS)
    letters: Mapping[DeliveryState, int] = field(default_factory=lambda: NO_LETTERS)
    oldest_mail: datetime | None = None  # journaled, and neither diagnosed nor ended
    oldest_letter: datetime | None = None  # written, and due or being sent

    @property
    def open(self) -> int:
        return sum(self.mails.get(s, 0) for s in (MailState.RECEIVED, MailState.READ, MailState.ADMITTED))


NO_MAILS: Mapping[MailState, int] = MappingProxyType({})
NO_LETTERS: Mapping[DeliveryState, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Written:
    """What a diagnosed mail, or a look at a case, led to: recorded in one piece, and sent afterwards."""

    decision: Decision
    leading: str = ""
    letters: tuple[Letter, ...] = ()
    cases: tuple[Case, ...] = ()  # the first is the one that the letters belong to; `id` 0 where it is new
    waiting: bool = False  # until a person approves
    chapters: tuple[Chapter, ...] = ()  # what was found out, with its evidence
