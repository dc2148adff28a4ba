"""Builders of valid reports; a test names only what matters to it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from triage.config.causes import load_wording
from triage.explain import explain
from triage.model import (
    Certainty,
    Certificate,
    Diagnosis,
    Event,
    Finding,
    Inquiry,
    Note,
    Notice,
    Provider,
    Report,
    Verdict,
)
from triage.names import Domain

WORDING = load_wording()
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
EXPIRES = date(2026, 12, 28)

XSERVER = Provider(
    id="xserver",
    names={"ja": "エックスサーバー", "en": "Xserver"},
    links={"panel": "https://panel.example/login/"},
    retry_days=(30, 25, 20),
    panel={
        "ja": {"renew": "「サーバーパネル」→「SSL設定」→「更新」", "redirect": "「サーバーパネル」→「サイト転送設定」"},
        "en": {"renew": "“Server panel” → “SSL” → “Update”"},
    },
)
CLOUDFLARE = Provider(id="cloudflare", kind="dns", names={"en": "Cloudflare"}, nameservers=("*.ns.cloudflare.com",))
PROVIDERS = {p.id: p for p in (XSERVER, CLOUDFLARE)}

RENEWED = Certificate(
    "R12", datetime(2026, 11, 20, 2, tzinfo=UTC), datetime(2027, 2, 18, 2, tzinfo=UTC), ("example.jp",)
)


def shown(code: str, **facts: str) -> Finding:
    return Finding(code, Certainty.SHOWN, facts=facts)


def ruled_out(code: str) -> Finding:
    return Finding(code, Certainty.RULED_OUT)


def unknown(code: str, **facts: str) -> Finding:
    return Finding(code, Certainty.UNKNOWN, facts=facts)


def diagnosis(
    *findings: Finding,
    name: str = "example.jp",
    verdict: Verdict = "will-fail",
    provider: Provider = XSERVER,
    leading: str | None = None,
    certificate: Certificate | None = None,
) -> Diagnosis:
    lead = leading or (findings[0].code if findings and verdict in ("will-fail", "already-renewed") else None)
    return Diagnosis(Inquiry(Domain(name), provider), verdict, lead, findings, certificate)


def report(
    *diagnoses: Diagnosis,
    event: Event = Event.RENEWAL_FAILED,
    expires: date | None = EXPIRES,
    service: tuple[str, ...] = (),
    provider: str = "xserver",
) -> Report:
    names = tuple(d.name for d in diagnoses)
    services = tuple(Domain(name) for name in service)
    return Report(diagnoses, Notice(provider, event, names, services, expires, stated_error="SECRET WORDS OF THE MAIL"))


def note(
    *reports: Report,
    language: str = "ja",
    watching: bool = False,
    signs: tuple[str, ...] = (),
    providers: Mapping[str, Provider] = PROVIDERS,
    now: datetime = NOW,
) -> Note:
    chosen = "ja" if language == "ja" else "en"
    return explain(reports, WORDING, chosen, now, providers=providers, watching=watching, signs=signs)


def flat(text: str) -> str:
    """Without line breaks and indents, so that a phrase is found wherever the lines were broken."""
    return "".join(text.split())


def says(text: str, *phrases: str) -> bool:
    return all(flat(phrase) in flat(text) for phrase in phrases)
