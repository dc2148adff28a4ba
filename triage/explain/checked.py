"""What was checked, area by area, each with its result; and the road from the CA to the site with its broken step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from triage.explain.answers import Answer, Kind
from triage.explain.context import Frame, listed
from triage.explain.templates import render
from triage.model import AskAuthority, Certainty, Finding, Wording

Mark = Literal["ok", "bad", "unknown"]
SIGNS: Mapping[Mark, str] = {"ok": "✓", "bad": "✗", "unknown": "?"}

# Where an area lies on the road that the CA's look takes.
ROAD = ("ca", "domain", "nameservers", "address", "redirect", "answer", "caa")
_LAST_LOOK = "caa"  # the CA asks for it when the site has answered; told where it is what stops it
_STOP = {
    "ca": "ca",
    "caa": "caa",
    "domain": "domain",
    "nameservers": "nameservers",
    "address": "address",
    "reach": "address",
    "redirect": "redirect",
    "restriction": "answer",
    "answer": "answer",
}


@dataclass(frozen=True, slots=True)
class Check:
    mark: Mark
    text: str

    @property
    def sign(self) -> str:
        return SIGNS[self.mark]


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of the road. The start is nothing to judge, and behind the broken one nothing was reached."""

    label: str
    mark: Literal["start", "ok", "bad", "unknown", "beyond"]


def checks(answers: tuple[Answer, ...], frame: Frame) -> tuple[Check, ...]:
    """One line for each area that was looked at, in the order of the words; a bad one says what is bad."""
    areas = frame.wording.checks[frame.language]
    return tuple(line for area, texts in areas.items() for line in _of_area(area, texts, answers, frame))


def _of_area(area: str, texts: Mapping[str, str], answers: tuple[Answer, ...], frame: Frame) -> Iterable[Check]:
    if area == "certificate":
        return _served(texts, answers, frame)
    if area == "ca":
        answers = tuple(a for a in answers if _heard_of_the_ca(a, frame))
    found = [(a, f) for a in answers if not is_beyond(area, a, frame) for f in findings_of(a, area, frame)]
    told = [(answer, f) for answer, f in found if _has_own_words(answer, f)]
    if told or not found:
        several = len(answers) > 1
        return dict.fromkeys(_line(texts, answer, f, frame, several) for answer, f in told)
    worst = mark((f for _, f in found), frame.wording)
    text = render(texts[worst], frame.values(found[0][0]))
    return [Check(worst, text)] if text else []


def _heard_of_the_ca(answer: Answer, frame: Frame) -> bool:
    """Its status is asked only where it is blamed, or nothing else is left to blame; else there is nothing to tell."""
    if any(f.certainty is not Certainty.UNKNOWN for f in findings_of(answer, "ca", frame)):
        return True
    return any(isinstance(o.question, AskAuthority) for d in answer.diagnoses for o in d.seen)


# What lies behind each area on the road: a wrong server's answers say nothing of the owner's own settings, where
# nothing answers nothing can be seen, and what turns a visitor away says nothing of the page behind it.
_AT_THE_SERVER = ("reach", "redirect", "restriction", "answer")
_BEHIND: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("domain", "nameservers", "address"), _AT_THE_SERVER),
    "reach": ("redirect", "restriction", "answer"),
    "redirect": ("restriction", "answer"),
    "restriction": ("answer",),
}


def is_beyond(area: str, answer: Answer, frame: Frame) -> bool:
    """This area lies behind what is broken: what was seen there is not the owner's, or nothing was."""
    lead = answer.finding
    if lead is None or not lead.shown or lead.blocks is not True:
        return False
    return area in _BEHIND.get(area_of(lead.code, frame.wording), ())


def _is_the_good_news(answer: Answer, finding: Finding) -> bool:
    return answer.kind is Kind.HARMLESS and finding.code == answer.words


def _has_own_words(answer: Answer, finding: Finding) -> bool:
    """Bad or doubtful by itself, or what the note is about; who moved away is not told of the wrong address as well."""
    if answer.words == "moved-away" and finding.code == "points-elsewhere":
        return False
    return finding.shown and (finding.blocks is not False or finding == answer.finding)


def _sign(answer: Answer, finding: Finding) -> Mark:
    """What stops a renewal only now and then is open, unless it is what the note blames."""
    if finding.blocks is False or _is_the_good_news(answer, finding):
        return "ok"
    return "bad" if finding.blocks or _blamed(answer, finding) else "unknown"


def _blamed(answer: Answer, finding: Finding) -> bool:
    return answer.needs_work and finding == answer.finding


def _own_words(texts: Mapping[str, str], answer: Answer, finding: Finding, frame: Frame) -> str:
    words = frame.wording.of(finding.code, frame.language)
    said = render((words.check if words else "") or texts["bad"], frame.values(answer, finding))
    if finding.basis != "stated":
        return said
    # Among what was checked it has its place only as what it is: told, not seen.
    return render(frame.phrases["stated_check"], {**frame.values(answer, finding), "check": said})


def _line(texts: Mapping[str, str], answer: Answer, finding: Finding, frame: Frame, several: bool) -> Check:
    """With several answers in one note it says whose it is; and so does a cross beside "your site needs no repair"."""
    check = Check(_sign(answer, finding), _own_words(texts, answer, finding, frame))
    values = dict(frame.values(answer))
    if answer.kind is Kind.HARMLESS and check.mark == "bad":
        told = (d.name for d in answer.diagnoses if any(f.code == finding.code and is_bad(f) for f in d.findings))
        values["names"] = listed(tuple(told), frame.phrases)
    elif not several:
        return check
    return Check(check.mark, render(frame.phrases["check_of"], {**values, "check": check.text}))


def _served(texts: Mapping[str, str], answers: tuple[Answer, ...], frame: Frame) -> Iterable[Check]:
    """The certificate that visitors get now: the proof of a renewal, and the one date that is sure."""
    looked = [answer for answer in answers if answer.diagnoses]
    if not looked:
        return []
    seen = next((answer for answer in looked if answer.certificate), None)
    if seen is None or seen.certificate is None:
        return [Check("unknown", render(texts["unknown"], frame.values(looked[0])))]
    found: Mark = "bad" if seen.certificate.fault else "ok"
    return [Check(found, render(texts[found], frame.values(seen))), *_waiting(seen, frame)]


def _waiting(answer: Answer, frame: Frame) -> Iterable[Check]:
    """A newer certificate that was issued and is not shown yet."""
    found = next((d.finding("already-renewed") for d in answer.diagnoses), None)
    if found is None or found.shown or "logged" not in found.facts:
        return []
    return [Check("bad", render(frame.phrases["waits_to_be_installed"], frame.values(answer, found)))]


def findings_of(answer: Answer, area: str, frame: Frame) -> tuple[Finding, ...]:
    return tuple(f for d in answer.diagnoses for f in d.findings if area_of(f.code, frame.wording) == area)


def area_of(code: str, wording: Wording) -> str:
    rule = wording.causes.get(code)
    return rule.area if rule else ""


def is_bad(finding: Finding) -> bool:
    return finding.shown and finding.blocks is True


def mark(found: Iterable[Finding], wording: Wording) -> Mark:
    """An area is fine only where nothing in it is unknown that could have been seen from here."""
    found = tuple(found)
    if any(is_bad(f) for f in found):
        return "bad"
    open_ones = [f for f in found if f.certainty is Certainty.UNKNOWN and wording.causes[f.code].from_here]
    if open_ones:
        return "unknown"
    return "ok"


def road(answer: Answer, frame: Frame) -> tuple[Stop, ...]:
    """From the CA to the site's answer; nothing where nothing is broken."""
    stops: list[Stop] = []
    broken = False
    for stop in ROAD:
        found = [f for area, at in _STOP.items() if at == stop for f in findings_of(answer, area, frame)]
        state = mark(found, frame.wording) if found else "unknown"
        state = "start" if stop == "ca" and not _heard_of_the_ca(answer, frame) else state
        state = "bad" if any(_blamed(answer, f) and f.shown for f in found) else state
        if stop == _LAST_LOOK and (broken or state != "bad"):
            continue
        label = "reach" if state == "bad" and _is_unreached(stop, found, frame) else stop
        stops.append(Stop(frame.phrases[f"road_{label}"], "beyond" if broken else state))
        broken = broken or state == "bad"
    return tuple(stops) if broken else ()


def _is_unreached(stop: str, found: list[Finding], frame: Frame) -> bool:
    """The address is right, and what does not answer is the server behind it."""
    bad = [area_of(f.code, frame.wording) for f in found if f.shown and f.blocks is not False]
    return stop == "address" and bool(bad) and set(bad) == {"reach"}
