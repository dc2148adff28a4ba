"""The line above a quoted mail, `On 28/10/2021 12:46, "N. N." <n@n.test> wrote:`, in any language.

Some programs leave the address out, some the date; then the quote below it must show that the line is one.
"""

import re
from dataclasses import dataclass

from triage.model import Address
from triage.unwrap.headers import clean
from triage.unwrap.labels import ATTRIBUTION_WORDS
from triage.unwrap.lines import depth, unquote

_WORDS = frozenset(ATTRIBUTION_WORDS.casefold().split())

_PERSON = re.compile(r"\(?[<＜(]\s*([^\s<>()@]{1,250}@[^\s<>()@]{1,250})\s*[>＞)]\)?")
_MAILTO = re.compile(r"<mailto:[^<>]{1,320}>")
_CLOCK = re.compile(
    r"\d{1,2}[:.時]\d{2}(?:[:.分]\d{2})?分?(?:\s?[AaPp]\.?[Mm]\b\.?)?(?:\s(?:(?:GMT|UTC)[+-]\d{1,2}(?::?\d{2})?|[+-]\d{4}|[A-Z]{3,4}\b))?"
)
_DAY = re.compile(
    r"\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}|\d{4}[年년]\s?\d{1,2}[月월]\s?\d{1,2}[日일]"
    r"|\d{4}\.? \w{3,15}|\d{1,2}\.? (?:de )?\w{3,15}\.?,? (?:de )?\d{4}|\w{3,15}\.? \d{1,2},? \d{4}"
)
_QUOTED = re.compile(r"[\"“”„«‟「]\s*([^\"“”„«»「」]{1,200}?)\s*[\"“”»‟」]")
_LONGEST = 500
_FRILLS = " \ufeff\u200b\u200e"
_COLONS = (":", "：")


@dataclass(frozen=True, slots=True)
class Attribution:
    """`start` is its first line, `end` the first line below it."""

    start: int
    end: int
    depth: int
    sender: Address | None
    date_text: str


def find_attribution(lines: list[str]) -> Attribution | None:
    for at, line in enumerate(lines):
        if len(line) > _LONGEST or ("@" not in line and line.rstrip()[-1:] not in _COLONS):
            continue
        if "@" in line and (found := _whole(lines, at)) is not None:
            return found
        if (found := _above_a_quote(lines, at)) is not None:
            return found
    return None


def _whole(lines: list[str], at: int) -> Attribution | None:
    """On one line, or folded: Gmail does so before the address, and behind it."""
    spans = [(at, at), *([(at - 1, at)] if at else [])]
    if at + 1 < len(lines) and len(lines[at + 1]) < 60:
        spans.append((at, at + 1))
    ended = [(first, last) for first, last in spans if lines[last].rstrip(_FRILLS)[-1:] in _COLONS]
    return next((found for first, last in ended if (found := _attribution(lines, first, last))), None)


def _above_a_quote(lines: list[str], at: int) -> Attribution | None:
    """`2026-11-13 09:03 に N. N. さんは書きました:` or `N. N. <n@n.test> wrote:`, directly above what is quoted."""
    level = depth(lines[at])
    below = next((n for n in range(at + 1, min(at + 4, len(lines))) if lines[n].strip()), None)
    if below is None or depth(lines[below]) <= level:
        return None
    text = _plain(lines[at : at + 1])
    person, day = _PERSON.search(text), _DAY.search(text)
    clock = _last_clock(text) if day else None
    if text[-1:] not in _COLONS or (person is None) == (clock is None):
        return None  # neither of them, or both: the stricter reading below takes that
    if person is not None:
        return Attribution(at, at + 1, level, Address(_name(text[: person.start()]), clean(person[1])), "")
    assert clock is not None
    return Attribution(at, at + 1, level, None, _without_words(text[: clock.end()].strip("()（）")))


def _plain(lines: list[str]) -> str:
    return " ".join(unquote(line, depth(line)).strip(_FRILLS) for line in lines)


def _attribution(lines: list[str], start: int, last: int) -> Attribution | None:
    text = _plain(lines[start : last + 1])
    if not text.endswith(_COLONS) or len(text) > _LONGEST:
        return None
    text = _MAILTO.sub("", text)[:-1].rstrip()
    person = _PERSON.search(text)
    if person is None or not _DAY.search(text):
        return None
    before, after = text[: person.start()], text[person.end() :]
    clock = _last_clock(before)
    if clock is not None:
        date_text, name = _without_words(before[: clock.end()]), before[clock.end() :]
    else:
        clock = _last_clock(after)
        if clock is None:
            return None
        date_text, name = _without_words(after[: clock.end()]), before
    return Attribution(start, last + 1, depth(lines[start]), Address(_name(name), clean(person[1])), date_text)


def _last_clock(text: str) -> re.Match[str] | None:
    """The time of day, which is not the beginning of a date with dots."""
    found = None
    day = _DAY.search(text)
    for clock in _CLOCK.finditer(text, day.end() if day else 0):
        found = clock
    return found


def _without_words(text: str) -> str:
    words = text.strip(" ,、:").split(" ")
    while words and words[0].strip(",").casefold() in _WORDS:
        words = words[1:]
    # Chinese writes its "on" without a blank behind it.
    return " ".join(words).lstrip("于於 ").strip(" ,、")


def _name(text: str) -> str | None:
    quoted = _QUOTED.search(text)
    if quoted is not None:
        return clean(quoted[1]) or None
    words = text.replace("、", " ").strip(" ,(\u3000").split()
    while words and words[0].casefold().strip(",") in _WORDS:
        words = words[1:]
    while words and words[-1].casefold().strip(",:") in _WORDS:
        words = words[:-1]
    return clean(" ".join(words))[:200] or None
