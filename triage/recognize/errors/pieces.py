"""Mended text → the pieces that may each state one error, with the name and the type that labels around them give."""

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import re2

from triage.names import Domain
from triage.recognize.errors.table import Row
from triage.recognize.hosts import name_of

LONGEST_STATEMENT = 4000  # characters of one error that are understood
LINES_BEFORE, LINES_AFTER = 30, 12  # a label stands above its error, a wrapped error runs on below
MOST_PLACES = 50  # of one row of the table
CONTEXT = 8  # lines below which a name above no longer counts
WRAPPED = 60  # a shorter line ended because its sentence did

_LINE_END = re.compile(b"\n")
_NAME = r"[\"'“‘「(\[]*((?:\*\.)?[^\s\"'“”‘’「」()\[\]<>,;:=/@]+\.[^\s\"'“”‘’「」()\[\]<>,;:=/@]+)"
_LABEL = re.compile(r"^\W{0,4}(?:Domain|Identifier)\s*:\s*(\S+)", re.IGNORECASE)
_TYPE = re.compile(r"^\W{0,4}Type\s*:\s*(?:urn:\S*:)?(\w+)", re.IGNORECASE)
_DETAIL = re.compile(r"^\W{0,4}Detail\s*:\s*(.*)", re.IGNORECASE)
_STOP = re.compile(
    r"^\W{0,4}(?:Domain|Identifier|Type|Detail|Hint|Status|To fix|IMPORTANT|Details)\b\s*:?", re.IGNORECASE
)
_BOX = re.compile(r"^\W{0,4}(\S+) \((?:checked on|.{0,40}(?:確認|チェック))")
# A line of a log, a bullet or a label in brackets begins something new, however long the line above it is.
_BEGINS = re.compile(
    r"\[?\d{4}[-/]\d\d[-/]\d\d|\[\w{3} \w{3}|\w{3} {1,2}\d{1,2} \d\d:\d\d|\{\"|time=|\[(?:INFO|EROR|ERROR|WARN|DEBUG)"
    r"|\[[^\s\]]+\.[^\s\]]+\] |[*\-⛔•・■◆●【]|(?:Error|ERROR|Warning): "
)
_NAMED_LINE = re.compile(r"(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:[\s:,]|$)")
_RUNS_ON = re.compile(r"[a-z\"'<(]|https?://|\[[0-9a-fA-F.:]+\]")
_OPEN = re.compile(r"(?:[:,(\[]|\b(?:Fetching|from|for|to|at|of|by|the|and|or|is|was|not|with|that))$")
_LOG_LEVEL = re.compile(r"^\[(?:INFO|EROR|ERROR|WARN|DEBUG) ?\]\s*")
# Which certificate the lines below are about.
_HANDLING = re2.compile(  # by far the dearest of them in `re`
    r"(?i)(?:certificates?|\bcerts?|renew\w*|authori[sz]\w*|verifying|identifiers?|domains?|host ?names?|challenge"
    r"|validation)\"?[ :=\[(\"'“]{1,3}"
    r"(?:(?:for|of|the|domains?|certificate|SSL/TLS|an?|identifier|names?|error|on)[ :]{1,2}){0,3}"
    + _NAME
    + r"|証明書[^\n]{0,20}?「" + _NAME
    + r"|\[\w{3,20}\] " + _NAME
    + r"|^\[" + _NAME + r"\] "
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """`label`: the name that a label gives to this very error; `context`: whose certificate the text above is about."""

    text: str
    label: Domain | None
    context: Domain | None
    kind: str  # the ACME error type beside it, without its urn, or ""


def pieces_of(text: str, rows: Sequence[Row]) -> list[Piece]:
    """Those pieces in which a row of the table hits. A long log costs no more than what is wrong in it."""
    octets = text.encode("utf-8", "replace")
    flow = octets.replace(b"\n", b" ")
    starts = [at for row in rows for at in row.places(flow, MOST_PLACES)]
    if not starts:
        return []
    ends = [hit.start() for hit in _LINE_END.finditer(octets)]
    places = {bisect_left(ends, start) for start in starts}
    lines = text.split("\n")
    near = set[int]()
    for place in places:
        near.update(range(max(0, place - LINES_BEFORE), min(len(lines), place + LINES_AFTER)))
    return _cut([line.strip() if n in near else "" for n, line in enumerate(lines)], sorted(near), places)


def _cut(lines: list[str], near: list[int], places: set[int]) -> list[Piece]:
    found = list[Piece]()
    label: Domain | None = None
    above = deque[tuple[str, int]]()
    kind, at = "", 0
    for begun in near:
        line = _without_level(lines[begun])
        if begun < at or not line:
            continue
        at = begun + 1
        if (named := _LABEL.match(line) or _BOX.match(line)) is not None:
            label, kind = name_of(named[1]), ""
        elif typed := _TYPE.match(line):
            kind = typed[1].lower()
        else:
            text, at = _joined(lines, begun)
            above.append((text, begun))
            while begun - above[0][1] > CONTEXT:
                above.popleft()
            if not places.isdisjoint(range(begun, at)):
                context = next((name for text, _ in reversed(above) if (name := _handled(text))), None)
                found.append(Piece(text, label, context, kind))
    return found


def _without_level(line: str) -> str:
    return _LOG_LEVEL.sub("", line) if line.startswith("[") else line


@lru_cache(maxsize=256)  # the lines above one error are those above the next
def _handled(text: str) -> Domain | None:
    hit = _HANDLING.search(text)
    return name_of(next(filter(None, hit.groups()))) if hit else None


def _joined(lines: list[str], at: int) -> tuple[str, int]:
    """One statement, over the lines that a mailer wrapped it into, and where the next begins."""
    first = _without_level(lines[at])
    detail = _DETAIL.match(first)
    piece, last = [detail[1] if detail else first], first
    in_json = first.endswith("{")
    length, at = len(first), at + 1
    while at < len(lines) and length < LONGEST_STATEMENT:
        line = _without_level(lines[at])
        if not line or not (in_json or _goes_on(last, line, detail is not None)):
            break
        piece.append(line)
        last, length, at = line, length + len(line), at + 1
        if in_json and line.startswith("}"):
            break
    return " ".join(piece)[:LONGEST_STATEMENT], at


def _goes_on(last: str, line: str, in_detail: bool) -> bool:
    if _STOP.match(line) or _BOX.match(line) or _BEGINS.match(line):
        return False
    if in_detail or len(last) >= WRAPPED or _OPEN.search(last):
        return True
    return bool(_RUNS_ON.match(line)) and not _NAMED_LINE.match(line)
