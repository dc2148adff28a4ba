"""The notes that are kept as approved text: every cause, in both languages, at Xserver, under cPanel, and at a host
that nobody knows; and the answers that have no cause."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Literal

from triage.config import load_rules, load_wording
from triage.explain import explain
from triage.model import (
    UNKNOWN_PROVIDER,
    CauseRule,
    Certainty,
    Certificate,
    Diagnosis,
    Event,
    Finding,
    Guess,
    Inquiry,
    Language,
    Note,
    Notice,
    Provider,
    Report,
    Verdict,
)
from triage.names import Domain

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
EXPIRES = date(2026, 12, 28)
NAME = Domain("example.jp")
HOSTS = ("xserver", "cpanel", "unknown")
LANGUAGES: tuple[Language, ...] = ("ja", "en")
WORDING = load_wording()

OLD = Certificate(
    "Let's Encrypt R11", datetime(2026, 9, 29, tzinfo=UTC), datetime(2026, 12, 28, tzinfo=UTC), ("example.jp",)
)
NEW = Certificate(
    "Let's Encrypt R12", datetime(2026, 11, 20, tzinfo=UTC), datetime(2027, 2, 18, tzinfo=UTC), ("example.jp",)
)

# One cause of each area that a round of questions looks at, in the order of the road.
LOOKED_AT = (
    "not-registered", "lame-delegation", "no-address", "port-80-refused", "site-redirect-elsewhere",
    "password-protected", "server-error", "caa-other-ca", "ca-outage",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Specimen:
    """One approved note. `path` is where its text is kept, below tests/notes."""

    path: str
    language: Language
    report: Report
    providers: dict[str, Provider]
    signs: tuple[str, ...] = ()
    watching: bool = True

    @property
    def note(self) -> Note:
        return explain(
            (self.report,),
            WORDING,
            self.language,
            NOW,
            providers=self.providers,
            watching=self.watching,
            signs=self.signs,
        )


@cache
def providers() -> dict[str, Provider]:
    return dict(load_rules().providers)


def specimens() -> Iterator[Specimen]:
    for host in HOSTS:
        for language in LANGUAGES:
            for rule in WORDING.causes.values():
                yield Specimen(f"{rule.code}/{host}.{language}.txt", language, of_cause(rule, host), providers())
            yield from _without_cause(host, language)


# How sure a cause can be, where it is not both seen and sure to stop the renewal: only likely; told by the mail alone;
# seen, but in the way only now and then.
WEAKER: dict[str, tuple[Certainty, bool | None, Literal["seen", "stated"]]] = {
    "likely": (Certainty.UNKNOWN, True, "seen"),
    "stated": (Certainty.SHOWN, True, "stated"),
    "now-and-then": (Certainty.SHOWN, None, "seen"),
}


def weaker(form: str, language: Language) -> str:
    """What each cause sounds like in that form at Xserver: the lines that say how sure it is."""
    certainty, blocks, basis = WEAKER[form]
    made: list[str] = []
    for rule in WORDING.causes.values():
        if rule.blocks is False or rule.code in ("moved-away", "service-names-only"):
            continue  # nothing to repair: shown, or not said at all
        sure = of_cause(rule, "xserver")
        lead = Finding(rule.code, certainty, blocks, basis, rule.example)
        verdict: Verdict = "will-fail" if basis == "stated" else "unknown"
        diagnosis = replace(sure.diagnoses[0], verdict=verdict, findings=(lead, *sure.diagnoses[0].findings[1:]))
        said = Specimen("", language, replace(sure, diagnoses=(diagnosis,)), providers()).note.text.split("\n")
        date = next(n for n, line in enumerate(said) if line.startswith(WORDING.phrases[language]["label_until"]))
        certain = (line for line in said[date:] if line.startswith(("  | ", " ✗ ", " ? ")))
        made += [f"## {rule.code}", *(line for line in said[:date] if line), *certain, ""]
    return "\n".join(made)


def of_cause(rule: CauseRule, host: str) -> Report:
    renewed = rule.code == "already-renewed"
    lead = Finding(rule.code, Certainty.SHOWN, rule.blocks, "seen", rule.example)
    area = rule.area
    others = tuple(Finding(c, Certainty.RULED_OUT) for c in LOOKED_AT if WORDING.causes[c].area != area)
    verdict: Verdict = "already-renewed" if renewed else "will-fail"
    report = _report(host, Diagnosis(_inquiry(host), verdict, rule.code, (lead, *others), NEW if renewed else OLD))
    return _of_a_panel(report) if rule.code == "service-names-only" else report


def _without_cause(host: str, language: Language) -> Iterator[Specimen]:
    fine = tuple(Finding(code, Certainty.RULED_OUT) for code in LOOKED_AT)
    unasked = tuple(Finding(code, Certainty.UNKNOWN) for code in LOOKED_AT)
    inquiry = _inquiry(host)
    reports = {
        "no-obstacle": _report(host, Diagnosis(inquiry, "no-obstacle", None, fine, OLD)),
        "unknown": _report(host, Diagnosis(inquiry, "unknown", None, unasked)),
        "success": _report(host, Diagnosis(inquiry, "no-obstacle", None, fine, NEW), Event.RENEWED),
        "nameless": Report((), Notice(host, Event.RENEWAL_FAILED)),
    }
    for name, report in reports.items():
        yield Specimen(f"{name}/{host}.{language}.txt", language, report, providers())
    elsewhere = of_cause(WORDING.causes["points-elsewhere"], host)
    yield Specimen(f"phishing/{host}.{language}.txt", language, elsewhere, providers(), signs=("phishing",))
    yield Specimen(f"not-watching/{host}.{language}.txt", language, elsewhere, providers(), watching=False)

    guessed = of_cause(WORDING.causes["password-protected"], host)
    if host != "unknown":
        yield Specimen(f"guessed/{host}.{language}.txt", language, _guessed(guessed), providers())

    stated = Finding("rate-limited", Certainty.SHOWN, True, "stated", WORDING.causes["rate-limited"].example)
    told = _report(host, Diagnosis(inquiry, "will-fail", "rate-limited", (stated, *fine), OLD))
    yield Specimen(f"stated-by-the-mail/{host}.{language}.txt", language, told, providers())
    doubtful = Finding("port-80-blocked", Certainty.UNKNOWN, facts=WORDING.causes["port-80-blocked"].example)
    others = tuple(f for f in fine if WORDING.causes[f.code].area != "reach")
    likely = _report(host, Diagnosis(inquiry, "unknown", "port-80-blocked", (doubtful, *others), OLD))
    yield Specimen(f"likely/{host}.{language}.txt", language, likely, providers())


def _guessed(report: Report) -> Report:
    """Nobody named the host; it was taken from what was seen."""
    (diagnosis,) = report.diagnoses
    inquiry = replace(diagnosis.inquiry, assumed=("provider",), guess=Guess("reverse", "sv1.host.example"))
    return replace(report, diagnoses=(replace(diagnosis, inquiry=inquiry),))


def _of_a_panel(report: Report) -> Report:
    """The same, for names that only a panel uses."""
    (diagnosis,), notice = report.diagnoses, report.notice
    names = tuple(Domain(f"{label}.{NAME}") for label in ("webmail", "cpanel"))
    each = tuple(replace(diagnosis, inquiry=replace(diagnosis.inquiry, name=name)) for name in names)
    return Report(each, notice and replace(notice, names=names, service_names=names))


def _inquiry(host: str) -> Inquiry:
    return Inquiry(NAME, providers().get(host, UNKNOWN_PROVIDER))


def _report(host: str, diagnosis: Diagnosis, event: Event = Event.RENEWAL_FAILED) -> Report:
    return Report((diagnosis,), Notice(host, event, (NAME,), expires=EXPIRES))
