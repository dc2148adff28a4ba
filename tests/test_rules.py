"""Every sample of every rule is read as it says, every rule keeps its duties, and a broken duty is told in words."""

from pathlib import Path

import pytest

from triage.cli.rules import read_sample as examine
from triage.config.rules import check_rules, load_rules
from triage.model import Permanent
from triage.recognize import hitting
from triage.unwrap import unwrap


def test_every_duty_is_kept() -> None:
    assert check_rules((), examine) == ()


RULE = """
event = "renewal-failed"
language = "en"
subject = ['Example Host could not renew']
body_all = ['certificate']

[fields.names]
patterns = ['^Domain: (?P<value>\\S+)']
"""
MAIL = b"""From: Example Host <noreply@host.example>
To: owner@example.jp
Subject: Example Host could not renew
Date: Mon, 02 Nov 2026 10:00:00 +0900

The certificate is still the old one.
Domain: shop.example.jp
"""


def a_folder(tmp_path: Path, rule: str = RULE, sample: str | None = 'rule = "renewal-failed"\n') -> Path:
    home = tmp_path / "providers" / "example-host"
    (home / "samples").mkdir(parents=True)
    (home / "renewal-failed.toml").write_text(rule)
    if sample is not None:
        (home / "samples" / "01-failure.toml").write_text(sample)
        (home / "samples" / "01-failure.eml").write_bytes(MAIL)
    return tmp_path


BROKEN = (
    ("no sample", RULE, None, "example-host/renewal-failed: has no sample; add one to example-host/samples/"),
    (
        "a pattern that no sample hits",
        RULE.replace("subject = [", "subject = ['Example Host gave up', "),
        'rule = "renewal-failed"\n',
        "example-host/renewal-failed: no sample is hit by Example Host gave up",
    ),
    (
        "a field whose pattern no sample hits",
        RULE.replace("patterns = [", "patterns = ['^Site: (?P<value>\\S+)', "),
        'rule = "renewal-failed"\n',
        "example-host/renewal-failed: no sample is hit by the field names, ^Site: (?P<value>\\S+)",
    ),
    (
        "no look-alike",
        RULE,
        'rule = "renewal-failed"\n',
        "example-host: has no look-alike; add the nearest mail that is none to example-host/samples/",
    ),
    (
        "other names than expected",
        RULE,
        'rule = "renewal-failed"\nnames = ["example.jp"]\n',
        "example-host/samples/01-failure: its names are read as shop.example.jp",
    ),
    (
        "a look-alike that is taken for a notice",
        RULE,
        'match = false\nwhy = "it is none"\n',
        "example-host/samples/01-failure: is taken for a notice (recognized by its subject as "
        "example-host/renewal-failed), but it is none",
    ),
    (
        "a look-alike without a reason",
        RULE,
        "match = false\n",
        "example-host/samples/01-failure: name the rule that it is for, or say match = false and why",
    ),
)


@pytest.mark.parametrize(("rule", "sample", "finding"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_duty_is_told(tmp_path: Path, rule: str, sample: str | None, finding: str) -> None:
    assert finding in check_rules((a_folder(tmp_path, rule, sample),), examine)


REFUSED = (
    ("an unknown key", 'subjects = ["x"]\nevent = "renewed"', "subjects: is no key of such a file"),
    ("an unknown event", "event = 'gone'\nsubject = ['long enough']", "event: 'gone' is none of renewal-failed"),
    ("no pattern at all", "event = 'renewed'", "would claim every mail"),
    ("a pattern that RE2 refuses", "event = 'renewed'\nsubject = ['(?=x)']", "is no RE2 pattern"),
    (
        "a field without a value",
        "event = 'renewed'\nsubject = ['x']\n[fields.names]\npatterns = ['y']",
        "holds nothing",
    ),
    ("a look-alike without a reason", "event = 'not-a-notice'\nsubject = ['x']", "because: is missing"),
    ("no TOML", "event = ", "renewal-failed.toml"),
)


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_file_that_cannot_be_a_rule_is_refused_with_its_name_and_key(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Permanent) as refused:
        load_rules((a_folder(tmp_path, text),))
    assert "renewal-failed.toml" in str(refused.value)
    assert words in str(refused.value)
    assert "README" in refused.value.hint


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="there is no such folder"):
        load_rules((tmp_path / "nowhere",))


def test_a_user_s_rule_wins_over_ours(tmp_path: Path) -> None:
    own = a_folder(tmp_path, RULE.replace("Example Host could not renew", "更新未完了"))
    ours = Path(__file__).parent.parent / "rules/providers/xserver/samples/01-failure-2020.eml"
    claimed, _ = hitting(unwrap(ours.read_bytes()), load_rules((own,)))
    assert claimed == ("xserver/renewal-failed",)  # body_all of the user's rule is not there
    own_rule = own / "providers/example-host/renewal-failed.toml"
    own_rule.write_text(own_rule.read_text().replace("body_all = ['certificate']", ""))
    claimed, _ = hitting(unwrap(ours.read_bytes()), load_rules((own,)))
    assert claimed == ("example-host/renewal-failed", "xserver/renewal-failed")
