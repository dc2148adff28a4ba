"""The 40 set-ups on which the CA's own validator was heard (verdicts.csv), looked at by `triage check` for real.

The run by socket also writes down all that was seen (TRIAGE_APPROVE=1: verdicts/recorded.json); a run without any
socket is given that, and must find the same.
"""

import asyncio
import csv
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.lab.internet import Internet, need_internet
from tests.lab.look import inquiry
from tests.lab.recorded import NotRecorded, RecordedProbes, from_json, to_json
from triage.cli.shapes import of_diagnosis
from triage.config import load_rules
from triage.demo import load_world
from triage.model import Observations
from triage.service import investigate

HERE = Path(__file__).parent
RECORDED = HERE / "verdicts" / "recorded.json"
# Seconds for one name: without a deadline the slowest row takes 40. The figure itself is tests/bench/worst.py's.
SLOWEST = 20.0
OURS = 10.9  # from here on it may have been our own deadline that ended a question, not the other side's silence
# Only the real token would show these, so a random path proves nothing.
OPEN: dict[str, tuple[str, ...]] = {
    "wronghost.com": ("no-obstacle", "unknown"),
    "bom.com": ("no-obstacle", "unknown"),
    "expired.com": ("will-fail", "unknown"),
    "empty.com": ("will-fail", "unknown"),
}

Found = dict[str, Any]


@dataclass(frozen=True)
class Row:
    name: str
    cause: str
    passes: bool
    says: str


def _rows() -> tuple[Row, ...]:
    with (HERE / "verdicts.csv").open(newline="") as file:
        return tuple(
            Row(r["scenario"], r["cause"], r["ca_verdict"] == "passes", r["ca_says"]) for r in csv.DictReader(file)
        )


ROWS = _rows()
PASSED = tuple(row for row in ROWS if row.passes)
REFUSED = tuple(row for row in ROWS if not row.passes)


def in_accord(row: Row, found: Found) -> bool:
    """Does what was found agree with the CA's own verdict?"""
    if row.passes:
        return found["verdict"] in ("no-obstacle", "unknown")
    if row.name in OPEN:
        return found["verdict"] in OPEN[row.name]
    return (found["verdict"], found["leading"]) == ("will-fail", row.cause)


# ---- by socket


@pytest.fixture(scope="module")
def internet() -> Iterator[Internet]:
    need_internet()
    world = load_world(HERE / "verdicts" / "world.toml", now=datetime.now(UTC))
    with Internet(world, HERE / "verdicts" / "rules") as running:
        yield running


@pytest.fixture(scope="module")
def checked(internet: Internet) -> dict[str, Found]:
    """All names at once, as a person would ask; on a busy machine those that were cut off for it once more, alone."""
    found = {one["name"]: one for one in _check(internet, *(row.name for row in ROWS))}
    for name in [n for n, one in found.items() if one["verdict"] == "unknown" and one["seconds"] > OURS]:
        (found[name],) = _check(internet, name)
    return found


@pytest.fixture(scope="module")
def told(internet: Internet) -> dict[str, Found]:
    """The refused ones once more, with what the CA said."""
    return {found["name"]: found for found, _ in _look(internet, [{"name": r.name, "error": r.says} for r in REFUSED])}


def _check(internet: Internet, *arguments: str) -> list[Found]:
    command = [sys.executable, "-m", "triage", "check", "--json", "--config", str(internet.config), *arguments]
    done = internet.run(command)
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _look(internet: Internet, asked: list[dict[str, str]]) -> list[tuple[Found, Observations]]:
    script = [sys.executable, "-m", "tests.lab.look", str(internet.ca_file), str(internet.rdap_bootstrap)]
    done = internet.run(script, stdin=json.dumps(asked))
    assert done.returncode == 0, done.stderr
    lines = map(json.loads, done.stdout.splitlines())
    return [(line["found"], Observations(map(from_json, line["seen"]))) for line in lines]


@pytest.mark.lab
@pytest.mark.parametrize("row", PASSED, ids=lambda row: row.name)
def test_no_alarm_where_the_ca_passes(row: Row, checked: dict[str, Found]) -> None:
    assert in_accord(row, checked[row.name]), checked[row.name]


@pytest.mark.lab
@pytest.mark.parametrize("row", REFUSED, ids=lambda row: f"{row.name} {row.cause}")
def test_the_cause_where_the_ca_refuses(row: Row, checked: dict[str, Found]) -> None:
    assert in_accord(row, checked[row.name]), checked[row.name]


@pytest.mark.lab
@pytest.mark.parametrize("row", REFUSED, ids=lambda row: f"{row.name} {row.cause}")
def test_the_cause_where_the_ca_said_it_too(row: Row, told: dict[str, Found]) -> None:
    found = told[row.name]
    assert (found["verdict"], found["leading"]) == ("will-fail", row.cause), found


@pytest.mark.lab
def test_every_look_ends_by_its_deadline(checked: dict[str, Found]) -> None:
    assert {name: f["seconds"] for name, f in checked.items() if f["seconds"] > SLOWEST} == {}


@pytest.mark.lab
def test_a_host_whose_addresses_are_known_is_missed_at_another(internet: Internet) -> None:
    (found,) = _check(internet, "--provider", "our-host", "wronghost.com")
    assert (found["verdict"], found["leading"]) == ("will-fail", "points-elsewhere"), found


# ---- the same without a socket


def _replayed(name: str, seen: Observations) -> Found:
    """What is found when exactly this was seen."""
    moment = max(o.asked_at for o in seen)
    asked = inquiry({"name": name}, load_rules(()))
    return of_diagnosis(asyncio.run(investigate(RecordedProbes(seen), asked, lambda: moment)), moment)


def _what(found: Found) -> object:
    findings = [(f["code"], f["certainty"], f["basis"], f["facts"]) for f in found["findings"]]
    return found["verdict"], found["leading"], findings


@pytest.mark.lab
def test_what_was_seen_by_socket_leads_to_the_same_without_one(internet: Internet) -> None:
    looked = _look(internet, [{"name": row.name} for row in ROWS])
    if os.environ.get("TRIAGE_APPROVE") == "1":
        _write(looked)
    assert {f["name"]: _what(_replayed(f["name"], seen)) for f, seen in looked} == {
        f["name"]: _what(f) for f, _ in looked
    }


def _write(looked: list[tuple[Found, Observations]]) -> None:
    lines = (
        json.dumps({"name": found["name"], "seen": [to_json(o) for o in seen]}, ensure_ascii=False, sort_keys=True)
        for found, seen in looked
    )
    RECORDED.write_text("[\n" + ",\n".join(lines) + "\n]\n")


@pytest.fixture(scope="module")
def recorded() -> dict[str, Observations]:
    return {one["name"]: Observations(map(from_json, one["seen"])) for one in json.loads(RECORDED.read_text())}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name} {row.cause}")
def test_what_was_recorded_agrees_with_the_ca(row: Row, recorded: dict[str, Observations]) -> None:
    found = _replayed(row.name, recorded[row.name])
    assert in_accord(row, found), found


def test_a_question_that_was_not_recorded_fails_instead_of_counting_as_no_record(
    recorded: dict[str, Observations],
) -> None:
    whole = recorded["caadeny.com"]
    without = Observations(o for o in whole if getattr(o.question, "type", "") != "CAA")
    assert len(without) < len(whole)
    with pytest.raises(NotRecorded, match="CAA"):
        _replayed("caadeny.com", without)
