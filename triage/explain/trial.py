"""Every cause tried out on its own example: what is wrong with the words, before a mail finds it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from jinja2 import TemplateError

from triage.explain.note import explain
from triage.model import (
    CauseRule,
    Certainty,
    Diagnosis,
    Event,
    Finding,
    Inquiry,
    Language,
    Notice,
    Provider,
    Report,
    Wording,
)
from triage.names import Domain

_NAME = Domain("example.jp")
_NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOST = Provider(id="host", names={"ja": "例のサーバー", "en": "Example Hosting"}, retry_days=(30, 20, 10))


def faults(wording: Wording) -> tuple[str, ...]:
    """One line for each cause and language whose example does not give what it should; empty when all is well."""
    return tuple(fault for rule in wording.causes.values() for fault in _of_cause(rule, wording))


def _of_cause(rule: CauseRule, wording: Wording) -> Iterable[str]:
    for language in wording.locales:
        if language not in rule.words:
            yield f"causes/{rule.code}.toml: [{language}] is missing; add it, or causes/{language}/{rule.code}.toml"
            continue
        try:
            full, bare = trial(rule, wording, language, HOST), trial(rule, wording, language, None)
        except TemplateError as error:
            yield f"causes/{rule.code}.toml: {language} does not render: {error.message}"
            continue
        yield from (
            f"causes/{rule.code}.toml: the {language} note does not say {phrase!r}"
            for phrase in rule.says.get(language, ())
            if _flat(phrase) not in _flat(full)
        )
        if "None" in bare:
            yield f"causes/{rule.code}.toml: the {language} note says None where a fact is not known"


def trial(rule: CauseRule, wording: Wording, language: Language, provider: Provider | None) -> str:
    """The note for a cause's own example at a known host; without one, for a finding of which no fact is known."""
    facts = rule.example if provider else {}
    found = Finding(rule.code, Certainty.SHOWN, rule.blocks, "seen", facts)
    inquiry = Inquiry(_NAME, provider) if provider else Inquiry(_NAME)
    notice = Notice(provider.id if provider else "unknown", Event.RENEWAL_FAILED, (_NAME,), expires=date(2026, 12, 28))
    report = Report((Diagnosis(inquiry, "will-fail", rule.code, (found,)),), notice)
    known = {provider.id: provider} if provider else {}
    return explain((report,), wording, language, _NOW, providers=known).text


def _flat(text: str) -> str:
    """Without line breaks, so that a phrase is found wherever the lines were broken."""
    return "".join(text.split())
