"""How long one IDLE lasts, and what an answer that comes too early means."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from triage.mail.imap_session import Session
from triage.mail.imap_trouble import Account
from triage.mail.imap_watch import Watcher
from triage.mail.transport import context_for

ACCOUNT = Account("box", "127.0.0.1", 143, "none", "u", "p", "INBOX", {}, None, context_for(None), None, 1.0)  # type: ignore[arg-type]


@dataclass
class Line:
    """A connection that listens as long as it is told to, or as the test says."""

    heard: Callable[[float], bool] = lambda _: False
    slices: list[float] = field(default_factory=list[float])
    can_idle: bool = True

    def next_uid(self) -> int:
        return 1

    def idle(self, seconds: float) -> bool:
        self.slices.append(seconds)
        return self.heard(seconds)

    def cut(self) -> None: ...

    def drop(self) -> None: ...


async def listened(line: Line, seconds: float, times: int) -> list[float]:
    watcher = Watcher(ACCOUNT, lambda _: line, pause=0.01)  # type: ignore[arg-type, return-value]
    waiting = asyncio.create_task(watcher.wait(seconds))
    while len(line.slices) < times:
        await asyncio.sleep(0)
    await watcher.close()
    await waiting
    return line.slices[:times]


@pytest.mark.fault(number=10)
async def test_idle_is_begun_again_within_nine_minutes_however_long_the_wait() -> None:
    slices = await listened(Line(), 24 * 3600, 50)
    assert all(400 < seconds <= 9 * 60 for seconds in slices)
    assert len({round(seconds) for seconds in slices}) > 5, "several mailboxes shall not come at the same moment"


async def test_a_short_wait_is_not_made_longer() -> None:
    assert all(seconds <= 30 for seconds in await listened(Line(), 30, 5))


class _Client:
    """Of imapclient what `Session.idle` uses: it answers at once, as it does on a dead line."""

    def __init__(self, events: list[tuple[object, ...]]) -> None:
        self._events = events

    def idle(self) -> None: ...

    def idle_check(self, timeout: float) -> list[tuple[object, ...]]:
        return self._events

    def idle_done(self) -> tuple[bytes, list[tuple[object, ...]]]:
        return b"Idle terminated", []


@pytest.mark.fault(number=6)
@pytest.mark.fault(number=9)
@pytest.mark.parametrize(
    ("events", "ends"),
    [
        pytest.param([], "the connection is dead", id="dead: nothing, at once"),
        pytest.param([(b"BYE", b"Autologout")], "the server said goodbye", id="dead: BYE"),
        pytest.param([(b"OK", b"Still here")], False, id="alive: a sign of life is no mail"),
        pytest.param([(3, b"EXPUNGE")], False, id="alive: an expunge is no mail"),
        pytest.param([(2, b"EXISTS")], True, id="heard: a mail"),
    ],
)
def test_what_ends_an_idle(events: list[tuple[object, ...]], ends: str | bool) -> None:
    session = object.__new__(Session)
    session._client = _Client(events)  # type: ignore[assignment] # pyright: ignore[reportPrivateUsage]
    if isinstance(ends, str):
        with pytest.raises(OSError, match=ends):
            session.idle(60.0)
    else:
        assert session.idle(60.0) is ends
