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


def named(value: object) -> str:
    return f"{value.parent.name}/{value.stem}" if isinstance(value, Path) else ""


@pytest.mark.parametrize(("path", "row"), rows(), ids=named)
def test_what_a_careful_person_reads(path: Path, row: Row) -> None:
    assert differences(path, row) == row.get("missed", [])


@pytest.mark.parametrize(("path", "row"), rows(), ids=named)
def test_never_a_name_that_is_not_sick(path: Path, row: Row) -> None:
    _, notices = read(path)
    told = {str(name) for notice in notices if not notice.event.is_good for name in notice.names}
    assert told <= {name for names in row["names"] for name in names}
