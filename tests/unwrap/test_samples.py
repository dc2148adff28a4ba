"""Every sample forward, read whole."""

from typing import Any

import pytest

from tests.unwrap.samples import folded, international, japanese, raw_of
from triage.model import Forwarded
from triage.unwrap import unwrap

HOW = {"separator": "inline", "rfc822": "attached", "quoted_reply": "quoted", "x-forwarded": "automatic"}
# The sample's own parser takes the word for "user" (użytkownik) into the date.
DISPUTED = {"crisp-105": "28/10/2021, 12:46"}


@pytest.mark.parametrize("sample", japanese(), ids=lambda s: s["id"])
def test_a_japanese_forward_is_read_whole(sample: dict[str, Any]) -> None:
    message = unwrap(raw_of(sample))
    outer, forward = sample["outer"], sample["forward"]
    assert (message.subject, message.message_id) == (outer["subject"], outer["message_id"])
    assert [(a.name, a.address) for a in message.sender] == [(outer["from"]["name"], outer["from"]["address"])]
    found = message.forwarded
    assert found is not None
    assert found.sender is not None
    assert {
        "how": found.how,
        "from": {"name": found.sender.name, "address": found.sender.address},
        "to": [a.address for a in found.to],
        "subject": found.subject,
        "date_raw": found.date_text,
        "date_iso": found.date.isoformat() if found.date else None,
        "note": folded(found.note) or None,
    } == {
        "how": HOW[forward["method"]],
        **{key: forward[key] for key in ("from", "to", "subject", "date_raw", "date_iso")},
        "note": folded(forward["note"]) or None,
    }
    assert [text for text in forward["body_contains"] if text not in found.body] == []
    assert message.repairs == ()


@pytest.mark.parametrize("sample", [s for s in international() if s["forwarded"]], ids=lambda s: s["id"])
def test_an_international_forward_is_read_whole(sample: dict[str, Any]) -> None:
    found = unwrap(raw_of(sample)).forwarded
    expected = sample["expected"]
    assert found is not None
    assert _fields(found) == {
        "from": expected["from"],
        "subject": folded(expected["subject"]),
        "date": folded(DISPUTED.get(sample["id"], expected["date"])),
        "body": folded(expected["body"]),
        "note": folded(expected.get("message")),
    }


@pytest.mark.parametrize("sample", [s for s in international() if not s["forwarded"]], ids=lambda s: s["id"])
def test_a_reply_is_no_forward(sample: dict[str, Any]) -> None:
    assert unwrap(raw_of(sample)).forwarded is None


def _fields(found: Forwarded) -> dict[str, object]:
    sender = found.sender
    return {
        "from": {"name": sender.name, "address": sender.address} if sender else None,
        "subject": folded(found.subject),
        "date": folded(found.date_text),
        "body": folded(found.body),
        "note": folded(found.note),
    }
