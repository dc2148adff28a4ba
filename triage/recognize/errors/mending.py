"""A quoted error as it stands in a mail → the same without quote marks, escapes and the cuts of a mailer."""

import html
import re

from triage.recognize.text import without_quote_marks

_JSON_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_BACKSLASHES = re.compile(r"\\+([\"'/])")
_BREAKS = re.compile(r"\\+[nrt](?![A-Za-z]{2}:\\)")
_HINTS = ("acme", "well-known", "DCV", "Detail")  # where nothing of these is, no URL or token can have been cut
_HYPHEN = re.compile(r"-\n(?<=[A-Za-z0-9]-\n)[ \t]*(?=[A-Za-z0-9])")  # begins with a literal, to be fast
_CUT_URL = re.compile(r"(https?://[^\s\"'“”<>]{4,2000})\n[ \t]*([^\s\"'“”<>]{1,2000})")
_TOKEN = re.compile(r"[A-Za-z0-9_-]+(?:\.txt)?")
# Path of the file that a CA asks for → the length of its name: 43 characters of base64url, or an MD5 and ".txt".
_PATHS = {"/.well-known/acme-challenge/": 43, "/.well-known/pki-validation/": 36}
_NARROWEST = 60  # columns at which a program cuts a line whatever stands there
_CUT_LINES = 4  # in a row; three of one length turn up by chance
_MOST_CUTS = 4  # of one URL


def mended(text: str) -> str:
    if "\n>" in text or "\n|" in text or text[:1] in ">|":
        text = without_quote_marks(text)
    text = _unescaped(text).replace("\u2019", "'").replace("\u2018", "'")
    if any(hint in text for hint in _HINTS):
        text = _HYPHEN.sub("-", _joined_where_cut(text))
        for _ in range(_MOST_CUTS):
            text, count = _CUT_URL.subn(_whole_url, text)
            if not count:
                break
    return text


def _unescaped(text: str) -> str:
    """Without the escapes of JSON and HTML that logs and panels leave in, even where one log quotes another."""
    for _ in range(2):
        if "&" in text:
            text = html.unescape(text)
    if "\\" in text:
        text = _JSON_ESCAPE.sub(_character, text)
        text = _BREAKS.sub(" ", _BACKSLASHES.sub(r"\1", text))
    return text


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return " " if code < 32 or 0xD800 <= code < 0xE000 else chr(code)


def _joined_where_cut(text: str) -> str:
    """Lines that a terminal or a log cut at one width, in the middle of words, made whole again.

    Lines in a row of the same length show it; a line one shorter lost the blank at which it was cut.
    """
    lines = text.split("\n")
    out, done = list[str](), 0
    for at in [at for at, line in enumerate(lines) if len(line) >= _NARROWEST - 1]:
        run = _run_of_cuts(lines, at) if at >= done else 0
        if run < _CUT_LINES:
            continue
        width = max(map(len, lines[at : at + run]))
        whole = [line if len(line) == width else line + " " for line in lines[at : at + run]]
        out += lines[done:at]
        done = at + run + 1
        out.append("".join([*whole, *lines[at + run : done]]))
    return "\n".join(out + lines[done:])


def _run_of_cuts(lines: list[str], at: int) -> int:
    width = max(map(len, lines[at : at + _CUT_LINES]))
    end = at
    if width >= _NARROWEST:
        while end < len(lines) and width - 1 <= len(lines[end]) <= width:
            end += 1
    return end - at


def _whole_url(cut: re.Match[str]) -> str:
    url, rest = cut[1], cut[2]
    return url + rest if _goes_on(url, rest) else cut[0]


def _goes_on(url: str, rest: str) -> bool:
    """Is `rest` the other half of the URL of a challenge file, whose form and length are known?"""
    if url[-1] in ":;,)" or rest.startswith("http"):
        return False
    _, slash, path = url.partition("://")[2].partition("/")
    if not slash:
        return "/.well-known/" in rest
    path = "/" + path
    for start, length in _PATHS.items():
        if start.startswith(path):
            return True
        if path.startswith(start):
            token, more = path.removeprefix(start), _TOKEN.match(rest)
            return more is not None and _completes(len(token), more[0], rest, length)
    return False


def _completes(have: int, more: str, rest: str, length: int) -> bool:
    if have + len(more) == length:
        return True
    return have + len(more) < length and more == rest and any(map(str.isdigit, more)) and not more.isdigit()
