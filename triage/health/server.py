"""GET /health and GET /metrics for a monitor on this machine: a small HTTP server that knows these two and no more.

/health   200 or 503, and JSON: {"well", "reasons", "mailboxes", "open_mails", …}
/metrics  Prometheus' text format
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

import h11
from prometheus_client import generate_latest

from triage.health.pulse import Pulse
from triage.health.standing import Standing
from triage.model import DeliveryState, Permanent, Queue

PATIENCE = 5.0  # seconds for a whole conversation
MOST_AT_ONCE = 16
CHUNK = 4096
JSON, TEXT = "application/json", "text/plain; charset=utf-8"
METRICS = "text/plain; version=0.0.4; charset=utf-8"
Page = tuple[int, str, bytes]
Look = Callable[[], Awaitable[Standing]]


class Server:
    def __init__(self, look: Look, pulse: Pulse) -> None:
        self._look = look
        self._pulse = pulse
        self._open = dict[asyncio.StreamWriter, asyncio.Task[None]]()
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> None:
        try:
            self._server = await asyncio.start_server(self._begin, host, port)
        except OSError as error:
            raise Permanent(
                f"health.listen: {host}:{port} cannot be listened on ({(error.strerror or '').lower()})",
                "another program uses this port: choose another one, or stop that program",
            ) from error

    async def close(self) -> None:
        """Hangs up on whoever is still there."""
        if self._server:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()
        await asyncio.gather(*self._open.values())

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= MOST_AT_ONCE:
            writer.transport.abort()
            return
        self._open[writer] = asyncio.create_task(self._serve(reader, writer))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._converse(reader, writer)
        except (OSError, TimeoutError, h11.ProtocolError):
            pass  # whoever asked has gone, or never spoke HTTP: nothing of ours depends on it
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            del self._open[writer]

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and good-bye."""
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=8192)
        while (event := connection.next_event()) is h11.NEED_DATA:
            connection.receive_data(await reader.read(CHUNK))
        if not isinstance(event, h11.Request):
            return
        status, kind, body = await self._page(event.method, event.target.partition(b"?")[0])
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Connection", "close")]
        octets = connection.send(h11.Response(status_code=status, headers=headers)) or b""
        if event.method != b"HEAD":
            octets += connection.send(h11.Data(data=body)) or b""
        writer.write(octets)
        await writer.drain()

    async def _page(self, method: bytes, path: bytes) -> Page:
        if method not in (b"GET", b"HEAD"):
            return 405, TEXT, b"only GET\n"
        if path == b"/health":
            standing = await self._look()
            return (200 if standing.well else 503), JSON, json.dumps(as_json(standing)).encode() + b"\n"
        if path == b"/metrics":
            standing = await self._look()
            return 200, METRICS, generate_latest(self._pulse.registry) + metrics(standing).encode()
        return 404, TEXT, b"/health or /metrics\n"


def as_json(standing: Standing) -> dict[str, object]:
    vitals, queue = standing.vitals, standing.queue or Queue()
    return {
        "well": standing.well,
        "reasons": [a.words for a in standing.ailments],
        "since": vitals.started.isoformat(timespec="seconds"),
        "mailboxes": {name: {"last_good_poll": _moment(at)} for name, at in sorted(vitals.polled.items())},
        "last_good_round": _moment(vitals.rounded),
        "open_mails": queue.open,
        "oldest_open_mail": _moment(queue.oldest_mail),
        "letters_due": _due(queue),
        "oldest_letter_due": _moment(queue.oldest_letter),
    }


def metrics(standing: Standing) -> str:
    """What is read from the ledger when it is asked for; without the ledger these series are absent, not zero."""
    lines = [_gauge("triage_well", "1 when nothing ails the service", [("", float(standing.well))])]
    if (queue := standing.queue) is not None:
        oldest = (standing.now - queue.oldest_mail).total_seconds() if queue.oldest_mail else 0.0
        lines += [
            _gauge("triage_open_mails", "Mails not finished", [("", queue.open)]),
            _gauge("triage_oldest_open_mail_seconds", "Age of the oldest of them", [("", oldest)]),
            _gauge("triage_ledger_mails", "Mails kept", [(f'{{state="{s}"}}', n) for s, n in queue.mails.items()]),
            _gauge(
                "triage_ledger_letters", "Letters kept", [(f'{{state="{s}"}}', n) for s, n in queue.letters.items()]
            ),
        ]
    return "".join(lines)


def _gauge(name: str, help: str, samples: list[tuple[str, float]]) -> str:
    rows = "".join(f"{name}{labels} {value}\n" for labels, value in samples)
    return f"# HELP {name} {help}\n# TYPE {name} gauge\n{rows}"


def _due(queue: Queue) -> int:
    return sum(queue.letters.get(s, 0) for s in (DeliveryState.DUE, DeliveryState.SENDING))


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
