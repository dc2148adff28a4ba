"""Notes that came back: the address that tells which one, and what the returned mail says."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from tests.decide.build import NOTHING_NEW, NOTICE, NOW, US, Mail
from triage.decide import Bounce, admit, bounced, envelope
from triage.model import Authentication, Drop, History, Hold, Policy, Reading
from triage.unwrap import unwrap

SECRET = b"s" * 32
REPORT = """--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp
Arrival-Date: Sat, 28 Nov 2026 11:02:35 +0900

Final-Recipient: rfc822; owner@example.jp
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: message/rfc822

Action: failed
Status: 5.0.0
--b--
"""
TO = envelope(US.bounce, 12, SECRET)


def a_bounce(action: str = "failed", status: str = "5.1.1", to: str = TO, body: str = REPORT) -> Bounce | None:
    mail = Mail().put("To", to).put("Delivered-To", US.address).put("Return-Path", "<>")
    text = body.replace("{action}", action).replace("{status}", status)
    return bounced(mail.message, b"Subject: x\n\n" + text.encode(), US, SECRET)


def test_every_letter_has_an_address_of_its_own_that_only_the_secret_makes() -> None:
    assert envelope("bounce@example.jp", 12, SECRET) == envelope("bounce@example.jp", 12, SECRET)
    assert TO.startswith("bounce+12-")
    assert TO.endswith("@triage.example.net")
    local = TO.partition("@")[0]
    assert len(local) <= 64
    assert len({envelope("b@example.jp", n, s) for n in (1, 2) for s in (SECRET, b"t" * 32)}) == 4


WHAT = {
    "hard: no such user": (("failed", "5.1.1"), Bounce(12, "hard", "5.1.1")),
    "hard: with a comment behind": (("failed (really)", "5.2.1 (disabled)"), Bounce(12, "hard", "5.2.1")),
    "soft: given up for now": (("failed", "4.2.2"), Bounce(12, "soft", "4.2.2")),
    "nothing: still trying": (("delayed", "4.4.1"), Bounce(12, "nothing")),
    "nothing: delivered": (("delivered", "2.0.0"), Bounce(12, "nothing")),
    "nothing: failed without a status": (("failed", ""), Bounce(12, "nothing")),
    "nothing: a success that failed": (("failed", "2.1.1"), Bounce(12, "nothing")),
}


@pytest.mark.parametrize("why", WHAT)
def test_what_the_report_says(why: str) -> None:
    (action, status), expected = WHAT[why]
    assert a_bounce(action, status) == expected


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_line_ends_do_not_matter(ends: str) -> None:
    assert a_bounce(body=REPORT.replace("\n", ends)) == Bounce(12, "hard", "5.1.1")


def test_a_report_in_base64_is_read() -> None:
    fields = base64.encodebytes(b"Reporting-MTA: dns; x\n\nAction: failed\nStatus: 5.1.1\n").decode()
    body = f"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n{fields}\n--b--\n"
    assert a_bounce(body=body) == Bounce(12, "hard", "5.1.1")


def test_an_automatic_answer_to_the_envelope_is_no_failure() -> None:
    assert a_bounce(body="I am on holiday. Action: failed\n") == Bounce(12, "nothing")


# ---- without RFC 3464

SAMPLES = Path(__file__).parents[1] / "data" / "bounces"
IN_WORDS = {
    "qmail-hard": ("hard", "5.1.1"),
    "qmail-no-mailbox": ("hard", "5.1.1"),
    "qmail-too-long": ("soft", "4.4.1"),
    "exim-hard": ("hard", ""),
    "exim-retry-timeout": ("soft", ""),
    "exim-delayed": ("nothing", ""),
    "exchange-hard": ("hard", "5.1.10"),
    "exchange-full-ja": ("soft", "4.2.2"),
    "gmail-old": ("hard", "5.1.1"),
    "gmail-not-found": ("hard", ""),
    "gmail-incomplete": ("nothing", ""),
    "docomo-unknown": ("hard", ""),
    "au-rejected": ("hard", ""),
    "carrier-unknown-ja": ("hard", ""),
    "carrier-full-ja": ("soft", ""),
    "sendmail-old": ("hard", "5.1.1"),
    "not-vacation": ("nothing", ""),
    "not-vacation-ja": ("nothing", ""),
}


def sample(name: str, to: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes().replace(b"{to}", to.encode())


def test_every_sample_is_tried() -> None:
    assert sorted(IN_WORDS) == sorted(path.stem for path in SAMPLES.glob("*.eml"))


@pytest.mark.parametrize("name", IN_WORDS)
def test_a_bounce_in_words_alone(name: str) -> None:
    raw = sample(name, TO)
    kind, status = IN_WORDS[name]
    assert bounced(unwrap(raw), raw, US, SECRET) == Bounce(12, kind, status)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", IN_WORDS)
@pytest.mark.parametrize("to", [US.bounce, US.address])
def test_a_bounce_that_comes_to_a_plain_address_is_answered_to_nobody(name: str, to: str) -> None:
    """Without VERP nothing tells whose it is; whoever it says it is from stands in the configuration, and is proven."""
    message = unwrap(sample(name, to))
    assert bounced(message, b"", US, SECRET) is None
    sender = message.sender[0].address
    policy = Policy(senders=(sender,))
    proven = Authentication(sender.rpartition("@")[2], "as the test says")
    for outcome in (NOTHING_NEW, NOTICE):
        decision = admit(Reading(message, outcome), NOW, proven, US, policy, History(), NOW)
        assert isinstance(decision, Drop | Hold), name


FORGED = {
    "another number": TO.replace("+12-", "+13-"),
    "another key": TO.replace(TO[-25], "0" if TO[-25] != "0" else "1"),
    "the key of another ledger": envelope(US.bounce, 12, b"t" * 32),
    "something behind the key": TO.replace("@", "0@"),
}


@pytest.mark.parametrize("why", FORGED)
def test_a_forged_key_names_no_letter(why: str) -> None:
    assert a_bounce(to=FORGED[why]) in (Bounce(None, "hard", "5.1.1"), None)
    assert (a_bounce(to=FORGED[why]) or Bounce(None, "hard")).delivery is None


@pytest.mark.parametrize("to", [US.address, US.bounce, "bounce+12@triage.example.net", TO.replace("triage.", "t.")])
def test_a_mail_to_another_address_is_no_bounce(to: str) -> None:
    assert a_bounce(to=to) is None


def test_without_a_bounce_address_the_keys_hang_on_our_own() -> None:
    us = replace(US, bounce="")
    mail = Mail().put("To", envelope(US.address, 7, SECRET))
    assert bounced(mail.message, REPORT.encode(), us, SECRET) == Bounce(7, "nothing")
