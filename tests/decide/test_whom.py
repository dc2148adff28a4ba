"""To whom an answer goes, in which language, and by which key a mail is known again."""

from dataclasses import replace

import pytest

from tests.decide.build import LOCALES, NOTHING_NEW, PERSON, POLICY, US, Mail, a_notice, filtered
from triage.decide import admit, asking, case_key, command, content_key, language, notice_key, understood
from triage.model import (
    Address,
    Decision,
    Drop,
    Event,
    Forward,
    Forwarded,
    Identity,
    Message,
    Notices,
    Owner,
    Policy,
    Reading,
    Reply,
    Unrecognized,
)
from triage.names import Domain

FINE = Mail()
AGENCY = Policy(
    senders=("@agency.example.com",),
    owners=(Owner((Domain("example.jp"),), ("shop@example.jp",), mode="forward"),),
)


def decided(mail: Mail) -> Decision:
    a = mail.asked
    return admit(a.reading, a.arrived, a.authentication, a.identity, a.policy, a.history, a.now)


@pytest.mark.parametrize(
    ("mail", "to"),
    [
        pytest.param(FINE, PERSON, id="to From"),
        pytest.param(FINE.add(("Reply-To", "victim@example.org")), PERSON, id="never to Reply-To"),
        pytest.param(
            FINE.with_(forwarded=Forwarded("inline", Address(None, "victim@example.org"))), PERSON,
            id="never to an address of the forwarded mail",
        ),
        pytest.param(FINE.add(("Cc", "other@example.org")), PERSON, id="to one, whoever got a copy"),
        pytest.param(
            FINE.put("Subject", "Fwd: SSL").with_(forwarded=None), PERSON,
            id="a forward that could not be opened is still a person's",
        ),
    ],
)  # fmt: skip
def test_a_reply_goes_to_the_authenticated_sender_alone(mail: Mail, to: str) -> None:
    assert decided(mail) == Reply(to, "asked by an authenticated sender")


def test_what_a_filter_sent_on_goes_to_the_registered_owner_and_never_to_the_host() -> None:
    """The marks of a machine are the host's here: Auto-Submitted and Precedence do not stop it."""
    assert decided(filtered()) == Forward(
        ("boss@example.com", "web@example.com"), "forwarded by a filter for its registered owner"
    )


def test_an_automatic_mail_that_is_no_notice_is_dropped_though_a_filter_sent_it_on() -> None:
    assert decided(filtered(outcome=NOTHING_NEW)) == Drop("auto-submitted mail")


def test_the_owner_of_the_names_gets_the_note_where_the_configuration_says_so() -> None:
    mail = FINE.from_("taro@agency.example.com").with_(policy=AGENCY)
    assert decided(mail) == Forward(("shop@example.jp",), "the registered owner gets the notes for these domains")


def test_an_owner_who_asks_gets_a_reply_and_not_a_forward() -> None:
    assert isinstance(decided(FINE.from_("shop@example.jp").with_(policy=AGENCY)), Reply)


def test_names_of_two_owners_are_answered_to_who_asked() -> None:
    mail = FINE.from_("taro@agency.example.com").with_(policy=AGENCY)
    both = Notices((a_notice("example.jp", "example.org"),), "x")
    assert isinstance(decided(mail.with_(outcome=both)), Reply)


@pytest.mark.parametrize("event", [Event.RENEWED, Event.ISSUED])
def test_good_news_is_dropped(event: Event) -> None:
    assert decided(FINE.with_(outcome=Notices((a_notice(event=event),), "x"))) == Drop("good news: nothing to find out")


def test_bad_news_beside_good_news_is_answered() -> None:
    both = Notices((a_notice(event=Event.RENEWED), a_notice("example.org")), "x")
    assert isinstance(decided(FINE.with_(outcome=both)), Reply)


def test_without_a_configuration_headers_and_authentication_decide() -> None:
    mail = FINE.from_("anybody@example.org").with_(policy=Policy(anyone=True), identity=Identity(""))
    assert decided(mail) == Reply("anybody@example.org", "asked by an authenticated sender")
    assert isinstance(decided(mail.add(("Auto-Submitted", "auto-replied"))), Drop)


# ---- language


def reading(note: str | None, notice: str = "ja") -> Reading:
    forwarded = Forwarded("inline", note=note)
    return Reading(Message(forwarded=forwarded), Notices((replace(a_notice(), language=notice),), "x"))


@pytest.mark.parametrize(
    ("reads", "policy", "expected"),
    [
        pytest.param(reading("お願いします", "en"), POLICY, "ja", id="the forwarder's own words"),
        pytest.param(reading("could you please look at this"), POLICY, "en", id="the forwarder's own words, English"),
        pytest.param(reading("FYI"), POLICY, "ja", id="a bare FYI tells nothing: the notice"),
        pytest.param(reading(None, "en"), POLICY, "en", id="the notice"),
        pytest.param(Reading(Message(), Unrecognized("unclear", "x")), POLICY, "ja", id="the configuration"),
        pytest.param(
            reading("お願いします"), Policy(owners=(Owner((Domain("example.jp"),), (PERSON,), "en"),)), "en",
            id="the owner's own choice comes first",
        ),
    ],
)  # fmt: skip
def test_the_language_of_a_note(reads: Reading, policy: Policy, expected: str) -> None:
    assert language(reads, policy, US) == expected


# ---- keys

RAW = b"Received: x\r\nMessage-ID: <1@a>\r\nFrom: a@example.jp\r\nSubject: Fwd:\r\n SSL\r\n\r\nbody\r\n"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(RAW.replace(b"<1@a>", b"<2@a>"), True, id="same: another id"),
        pytest.param(RAW.replace(b"Received: x\r\n", b""), True, id="same: another way"),
        pytest.param(RAW.replace(b"\r\n", b"\n"), True, id="same: other line ends"),
        pytest.param(RAW.replace(b"Fwd:\r\n SSL", b"Fwd: SSL"), True, id="same: folded otherwise"),
        pytest.param(RAW + b"\r\n\r\n", True, id="same: blank lines at the end"),
        pytest.param(RAW.replace(b"body", b"other"), False, id="other: body, under the same id"),
        pytest.param(RAW.replace(b"a@example.jp", b"b@example.jp"), False, id="other: sender"),
        pytest.param(RAW.replace(b"SSL", b"TLS"), False, id="other: subject"),
        pytest.param(b"", False, id="other: nothing at all"),
    ],
)
def test_the_content_key_knows_copies_and_nothing_else(other: bytes, same: bool) -> None:
    assert (content_key(other) == content_key(RAW)) is same


@pytest.mark.parametrize(
    "ends",
    [b"\r", b"\r\r\n", b"\n\r", b" \r\n"],
    ids=["carriage returns alone", "two carriage returns", "the wrong way round", "blanks at the ends"],
)
def test_mails_with_odd_line_ends_are_told_apart(ends: bytes) -> None:
    """Else the second of two such mails, whatever it says, would be dropped as a copy of the first."""
    trace = b"Return-Path: <a@example.jp>\r\nReceived: by mx.example\r\n"
    first, second = (trace + RAW.replace(b"body", word).replace(b"\r\n", ends) for word in (b"one", b"two"))
    assert content_key(first) != content_key(second)


def test_a_notice_is_known_by_provider_names_and_expiry() -> None:
    one = a_notice("www.example.jp", "example.jp")
    assert notice_key(one) == "xserver 2026-12-28 example.jp www.example.jp"
    assert case_key("A@example.jp", one) == case_key("a@example.jp", one)
    assert case_key("b@example.jp", one) != case_key("a@example.jp", one)


def test_a_filtered_notice_counts_for_its_owner() -> None:
    mail = filtered()
    assert asking(mail.asked.reading, POLICY).sender == "boss@example.com"
    assert asking(FINE.asked.reading, POLICY).sender == PERSON


def test_a_reading_in_one_line() -> None:
    assert understood(FINE.asked.reading, POLICY) == "xserver renewal-failed: example.jp"
    assert understood(Reading(Message(), Unrecognized("unclear", "two domains")), POLICY) == "unclear: two domains"


# ---- commands


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("再確認", "recheck"),
        ("\n  再確認。\n\n> 以前のメール", "recheck"),
        ("Recheck!\n\nOn Mon, x wrote:\n> stop", "recheck"),
        ("停止", "stop"),
        ("STOP", "stop"),
        ("「違います」", "wrong"),
        ("再確認お願いします。\n\niPhoneから送信\n\n> 停止", "recheck"),
        ("停止してください", "stop"),
        ("Please recheck.", "recheck"),
        ("再確認の結果はいつ届きますか", None),
        ("停止しないでください", None),
        ("please do not stop", None),
        ("> 再確認", None),
        ("On Mon, x wrote:\n再確認", None),
        ("", None),
    ],
)
def test_a_command_is_the_whole_first_line(text: str, expected: str | None) -> None:
    assert command(Message(text=text), LOCALES) == expected
