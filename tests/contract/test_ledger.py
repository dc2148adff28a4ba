"""What every ledger keeps its word on: the same suite on a file and in memory."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from triage.ledger import open_ledger
from triage.model import (
    Arrival,
    Asking,
    Case,
    CaseState,
    Delivery,
    DeliveryState,
    Drop,
    Entry,
    Event,
    Forward,
    History,
    Hold,
    Letter,
    Listed,
    MailKey,
    MailState,
    Notice,
    Place,
    Problem,
    Queue,
    Reply,
    Thread,
    Written,
)
from triage.names import Domain
from triage.ports import Ledger

NOW = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
OWNER = "owner@example.jp"
REPLY = Reply(OWNER, "asked")
NOTICE = Notice(
    "xserver",
    Event.RENEWAL_FAILED,
    (Domain("example.jp"), Domain("*.example.jp")),
    expires=date(2026, 12, 28),
    account={"server_id": "xs123456"},
    problems=(Problem(Domain("example.jp"), "timeout", address="192.0.2.1"),),
    dated=NOW - timedelta(days=1),
)


@pytest.fixture(params=["file", "memory"])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ledger]:
    found = open_ledger(f"sqlite:///{tmp_path}/triage.db" if request.param == "file" else "sqlite://")
    yield found
    await found.close()


async def test_where_a_server_writes_is_known_from_the_first_mail_that_shows_it(ledger: Ledger) -> None:
    shown = [await ledger.writes_on_top("mx.example.jp", seen) for seen in (False, True, False)]
    assert shown == [False, True, True]
    assert not await ledger.writes_on_top("mx2.example.jp", False)


def a_key(uid: str = "1", validity: int = 7) -> MailKey:
    return MailKey("inbox", "INBOX", validity, uid)


def a_case(**changes: object) -> Case:
    case = Case(
        0, "k1", OWNER, "xserver", NOTICE.names, NOTICE.expires, "ja", CaseState.OPEN, NOW,
        Thread("SSL", "<1@example.jp>", ("<0@example.jp>",)), NOTICE, notes=1, leading=("stale-aaaa", ""),
        looked=NOW, to=(OWNER,),
    )  # fmt: skip
    return replace(case, **changes)  # pyright: ignore[reportArgumentType]


def a_letter(number: int = 1, to: str = OWNER) -> Letter:
    return Letter("bounce@triage.test", to, f"<triage.{number}@triage.test>", b"Subject: x\r\n\r\n\xff\r\n")


async def journaled(ledger: Ledger, uid: str = "1", content: str = "c1", arrived: datetime = NOW) -> int:
    return await ledger.journal(Arrival(a_key(uid), b"raw " + uid.encode(), arrived), content, NOW)


async def admitted(
    ledger: Ledger,
    uid: str,
    *,
    content: str = "",
    asker: str = OWNER,
    notices: tuple[str, ...] = (),
    at: datetime = NOW,
) -> int:
    mail = await journaled(ledger, uid, content or uid)
    await ledger.read(mail, asker, "SSL", "understood", notices)
    await ledger.admitted(mail, asker, Reply(asker, "asked"), at)
    return mail


async def answered(ledger: Ledger, uid: str = "1", number: int = 1) -> int:
    mail = await admitted(ledger, uid)
    await ledger.diagnosed(mail, Written(REPLY, "x", (a_letter(number),), (a_case(key=f"k{number}"),)), NOW)
    delivery = (await ledger.unsent(NOW))[0]
    await ledger.sending(delivery.id)
    await ledger.sent(delivery.id, LATER)
    return mail


async def state(ledger: Ledger, mail: int) -> MailState:
    return (await entry(ledger, mail)).state


async def entry(ledger: Ledger, mail: int) -> Entry:
    return next(e for e in await ledger.entries() if e.id == mail)


# ---- taking in


async def test_a_mail_is_unknown_until_it_is_journaled(ledger: Ledger) -> None:
    listed = tuple(Listed(a_key(uid), 5) for uid in ("1", "2"))
    assert await ledger.unknown(listed, NOW) == listed
    await journaled(ledger)
    assert await ledger.unknown(listed, NOW) == listed[1:]


async def test_a_new_uidvalidity_makes_every_mail_unknown(ledger: Ledger) -> None:
    await journaled(ledger)
    again = (Listed(a_key("1", validity=8), 5),)
    assert await ledger.unknown(again, NOW) == again


async def test_journaling_twice_keeps_the_first(ledger: Ledger) -> None:
    first = await journaled(ledger)
    assert await ledger.journal(Arrival(a_key(), b"other", LATER), "c2", LATER) == first
    assert await ledger.raw(first) == b"raw 1"


async def test_open_mails_come_oldest_first(ledger: Ledger) -> None:
    late = await journaled(ledger, "1", arrived=LATER)
    early = await journaled(ledger, "2", arrived=NOW)
    assert [e.id for e in await ledger.open_mails()] == [early, late]


async def test_attempts_are_counted(ledger: Ledger) -> None:
    mail = await journaled(ledger)
    assert [await ledger.attempt(mail) for _ in range(3)] == [1, 2, 3]
    assert (await entry(ledger, mail)).attempts == 3


# ---- the states of a mail


async def test_a_mail_goes_from_received_to_answered(ledger: Ledger) -> None:
    mail = await journaled(ledger)
    states = [await state(ledger, mail)]
    await ledger.read(mail, OWNER, "SSL", "xserver renewal-failed: example.jp", ("n",))
    states.append(await state(ledger, mail))
    await ledger.admitted(mail, OWNER, REPLY, NOW)
    states.append(await state(ledger, mail))
    await ledger.diagnosed(mail, Written(REPLY, "example.jp stale-aaaa", (a_letter(),), (a_case(),)), NOW)
    states.append(await state(ledger, mail))
    delivery = (await ledger.unsent(NOW))[0]
    await ledger.sending(delivery.id)
    await ledger.sent(delivery.id, LATER)
    found = await entry(ledger, mail)
    assert [*states, found.state] == ["received", "read", "admitted", "diagnosed", "answered"]
    assert found == Entry(
        mail, a_key(), "c1", NOW, NOW, MailState.ANSWERED, 0, OWNER, "SSL", "xserver renewal-failed: example.jp",
        "example.jp stale-aaaa", "reply", (OWNER,), "asked", False, NOW,
    )  # fmt: skip


@pytest.mark.parametrize(("decision", "place"), [(Hold("no notice"), Place.HELD), (Drop("bulk mail"), Place.DROPPED)])
async def test_a_refused_mail_ends_with_its_reason(ledger: Ledger, decision: Hold | Drop, place: Place) -> None:
    mail = await journaled(ledger)
    await ledger.ended(mail, decision, NOW)
    assert (await entry(ledger, mail)).because == decision.because
    assert await ledger.unfiled() == ((a_key(), place),)
    assert await ledger.open_mails() == ()


async def test_a_mail_set_aside_is_finished(ledger: Ledger) -> None:
    mail = await journaled(ledger)
    await ledger.set_aside(mail, "failed three times: x", "Traceback …", NOW)
    assert (await state(ledger, mail), await ledger.unfiled()) == (MailState.ASIDE, ((a_key(), Place.ASIDE),))


async def test_a_mail_that_settling_holds_sends_nothing(ledger: Ledger) -> None:
    mail = await admitted(ledger, "1")
    await ledger.diagnosed(mail, Written(Hold("the sender's domain takes no mail")), NOW)
    assert (await state(ledger, mail), await ledger.unsent(NOW)) == (MailState.HELD, ())


async def test_a_step_that_runs_twice_does_no_harm(ledger: Ledger) -> None:
    mail = await answered(ledger)
    await ledger.read(mail, "x@example.org", "other", "other", ())
    await ledger.admitted(mail, OWNER, Reply("x@example.org", "other"), LATER)
    await ledger.ended(mail, Drop("other"), LATER)
    await ledger.set_aside(mail, "other", "", LATER)
    await ledger.diagnosed(mail, Written(REPLY, "other", (a_letter(9),), (a_case(key="k9"),)), LATER)
    found = await entry(ledger, mail)
    assert (found.state, found.sender, found.because) == (MailState.ANSWERED, OWNER, "asked")
    assert await ledger.unsent(LATER) == ()


async def test_filing_is_remembered(ledger: Ledger) -> None:
    mail = await journaled(ledger)
    await ledger.ended(mail, Drop("bulk mail"), NOW)
    await ledger.filed(a_key())
    assert (await ledger.unfiled(), (await entry(ledger, mail)).filed) == ((), True)


# ---- deliveries


async def test_a_letter_is_due_as_it_was_written(ledger: Ledger) -> None:
    mail = await admitted(ledger, "1")
    await ledger.diagnosed(mail, Written(REPLY, "x", (a_letter(),), (a_case(),)), NOW)
    case = await ledger.case("k1")
    assert case is not None
    assert await ledger.unsent(NOW) == (Delivery(1, a_letter(), DeliveryState.DUE, NOW, 0, mail, case.id),)


async def test_sending_is_known_before_it_begins(ledger: Ledger) -> None:
    mail = await admitted(ledger, "1")
    await ledger.diagnosed(mail, Written(REPLY, "x", (a_letter(),), (a_case(),)), NOW)
    assert await ledger.sending(1) == 1
    assert [d.state for d in await ledger.unsent(NOW)] == [DeliveryState.SENDING]
    assert await ledger.sending(1) == 2


async def test_a_letter_put_off_waits_its_time(ledger: Ledger) -> None:
    mail = await admitted(ledger, "1")
    await ledger.diagnosed(mail, Written(REPLY, "x", (a_letter(),), (a_case(),)), NOW)
    await ledger.sending(1)
    await ledger.put_off(1, LATER, "greylisted")
    assert await ledger.unsent(NOW) == ()
    assert [(d.state, d.because) for d in await ledger.unsent(LATER)] == [(DeliveryState.DUE, "greylisted")]
    assert await state(ledger, mail) == MailState.DIAGNOSED


async def test_a_letter_refused_for_good_leaves_its_mail_to_a_person(ledger: Ledger) -> None:
    mail = await admitted(ledger, "1")
    await ledger.diagnosed(mail, Written(REPLY, "x", (a_letter(),), (a_case(),)), NOW)
    await ledger.sending(1)
    await ledger.failed(1, "550 no such user", LATER)
    found = await entry(ledger, mail)
    assert (found.state, found.because) == (MailState.HELD, "the note could not be sent: 550 no such user")


async def test_a_mail_is_answered_with_its_last_letter(ledger: Ledger) -> None:
    mail = await admitted(ledger, "1")
    both = (a_letter(1, "a@example.jp"), a_letter(2, "b@example.jp"))
    decision = Forward(("a@example.jp", "b@example.jp"), "registered")
    await ledger.diagnosed(mail, Written(decision, "x", both, (a_case(),)), NOW)
    states: list[MailState] = []
    for delivery in await ledger.unsent(NOW):
        await ledger.sending(delivery.id)
        await ledger.sent(delivery.id, LATER)
        states.append(await state(ledger, mail))
    assert states == [MailState.DIAGNOSED, MailState.ANSWERED]


async def test_a_letter_that_waits_for_approval_is_not_due(ledger: Ledger) -> None:
    mail = await admitted(ledger, "1")
    await ledger.diagnosed(mail, Written(REPLY, "x", (a_letter(),), (a_case(),), waiting=True), NOW)
    assert (await ledger.unsent(LATER), await state(ledger, mail)) == ((), MailState.DIAGNOSED)


# ---- cases


async def test_a_case_comes_back_as_it_was_kept(ledger: Ledger) -> None:
    kept = a_case(next_look=LATER, looks=2, reminded=7)
    await ledger.looked(kept, None, NOW)
    assert await ledger.case("k1") == replace(kept, id=1)
    assert await ledger.cases() == (replace(kept, id=1),)


async def test_a_case_is_one_however_often_it_is_kept(ledger: Ledger) -> None:
    await ledger.looked(a_case(), None, NOW)
    await ledger.looked(a_case(notes=2, state=CaseState.CLOSED, because="renewed"), None, LATER)
    found = await ledger.case("k1")
    assert found is not None
    assert (found.id, found.notes, found.because) == (1, 2, "renewed")
    assert await ledger.cases() == ()


async def test_cases_are_found_by_their_next_look_and_by_their_owner(ledger: Ledger) -> None:
    soon, later, never = a_case(next_look=NOW), a_case(key="k2", next_look=LATER), a_case(key="k3", next_look=None)
    closed = a_case(key="k4", next_look=NOW, state=CaseState.CLOSED)
    theirs = a_case(key="k5", next_look=LATER, owner="Other@example.jp")
    for case in (later, soon, never, closed, theirs):
        await ledger.looked(case, None, NOW)
    assert [c.key for c in await ledger.cases(due=NOW)] == ["k1"]
    assert [c.key for c in await ledger.cases(due=LATER)] == ["k1", "k2", "k5"]
    assert [c.key for c in await ledger.cases(owner="OTHER@example.jp")] == ["k5"]


async def test_a_folder_of_any_size_is_compared_with_what_is_known(ledger: Ledger) -> None:
    listed = tuple(Listed(MailKey("inbox", "INBOX", 7, str(n)), 10) for n in range(1700))
    for mail in listed[::100]:
        await ledger.journal(Arrival(mail.key, b"x", NOW), mail.key.uid, NOW)
    assert await ledger.unknown(listed, NOW) == tuple(mail for n, mail in enumerate(listed) if n % 100)


async def test_a_look_may_write_a_letter_without_a_mail(ledger: Ledger) -> None:
    await ledger.looked(a_case(), Written(REPLY, letters=(a_letter(2),)), NOW)
    assert [(d.mail, d.case, d.letter) for d in await ledger.unsent(NOW)] == [(None, 1, a_letter(2))]


# ---- history


async def asked(ledger: Ledger, mail: int = 0, now: datetime = NOW, **asking: object) -> History:
    question = Asking(**{"sender": OWNER, "mail": mail, **asking})  # pyright: ignore[reportArgumentType]
    return await ledger.history(question, now)


async def test_nothing_happened_yet(ledger: Ledger) -> None:
    mail = await journaled(ledger)
    assert await asked(ledger, mail) == History(first_start=NOW)


async def test_a_copy_of_an_answered_mail_is_known_by_its_content(ledger: Ledger) -> None:
    await admitted(ledger, "1", content="same")
    copy, other = await journaled(ledger, "2", "same"), await journaled(ledger, "3", "other")
    assert (await asked(ledger, copy)).content_answered
    assert not (await asked(ledger, other)).content_answered


async def test_a_copy_of_a_held_mail_is_new(ledger: Ledger) -> None:
    first = await journaled(ledger, "1", "same")
    await ledger.ended(first, Hold("not authenticated"), NOW)
    assert not (await asked(ledger, await journaled(ledger, "2", "same"))).content_answered


async def test_a_mail_is_no_copy_of_itself(ledger: Ledger) -> None:
    """After a crash in `admitted` the same mail is asked about again."""
    mail = await admitted(ledger, "1")
    assert await asked(ledger, mail) == History(first_start=NOW)


async def test_answers_are_counted_by_address_domain_and_time(ledger: Ledger) -> None:
    await admitted(ledger, "1", at=NOW - timedelta(minutes=59))
    await admitted(ledger, "2", at=NOW - timedelta(hours=2))
    await admitted(ledger, "3", asker="other@example.jp")
    await admitted(ledger, "4", asker="x@elsewhere.example.jp")
    await admitted(ledger, "5", at=NOW - timedelta(days=2))
    held = await journaled(ledger, "6")
    await ledger.ended(held, Hold("x"), NOW)
    found = await asked(ledger, await journaled(ledger, "7"))
    counts = (found.address_hour, found.address_day, found.domain_day, found.all_hour, found.all_day)
    assert counts == (1, 2, 3, 3, 4)


async def test_the_same_notice_is_known_for_seven_days(ledger: Ledger) -> None:
    await admitted(ledger, "1", notices=("n1", "n2"), at=NOW - timedelta(days=2))
    mail = await journaled(ledger, "2")
    assert (await asked(ledger, mail, notices=("n1",))).notice_answered == NOW - timedelta(days=2)
    assert (await asked(ledger, mail, notices=("n1", "n2"))).notice_answered == NOW - timedelta(days=2)
    assert (await asked(ledger, mail, notices=("n1", "n3"))).notice_answered is None
    assert (await asked(ledger, mail, notices=("n1",), sender="x@example.jp")).notice_answered is None
    assert (await asked(ledger, mail, NOW + timedelta(days=6), notices=("n1",))).notice_answered is None


async def test_our_own_thread_is_known_by_its_ids(ledger: Ledger) -> None:
    await answered(ledger)
    found = await asked(ledger, await journaled(ledger, "2"), references=("<x@y>", "<triage.1@triage.test>"))
    assert (found.thread_answers, found.thread_case) == (1, 1)
    assert (await asked(ledger, references=("<x@y>",))).thread_answers == 0


async def test_a_mail_of_the_folder_as_we_found_it_is_backlog(ledger: Ledger) -> None:
    await ledger.unknown(tuple(Listed(a_key(str(n)), 5) for n in range(150)), NOW)
    old = await journaled(ledger, "1", arrived=NOW - timedelta(minutes=11))
    new = [await journaled(ledger, "200", arrived=LATER), await journaled(ledger, "2", arrived=NOW)]
    assert ((await asked(ledger, old)).backlog, [(await asked(ledger, n)).backlog for n in new]) == (150, [0, 0])


# ---- forgetting


async def test_what_is_finished_and_old_is_forgotten_with_its_bytes(ledger: Ledger) -> None:
    await answered(ledger)
    await ledger.filed(a_key())
    assert await ledger.tidy(NOW - timedelta(days=1)) == 0
    assert await ledger.tidy(LATER) == 1
    assert await ledger.entries() == ()
    with pytest.raises(Exception, match="No row"):
        await ledger.raw(1)


async def test_what_is_owed_or_not_filed_is_not_forgotten(ledger: Ledger) -> None:
    await answered(ledger)  # not filed
    waiting = await admitted(ledger, "2")
    await ledger.diagnosed(waiting, Written(REPLY, "x", (a_letter(2),), (a_case(key="k2"),)), NOW)
    await ledger.filed(a_key("2"))
    await journaled(ledger, "3")
    assert await ledger.tidy(LATER + timedelta(days=99)) == 0
    assert len(await ledger.unsent(NOW)) == 1


# ---- what waits


async def test_what_waits_is_counted_with_the_age_of_the_oldest(ledger: Ledger) -> None:
    assert await ledger.queue() == Queue({}, {})
    await ledger.journal(Arrival(a_key("1"), b"x", NOW), "c1", NOW)
    second = await ledger.journal(Arrival(a_key("2"), b"y", NOW), "c2", LATER)
    await ledger.ended(second, Hold("no notice"), LATER)
    assert await ledger.queue() == Queue({MailState.RECEIVED: 1, MailState.HELD: 1}, {}, oldest_mail=NOW)


async def test_a_letter_waits_until_it_was_taken(ledger: Ledger) -> None:
    mail = await ledger.journal(Arrival(a_key("1"), b"x", NOW), "c1", NOW)
    await ledger.admitted(mail, OWNER, REPLY, NOW)
    await ledger.diagnosed(mail, Written(REPLY, "", (a_letter(),), (a_case(),)), LATER)
    due = Queue({MailState.DIAGNOSED: 1}, {DeliveryState.DUE: 1}, oldest_letter=LATER)
    assert (await ledger.queue(), (await ledger.queue()).open) == (due, 0)
    (delivery,) = await ledger.unsent(LATER)
    await ledger.sending(delivery.id)
    await ledger.sent(delivery.id, LATER)
    assert await ledger.queue() == Queue({MailState.ANSWERED: 1}, {DeliveryState.SENT: 1})


async def test_an_alarm_is_noted_once_per_cause_and_pause(ledger: Ledger) -> None:
    hour = timedelta(hours=1)
    noted = [
        await ledger.alarmed("mail", NOW, hour),
        await ledger.alarmed("mail", NOW + timedelta(minutes=59), hour),
        await ledger.alarmed("letter", NOW, hour),
        await ledger.alarmed("mail", NOW + hour, hour),
        await ledger.alarmed("mail", NOW + timedelta(minutes=61), hour),
        await ledger.alarmed("mail", NOW - timedelta(days=9), hour),
    ]
    assert noted == [True, False, True, True, False, True]
