"""A mailbox behind IMAP: a connection that lives in a thread of its own and takes one command after the other.

The loop never waits for the server: it queues a command and awaits the result. The thread owns the client, since
imapclient is not thread-safe. When the line breaks, the connection is thrown away and a later command makes a new one,
after a pause that grows. Whatever was under way may be repeated: reading changes nothing (BODY.PEEK; `\\Seen` means
nothing to us), and a mail that has been moved is not there to be moved twice.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import structlog
from imapclient.exceptions import IMAPClientError

from triage.mail.imap_session import Session
from triage.mail.imap_trouble import LOST, Account, trouble
from triage.mail.imap_watch import Watcher
from triage.mail.token import Tokens
from triage.mail.transport import SLOW, Tls, context_for, must_be_loopback
from triage.model import Arrival, Listed, MailKey, Permanent, Place, Temporary, Trouble
from triage.ports import Clock

T = TypeVar("T")

STEP = 60.0  # seconds that the server may be silent within a command
WHOLE = 180.0  # seconds for one command in all: a server that drips would never be silent
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0  # seconds after the first and after many failures
LONGEST_SLOW = 3600.0  # seconds between tries with a password that was refused


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ImapMailbox:
    """One folder of one account. `places` and `folder` may be written with `/`, whatever the server's separator is.

    After a failure every call raises the same trouble at once, without asking the server, until the pause is over:
    `Temporary.wait` says how long that is. A password that is refused is Permanent, and tried again after 15 minutes.
    """

    def __init__(
        self,
        name: str,
        *,
        host: str,
        port: int,
        tls: Tls = "implicit",
        user: str,
        password: str = "",
        folder: str = "INBOX",
        places: Mapping[Place, str],
        ca_file: Path | None = None,
        sent_folder: str | None = None,
        clock: Clock = _utc_now,
        log: Any = None,
        timeout: float = STEP,
        pause: float = FIRST_PAUSE,
        tokens: Tokens | None = None,
    ) -> None:
        must_be_loopback(host, tls)
        self.name = name
        self._account = Account(
            name=name,
            host=host,
            port=port,
            tls=tls,
            user=user,
            password=password,
            folder=folder,
            places=dict(places),
            sent_folder=sent_folder,
            context=context_for(ca_file),
            clock=clock,
            timeout=timeout,
            tokens=tokens,
        )
        self._log = log if log is not None else structlog.get_logger("triage.mail")
        self._whole = max(WHOLE, 3 * timeout)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"imap-{name}")
        self._session: Session | None = None
        self._watcher = Watcher(self._account, pause=pause)
        self._closed = False
        self._pause = pause
        self._failures = 0
        self._not_before = 0.0  # by time.monotonic
        self._last: Trouble | None = None

    def __repr__(self) -> str:
        return f"ImapMailbox({self.name}, {self._account.where})"

    async def list(self) -> tuple[Listed, ...]:
        return await self._ask(lambda session: session.listed())

    async def fetch(self, key: MailKey, limit: int) -> Arrival | None:
        return await self._ask(lambda session: session.fetch(key, limit))

    async def file(self, key: MailKey, place: Place) -> None:
        await self._ask(lambda session: session.file(key, place))

    async def check(self) -> None:
        await self._ask(lambda session: session.check())

    async def has_sent(self, message_id: str) -> bool | None:
        return await self._ask(lambda session: session.has_sent(message_id))

    async def wait(self, seconds: float) -> bool:
        """True as soon as the server says that mail has come, else False after `seconds`. Only a hint: poll anyway."""
        return await self._watcher.wait(seconds)

    async def close(self) -> None:
        """Logs out, or cuts a command short that is still under way."""
        self._closed = True
        await self._watcher.close()
        if (session := self._session) is not None:
            self._session = None
            goodbye = self._thread.submit(_log_out, session)
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.wrap_future(goodbye), 2)
            session.cut()
        await asyncio.to_thread(self._thread.shutdown, wait=True, cancel_futures=True)

    async def _ask(self, command: Callable[[Session], T]) -> T:
        if self._closed:
            raise Temporary(f"{self._account.where}: the mailbox is closed")
        under_way = asyncio.get_running_loop().run_in_executor(self._thread, self._run, command)
        try:
            async with asyncio.timeout(self._whole):
                return await under_way
        except TimeoutError:
            if self._session is not None:
                self._session.cut()
            raise Temporary(f"{self._account.where}: no end of an answer in {self._whole:.0f} s") from None

    # ---- in the thread

    def _run(self, command: Callable[[Session], T]) -> T:
        was_idle = self._session is not None
        try:
            return self._try(command)
        except _Lost as lost:
            # A server may close an idle connection at any time; that alone is no failure.
            if not was_idle or isinstance(lost.error, TimeoutError):
                raise self._put_off(trouble(self._account, lost.error)) from lost.error
        try:
            return self._try(command)
        except _Lost as lost:
            raise self._put_off(trouble(self._account, lost.error)) from lost.error

    def _try(self, command: Callable[[Session], T]) -> T:
        session = self._connected()
        try:
            return command(session)
        except Trouble:
            raise
        except LOST as error:
            self._drop()
            raise _Lost(error) from error
        except IMAPClientError as error:
            raise trouble(self._account, error) from error

    def _connected(self) -> Session:
        if self._closed:
            raise Temporary(f"{self._account.where}: the mailbox is closed")
        if self._session is not None:
            return self._session
        if (left := self._not_before - time.monotonic()) > 0 and self._last is not None:
            raise _once_more(self._last, left)
        try:
            session = Session(self._account)
        except Trouble as error:
            raise self._put_off(error) from error
        except (*LOST, IMAPClientError) as error:
            raise self._put_off(trouble(self._account, error)) from error
        self._log.info("mailbox connected", mailbox=self.name, host=self._account.host)
        self._session, self._failures, self._last = session, 0, None
        return session

    def _put_off(self, error: Trouble) -> Trouble:
        """Remember the trouble, and how long to leave the server alone; the jitter keeps mailboxes apart."""
        self._failures += 1
        if isinstance(error, Permanent):
            pause = min(SLOW * 2 ** (self._failures - 1), LONGEST_SLOW)
        else:
            pause = min(self._pause * 2 ** (self._failures - 1), LONGEST_PAUSE) * random.uniform(0.5, 1)
        pause = max(pause, getattr(error, "wait", None) or 0.0)
        self._not_before, self._last = time.monotonic() + pause, error
        self._log.warning("mailbox cannot be reached", mailbox=self.name, because=str(error), pause=round(pause, 1))
        return _once_more(error, pause)

    def _drop(self) -> None:
        if self._session is not None:
            self._session.drop()
            self._session = None


class _Lost(Exception):
    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


def _once_more(error: Trouble, left: float) -> Trouble:
    if isinstance(error, Permanent):
        return Permanent(str(error), error.hint)
    return Temporary(str(error), error.hint, left)


def _log_out(session: Session) -> None:
    with suppress(*LOST, IMAPClientError):
        session.logout()
    session.drop()
