"""The literals that let a rule be passed over unread: never one that a match can do without."""

from pathlib import Path

import pytest

from triage.config import load_rules
from triage.model import Pattern
from triage.recognize.literals import may_hit, required
from triage.recognize.text import read
from triage.unwrap import unwrap

SAMPLES = Path(__file__).parent.parent / "data" / "notices"

NEEDED = [
    ("the longest run: SSL renewal failed", r"SSL.{0,9}renewal failed", {"renewal failed"}),
    ("none of a run that may be missing", r"(?:abcdef)?x\d", {"x"}),
    ("the last letter of a run may be missing", r"abcd?e", {"abc"}),
    ("a letter that is repeated is there once", r"ab+c", {"ab"}),
    ("one of each alternative", r"first word|another", {"first word", "another"}),
    ("a group's, where they say more than the rest", r"Cert .{1,9} (?:renewed|is new)", {"renewed", "is new"}),
    ("not a group's, where one of them says less", r"certificate (?:renewed|ok)", {"certificate "}),
    ("of a named group", r"(?P<value>renewed) a", {"renewed"}),
    ("of a group in a group", r"(?:a(?:renewal|expiry)|issuance)", {"renewal", "expiry", "issuance"}),
    ("not of a group that may be missing", r"ab(?:renewal){0,1}", {"ab"}),
    ("of a group that is repeated", r"(?:renewal)+", {"renewal"}),
    ("flags are no text", r"(?i)Renewal", {"renewal"}),
    ("flags of a group are none either", r"(?i:Renewal) x", {"renewal"}),
    ("a bracket in a class closes no group", r"(?:[)]renewal) x", {"renewal"}),
    ("a letter of two forms beyond ASCII ends a run", r"(?i)Überfällig", {"berf"}),
    ("nothing, where an alternative needs nothing", r"renewal|\d+", set[str]()),
    ("nothing of classes", r"[a-z]+\d*", set[str]()),
]


@pytest.mark.parametrize(("why", "pattern", "needed"), NEEDED, ids=[row[0] for row in NEEDED])
def test_what_every_match_holds(why: str, pattern: str, needed: set[str]) -> None:
    assert required(pattern) == {run.encode() for run in needed}


def test_no_pattern_of_ours_hits_a_mail_without_its_literals() -> None:
    rulebook = load_rules()
    patterns: list[Pattern] = [
        pattern
        for rule in (*rulebook.rules, *rulebook.lookalikes)
        for pattern in (*rule.signature.subject, *rule.signature.body_all, *rule.signature.body_alone)
    ]
    for path in sorted(SAMPLES.glob("*.eml"))[::2]:
        message = unwrap(path.read_bytes())
        octets = read(message.subject, message.text).octets
        wrong = [p.pattern for p in patterns if not may_hit(p.pattern, octets.low) and p.search(octets.everything)]
        assert wrong == [], path.name
