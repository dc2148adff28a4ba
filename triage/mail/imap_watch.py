"""IDLE: a second connection that only listens, and tells when something has arrived. A hint beside the poll.

Nothing is ever done on it: servers drop a connection that is kept waiting while a mail is worked on. And nothing
depends on it: an EXISTS can get lost between two IDLEs, so the poll runs anyway.
"""

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from imapclient.exceptions import IMAPClientError

from triage.mail.imap_session import Session
from triage.mail.imap_trouble import LOST, Account, trouble
from triage.model import Permanent, Trouble

REISSUE = 540.0  # seconds after which IDLE is begun again: routers forget a silent line after ten minutes
LONGEST_PAUSE = 300.0  # seconds between tries to connect
LONGEST_SLOW = 3600.0  # where a person has to change something first


class Watcher:
    """One folder, listened to. `wait` is to be awaited by one task at a time."""

    def __init__(self, account: Account, connect: Callable[[Account], Session] = Session, pause: float = 2.0) -> None:
        self._account, self._connect, self._pause = account, connect, pause
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"idle-{account.name}")
        self._session: Session | None = None
        self._next: int | None = None  # the folder's UIDNEXT when we last looked
        self._failures = 0
        self._not_before = 0.0  # by time.monotonic
        self._closed = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """True as soon as something has arrived, False after `seconds`; trouble is for the poll to tell."""
        end = time.monotonic() + seconds
        while not self._closed.is_set() and (left := end - time.monotonic()) > 0:
            if (pause := self._not_before - time.monotonic()) > 0:
                await self._sleep(min(left, pause))
                continue
            slice = min(left, REISSUE * random.uniform(0.8, 1))
            try:
                heard = await asyncio.get_running_loop().run_in_executor(self._thread, self._listen, slice)
            except (*LOST, IMAPClientError, Trouble) as error:
                self._put_off(error)
                continue
            self._failures = 0
            if heard is None:  # the server has no IDLE
                await self._sleep(left)
            elif heard:
                return True
        return False

    async def close(self) -> None:
        self._closed.set()
        if self._session is not None:
            self._session.cut()
        await asyncio.to_thread(self._thread.shutdown, wait=True, cancel_futures=True)
        self._drop()

    def _put_off(self, error: BaseException) -> None:
        """Outlives this wait, as waits are short: a password that was refused must not be tried with each of them."""
        self._failures += 1
        said = error if isinstance(error, Trouble) else trouble(self._account, error)
        if isinstance(said, Permanent):
            pause = LONGEST_SLOW
        else:
            pause = min(self._pause * 2 ** min(self._failures - 1, 10), LONGEST_PAUSE) * random.uniform(0.5, 1)
        self._not_before = time.monotonic() + max(pause, getattr(said, "wait", None) or 0.0)

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), seconds)

    # ---- in the thread

    def _listen(self, seconds: float) -> bool | None:
        if self._session is None:
            self._session = self._connect(self._account)
        try:
            if not self._session.can_idle:
                return None
            before, self._next = self._next, self._session.next_uid()
            # What came between two IDLEs would otherwise be heard of by nobody.
            if before is not None and before != self._next:
                return True
            return self._session.idle(seconds)
        except (*LOST, IMAPClientError):
            self._drop()
            raise

    def _drop(self) -> None:
        if self._session is not None:
            self._session.drop()
            self._session = None
