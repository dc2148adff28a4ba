"""What we know beforehand, from rules/: providers, how their mails look, and the words of every cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from triage.model.basics import NOTHING, Language
from triage.model.locale import Locales, fallback
from triage.model.notice import Event


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
    reverse: tuple[str, ...] = ()  # suffixes of its servers' own names (PTR, HELO) and certificates
    issuers: tuple[str, ...] = ()  # what only the certificates of its sites say of their issuer
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
    """A compiled RE2 pattern over folded text in UTF-8. Its group `value`, where it has one, is what a field holds."""

    @property
    def pattern(self) -> str: ...
    def search(self, text: bytes) -> Any: ...
    def finditer(self, text: bytes) -> Any: ...


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
    certificate: tuple[Pattern, ...] = ()  # begins the part about one certificate, where a mail is about several
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
    locales: Locales = field(default_factory=dict)


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
    digest: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # the operator's mail
    locales: Locales = field(default_factory=dict)
    lacking: tuple[str, ...] = ()  # what a language has no words for, in words

    def of(self, code: str, language: str) -> CauseWords | None:
        """The words for a cause; another language is better than silence."""
        rule = self.causes.get(code)
        if rule is None:
            return None
        return rule.words.get(language) or rule.words.get(self.fallback) or next(iter(rule.words.values()), None)

    @property
    def fallback(self) -> Language:
        return fallback(self.locales)
