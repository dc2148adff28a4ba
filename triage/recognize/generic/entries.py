"""The lines of a mail → what stands in its labels, tables and lists: names, each with how it went and until when.

A name that merely occurs is no entry: it must follow a label, or begin a line of a list.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Literal, cast

from triage.names import Domain, beginning
from triage.recognize.dates import PLAIN, Habits, dates_with_places, end_date, first_date
from triage.recognize.generic.labels import NAME, Kind, Label, is_bare, kind_of, label_of, names_of
from triage.recognize.generic.words import (
    CLOSING,
    ENDS,
    EXPIRED_ROW,
    FAILED_ROW,
    FINE_ROW,
    IMPRINT,
    LEADS_IN,
    MEANWHILE,
    MORE_NAMES,
    NONE_ROW,
    OTHER_LABEL,
    UNDONE,
    without,
)
from triage.recognize.hosts import host_of, is_file, name_of, names_in, unique

Outcome = Literal["failed", "expired", "fine"]
SICK: tuple[Outcome, ...] = ("failed", "expired")
MOST_LINES = 4_000
LONGEST_OBJECT = 60  # lines
LONGEST_LINE = 600  # characters of a line that are looked at
LONGEST_HEADING = 120
FEWEST_PAIRS = 3  # of key and value that make a line of a log
LONGEST_TITLE = 40
LONGEST_LED = 240  # of one that ends in a colon
MOST_OF_HEAD = 3  # words before the name of which a program tells something
MOST_OF_OUTCOME = 3  # words behind a label that we do not know, one of which says that it failed
LONGEST_DAY = 24  # characters in which a day must stand behind a name
LONGEST_SAID = 40  # characters behind a name and a colon in which an error shows itself
LONGEST_ROW = 160  # characters behind the names of a row
WRAPPED = 45  # a longer line without a stop at its end goes on in the next
MOST_COLUMNS = 8
MOST_WORDS = 8  # behind the name of a row; more of them are a sentence
IMPRINT_LINES = 6  # below a ruler, in which an imprint shows itself

# What may stand before the name that a row is about: bullets, numbers, times, levels, marks, a customer, a word with a
# colon. Taken away one after the other.
_ROW_HEAD = re.compile(
    r"\[?\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d(?::\d\d)?\S{0,8}\s?|\[?\d\d:\d\d(?::\d\d)?\]?\s?"
    r"|\d{1,3}(?:件目|番目)\s?|[\[(]?\d{1,4}(?:/\d{1,4})?[.)\]、]?\s?"
    r"|\d{4}[-/]\d\d[-/]\d\d\s|(?:残り|あと)\s?\d{1,4}\s?日\s?"
    r"|(?i:ok|ng|failed|fail|skipped|skip)\s|(?:成功|失敗|対象外|正常|異常|エラー|完了|要確認|確認|対象|チェック|警告|注意|期限切れ|更新|スキップ|保留|済)[\]】)]?\s|(?!(?:NS|MX|TXT|SOA|CAA|AAAA|CNAME|PTR)\b)[A-Z]{2,12}\s"
    r"|\[?(?:INFO|WARN|WARNING|ERROR|EROR|ERR|OK|NG|FAIL|FAILED|SUCCESS|SKIP|RENEWED) ?\]?:?\s?"
    r"|[^\W\d][\w -]{0,30}[:：]\s?|Let['’]?s Encrypt |['\"“‘„«「](?:[\w'’.]{1,20} ){1,3}"
    r"|\[[a-z]{2,12}\]\s|\S{1,30}様\s|\*\s|[^\w*]{1,8}"
)
_MOST_HEADS = 8
_BETWEEN = re.compile(
    r"[\s,、;/&と()\"'|+-]*(?:and|und|et|y|e|en|及び|および|ならびに|以及|和|및)?[\s,、;\"'(]*\Z", re.IGNORECASE
)
_LONGER = re.compile(r"[@:][\x21-\x7e]|[/?#]\S")
# `example.jp の証明書の更新に…`, `x.test was …`: a sentence that begins with its name.
_READS_ON = re.compile(
    r"\s?(?:の|は|が|を|に|で|へ|様|と(?!\s)|['’]s |(?:in|for|of|to|is|are|was|were|has|have|will|could|did) )"
)
_INCLUDING = re.compile(r"\s?[をも](?:含[みむ]|併せ)[^)\n]{0,8}\)?\Z")  # `example.jp(www.example.jp を含みます)`
_STAMP = re.compile(r"\W?\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d|\[\d\d:\d\d(?::\d\d)?\]")  # of a line of a log
_CHECKED = re.compile(
    "確認(?:日|時|済)|最終確認|[0-9)時分] ?確認|checked|comprobado|geprüft|verificad", re.IGNORECASE
)  # the day of the look, not of the end
_BEFORE_NOW = re.compile(r"\b(?:last|previous)\b|前回|直近|過去", re.IGNORECASE)
_COUNTS = re.compile(
    r"(?:成功|正常|完了|\bok|success\w*|renewed|kept)\W{0,3}\d(?!\d? ?[A-Z][a-z]{2}|\d*[-./]\d)"
    r"|\d ?(?:件|ok|renewed|success|kept|成功|正常)",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"(?:still |now )?valid (?:until|till|to|through)|gültig bis|valable jusqu|válido hasta|geldig tot|valido fino",
    re.IGNORECASE,
)  # so is what was not renewed
_FRAMES = str.maketrans("│┃║", "|||")  # of a table that is drawn
_ADDRESSED = re.compile(r"\s?(?:ご担当|担当者?|管理者|運営者?)?(?:者)?\s?(?:様|さま|殿|御中)")
_IN_BRACKETS = re.compile(r"\A\s?[(「][^)」\n]{0,80}[)」]")
_TERSE = re.compile(r"\s*(?:\.{2,}|:|\[|\t|-|→|=)")
# How a row that goes on in words says first how it went.
_SAYS_FIRST = re.compile(
    r"\s+(FAILED|Failed|FAIL|ERROR|Error|OK|Ok|EXPIRED|Expired|SKIPPED|失敗|成功|正常|異常|エラー|期限切れ)\b"
)
_POSSIBLE = re.compile(r"することがあ|場合が?あ|可能性|恐れ|\b(?:may|might)\b")
_WORD = re.compile(r"[^\W\d_]{2,}")
_WORD_SIGN = re.compile(r"[^\W_]")
# The word of a line of dots; how OpenSSL writes names, Ansible the item of a loop, and Zabbix the key of an item.
_PREFIX = re.compile(
    r"\A[^\W\d]\w{2,20}\s(?=\S{4,255} \.{2,}\s)|\bDNS(?: Name)?[:=] ?(?=[\w*])|(?<=\()item="
    r"|\b[a-z][\w.]{1,40}\[(?=[\w.-]{4,255},\d{1,5}\])"
)
_FAILED_HEAD = re.compile(r"(?:failed|fatal)\b[:\s]", re.IGNORECASE)
_PAIR = re.compile(r"(?<!\S)(?P<key>[A-Za-z][\w.-]{0,30})=(?P<value>\"[^\"\n]{0,300}\"|\S+)")  # of a log: key=value
_CELLS = re.compile(r"(?:[^|\n]*\|){2,}|[^,\s][^,\n]*(?:,(?! )[^,\n]*){2,}\Z")  # of a table drawn with `|`, or of CSV
# `name: error …`, `acme_certificate.x (name): failed`: how programs tell of one of several.
_TOLD = re.compile(r"[)\]\"']{0,2}\s?(?::|-|–|->|→|=>)\s(?=.)")
_ANNOUNCES = re.compile(
    r"以下|下記|次の|following|below|suivants?|siguientes?|seguintes?|folgende|volgende|seguenti", re.IGNORECASE
)
_OF_A_TASK = re.compile(
    r"期限日|期日|(?:ご?(?:回答|返信|返答|応募|申し?込み?|お?支払い?|受験|提出|納付))の?期限|due\b", re.IGNORECASE
)  # unless the name of a certificate stands above
_RENEWED_END = re.compile(r"新しい|新有効|次回|\bnew\b|nuev[ao]|neue", re.IGNORECASE)
# One of several alerts of a mail: `[2] Firing - DiskFull`.
_ALERT = re.compile(r"\[\d{1,3}\] \w+ ?[-–:] ?\w")
_OF_CERTIFICATES = re.compile(r"cert|ssl|tls|証明書", re.IGNORECASE)
_RECORDS = re.compile(r"(?:CNAME|レコード|ネームサーバ).{0,20}値|\brecords?\b.{0,30}\bvalues?\b", re.IGNORECASE)
_SECTIONS = frozenset(("Labels", "Annotations"))  # of Alertmanager, below the title that says how it went
_TITLE = re.compile(r"[■◆●▼▽◇【\[<〈《]")
_RULER = re.compile(r"\W{3,}\Z|_{3,}\Z")
_TURNED = re.compile(r".{1,30}(?:->|→|⇒|=>)\s*(?=\w)")  # `OK -> FAILED`
_TIMES = re.compile(r"\A\d{1,3} ?× ")  # `1 × wildcard`: how many, and no mark
_OF_A_MACHINE = re.compile(r"[\w./:-]*[\d_.][\w./:-]*\Z", re.ASCII)
_PORT = re.compile(r":\d{2,5}\Z")
_GOES_ON = re.compile(r"[^\n]{20}[をがにはのでと、]\Z")  # Japanese is wrapped earlier, and often behind a particle
_STOPS = ".:。：!！?？;,"


@dataclass(frozen=True, slots=True)
class Entry:
    """`how`: after a label, in the URL after one, in a row of a list, or as a link in one.

    `led`: a line announces the list. `more`: the label adds names to others ("also covered").
    """

    names: tuple[Domain, ...]
    outcome: Outcome | None
    expires: date | None
    how: Literal["label", "url", "row", "link"]
    led: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`prose`: the lines that are no rows, to be read as sentences. `expires`: of a label that stands with no name."""

    entries: list[Entry]
    prose: list[str]
    expires: date | None


def entries_in(lines: Sequence[str], habits: Habits = PLAIN) -> Table:
    """All of them, in order. Linear."""
    walk = _Walk(habits)
    prose = list[str]()
    imprint = _imprint(lines[:MOST_LINES])
    for at, line in enumerate(_objects_joined(lines[:MOST_LINES])):
        if at >= imprint:
            walk.end()
        if not walk.line(_PREFIX.sub("", beginning(line, LONGEST_LINE).translate(_FRAMES).strip())):
            prose.append(line)
    walk.end_block()
    return Table(walk.found, prose, walk.loose)


def _imprint(lines: Sequence[str]) -> int:
    """Where the writer's own address begins below a ruler: names there are the writer's. `len(lines)` where nowhere."""
    for at, line in enumerate(lines):
        if line and _RULER.match(line):
            below = [text for text in lines[at + 1 : at + 1 + IMPRINT_LINES] if text]
            if any(IMPRINT.search(text[:LONGEST_LINE]) for text in below):
                return at
    return len(lines)


def _objects_joined(lines: Sequence[str]) -> Iterator[str]:
    """Each line; those over which a mailer wrapped an object as one, with an empty line for each of the rest."""
    done = 0
    for at, line in enumerate(lines):
        if at < done:
            yield ""
            continue
        end = _end_of_object(lines, at) if line.startswith('{"') and not line.endswith("}") else at + 1
        done = end
        yield " ".join(lines[at:end])  # where a mailer breaks a line stood a blank, or nothing that a name goes over


def _end_of_object(lines: Sequence[str], at: int) -> int:
    """Behind the last line of the object that begins in this one; the next line where none does."""
    open_ones = 0
    for end in range(at, min(len(lines), at + LONGEST_OBJECT)):
        open_ones += lines[end].count("{") - lines[end].count("}")
        if open_ones <= 0:
            return end + 1
    return at + 1


class _Walk:
    """One pass. What a line means depends on the heading above it and on the label whose value is still to come."""

    def __init__(self, habits: Habits) -> None:
        self.found: list[Entry] = []
        self.habits = habits
        self.names: tuple[Domain, ...] = ()  # of the labels that belong together, until one of them comes again
        self.how: Literal["label", "url"] = "url"
        self.outcome: Outcome | None = None
        self.expires: date | None = None
        self.first: Kind | None = None  # the label with which the block begins: where it comes again, so does a block
        self.above: Outcome | None = None  # what the heading says under which the block begins
        self.more = True  # all its names are further ones, "also covered"
        self.open: Kind | None = None
        self.loose: date | None = None  # the day of a label in a block that names nobody
        self.before = ""  # the line of prose above
        self.elsewhere = False  # below the title of an alert that is about something else
        self.announced = False  # a sentence above announces a list that has not begun
        self.heading: Outcome | None = None
        self.led = False
        self.terse = False  # the heading is a title and no sentence
        self.over = False  # below a closing formula nothing counts that does not say how it went: there are signatures
        self.runs_on = False  # the line above is prose, and this one goes on with it
        self.in_list = False  # the line above is a row, whose date or outcome may follow
        self.headed = False  # lines above rows say how they went, so that no such line is a cell
        self.inherits = False  # that row has its outcome from the heading
        self.cells = False  # rows have one cell on each line
        self.wanted = False  # what stands below is what a record is to be set to

    def line(self, line: str) -> bool:
        """Whether the line is a row, and so no sentence."""
        if CLOSING.search(line):
            self.end()
        if not line or not _WORD_SIGN.search(line):
            self.before = ""
            self.runs_on = self.in_list = False  # a ruler stands between a heading and its list
            return False
        runs_on, self.runs_on = self.runs_on, False
        pairs = _pairs(line)
        if len(pairs) >= FEWEST_PAIRS:
            return self._log(pairs)
        label = label_of(_two_cells(line) or line)
        if self._completes(line, label):
            return True
        if label is not None and self._labelled(label):
            return False
        row = _row(line, self.habits)
        elsewhere = label is not None and label.sure and bool(OTHER_LABEL.search(label.words))  # `Panel: https://…`
        if row is None or (runs_on and NAME.match(line)) or (elsewhere and row.outcome is None):
            if self.in_list and row is None and self._cell(line):
                return True
            if label is None or not label.sure or not label.value or outcome_of(label.words):
                self._text(line)
            return False
        outcome = row.outcome or self.heading
        if self.wanted and row.outcome is None:
            return True
        if not self.over or outcome in SICK:
            led = row.led or self.led or self.announced or row.expires is not None
            is_link = "://" in line and outcome is None and (line.startswith("http") or not self.announced)
            how = "link" if is_link else row.how
            self.found.append(replace(row, outcome=outcome, led=led, how=how))
            self.in_list = True
            self.cells = self.cells and self.heading is None
            self.inherits = row.outcome is None and outcome is not None
            self.headed = self.headed or self.inherits
        return True

    def _log(self, pairs: Sequence[tuple[str, str]]) -> bool:
        """A line of a log in pairs is a block of its own."""
        self.end_block()
        for key, value in pairs:
            if key.startswith(("previous", "last_")):
                continue
            kind = kind_of(key)
            self._labelled(Label(kind, key, value.replace("_", " ") if kind == "outcome" else value))
            if key in ("level", "msg", "message", "event", "type", "state") and self.outcome is None:
                self.outcome = outcome_of(value)
        self.open = None
        self.end_block()
        return True

    def end(self) -> None:
        """What stands above counts; below there are signatures."""
        if not self.over:
            self.end_block()
        self.over = True
        self.heading = None

    def end_block(self) -> None:
        if self.names and (not self.over or self.outcome in SICK):
            self.found.append(Entry(self.names, self.outcome or self.above, self.expires, self.how, more=self.more))
        if not self.names:
            self.loose = self.loose or self.expires
        self.names, self.outcome, self.expires, self.how, self.first = (), None, None, "url", None
        self.above, self.more = None, True

    def _completes(self, line: str, label: Label | None) -> bool:
        """The value of the label above, which stands on a line of its own."""
        what, self.open = self.open, None
        if what == "expires" and NAME.match(line):
            return False  # `Domain  Valid until`: a table begins
        if what == "expires" and self._value(what, line):
            return True
        if what is None or (label is not None and label.sure):
            return False
        if what == "names" and line.startswith("http") and " " not in line:
            self.names = unique((*self.names, *names_of(line)))
            return True
        if what == "names":
            row = _row(line, self.habits)
            if row is None or (self.names and not is_bare(line)):
                return False
            self.names, self.open = unique((*self.names, *row.names)), "names"
            self.expires, self.outcome = self.expires or row.expires, self.outcome or row.outcome
            self.how = self.how if "://" in line else "label"
            return True
        return self._value(what, line)

    def _labelled(self, label: Label) -> bool:
        """Whether the label says something, or leaves it to the next line."""
        kind, value = label.kind, label.value
        if self.elsewhere or MEANWHILE.search(value):
            return False
        if kind == "other" and (NAME.search(label.words) or (NAME.match(value) and outcome_of(label.words))):
            return False  # a row: `shop.test failed urn:…`, `[NG] shop.test`
        of_row = value and self.in_list and not (self.names or label.names)  # without a value it is a heading
        if kind == "other" and of_row and FAILED_ROW.search(label.words):
            return self._of_row("outcome", "failed" if not NONE_ROW.search(f"{label.words}: {value}") else "ok")
        if kind == "other":
            outcome = self._told(label)
            return outcome is not None and self._value("outcome", value, outcome)
        if not value and outcome_of(label.words) is not None:
            return False  # `[期限切れ]` is a heading
        if not value:
            self.more = self.more and (kind != "names" or bool(MORE_NAMES.search(label.words)))
            self._begin(kind)
            self.open = kind
            return True
        if self.in_list and kind in ("expires", "outcome"):
            return self._of_row(kind, value)
        if kind == "expires" and _OF_A_TASK.match(label.words) and not self.names:
            return False
        if kind == "expires" and _RENEWED_END.search(label.words):
            return self._value(kind, value, "fine")
        if kind != "names":
            return self._value(kind, value)
        names = label.names
        if not names or (not label.sure and _is_sentence(_behind(value))):
            return kind == "names" and bool(outcome := outcome_of(value)) and self._value("outcome", value, outcome)
        self._begin("names", more=bool(self.names and MORE_NAMES.search(label.words)))
        self.names = unique((*self.names, *names))
        self.more = self.more and bool(MORE_NAMES.search(label.words))
        self.how = self.how if "://" in value else "label"
        rest = without(NAME, value)
        self.outcome = self.outcome or outcome_of(rest)
        self.expires = self.expires or first_date(rest, self.habits)
        self.open = "names" if is_bare(value) and "://" not in value else None
        return True

    def _told(self, label: Label) -> Outcome | None:
        """`Error: none` and `Error: 404` beside a name say how it went, and so does a value that is nothing else."""
        if self.names and FAILED_ROW.search(label.words) and not _BEFORE_NOW.search(label.words):
            return "fine" if NONE_ROW.search(f"{label.words}: {label.value}") else "failed"
        ends = len(label.value.split()) <= MOST_OF_OUTCOME and outcome_of(label.value) == "failed"
        return "failed" if ends else None

    def _begin(self, kind: Kind, *, more: bool = False) -> None:
        if more:
            return  # further names of the same certificate
        again = kind == self.first and (self.outcome is not None or self.expires is not None)
        if self.names and (again or (kind == "names" and (self.outcome is not None or self.expires is not None))):
            self.end_block()
        if self.first is None:
            self.first, self.above = kind, self.heading if self.terse else None

    def _value(self, what: Kind, value: str, outcome: Outcome | None = None) -> bool:
        day = end_date(value, self.habits) if what == "expires" else None
        outcome = outcome or (outcome_of(value) if what == "outcome" else None)
        if day is None and outcome is None:
            return False
        self._begin(what)
        self.expires = self.expires or day
        self.outcome = self.outcome or outcome
        return True

    def _of_row(self, kind: Kind, value: str) -> bool:
        """A date or an outcome on a line of its own below the row that it belongs to."""
        last = self.found[-1]
        day = end_date(value, self.habits) if kind == "expires" else None
        outcome = outcome_of(value) if kind == "outcome" else None
        self.found[-1] = replace(last, expires=last.expires or day, outcome=last.outcome or outcome)
        return bool(day or outcome)

    def _cell(self, line: str) -> bool:
        """A cell of the row above, alone on its line: a day, or in few words how it went."""
        if len(line) > LONGEST_TITLE or line[-1] in ":：" or _TITLE.match(line):
            return False
        last = self.found[-1]
        if (self.inherits or self.headed) and not (last.expires is None and ENDS.search(line)):
            return False
        first = next(iter(dates_with_places(line, self.habits)), None)
        day = first[0] if first and first[1] <= 1 and len(_WORD.findall(line)) <= MOST_OF_OUTCOME else None
        outcome = outcome_of(line) if len(line.split()) <= MOST_OF_OUTCOME else None
        if (day and last.expires is None) or (outcome and last.outcome is None):
            self.found[-1] = replace(last, expires=last.expires or day, outcome=last.outcome or outcome)
            self.cells = True
            return True
        return self.cells  # a remark in a further column

    def _text(self, line: str) -> None:
        """A short line is a heading and says how what stands below it went; any other text ends the list.

        What stands right below a row that failed is a remark on it, and the list may go on.
        """
        whole = f"{self.before} {line}" if self.before else line  # a heading on two lines
        self.runs_on = (len(line) >= WRAPPED and line[-1] not in _STOPS) or bool(_GOES_ON.search(line))
        self.before = line if self.runs_on else ""
        if line in _SECTIONS:
            return
        if _ALERT.match(line):
            self.end_block()
            self.elsewhere = not _OF_CERTIFICATES.search(line)
        short = len(line) <= (LONGEST_LED if line[-1] in ":：" else LONGEST_HEADING)
        if self.in_list and self.heading == "failed" and line[-1] not in ":：" and outcome_of(line) != "fine":
            return
        logged = _STAMP.match(line)  # and says nothing of the next line
        self.heading = outcome_of(whole) if short and not logged and not MEANWHILE.search(line) else None
        if self.heading and self.names and _TITLE.match(line):
            self.end_block()
        self.wanted = bool(_RECORDS.search(whole)) and self.heading is None and not _OF_CERTIFICATES.search(whole)
        self.cells = False
        self.led = short and bool(LEADS_IN.search(whole))
        self.terse = len(line) <= LONGEST_TITLE and line[-1] not in "。."
        if self.announced and self.in_list:
            self.announced = False
        self.announced = self.announced or bool(_ANNOUNCES.search(line))
        self.in_list = False


def _behind(value: str) -> str:
    """What stands behind the names of a value."""
    end = 0
    for hit in NAME.finditer(value):
        if not _BETWEEN.match(value[end : hit.start()]):
            break
        end = hit.end()
    return value[end:]


@lru_cache(maxsize=2048)
def outcome_of(text: str) -> Outcome | None:
    """How it went, where the text says one thing only."""
    if _POSSIBLE.search(text):
        return None
    text = without(NONE_ROW, _TIMES.sub("", _TURNED.sub("", text)))
    hit = FAILED_ROW.search(text)
    if hit is None:
        fine = FINE_ROW.search(_UNTIL.sub(" ", text)) and not UNDONE.search(text)
        return "expired" if EXPIRED_ROW.search(text) else "fine" if fine else None
    return None if _COUNTS.search(text) else "failed"  # `成功 2 / 失敗 1` says nothing of what stands below


def _row(line: str, habits: Habits) -> Entry | None:
    """A line that begins with names, after nothing but what numbers or marks it, and says little more."""
    if _CELLS.match(line):
        return _cells(line, habits)
    first = next((hit for hit in NAME.finditer(line) if _alone(line, hit)), None)
    if first is None:
        return _columns(line, habits)
    told = _TOLD.match(line, first.end())
    if not _is_row_head(line[: first.start()]):
        failed = (
            told
            and len(line[: first.start()].split()) <= MOST_OF_HEAD
            and (_FAILED_HEAD.match(line) or outcome_of(line[told.end() : told.end() + LONGEST_SAID]) == "failed")
        )
        name = _alone(line, first)
        return Entry((name,), "failed", None, "row") if failed and name else _columns(line, habits)
    names = list[Domain]()
    start = end = first.start()
    for _, hit in zip(range(60), NAME.finditer(line), strict=False):
        name = _alone(line, hit) if _BETWEEN.match(line[end : hit.start()]) else None
        if name is None:
            break
        names.append(name)
        end = hit.end()
    rest = _INCLUDING.sub("", line[end:])
    rest = rest[1:] if "://" in line[start:end] and (rest == "/" or rest.startswith("/ ")) else rest
    first_said = _SAYS_FIRST.match(rest)
    told = first_said or (_TOLD.match(rest) and line[0] in "-*•・✗✘❌✓✔✅")  # `- name: what is wrong`, however long
    if not names or _LONGER.match(rest) or (not told and (len(rest) > LONGEST_ROW or _is_sentence(rest))):
        return None
    crossed = outcome_of(line[:start]) if line[0] in "✗✘❌✖⛔" else None
    outcome = crossed or outcome_of(first_said[1] if first_said else without(NAME, rest)) or outcome_of(line[:start])
    head = "" if _STAMP.match(line) else line[:start]
    day = None if _CHECKED.search(rest) else first_date(rest, habits) or first_date(head, habits)
    return Entry(unique(names), outcome, day, "row")


def _columns(line: str, habits: Habits) -> Entry | None:
    """A row of a table whose name stands further on, beside a day and what only a machine calls something."""
    day = first_date(line, habits)
    cells = line.split() if day else []
    names = [cell for cell in cells if is_bare(cell) and any(not is_file(name) for name in names_of(cell))]
    if len(names) != 1 or not 3 <= len(cells) <= MOST_COLUMNS:
        return None
    others = [cell for cell in cells if cell not in names]
    return Entry(names_of(names[0]), None, day, "row", led=True) if all(map(_OF_A_MACHINE.match, others)) else None


def _two_cells(line: str) -> str | None:
    """`|Domain |example.jp|` is a label and its value."""
    cells = [cell.strip() for cell in line.split("|") if cell.strip()] if line.startswith("|") else []
    return f"{cells[0]}: {cells[1]}" if len(cells) == 2 and not names_in(cells[0]) else None


def _cells(line: str, habits: Habits) -> Entry | None:
    """A row of cells, one of which is nothing but names."""
    cells = [cell.strip(" \"'") for cell in line.strip("|").split("|" if "|" in line else ",")]
    names = [cell for cell in cells if is_bare(cell) and names_of(cell)]
    if not names:
        return None
    rest = " ".join(cell for cell in cells if cell not in names)
    found = unique(name for cell in names for name in names_of(cell))
    return Entry(found, outcome_of(rest), first_date(rest, habits), "row", led=True)


def _pairs(line: str) -> list[tuple[str, str]]:
    """Keys and values of a log's line, in JSON or as key=value."""
    if line.startswith("{") and line.rstrip(",").endswith("}"):
        try:
            found = json.loads(line.rstrip(","))
        except ValueError:
            return []
        return list(_members(found))
    return [(key, value.strip('"')) for key, value in _PAIR.findall(line)]


def _members(found: dict[str, object], depth: int = 3) -> Iterator[tuple[str, str]]:
    """Keys and values, those of the objects within as well."""
    for key, value in found.items():
        if isinstance(value, dict) and depth:
            yield from _members(cast(dict[str, object], value), depth - 1)
        else:
            yield key, _flat(value)


def _flat(value: object) -> str:
    return ", ".join(map(str, cast(list[object], value))) if isinstance(value, list) else str(value)


def _is_row_head(head: str) -> bool:
    at = 0
    for _ in range(_MOST_HEADS):
        found = _ROW_HEAD.match(head, at) if at < len(head) else None
        if found is None:
            break
        at = found.end()
    return at == len(head)


def _is_sentence(rest: str) -> bool:
    rest = rest.lstrip('」』"”’)] ')
    if _ADDRESSED.match(rest) or _READS_ON.match(_IN_BRACKETS.sub("", rest, count=1)):
        return True
    if first_date(rest[:LONGEST_DAY]):
        return False  # a day beside a name is a cell of a table, whatever stands in the next
    return not _TERSE.match(rest) and len(_WORD.findall(rest)) > MOST_WORDS


def _alone(line: str, hit: Any) -> Domain | None:
    """The name, where it is no part of an address or a path."""
    if line[hit.start() - 1 : hit.start()] in ("@", "/", "=", "-", "."):
        return None
    token = str(hit.group(0))
    return name_of((host_of(token) or "") if "://" in token else _PORT.sub("", token))
