"""Repeat the round: when to poll, when to tidy up, how to wait when something is wrong, and how to stop.

The poll always runs. Beside it each mailbox is listened to (IDLE), and what is heard there only makes a poll come
sooner. A watchdog says so when a round does not come to its end.

APScheduler's jobs only signal. The work runs here, one round at a time, and is finished before the clockwork is shut:
its own `shutdown` would cancel it.
"""

import asyncio
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from triage.model import Temporary, Trouble
from triage.ports import Mailbox
from triage.service import Service

LONGEST_PAUSE = 900.0  # seconds between tries while something is wrong
LONGEST_ROUND = 900.0  # seconds after which a round that goes on is worth a warning; each command in it has less
BREATH = 2.0  # seconds between two hints of one mailbox, so that a flood of mails is not a flood of polls
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
Tell = Callable[[Trouble, float], None]


def _say_nothing(_trouble: Trouble, _pause: float) -> None: ...


async def run(
    service: Service, poll_seconds: float = 60.0, tell: Tell = _say_nothing, longest_round: float = LONGEST_ROUND
) -> None:
    """Work until SIGTERM or SIGINT, then finish the mail in hand and return.

    `tell` hears of every Temporary trouble of the service itself, with the seconds until it is tried again, and of a
    round that is still not finished after `longest_round` seconds, and after as many again. Raises Permanent when
    nothing can go on before a person has changed something.
    """
    due, stopped, chores = asyncio.Event(), asyncio.Event(), set[str]({"tidy", "digest"})
    watchdog = Watchdog(longest_round, tell)
    scheduler = _clockwork(poll_seconds, due, chores)

    def stop() -> None:
        service.stop()
        stopped.set()

    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop)
    scheduler.start()
    beside = [asyncio.create_task(_listen(mailbox, due, poll_seconds)) for mailbox in service.mailboxes]
    beside.append(asyncio.create_task(watchdog.watch()))
    try:
        await _repeat(service, due, stopped, chores, poll_seconds, tell, watchdog)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        scheduler.shutdown(wait=False)
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)


async def _listen(mailbox: Mailbox, due: asyncio.Event, poll_seconds: float) -> None:
    """Each mailbox has a listener of its own, so that none waits for another one's line."""
    while True:
        started = time.monotonic()
        if await mailbox.wait(poll_seconds):
            due.set()
            await asyncio.sleep(BREATH)
        elif time.monotonic() - started < BREATH:  # it does not listen at all, or was closed
            await asyncio.sleep(BREATH)


class Watchdog:
    """Says so when a round does not end. It ends nothing itself: each command in it has a deadline of its own."""

    def __init__(self, longest: float, tell: Tell) -> None:
        self._longest, self._tell = longest, tell
        self._begun: float | None = None

    def begin(self) -> None:
        self._begun = time.monotonic()

    def end(self) -> None:
        self._begun = None

    async def watch(self) -> None:
        said = 0
        while True:
            await asyncio.sleep(self._longest / 4)
            lasted = time.monotonic() - self._begun if self._begun is not None else 0.0
            times = int(lasted // self._longest)
            if times > said:
                hint = "mail still waits: the last lines of the log say which mailbox or mail it is about"
                self._tell(Temporary(f"a round has not come to its end in {lasted:.0f} s", hint), 0.0)
            said = times


def _clockwork(poll_seconds: float, due: asyncio.Event, chores: set[str]) -> AsyncIOScheduler:
    # A tick that comes late still counts, and several late ones count once.
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)

    # Coroutines, because a plain function would run in a thread, where an asyncio.Event must not be set.
    async def poll() -> None:
        due.set()

    async def tidy() -> None:
        chores.add("tidy")

    spread = min(10, poll_seconds / 10)  # so that several services do not ask one server in the same second
    # Its stub asks for whole seconds; it adds a timedelta, which takes parts of one.
    every = IntervalTrigger(seconds=poll_seconds, jitter=spread, timezone=UTC)  # pyright: ignore[reportArgumentType]
    scheduler.add_job(poll, every, id="poll", next_run_time=datetime.now(UTC))

    async def digest() -> None:
        chores.add("digest")

    scheduler.add_job(tidy, CronTrigger(hour=3, minute=17, timezone=UTC), id="tidy")
    scheduler.add_job(digest, CronTrigger(minute=5, timezone=UTC), id="digest")  # the service knows whether it is time
    return scheduler


async def _repeat(
    service: Service,
    due: asyncio.Event,
    stopped: asyncio.Event,
    chores: set[str],
    poll_seconds: float,
    tell: Tell,
    watchdog: Watchdog,
) -> None:
    failures = 0
    while await _next(due, stopped):
        due.clear()
        watchdog.begin()
        try:
            if (await service.round()).left:
                due.set()
            if "tidy" in chores:
                await service.tidy()
                chores.discard("tidy")
            if "digest" in chores:
                await service.digest()
                chores.discard("digest")
            failures = 0
            watchdog.end()
        except Temporary as trouble:
            watchdog.end()
            failures += 1
            pause = trouble.wait or min(poll_seconds * 2 ** min(failures, 10), LONGEST_PAUSE)
            tell(trouble, pause)
            await _wait(stopped, pause)


async def _next(due: asyncio.Event, stopped: asyncio.Event) -> bool:
    """Wait for the next round; False when it is time to stop."""
    waits = [asyncio.ensure_future(event.wait()) for event in (due, stopped)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    return not stopped.is_set()


async def _wait(stopped: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopped.wait()
    except TimeoutError:
        pass
