"""The address for registered people: ssl+SECRET@ proves a sender whom our server does not vouch for, and no other."""

from dataclasses import replace

import pytest

from tests.decide.build import NOTHING_NEW, PERSON, POLICY, US, Mail, filtered
from triage.decide import admit
from triage.model import Authentication, Decision, Drop, Forward, Hold, Reply

SECRET = "0123456789abcdef"
ADDRESS = f"ssl+{SECRET}@triage.example.net"
NOBODY = Authentication(None, "nothing that our server checked proves the domain in From")
FORGED = Authentication(None, "DMARC says fail", forged=True)


def decided(mail: Mail, vouched: Authentication = NOBODY, secret: str = SECRET) -> Decision:
    asked = mail.asked
    policy = replace(POLICY, secret=secret)
    return admit(asked.reading, asked.arrived, vouched, asked.identity, policy, asked.history, asked.now)


UNPROVEN = Hold("the sender is not authenticated")
KNOWS = Mail().put("To", ADDRESS).put("Delivered-To", ADDRESS)
ROWS = {
    "reply: in To and Delivered-To": (KNOWS, Reply(PERSON, "asked by an authenticated sender")),
    "reply: in Delivered-To alone": (
        Mail().put("Delivered-To", ADDRESS), Reply(PERSON, "asked by an authenticated sender"),
    ),
    "reply: with another of our addresses": (
        Mail().put("To", f"ssl-team+{SECRET}@company.example.net"), Reply(PERSON, "asked by an authenticated sender"),
    ),
    "reply: in capitals": (Mail().put("To", ADDRESS.upper()), Reply(PERSON, "asked by an authenticated sender")),
    "hold: no secret": (Mail(), UNPROVEN),
    "hold: a part of it": (Mail().put("To", f"ssl+{SECRET[:-1]}@triage.example.net"), UNPROVEN),
    "hold: more than it": (Mail().put("To", f"ssl+{SECRET}0@triage.example.net"), UNPROVEN),
    "hold: at another domain": (KNOWS.put("To", f"ssl+{SECRET}@other.example.net").put("Delivered-To", US.address),
                                UNPROVEN),
    "hold: in a display name": (Mail().put("To", f'"{SECRET}" <{US.address}>'), UNPROVEN),
    "hold: in the subject": (Mail().put("Subject", f"Fwd: {SECRET}"), UNPROVEN),
    "hold: a stranger": (KNOWS.from_("a@stranger.example.com"), Hold("the sender is not registered")),
    "drop: a machine": (KNOWS.add(("Auto-Submitted", "auto-replied")), Drop("auto-submitted mail")),
    "hold: nothing to answer": (KNOWS.with_(outcome=NOTHING_NEW), Hold("no notice")),
}  # fmt: skip


@pytest.mark.parametrize("why", ROWS)
def test_the_secret_proves_a_registered_sender(why: str) -> None:
    mail, expected = ROWS[why]
    assert decided(mail) == expected


def test_without_a_secret_in_the_configuration_no_tag_proves_anything() -> None:
    assert decided(KNOWS, secret="") == UNPROVEN
    assert decided(Mail().put("To", "ssl+@triage.example.net"), secret="") == UNPROVEN


def test_what_our_server_calls_forged_stays_forged() -> None:
    assert decided(KNOWS, FORGED) == UNPROVEN


def test_a_filter_that_forwards_to_it_needs_no_other_proof() -> None:
    plain = filtered()
    assert decided(plain) == Hold("forwarded by a filter, without proof of its source")
    assert isinstance(decided(plain.put("Delivered-To", ADDRESS)), Forward)
