"""Look after the service while it runs: a server for monitors, a heartbeat, alarms. None of them ever stops it.

The alarm is written down in the ledger before it is sent, so that a service which dies and starts again every half
minute alarms once an hour, too. Where the ledger itself is the trouble, memory has to do.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from triage.health.alarm import alarm
from triage.health.heartbeat import beat
from triage.health.pulse import Pulse
from triage.health.server import Server
from triage.health.standing import Ailment, Standing, judge
from triage.model import Identity, Letter, Queue, Temporary, Trouble
from triage.ports import Clock, Ledger, Outbox

TICK = 15.0  # seconds between two looks
BEAT_EVERY = timedelta(minutes=1)
ALARM_HOURS = 1
SECOND_TRY = timedelta(minutes=5)  # after an alarm that could not be sent
LEDGER_PATIENCE = 3.0  # seconds; a monitor does not wait for longer


@dataclass(frozen=True, slots=True)
class _Unsent:
    letter: Letter
    due: datetime


@dataclass
class Health:
    """`polls`: seconds between polls, by mailbox. `tell`: what went wrong here, for the log. Empty: not wanted.

    Alarms go to `identity.operator`, where there is one.
    """

    pulse: Pulse
    ledger: Ledger
    outbox: Outbox
    clock: Clock
    identity: Identity
    polls: Mapping[str, float]
    tell: Callable[[Trouble], None]
    listen: tuple[str, int] | None = None
    heartbeat_url: str = ""
    ca_file: Path | None = None
    _beaten: datetime | None = None
    _alarmed: dict[str, datetime] = field(default_factory=dict[str, datetime])
    _unsent: dict[str, _Unsent] = field(default_factory=dict[str, _Unsent])
    _owed: set[str] = field(default_factory=set[str])  # causes that were over before anybody could be told

    @asynccontextmanager
    async def kept(self, tick: float = TICK) -> AsyncGenerator[None]:
        """Raises Permanent where `listen` cannot be had."""
        server = Server(self.standing, self.pulse)
        if self.listen:
            await server.listen(*self.listen)
        looking = asyncio.create_task(self._repeat(tick))
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            await server.close()

    async def standing(self) -> Standing:
        return judge(self.pulse.vitals, await self._queue(), self.polls, self.clock())

    async def look(self) -> Standing:
        """One look: a beat where a good round is behind us, an alarm for each cause that was not told of lately."""
        standing = await self.standing()
        await self._beat(standing)
        if self.identity.operator:
            for ailment in standing.ailments:
                await self._alarm(ailment)
            self._forget_all_but({a.cause for a in standing.ailments})
        return standing

    async def _repeat(self, tick: float) -> None:
        while True:
            await asyncio.sleep(tick)
            await self.look()

    async def _queue(self) -> Queue | Trouble:
        try:
            async with asyncio.timeout(LEDGER_PATIENCE):
                return await self.ledger.queue()
        except TimeoutError:
            return Temporary(f"no answer in {LEDGER_PATIENCE:.0f} s")
        except Trouble as trouble:
            return trouble

    # ---- the dead man's switch

    async def _beat(self, standing: Standing) -> None:
        rounded = standing.vitals.rounded
        new = rounded is not None and (self._beaten is None or rounded > self._beaten)
        if not (self.heartbeat_url and new) or (self._beaten and standing.now - self._beaten < BEAT_EVERY):
            return
        self._beaten = standing.now
        try:
            await beat(self.heartbeat_url, self.ca_file)
        except Trouble as trouble:
            self.tell(trouble)

    # ---- alarms

    async def _alarm(self, ailment: Ailment) -> None:
        now = self.clock()
        unsent = self._unsent.get(ailment.cause)
        if unsent and unsent.due <= now:
            await self._send(ailment.cause, unsent.letter, now)
        elif not unsent and await self._is_due(ailment.cause, now):
            letter = alarm(ailment, self.identity, now, ALARM_HOURS)
            await self._send(ailment.cause, letter, now)

    async def _is_due(self, cause: str, now: datetime) -> bool:
        if cause in self._owed:
            self._owed.discard(cause)
            return True
        pause = timedelta(hours=ALARM_HOURS)
        if cause in self._alarmed and now - self._alarmed[cause] < pause:
            return False
        try:
            due = await self.ledger.alarmed(cause, now, pause)
        except Trouble:
            due = True
        if due:
            self._alarmed[cause] = now
        return due

    async def _send(self, cause: str, letter: Letter, now: datetime) -> None:
        try:
            await self.outbox.send(letter)
            self._unsent.pop(cause, None)
        except Trouble as trouble:
            self._unsent[cause] = _Unsent(letter, now + SECOND_TRY)
            self.tell(trouble)

    def _forget_all_but(self, causes: set[str]) -> None:
        """An alarm that could not be sent is not sent once its cause is over; a new one is, when that comes back."""
        for cause in set(self._unsent) - causes:
            del self._unsent[cause]
            self._owed.add(cause)
