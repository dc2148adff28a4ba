"""One mail through the service, and what happens when something is in the way."""

import asyncio
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from tests.decide.build import NOTHING_NEW, PERSON, US, Mail, a_notice, filtered
from tests.service.house import House, Mute
from triage.model import Authentication, Listed, Message, Notices, Permanent, Policy, Temporary, Uncertain, Unrecognized
from triage.ports import Mailbox, Unreadable


@pytest.fixture
async def house(tmp_path: Path) -> House:
    """A service that has seen its empty mailbox once: what comes from now on is no backlog."""
    made = House(tmp_path)
    await made.round()
    return made


def a_mail(number: int = 1) -> Mail:
    return Mail(text=f"fyi {number}", outcome=Notices((a_notice(f"a{number}.example.jp"),), "xserver"))


def header(letter: bytes, name: str) -> str:
    found = re.search(rb"(?mi)^" + name.encode() + rb": (.*(?:\r?\n[ \t].*)*)", letter)
    return re.sub(r"\s+", " ", found[1].decode()).strip() if found else ""


async def test_a_notice_is_answered_once_and_filed(house: House) -> None:
    house.receives(a_mail())
    await house.round(times=3)
    (letter,) = house.letters
    assert (header(letter, "To"), header(letter, "In-Reply-To")) == (PERSON, "<1@example.jp>")
    assert header(letter, "Subject").startswith("Re: ")
    assert (house.filed(), house.filed("Answered"), await house.states()) == (0, 1, ["answered"])
    said = [step.step for step in house.steps if step.mail or step.step == "filed"]
    assert said == ["journaled", "read", "admitted", "diagnosed", "sent", "filed"]


async def test_a_refused_mail_makes_us_ask_nothing(house: House) -> None:
    probes = Mute()
    house.probes = probes
    house.receives(a_mail().add(("Auto-Submitted", "auto-replied")))
    house.receives(a_mail(2).with_(outcome=NOTHING_NEW))
    house.receives(a_mail(3).put("Authentication-Results", "mx.triage.example.net; dmarc=fail header.from=example.jp"))
    await house.round()
    assert (probes.asked, house.letters) == ([], [])
    assert await house.states() == ["dropped", "held", "held"]
    assert await house.reasons() == ["auto-submitted mail", "no notice", "the sender is not authenticated"]
    assert (house.filed(), house.filed("Dropped"), house.filed("Held")) == (0, 1, 2)


async def test_a_notice_sent_on_by_a_filter_goes_to_its_owner_with_the_original(house: House) -> None:
    vouched = "mx.triage.example.net; dmarc=pass header.from=xserver.ne.jp"
    house.receives(filtered().add(("Authentication-Results", vouched)))
    await house.round()
    assert sorted(header(letter, "To") for letter in house.letters) == ["boss@example.com", "web@example.com"]
    assert all(b"message/rfc822" in letter for letter in house.letters)
    assert len({header(letter, "Message-ID") for letter in house.letters}) == 2


@pytest.mark.fault(number=26)
async def test_several_mailboxes_are_served_and_one_that_fails_does_not_stop_the_other(house: House) -> None:
    house.receives(a_mail(), box="second")
    service = house.service(("inbox", "second"))
    (house.folder / "inbox").rename(house.folder / "gone")
    tally = await service.round()
    await service.close()
    assert (len(tally.troubles), len(house.letters)) == (1, 1)


@dataclass
class Slow:
    """A mailbox whose server does not come to an end before it is told to."""

    inner: Mailbox
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    async def list(self) -> tuple[Listed, ...]:
        await self.go_on.wait()
        return await self.inner.list()


@pytest.mark.fault(number=26)
async def test_a_mailbox_that_hangs_does_not_starve_the_other_and_is_served_later(house: House) -> None:
    house.receives(a_mail(1), box="second")
    house.receives(a_mail(2))
    plain = house.service(("inbox", "second"))
    slow = Slow(plain.mailboxes[0])
    service = replace(plain, mailboxes=(cast(Mailbox, slow), plain.mailboxes[1]), patience=0.8)
    first = await service.round()
    assert (first.journaled, len(house.letters)) == (1, 1)
    assert [s.words for s in house.steps if "busy" in s.words] == ["inbox: still busy after 1 s; the others go on"]
    slow.go_on.set()
    second = await service.round()
    await service.close()
    assert (second.journaled, len(house.letters)) == (1, 2)


async def test_a_mailbox_that_hangs_is_let_go_of_at_the_end(house: House) -> None:
    plain = house.service()
    service = replace(plain, mailboxes=(cast(Mailbox, Slow(plain.mailboxes[0])),), patience=0.05)
    assert (await service.round()).journaled == 0
    async with asyncio.timeout(2):
        await service.close()


# ---- who asked


@dataclass
class Voucher:
    """Proves every sender, and counts how often it was asked."""

    asked: int = 0

    async def vouch(self, message: Message, raw: bytes) -> Authentication:
        self.asked += 1
        return Authentication(message.sender[0].domain, "as the test says")


UNPROVEN = a_mail().drop("Authentication-Results")
WHO_ASKED = {
    "asked: nobody else vouches": (UNPROVEN, 1, ["answered"]),
    "not asked: our server vouches": (a_mail(), 0, ["answered"]),
    "not asked: our server says that it is forged": (
        a_mail().put("Authentication-Results", "mx.triage.example.net; dmarc=fail header.from=example.jp"), 0, ["held"],
    ),
    "not asked: a stranger, who gets no answer anyway": (UNPROVEN.from_("a@stranger.example.com"), 0, ["held"]),
    "not asked: automatic mail": (UNPROVEN.add(("Auto-Submitted", "auto-replied")), 0, ["dropped"]),
    "not asked: nothing to answer": (UNPROVEN.with_(outcome=NOTHING_NEW), 0, ["held"]),
}  # fmt: skip


@pytest.mark.parametrize("why", WHO_ASKED)
async def test_a_proof_of_our_own_is_looked_for_only_where_it_alone_is_missing(house: House, why: str) -> None:
    mail, asked, states = WHO_ASKED[why]
    house.receives(mail)
    voucher = Voucher()
    service = replace(house.service(), vouching=voucher)
    await service.round()
    await service.close()
    assert (voucher.asked, await house.states()) == (asked, states)


# ---- copies and loops


@pytest.mark.attack(number=10)
async def test_the_same_mail_twice_is_answered_once(house: House) -> None:
    for n in range(3):
        house.receives(a_mail().put("Message-ID", f"<{n}@example.jp>"))
    await house.round()
    assert len(house.letters) == 1
    assert sorted(await house.states()) == ["answered", "dropped", "dropped"]


async def test_a_known_id_with_another_body_is_another_mail(house: House) -> None:
    house.receives(a_mail(1))
    house.receives(a_mail(2))
    await house.round()
    assert len(house.letters) == 2


async def test_caps_hold_though_mails_are_worked_on_side_by_side(house: House) -> None:
    for n in range(8):
        house.receives(a_mail(n))
    await house.round()
    assert len(house.letters) == 3
    assert (await house.reasons()).count("too many answers already") == 5


# ---- mails that break


async def test_a_mail_that_fails_twice_is_answered_by_the_third_try(house: House) -> None:
    house.receives(a_mail(), fails=[Unreadable("too slow"), RuntimeError("bug")])
    await house.round()
    assert (len(house.letters), await house.states()) == (1, ["answered"])


@pytest.mark.attack(number=36)
async def test_a_poison_mail_is_set_aside_and_the_others_go_on(house: House) -> None:
    house.receives(a_mail(1), fails=[Unreadable("it hung")] * 9)
    house.receives(a_mail(2))
    await house.round()
    assert (await house.states(), house.filed("Aside"), len(house.letters)) == (["aside", "answered"], 1, 1)
    assert (await house.reasons())[0] == "failed three times: Unreadable: it hung"


# ---- sending


@pytest.mark.fault(number=20)
async def test_a_letter_put_off_is_sent_later_and_then_the_mail_is_filed(house: House) -> None:
    house.troubled(Temporary("451 greylisted"))
    house.receives(a_mail())
    await house.round(times=2)
    assert (house.letters, await house.states(), house.filed()) == ([], ["diagnosed"], 1)
    house.later(seconds=301)
    await house.round()
    assert (len(house.letters), await house.states(), house.filed("Answered")) == (1, ["answered"], 1)


@pytest.mark.fault(number=12)
async def test_the_other_side_says_how_long_to_wait(house: House) -> None:
    house.troubled(Temporary("421 busy", wait=3000))
    house.receives(a_mail())
    await house.round()
    house.later(seconds=2999)
    await house.round()
    assert house.letters == []
    house.later(seconds=2)
    await house.round()
    assert len(house.letters) == 1


@pytest.mark.fault(number=19)
async def test_a_letter_refused_for_good_leaves_the_mail_to_a_person(house: House) -> None:
    house.troubled(Permanent("550 no such user"))
    house.receives(a_mail())
    await house.round()
    assert await house.reasons() == ["the note could not be sent: 550 no such user"]
    assert (await house.states(), house.filed("Held")) == (["held"], 1)


@pytest.mark.fault(number=21)
async def test_perhaps_sent_is_sent_again_under_the_same_message_id(house: House) -> None:
    house.troubled(Uncertain("silence after the dot"), taken_first=True)
    house.receives(a_mail())
    await house.round(times=2)
    assert house.outbox is not None
    first, second = house.outbox.taken
    assert first == second
    assert await house.states() == ["answered"]


@pytest.mark.fault(number=21)
async def test_perhaps_sent_is_not_sent_again_where_the_sent_folder_has_it(house: House) -> None:
    house.troubled(Uncertain("silence after the dot"), taken_first=True)
    house.receives(a_mail())
    await house.round()
    sent = house.folder / "inbox" / ".Sent"
    for sub in ("new", "cur", "tmp"):
        (sent / sub).mkdir(parents=True)
    (sent / "cur" / "1.mail:2,S").write_bytes(house.letters[0])
    await house.round()
    assert house.outbox is not None
    assert (len(house.outbox.taken), await house.states()) == (1, ["answered"])


async def test_three_failures_in_a_row_end_the_sending_of_that_round(house: House) -> None:
    house.policy = replace(house.policy, senders=("@agency.example.com",))
    house.troubled(*[Temporary("no route")] * 9)
    for n in range(5):
        sender = f"p{n}@agency.example.com"
        vouched = "mx.triage.example.net; dmarc=pass header.from=agency.example.com"
        house.receives(a_mail(n).from_(sender).put("Authentication-Results", vouched))
    await house.round()
    assert house.outbox is not None
    assert len(house.outbox.plan) == 6


async def test_notes_wait_where_a_person_approves_them(house: House) -> None:
    house.policy = replace(house.policy, mode="approve")
    house.receives(a_mail())
    await house.round(times=2)
    assert (house.letters, await house.states()) == ([], ["diagnosed"])


# ---- never answer, on the way through


@pytest.mark.attack(number=1)
async def test_attack_1_a_forged_sender_reaches_nobody(house: House) -> None:
    house.receives(
        a_mail(1).put("Authentication-Results", "mx.attacker.example.org; dmarc=pass header.from=example.jp")
    )
    house.receives(a_mail(2).drop("Authentication-Results"))
    await house.round()
    assert house.letters == []


@pytest.mark.attack(number=2)
@pytest.mark.attack(number=5)
async def test_attack_2_and_5_nobody_but_from_is_written_to(house: House) -> None:
    house.receives(a_mail().add(("Reply-To", "victim@example.org"), ("Cc", "victim@example.org")))
    await house.round()
    assert [header(letter, "To") for letter in house.letters] == [PERSON]


@pytest.mark.attack(number=7)
async def test_attack_7_we_stop_after_one_answer_to_a_responder_in_copy(house: House) -> None:
    house.receives(a_mail())
    await house.round()
    ours = header(house.letters[0], "Message-ID")
    reply = Mail(text="I am away", outcome=Unrecognized("not-a-notice", "x")).add(("In-Reply-To", ours))
    house.receives(reply)
    house.receives(reply.with_(text="I am still away"))
    await house.round()
    assert len(house.letters) == 1
    assert (await house.reasons())[1:] == ["answers our note without a new notice"] * 2


@pytest.mark.attack(number=9)
async def test_attack_9_a_mail_bomb_of_one_sender_leaves_room_for_another(house: House) -> None:
    house.policy = Policy(senders=("@example.jp", "@agency.example.com"))
    for n in range(200):
        house.receives(a_mail(n))
    other = "taro@agency.example.com"
    vouched = "mx.triage.example.net; dmarc=pass header.from=agency.example.com"
    house.receives(a_mail(900).from_(other).put("Authentication-Results", vouched))
    await house.round()
    assert sorted(header(letter, "To") for letter in house.letters) == [PERSON] * 3 + [other]


@pytest.mark.attack(number=10)
async def test_attack_10_a_known_id_sent_first_does_not_suppress_the_real_mail(house: House) -> None:
    house.receives(Mail(text="spam", outcome=NOTHING_NEW))
    await house.round()
    house.receives(a_mail())
    await house.round()
    assert len(house.letters) == 1


async def test_our_own_letter_that_comes_back_is_dropped(house: House) -> None:
    house.receives(a_mail())
    await house.round()
    head = house.letters[0].decode("latin-1").partition("\r\n\r\n")[0]
    lines = [line.partition(": ") for line in head.splitlines() if ": " in line and line[0] not in " \t"]
    ours = tuple((name, value) for name, _, value in lines if name != "Date")
    back = Mail(headers=(("Delivered-To", US.address), *ours), text="x")
    house.receives(back)
    await house.round()
    assert (len(house.letters), (await house.states())[1]) == (1, "dropped")
