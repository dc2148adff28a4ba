"""Letters that come back, through the whole service: what a hard, a soft, a forged and a repeated bounce do."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.decide.build import NOTHING_NEW, US, Mail, a_notice
from tests.decide.test_bounces import REPORT, sample
from tests.service.house import House
from triage.decide import content_key
from triage.model import Notices, Reading, Uncertain
from triage.unwrap import unwrap


@pytest.fixture
async def house(tmp_path: Path) -> House:
    made = House(tmp_path, identity=replace(US, verp=True))
    await made.round()
    made.troubled()
    return made


def a_mail(number: int = 1) -> Mail:
    return Mail(text=f"fyi {number}", outcome=Notices((a_notice(f"a{number}.example.jp"),), "xserver"))


def a_bounce(to: str, status: str = "5.1.1", number: int = 1) -> Mail:
    text = f"{number}\nContent-Type: multipart/report\n" + REPORT.format(action="failed", status=status)
    mail = Mail(text=text, outcome=NOTHING_NEW).put("To", to).put("Delivered-To", to).put("Return-Path", "<>")
    return mail.put("From", "mailer-daemon@mx.example.jp").put("Message-ID", f"<b{number}@mx.example.jp>")


async def sent_from(house: House, number: int = 1) -> str:
    """The envelope sender of the answer to one more mail."""
    house.receives(a_mail(number))
    await house.round()
    assert house.outbox is not None
    return house.outbox.taken[-1].envelope_from


async def test_each_letter_leaves_with_an_envelope_of_its_own(house: House) -> None:
    one, two = await sent_from(house, 1), await sent_from(house, 2)
    assert one != two
    assert all(a.startswith("bounce+") and a.endswith("@triage.example.net") for a in (one, two))
    assert all(b"bounce+" not in letter for letter in house.letters)


async def test_a_hard_bounce_suppresses_its_reader_for_60_days(house: House) -> None:
    sender = await sent_from(house)
    house.receives(a_bounce(sender))
    await house.round()
    house.receives(a_mail(2))
    await house.round()
    assert await house.reasons() == ["asked by an authenticated sender", "bounce: hard", "the address is suppressed"]
    assert len(house.letters) == 1
    house.later(days=61)
    house.receives(a_mail(3).with_(now=house.now).put("Date", "Thu, 28 Jan 2027 11:02:33 +0900"))
    await house.round()
    assert (await house.states())[-1] == "answered"


@pytest.mark.parametrize(
    ("name", "reason", "letters"),
    [("qmail-hard", "bounce: hard", 1), ("exim-delayed", "bounce: no report of a failure", 2),
     ("not-vacation", "bounce: no report of a failure", 2)],
)  # fmt: skip
async def test_a_bounce_in_words_alone_suppresses_too(house: House, name: str, reason: str, letters: int) -> None:
    raw = sample(name, await sent_from(house))
    house.reader.readings[content_key(raw)] = Reading(unwrap(raw), NOTHING_NEW)
    (house.folder / "inbox" / "new" / "bounce.mail").write_bytes(raw)
    await house.round()
    assert (await house.reasons())[1] == reason
    house.receives(a_mail(2))
    await house.round()
    assert len(house.letters) == letters


async def test_a_suppressed_reader_gets_no_reminder(house: House) -> None:
    house.receives(a_bounce(await sent_from(house)))
    for _ in range(3):
        house.later(days=15)
        await house.round()
    assert len(house.letters) == 1
    assert any(step.step == "refused" and "is suppressed" in step.words for step in house.steps)


async def test_what_is_still_owed_to_a_suppressed_reader_is_not_sent(house: House) -> None:
    sender = await sent_from(house)
    house.policy = replace(house.policy, mode="approve")
    house.receives(a_mail(2))
    await house.round()
    house.receives(a_bounce(sender))
    await house.round()
    assert (await house.states())[1] == "held"
    assert (await house.reasons())[1] == "the note could not be sent: the address is suppressed: bounced: 5.1.1"


async def test_soft_bounces_score_and_the_fourth_suppresses(house: House) -> None:
    house.policy = replace(house.policy, caps=replace(house.policy.caps, per_address_hour=50))
    for n in range(4):
        house.receives(a_bounce(await sent_from(house, n), "4.2.2", n))
        await house.round()
    house.receives(a_mail(9))
    await house.round()
    assert (await house.reasons())[-1] == "the address is suppressed"
    assert len(house.letters) == 4


async def test_three_soft_bounces_do_not_suppress_nor_does_one_that_is_told_four_times(house: House) -> None:
    sender = await sent_from(house)
    for n in range(5):
        house.receives(a_bounce(sender, "4.2.2", n))
    await house.round()
    await sent_from(house, 2)
    assert len(house.letters) == 2


@pytest.mark.attack(number=8)
async def test_attack_8_a_forged_bounce_does_nothing_but_count(house: House) -> None:
    """Attack 8: our own bounce forged to us, to suppress an owner."""
    sender = await sent_from(house)
    for n, forged in enumerate((sender.replace("-", "-0", 1), "bounce+1-00000000000000000000@triage.example.net")):
        house.receives(a_bounce(forged, number=n))
    await house.round()
    assert {*(await house.reasons())[1:]} == {"bounce: unknown key"}
    await sent_from(house, 2)
    assert len(house.letters) == 2


async def test_a_bounce_is_never_answered_even_where_it_says_a_notice(house: House) -> None:
    sender = await sent_from(house)
    house.receives(replace(a_mail(2).put("To", sender).put("Delivered-To", sender)))
    await house.round()
    assert (await house.reasons())[-1] == "bounce: no report of a failure"
    assert len(house.letters) == 1


async def test_without_verp_letters_leave_as_the_bounce_address(house: House) -> None:
    house.identity = replace(US, verp=False)
    assert await sent_from(house) == US.bounce


async def test_a_bounce_proves_that_a_doubtful_letter_was_taken(house: House) -> None:
    house.troubled(Uncertain("silence after the dot"), taken_first=True)
    house.receives(a_mail())
    await house.round()
    assert house.outbox is not None
    sender = house.outbox.taken[0].envelope_from
    house.receives(a_bounce(sender))
    await house.round()
    house.later(minutes=10)
    await house.round()
    assert len(house.outbox.taken) == 1
    assert await house.states() == ["answered", "dropped"]
