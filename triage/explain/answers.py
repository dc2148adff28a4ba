"""Reports in, answers out: names that share one are grouped, and the most urgent comes first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from triage.explain.dates import Deadline, deadline
from triage.model import UNKNOWN_PROVIDER, Certificate, Diagnosis, Finding, Locale, Notice, Provider, Report, Wording
from triage.names import Domain


class Kind(IntEnum):
    """What sort of answer it is, in the order in which people need them."""

    SHOWN = 0  # seen by ourselves: this is why
    STATED = 1  # the notice says so, and we saw nothing against it
    LIKELY = 2  # not proved
    UNKNOWN = 3
    CLEAR = 4  # no obstacle found
    HARMLESS = 5  # nothing to repair: moved away, only service names, the CA's own trouble
    RENEWED = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer for one or more names. `words` is a cause's code, or one of the notes that have no cause."""

    kind: Kind
    words: str
    names: tuple[Domain, ...]
    provider: Provider = UNKNOWN_PROVIDER
    finding: Finding | None = None
    diagnoses: tuple[Diagnosis, ...] = ()
    notice: Notice | None = None
    until: Deadline | None = None
    service: bool = False  # only names that a panel uses

    @property
    def certificate(self) -> Certificate | None:
        return next((d.certificate for d in self.diagnoses if d.certificate), None)

    @property
    def is_seen(self) -> bool:
        """What the words say is there; whether it is the cause is another question."""
        return self.finding is not None and self.finding.shown

    @property
    def needs_work(self) -> bool:
        return self.kind <= Kind.LIKELY


# A cause that two names share is one answer only where these agree as well.
_TELLING = ("operator", "target_host", "status", "expected", "record", "ca", "registrar")


def answers(
    reports: Iterable[Report],
    wording: Wording,
    locale: Locale,
    now: datetime,
    providers: Mapping[str, Provider],
) -> tuple[Answer, ...]:
    """Every answer that the note gives, most urgent first, the owner's own names before a panel's."""
    found: dict[object, Answer] = {}
    for report in reports:
        for one in _of_report(report, wording, locale, now, providers):
            key = _key(one)
            found[key] = _joined(found[key], one) if key in found else one
    return tuple(sorted(_harmless_services(tuple(found.values()), wording), key=_urgency))


def _of_report(
    report: Report, wording: Wording, locale: Locale, now: datetime, providers: Mapping[str, Provider]
) -> Iterable[Answer]:
    notice = report.notice
    if not report.diagnoses:
        yield _unlooked(report, locale, now, providers)
    for diagnosis in report.diagnoses:
        kind, words = _judged(diagnosis, notice, wording)
        yield Answer(
            kind=kind,
            words=words,
            names=(diagnosis.name,),
            provider=_provider(notice, diagnosis, providers),
            finding=diagnosis.finding(words),
            diagnoses=(diagnosis,),
            notice=notice,
            until=deadline(notice, _own_certificate(diagnosis), now, locale),
            service=notice is not None and diagnosis.name in notice.service_names,
        )


# They stop a renewal that nobody needs.
_NOTHING_TO_REPAIR = ("moved-away", "service-names-only")
# There a stranger's certificate is served, and its last day is not that of the one that did not renew.
_SERVED_BY_OTHERS = ("points-elsewhere", "behind-cloudflare", "behind-cdn", "moved-away", "parked")


def _own_certificate(diagnosis: Diagnosis) -> Certificate | None:
    return None if diagnosis.leading in _SERVED_BY_OTHERS else diagnosis.certificate


def _unlooked(report: Report, locale: Locale, now: datetime, providers: Mapping[str, Provider]) -> Answer:
    """A notice for which nothing was asked: good news, or one that names no domain."""
    notice = report.notice
    good = notice is not None and notice.event.is_good
    return Answer(
        kind=Kind.RENEWED if good else Kind.UNKNOWN,
        words="success" if good else "nameless" if not (notice and notice.names) else "unknown",
        names=notice.names if notice else (),
        provider=providers.get(notice.provider, UNKNOWN_PROVIDER) if notice else UNKNOWN_PROVIDER,
        notice=notice,
        until=deadline(notice, None, now, locale),
    )


def _judged(diagnosis: Diagnosis, notice: Notice | None, wording: Wording) -> tuple[Kind, str]:
    lead = diagnosis.lead
    if notice is not None and notice.event.is_good and diagnosis.verdict in ("already-renewed", "no-obstacle"):
        return Kind.RENEWED, "success"
    if diagnosis.verdict == "already-renewed":
        return Kind.RENEWED, "already-renewed"
    if lead is None or lead.code not in wording.causes:
        return (Kind.CLEAR, "no-obstacle") if diagnosis.verdict == "no-obstacle" else (Kind.UNKNOWN, "unknown")
    if lead.code in _NOTHING_TO_REPAIR or wording.causes[lead.code].blocks is False:
        return Kind.HARMLESS if lead.shown else Kind.LIKELY, lead.code
    # What is seen, but stops a renewal only now and then, need not be what stopped this one.
    if not lead.shown or (lead.blocks is None and lead.basis == "seen"):
        return Kind.LIKELY, lead.code
    return (Kind.STATED if lead.basis == "stated" else Kind.SHOWN), lead.code


def _provider(notice: Notice | None, diagnosis: Diagnosis, providers: Mapping[str, Provider]) -> Provider:
    if diagnosis.inquiry.provider.id != UNKNOWN_PROVIDER.id:
        return diagnosis.inquiry.provider
    return providers.get(notice.provider, UNKNOWN_PROVIDER) if notice else UNKNOWN_PROVIDER


def _key(answer: Answer) -> object:
    facts = answer.finding.facts if answer.finding else {}
    telling = tuple(facts.get(name, "") for name in _TELLING)
    return answer.kind, answer.words, answer.provider.id, answer.until, answer.notice and answer.notice.event, telling


def _joined(first: Answer, second: Answer) -> Answer:
    """One answer for the names of both; the owner's main name leads, and its facts are told."""
    lead, other = (second, first) if first.service and not second.service else (first, second)
    return Answer(
        kind=lead.kind,
        words=lead.words,
        names=tuple(dict.fromkeys((*lead.names, *other.names))),
        provider=lead.provider,
        finding=lead.finding,
        diagnoses=(*lead.diagnoses, *other.diagnoses),
        notice=lead.notice,
        until=lead.until,
        service=lead.service and other.service,
    )


# What is wrong there is wrong for the whole domain, also when the mail speaks of `webmail.` alone.
_OF_THE_WHOLE_DOMAIN = ("domain", "nameservers", "ca", "host")


def _harmless_services(found: tuple[Answer, ...], wording: Wording) -> Iterable[Answer]:
    """Where nothing but a panel's own names fails, the website needs nothing: one answer says so for all of them."""
    services = [a for a in found if a.service and _is_of_services_alone(a, wording)]
    if not services:
        return found
    moved = next((a for a in found if a.words == "moved-away" and not a.service), None)
    if moved:  # the panel's own names stayed behind because the site left
        for service in services:
            moved = _joined(moved, service)
        return (*(a for a in found if a not in services and a.words != "moved-away"), moved)
    together = services[0]
    for other in services[1:]:
        together = _joined(together, other)
    harmless = Answer(
        kind=Kind.HARMLESS,
        words="service-names-only",
        names=together.names,
        provider=together.provider,
        finding=together.finding,
        diagnoses=together.diagnoses,
        notice=together.notice,
        until=together.until,
        service=True,
    )
    return (*(a for a in found if a not in services), harmless)


def _is_of_services_alone(answer: Answer, wording: Wording) -> bool:
    if answer.words == "service-names-only":
        return True
    return answer.needs_work and _area(answer, wording) not in _OF_THE_WHOLE_DOMAIN


def _area(answer: Answer, wording: Wording) -> str:
    rule = wording.causes.get(answer.words)
    return rule.area if rule else ""


def _urgency(answer: Answer) -> tuple[int, int, int, int, str]:
    days = answer.until.days if answer.until else 10_000
    name = answer.names[0].text if answer.names else ""
    return answer.kind // 4, int(answer.service), days, name.count("."), name  # shop.example.jp behind example.jp
