"""Whose turn it is, whatever the machine's load: a flood of one sender's mails waits behind everybody else's."""

from datetime import timedelta

import pytest

from tests.decide.build import NOW
from triage.decide import claimed_sender, from_both_ends, in_turn
from triage.model import Entry, MailKey, MailState


def waiting(number: int, sender: str, minutes: float = 0) -> Entry:
    at = NOW + timedelta(minutes=minutes)
    key = MailKey("inbox", "INBOX", 1, str(number))
    return Entry(number, key, "", at, at, MailState.RECEIVED, 0, sender, "", "", "", "", (), "", False, None)


def order(*entries: Entry) -> list[int]:
    return [entry.id for entry in in_turn(entries)]


@pytest.mark.attack(number=9)
def test_another_senders_mail_is_taken_before_the_rest_of_a_bomb() -> None:
    bomb = [waiting(n, "bomber@example.com") for n in range(1, 5001)]
    late = [waiting(6001, "a@example.jp", 5), waiting(6002, "b@example.jp", 6), waiting(6003, "A@example.jp", 7)]
    assert order(*bomb, *late)[:6] == [1, 6001, 6002, 2, 6003, 3]


def test_senders_with_a_mail_each_come_in_the_order_of_arrival() -> None:
    assert order(waiting(3, "c@x.jp", 1), waiting(1, "a@x.jp", 2), waiting(2, "b@x.jp", 0)) == [2, 3, 1]


def test_nobody_is_left_out() -> None:
    mails = [waiting(n, f"p{n % 7}@example.jp", n % 5) for n in range(100)]
    assert sorted(order(*mails)) == list(range(100))


@pytest.mark.parametrize(
    ("most", "chosen"),
    [
        (0, ()),
        (1, (1,)),
        (2, (1, 9)),
        (3, (1, 2, 9)),
        (4, (1, 2, 8, 9)),
        *((n, tuple(range(1, 10))) for n in (9, 500)),
    ],
)
def test_of_a_full_folder_the_oldest_and_the_newest_are_taken_in(most: int, chosen: tuple[int, ...]) -> None:
    assert from_both_ends(range(1, 10), most) == chosen


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        (b"Return-Path: <A@example.jp>\r\nFrom: b@example.jp", "a@example.jp"),
        (b"Return-Path: <>\r\nFrom: Hanako <b@example.jp>", "b@example.jp"),
        (b'From: "x" <b@example.jp>, c@example.jp', "b@example.jp"),
        (b"Subject: From: b@example.jp", ""),
        (b"Subject: x\r\n\r\nFrom: b@example.jp", ""),
        (b"", ""),
        (b"From: " + b"a" * 1_000_000, ""),
        (b"From: " + b"a@" * 30_000, "a@a"),
    ],
    ids=["return path", "empty return path", "two of them", "in a subject", "in a body", "nothing", "long", "signs"],
)
def test_who_a_mail_claims_to_be_from(head: bytes, sender: str) -> None:
    assert claimed_sender(head) == sender
