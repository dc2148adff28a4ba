"""`triage cases`: what became of the mails, from the ledger; works beside a running service."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from rich.table import Table

from triage.cli.standing import standing, utc_now
from triage.cli.voice import Exit, plain, say, settings_matter, stop, terminal
from triage.cli.wiring import service
from triage.config import load_settings
from triage.ledger import open_ledger
from triage.model import Case, CaseState, Chapter, Delivery, DeliveryState, Entry, MailState, Permanent, Temporary
from triage.ports import Ledger
from triage.service import digest_in_words, pending, subject_of, urgent_first

MOST = 1000  # mails in a list
LIST = "triage cases list"
BY_HAND = "closed by hand"
LONGEST_REASON = 200  # characters


async def list_cases(config: Path, *, as_json: bool) -> Exit:
    async with _ledger(config) as ledger:
        entries = await ledger.entries(MOST)
        cases = urgent_first(await ledger.cases())
    if as_json:
        for entry in entries:
            say(json.dumps(_shape(entry), ensure_ascii=False))
        for case in cases:
            say(json.dumps(_case_shape(case), ensure_ascii=False))
        return Exit.DONE
    if cases:
        terminal.print(_cases_table(cases))
        say("")
    if entries:
        terminal.print(_table(entries))
    else:
        say("no mail has been seen yet")
    return Exit.DONE


async def show_case(config: Path, number: str) -> Exit:
    """`7` is a mail, `c2` is a case."""
    mail, case = _number(number)
    async with _ledger(config) as ledger:
        if mail is not None:
            _show_mail(await _mail(ledger, mail), await ledger.deliveries(mail=mail), await ledger.story(mail=mail))
            for of in await ledger.cases_of(mail):
                _show_case(await _case(ledger, of), (), ())
        elif case is not None:
            found = await _case(ledger, case)
            _show_case(found, await ledger.deliveries(case=case), await ledger.story(case=case))
            mails = await ledger.mails_of(case)
            say(f"{'mails':<12} {', '.join(map(str, mails)) or 'none'}")
    return Exit.DONE


async def recheck(config: Path, number: str) -> Exit:
    """Looks now; where the service is at work, it is the one to look, in its next round."""
    async with _ledger(config) as ledger:
        cases = [c for c in await _cases(ledger, number) if c.state is not CaseState.CLOSED]
        if not cases:
            stop(Permanent(f"{number}: it has no open case", f"triage cases show {number}"), Exit.USAGE)
        for case in cases:
            told = Chapter(utc_now(), "asked by hand to look again")
            await ledger.looked(replace(case, next_look=utc_now()), None, utc_now(), told)
    works = service(standing(config))
    try:
        await works.ledger.claim()
        for case in cases:
            await works.recheck(case.id)
            seen = await works.ledger.case_numbered(case.id)
            words = (await works.ledger.story(case=case.id))[-1].words
            say(f"c{case.id}: {plain(words)}" + (f"; {seen.state.value}" if seen else ""))
    except Temporary as busy:
        if "another triage" not in str(busy):
            raise
        say("the service that is running looks in its next round")
    finally:
        await works.close()
    return Exit.DONE


async def replay(config: Path, number: str) -> Exit:
    mail, _ = _number(number)
    if mail is None:
        stop(Permanent(f"{number}: only a mail can be worked on again", f"triage cases recheck {number}"), Exit.USAGE)
    async with _ledger(config) as ledger:
        entry = await _mail(ledger, mail)
        if not await ledger.replay(mail, utc_now()):
            hint = f"triage cases recheck {mail}" if entry.state is MailState.ANSWERED else f"triage cases show {mail}"
            stop(Permanent(f"mail {mail} is {entry.state.value}: it is not worked on again", hint), Exit.USAGE)
    say(f"mail {mail} is worked on again in the next round")
    return Exit.DONE


async def close(config: Path, number: str) -> Exit:
    """A case is closed, a held mail is done with; what waits for approval does not go out."""
    mail, case = _number(number)
    async with _ledger(config) as ledger:
        now = utc_now()
        done = list[str]()
        if mail is not None:
            await _mail(ledger, mail)
            if await ledger.dismissed(mail, now):
                done.append(f"mail {mail} is closed")
        cases = await _cases(ledger, number) if case is not None or not done else ()
        for one in (c for c in cases if c.state is not CaseState.CLOSED):
            ended = replace(one, state=CaseState.CLOSED, because=BY_HAND, next_look=None)
            discarded = await ledger.closed(ended, now)
            done.append(
                f"case c{one.id} is closed" + (f"; notes that will not go out: {discarded}" if discarded else "")
            )
        if discarded := await ledger.discarded(now, mail, case):
            done.append(f"notes that will not go out: {discarded}")
        if not done:
            stop(Permanent(f"{number}: there is nothing to close", f"triage cases show {number}"), Exit.USAGE)
    for line in done:
        say(line)
    return Exit.DONE


async def release(config: Path, number: str) -> Exit:
    mail, case = _number(number)
    async with _ledger(config) as ledger:
        if mail is not None:
            await _mail(ledger, mail)
        elif case is not None:
            await _case(ledger, case)
        released = await ledger.released(utc_now(), mail, case)
    if not released:
        stop(Permanent(f"{number}: no note of it waits for approval", "triage cases digest"), Exit.USAGE)
    say(f"notes that go out in the next round: {released}")
    return Exit.DONE


async def forget(config: Path, address: str) -> Exit:
    if "@" not in address:
        stop(Permanent(f"{plain(address)}: it is no mail address", "triage cases forget owner@example.jp"), Exit.USAGE)
    async with _ledger(config) as ledger:
        gone, left = await ledger.forgotten(address, utc_now())
    say(f"mails forgotten: {gone}; those in the mailbox itself are yours to delete")
    if left:
        stop(Temporary(f"mails still being worked on: {left}", "say it again when they are done"), Exit.COULD_NOT_WORK)
    return Exit.DONE


async def digest(config: Path) -> Exit:
    stand = standing(config)
    language = stand.settings.identity.language if stand.settings else stand.wording.fallback
    async with _ledger(config) as ledger:
        note = digest_in_words(await pending(ledger), stand.wording, language, utc_now())
    say(plain(f"{note.title}\n\n{note.text}").rstrip())
    return Exit.DONE


async def pause_service(config: Path, because: str) -> Exit:
    async with _ledger(config) as ledger:
        await ledger.pause(" ".join(plain(because).split())[:LONGEST_REASON] or "by hand")
    say("paused from the next round on: mails are kept, none is worked on, no note goes out; triage resume ends it")
    return Exit.DONE


async def resume_service(config: Path) -> Exit:
    async with _ledger(config) as ledger:
        resumed = await ledger.resume()
    say("the next round goes on" if resumed else "it was not paused")
    return Exit.DONE


# ---- numbers


@asynccontextmanager
async def _ledger(config: Path) -> AsyncGenerator[Ledger]:
    with settings_matter():
        ledger = open_ledger(load_settings(config).ledger.url)
    try:
        yield ledger
    finally:
        await ledger.close()


def _number(text: str) -> tuple[int | None, int | None]:
    """The number of a mail, or of a case."""
    digits = text[1:] if text[:1] in ("c", "C") else text
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        stop(Permanent(f"{plain(text)} is no number", "7 is a mail, c2 is a case: triage cases list"), Exit.USAGE)
    return (int(digits), None) if digits == text else (None, int(digits))


async def _mail(ledger: Ledger, number: int) -> Entry:
    return await ledger.entry(number) or _missing(f"mail {number}")


async def _case(ledger: Ledger, number: int) -> Case:
    return await ledger.case_numbered(number) or _missing(f"case c{number}")


async def _cases(ledger: Ledger, number: str) -> tuple[Case, ...]:
    """The case of that number, or those that a mail was answered in."""
    mail, case = _number(number)
    if case is not None:
        return (await _case(ledger, case),)
    assert mail is not None
    await _mail(ledger, mail)
    found = [await ledger.case_numbered(n) for n in await ledger.cases_of(mail)]
    return tuple(c for c in found if c is not None)


def _missing(what: str) -> NoReturn:
    stop(Permanent(f"there is no {what}", LIST), Exit.USAGE)


# ---- for the eye


def _cases_table(cases: tuple[Case, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("case", "names", "expires", "leading cause", "owner", "notes", "next look"):
        table.add_column(column, overflow="fold")
    for c in cases:
        next_look = _short(c.next_look) if c.next_look else ""
        causes = ", ".join(dict.fromkeys(cause or "unknown" for cause in c.leading))
        cells = (f"c{c.id}", _names(c), str(c.expires or "unknown"), causes, c.owner, str(c.notes), next_look)
        table.add_row(*(plain(cell) for cell in cells))
    return table


def _table(entries: tuple[Entry, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("no", "arrived", "from", "understood as", "leading cause", "state", "why"):
        table.add_column(column, overflow="fold")
    for e in entries:
        cells = (str(e.id), _short(e.arrived), e.sender, e.understood, e.leading, e.state.value, e.because)
        table.add_row(*(plain(cell) for cell in cells))
    return table


def _show_mail(entry: Entry, deliveries: tuple[Delivery, ...], chapters: tuple[Chapter, ...]) -> None:
    key = entry.key
    rows = [
        ("mail", f"{entry.id}: {key.account} {key.folder} {key.uid}"),
        ("arrived", entry.arrived.isoformat(timespec="seconds")),
        ("from", entry.sender),
        ("subject", entry.subject),
        ("understood", entry.understood),
        ("leading", entry.leading),
        ("state", f"{entry.state.value} after {entry.attempts} tries" + (", filed" if entry.filed else "")),
        ("decision", f"{entry.decision} {', '.join(entry.to)}".strip()),
        ("because", entry.because),
        ("next", _left_to_you(entry, deliveries)),
    ]
    _say_rows(rows)
    _say_story(deliveries, chapters)


def _left_to_you(entry: Entry, deliveries: tuple[Delivery, ...]) -> str:
    """What a person may do with a mail that goes on by itself no more; "" where it does, or is done with."""
    if entry.state in (MailState.HELD, MailState.ASIDE):
        return f"triage cases replay {entry.id}, or close {entry.id}"
    waits = any(delivery.state is DeliveryState.WAITING for delivery in deliveries)
    return f"triage cases release {entry.id}, or close {entry.id}" if waits else ""


def _show_case(case: Case, deliveries: tuple[Delivery, ...], chapters: tuple[Chapter, ...]) -> None:
    rows = [
        ("case", f"c{case.id}: {case.state.value}" + (f", {case.because}" if case.because else "")),
        ("names", _names(case)),
        ("owner", ", ".join(case.to) or case.owner),
        ("expires", str(case.expires or "unknown")),
        ("notes", f"{case.notes} written, {case.looks} looks since the last"),
        ("next look", case.next_look.isoformat(timespec="seconds") if case.next_look else ""),
    ]
    _say_rows(rows)
    _say_story(deliveries, chapters)


def _say_rows(rows: list[tuple[str, str]]) -> None:
    for label, text in rows:
        if text:
            say(f"{label:<12} {plain(text)}")


def _say_story(deliveries: tuple[Delivery, ...], chapters: tuple[Chapter, ...]) -> None:
    for chapter in chapters:
        say(f"\n{chapter.at:%Y-%m-%d %H:%M} {plain(chapter.words)}")
        for line in chapter.lines:
            say(f"  {plain(line)}")
    if deliveries:
        say("\nnotes")
    for d in deliveries:
        because = f" ({d.because})" if d.because else ""
        say(plain(f"  {d.state.value:<9} to {d.letter.to}: {subject_of(d.letter.raw)}{because}"))


def _names(case: Case) -> str:
    return ", ".join(name.text for name in case.names)


def _short(moment: datetime) -> str:
    return moment.strftime("%m-%d %H:%M")


# ---- for programs


def _shape(entry: Entry) -> dict[str, object]:
    return {
        "kind": "mail",
        "number": entry.id,
        "mailbox": entry.key.account,
        "arrived": entry.arrived.isoformat(),
        "sender": entry.sender,
        "subject": entry.subject,
        "understood": entry.understood,
        "leading": entry.leading,
        "state": entry.state.value,
        "decision": entry.decision or None,
        "to": list(entry.to),
        "because": entry.because,
        "attempts": entry.attempts,
    }


def _case_shape(case: Case) -> dict[str, object]:
    return {
        "kind": "case",
        "number": f"c{case.id}",
        "names": [name.text for name in case.names],
        "expires": case.expires.isoformat() if case.expires else None,
        "leading": list(case.leading),
        "owner": case.owner,
        "to": list(case.to),
        "state": case.state.value,
        "notes": case.notes,
        "next_look": case.next_look.isoformat() if case.next_look else None,
    }
