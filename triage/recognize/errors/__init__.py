"""Text that quotes a CA, a client or a panel → the problems that it states, each with the cause that its words show."""

import re

from triage.model import Problem
from triage.names import Domain
from triage.recognize.errors.mending import mended
from triage.recognize.errors.pieces import Piece, pieces_of
from triage.recognize.errors.statement import Statement, address_in, name_in, retry_in, url_in
from triage.recognize.errors.table import Row, announced
from triage.recognize.guesses import without_guesses
from triage.recognize.hosts import host_of, name_of

__all__ = ["problems_in"]

LONGEST_ERROR = 500  # characters of an error that are kept
MOST_PROBLEMS = 50
MOST_TEXT = 128 * 1024

_URN = re.compile(r"urn:(?:ietf:params:)?acme:error:(\w+)", re.IGNORECASE)
_TYPES = {
    "caa": "caa-other-ca", "ratelimited": "rate-limited", "serverinternal": "ca-outage", "badnonce": "transient",
    "rejectedidentifier": "policy-block", "accountdoesnotexist": "account-problem",
    "externalaccountrequired": "account-problem", "alreadyreplaced": "order-stale",
}  # fmt: skip
_BY_PLACE = frozenset(("port-80-blocked", "port-80-refused", "access-denied", "connection-reset", "too-slow"))


def problems_in(text: str) -> tuple[Problem, ...]:
    """What the text says went wrong, in its order, each statement once. At most 50, of the first 128 KiB."""
    plain = mended(text[:MOST_TEXT])
    rows = announced(plain)
    if not rows:
        return ()
    found = list[Problem]()
    for piece in pieces_of(without_guesses(plain), rows):
        problem = _problem(piece, rows)
        if problem:
            found.append(problem)
        if len(found) >= MOST_PROBLEMS:
            break
    return _without_echoes(found)


def _problem(piece: Piece, rows: tuple[Row, ...]) -> Problem | None:
    octets = piece.text.encode("utf-8", "replace")
    urn = _URN.search(piece.text)
    kind = piece.kind or (urn[1].lower() if urn else "")
    found = next(((row, hit) for row in rows if (hit := row.states(octets, kind))), None)
    if found is None:
        return None
    row, hit = found
    url = url_in(piece.text)
    name = piece.label or name_in(piece.text) or _by_url(url, piece.context)
    secondary = "During secondary validation" in piece.text
    statement = Statement(piece.text, name, kind, address_in(piece.text), url, hit)
    cause = row.cause(statement) or _TYPES.get(kind)
    if cause in _BY_PLACE and secondary:
        cause = "blocked-by-place"
    return Problem(
        name=name,
        error=" ".join(piece.text.split())[:LONGEST_ERROR],
        cause=cause,
        address=statement.address,
        url=url,
        secondary=secondary,
        retry_after=retry_in(piece.text),
    )


def _by_url(url: str | None, context: Domain | None) -> Domain | None:
    """Whose certificate the lines above speak of, or which of its names the CA asked first: that is never over TLS."""
    host = name_of(host_of(url) or "") if url else None
    if context is None or host is None or not url:
        return host if context is None else context
    asked_first = url.startswith("http:") and (host.registrable or host) == (context.registrable or context.base)
    return host if asked_first else context


def _without_echoes(problems: list[Problem]) -> tuple[Problem, ...]:
    """Without summaries: statements without a cause of their own, and all but the fullest of the same cause."""
    proven = [p for p in problems if p.cause]
    kept = dict[tuple[Domain | None, str | None], Problem]()
    for problem in proven or problems:
        key = (problem.name, problem.cause)
        before = kept.get(key)
        if before is None or _told(problem) > _told(before):
            kept[key] = problem  # a dict keeps the place of the first
    named = {p.cause for p in kept.values() if p.name}
    return tuple(p for p in kept.values() if p.name or p.cause not in named)


def _told(problem: Problem) -> int:
    return sum(bool(part) for part in (problem.address, problem.url, problem.retry_after, problem.secondary))
