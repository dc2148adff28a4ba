"""What the words of a cause may use: every fact, the host's menu words and links, dates, and shared phrases.

A value that is not known is "", never missing. The notice's own error text is not among them: nothing that somebody
wrote into a mail is repeated in ours but the checked name and a date that we format ourselves.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from triage.explain.answers import Answer, Kind
from triage.explain.dates import day, local, moment, next_try, read
from triage.explain.templates import Blanks, Phrases
from triage.model import FACTS, UNKNOWN_PROVIDER, CauseWords, Certificate, Finding, Language, Locale, Provider, Wording
from triage.names import Domain

LONGEST_FACT = 120  # characters; the world wrote them
MANY = 4  # names or addresses are told, of a longer list the first ones

_LISTS = ("addresses", "expected", "nameservers")
_TIMES = ("since", "retry_after")
_DAYS = ("expires", "logged", "not_before", "not_after")
_CA_NAMES = {
    "letsencrypt.org": "Let's Encrypt",
    "sectigo.com": "Sectigo",
    "comodoca.com": "Sectigo",
    "pki.goog": "Google Trust Services",
    "digicert.com": "DigiCert",
    "amazon.com": "Amazon",
    "amazontrust.com": "Amazon",
    "zerossl.com": "ZeroSSL",
    "globalsign.com": "GlobalSign",
    "buypass.com": "Buypass",
    "ssl.com": "SSL.com",
    "jprs.jp": "JPRS",
}


def clean(text: str) -> str:
    """One line of what the world wrote: no control, invisible or direction-changing characters, and not too long."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join(kept.split())[:LONGEST_FACT]


def told(name: Domain) -> str:
    """A name as it must be typed; beside it as people write it, where the two differ."""
    plain = name.unicode
    return name.text if plain == name.text else f"{name.text}({plain})"


def menu(path: str, locale: Locale) -> str:
    """A menu path with its words in quotes, as they stand on the screen; one that has its own quotes stays as it is."""
    if "→" not in path or any(quote in path for quote in f"「“{locale.quotes[0]}"):
        return path
    opened, closed = locale.quotes
    return locale.arrow.join(f"{opened}{word.strip()}{closed}" for word in path.split("→"))


def listed(names: tuple[Domain, ...], phrases: Mapping[str, str]) -> str:
    shown = [told(name) for name in names[:MANY]]
    more = len(names) - len(shown)
    if more:
        return phrases["list_comma"].join(shown) + phrases["list_more"].replace("#", str(more))
    return (
        phrases["list_comma"].join(shown[:-1]) + phrases["list_and"] + shown[-1] if len(shown) > 1 else "".join(shown)
    )


@dataclass(frozen=True, slots=True)
class Frame:
    """What stays the same through one note."""

    wording: Wording
    language: Language
    now: datetime
    providers: Mapping[str, Provider]
    watching: bool = False

    @property
    def locale(self) -> Locale:
        return self.wording.locales[self.language]

    @property
    def phrases(self) -> Mapping[str, str]:
        return self.wording.phrases[self.language]

    def values(self, answer: Answer, finding: Finding | None = None) -> Mapping[str, object]:
        """The whole context for one answer, or for another finding beside it."""
        context = _values(answer, (finding or answer.finding), self)
        context["say"] = Phrases(self.phrases, lambda: context)
        return MappingProxyType(context)

    def words(self, answer: Answer) -> CauseWords:
        """A cause's own words, else those of a note that has no cause."""
        return self.wording.of(answer.words, self.language) or self.wording.notes[self.language][answer.words]


def _values(answer: Answer, finding: Finding | None, frame: Frame) -> dict[str, object]:
    provider, language, locale = answer.provider, frame.language, frame.locale
    known = provider.id != UNKNOWN_PROVIDER.id
    hosted = known and provider.kind in ("host", "platform", "cdn")
    found = finding.facts if finding else {}
    return {
        **_facts(found, locale),
        **_served(answer.certificate, locale),
        "name": told(answer.names[0]) if answer.names else "",
        "names": listed(answer.names, frame.phrases),
        "many": len(answer.names) > 1,
        "known": known,
        "guessed": bool(answer.diagnoses and "provider" in answer.diagnoses[0].inquiry.assumed),
        "provider": provider.called(language) if known else "",
        "hosted": hosted,
        "own_server": known and provider.kind == "client",
        "own_nameservers": _own_nameservers(provider) if hosted else "",
        "host": provider.called(language) if hosted else frame.phrases["your_host"],
        "panel": Blanks({key: menu(path, locale) for key, path in provider.panel.get(language, {}).items()}),
        "link": Blanks(provider.links),
        "unsure": answer.kind is Kind.LIKELY and not answer.is_seen,
        "sometimes": bool(finding and finding.shown and finding.blocks is None),
        "stated": bool(finding and finding.basis == "stated"),
        "watching": frame.watching,
        "asked_by_hand": answer.notice is None,
        "tried": answer.notice is not None or any(d.inquiry.problems for d in answer.diagnoses),
        "ca_name": _CA_NAMES.get(found.get("ca", "") or _ca(answer), "") or frame.phrases["the_ca"],
        **_dates(answer, locale, frame.now),
        **_operators(answer, found, frame),
    }


def _own_nameservers(provider: Provider) -> str:
    """To be typed at the registrar, so all of them or none: a pattern such as `*.dns.host.example` says nothing."""
    known = provider.nameservers
    return "" if any("*" in host for host in known) else ", ".join(known)


def _ca(answer: Answer) -> str:
    if answer.diagnoses:
        return answer.diagnoses[0].inquiry.ca
    return answer.provider.ca or ""


def _facts(found: Mapping[str, str], locale: Locale) -> dict[str, str]:
    facts = {name: clean(found.get(name, "")) for name in FACTS if name != "error"}
    facts |= {name: _first_of(facts[name]) for name in _LISTS}
    facts |= {name: _moment(facts[name], locale) for name in _TIMES}
    return facts | {name: _day(facts[name], locale) for name in _DAYS}


def _moment(text: str, locale: Locale) -> str:
    when = read(text)
    return moment(when, locale) if when else ""


def _day(text: str, locale: Locale) -> str:
    when = read(text)
    return day(local(when, locale).date(), locale) if when else ""


def _served(certificate: Certificate | None, locale: Locale) -> dict[str, object]:
    """The certificate that visitors get now."""
    if certificate is None:
        return {"served_by": "", "served_from": "", "served_until": ""}
    return {
        "served_by": clean(certificate.issuer),
        "served_from": day(local(certificate.not_before, locale).date(), locale),
        "served_until": day(local(certificate.not_after, locale).date(), locale),
    }


def _first_of(text: str) -> str:
    items = text.split(", ")
    return ", ".join(items[:MANY]) + (" …" if len(items) > MANY else "")


def _dates(answer: Answer, locale: Locale, now: datetime) -> dict[str, object]:
    until = answer.until
    tried = next_try(answer.provider, until)
    return {
        "until": day(until.on, locale) if until else "",
        "days": until.days if until else 0,
        "over": -until.days if until and until.days < 0 else 0,
        "today": day(local(now, locale).date(), locale),
        "next_try": day(tried, locale) if tried else "",
        "tries_over": bool(until and answer.provider.retry_days and not tried),
    }


def _operators(answer: Answer, found: Mapping[str, str], frame: Frame) -> dict[str, object]:
    """Who runs the address or the name servers that were found: their names, and where their customers edit records."""
    runs = _by_nameservers(found.get("nameservers", ""), (*_atlas(answer), *frame.providers.values()))
    operator = frame.providers.get(found.get("operator", ""), UNKNOWN_PROVIDER)
    language = frame.language
    return {
        "operator_name": operator.called(language) if operator.id != UNKNOWN_PROVIDER.id else "",
        "dns_name": runs.called(language) if runs else "",
        "dns_panel": menu(runs.panel.get(language, {}).get("dns", ""), frame.locale) if runs else "",
        "dns_link": runs.links.get("dns", "") if runs else "",
        "dns_here": runs is not None and runs.id == answer.provider.id,
    }


def _atlas(answer: Answer) -> tuple[Provider, ...]:
    return answer.diagnoses[0].inquiry.atlas if answer.diagnoses else ()


def _by_nameservers(nameservers: str, known: tuple[Provider, ...]) -> Provider | None:
    """The provider whose name servers these are, all of them; `*.` stands for any label."""
    hosts = [host.strip().lower() for host in nameservers.split(",") if host.strip()]
    if not hosts:
        return None
    return next((p for p in known if p.nameservers and all(_is_one_of(host, p.nameservers) for host in hosts)), None)


def _is_one_of(host: str, patterns: tuple[str, ...]) -> bool:
    return any(host.endswith(p[1:].lower()) if p.startswith("*.") else host == p.lower() for p in patterns)
