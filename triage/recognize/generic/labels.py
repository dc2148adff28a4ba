"""One line of a mail → the label that it begins with, what kind of label that is, and its value.

A label is known by the words in it and by what stands behind it, not from a list: nobody can list the labels of hosts
that nobody has seen.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import re2

from triage.names import Domain
from triage.recognize.dates import first_date
from triage.recognize.generic.words import (
    ENDS_LABEL,
    FAILED_ROW,
    FILLERS,
    NAME_LABEL,
    OTHER_LABEL,
    STATUS_LABEL,
    without,
)
from triage.recognize.hosts import host_of, name_of, names_in

Kind = Literal["names", "outcome", "expires", "other"]
LONGEST_LABEL = 48  # characters
LONGEST_OWN = 12  # characters of the one word in a label that is the writer's own
MOST_WORDS = 7  # of a label; more of them are a sentence

_LETTERS = r"\p{Latin}\p{Greek}\p{Cyrillic}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
_SIGNS = rf"[{_LETTERS}\p{{Cf}}\p{{M}}0-9_-]+"
NAME = re2.compile(rf"(?i)(?:https?://)?(?:\*\.)?{_SIGNS}(?:\.{_SIGNS})+(?::\d{{2,5}})?")
# Bullets, numbers and frames in front of a label.
_HEAD = re.compile(
    r"(?:\d{1,4}[-/]\d\d(?:[-/]\d\d)?[ T]\d\d:\d\d(?::\d\d)?\S{0,8}\s|(?:INFO|WARN|WARNING|ERROR|ERR|DEBUG|END)\b:?\s"
    r"|[^\w\[【「<({\"'*]{1,8}|[(\[]?\d{1,2}[.)\]、:]?\s+|[(\[]?\d{1,2}[.)\]、]|[a-zA-Zア-オ][.)]\s+)*"
)
_FRAMED = re.compile(
    r"[*_]{0,2}[\[【「『<(〔《](?P<label>[^\]】」』>)〕》\n]{1,40})[\]】」』>)〕》](?:[*_]{1,2}(?=\s|\Z))?\s*[:=]?\s*(?P<value>.*)\Z"
)
_DIVIDED = re.compile(
    r"[\"'*_]{0,2}(?P<label>[^:=|→⇒\n]{1,48}?)[\"'*_]{0,2}"
    r"\s?(?P<divider>:(?!//)(?!\d\d(?::\d\d)?\b)|(?<![=!<>])=(?!=)|\s?\.{3,}|…+|→|⇒|\||[-=]>)(?:[*_]{1,2}(?=\s|\Z))?\s*(?P<value>.*)\Z"
)
_WORD = re.compile(r"[^\W\d_]+")
_QUOTES = "\"'“”‘’`*_,; \t"
_DN = re.compile(
    r"\b(?:CN|SANs?|DNS(?: Name)?)\s?[=:]\s?|\b(?:C|O|OU|L|ST)\s?=\s?[^,/\n]*[,/]?"
)  # of a distinguished name
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
# Labels of names in which a word stands that would make them another's.
_STILL_NAMES = re.compile(
    r"\b(?:checked|tested|monitored) (?:urls?|hosts?|domains?|sites?|names?)\b"
    r"|(?:含まれる|保護する)名前|対象の?サーバー?\Z",
    re.IGNORECASE,
)
_PARTICLE = re.compile("[はがをにでへ]")
_DAY = re.compile(r"\d{4}[-/.年]\d|\d{1,2}[-/.月]\d")
_CALLED = re.compile(r"[^\s(]{1,30} ?\(\S{1,100}\)\Z")  # `施設予約システム(yoyaku.example.jp)`
_TITLED = re.compile(r"[^()://]{1,40} ?\((https?://[^()\s]{1,200})\)\Z")
_LINK = re.compile(r"https?://|@")


@dataclass(frozen=True, slots=True)
class Label:
    """`sure`: a colon or a frame sets it off; without one its value must be all that follows."""

    kind: Kind
    words: str
    value: str
    sure: bool = True

    @property
    def names(self) -> tuple[Domain, ...]:
        return names_of(self.value)


def label_of(line: str) -> Label | None:
    """None where the line begins with no label; `other` where it does and says nothing of a certificate."""
    head = _HEAD.match(line)
    rest = line[head.end() :] if head else line
    for form in (_FRAMED, _DIVIDED):
        hit = form.match(rest)
        if hit is not None and _is_label(hit["label"]):
            words, value = hit["label"].strip(_QUOTES), hit["value"].strip()
            return Label(kind_of(words), words, value)
    return _undivided(rest.strip(_QUOTES))


def _is_label(words: str) -> bool:
    if len(words) > LONGEST_LABEL or not _WORD.search(words) or _LINK.search(words) or _DAY.search(words):
        return False
    return len(_WORD.findall(words)) <= MOST_WORDS and not _has_name(words)


def _has_name(words: str) -> bool:
    return any(name_of(str(hit.group(0))) for hit in NAME.finditer(words))


@lru_cache(maxsize=1024)  # the same labels come again and again
def kind_of(words: str) -> Kind:
    """By the words alone. Programs write `notAfter` and `dns_names`."""
    words = _CAMEL.sub(" ", words.replace("_", " "))
    if _STILL_NAMES.search(words):
        return "names"
    if OTHER_LABEL.search(words):
        return "other"
    if ENDS_LABEL.search(words):
        return "expires"
    if NAME_LABEL.search(words):
        return "names"
    return "outcome" if STATUS_LABEL.search(words) else "other"


def _undivided(line: str) -> Label | None:
    """`対象ホスト www.example.jp`, `Not after 2026-12-10`, or a label alone: its words up to a blank, then a value."""
    words = line.split(" ", MOST_WORDS)
    for count in range(min(len(words), MOST_WORDS), 0, -1):
        label = " ".join(words[:count]).rstrip(":\"'「『(")
        value = line[len(" ".join(words[:count])) :].strip()
        kind = _known_kind(label) if len(label) <= LONGEST_LABEL else None
        if kind is not None and (not value or _fits(kind, value)):
            return Label(kind, label, value, sure=False)
    return None


@lru_cache(maxsize=4096)
def _known_kind(label: str) -> Kind | None:
    """The kind of a label that consists of nothing but words of labels."""
    if not label or OTHER_LABEL.search(label) or _DAY.search(label) or _has_name(label):
        return None
    return next(
        (
            kind
            for kind, known in _KINDS
            if known.search(label)
            and _is_near(without(FILLERS, without(NAME_LABEL, str(known.sub(" ", label)))), own=kind == "names")
            and not (kind == "outcome" and FAILED_ROW.search(label))
        ),
        None,
    )


def _fits(kind: Kind, value: str) -> bool:
    if kind == "names":
        return bool((is_bare(value) or _CALLED.match(value)) and names_of(value))
    return kind == "outcome" or value[:1].isdigit() or bool(first_date(value))


_KINDS: tuple[tuple[Kind, Any], ...] = (("expires", ENDS_LABEL), ("names", NAME_LABEL), ("outcome", STATUS_LABEL))


def _is_near(rest: str, *, own: bool) -> bool:
    """What is left of a label without the words of labels. `own`: one word more may make it the writer's own."""
    words = _WORD.findall(rest)
    return not words or (own and len(words) == 1 and len(words[0]) <= LONGEST_OWN and not _PARTICLE.search(words[0]))


def names_of(value: str) -> tuple[Domain, ...]:
    """Names at the beginning of a value. A URL there stands for its host, a port behind a name says nothing."""
    value = _DN.sub(" ", value)
    first = value.split()[0].strip(_QUOTES + "<>()[]") if value.split() else ""
    called = _TITLED.match(value)  # `整体院ほぐし庵(https://yoyaku.example.jp/)`
    host = host_of(called[1] if called else first)
    if host:
        return names_in(host)[:1]
    return names_in(re.sub(r"(?<=[\w]):\d{2,5}\b", " ", value))


def is_bare(value: str) -> bool:
    """Names and what joins them, nothing else."""
    return not _WORD.search(without(FILLERS, without(NAME, value)))
