"""A bomb from one sender, and a mail of somebody else: who is answered when; and what a pause keeps from happening."""

from pathlib import Path

import pytest

from tests.decide.build import PERSON, Mail, a_notice
from tests.service.house import House
from triage.ledger import open_ledger
from triage.model import Notices
from triage.service.round import BATCH, OPEN, SHIFT


@pytest.fixture
async def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    await made.round()
    return made


def a_mail(number: int, sender: str = "bomber@agency.example.com") -> Mail:
    mail = Mail(text=f"fyi {number}", outcome=Notices((a_notice(f"a{number}.example.jp"),), "xserver"))
    return mail.put("Return-Path", f"<{sender}>")


@pytest.mark.attack(number=9)
async def test_who_comes_last_is_worked_on_in_the_next_round(house: House) -> None:
    for number in range(3 * SHIFT):
        house.receives(a_mail(number))
    service = house.service()
    assert (await service.round()).left == 2 * SHIFT
    house.receives(a_mail(9999, PERSON))
    tally = await service.round()
    assert (tally.worked, tally.left) == (SHIFT, SHIFT + 1)
    worked_on = {e.id for e in await service.ledger.entries(10_000)} - {e.id for e in await service.ledger.open_mails()}
    assert max(worked_on) == 3 * SHIFT + 1
    await service.close()


@pytest.mark.attack(number=9)
async def test_the_ledger_takes_in_no_more_than_it_may_hold(house: House) -> None:
    for number in range(BATCH + 10):
        house.receives(a_mail(number))
    service = house.service()
    await service.ledger.pause("moving house")
    assert [(await service.round()).journaled for _ in range(2)] == [BATCH, 10]
    for number in range(OPEN):
        house.receives(a_mail(1000 + number))
    taken = [(await service.round()).journaled for _ in range(5)]
    assert taken == [BATCH, BATCH, OPEN - 2 * BATCH - BATCH - 10, 0, 0]
    await service.close()


async def test_while_it_is_paused_mails_are_kept_and_nobody_hears_from_us(house: House) -> None:
    ledger = open_ledger(f"sqlite:///{house.folder}/triage.db")
    await ledger.pause("the mail server moves")
    house.receives(a_mail(1, PERSON))
    await house.round(times=2)
    assert (await house.states(), house.letters, house.filed()) == (["received"], [], 1)
    assert ("paused", "the mail server moves") in [(step.step, step.words) for step in house.steps]
    assert await ledger.resume()
    assert not await ledger.resume()
    await house.round()
    assert (await house.states(), len(house.letters), house.filed("Answered")) == (["answered"], 1, 1)
    await ledger.close()
