"""An RE2 pattern → the literal text that every match of it must contain; what makes a thousand rules cheap."""

from functools import lru_cache

_QUANTIFIERS = "*?{"
_ESCAPED_LITERALS = frozenset(".()[]{}*+?|^$\\/-\"' #&~:=!<>@%,;")


@lru_cache(maxsize=20_000)
def required(pattern: str) -> frozenset[bytes]:
    """Octets of which one run at least is in every match, A to Z in lower case; empty where none can be named.

    Only what stands outside of groups and classes counts, so the answer is always safe and sometimes shorter than it
    could be. The longest run of each alternative is taken.
    """
    runs = [max(found, key=len, default="") for found in _alternatives(pattern)]
    return frozenset(run.lower().encode() for run in runs) if all(runs) else frozenset()


def may_hit(pattern: str, low: bytes) -> bool:
    """False where a plain look for its literals shows that the pattern hits nothing. `low`: text, A to Z in lower case.

    No literal holds a line break, so joined lines tell as much as lines that are kept.
    """
    needed = required(pattern)
    return not needed or any(literal in low for literal in needed)


def _alternatives(pattern: str) -> list[list[str]]:
    """For each top-level alternative the runs of literal text in it."""
    alternatives: list[list[str]] = [[]]
    run = ""
    at = 0
    while at < len(pattern):
        sign, after = _item(pattern, at)
        follows = pattern[after : after + 1]
        if sign == "|":
            alternatives[-1].append(run)
            alternatives.append([])
            run = ""
        elif sign and follows in _QUANTIFIERS and follows:
            alternatives[-1].append(run)
            run = ""
            after = _past_quantifier(pattern, after)
        elif sign and follows == "+":
            alternatives[-1].append(run + sign)
            run = ""
            after = _past_quantifier(pattern, after)
        elif sign:
            run += sign
        else:
            alternatives[-1].append(run)
            run = ""
            after = _past_quantifier(pattern, after)
        at = after
    alternatives[-1].append(run)
    return [[run for run in found if run] for found in alternatives]


def _item(pattern: str, at: int) -> tuple[str, int]:
    """The literal sign (or "|") at a place, or "" for anything else, and where the next item begins."""
    sign = pattern[at]
    if sign == "\\":
        escaped = pattern[at + 1 : at + 2]
        if escaped in _ESCAPED_LITERALS:
            return escaped, at + 2
        if escaped in "pPx" and pattern[at + 2 : at + 3] == "{":
            return "", pattern.find("}", at) + 1 or len(pattern)
        return "", at + (3 if escaped in "pP" else 4 if escaped == "x" else 2)
    if sign == "[":
        return "", _past_class(pattern, at)
    if sign == "(":
        return "", _past_group(pattern, at)
    if sign in "^$." or not (sign.isascii() or sign.lower() == sign.upper()):
        return "", at + 1  # `Ä` and `ä` are one to the pattern and two to whoever looks for octets
    return sign, at + 1


def _past_class(pattern: str, at: int) -> int:
    at += 1
    if pattern[at : at + 1] == "^":
        at += 1
    if pattern[at : at + 1] == "]":
        at += 1
    while at < len(pattern) and pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at + 1


def _past_group(pattern: str, at: int) -> int:
    depth = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 2
            continue
        if pattern[at] == "[":
            at = _past_class(pattern, at)
            continue
        depth += {"(": 1, ")": -1}.get(pattern[at], 0)
        at += 1
        if not depth:
            break
    return at


def _past_quantifier(pattern: str, at: int) -> int:
    if pattern[at : at + 1] == "{":
        at = pattern.find("}", at) + 1 or len(pattern)
    elif pattern[at : at + 1] and pattern[at] in "*+?":
        at += 1
    return at + 1 if pattern[at : at + 1] == "?" else at
