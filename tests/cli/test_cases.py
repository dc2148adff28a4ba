"""`triage cases`: what a person may do about mails and cases; each state has a way out, each mistake one line."""

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.cli.test_commands import ended, service, triage
from triage.ledger import open_ledger
from triage.model import (
    Arrival,
    Case,
    CaseState,
    Chapter,
    Event,
    Hold,
    Letter,
    MailKey,
    Notice,
    Reply,
    Thread,
    Written,
)
from triage.names import Domain

NOW = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)
OWNER = "owner@example.jp"
NOTICE = Notice("xserver", Event.RENEWAL_FAILED, (Domain("example.jp"),), expires=date(2026, 12, 28))


async def _filled(folder: Path) -> None:
    """Mail 1 was answered and its note waits, in case c1; mail 2 is held."""
    ledger = open_ledger(f"sqlite:///{folder}/triage.db")
    for uid in ("1", "2"):
        await ledger.journal(Arrival(MailKey("inbox", "INBOX", 0, uid), b"raw", NOW), uid, NOW)
        await ledger.read(int(uid), OWNER, "SSL", "xserver", ("n",))
    case = Case(
        0, "k", OWNER, "xserver", NOTICE.names, NOTICE.expires, "ja", CaseState.WATCHING, NOW, Thread("SSL"), NOTICE,
        notes=1, leading=("stale-aaaa",), to=(OWNER,), next_look=NOW,
    )  # fmt: skip
    letter = Letter("b@triage.test", OWNER, "<triage.1@triage.test>", b"Subject: Re: SSL\r\n\r\nnote\r\n")
    told = Chapter(
        NOW, "answered: example.jp stale-aaaa", ("stale-aaaa: shown, seen", "  AAAA example.jp → 2001:db8::1")
    )
    await ledger.admitted(1, OWNER, Reply(OWNER, "asked"), NOW)
    written = Written(Reply(OWNER, "asked"), "example.jp stale-aaaa", (letter,), (case,), True, (told,))
    await ledger.diagnosed(1, written, NOW)
    await ledger.ended(2, Hold("the sender is not registered"), NOW)
    await ledger.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = service(tmp_path)
    asyncio.run(_filled(made))
    return made


def test_a_pause_is_kept_until_it_is_ended(folder: Path) -> None:
    assert triage("pause", "the server moves", cwd=folder).returncode == 0
    (folder / "in" / "new" / "9.x").write_bytes(b"From: a@example.jp\nReturn-Path: <>\nSubject: away\n\nI am away\n")
    done = triage("once", cwd=folder)
    assert (done.returncode, "the server moves" in done.stderr) == (0, True)
    assert list((folder / "in").rglob("9.x*")) == [folder / "in" / "new" / "9.x"]
    assert triage("resume", cwd=folder).stdout == "the next round goes on\n"
    assert triage("resume", cwd=folder).stdout == "it was not paused\n"
    assert triage("once", cwd=folder).returncode == 0
    assert [path.parent.parent.name for path in (folder / "in").rglob("9.x*")] == [".Dropped"]


def test_the_list_begins_with_the_open_cases(folder: Path) -> None:
    table = triage("cases", "list", cwd=folder).stdout
    assert table.index("c1") < table.index("held")
    lines = [json.loads(line) for line in triage("cases", "list", "--json", cwd=folder).stdout.splitlines()]
    assert [(line["kind"], line["number"]) for line in lines] == [("mail", 2), ("mail", 1), ("case", "c1")]


@pytest.mark.parametrize("number", ["1", "c1"])
def test_a_story_is_told_with_its_evidence(number: str, folder: Path) -> None:
    told = triage("cases", "show", number, cwd=folder)
    assert told.returncode == 0
    for part in ("AAAA example.jp → 2001:db8::1", "answered: example.jp stale-aaaa", "waiting", "2026-12-28", OWNER):
        assert part in told.stdout


@pytest.mark.parametrize(("number", "next"), [("1", "release 1, or close 1"), ("2", "replay 2, or close 2")])
def test_a_mail_that_waits_for_a_person_says_what_that_person_may_do(folder: Path, number: str, next: str) -> None:
    assert f"next         triage cases {next}\n" in triage("cases", "show", number, cwd=folder).stdout


def test_the_digest_tells_all_that_waits(folder: Path) -> None:
    told = triage("cases", "digest", cwd=folder).stdout
    for part in ("c1", "example.jp: stale-aaaa", "2026-12-28", "the sender is not registered", "Re: SSL"):
        assert part in told


def test_a_note_is_released_once(folder: Path) -> None:
    assert ended(triage("cases", "release", "1", cwd=folder)) == (0, "notes that go out in the next round: 1\n", "")
    error = "triage: 1: no note of it waits for approval\nhint: triage cases digest\n"
    assert ended(triage("cases", "release", "1", cwd=folder)) == (2, "", error)
    assert triage("once", cwd=folder).returncode == 0
    assert len(list((folder / "out" / "new").iterdir())) == 1


def test_a_held_mail_is_worked_on_again_and_an_answered_one_is_not(folder: Path) -> None:
    assert ended(triage("cases", "replay", "2", cwd=folder)) == (0, "mail 2 is worked on again in the next round\n", "")
    error = "triage: mail 1 is diagnosed: it is not worked on again\nhint: triage cases show 1\n"
    assert ended(triage("cases", "replay", "1", cwd=folder)) == (2, "", error)


def test_close_ends_a_case_and_a_held_mail_and_says_when_there_is_nothing(folder: Path) -> None:
    assert ended(triage("cases", "close", "2", cwd=folder)) == (0, "mail 2 is closed\n", "")
    said = "case c1 is closed; notes that will not go out: 1\n"
    assert ended(triage("cases", "close", "1", cwd=folder)) == (0, said, "")
    error = "triage: c1: there is nothing to close\nhint: triage cases show c1\n"
    assert ended(triage("cases", "close", "c1", cwd=folder)) == (2, "", error)
    assert triage("cases", "digest", cwd=folder).stdout.endswith("お知らせすることはありません。\n")


def test_beside_a_running_service_a_recheck_is_left_to_it(folder: Path) -> None:
    async def beside() -> tuple[int, str, str]:
        running = open_ledger(f"sqlite:///{folder}/triage.db")
        await running.claim()
        done = await asyncio.to_thread(triage, "cases", "recheck", "c1", cwd=folder)
        await running.close()
        return ended(done)

    assert asyncio.run(beside()) == (0, "the service that is running looks in its next round\n", "")


def test_forget_leaves_nothing_of_an_address(folder: Path) -> None:
    done = triage("cases", "forget", OWNER, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert OWNER not in triage("cases", "list", cwd=folder).stdout


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("show", "7"), "triage: there is no mail 7\nhint: triage cases list\n"),
        (("show", "c7"), "triage: there is no case c7\nhint: triage cases list\n"),
        (("close", "x"), "triage: x is no number\nhint: 7 is a mail, c2 is a case: triage cases list\n"),
        (("replay", "c1"), "triage: c1: only a mail can be worked on again\nhint: triage cases recheck c1\n"),
        (("forget", "owner"), "triage: owner: it is no mail address\nhint: triage cases forget owner@example.jp\n"),
        (("recheck", "2"), "triage: 2: it has no open case\nhint: triage cases show 2\n"),
    ],
    ids=["no mail", "no case", "no number", "a case", "no address", "a held mail"],
)
def test_a_mistake_is_one_line_and_a_hint(words: tuple[str, ...], error: str, folder: Path) -> None:
    assert ended(triage("cases", *words, cwd=folder)) == (2, "", error)
