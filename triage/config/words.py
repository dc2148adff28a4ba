"""rules/words/<language>.toml from disk: how a language is written and recognized, and all that stands around the
words of a cause. Each file is one language; a user's folder adds languages, and replaces single entries of ours."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from triage.config.reading import bundled_rules, read
from triage.model import CauseWords, Language, Locale, Locales

ABOUT = "a language"  # the part of rules/README.md that helps with such a file
_SANDBOX = ImmutableSandboxedEnvironment()
_DAY: Mapping[str, object] = {"year": 2026, "month": 1, "day": 2, "month_name": "January"}
_MOMENT: Mapping[str, object] = {"date": "January 2, 2026", "clock": "10:15", "zone": "UTC"}
_DIGEST: Mapping[str, object] = {
    "cases": 1, "waiting": 1, "held": 1, "count": 1, "day": date(2026, 1, 2), "days": 1, "to": "", "subject": "",
}  # fmt: skip


def _template(text: str) -> str:
    try:
        _SANDBOX.parse(text)
    except TemplateSyntaxError as error:
        raise ValueError(f"is no valid template: {error.message}") from error
    return text


def _formats(values: Mapping[str, object]) -> AfterValidator:
    def check(text: str) -> str:
        try:
            text.format(**values)
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise ValueError(f"may only use {', '.join(f'{{{name}}}' for name in values)}") from error
        return text

    return AfterValidator(check)


def _offset(text: str) -> str:
    if not re.fullmatch(r"[+-]\d\d:[0-5]\d", text):
        raise ValueError("is no distance from UTC such as +09:00")
    return text


def _range(text: str) -> str:
    try:
        re.compile(f"[{text}]")
    except re.error as error:
        raise ValueError(f"is no range of signs: {error.msg}") from error
    return text


Template = Annotated[str, AfterValidator(_template)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Words(Strict):
    title: Template
    why: Template
    steps: list[Template] = []
    time: Template = ""
    ask: Template = ""
    unsure: Template = ""
    roads: list[Template] = []
    support: Template = ""
    values: list[Template] = []
    check: Template = ""
    then: Template = ""

    def value(self) -> CauseWords:
        return CauseWords(
            title=self.title,
            why=self.why,
            steps=tuple(self.steps),
            time=self.time,
            ask=self.ask,
            unsure=self.unsure,
            roads=tuple(self.roads),
            support=self.support,
            values=tuple(self.values),
            check=self.check,
            then=self.then,
        )


class _Check(Strict):
    ok: Template = ""
    bad: Template = ""
    unknown: Template = ""


class _Commands(Strict):
    recheck: list[str] = []
    stop: list[str] = []
    wrong: list[str] = []


class _Locale(Strict):
    name: str = ""
    fallback: bool = False
    letters: Annotated[str, AfterValidator(_range)] = ""
    common: list[str] = []
    spaced: bool = True
    endings: list[str] = []
    quotes: Annotated[str, Field(min_length=2, max_length=2)] = "“”"
    arrow: str = " → "
    day: Annotated[str, _formats(_DAY)] = "{year}-{month:02}-{day:02}"
    moment: Annotated[str, _formats(_MOMENT)] = "{date} {clock} {zone}"
    months: Annotated[list[str], Field(max_length=12)] = []
    zone: str = "UTC"
    offset: Annotated[str, AfterValidator(_offset)] = "+00:00"


class Head(BaseModel):
    """How a language is written and recognized."""

    model_config = ConfigDict(extra="ignore", strict=True)

    locale: _Locale = Field(default_factory=_Locale)
    commands: _Commands = Field(default_factory=_Commands)

    def as_locale(self) -> Locale:
        own, words = self.locale, self.commands
        hours, minutes = own.offset[1:].split(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return Locale(
            name=own.name,
            letters=own.letters,
            common=frozenset(word.casefold() for word in own.common),
            fallback=own.fallback,
            spaced=own.spaced,
            endings=tuple(own.endings),
            quotes=own.quotes,
            arrow=own.arrow,
            day=own.day,
            moment=own.moment,
            months=tuple(own.months),
            zone=own.zone,
            offset=-offset if own.offset.startswith("-") else offset,
            commands={
                "recheck": _folded(words.recheck),
                "stop": _folded(words.stop),
                "wrong": _folded(words.wrong),
            },
        )


class Frame(Head):
    """One language, whole or as far as a file has it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    phrases: dict[str, Template] = Field(default_factory=dict)
    notes: dict[str, Words] = Field(default_factory=dict)
    checks: dict[str, _Check] = Field(default_factory=dict)
    terms: dict[str, str] = Field(default_factory=dict)
    digest: dict[str, Annotated[str, _formats(_DIGEST)]] = Field(default_factory=dict)


def languages_in(folders: Sequence[Path] = ()) -> tuple[Language, ...]:
    """Which languages there are, without reading them."""
    return tuple(dict.fromkeys(path.stem for path in _files(folders)))


def load_frames(folders: Sequence[Path] = ()) -> dict[Language, Frame]:
    """Every language, ours first. Raises Permanent, which names file and key."""
    frames: dict[Language, Frame] = {}
    for path in _files(folders):
        frames[path.stem] = _over(frames.get(path.stem, Frame()), read(path, Frame, ABOUT))
    return frames


def load_locales(folders: Sequence[Path] = ()) -> Locales:
    """How each language is written and recognized, without its words."""
    heads: dict[Language, Head] = {}
    for path in _files(folders):
        head = read(path, Head, ABOUT)
        under = heads.get(path.stem, Head())
        heads[path.stem] = Head(
            locale=_patched(under.locale, head.locale), commands=_patched(under.commands, head.commands)
        )
    return {language: head.as_locale() for language, head in heads.items()}


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for root in (bundled_rules(), *folders):
        yield from sorted((root / "words").glob("*.toml"))


def _folded(words: list[str]) -> tuple[str, ...]:
    return tuple(word.casefold() for word in words)


_Part = TypeVar("_Part", bound=Strict)


def _over(under: Frame, over: Frame) -> Frame:
    return Frame(
        locale=_patched(under.locale, over.locale),
        commands=_patched(under.commands, over.commands),
        phrases={**under.phrases, **over.phrases},
        notes={**under.notes, **over.notes},
        checks={**under.checks, **over.checks},
        terms={**under.terms, **over.terms},
        digest={**under.digest, **over.digest},
    )


def _patched(under: _Part, over: _Part) -> _Part:
    return under.model_copy(update={key: getattr(over, key) for key in over.model_fields_set})


# ---- what a language lacks


@dataclass(frozen=True, slots=True)
class Filled:
    """A language with the gaps filled from another, and a line for each gap."""

    frame: Frame
    lacking: tuple[str, ...]


def filled(language: Language, frames: Mapping[Language, Frame], instead: Language) -> Filled:
    """`frames[language]` with what only others have, taken from `instead`, else from any. Terms are never borrowed:
    a twin in another language explains nothing."""
    own, others = frames[language], [frames[instead], *frames.values()]
    lacking = [f"words/{language}.toml: {line}" for line in (*_unsaid(own), *_missing(own, others))]
    borrowed: dict[str, Any] = {
        key: {**_together(getattr(other, key) for other in others), **getattr(own, key)}
        for key in ("phrases", "notes", "checks", "digest")
    }
    return Filled(own.model_copy(update=borrowed), tuple(lacking))


def _missing(own: Frame, others: list[Frame]) -> Iterator[str]:
    for part in ("phrases", "notes", "checks", "digest"):
        known = _together(getattr(other, part) for other in others)
        for key in known:
            if key not in getattr(own, part):
                single = part in ("phrases", "digest")
                yield f"[{part}] {key} is missing" if single else f"[{part}.{key}] is missing"


def _unsaid(own: Frame) -> Iterator[str]:
    """What a locale needs and no other language can lend it."""
    if not own.locale.name:
        yield "[locale] name is missing"
    if not own.locale.letters and not own.locale.common:
        yield "[locale] has neither letters nor common: nobody's mail can be known to be in this language"
    if "day" not in own.locale.model_fields_set:
        yield "[locale] day is missing: dates are written as 2026-12-28"
    if "{month_name}" in own.locale.day and len(own.locale.months) != 12:
        yield "[locale] months: name all twelve"
    for command in ("recheck", "stop", "wrong"):
        if not getattr(own.commands, command):
            yield f"[commands] {command} is missing: no word of this language does it"
    if not own.terms:
        yield "[terms] is empty: no term of the trade is explained"


def _together(parts: Iterator[dict[str, Any]] | Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        found = {**part, **found}
    return found
