"""An alarm by mail: once per cause and hour, over restarts too, and marked so that no machine answers it."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.health.house import US, Down, House, Said
from triage.ledger import open_ledger
from triage.model import Arrival, MailKey, MailState


@pytest.mark.attack(number=13)
async def test_once_per_cause_and_hour(tmp_path: Path) -> None:
    house = House(tmp_path)
    health = house.health()
    house.later(minutes=6)
    counts = list[int]()
    for minutes in (0, 1, 58, 1, 1):
        house.later(minutes=minutes)
        await health.look()
        counts.append(len(house.letters))
    assert counts == [1, 1, 1, 2, 2]


@pytest.mark.attack(number=13)
async def test_a_service_that_starts_again_and_again_does_not_alarm_each_time(tmp_path: Path) -> None:
    house = House(tmp_path)
    for _ in range(5):
        health = house.health()
        house.later(minutes=6)
        await health.look()
    assert len(house.letters) == 1


async def test_each_cause_for_itself(tmp_path: Path) -> None:
    house = House(tmp_path)
    health = house.health()
    await house.ledger.journal(Arrival(MailKey("inbox", "INBOX", 1, "1"), b"x", house.now), "c", house.now)
    house.later(minutes=20)
    standing = await health.look()
    assert [a.cause for a in standing.ailments] == ["poll inbox", "mail"]
    assert standing.queue is not None
    assert standing.queue.mails == {MailState.RECEIVED: 1}
    assert len(house.letters) == 2


async def test_what_it_says_and_carries(tmp_path: Path) -> None:
    house = House(tmp_path)
    health = house.health()
    house.later(minutes=6)
    await health.look()
    mail = message_from_bytes(house.letters[0], policy=default)
    assert {name: mail[name] for name in ("From", "To", "Subject", "Auto-Submitted", "X-Ssl-Triage-Loop")} == {
        "From": "SSL triage <ssl@triage.test>",
        "To": "op@triage.test",
        "Subject": "triage: mailbox inbox was not polled for 6 min",
        "Auto-Submitted": "auto-generated",
        "X-Ssl-Triage-Loop": "i7",
    }
    assert mail["Message-ID"].startswith("<triage.alarm.")
    assert "hint: triage doctor" in mail.get_content()


async def test_nobody_to_tell(tmp_path: Path) -> None:
    house = House(tmp_path)
    health = house.health(identity=replace(US, operator=""))
    house.later(minutes=6)
    assert not (await health.look()).well
    assert house.letters == []


async def test_one_that_could_not_be_sent_is_tried_again_and_is_one_mail(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.outbox = down = Down(tmp_path)
    health = house.health()
    house.later(minutes=6)
    await health.look()
    down.up = True
    await health.look()
    assert house.letters == []
    house.later(minutes=5)
    await health.look()
    await health.look()
    assert (len(house.letters), [str(t) for t in house.heard]) == (1, ["the server is away"])


async def test_one_that_could_not_be_sent_in_time_is_not_sent_but_a_new_one_when_its_cause_comes_back(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    house.outbox = down = Down(tmp_path)
    health = house.health()
    house.later(minutes=6)
    await health.look()
    health.pulse.hear(Said("polled", "inbox"))
    await health.look()
    down.up = True
    house.later(minutes=5)
    await health.look()
    assert house.letters == []
    house.later(minutes=4)
    await health.look()
    await health.look()
    assert [b"not polled for 9 min" in letter for letter in house.letters] == [True]


async def test_where_the_ledger_is_the_trouble_memory_keeps_the_hour(tmp_path: Path) -> None:
    (tmp_path / "triage.db").write_bytes(b"not a database" * 999)
    house = House(tmp_path / "out", ledger=open_ledger(f"sqlite:///{tmp_path}/triage.db"))
    health, counts = house.health(), list[int]()
    for minutes in (0, 1, 58, 1):
        house.later(minutes=minutes)
        health.pulse.hear(Said("polled", "inbox"))
        await health.look()
        counts.append(len(house.letters))
    await house.ledger.close()
    assert counts == [1, 1, 1, 2]
