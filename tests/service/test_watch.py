"""The second look, with a moved clock: stories of one certificate, and each letter in them."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.decide.build import PERSON, Mail, a_notice
from tests.service.house import House
from triage.demo import WorldProbes
from triage.demo.world import world_of
from triage.ledger import open_ledger
from triage.model import Case, Event, Notices, Unrecognized

ZONE = "@ NS ns1.example.org.\n@ NS ns2.example.org.\n@ A 85.131.208.10\nwww CNAME @\n"
OLD = {"names": ["example.jp", "www.example.jp"], "since": "2026-10-01", "until": "2026-12-28"}
NEW = {"names": ["example.jp", "www.example.jp"], "since": "2026-11-29", "until": "2027-02-27"}
NOTHING = Unrecognized("not-a-notice", "a few words")


@dataclass
class Site:
    """A site whose server changes from act to act; seen at the clock's moment."""

    house: House
    behavior: str = "password"
    certificate: dict[str, Any] = None  # pyright: ignore[reportAssignmentType]
    looks: list[datetime] = field(default_factory=list[datetime])

    sources: tuple[str, ...] = ()

    @asynccontextmanager
    async def round(self, deadline: float) -> AsyncGenerator[Any]:
        self.looks.append(self.house.now)
        if self.behavior == "breaks":
            raise RuntimeError("a bug")
        async with WorldProbes(world_of(self.values(), self.house.now), "lenient").round(deadline) as round:
            yield round

    def values(self) -> dict[str, Any]:
        return {
            "zones": {
                "example.jp": ZONE,
                "example.org": "ns1 A 85.131.209.1\nns2 A 85.131.209.2\n@ NS ns1\n@ NS ns2\n",
            },
            "registry": {"example.jp": {"expires": "+200 days", "status": ["active"]}},
            "server": [{"address": "85.131.208.10", "behavior": self.behavior, "certificate": self.certificate or OLD}],
        }

    async def close(self) -> None: ...


@pytest.fixture
async def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.probes = Site(made)
    await made.round()
    return made


def site(house: House) -> Site:
    assert isinstance(house.probes, Site)
    return house.probes


def the_notice(house: House, event: Event = Event.RENEWAL_FAILED, language: str = "ja") -> Mail:
    notice = replace(a_notice("example.jp", event=event), dated=house.now - timedelta(hours=20), language=language)
    return dated(house, Mail(text=f"at {house.now}", outcome=Notices((notice,), "xserver")))


def dated(house: House, mail: Mail) -> Mail:
    return mail.put("Date", house.now.strftime("%a, %d %b %Y %H:%M:%S +0000"))


def command(house: House, word: str, sender: str = PERSON) -> Mail:
    ours = re.search(rb"(?m)^Message-ID: (<.*>)", house.letters[0])
    assert ours
    mail = Mail(text=word, outcome=NOTHING).add(("In-Reply-To", ours[1].decode()))
    return dated(house, mail).put("Message-ID", f"<{house.now.timestamp()}@example.jp>").put("From", sender)


async def the_case(house: House) -> Case | None:
    ledger = open_ledger(f"sqlite:///{house.folder}/triage.db")
    found = await ledger.case_numbered(1)
    await ledger.close()
    return found


async def pass_days(house: House, days: float, step: float = 1.0) -> list[datetime]:
    """The clock moves in hours; when the service wrote."""
    wrote = list[datetime]()
    for _ in range(int(days * 24 / step)):
        house.later(hours=step)
        before = len(house.letters)
        await house.round()
        wrote += [house.now] * (len(house.letters) - before)
    return wrote


def text(letter: bytes) -> str:
    body = message_from_bytes(letter, policy=policy.default).get_body(("plain",))
    assert body is not None
    return body.get_content()


async def test_a_password_removed_late(house: House) -> None:
    """Told of the password; it goes, which is told the next day; renewed, which is told and ends the watch."""
    house.receives(the_notice(house))
    await house.round()
    assert await pass_days(house, 1) == []
    site(house).behavior = "website"
    assert len(await pass_days(house, 1.5)) == 1
    site(house).certificate = NEW
    assert len(await pass_days(house, 1.5)) == 1
    assert await pass_days(house, 2, step=6) == []
    first, second, third = house.letters
    threads = [message_from_bytes(letter)["In-Reply-To"] for letter in (first, second, third)]
    assert threads == ["<1@example.jp>"] * 3
    assert len({message_from_bytes(letter)["Message-ID"] for letter in (first, second, third)}) == 3
    assert "パスワード" in text(first)
    case = await the_case(house)
    assert case is not None
    assert (case.state, case.because, case.notes) == ("closed", "renewed", 3)


async def test_ignored_until_the_expiry(house: House) -> None:
    house.receives(the_notice(house))
    await house.round()
    wrote = await pass_days(house, 50, step=12)
    assert [moment.date().isoformat() for moment in wrote] == ["2026-12-21", "2026-12-25", "2026-12-27", "2026-12-29"]
    case = await the_case(house)
    assert case is not None
    assert (case.state, case.because) == ("closed", "nothing more to watch")


async def test_the_hosts_success_notice_closes_the_case(house: House) -> None:
    house.receives(the_notice(house))
    await house.round()
    house.later(hours=3)
    house.receives(the_notice(house, Event.RENEWED))
    await house.round()
    case = await the_case(house)
    assert case is not None
    assert (case.state, case.because) == ("closed", "the host says that it was renewed")
    assert await pass_days(house, 2, step=6) == []


async def test_a_strangers_success_notice_closes_nothing(house: House) -> None:
    house.receives(the_notice(house))
    await house.round()
    house.receives(the_notice(house, Event.RENEWED).drop("Authentication-Results"))
    await house.round()
    case = await the_case(house)
    assert case is not None
    assert case.state == "watching"


async def test_recheck_looks_now_and_answers(house: House) -> None:
    house.receives(the_notice(house))
    await house.round()
    house.later(minutes=20)
    site(house).behavior = "website"
    house.receives(command(house, "再確認"))
    await house.round()
    assert len(house.letters) == 2
    assert (await house.states(), await house.reasons()) == (["answered"] * 2, ["asked by an authenticated sender"] * 2)


async def test_three_rechecks_a_day_and_no_more(house: House) -> None:
    house.receives(the_notice(house))
    await house.round()
    for _ in range(5):
        house.later(hours=3)
        house.receives(command(house, "recheck"))
        await house.round()
    assert len(house.letters) == 4
    assert (await house.reasons())[-2:] == ["too many commands today"] * 2


async def test_stop_ends_the_watch(house: House) -> None:
    house.receives(the_notice(house))
    await house.round()
    house.later(minutes=20)
    house.receives(command(house, "停止"))
    await house.round()
    site(house).certificate = NEW
    assert await pass_days(house, 2, step=6) == []
    case = await the_case(house)
    assert case is not None
    assert (case.state, case.because) == ("closed", "stopped by its owner")


async def test_wrong_is_kept_for_the_operator(house: House) -> None:
    house.receives(the_notice(house))
    await house.round()
    house.receives(command(house, "違います"))
    await house.round()
    assert (await house.reasons())[1] == "the owner says that the note is wrong"


async def test_a_command_about_somebody_elses_case_is_held(house: House) -> None:
    house.policy = replace(house.policy, senders=(*house.policy.senders, "@example.jp"))
    house.receives(the_notice(house))
    await house.round()
    house.receives(command(house, "stop", "colleague@example.jp"))
    await house.round()
    case = await the_case(house)
    assert case is not None
    assert (case.state, (await house.reasons())[1]) == ("watching", "a command for somebody else's case")


async def test_the_same_notice_again_gets_what_changed_and_not_the_whole_again(house: House) -> None:
    house.receives(the_notice(house))
    await house.round()
    house.later(days=2)
    await house.round()
    house.receives(the_notice(house))
    await house.round(times=2)
    assert (len(house.letters), (await house.states())[1]) == (1, "dropped")
    site(house).behavior = "website"
    house.later(minutes=5)
    house.receives(the_notice(house))
    await house.round(times=2)
    assert len(house.letters) == 2


async def test_a_case_that_breaks_is_put_off_and_the_others_are_looked_at(house: House) -> None:
    house.receives(the_notice(house))
    await house.round()
    site(house).behavior = "breaks"
    house.later(hours=2)
    await house.round(times=2)
    assert sum(step.step == "trouble" for step in house.steps) == 1
    case = await the_case(house)
    assert case is not None
    assert case.next_look == house.now + timedelta(hours=6)


async def test_one_site_is_looked_at_a_few_times_a_day_and_more_often_only_at_the_end(house: House) -> None:
    """Every round of these is a start of its own: nothing of the plan lives in memory."""
    house.receives(the_notice(house))
    await house.round()
    a_day: list[int] = []
    for days in (1, 1, 27, 1):
        before = len(site(house).looks)
        await pass_days(house, days, step=1 if days == 1 else 12)
        a_day.append(len(site(house).looks) - before)
    first, second, _, last = a_day
    assert (first, second) == (2, 1)
    assert 4 <= last <= 8


async def test_a_further_note_waits_for_a_person_too(house: House) -> None:
    house.policy = replace(house.policy, mode="approve")
    house.receives(the_notice(house))
    await house.round()
    assert await released(house) == 1
    site(house).behavior = "website"
    assert await pass_days(house, 2, step=6) == []
    assert await released(house) == 2
    assert "前回" in text(house.letters[1])


async def released(house: House) -> int:
    """All that waits is let go; how many letters there are then."""
    ledger = open_ledger(f"sqlite:///{house.folder}/triage.db")
    for waiting in await ledger.waiting():
        await ledger.released(house.now, waiting.mail, waiting.case)
    await ledger.close()
    await house.round()
    return len(house.letters)


@pytest.mark.parametrize(
    "words", ["ありがとうございます。直しました。", "再確認の結果はいつ届きますか", "What does AAAA mean?"]
)
async def test_whatever_else_an_owner_writes_is_kept_for_a_person(words: str, house: House) -> None:
    house.receives(the_notice(house))
    await house.round()
    house.receives(command(house, words))
    await house.round(times=2)
    assert (len(house.letters), (await house.states())[1]) == (1, "held")


async def test_every_later_note_threads_with_the_first(house: House) -> None:
    house.receives(the_notice(house))
    await house.round()
    house.receives(command(house, "再確認"))
    await house.round()
    site(house).behavior = "website"
    await pass_days(house, 2, step=6)
    mails = [message_from_bytes(letter) for letter in house.letters]
    assert len(mails) == 3
    assert all("<1@example.jp>" in str(mail["References"]) for mail in mails)
    assert len({str(mail["Subject"]) for mail in mails}) == 1
