"""Diagnosing by the world: a notice becomes inquiries, an inquiry becomes a diagnosis. Also what the commands use."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from triage.diagnose import conclude, next_questions
from triage.model import (
    UNKNOWN_PROVIDER,
    Chapter,
    Diagnosis,
    Inquiry,
    Notice,
    Observations,
    Provider,
    Question,
    Report,
)
from triage.names import Domain, InvalidName
from triage.ports import Clock, Probes
from triage.service.evidence import evidence

DEADLINE = 11.0  # seconds for one name: the CA's own dial takes 10


async def investigate(probes: Probes, inquiry: Inquiry, clock: Clock, deadline: float = DEADLINE) -> Diagnosis:
    """Ask all that matters about one name. There is no barrier: each answer that arrives may start more questions."""
    inquiry = replace(inquiry, sources=probes.sources)
    seen, asked = Observations(), set[Question]()
    async with probes.round(deadline) as round:

        def ask() -> None:
            questions = next_questions(inquiry, seen, asked)
            asked.update(questions)
            round.start(questions)

        ask()
        async for observation in round:
            seen += observation
            ask()
    return replace(conclude(inquiry, seen, clock()), seen=seen, seconds=_seconds(seen))


def inquiries(notice: Notice, providers: Mapping[str, Provider], limit: int = 10) -> tuple[Inquiry, ...]:
    """What has to be found out about a notice: an inquiry for each name, main names before service names."""
    provider = providers.get(notice.provider, UNKNOWN_PROVIDER)
    known = provider is not UNKNOWN_PROVIDER and notice.provider != "unknown"
    main = [name for name in notice.names if name not in notice.service_names]
    names = tuple(dict.fromkeys((*main, *notice.names)))
    return tuple(
        Inquiry(
            name=name,
            provider=provider,
            ca=provider.ca or "letsencrypt.org",
            assumed=(*(() if known else ("provider",)), *(() if provider.ca else ("ca",))),
            names=notice.names,
            first_domain=_first_domain(provider, notice),
            since=notice.dated,
            event=notice.event,
            expires=notice.expires,
            problems=tuple(p for p in notice.problems if p.name in (name, name.base, None)),
            atlas=tuple(providers.values()),
        )
        for name in names[: max(limit, 0)]
    )


def _first_domain(provider: Provider, notice: Notice) -> Domain | None:
    """The host's own name for the account's server. What the mail gave is checked before it becomes a name."""
    if provider.first_domain is None:
        return None
    text = provider.first_domain
    for key, value in notice.account.items():
        if not (value.isascii() and value.replace("-", "").isalnum()):
            continue
        text = text.replace("{" + key + "}", value)
    try:
        return Domain.parse(text)
    except InvalidName:  # an account that the notice does not print leaves its braces behind
        return None


def leading(diagnoses: Iterable[Diagnosis]) -> str:
    """The leading cause of each name, in one line for people."""
    return ", ".join(f"{d.name} {d.leading or d.verdict}" for d in diagnoses)


def story(reports: Iterable[Report], now: datetime, words: str) -> tuple[Chapter, ...]:
    """A chapter for each report on which something was asked: what was concluded for each name, and its evidence."""
    return tuple(
        Chapter(now, f"{words}: {leading(report.diagnoses)}", tuple(_lines(report)))
        for report in reports
        if report.diagnoses
    )


def _lines(report: Report) -> Iterable[str]:
    for diagnosis in report.diagnoses:
        yield f"{diagnosis.name}: {diagnosis.verdict}" + (f", {diagnosis.leading}" if diagnosis.leading else "")
        yield from (f"  {line}" for line in evidence(diagnosis))


def _seconds(seen: Observations) -> float:
    """While at least one question was under way; what a name waits for its turn behind other names is not its time."""
    if not len(seen):
        return 0.0
    spans = sorted((o.asked_at, o.asked_at + timedelta(seconds=o.seconds)) for o in seen)
    total, reached = timedelta(), spans[0][0]
    for begun, ended in spans:
        total += max(ended - max(begun, reached), timedelta())
        reached = max(reached, ended)
    return total.total_seconds()
