"""A further note about a case: what has changed since the last one, and not the whole text again.

renewed    glad and short, with the new date
changed    what it was, what it is now, and what to do about that
same       the owner asked, and nothing is different: one line, no steps
again      the host has written again about the same cause: the steps, without the reasons
reminder   7, 3 or 1 days are left: the same
expired    the last day is over: the same
"""

from dataclasses import replace

from triage.explain.answers import Answer, Kind
from triage.explain.context import Frame
from triage.explain.page import Page, Part, Row
from triage.explain.templates import render
from triage.model import Certainty, Sequel

_STEPS_ONLY = ("again", "reminder", "expired")


def further(whole: Page, answers: tuple[Answer, ...], frame: Frame, sequel: Sequel) -> Page:
    """`whole`, as if it were the first note, cut down to what the reader does not know yet."""
    news = _news(answers, frame, sequel)
    if not news:
        return whole
    opening = render(frame.phrases[f"sequel_{news}"], frame.values(answers[0]))
    page = replace(whole, opening=opening, warning=())
    if sequel.news == "renewed":
        return replace(page, road=(), checks=())
    if sequel.news == "changed":
        parts = _beside_before(whole.parts, answers, frame, sequel)
        return replace(page, parts=_free(parts, frame) if news == "cleared" else parts)
    steps = sequel.news in _STEPS_ONLY
    parts = tuple(_shortened(part, steps, frame) for part in whole.parts)
    untold = steps or answers[0].kind is Kind.UNKNOWN
    # Steps speak of what the list marks; what is in order was told before.
    return replace(page, parts=parts, road=(), checks=tuple(c for c in whole.checks if untold and c.mark != "ok"))


def _news(answers: tuple[Answer, ...], frame: Frame, sequel: Sequel) -> str:
    """Which words open the note; "" where those of a first note say it best: nobody knows, or it is not proved."""
    first = answers[0]
    if sequel.news == "renewed" and first.kind is not Kind.RENEWED:
        return ""
    if sequel.news == "changed":
        told = any(code == "clear" or code in frame.wording.causes for code in sequel.before.values())
        if not told or first.kind in (Kind.UNKNOWN, Kind.LIKELY):
            return ""
        return {Kind.CLEAR: "cleared", Kind.RENEWED: "renewed"}.get(first.kind, "changed")
    if sequel.news in ("same", "again") and first.kind in (Kind.UNKNOWN, Kind.CLEAR, Kind.HARMLESS):
        return f"{sequel.news}_{first.kind.name.lower()}"
    return sequel.news


def _beside_before(
    parts: tuple[Part, ...], answers: tuple[Answer, ...], frame: Frame, sequel: Sequel
) -> tuple[Part, ...]:
    made = list[Part]()
    for part, answer in zip(parts, answers, strict=False):
        told = (_before(name.text, answer, frame, sequel) for name in answer.names)
        earlier = tuple(dict.fromkeys(line for line in told if line))
        row = Row(frame.phrases["label_before"], earlier)
        made.append(replace(part, rows=(*part.rows[:1], row, *part.rows[1:])) if earlier else part)
    return tuple(made)


def _free(parts: tuple[Part, ...], frame: Frame) -> tuple[Part, ...]:
    """Here it is no chance that nothing is found: what was in the way is gone."""
    first, *others = parts
    result, *rows = first.rows
    return (replace(first, rows=(Row(result.label, (frame.phrases["cleared_now"],)), *rows)), *others)


def _before(name: str, answer: Answer, frame: Frame, sequel: Sequel) -> str:
    """What the last note said of this name, in the words of the list of checks; "" where that is what it says now."""
    code = sequel.before.get(name, "")
    rule = frame.wording.causes.get(code)
    if not code or code == answer.words or (code == "clear" and answer.kind is Kind.CLEAR):
        return ""
    if rule is None:
        return frame.phrases["before_clear"] if code == "clear" else ""
    blank = replace(answer, finding=None)
    words = frame.wording.of(code, frame.language)
    general = frame.wording.checks[frame.language].get(rule.area, {}).get("bad", "")
    said = render((words.check if words else "") or general, frame.values(blank))
    gone = answer.kind in (Kind.CLEAR, Kind.RENEWED) or any(
        f.code == code and f.certainty is Certainty.RULED_OUT for d in answer.diagnoses for f in d.findings
    )
    return render(frame.phrases["before_gone"], {**frame.values(blank), "before": said}) if said and gone else said


def _shortened(part: Part, steps: bool, frame: Frame) -> Part:
    """The cause in one line and the date; the steps only where it is time to be reminded of them."""
    cause, *others = part.rows
    brief = replace(part, rows=(Row(cause.label, cause.lines[:1]), *others), ask="", also=(), roads=())
    if steps:
        return brief
    told = frame.phrases["see_before"] if part.steps else ""
    return replace(brief, steps=(), links=(), steps_title="", ask=told, support=())
