"""Answers in, a page out: what the note says, in order, before it becomes text or HTML."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from triage.explain.answers import Answer, Kind
from triage.explain.checked import Check, Stop, area_of, checks, is_bad, is_beyond, road
from triage.explain.context import Frame, clean
from triage.explain.dates import moment
from triage.explain.templates import render, render_lines
from triage.model import CauseWords, Finding

FULL = 3  # answers that are told in full; of more only the first line is
ALSO = 3


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One answer: what is wrong, by when, what to do."""

    heading: str  # "" where the note has one part only
    rows: tuple[Row, ...]
    steps_title: str = ""
    steps: tuple[str, ...] = ()
    links: tuple[str, ...] = ()  # where to log in and to read on: official pages of our own list
    ask: str = ""
    also: tuple[str, ...] = ()
    roads: tuple[str, ...] = ()
    support: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    tone: str  # bad, likely, good: for the color of the first line
    warning: tuple[str, ...]
    opening: str
    parts: tuple[Part, ...]
    briefly: tuple[str, ...]
    coming: Row | None
    road: tuple[Stop, ...]
    checks: tuple[Check, ...]
    checked_at: str


_TONES = {Kind.SHOWN: "bad", Kind.STATED: "bad", Kind.LIKELY: "likely", Kind.UNKNOWN: "likely"}


def page(answers: tuple[Answer, ...], frame: Frame, signs: tuple[str, ...]) -> Page:
    """The whole note. `answers` has at least one, most urgent first."""
    first = answers[0]
    several = len(answers) > 1
    say = frame.values(first)
    return Page(
        title=title(first, frame),
        tone="bad" if first.words == "phishing" else _TONES.get(first.kind, "good"),
        warning=_warning(frame, first, signs),
        opening=_opening(answers, frame),
        parts=tuple(_part(answer, frame, _part_heading(answer, frame) if several else "") for answer in answers[:FULL]),
        briefly=tuple(_heading(answer, frame) for answer in answers[FULL:]),
        coming=_coming(first, frame),
        road=road(first, frame) if first.needs_work else (),
        checks=checks(answers, frame),
        checked_at=render(frame.phrases["checked_at"], {**say, "moment": moment(frame.now, frame.locale)}),
    )


def title(answer: Answer, frame: Frame) -> str:
    """The cause in one line; softer words where it is not proved."""
    words = frame.words(answer)
    unsure = answer.kind in (Kind.LIKELY, Kind.UNKNOWN) and not answer.is_seen and words.unsure
    return render(words.unsure if unsure else words.title, frame.values(answer))


def _warning(frame: Frame, first: Answer, signs: tuple[str, ...]) -> tuple[str, ...]:
    if "phishing" not in signs:
        return ()
    words = frame.wording.notes[frame.language]["phishing"]
    values = frame.values(first)
    return tuple(line for line in (render(text, values) for text in (words.title, words.why, *words.steps)) if line)


def _opening(answers: tuple[Answer, ...], frame: Frame) -> str:
    first = answers[0]
    told = first.words if first.words in ("phishing", "nameless") else first.kind.name.lower()
    key = "opening_several" if len(answers) > 1 else f"opening_{told}"
    return render(frame.phrases[key], {**frame.values(first), "count": str(len(answers))})


def _heading(answer: Answer, frame: Frame) -> str:
    values = frame.values(answer)
    return render(frame.phrases["heading"], {**values, "title": title(answer, frame)})


def _part_heading(answer: Answer, frame: Frame) -> str:
    return render(frame.phrases["part_heading"], frame.values(answer))


def _part(answer: Answer, frame: Frame, heading: str) -> Part:
    words, values = frame.words(answer), frame.values(answer)

    def every(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text for text in (render(t, values) for t in texts) if text)

    time = render(words.time, values)
    return Part(
        heading=heading,
        rows=tuple(row for row in (_cause(answer, words, frame), _until(answer, words, frame)) if row.lines),
        steps_title=render(frame.phrases["steps_in" if time else "steps"], {**values, "time": time}),
        steps=every(words.steps),
        links=_links(answer, frame) if words.steps and answer.names and answer.kind < Kind.HARMLESS else (),
        ask=render(words.ask, values),
        also=_also(answer, frame),
        roads=every(words.roads),
        support=render_lines(words.support, values) if words.support else (),
    )


# Where the owner's work is in the entries of the domain, not at the host.
_IN_THE_DNS = ("nameservers", "address", "caa", "dns01")


def _links(answer: Answer, frame: Frame) -> tuple[str, ...]:
    values = frame.values(answer)
    wanted = ["log_in_at", "read_on_at"]
    if area_of(answer.words, frame.wording) in _IN_THE_DNS:
        wanted.insert(0, "dns_at")
    return tuple(line for line in (render(frame.phrases[key], values) for key in wanted) if line)


def _cause(answer: Answer, words: CauseWords, frame: Frame) -> Row:
    values = frame.values(answer)
    kind = answer.kind.name.lower()
    sentence = title(answer, frame) + frame.phrases["stop"]
    why = render(words.why, values)
    lines = (sentence, why, *(render(v, values) for v in words.values), _guess(answer, frame))
    # A value line is "label: value"; one whose value is unknown says nothing.
    told = tuple(line.strip() for line in lines if line.strip() and line.strip()[-1] not in ":：")
    return Row(frame.phrases[f"label_{kind}"], told)


def _guess(answer: Answer, frame: Frame) -> str:
    """From what we took the host, where nobody said it: its menu words are of no use to another's customer."""
    guess = next((d.inquiry.guess for d in answer.diagnoses if d.inquiry.guess), None)
    if guess is None or answer.kind is Kind.RENEWED:
        return ""
    return render(frame.phrases[f"guess_{guess.by}"], {**frame.values(answer), "seen": clean(guess.seen)})


def _until(answer: Answer, words: CauseWords, frame: Frame) -> Row:
    """By when, how many days are left, and what happens then."""
    label = frame.phrases["label_until"]
    # Asked by hand, and no certificate to read; or nobody knows which site it is.
    nothing_to_say = answer.until is None and (answer.notice is None or not answer.names)
    if answer.kind >= Kind.HARMLESS or nothing_to_say:
        return Row(label, ())
    values = frame.values(answer)
    over = answer.until is not None and answer.until.days < 0
    then = render(words.then or frame.phrases["then_over" if over else "then"], values)
    key = _urgency_phrase(answer)
    return Row(label, (render(frame.phrases[key], values), then))


def _urgency_phrase(answer: Answer) -> str:
    if answer.until is None:
        return "until_unknown"
    if answer.until.days < 0:
        return "until_over"
    return "until_today" if answer.until.days == 0 else "until"


def _coming(first: Answer, frame: Frame) -> Row | None:
    """What happens next: our own further looks, where there are any; else the host's next try."""
    if not first.names:
        return None  # nobody looks again at a site that nobody named
    kind = "good" if first.kind >= Kind.HARMLESS else "clear" if first.kind in (Kind.CLEAR, Kind.UNKNOWN) else "work"
    key = f"next_{kind}_watching" if frame.watching else f"next_{kind}"
    text = render(frame.phrases[key], frame.values(first))
    return Row(frame.phrases["label_next"], (text,)) if text else None


def _also(answer: Answer, frame: Frame) -> tuple[str, ...]:
    """Further causes that stop the renewal once the first is gone."""
    lead = answer.finding
    area = area_of(answer.words, frame.wording)
    if lead is None or not answer.diagnoses or area == "domain" or answer.kind >= Kind.HARMLESS:
        return ()
    others = [f for f in answer.diagnoses[0].findings if f.code != lead.code and is_bad(f)]
    areas = [(f, area_of(f.code, frame.wording)) for f in others]
    own = [f for f, its in areas if its != area and not is_beyond(its, answer, frame)]
    return tuple(_briefly(answer, f, frame) for f in own[:ALSO])


def _briefly(answer: Answer, finding: Finding, frame: Frame) -> str:
    words = frame.wording.of(finding.code, frame.language)
    if words is None:
        return finding.code
    values = frame.values(answer, finding)
    parts = (render(words.title, values) + frame.phrases["stop"], render(words.steps[0], values) if words.steps else "")
    return frame.phrases["space"].join(part for part in parts if part)


def glossed(page: Page, gloss: Callable[[str], str]) -> Page:
    """The same page with the plain twin behind each term's first use, in the order in which it is read."""

    def all_of(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(gloss(text) for text in texts)

    def part(p: Part) -> Part:
        return replace(
            p,
            heading=gloss(p.heading),
            rows=tuple(Row(r.label, all_of(r.lines)) for r in p.rows),
            steps=all_of(p.steps),
            also=all_of(p.also),
            ask=gloss(p.ask),
            roads=all_of(p.roads),
        )

    return replace(
        page,
        warning=all_of(page.warning),
        opening=gloss(page.opening),
        parts=tuple(part(p) for p in page.parts),
        briefly=all_of(page.briefly),
        coming=Row(page.coming.label, all_of(page.coming.lines)) if page.coming else None,
        checks=tuple(Check(c.mark, gloss(c.text)) for c in page.checks),
    )
