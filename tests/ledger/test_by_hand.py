"""What a person does to mails, cases and letters with the commands."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.ledger import open_ledger
from triage.model import (
    Arrival,
    Case,
    CaseState,
    Chapter,
    DeliveryState,
    Event,
    Hold,
    Letter,
    MailKey,
    MailState,
    Notice,
    Reply,
    Thread,
    Written,
)
from triage.names import Domain
from triage.ports import Ledger

NOW = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OWNER = "Owner@example.jp"
NOTICE = Notice("xserver", Event.RENEWAL_FAILED, (Domain("example.jp"),))


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    made = open_ledger(f"sqlite:///{tmp_path}/triage.db")
    yield made
    await made.close()


def a_case(owner: str = OWNER, key: str = "k1") -> Case:
    return Case(
        0, key, owner, "xserver", NOTICE.names, None, "ja", CaseState.WATCHING, NOW, Thread("SSL"), NOTICE, notes=1,
        to=(owner,),
    )  # fmt: skip


async def journaled(ledger: Ledger, uid: str, sender: str = OWNER) -> int:
    mail = await ledger.journal(Arrival(MailKey("inbox", "INBOX", 7, uid), f"raw {uid}".encode(), NOW), uid, NOW)
    await ledger.read(mail, sender, "a secret subject", "xserver", ("n",))
    return mail


async def waiting(ledger: Ledger, uid: str = "1", to: str = OWNER) -> int:
    """A mail whose note waits for approval; in a case with its story."""
    mail = await journaled(ledger, uid, to)
    await ledger.admitted(mail, to, Reply(to, "asked"), NOW)
    letter = Letter("b@triage.test", to, f"<triage.{uid}@triage.test>", b"note")
    told = Chapter(NOW, "note 1: example.jp stale-aaaa", ("AAAA example.jp → 2001:db8::1",))
    written = Written(Reply(to, "asked"), "x", (letter,), (a_case(to, f"k{uid}"),), waiting=True, chapters=(told,))
    await ledger.diagnosed(mail, written, NOW)
    return mail


async def state(ledger: Ledger, mail: int) -> MailState | None:
    found = await ledger.entry(mail)
    return found.state if found else None


async def test_evidence_is_kept_with_the_mail_and_with_its_case(ledger: Ledger) -> None:
    mail = await waiting(ledger)
    told = Chapter(NOW, "note 1: example.jp stale-aaaa", ("AAAA example.jp → 2001:db8::1",), mail=mail, case=1)
    assert (await ledger.story(mail=mail), await ledger.story(case=1)) == ((told,), (told,))
    assert (await ledger.cases_of(mail), await ledger.mails_of(1)) == ((1,), (mail,))


async def test_a_released_letter_is_due_and_only_once(ledger: Ledger) -> None:
    mail = await waiting(ledger)
    assert (await ledger.unsent(LATER), len(await ledger.waiting())) == ((), 1)
    assert (await ledger.released(LATER, mail=mail), await ledger.released(LATER, mail=mail)) == (1, 0)
    assert [d.state for d in await ledger.unsent(LATER)] == [DeliveryState.DUE]


async def test_a_discarded_letter_is_never_sent_and_its_mail_is_done_with(ledger: Ledger) -> None:
    mail = await waiting(ledger)
    assert await ledger.discarded(LATER, mail=mail) == 1
    assert (await ledger.unsent(LATER), await ledger.released(LATER, mail=mail)) == ((), 0)
    assert await state(ledger, mail) is MailState.DROPPED
    (delivery,) = await ledger.deliveries(mail=mail)
    assert await ledger.sending(delivery.id) == 0


async def test_closing_a_case_discards_what_waits_for_it(ledger: Ledger) -> None:
    mail = await waiting(ledger)
    case = await ledger.case_numbered(1)
    assert case is not None
    assert await ledger.closed(replace(case, state=CaseState.CLOSED, because="by hand"), LATER) == 1
    assert (await ledger.cases(), await state(ledger, mail)) == ((), MailState.DROPPED)
    assert [chapter.words for chapter in await ledger.story(case=1)][-1] == "closed: by hand"


async def test_a_held_mail_is_worked_on_again_and_an_answered_one_is_not(ledger: Ledger) -> None:
    held, answered = await journaled(ledger, "1"), await waiting(ledger, "2")
    await ledger.attempt(held)
    await ledger.ended(held, Hold("the sender is not registered"), NOW)
    assert [e.id for e in await ledger.left()] == [held]
    assert (await ledger.replay(held, LATER), await ledger.replay(held, LATER)) == (True, False)
    assert (await ledger.replay(answered, LATER), await ledger.left()) == (False, ())
    assert [(e.id, e.attempts) for e in await ledger.open_mails()] == [(held, 0)]


async def test_a_held_mail_that_a_person_is_done_with_is_not_shown_again(ledger: Ledger) -> None:
    held = await journaled(ledger, "1")
    await ledger.ended(held, Hold("no notice"), NOW)
    assert (await ledger.dismissed(held, LATER), await ledger.dismissed(held, LATER)) == (True, False)
    assert (await ledger.left(), await state(ledger, held)) == ((), MailState.DROPPED)
    assert (await ledger.story(mail=held))[0].words == "closed by hand; it was held: no notice"


async def test_one_letter_of_a_kind_a_day(ledger: Ledger) -> None:
    def digest(n: int) -> Letter:
        return Letter("b@triage.test", "boss@triage.test", f"<triage.d{n}@triage.test>", b"digest")

    day = NOW.date()
    wrote = [await ledger.announce("digest", digest(n), day + timedelta(days=n // 2), NOW) for n in range(4)]
    assert (wrote, await ledger.announced("digest")) == ([True, False, True, False], day + timedelta(days=1))
    assert len(await ledger.unsent(NOW)) == 2


async def test_nothing_of_a_forgotten_person_is_left_in_the_file(tmp_path: Path) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path}/triage.db")
    await waiting(ledger, "1")
    other = await waiting(ledger, "2", "taro@example.net")
    busy = await journaled(ledger, "3")
    assert await ledger.forgotten("owner@EXAMPLE.jp", LATER) == (1, 1)
    assert ([c.owner for c in await ledger.cases()], [d.mail for d in await ledger.waiting()]) == (
        ["taro@example.net"],
        [other],
    )
    await ledger.ended(busy, Hold("x"), LATER)
    assert await ledger.forgotten("owner@example.jp", LATER) == (1, 0)
    # The first two still lie in their folder: their places are remembered, and nothing else.
    assert [(e.sender, e.subject) for e in await ledger.entries()][0::2] == [("", ""), ("", "")]
    assert len(await ledger.unfiled()) == 2
    await ledger.close()
    octets = (tmp_path / "triage.db").read_bytes()
    assert b"raw 2" in octets
    assert b"raw 1" not in octets
    assert b"wner@example.jp" not in octets
