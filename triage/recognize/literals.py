"""An RE2 pattern → the literal text that every match of it must contain; what makes a thousand rules cheap."""

import re
from functools import lru_cache

_QUANTIFIERS = "*?{"
_OPENING = re.compile(r"\((?:\?(?:P?<\w+>|[a-zA-Z-]*:)|(?!\?))")
_ESCAPED_LITERALS = frozenset(".()[]{}*+?|^$\\/-\"' #&~:=!<>@%,;")


@lru_cache(maxsize=20_000)
def required(pattern: str) -> frozenset[bytes]:
    """Octets of which one run at least is in every match, A to Z in lower case; empty where none can be named.

    Only what a match cannot do without counts, so the answer is always safe and sometimes shorter than it could be. Of
    the runs of an alternative, and of the sets of runs that its groups need, the one is taken whose shortest run is the
    longest: the longer a run, the fewer texts hold it.
    """
    return frozenset(run.lower().encode() for run in _needed(pattern, 0))


def may_hit(pattern: str, low: bytes) -> bool:
    """False where a plain look for its literals shows that the pattern hits nothing. `low`: text, A to Z in lower case.

    No literal holds a line break, so joined lines tell as much as lines that are kept.
    """
    needed = required(pattern)
    for literal in needed:  # a loop: asked some thirty times a mail, `any` cost twice as much
        if literal in low:
            return True
    return not needed


_Runs = frozenset[str]
_NONE: _Runs = frozenset()
_MOST_RUNS = 12  # of a group; more are not worth looking for
_DEEPEST = 4


def _needed(pattern: str, depth: int) -> _Runs:
    """Runs of which one at least is in every match; none where an alternative names none."""
    best = [max(found, key=_worth, default=_NONE) for found in _alternatives(pattern, depth)]
    return frozenset[str]().union(*best) if all(best) else _NONE


def _worth(runs: _Runs) -> tuple[int, int]:
    return min(map(len, runs)), -len(runs)


def _alternatives(pattern: str, depth: int) -> list[list[_Runs]]:
    """For each top-level alternative its runs of literal text, and for each group those of which it needs one."""
    alternatives: list[list[_Runs]] = [[]]
    run = ""
    at = 0
    while at < len(pattern):
        begun = at
        sign, at = _item(pattern, at)
        follows = pattern[at : at + 1]
        if sign and sign != "|" and (not follows or follows not in _QUANTIFIERS + "+"):
            run += sign
            continue
        optional = follows and follows in _QUANTIFIERS
        last = run + sign if sign != "|" and not optional else run
        alternatives[-1] += [frozenset((last,))] if last else []
        run = ""
        if sign == "|":
            alternatives.append([])
            continue
        if pattern[begun] == "(" and not optional and depth < _DEEPEST:
            needed = _needed(_inside(pattern[begun:at]), depth + 1)
            alternatives[-1] += [needed] if 0 < len(needed) <= _MOST_RUNS else []
        at = _past_quantifier(pattern, at)
    alternatives[-1] += [frozenset((run,))] if run else []
    return alternatives


def _inside(group: str) -> str:
    """What stands between the brackets of a group, without its name or flags; nothing where it is flags alone."""
    found = _OPENING.match(group)
    return group[found.end() : -1] if found else ""


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
