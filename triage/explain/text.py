"""A page in, plain text out: at most 72 columns, labels on the left, what to do in numbered lines."""

from collections.abc import Iterable, Mapping

from triage.explain.checked import Stop
from triage.explain.layout import WIDTH, pad, width, wrap
from triage.explain.page import Page, Part, Row

_ROAD_SIGNS = {"start": "", "ok": " ✓", "bad": " ✗", "unknown": " ?", "beyond": ""}


def as_text(page: Page, phrases: Mapping[str, str]) -> str:
    blocks = [
        [line for text in page.warning for line in wrap(text)],
        wrap(page.opening),
        *(block for part in page.parts for block in _part(part, phrases)),
        _listed(phrases["briefly"], page.briefly),
        _rows((page.coming,) if page.coming else ()),
        _checks(page, phrases),
        # Behind the list, so that the steps stay short; in HTML they stand beside the steps.
        _listed(phrases["links"], tuple(dict.fromkeys(text for part in page.parts for text in part.links))),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _part(part: Part, phrases: Mapping[str, str]) -> Iterable[list[str]]:
    if part.heading:
        yield wrap(part.heading, "■ ", "   ")
    yield _rows(part.rows)
    if part.steps:
        yield [*wrap(part.steps_title), *_numbered(part.steps)]
    if part.ask:
        yield wrap(part.ask)
    yield _listed(phrases["also"], part.also)
    if part.roads:
        yield _listed(phrases["roads"], part.roads)
    if part.support:
        yield [*wrap(phrases["support"]), *(line for text in part.support for line in wrap(text, "  | ", "  | "))]


def _rows(rows: tuple[Row, ...]) -> list[str]:
    column = max((width(row.label) for row in rows), default=0) + 2
    lines: list[str] = []
    for row in rows:
        for n, text in enumerate(row.lines):
            lines += wrap(text, pad(row.label if n == 0 else "", column), " " * column)
    return lines


def _numbered(texts: tuple[str, ...]) -> list[str]:
    return [line for n, text in enumerate(texts, 1) for line in wrap(text, f" {n}. ", "    ")]


def _listed(heading: str, texts: tuple[str, ...]) -> list[str]:
    if not texts:
        return []
    return [*wrap(heading), *(line for text in texts for line in wrap(text, " - ", "   "))]


def _checks(page: Page, phrases: Mapping[str, str]) -> list[str]:
    if not page.checks:
        return []
    lines = [
        line for check in page.checks for line in wrap(check.text, f" {check.sign} ", " " * (width(check.sign) + 2))
    ]
    return [*wrap(phrases["checks"]), *_road_lines(page.road), *lines, *wrap(page.checked_at, " ", " ")]


def _road_lines(stops: tuple[Stop, ...]) -> list[str]:
    """The road; where it is too long for one line, broken between two steps: a sign stays with its step."""
    lines = [" " + road_line(stops)] if stops else []
    at = len(stops)
    while at > 1 and width(lines[0]) > WIDTH:
        at -= 1
        lines = [f" {road_line(stops[:at])} →", f"   {road_line(stops[at:])}"]
    return lines


def road_line(stops: tuple[Stop, ...]) -> str:
    """The road as one line: every step with its sign, up to the broken one."""
    return " → ".join(stop.label + _ROAD_SIGNS[stop.mark] for stop in stops)
