"""Text in, lines of at most 72 columns out; a full-width character takes two, no line begins with a closing sign."""

import re
import unicodedata
from functools import lru_cache

WIDTH = 72
SHORT = 12  # columns: a last line below that looks like a slip, so the lines before it give something away

# JIS X 4051: these may not start a line, those may not end one.
_CLOSING = frozenset("、。，．：；？！」』）】〕〉》｝…‥,.:;?!)]}”’→")
_NO_START = _CLOSING | frozenset("・ー々ゝゞぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%")
_NO_END = frozenset("「『（【〔〈《｛([{“‘")
_PREFIXES = ("お", "ご")  # お知らせ
# A date or an amount stays in one piece: "12月28日", "10分", "35日".
_PIECE = re.compile(
    r"\d+(?:年|か月|月|日|時間|時|分|秒|回|件|個|つ|%)|https?://[^\s「」（）]+|[!-~\u00a0-\u024f]+|\s+|.", re.S
)
_URL = re.compile(r"https?://")


def width(text: str) -> int:
    """Columns that `text` takes on a screen. Signs of ambiguous width count two, as Japanese fonts draw them."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(maxsize=10_000)
def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def pad(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def wrap(text: str, first: str = "", rest: str = "", columns: int = WIDTH) -> list[str]:
    """Lines of `text`, the first behind `first` and the others behind `rest`; the last is no short rest of a word."""
    widest = _filled(text, first, rest, columns)
    for narrower in range(columns, columns - SHORT, -2):
        lines = _filled(text, first, rest, narrower)
        if len(lines) > len(widest):
            break
        if len(lines) == 1 or width(lines[-1]) - width(rest) >= SHORT:
            return lines
    return widest


def _filled(text: str, first: str, rest: str, columns: int) -> list[str]:
    """Each line as full as it gets without tearing a Japanese phrase, where there is one to keep whole."""
    lines: list[str] = []
    lead, held = first, list[str]()
    for piece in _pieces(text, columns - max(width(first), width(rest))):
        if held and width(lead) + sum(map(width, held)) + width(piece.rstrip()) > columns:
            kept = _kept(held, piece)
            lines.append((lead + "".join(held[:kept])).rstrip())
            lead, held = rest, held[kept:]
        if held or not piece.isspace():
            held.append(piece)
    return [*lines, (lead + "".join(held)).rstrip()] if held or not lines else lines


def _kept(held: list[str], following: str) -> int:
    """How many of the pieces in hand stay on the line: up to the last place where a reader would pause."""
    given = 0
    for kept in range(len(held), 0, -1):
        right = held[kept] if kept < len(held) else following
        if _pauses(held[kept - 1], right):
            return kept
        given += width(held[kept - 1])
        if given > SHORT:
            break
    return len(held)


def _pauses(left: str, right: str) -> bool:
    """A phrase ends in hiragana, and the next begins with anything else (文節); so does a sign end one, or a space."""
    if left.isspace() or right.isspace() or left[-1] in _CLOSING or right[0] in _NO_END:
        return True
    return "ぁ" <= left[-1] <= "ゖ" and left not in _PREFIXES and not "ぁ" <= right[0] <= "ゖ"


def _pieces(text: str, room: int) -> list[str]:
    """What may not be torn apart: words, addresses, and a sign with the character that it belongs to."""
    pieces: list[str] = []
    for found in _PIECE.findall(text):
        glue = pieces and (found[0] in _NO_START or pieces[-1][-1] in _NO_END) and not pieces[-1].isspace()
        if glue and not found.isspace() and width(pieces[-1] + found) <= room:
            pieces[-1] += found
        else:
            pieces += [found] if _URL.match(found) else _cut(found, room)
    return pieces


def _cut(word: str, room: int) -> list[str]:
    """A word that no line can hold (a name of 200 characters), in pieces that fit."""
    if width(word) <= room:
        return [word]
    return [word[n : n + room] for n in range(0, len(word), room)]
