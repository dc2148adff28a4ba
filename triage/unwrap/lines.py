"""The lines of a body: quote marks, labels, rulers and what stands around them."""

import re
import unicodedata
from functools import lru_cache

_QUOTE = re.compile(r"[ \t\u3000]*(?:[>＞|](?:[ \t]|(?=[>＞|])|$|(?=[^\s])))")
_FRILLS = " \t\u3000\xa0\ufeff\u200b\u200e\u200f\u2060"
_DECOR = _FRILLS + "*_■□●・◆◇【】[]『』"
_COLON = re.compile("[:：︓﹕∶]")
# `【差出人】 …`: some Japanese programs put the label in brackets and leave the colon out.
_BRACKETED = re.compile(r"[\s>＞]*[【\[［〔]\s*([^】\]］〕\n]{1,20}?)\s*[】\]］〕]\s*[:：]?")
_RULER = re.compile(r"[\s>*]*([-‐―─━=_*~＿－ー＝]{4,}|[-_=\s]{8,})[\s*]*\Z")
# `---------- Forwarded message ---------`, in any language, and whatever follows on the line.
_TITLED = re.compile(
    r"[\s>*]*[-‐–—―─━=_＿－]{2,40}\s{0,5}([^-=_\s][^=_]{1,78}?)\s{0,5}[-‐–—―─━=_＿－]{2,40}[\s*]*(.*)\Z", re.DOTALL
)


def depth(line: str) -> int:
    """How many quote marks a line begins with."""
    count = 0
    for char in line[:60]:
        if char in ">＞":
            count += 1
        elif char not in " \t\u3000":
            break
    return count


def unquote(line: str, levels: int) -> str:
    """The line without its first `levels` quote marks, and without the blank after the last."""
    at = 0
    for _ in range(levels):
        start = at
        while at < len(line) and line[at] in " \t\u3000":
            at += 1
        if at < len(line) and line[at] in ">＞":
            at += 1
        else:
            return line[start:]
    return line[at + 1 :] if levels and line[at : at + 1] == " " else line[at:]


@lru_cache(maxsize=64)  # a line is looked at from each of the lines around it
def label_of(line: str) -> tuple[str, str] | None:
    """The words before the first colon, folded for look-up, and the value after it."""
    colon = _BRACKETED.match(line) or _COLON.search(line, 0, 70)
    if colon is None:
        return None
    if colon.lastindex:
        return fold(colon[1]), line[colon.end() :].strip(_FRILLS)
    head = line[: colon.start()].lstrip("> \t\u3000＞")
    stars = len(head) - len(head.lstrip("*"))
    value = line[colon.end() :].strip(_FRILLS)
    if stars:
        value = value[stars:] if value.startswith("*" * stars) else value.removesuffix("*" * stars)
    return fold(head), value.strip(_FRILLS)


@lru_cache(maxsize=4096)
def fold(words: str) -> str:
    """A label or title in the form in which it is looked up."""
    # Turkish has two letters i; in capitals a program picks the wrong one as often as not.
    plain = unicodedata.normalize("NFKC", words).strip(_DECOR + ":：").casefold()
    return " ".join(plain.replace("\u0131", "i").replace("i\u0307", "i").split())


def is_blank(line: str) -> bool:
    return not line.strip(_FRILLS + ">＞*")


def is_ruler(line: str) -> bool:
    return _RULER.match(line) is not None


def titled(line: str) -> tuple[str, str] | None:
    """The title between two runs of dashes, folded, and the rest of the line."""
    found = _TITLED.match(line) if len(line) < 4_000 else None
    if found is None:
        return None
    # Thunderbird in Slovak says it twice: `--- Preposlaná správa --- Forwarded Message ---`.
    rest = "" if ":" not in found[2] and found[2].rstrip().endswith("--") else found[2]
    return fold(found[1]), rest


def joined(lines: list[str]) -> str:
    """Lines as a text without empty lines around it."""
    return "\n".join(map(str.rstrip, lines)).strip("\n")
