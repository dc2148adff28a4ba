"""What had to become of each mail, by the pure core alone, and what became of it."""

import asyncio
import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.bench.soak.mails import world
from tests.lab.mail import MailServers
from triage import decide
from triage.cli.standing import standing
from triage.demo import WorldProbes
from triage.mail import authenticate
from triage.model import AskDns, Decision, Drop, Forward, History, Hold, Observations, Reading, Reply, Report
from triage.recognize import recognize
from triage.service import inquiries, investigate
from triage.service.investigate import leading
from triage.unwrap import TooMuch, unwrap

NAMELESS = ("nameless", "phishing")
FOLDERS = {"answered": "Answered", "held": "Held", "dropped": "Dropped", "aside": "Aside"}


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one mail: its state, why, to whom a note goes, and what it says first."""

    state: str
    because: str
    to: tuple[str, ...] = ()
    leading: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    number: int
    raw: bytes
    sender: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class Letter:
    """`mail` is the mail that it answers, None for a second look's."""

    message_id: str
    mail: int | None
    recipient: str
    attempts: int


def seen_in(ledger: Path) -> list[Seen]:
    with closing(sqlite3.connect(ledger)) as db:
        rows = db.execute(
            "SELECT mail.id, octets, mail.state, mail.because, answer_to, leading FROM mail "
            "JOIN raw ON raw.mail = mail.id ORDER BY mail.id"
        ).fetchall()
    return [
        Seen(n, raw, _return_path(raw), Fate(state, because, tuple(json.loads(to)), found))
        for n, raw, state, because, to, found in rows
    ]


def _return_path(raw: bytes) -> str:
    found = re.match(rb"Return-Path: <([^>\r\n]*)>", raw)
    return found[1].decode() if found else "?"


# ---- what had to be


def expected(config: Path, mails: Iterable[bytes], started: datetime) -> list[Fate]:
    """In processes of their own: two thirds of the time go into reading."""
    with ProcessPoolExecutor(2, initializer=_stand, initargs=(config, started)) as pool:
        return list(pool.map(_fate_of, mails, chunksize=50))


_standing: list[Any] = []


def _stand(config: Path, started: datetime) -> None:
    _standing[:] = [standing(config), WorldProbes(world(datetime.now(UTC)), "lenient"), started]


def _fate_of(raw: bytes) -> Fate:
    return asyncio.run(_judged(raw))


async def _judged(raw: bytes) -> Fate:
    stand, probes, started = _standing
    identity, policy = stand.settings.who_we_are(), stand.settings.who_may_ask()
    try:
        message = unwrap(raw)
        reading = Reading(message, recognize(message, stand.rulebook))
    except (TooMuch, RecursionError) as refused:
        return Fate("aside", f"failed three times: Unreadable: {refused}")
    now = datetime.now(UTC)
    vouched = authenticate(message, identity)
    decision = decide.admit(reading, now, vouched, identity, policy, History(first_start=started), now)
    reports: tuple[Report, ...] = ()
    if not isinstance(decision, Hold | Drop):
        reports = await _reports(reading, stand.rulebook.providers, probes, policy.caps.names_per_mail)
        decision = decide.settle(decision, reports, await _postal(decision, probes))
    # A mail that names nobody is answered with a question, and one that looks like phishing with a warning.
    bare = "phishing" if decide.warns_of_a_fake(reading, policy) else "nameless"
    return _fate(decision, leading(d for report in reports for d in report.diagnoses) or bare)


async def _reports(reading: Reading, providers: Any, probes: Any, left: int) -> tuple[Report, ...]:
    found: list[Report] = []
    for notice in reading.notices:
        if not notice.event.is_good and left > 0:
            asked = inquiries(notice, providers, left)
            left -= len(asked)
            diagnoses = [await investigate(probes, i, lambda: datetime.now(UTC)) for i in asked]
            found.append(Report(tuple(diagnoses), notice))
    return tuple(found)


async def _postal(decision: Reply | Forward, probes: Any) -> Observations:
    to = decision.to if isinstance(decision, Reply) else decision.to[0]
    async with probes.round(5.0) as round:
        round.start([AskDns(to.rpartition("@")[2].lower(), type) for type in ("MX", "A", "AAAA")])
        return Observations([observation async for observation in round])


def _fate(decision: Decision, found: str) -> Fate:
    match decision:
        case Reply(to=to):
            return Fate("answered", decision.because, (to,), found)
        case Forward(to=to):
            return Fate("answered", decision.because, tuple(to), found)
        case Hold():
            return Fate("held", decision.because)
        case Drop():
            return Fate("dropped", decision.because)


# ---- the comparison


@cache
def _repeats() -> dict[str, Fate]:
    return {
        "copy": Fate("dropped", "answered already"),
        "again": Fate("dropped", "the same notice was answered within 7 days"),
    }


def differences(seen: list[Seen], had_to_be: list[Fate]) -> Iterator[str]:
    """A sender whose mails come again gets one answer; which of them it is for is not said beforehand."""
    by_sender: dict[str, list[tuple[Seen, Fate]]] = {}
    for mail, fate in zip(seen, had_to_be, strict=True):
        by_sender.setdefault(mail.sender, []).append((mail, fate))
    for sender, group in by_sender.items():
        # What names nothing is no repetition of anything; only its copies are known again.
        answers = [fate for _, fate in group if fate.state == "answered" and fate.leading not in NAMELESS]
        repeated = [mail for mail, _ in group if mail.fate in _repeats().values()]
        for mail, fate in group:
            if mail.fate != fate and not (mail in repeated and fate.state == "answered"):
                yield f"mail {mail.number} from {sender}: {mail.fate}, and it had to be {fate}"
        if sender and answers and len(answers) - len(repeated) != 1:
            yield f"{sender}: {len(answers) - len(repeated)} answers to one question"


def misplaced(seen: list[Seen], servers: MailServers, desk: str) -> Iterator[str]:
    """Every mail lies in exactly one folder, whole, and in the one of its state."""
    found: dict[str, list[str]] = {}
    for folder in ("", *FOLDERS.values()):
        for part in ("new", "cur"):
            for file in (servers.maildir(desk, folder) / part).glob("*"):
                found.setdefault(_digest(file.read_bytes()), []).append(folder)
    for mail in seen:
        places = found.pop(_digest(mail.raw), [])
        if places != [FOLDERS[mail.fate.state]]:
            yield f"mail {mail.number} is {mail.fate.state}, and lies in {places or 'no folder'}"
    yield from (f"a mail that nobody knows lies in {places}" for places in found.values())


def _digest(raw: bytes) -> str:
    """Dovecot shows a NUL, which IMAP cannot carry, as 0x80; and on disk it ends lines in its own way."""
    return hashlib.sha256(raw.replace(b"\r", b"").replace(b"\0", b"\x80")).hexdigest()


def letters(ledger: Path) -> list[Letter]:
    with closing(sqlite3.connect(ledger)) as db:
        rows = db.execute("SELECT message_id, mail, recipient, attempts FROM delivery WHERE state = 'sent'").fetchall()
    return [Letter(*row) for row in rows]


def unanswered(seen: list[Seen], sent: list[Letter]) -> Iterator[str]:
    """Every answer went to whom it had to go, once each, and nobody else got one.

    A spoiled mail may say `florisT.example`; the letters of a domain have no case (RFC 4343).
    """
    had_to_go = {(mail.number, to.lower()) for mail in seen if mail.fate.state == "answered" for to in mail.fate.to}
    went = Counter((letter.mail, letter.recipient.lower()) for letter in sent if letter.mail is not None)
    yield from (f"mail {number}: no answer to {to}" for number, to in had_to_go - went.keys())
    yield from (f"mail {number}: an answer to {to}" for number, to in went.keys() - had_to_go)
    yield from (f"mail {number}: {count} letters to {to}" for (number, to), count in went.items() if count > 1)


def taken(servers: MailServers) -> Counter[str]:
    """How often Postfix has taken each letter, by its Message-ID: what its log calls active was taken whole."""
    ids: dict[str, str] = {}
    active: set[tuple[str, str]] = set()
    for line in (servers.root / "postfix.log").read_text(errors="replace").splitlines():
        if found := re.search(r"cleanup\[\d+\]: (\w+): message-id=(<\S+>)", line):
            ids[found[1]] = found[2]
        elif (found := re.search(r"qmgr\[\d+\]: (\w+): from=<.*\(queue active\)", line)) and found[1] in ids:
            active.add((found[1], ids[found[1]]))
    return Counter(message_id for _, message_id in active)
