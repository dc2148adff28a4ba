"""`triage run` and `triage once`: the service, its log, and an eye on how it is."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from triage.cli.logs import log_to, logged_steps, secrets_of
from triage.cli.rules import read_sample
from triage.cli.standing import Standing, standing, utc_now
from triage.cli.voice import Exit, say_trouble, settings_matter, terminal
from triage.cli.wiring import health, service
from triage.config import check_rules
from triage.health import Health, Pulse
from triage.model import Permanent, Trouble
from triage.scheduler import run
from triage.service import Service, Step, Tally


@dataclass(frozen=True, slots=True)
class _Works:
    stand: Standing
    service: Service
    health: Health
    log: Any


async def run_once(config: Path, *, json_log: bool) -> Exit:
    """One round. What kept it from doing everything is said, and the exit tells a cron job."""
    works = _works(config, json_log)
    try:
        tally = await _to_the_end(works.service)
        await works.service.digest()
        await works.health.look()
    finally:
        await works.service.close()
    for trouble in tally.troubles:
        say_trouble(trouble)
    if terminal.is_terminal:
        terminal.print(_in_words(tally))
    return Exit.COULD_NOT_WORK if tally.troubles else Exit.DONE


async def run_service(config: Path, *, json_log: bool) -> Exit:
    """Until SIGTERM or SIGINT; then the mail in hand is finished first."""
    works = _works(config, json_log)
    settings, log = works.stand.settings, works.log
    seconds = min(m.poll_seconds for m in settings.mailbox) if settings else 60

    def tell(trouble: Trouble, pause: float) -> None:
        log.warning("waiting", words=str(trouble), hint=trouble.hint, seconds=round(pause))

    log.info("started", words=f"{len(works.service.mailboxes)} mailboxes, every {seconds} s")
    try:
        async with works.health.kept():
            await run(works.service, seconds, tell)
    except Permanent as trouble:
        say_trouble(trouble)
        return Exit.COULD_NOT_WORK
    finally:
        await works.service.close()
    log.info("stopped", words="on request")
    return Exit.DONE


def _works(config: Path, json_log: bool) -> _Works:
    stand = standing(config)
    with settings_matter():
        _keep_their_duties(stand)
        log = log_to(sys.stderr, json_log=json_log, secrets=secrets_of(stand.settings))
    pulse, write = Pulse(utc_now), logged_steps(log)

    def tell(step: Step) -> None:
        write(step)
        pulse.hear(step)

    def tell_trouble(trouble: Trouble) -> None:
        log.warning("health", words=str(trouble), hint=trouble.hint)

    works = service(stand, tell=tell)
    return _Works(stand, works, health(stand, works, pulse, tell_trouble), log)


def _keep_their_duties(stand: Standing) -> None:
    """A user's rules are tried on their samples before they may answer anybody; ours were, before they shipped."""
    if stand.rule_folders and (findings := check_rules(stand.rule_folders, read_sample)):
        raise Permanent(findings[0], f"triage rules check says all of it ({len(findings)} in all)")


async def _to_the_end(service: Service) -> Tally:
    """Rounds until no mail waits for another one; all that they did."""
    tally = await service.round()
    while tally.left and not tally.troubles:
        more = await service.round()
        tally = replace(
            more,
            journaled=tally.journaled + more.journaled,
            worked=tally.worked + more.worked,
            sent=tally.sent + more.sent,
            looked=tally.looked + more.looked,
        )
    return tally


def _in_words(tally: Tally) -> str:
    return f"{tally.journaled} mails taken in, {tally.worked} worked on, {tally.sent} answers sent"
