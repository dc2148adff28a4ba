"""The rulebook from disk: rules/providers/, ours first, then the user's own folders, which win."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import re2
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from triage.config.reading import bundled_rules, read, refused
from triage.config.words import load_locales
from triage.model import (
    Event,
    FieldRule,
    LookalikeRule,
    NoticeRule,
    Pattern,
    Permanent,
    Provider,
    Rulebook,
    Signature,
)

LONGEST_PATTERN = 500  # a longer one is a mail, not a phrase
_MEMORY = 1 << 20  # octets that one pattern may take; RE2 refuses what needs more
LOOKALIKE = "not-a-notice"
ABOUT = "a provider"  # the part of rules/README.md that helps with such a file
_Kind = Literal["host", "panel", "client", "ca", "platform", "monitor", "dns", "cdn", "builder", "parking"]
_Method = Literal["http-01", "dns-01", "tls-alpn-01"]


def _pattern(text: str) -> str:
    if len(text) > LONGEST_PATTERN:
        raise ValueError(f"is longer than {LONGEST_PATTERN} characters")
    try:
        compiled(text)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise ValueError(f"is no RE2 pattern: {reason.decode() if isinstance(reason, bytes) else reason}") from error
    return text


def compiled(pattern: str) -> Pattern:
    """RE2 without regard to case; `^` and `$` match at the lines."""
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MEMORY
    options.log_errors = False
    return re2.compile(f"(?m){pattern}", options)


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError("is not an https:// address")
    return url


_PatternText = Annotated[str, AfterValidator(_pattern)]
_Url = Annotated[str, AfterValidator(_https)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Provider(_Strict):
    kind: _Kind = "host"
    names: dict[str, str] = {}
    links: dict[str, _Url] = {}
    nameservers: list[str] = []
    addresses: list[str] = []
    cnames: list[str] = []
    reverse: list[str] = []
    issuers: list[str] = []
    first_domain: str | None = None
    ca: str | None = None
    caa: list[str] = []
    methods: list[_Method] = []
    precheck: Literal["address", "nameservers", "none"] | None = None
    exempt: list[str] = []
    retry_days: list[int] = []
    marks: dict[str, list[str]] = {}
    panel: dict[str, dict[str, str]] = {}
    domains: list[str] = []
    fakes: list[str] = []

    def value(self, name: str) -> Provider:
        return Provider(
            id=name,
            kind=self.kind,
            names=self.names,
            links=self.links,
            nameservers=tuple(self.nameservers),
            addresses=tuple(self.addresses),
            cnames=tuple(self.cnames),
            reverse=tuple(self.reverse),
            issuers=tuple(self.issuers),
            first_domain=self.first_domain,
            ca=self.ca,
            caa=tuple(self.caa),
            methods=tuple(self.methods),
            precheck=self.precheck,
            exempt=tuple(self.exempt),
            retry_days=tuple(self.retry_days),
            marks={kind: tuple(words) for kind, words in self.marks.items()},
            panel=self.panel,
            domains=tuple(self.domains),
            fakes=tuple(self.fakes),
        )


class _Field(_Strict):
    patterns: Annotated[list[_PatternText], Field(min_length=1, max_length=20)]
    required: bool = False


class _Mail(_Strict):
    """<event>.toml: how one kind of mail looks."""

    event: str
    because: str = ""
    cause: str | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8})?$")] = "en"
    subject: list[_PatternText] = []
    body_all: list[_PatternText] = []
    body_alone: list[_PatternText] = []
    body_none: list[_PatternText] = []
    certificate: list[_PatternText] = []
    fields: dict[str, _Field] = {}

    def signature(self) -> Signature:
        lists = (self.subject, self.body_all, self.body_alone, self.body_none)
        return Signature(*(tuple(map(compiled, patterns)) for patterns in lists))


def load_rules(folders: Sequence[Path] = ()) -> Rulebook:
    """All that we know of hosts and of their mails. Each folder is laid out as our rules/ is.

    A provider.toml of a later folder replaces that of an earlier one; so does a mail's file of the same name, and
    every mail rule of a user goes before ours. Raises Permanent, which names file, key and what to do.
    """
    providers = dict[str, Provider]()
    mails = dict[str, NoticeRule | LookalikeRule]()
    for root in (ours := bundled_rules(), *folders):
        for home in _homes(root, is_ours=root == ours):
            for path in sorted(home.glob("*.toml")):
                if path.name == "provider.toml":
                    providers[home.name] = read(path, _Provider, ABOUT).value(home.name)
                else:
                    mails[f"{home.name}/{path.stem}"] = _mail(path, own=root != ours)
    for name in sorted({mail.provider for mail in mails.values()} - set(providers)):
        providers[name] = Provider(id=name)
    return Rulebook(
        providers=providers,
        rules=tuple(mail for mail in mails.values() if isinstance(mail, NoticeRule)),
        lookalikes=tuple(mail for mail in mails.values() if isinstance(mail, LookalikeRule)),
        locales=load_locales(folders),
    )


def _homes(root: Path, *, is_ours: bool) -> Iterable[Path]:
    if not is_ours and not root.is_dir():
        raise Permanent(f"{root}: there is no such folder", "check rules.folders in config.toml")
    return sorted(home for home in (root / "providers").glob("*") if home.is_dir())


def _mail(path: Path, *, own: bool) -> NoticeRule | LookalikeRule:
    shape = read(path, _Mail, ABOUT)
    provider = path.parent.name
    _structural(path, shape)
    signature = shape.signature()
    if shape.event == LOOKALIKE:
        return LookalikeRule(f"{provider}/{path.stem}", provider, shape.because, signature, own)
    return NoticeRule(
        id=f"{provider}/{path.stem}",
        provider=provider,
        event=Event(shape.event),
        language=shape.language,
        signature=signature,
        fields=tuple(
            FieldRule(name, tuple(map(compiled, field.patterns)), field.required)
            for name, field in shape.fields.items()
        ),
        cause=shape.cause,
        certificate=tuple(map(compiled, shape.certificate)),
        own=own,
    )


def _structural(path: Path, shape: _Mail) -> None:
    """The duties that cost nothing to check on every start. The samples are for `check_rules`."""
    known = [*(event.value for event in Event), LOOKALIKE]
    if shape.event not in known:
        raise _refused(path, f"event: {shape.event!r} is none of {', '.join(known)}")
    if not (shape.subject or shape.body_alone or shape.body_all):
        raise _refused(path, "subject: a rule without subject, body_alone and body_all would claim every mail")
    if shape.event == LOOKALIKE and not shape.because:
        raise _refused(path, "because: is missing; say why such a mail is no notice")
    for name, field in shape.fields.items():
        if any("(?P<value>" not in pattern for pattern in field.patterns):
            raise _refused(path, f"fields.{name}.patterns: a pattern without the group (?P<value>…) holds nothing")


def _refused(path: Path, reason: str) -> Permanent:
    return refused(path, reason, ABOUT)
