"""Every sample mail, read as `triage read --json` does: is it a notice, for which names, until when, from whom."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from triage.cli.shapes import of_reading
from triage.config import load_rules
from triage.model import Hold, Reading
from triage.recognize import recognize
from triage.unwrap import unwrap

RULES = load_rules()
DATA = Path(__file__).parent / "data"
NOTICES = sorted((DATA / "notices").glob("*.eml"))
FORWARDS = sorted((DATA / "forwards").glob("*.eml"))
EVENT = {"renewal_failed": "renewal-failed", "renewed": "renewed"}


@cache
def read(path: Path) -> dict[str, Any]:
    message = unwrap(path.read_bytes())
    reading = Reading(message, recognize(message, RULES))
    return of_reading(path.name, reading, Hold("not asked here"))


def expected(path: Path) -> dict[str, Any]:
    return json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", NOTICES, ids=named)
def test_a_notice_is_told_from_what_only_looks_like_one(path: Path) -> None:
    assert (read(path)["verdict"] == "notice") == (expected(path)["kind"] != "other")


@pytest.mark.parametrize("path", [p for p in NOTICES if expected(p)["kind"] != "other"], ids=named)
def test_what_a_notice_says(path: Path) -> None:
    truth, notices = expected(path), read(path)["notices"]
    assert {
        "provider": {n["provider"] for n in notices},
        "event": {n["event"] for n in notices},
        "names": sorted(name for n in notices for name in n["names"]),
        "expires": {n["expires"] for n in notices},
        "language": {n["language"] for n in notices},
    } == {
        "provider": {truth["provider"]},
        "event": {truth["subkind"]},
        "names": sorted(truth["domains"]),
        "expires": {truth["expires"]},
        "language": {truth["language"]},
    }


@pytest.mark.parametrize("path", FORWARDS, ids=named)
def test_a_notice_is_found_in_every_forward(path: Path) -> None:
    truth = expected(path)["notice"]
    assert [
        (n["provider"], n["names"], n["expires"], n["event"], n["account"].get("server_id"))
        for n in read(path)["notices"]
    ] == [(truth["provider"], truth["domains"], truth["expires"], EVENT[truth["outcome"]], truth["server_id"])]


@pytest.mark.parametrize("path", [p for p in FORWARDS if expected(p)["kind"] == "inline"], ids=named)
def test_an_inline_forward_names_its_sender_subject_and_date(path: Path) -> None:
    truth, found = expected(path)["forward"], read(path)["forwarded"]
    assert {
        "from": found["from"],
        "subject": found["subject"],
        "date": datetime.fromisoformat(found["date"]),
        "date_text": found["date_text"],
    } == {
        "from": truth["from"],
        "subject": truth["subject"],
        "date": datetime.fromisoformat(truth["date_iso"]),
        "date_text": truth["date_raw"],
    }


@pytest.mark.parametrize("path", FORWARDS, ids=named)
def test_the_body_of_a_forward_is_decoded(path: Path) -> None:
    truth, found = expected(path)["forward"], read(path)["forwarded"]
    assert [part for part in truth["body_contains"] if part not in found["body"]] == []
