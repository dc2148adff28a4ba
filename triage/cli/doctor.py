"""`triage doctor`: can this installation do its work? A line for each thing it needs, and how to mend it."""

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from triage.cli.standing import network_probes, standing, utc_now
from triage.cli.voice import Exit, plain, say
from triage.cli.wiring import mailbox, outbox
from triage.config import Settings, check_rules
from triage.ledger import open_ledger
from triage.model import AskDns, AskHttp, DnsAnswer, Failure, Fault, HttpAnswer, Observation, Question, Trouble, Via
from triage.ports import Probes

WITNESS = "letsencrypt.org"  # a site that everybody who renews certificates can reach, by both protocols
ENOUGH_DISK = 200 * 2**20  # octets: some thousand mails, and room for the ledger's log
CLOCK_MAY_DIFFER = timedelta(minutes=2)
MARKS = {True: "ok   ", False: "FAIL ", None: "note "}


@dataclass(frozen=True, slots=True)
class Checked:
    """`good` is None where it is worth knowing, but no fault."""

    what: str
    good: bool | None
    words: str
    hint: str = ""


async def examine(config: Path) -> Exit:
    stand = standing(config)
    settings = stand.settings
    assert settings is not None
    failed = False
    say(f"{MARKS[True]} configuration: {config} is complete; {len(stand.rulebook.providers)} providers are known")
    async for checked in _all(settings):
        failed |= checked.good is False
        say(f"{MARKS[checked.good]} {checked.what}: {plain(checked.words)}")
        if checked.hint and not checked.good:
            say(f"      hint: {plain(checked.hint)}")
    return Exit.WRONG_OUT_THERE if failed else Exit.DONE


async def _all(settings: Settings) -> AsyncIterator[Checked]:
    for checked in (*_policy(settings), *_secrets(settings), *_rules(settings), *_disk(settings)):
        yield checked
    yield await _ledger(settings)
    for section in settings.mailbox:
        yield await _mailbox(section.name, settings)
    yield await _outbox(settings)
    probes = network_probes(settings)
    try:
        for checked in await _network(probes):
            yield checked
    finally:
        await probes.close()


def _policy(settings: Settings) -> Iterator[Checked]:
    asks = len(settings.policy.senders) + sum(len(o.addresses) for o in settings.owner)
    hint = "list addresses or @domains under [policy] senders, or owners under [[owner]]"
    yield Checked("policy", asks > 0, f"{asks} senders and owners may ask", hint)
    identity = settings.identity
    hint = "set identity.authserv_id to the name in your server's Authentication-Results header"
    words = (
        f"trusts {identity.authserv_id}" if identity.authserv_id else "nobody can be authenticated: all mail is held"
    )
    yield Checked("authentication", bool(identity.authserv_id), words, hint)


def _secrets(settings: Settings) -> Iterator[Checked]:
    for file in dict.fromkeys(s.password_file for s in (*settings.mailbox, settings.outbox) if s.password_file):
        try:
            open_to_others = bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
        except OSError as error:
            yield Checked("secret", False, f"{file}: {(error.strerror or '').lower()}", "write the password into it")
            continue
        words = "others can read it" if open_to_others else "readable by its owner only"
        yield Checked("secret", not open_to_others, f"{file}: {words}", f"chmod 600 {file}")


def _rules(settings: Settings) -> Iterator[Checked]:
    findings = check_rules(settings.rules.folders)
    words = f"{len(findings)} findings" if findings else "every duty is kept"
    yield Checked("rules", not findings, words, "triage rules check")


def _disk(settings: Settings) -> Iterator[Checked]:
    url = settings.ledger.url
    if not url.startswith("sqlite:///"):
        return
    folder = Path(url.removeprefix("sqlite:///")).parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield Checked("disk", False, f"{folder}: {(error.strerror or '').lower()}", "make the folder of ledger.url")
        return
    yield Checked("disk", free > ENOUGH_DISK, f"{free // 2**20} MB free in {folder}", "make room, or move ledger.url")


async def _ledger(settings: Settings) -> Checked:
    ledger = open_ledger(settings.ledger.url)
    try:
        count = len(await ledger.entries(1))
    except Trouble as trouble:
        return Checked("ledger", False, str(trouble), trouble.hint)
    finally:
        await ledger.close()
    return Checked("ledger", True, f"opens{'' if count else ', still empty'}")


async def _mailbox(name: str, settings: Settings) -> Checked:
    what = f"mailbox {name}"
    try:
        box = mailbox(next(m for m in settings.mailbox if m.name == name))
        try:
            return Checked(what, True, f"{len(await box.list())} mails wait")
        finally:
            await box.close()
    except Trouble as trouble:
        return Checked(what, False, str(trouble), trouble.hint)


async def _outbox(settings: Settings) -> Checked:
    try:
        out = outbox(settings.outbox)
        try:
            await out.check()
        finally:
            await out.close()
    except Trouble as trouble:
        return Checked("outbox", False, str(trouble), trouble.hint)
    return Checked("outbox", True, "takes letters from us")


# ---- what the probes need


async def _network(probes: Probes) -> list[Checked]:
    answers = await _ask(probes, AskDns(WITNESS, "A"), AskDns(WITNESS, "AAAA"))
    found = [a.of(t) for a, t in zip(answers, ("A", "AAAA"), strict=True) if isinstance(a, DnsAnswer)]
    addresses = [values[0] for values in found if values]
    if not addresses:
        return [Checked("dns", False, _fault(answers[0]), "set probes.resolvers to a resolver that answers here")]
    checked = [Checked("dns", True, f"{WITNESS} is {', '.join(addresses)}")]
    for address in addresses:
        checked.extend(await _reach(probes, address))
    return checked


async def _reach(probes: Probes, address: str) -> list[Checked]:
    questions = [AskHttp(scheme, WITNESS, address, "/", Via.ROOT) for scheme in ("http", "https")]
    checked = list[Checked]()
    for port, answer in zip((80, 443), await _ask(probes, *questions), strict=True):
        what, is_v6 = f"port {port} {'IPv6' if ':' in address else 'IPv4'}", ":" in address
        if isinstance(answer, HttpAnswer):
            checked.append(Checked(what, True, "sites can be reached"))
            checked.extend(_clock(answer) if port == 80 and not is_v6 else ())
        elif is_v6:
            words = "not available: what concerns IPv6 stays unknown in the notes"
            checked.append(Checked(what, None, f"{_fault(answer)}; {words}"))
        else:
            hint = f"let this machine connect to the internet on port {port}; without it no site can be looked at"
            checked.append(Checked(what, False, _fault(answer), hint))
    return checked


def _clock(answer: HttpAnswer) -> Iterator[Checked]:
    try:
        theirs: datetime = parsedate_to_datetime(answer.header("date") or "")
        differs = abs(utc_now() - theirs)
    except (ValueError, TypeError):
        return
    hint = "let this machine's clock be set by NTP: expiry dates and signatures depend on it"
    yield Checked("clock", differs < CLOCK_MAY_DIFFER, f"differs by {differs.total_seconds():.0f} s", hint)


async def _ask(probes: Probes, *questions: Question) -> list[object]:
    seen = dict[Question, Observation]()
    async with asyncio.timeout(60), probes.round(11.0) as round:
        round.start(questions)
        async for observation in round:
            seen[observation.question] = observation
    return [seen[q].answer if q in seen else Failure(Fault.CUT_OFF) for q in questions]


def _fault(answer: object) -> str:
    if isinstance(answer, Failure):
        return answer.fault.value + (f" ({answer.detail})" if answer.detail else "")
    return answer.rcode if isinstance(answer, DnsAnswer) else "no answer"
