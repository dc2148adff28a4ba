"""The log: plain lines, or JSON for a collector. Each line of a mail bears the mail's number, so that its way can be
followed: `triage run --json-log 2>&1 | grep '"mail": 7,'`.
"""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import structlog

from triage.cli.voice import plain
from triage.config import Settings, secret_in
from triage.service import Step

QUIET = ("polled", "round")  # every minute the same: the health endpoint shows them
WARNINGS = ("trouble", "aside", "refused")
LONGEST = 1000  # characters of one value
HIDDEN = "(hidden)"
SHORTEST_SECRET = 4  # a shorter one would black out half of the log, and is no secret


def log_to(stream: Any, *, json_log: bool, secrets: tuple[str, ...] = ()) -> Any:
    """A logger, for everybody who asks structlog for one. No bodies come this way, and `secrets` do not get through."""
    shape: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_log
        else structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=10)
    )
    structlog.configure(
        processors=[
            _made_safe(secrets),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso", utc=True),
            shape,
        ],
        wrapper_class=structlog.BoundLogger,
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    return structlog.get_logger()


def log_nothing() -> None:
    """For a command that says all there is to say itself."""
    structlog.configure(processors=[_say_nothing])


def _say_nothing(*_: object) -> str:
    raise structlog.DropEvent


def secrets_of(settings: Settings | None) -> tuple[str, ...]:
    """What must never be seen in a log. Raises Permanent where a password file cannot be read."""
    if settings is None:
        return ()
    passwords = (section.password() for section in (*settings.mailbox, settings.outbox))
    tokens = (secret_in(file, "token") for file in settings.oauth_files())
    known = (*passwords, *tokens, settings.policy.secret(), settings.health.heartbeat_url)
    return tuple(p for p in known if p and len(p) >= SHORTEST_SECRET)


def logged_steps(log: Any) -> Callable[[Step], None]:
    def tell(step: Step) -> None:
        if step.step in QUIET:
            return
        mail = {"mail": step.mail} if step.mail else {}
        (log.warning if step.step in WARNINGS else log.info)(step.step, words=step.words, **mail)

    return tell


def _made_safe(secrets: tuple[str, ...]) -> Any:
    """Subjects and error texts come from outside: nothing in them may move a cursor or start a line of its own."""

    def safe(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, HIDDEN)
        return plain(text).replace("\n", " ")[:LONGEST]

    def process(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        return {k: safe(v) if isinstance(v, str) else v for k, v in event.items()}

    return process
