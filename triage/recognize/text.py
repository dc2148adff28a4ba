"""One mail's subject and body → the folded forms that every pattern is run on, made once."""

import re
import unicodedata
from dataclasses import dataclass

import re2

from triage.names import beginning

LONGEST = 256 * 1024  # characters of a body that are read; what lies beyond is never looked at
LONGEST_SUBJECT = 1000

# Sorting a run of combining marks is quadratic inside NFKC, so runs are cut first; UAX 15 knows no honest one of 16.
_MARK_RUN = re2.compile(r"(\p{M}{16})\p{M}+")
_BLANKS = "\t\r\f\v\x1c\x1d\x1e\x1f\x85"
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff66-\uff9f"
_WIDE_BREAK = re.compile(rf"\n(?<=[{_WIDE}]\n)(?=[{_WIDE}])")  # begins with a literal: that is what makes it fast
_CUT = re.compile(rf"\n(?<=[{_WIDE}0-9]\n)(?=[{_WIDE}0-9])")
_CIRCLED = re.compile("[①-⑳] ?")
_PREFIX = re.compile(
    r"(?:\s*(?:re|fwd?|aw|wg|tr|rv|rif|i|enc|sv|vs|vb|odp|pd|ynt|ilt|回复|转发|答复|轉寄|転送|返信)"
    r"\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：])+\s*",
    re.IGNORECASE,
)
# Gmail's bold in plain text. `*.example.jp` is no bold, and `**.example.jp*` is one.
_BOLD = re.compile(r"\*(?<![\w*]\*)((?:\*\.)?[^\s*.][^*\n]{0,200})(?<!\s)\*(?![\w*]|\.\w)")
_LINKED = re.compile(r"\[([^\[\]\s]{1,260})\]\(https?://\1/?\)")  # Markdown's link to the name that it shows
_QUOTED = re.compile(r"\n ?>[^\n]*\n ?>")  # begins with a literal, too
_OLDER = re.compile(  # of Outlook
    r"\n-{3,} ?(?:Original (?:Message|Appointment)|元のメッセージ|Ursprüngliche Nachricht|Message d['’]origine"
    r"|Mensaje original|Messaggio originale|Oorspronkelijk bericht) ?-{3,}\n"
    r"|\n_{20,}\n(?=(?:From|差出人|Von|De|Da|Van) ?[::])"
)
_QUOTE = re.compile(r"\n(?: ?[>｜|])+ ?")


@dataclass(frozen=True, slots=True)
class Octets:
    """The same words in UTF-8. Patterns run on these: of a str, RE2 would encode the whole for each pattern."""

    subject: bytes
    flow: bytes
    everything: bytes  # subject and lines, for fields
    low_subject: bytes
    low: bytes  # subject and flow with A to Z in lower case, where literals are looked for


@dataclass(frozen=True, slots=True)
class Text:
    """A mail's own words, folded: NFKC, blanks collapsed.

    `lines` keeps the lines (for labelled fields). `flow` is one line, as a person reads it: a break between two
    Japanese characters is nothing, every other break a blank.
    """

    subject: str
    lines: str
    flow: str
    octets: Octets

    @property
    def whole(self) -> str:
        """Subject and flow."""
        return f"{self.subject}\n{self.flow}"


def fold(text: str) -> str:
    """NFKC with blanks collapsed and trimmed at both ends of every line; linear in its input."""
    cut = beginning(text, LONGEST)
    if not cut.isascii():
        cut = _normalized(cut.replace("\u2028", "\n").split("\n"))
    for blank in _BLANKS:
        if blank in cut:
            cut = cut.replace(blank, " ")
    return "\n".join([line.strip(" ") for line in _without_runs(cut, " ", 1).split("\n")])


def _numbered(sign: re.Match[str]) -> str:
    """`①example.jp` is no name that begins with a digit."""
    return f"({ord(sign[0][0]) - 0x245F}) "


def _normalized(lines: list[str]) -> str:
    """NFKC of the lines that can change by it: most of a long mail is plain, and NFKC is the dearest step of all."""
    wide = [at for at, line in enumerate(lines) if not line.isascii() and not unicodedata.is_normalized("NFKC", line)]
    if not wide:
        return "\n".join(lines)
    joined = _CIRCLED.sub(_numbered, "\n".join([lines[at] for at in wide]))
    if _MARK_RUN.search(joined):
        joined = _MARK_RUN.sub(r"\1", joined)
    for at, line in zip(wide, unicodedata.normalize("NFKC", joined).split("\n"), strict=True):
        lines[at] = line
    return "\n".join(lines)


def read(subject: str, body: str) -> Text:
    folded_subject = fold(beginning(subject, LONGEST_SUBJECT)).replace("\n", " ")
    lines = _without_runs(fold(body), "\n", 2).strip("\n")
    if "](http" in lines:
        lines = _LINKED.sub(r"\1", lines)
    if "*" in lines:
        lines = _BOLD.sub(r"\1", lines)
    flow = lines if lines.isascii() else _WIDE_BREAK.sub("", lines)
    flow = flow.replace("\n\n", " ").replace("\n", " ")
    return Text(folded_subject, lines, flow, _octets(folded_subject, lines, flow))


def unwrapped(text: Text) -> Text:
    """Without the breaks by which a narrow mailer cut words of Japanese and days: `コモンネ|ーム`, `12月2|4日`."""
    lines = _CUT.sub("", text.lines)
    return Text(text.subject, lines, text.flow, _octets(text.subject, lines, text.flow))


def _octets(subject: str, lines: str, flow: str) -> Octets:
    head, body, joined = [part.encode("utf-8", "replace") for part in (subject, lines, flow)]
    low = head.lower()
    return Octets(head, joined, b"%b\n\n%b\n" % (head, body), low, b"%b\n%b" % (low, joined.lower()))


def _without_runs(text: str, sign: str, longest: int) -> str:
    """Runs of `sign` cut to `longest`. Halves the runs each time, so that long ones cost no more than short ones."""
    kept, run = sign * longest, sign * (longest + 1)
    while run in text:
        text = text.replace(run, kept)
    return text


def without_prefixes(subject: str) -> str:
    """The subject without what forwarding and replying put before it."""
    start = _PREFIX.match(subject, 0, LONGEST_SUBJECT)
    return subject[start.end() :].strip() if start else subject.strip()


def without_quotes(text: str) -> str | None:
    """What stands above the first quoted lines, without the line that introduces them; None where there are none."""
    start = _QUOTED.search(text[:LONGEST]) if "\n>" in text or "\n >" in text else None
    if start is None:
        return None
    above = text[: start.start()].rstrip()
    head, _, last = above.rpartition("\n")
    own = head if last.rstrip().endswith((":", "：")) else above
    return own if own.strip() else None


def without_older(text: str) -> str | None:
    """What stands above the header of the mail that it answers, where that is not quoted; None where there is none."""
    start = _OLDER.search(text[:LONGEST])
    above = text[: start.start()].rstrip() if start else ""
    return above or None


def without_quote_marks(text: str) -> str:
    return _QUOTE.sub("\n", "\n" + text[:LONGEST])[1:] if ">" in text or "|" in text or "｜" in text else text
