"""The lines of a mail → what stands in its labels, tables and lists: names, each with how it went and until when.

A name that merely occurs is no entry: it must follow a label, or begin a line of a list.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import re2

from triage.names import Domain
from triage.recognize.dates import first_date
from triage.recognize.generic.words import (
    CLOSING,
    ENDS_LABELS,
    FAILED_ROW,
    FINE_ROW,
    LEADS_IN,
    NAME_LABELS,
    NONE_ROW,
    STATUS_LABELS,
)
from triage.recognize.hosts import host_of, name_of, names_in, unique

Outcome = Literal["failed", "fine"]
MOST_LINES = 4_000
LONGEST_LINE = 600  # characters of a line that are looked at
LONGEST_HEADING = 120
LONGEST_ROW = 160  # characters behind the names of a row
WRAPPED = 45  # a longer line without a stop at its end goes on in the next
MOST_WORDS = 8  # behind the name of a row; more of them are a sentence

_LETTERS = r"\p{Latin}\p{Greek}\p{Cyrillic}\p{Han}\p{Hiragana}\p{Katakana}"
_SIGNS = rf"[{_LETTERS}\p{{Cf}}\p{{M}}0-9_-]+"
_BEFORE = r"^(?:[^\p{L}\p{N}\n]{0,8}|\W{0,4}[\[(]?\d{1,2}[.)\]、 ]\W{0,3})"
_AFTER = r"(?: ?[(（][^)\n]{0,30}[)）])?[\"'\]】』」]{0,2}\s?"


def _labelled(labels: str) -> Any:
    return re2.compile(rf"(?i){_BEFORE}(?:{labels}){_AFTER}(?P<divider>[:=→]\s*|[\]】』」]\s*|\s|$)(?P<value>.*)$")


_NAME_LABEL, _STATUS_LABEL, _ENDS_LABEL = map(_labelled, (NAME_LABELS, STATUS_LABELS, ENDS_LABELS))
_ANY_LABEL = re2.compile(rf"(?i)^\W{{0,8}}[{_LETTERS}0-9 /_()（）・-]{{1,24}}[\]】』」]?\s?[:=](?P<value>.*)$")
# What may stand before the name that a row is about: bullets, numbers, times, levels, marks, a customer, a word with a
# colon. Taken away one after the other.
_ROW_HEAD = re.compile(
    r"\[?\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d(?::\d\d)?\S{0,8}\s?|[\[(]?\d{1,4}(?:/\d{1,4})?[.)\]、]?\s?"
    r"|\[?(?:INFO|WARN|WARNING|ERROR|EROR|ERR|OK|FAIL|FAILED|SUCCESS) ?\]?:?\s?|[^\W\d][\w -]{0,30}[:：]\s?"
    r"|\S{1,30}様\s|\*\s|[^\w*]{1,8}"
)
_MOST_HEADS = 8
_NAME = re2.compile(rf"(?i)(?:https?://)?(?:\*\.)?{_SIGNS}(?:\.{_SIGNS})+")
_BETWEEN = re.compile(r"[\s,、;/&と()\"'|+-]*(?:and|und|et|y|e|en|及び|および)?[\s,、;\"'(]*\Z")
_LONGER = re.compile(r"[@:]\S|[/?#]\S")
# `example.jp の証明書の更新に…`, `x.test was …`: a sentence that begins with its name.
_READS_ON = re.compile(
    r"\s?(?:の|は|が|を|に|で|へ|様|と(?!\s)|['’]s |(?:in|for|of|to|is|are|was|were|has|have|will|could|did) )"
)
_TERSE = re.compile(r"\s*(?:\.{2,}|:|\[|\t|-|→|=)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_WORD_SIGN = re.compile(r"[^\W_]")
_STOPS = ".:。：!！?？;,"


@dataclass(frozen=True, slots=True)
class Entry:
    """`how`: after a label, in the URL after one, or in a row of a list; `led`: a line announces the list."""

    names: tuple[Domain, ...]
    outcome: Outcome | None
    expires: date | None
    how: Literal["label", "url", "row"]
    led: bool = False


def entries_in(lines: Sequence[str]) -> tuple[list[Entry], list[str]]:
    """All of them, in order, and the lines that are no rows: what is left to be read as sentences. Linear."""
    walk = _Walk()
    prose = list[str]()
    for line in lines[:MOST_LINES]:
        rows = len(walk.found)
        walk.line(line[:LONGEST_LINE].strip())
        if len(walk.found) == rows or walk.found[-1].how != "row":
            prose.append(line)
    walk.end_block()
    return walk.found, prose


class _Walk:
    """One pass. What a line means depends on the heading above it and on the label whose value is still to come."""

    def __init__(self) -> None:
        self.found: list[Entry] = []
        self.names: tuple[Domain, ...] = ()  # of the labels that belong together, until one of them comes again
        self.how: Literal["label", "url"] = "url"
        self.outcome: Outcome | None = None
        self.expires: date | None = None
        self.open: Literal["names", "outcome", "expires"] | None = None
        self.heading: Outcome | None = None
        self.led = False
        self.over = False  # below a closing formula rows no longer count: there are signatures
        self.runs_on = False  # the line above is prose, and this one goes on with it

    def line(self, line: str) -> None:
        if not line or not _WORD_SIGN.search(line):
            self.runs_on = False  # a ruler stands between a heading and its list
            return
        self.over = self.over or bool(CLOSING.search(line))
        runs_on, self.runs_on = self.runs_on, False
        if self._completes(line) or self._is_labelled(line):
            return
        row = _row(line)
        if row is None or (runs_on and _NAME.match(line)):
            self._text(line)
            return
        outcome = row.outcome or self.heading
        if not self.over or outcome == "failed":
            self.found.append(replace(row, outcome=outcome, led=self.led))

    def end_block(self) -> None:
        if self.names:
            self.found.append(Entry(self.names, self.outcome, self.expires, self.how))
        self.names, self.outcome, self.expires, self.how = (), None, None, "url"

    def _completes(self, line: str) -> bool:
        """The value of the label above, which stands on a line of its own."""
        what, self.open = self.open, None
        if what is None or _is_label(line):
            return False
        if what == "names" and (row := _row(line)) is not None:
            self.names, self.open = unique((*self.names, *row.names)), "names"
            self.how = self.how if "://" in line else "label"
            return True
        return what != "names" and self._value(what, line)

    def _is_labelled(self, line: str) -> bool:
        if hit := _ENDS_LABEL.search(line):
            return self._take("expires", hit)
        if hit := _STATUS_LABEL.search(line):
            return self._take("outcome", hit)
        hit = _NAME_LABEL.search(line)
        return bool(hit) and self._named(hit)

    def _take(self, what: Literal["outcome", "expires"], hit: Any) -> bool:
        value, divider = hit.group("value"), hit.group("divider").strip()
        if not value.strip():
            self.open = what
            return True
        return (bool(divider) or (bool(self.names) and len(value) <= 30)) and self._value(what, value)

    def _named(self, hit: Any) -> bool:
        """A label for names. Without a colon it must be followed by nothing but names."""
        value, divider = hit.group("value"), hit.group("divider").strip()
        names = labelled_names(value)
        if value.strip() and (not names or not (divider or _is_bare(value))):
            return False
        if self.outcome is not None or self.expires is not None:
            self.end_block()
        self.names = unique((*self.names, *names))
        self.how = self.how if "://" in value or not names else "label"
        self.outcome = outcome_of(_NAME.sub(" ", value)) or self.outcome
        self.open = None if names else "names"
        return True

    def _value(self, what: Literal["outcome", "expires"], value: str) -> bool:
        if what == "expires":
            day = first_date(value)
            self.expires = self.expires or day
            return day is not None
        outcome = outcome_of(value)
        self.outcome = outcome or self.outcome
        return outcome is not None

    def _text(self, line: str) -> None:
        """A short line is a heading and says how what stands below it went; any other text ends the list."""
        self.runs_on = len(line) >= WRAPPED and line[-1] not in _STOPS
        short = len(line) <= LONGEST_HEADING
        self.heading = outcome_of(line) if short else None
        self.led = short and bool(LEADS_IN.search(line))


def outcome_of(text: str) -> Outcome | None:
    """How it went, where the text says one thing only."""
    text = NONE_ROW.sub(" ", text)
    hit = FAILED_ROW.search(text)
    if hit is None:
        return "fine" if FINE_ROW.search(text) else None
    rest = text[: hit.start()] + " " + text[hit.end() :]
    counts = re.search(r"\d", rest) and FINE_ROW.search(rest)  # `成功 2 / 失敗 1` says nothing of what stands below
    return None if counts else "failed"


def labelled_names(value: str) -> tuple[Domain, ...]:
    """Names in the value of a label. A URL there stands for its host."""
    first = value.split()[0].strip("\"'<>()[],") if value.split() else ""
    host = host_of(first)
    return names_in(host)[:1] if host else names_in(value)


def _is_label(line: str) -> bool:
    hit = _ANY_LABEL.search(line)
    return hit is not None and not str(hit.group("value")).startswith("//")


def _is_bare(value: str) -> bool:
    return not _NAME.sub(" ", value).strip(" ,、()\"'[]")


def _row(line: str) -> Entry | None:
    """A line that begins with names, after nothing but what numbers or marks it, and says little more."""
    first = _NAME.search(line)
    if first is None or not _is_row_head(line[: first.start()]):
        return None
    names = list[Domain]()
    start = end = first.start()
    for _, hit in zip(range(60), _NAME.finditer(line), strict=False):
        name = _alone(line, hit) if _BETWEEN.match(line[end : hit.start()]) else None
        if name is None:
            break
        names.append(name)
        end = hit.end()
    rest = line[end:]
    if not names or _LONGER.match(rest) or len(rest) > LONGEST_ROW or _is_sentence(rest):
        return None
    outcome = outcome_of(_NAME.sub(" ", rest)) or outcome_of(line[:start])
    return Entry(unique(names), outcome, first_date(rest), "row")


def _is_row_head(head: str) -> bool:
    at = 0
    for _ in range(_MOST_HEADS):
        found = _ROW_HEAD.match(head, at) if at < len(head) else None
        if found is None:
            break
        at = found.end()
    return at == len(head)


def _is_sentence(rest: str) -> bool:
    if _READS_ON.match(rest):
        return True
    return not _TERSE.match(rest) and len(_WORD.findall(rest)) > MOST_WORDS


def _alone(line: str, hit: Any) -> Domain | None:
    """The name, where it is no part of an address or a path."""
    if line[hit.start() - 1 : hit.start()] in ("@", "/", "=", "-", "."):
        return None
    token = hit.group(0)
    return name_of((host_of(token) or "") if "://" in token else token)
