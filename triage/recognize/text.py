"""One mail's subject and body → the folded forms that every pattern is run on, made once."""

import re
import unicodedata
from dataclasses import dataclass

import re2

LONGEST = 256 * 1024  # characters of a body that are read; what lies beyond is never looked at
LONGEST_SUBJECT = 1000

# Sorting a run of combining marks is quadratic inside NFKC, so runs are cut first; UAX 15 knows no honest one of 16.
_MARK_RUN = re2.compile(r"(\p{M}{16})\p{M}+")
_BLANKS = "\t\r\f\v\x1c\x1d\x1e\x1f\x85"
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff66-\uff9f"
_WIDE_BREAK = re.compile(rf"\n(?<=[{_WIDE}]\n)(?=[{_WIDE}])")  # begins with a literal: that is what makes it fast
_PREFIX = re.compile(
    r"(?:\s*(?:re|fwd?|aw|wg|tr|rv|rif|i|enc|sv|vs|vb|odp|pd|ynt|ilt|回复|转发|答复|轉寄|転送|返信)"
    r"\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：])+\s*",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"(?m)^(?: ?[>｜|])+ ?")


@dataclass(frozen=True, slots=True)
class Text:
    """A mail's own words, folded: NFKC, blanks collapsed.

    `lines` keeps the lines (for labelled fields). `flow` is one line, as a person reads it: a break between two
    Japanese characters is nothing, every other break a blank. `whole` is subject and flow in lower case.
    """

    subject: str
    lines: str
    flow: str
    whole: str
    everything: str  # subject and lines, for fields


def fold(text: str) -> str:
    """NFKC with blanks collapsed and trimmed at both ends of every line; linear in its input."""
    cut = text[:LONGEST]
    if not cut.isascii():
        if _MARK_RUN.search(cut):
            cut = _MARK_RUN.sub(r"\1", cut)
        cut = unicodedata.normalize("NFKC", cut).replace("\u2028", "\n")
    for blank in _BLANKS:
        if blank in cut:
            cut = cut.replace(blank, " ")
    return "\n".join([line.strip(" ") for line in _without_runs(cut, " ", 1).split("\n")])


def read(subject: str, body: str) -> Text:
    folded_subject = fold(subject[:LONGEST_SUBJECT]).replace("\n", " ")
    lines = _without_runs(fold(body), "\n", 2).strip("\n")
    flow = lines if lines.isascii() else _WIDE_BREAK.sub("", lines)
    flow = flow.replace("\n\n", " ").replace("\n", " ")
    everything = f"{folded_subject}\n\n{lines}\n"
    return Text(folded_subject, lines, flow, f"{folded_subject}\n{flow}".lower(), everything)


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


def without_quote_marks(text: str) -> str:
    return _QUOTE.sub("", text[:LONGEST]) if ">" in text or "|" in text or "｜" in text else text
