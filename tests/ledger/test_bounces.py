"""The ledger's secret, and what a letter that came back changes; the rest is told through the whole service."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.ledger import open_ledger
from triage.model import Letter
from triage.ports import Ledger

NOW = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)
LETTER = Letter("bounce@triage.test", "Owner@example.jp", "<triage.1@triage.test>", b"Subject: x\r\n\r\nx\r\n")


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    found = open_ledger(f"sqlite:///{tmp_path}/triage.db")
    await found.announce("digest", LETTER, NOW.date(), NOW)
    yield found
    await found.close()


async def out(ledger: Ledger) -> int:
    (delivery,) = await ledger.unsent(NOW)
    await ledger.sending(delivery.id)
    await ledger.sent(delivery.id, NOW)
    return delivery.id


async def test_the_secret_outlives_the_process_and_is_nobody_elses(ledger: Ledger, tmp_path: Path) -> None:
    secret = await ledger.secret()
    again, other = open_ledger(f"sqlite:///{tmp_path}/triage.db"), open_ledger("sqlite://")
    assert (await again.secret(), len(secret)) == (secret, 32)
    assert await other.secret() != secret
    await again.close()
    await other.close()


async def test_a_hard_bounce_suppresses_whatever_the_case_of_the_letters(ledger: Ledger) -> None:
    number = await out(ledger)
    assert await ledger.bounced(number, True, "5.1.1", NOW)
    assert await ledger.suppressed("owner@EXAMPLE.jp", NOW + timedelta(days=59)) == "bounced: 5.1.1"
    assert await ledger.suppressed("owner@example.jp", NOW + timedelta(days=60)) is None
    assert await ledger.suppressed("other@example.jp", NOW) is None


async def test_a_soft_bounce_alone_suppresses_nobody(ledger: Ledger) -> None:
    assert await ledger.bounced(await out(ledger), False, "4.2.2", NOW)
    assert await ledger.suppressed("owner@example.jp", NOW) is None


async def test_only_a_letter_that_is_out_can_come_back_and_only_once(ledger: Ledger) -> None:
    (waiting,) = await ledger.unsent(NOW)
    assert not await ledger.bounced(waiting.id, True, "5.1.1", NOW)
    assert not await ledger.bounced(4711, True, "5.1.1", NOW)
    number = await out(ledger)
    assert await ledger.bounced(number, True, "5.1.1", NOW)
    assert not await ledger.bounced(number, True, "5.1.1", NOW)
