"""SECURITY.md says what is tested, and nothing that is not there."""

import re
from pathlib import Path

import pytest

from tests.tried import ATTACKS, BEGIN, END, FAULTS, marked, tables

ROOT = Path(__file__).parent
SECURITY = (ROOT.parent / "SECURITY.md").read_text(encoding="utf-8")


def test_every_condition_has_its_number_and_mails_that_try_it() -> None:
    rows = re.findall(r"^\| N(\d+) \| \w+ \| [^|]+ \| (\d+) \|$", tables(), re.M)
    assert {int(number) for number, _ in rows} == set(range(1, 36))
    assert all(int(mails) > 0 for _, mails in rows)


def test_every_attack_has_its_number() -> None:
    assert [attack.number for attack in ATTACKS] == list(range(1, 41))


def test_every_attack_and_every_fault_has_tests_that_are_marked_with_it() -> None:
    assert sorted(marked("attack")) == list(range(1, 41))
    assert sorted(marked("fault")) == list(range(1, len(FAULTS) + 1))


def test_the_tables_are_those_that_are_printed() -> None:
    """After a change: .venv/bin/python -m tests.tried, between the two marks."""
    assert SECURITY.split(BEGIN)[1].split(END)[0].strip() == tables().strip()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:tests|triage|deploy)/[\w/.]+)", SECURITY))))
def test_a_file_that_is_named_is_there(path: str) -> None:
    assert (ROOT.parent / path).exists()
