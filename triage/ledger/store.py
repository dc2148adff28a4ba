"""The ledger's door to the loop: one thread of its own, one transaction for each call."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from triage.ledger import bounces, by_hand, cases, deliveries, mails, stories, waiting
from triage.ledger.complaints import in_words
from triage.ledger.copies import BUSY
from triage.ledger.engine import open_engine
from triage.ledger.place import Claim, where
from triage.model import (
    Arrival,
    Asking,
    Case,
    Chapter,
    Delivery,
    Drop,
    Entry,
    Forward,
    History,
    Hold,
    Letter,
    Listed,
    MailKey,
    Place,
    Queue,
    Reply,
    Written,
)

Result = TypeVar("Result")


class SqlLedger:
    """`ports.Ledger` in a database. Nothing is opened before the first call."""

    def __init__(self, url: str, busy: float = BUSY) -> None:
        self._url = url
        self._busy = busy
        self._engine: Engine | None = None
        self._claim = Claim(url)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")

    async def claim(self) -> None:
        await self._in_thread(lambda: (self._open(), self._claim.take()))

    async def unknown(self, listed: Iterable[Listed], now: datetime) -> tuple[Listed, ...]:
        return await self._do(lambda c: mails.unknown(c, listed, now))

    async def journal(self, arrival: Arrival, content: str, now: datetime, sender: str = "") -> int:
        return await self._do(lambda c: mails.journal(c, arrival, content, now, sender))

    async def open_mails(self) -> tuple[Entry, ...]:
        return await self._do(mails.open_mails)

    async def raw(self, mail: int) -> bytes:
        return await self._do(lambda c: mails.octets(c, mail))

    async def attempt(self, mail: int) -> int:
        return await self._do(lambda c: mails.attempt(c, mail))

    async def history(self, asking: Asking, now: datetime) -> History:
        return await self._do(lambda c: mails.history(c, asking, now))

    async def read(self, mail: int, sender: str, subject: str, understood: str, notices: tuple[str, ...]) -> None:
        await self._do(lambda c: mails.read(c, mail, sender, subject, understood, notices))

    async def admitted(self, mail: int, asker: str, decision: Reply | Forward, now: datetime) -> None:
        await self._do(lambda c: mails.admitted(c, mail, asker, decision, now))

    async def ended(self, mail: int, decision: Hold | Drop, now: datetime) -> None:
        await self._do(lambda c: mails.ended(c, mail, decision, now))

    async def set_aside(self, mail: int, because: str, trace: str, now: datetime) -> None:
        await self._do(lambda c: mails.set_aside(c, mail, because, trace, now))

    async def diagnosed(self, mail: int, written: Written, now: datetime) -> None:
        await self._do(lambda c: deliveries.diagnosed(c, mail, written, now))

    async def looked(self, case: Case, written: Written | None, now: datetime, chapter: Chapter | None = None) -> None:
        await self._do(lambda c: deliveries.looked(c, case, written, now, chapter))

    async def case(self, key: str) -> Case | None:
        return await self._do(lambda c: cases.find(c, key))

    async def case_numbered(self, number: int) -> Case | None:
        return await self._do(lambda c: cases.numbered(c, number))

    async def cases(self, *, due: datetime | None = None, owner: str | None = None) -> tuple[Case, ...]:
        return await self._do(lambda c: cases.unclosed(c, due, owner))

    async def unsent(self, now: datetime) -> tuple[Delivery, ...]:
        return await self._do(lambda c: deliveries.unsent(c, now))

    async def sending(self, delivery: int) -> int:
        return await self._do(lambda c: deliveries.sending(c, delivery))

    async def sent(self, delivery: int, now: datetime) -> None:
        await self._do(lambda c: deliveries.sent(c, delivery, now))

    async def put_off(self, delivery: int, until: datetime, because: str) -> None:
        await self._do(lambda c: deliveries.put_off(c, delivery, until, because))

    async def failed(self, delivery: int, because: str, now: datetime) -> None:
        await self._do(lambda c: deliveries.failed(c, delivery, because, now))

    async def secret(self) -> bytes:
        return await self._do(bounces.secret)

    async def writes_on_top(self, server: str, seen: bool) -> bool:
        return await self._do(lambda c: mails.writes_on_top(c, server, seen))

    async def bounced(self, delivery: int, hard: bool, status: str, now: datetime) -> bool:
        return await self._do(lambda c: bounces.bounced(c, delivery, hard, status, now))

    async def suppressed(self, address: str, now: datetime) -> str | None:
        return await self._do(lambda c: bounces.why_suppressed(c, address, now))

    async def unfiled(self) -> tuple[tuple[MailKey, Place], ...]:
        return await self._do(mails.unfiled)

    async def filed(self, key: MailKey) -> int:
        return await self._do(lambda c: mails.filed(c, key))

    async def entries(self, limit: int = 100) -> tuple[Entry, ...]:
        return await self._do(lambda c: mails.entries(c, limit))

    async def queue(self) -> Queue:
        return await self._do(waiting.queue)

    async def pause(self, because: str) -> None:
        await self._do(lambda c: waiting.pause(c, because))

    async def resume(self) -> bool:
        return await self._do(waiting.resume)

    async def paused(self) -> str | None:
        return await self._do(waiting.paused)

    async def alarmed(self, cause: str, now: datetime, pause: timedelta) -> bool:
        return await self._do(lambda c: waiting.alarmed(c, cause, now, pause))

    async def entry(self, mail: int) -> Entry | None:
        return await self._do(lambda c: by_hand.one(c, mail))

    async def left(self, limit: int = 100) -> tuple[Entry, ...]:
        return await self._do(lambda c: by_hand.left(c, limit))

    async def waiting(self) -> tuple[Delivery, ...]:
        return await self._do(by_hand.waiting)

    async def deliveries(self, mail: int | None = None, case: int | None = None) -> tuple[Delivery, ...]:
        return await self._do(lambda c: by_hand.deliveries(c, mail, case))

    async def story(self, mail: int | None = None, case: int | None = None) -> tuple[Chapter, ...]:
        return await self._do(lambda c: stories.story(c, mail, case))

    async def cases_of(self, mail: int) -> tuple[int, ...]:
        return await self._do(lambda c: stories.cases_of(c, mail))

    async def mails_of(self, case: int) -> tuple[int, ...]:
        return await self._do(lambda c: stories.mails_of(c, case))

    async def replay(self, mail: int, now: datetime) -> bool:
        return await self._do(lambda c: by_hand.replay(c, mail, now))

    async def dismissed(self, mail: int, now: datetime) -> bool:
        return await self._do(lambda c: by_hand.dismissed(c, mail, now))

    async def closed(self, case: Case, now: datetime) -> int:
        return await self._do(lambda c: by_hand.closed(c, case, now))

    async def released(self, now: datetime, mail: int | None = None, case: int | None = None) -> int:
        return await self._do(lambda c: by_hand.released(c, mail, case, now))

    async def discarded(self, now: datetime, mail: int | None = None, case: int | None = None) -> int:
        return await self._do(lambda c: by_hand.discarded(c, mail, case, now))

    async def announced(self, name: str) -> date | None:
        return await self._do(lambda c: by_hand.announced(c, name))

    async def announce(self, name: str, letter: Letter, day: date, now: datetime) -> bool:
        return await self._do(lambda c: by_hand.announce(c, name, letter, day, now))

    async def forgotten(self, address: str, now: datetime) -> tuple[int, int]:
        return await self._do(lambda c: by_hand.forgotten(c, address, now))

    async def tidy(self, before: datetime) -> int:
        def both(c: Connection) -> int:
            deliveries.forget(c, before)
            return mails.forget(c, before)

        return await self._do(both)

    async def close(self) -> None:
        await self._in_thread(self._shut)
        self._thread.shutdown()

    async def _do(self, work: Callable[[Connection], Result]) -> Result:
        return await self._in_thread(lambda: self._transaction(work))

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _transaction(self, work: Callable[[Connection], Result]) -> Result:
        try:
            with self._open().begin() as connection:
                return work(connection)
        except DBAPIError as error:
            raise in_words(error.orig, where(self._url)) from error

    def _open(self) -> Engine:
        if self._engine is None:
            self._engine = open_engine(self._url, self._busy)
        return self._engine

    def _shut(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        self._claim.release()
