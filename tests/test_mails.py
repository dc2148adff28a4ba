"""Mails written by people who did not know the reader, with what a careful person reads out of each.

`known`: hosts and programs whose wording we have, through every mail program. `strangers`: hosts that nobody has
described. A row's `missed` names what is not read as it should be: a repair shows there, and so does a step back.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from triage.config import load_rules
from triage.model import Forwarded, Message, Notice, Notices
from triage.recognize import recognize
from triage.unwrap import unwrap

RULES = load_rules()
MAILS = Path(__file__).parent / "data" / "mails"
Row = dict[str, Any]


def rows() -> list[tuple[Path, Row]]:
    return [
        (listing.parent / row["file"], row)
        for listing in sorted(MAILS.glob("*/expected.jsonl"))
        for row in map(json.loads, listing.read_text(encoding="utf-8").splitlines())
    ]


@cache
def read(path: Path) -> tuple[Message, tuple[Notice, ...]]:
    message = unwrap(path.read_bytes())
    outcome = recognize(message, RULES)
    return message, outcome.notices if isinstance(outcome, Notices) else ()


def differences(path: Path, row: Row) -> list[str]:
    """What is read otherwise than a careful person does. Every value of a row is a list of those that are right."""
    message, notices = read(path)
    is_good = bool(notices) and all(notice.event.is_good for notice in notices)
    verdict = "success" if is_good else "notice" if notices else "not-a-notice"
    told = [notice for notice in notices if is_good or not notice.event.is_good]
    found = {"verdict": [verdict] == [row["verdict"]]}
    if row["verdict"] == "notice":
        found |= {
            "event": any(notice.event.value in row["event"] for notice in told),
            "names": sorted({str(name) for notice in told for name in notice.names}) in row["names"],
            "expires": _earliest(told) in row["expires"],
        }
    if row["verdict"] == "notice" and any(row.get("provider", ())):
        found["provider"] = any(notice.provider in row["provider"] for notice in told)
    if row["verdict"] == "notice" and any(row.get("cause", ())):
        causes = {notice.stated_cause for notice in told} | {p.cause for notice in told for p in notice.problems}
        found["cause"] = bool(causes & set(row["cause"]))
    if row.get("forward"):
        found["forward"] = _said_by(_innermost(message)) == (
            row["forward"]["from"],
            " ".join((row["forward"]["subject"] or "").split()),
        )
    return [what for what, right in found.items() if not right]


def _earliest(notices: list[Notice]) -> str | None:
    days = [notice.expires for notice in notices if notice.expires]
    return min(days).isoformat() if days else None


def _innermost(message: Message) -> Forwarded | None:
    forwarded = message.forwarded
    while forwarded is not None and forwarded.message is not None and forwarded.message.forwarded is not None:
        forwarded = forwarded.message.forwarded
    return forwarded


def _said_by(forwarded: Forwarded | None) -> tuple[str | None, str]:
    if forwarded is None:
        return None, ""
    sender = forwarded.sender.address if forwarded.sender else None
    return sender, " ".join((forwarded.subject or "").split())


SETS = sorted(folder.parent.name for folder in MAILS.glob("*/expected.jsonl"))


def of_set(name: str) -> list[tuple[Path, Row]]:
    return [(path, row) for path, row in rows() if path.parent.name == name]


@pytest.mark.parametrize("name", SETS)
def test_what_a_careful_person_reads(name: str) -> None:
    """The mails that are read otherwise than the row says, with what differs now and what is known to differ."""
    found = {path.stem: (differences(path, row), row.get("missed", [])) for path, row in of_set(name)}
    assert {stem: pair for stem, pair in found.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("name", SETS)
def test_never_a_name_that_is_not_sick(name: str) -> None:
    wrong = dict[str, set[str]]()
    for path, row in of_set(name):
        told = {str(n) for notice in read(path)[1] if not notice.event.is_good for n in notice.names}
        wrong[path.stem] = told - {sick for names in row["names"] for sick in names}
    assert {stem: names for stem, names in wrong.items() if names} == {}
