"""The table of causes: complete, in the order of blame, and true to what is really found and to the words."""

import tomllib
from pathlib import Path

import pytest

from tests.diagnose.net import Net, diagnose
from tests.diagnose.test_confusions import ROWS
from triage.diagnose import (
    addresses,
    answer,
    authority,
    caa,
    certificate,
    delegation,
    dns01,
    precheck,
    reach,
    redirect,
    registration,
)
from triage.diagnose.checks import CAUSES
from triage.model import FACTS

FAMILIES = (
    addresses, answer, authority, caa, certificate, delegation, dns01, precheck, reach, redirect, registration,
)  # fmt: skip
WORDS = Path(__file__).parents[2] / "rules" / "causes"
_BLOCKS = {True: True, False: False, "now and then": None}


def test_every_cause_belongs_to_one_family() -> None:
    codes = [code for family in FAMILIES for code in family.CODES]
    assert sorted(codes) == sorted(CAUSES)


def test_every_cause_has_words_that_agree_on_what_it_blocks() -> None:
    written = {p.stem: _BLOCKS[tomllib.loads(p.read_text())["blocks"]] for p in WORDS.glob("*.toml")}
    assert written == {code: cause.blocks for code, cause in CAUSES.items()}


def test_no_cause_carries_a_fact_that_words_cannot_use() -> None:
    assert {fact for cause in CAUSES.values() for fact in cause.facts} <= FACTS


def test_every_diagnosis_has_each_cause_once_in_the_order_of_blame() -> None:
    assert tuple(f.code for f in diagnose(Net()).findings) == tuple(CAUSES)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_findings_carry_the_facts_that_the_table_says(row: str) -> None:
    net, inquiry, _ = ROWS[row]
    found = diagnose(net, inquiry)
    assert {
        f.code: set(f.facts) - CAUSES[f.code].facts for f in found.findings if set(f.facts) - CAUSES[f.code].facts
    } == {}
    assert all(
        question in found.seen for f in found.findings for question in f.evidence if f.shown and f.basis == "seen"
    )
