"""The sample notices and forwards are read as their JSON says, and not one look-alike is taken for a failure."""

import json
from pathlib import Path

import pytest

from triage.config.rules import load_rules
from triage.model import Notice, Notices, Unrecognized
from triage.recognize import recognize
from triage.unwrap import unwrap

DATA = Path(__file__).parent.parent / "data"
RULES = load_rules()
NOTICES = sorted((DATA / "notices").glob("*.eml"))
FORWARDS = sorted((DATA / "forwards").glob("*.eml"))


def outcome_of(path: Path) -> Notices | Unrecognized:
    return recognize(unwrap(path.read_bytes()), RULES)


def only_notice(path: Path) -> Notice:
    outcome = outcome_of(path)
    assert isinstance(outcome, Notices), outcome.because
    assert len(outcome.notices) == 1
    return outcome.notices[0]


@pytest.mark.parametrize("path", NOTICES, ids=lambda p: p.stem)
def test_a_notice_is_read_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text())
    if expected["kind"] == "other":
        assert isinstance(outcome := outcome_of(path), Unrecognized)
        assert outcome.verdict == "not-a-notice"
        assert outcome.signs == (("phishing",) if expected["subkind"] == "phishing" else ())
        return
    outcome = outcome_of(path)
    assert isinstance(outcome, Notices), outcome.because
    assert {
        (n.provider, n.event.value, n.expires.isoformat() if n.expires else None, n.language) for n in outcome.notices
    } == {tuple(expected[key] for key in ("provider", "subkind", "expires", "language"))}
    assert sorted(name.text for n in outcome.notices for name in n.names) == sorted(expected["domains"])


@pytest.mark.parametrize("path", FORWARDS, ids=lambda p: p.stem)
def test_the_fields_of_a_forwarded_notice_are_found(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text())["notice"]
    notice = only_notice(path)
    assert notice.provider == expected["provider"]
    assert [name.text for name in notice.names] == expected["domains"]
    assert notice.expires is not None
    assert notice.expires.isoformat() == expected["expires"]
    assert notice.account["server_id"] == expected["server_id"]


def test_the_names_that_only_a_panel_uses_are_told_apart() -> None:
    notice = only_notice(DATA / "notices" / "cpanel-autossl-deferred-potential-reduced.eml")
    assert [name.text for name in notice.service_names] == [
        "cpanel.example.net",
        "webmail.example.net",
        "webdisk.example.net",
        "autodiscover.example.net",
    ]
    assert notice.deferred_until is not None
    assert notice.deferred_until.isoformat() == "2026-11-20"
