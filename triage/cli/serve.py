"""`triage run` and `triage once`: the service, with a log that tells each mail's way by its number."""

import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog

from triage.cli.standing import standing
from triage.cli.voice import Exit, plain, say_trouble, terminal
from triage.cli.wiring import service
from triage.model import Permanent, Trouble
from triage.scheduler import run
from triage.service import Service, Step, Tally

QUIET = ("trouble",)  # steps that are warnings


def log_to(stream: Any, *, json_log: bool) -> Any:
    """A logger of plain lines, or of JSON for a collector. No bodies and no secrets ever come this way."""
    shape: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_log
        else structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=10)
    )
    return structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[
            _visible,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso", utc=True),
            shape,
        ],
        wrapper_class=structlog.BoundLogger,
    )


def _visible(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Subjects and error texts come from outside: nothing in them may move a cursor or start a line of its own."""
    return {k: plain(v).replace("\n", " ") if isinstance(v, str) else v for k, v in event.items()}


def logged_steps(log: Any) -> Any:
    def tell(step: Step) -> None:
        mail = {"mail": step.mail} if step.mail else {}
        (log.warning if step.step in QUIET else log.info)(step.step, words=step.words, **mail)

    return tell


async def run_once(config: Path, *, json_log: bool) -> Exit:
    """One round. What kept it from doing everything is said, and the exit tells a cron job."""
    works = _service(config, json_log)
    try:
        tally = await works.round()
    finally:
        await works.close()
    for trouble in tally.troubles:
        say_trouble(trouble)
    if terminal.is_terminal:
        terminal.print(_in_words(tally))
    return Exit.COULD_NOT_WORK if tally.troubles else Exit.DONE


async def run_service(config: Path, *, json_log: bool) -> Exit:
    """Until SIGTERM or SIGINT; then the mail in hand is finished first."""
    log = log_to(sys.stderr, json_log=json_log)
    stand = standing(config)
    works = service(stand, tell=logged_steps(log))
    seconds = min(m.poll_seconds for m in stand.settings.mailbox) if stand.settings else 60

    def tell(trouble: Trouble, pause: float) -> None:
        log.warning("waiting", words=str(trouble), hint=trouble.hint, seconds=round(pause))

    log.info("started", words=f"{len(works.mailboxes)} mailboxes, every {seconds} s")
    try:
        await run(works, seconds, tell)
    except Permanent as trouble:
        say_trouble(trouble)
        return Exit.COULD_NOT_WORK
    finally:
        await works.close()
    log.info("stopped", words="on request")
    return Exit.DONE


def _service(config: Path, json_log: bool) -> Service:
    log = log_to(sys.stderr, json_log=json_log)
    return service(standing(config), tell=logged_steps(log))


def _in_words(tally: Tally) -> str:
    return f"{tally.journaled} mails taken in, {tally.worked} worked on, {tally.sent} answers sent"
