"""`triage doctor`: can this installation do its work? A line for each thing it needs, and how to mend it."""

import os
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from triage.cli.checked import Checked
from triage.cli.doctor_network import network
from triage.cli.logs import log_nothing
from triage.cli.rules import read_sample
from triage.cli.standing import network_probes, standing
from triage.cli.voice import Exit, plain, say
from triage.cli.wiring import mailbox, outbox
from triage.config import MailboxSection, Settings, check_rules
from triage.ledger import open_ledger
from triage.model import Trouble

ENOUGH_DISK = 200 * 2**20  # octets: some thousand mails, and room for the ledger's log
MARKS = {True: "ok   ", False: "FAIL ", None: "note "}
OTHERS = stat.S_IRWXG | stat.S_IRWXO


async def examine(config: Path) -> Exit:
    stand = standing(config)
    log_nothing()  # the mailbox tells its troubles to the log, too
    settings = stand.settings
    assert settings is not None
    failed, known = 0, 0
    say(f"{MARKS[True]} configuration: {config} is complete; {len(stand.rulebook.providers)} providers are known")
    async for checked in _all(config, settings):
        failed += checked.good is False
        known += checked.good is None
        say(f"{MARKS[checked.good]} {checked.what}: {plain(checked.words)}")
        if checked.hint and not checked.good:
            say(f"      hint: {plain(checked.hint)}")
    say(f"to mend: {failed}, to know of: {known}" if failed or known else "nothing to mend")
    return Exit.WRONG_OUT_THERE if failed else Exit.DONE


async def _all(config: Path, settings: Settings) -> AsyncIterator[Checked]:
    here = (_user(), _config(config), *_secrets(settings), *_policy(settings), *_rules(settings), *disk(settings))
    for checked in here:
        yield checked
    yield await _ledger(settings)
    for section in settings.mailbox:
        yield await _mailbox(section)
    yield await _outbox(settings)
    probes = network_probes(settings)
    try:
        for checked in await network(probes, _domain(settings.identity.address), _domain(settings.who_we_are().bounce)):
            yield checked
    finally:
        await probes.close()


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


# ---- this machine


def _user() -> Checked:
    hint = "run it as a user of its own: deploy/triage.service"
    root = os.geteuid() == 0
    return Checked(
        "user", None if root else True, "root, who may do anything" if root else f"number {os.geteuid()}", hint
    )


def _config(config: Path) -> Checked:
    """Who may write it, may read every password by a line in it."""
    writable = config.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    words = "others can write it" if writable else "writable by its owner only"
    return Checked("configuration file", not writable, f"{config}: {words}", f"chmod go-w {config}")


def _secrets(settings: Settings) -> Iterator[Checked]:
    for file in settings.secret_files():
        try:
            open_to_others = bool(file.stat().st_mode & OTHERS)
        except OSError as error:
            yield Checked("secret", False, f"{file}: {(error.strerror or '').lower()}", "write the secret into it")
            continue
        words = "others can read it" if open_to_others else "readable by its owner only"
        yield Checked("secret", not open_to_others, f"{file}: {words}", f"chmod 600 {file}")
    for file in settings.refresh_token_files():
        kept = os.access(file.parent, os.W_OK)
        words = "a new one can be written" if kept else "a new one cannot be written: its folder is read-only"
        hint = f"let this user write into {file.parent}: servers that renew refresh tokens end the old ones"
        yield Checked("refresh token", kept, f"{file}: {words}", hint)


def _policy(settings: Settings) -> Iterator[Checked]:
    asks = len(settings.policy.senders) + sum(len(o.addresses) for o in settings.owner)
    hint = "list addresses or @domains under [policy] senders, or owners under [[owner]]"
    yield Checked("policy", asks > 0, f"{asks} senders and owners may ask", hint)
    identity = settings.identity
    hint = "set identity.authserv_id to the name in your server's Authentication-Results header"
    server = identity.authserv_id
    foreign = "which must take away headers of that name from outside"
    words = {
        True: f"trusts what {server} writes above its Received line",
        False: f"trusts {server}, {foreign}",
        None: f"trusts {server}, {foreign} until a mail shows that it writes above its Received line",
    }[identity.authserv_on_top]
    if not server:
        words = "without authserv_id only DKIM signatures that are verified here count"
    yield Checked("authentication", True if server else None, words, hint)
    hint = "set identity.operator: who is to hear when something needs a person"
    yield Checked("operator", True if identity.operator else None, identity.operator or "nobody", hint)


def _rules(settings: Settings) -> Iterator[Checked]:
    """Our own samples were tried before the release; only rules beside ours can change how they are read."""
    own = settings.rules.folders
    findings = check_rules(own, read_sample if own else None)
    good = "all are read, and their samples as they should be" if own else "all are read; there are none but ours"
    words = f"{len(findings)} findings" if findings else good
    yield Checked("rules", not findings, words, "triage rules check")


def disk(settings: Settings) -> Iterator[Checked]:
    ledger = settings.ledger.url.removeprefix("sqlite:///")
    local = [Path(ledger).parent] if ledger != settings.ledger.url else []
    paths = [s.path for s in (*settings.mailbox, settings.outbox) if s.path and s.path.exists()]
    for folder in dict.fromkeys((*local, *paths)):
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            yield Checked("disk", False, f"{folder}: {(error.strerror or '').lower()}", "make the folder of ledger.url")
            continue
        hint = "make room, or move what lies there to a larger disk"
        yield Checked("disk", free > ENOUGH_DISK, f"{free // 2**20} MB free in {folder}", hint)


# ---- what is opened


async def _ledger(settings: Settings) -> Checked:
    ledger = open_ledger(settings.ledger.url)
    try:
        queue = await ledger.queue()
    except Trouble as trouble:
        return Checked("ledger", False, str(trouble), trouble.hint)
    finally:
        await ledger.close()
    kept, waiting = sum(queue.mails.values()), queue.open
    return Checked("ledger", True, f"opens; {kept} mails are kept, {waiting} of them are not finished")


async def _mailbox(section: MailboxSection) -> Checked:
    """A mail is neither fetched nor moved; the folders for mails that are done with are made."""
    what = f"mailbox {section.name}"
    try:
        box = mailbox(section)
        try:
            waiting = len(await box.list())
            await box.check()
        finally:
            await box.close()
    except Trouble as trouble:
        return Checked(what, False, str(trouble), trouble.hint)
    return Checked(what, True, f"{waiting} mails wait; its {len(section.places)} folders can be moved into")


async def _outbox(settings: Settings) -> Checked:
    try:
        out = outbox(settings.outbox, settings.who_we_are())
        try:
            await out.check()
        finally:
            await out.close()
    except Trouble as trouble:
        return Checked("outbox", False, str(trouble), trouble.hint)
    return Checked("outbox", True, "takes letters from us")
