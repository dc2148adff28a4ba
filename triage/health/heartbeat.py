"""The dead man's switch: a GET to a URL after a good round. Whoever misses it sounds the alarm.

Plain sockets and h11: one request without a body, no redirect followed, the answer read no further than its status.
"""

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import certifi
import h11

from triage.model import Temporary

PATIENCE = 10.0  # seconds for everything
CHUNK = 4096
MOST = 65536  # octets of an answer's head


async def beat(url: str, ca_file: Path | None = None) -> None:
    """Raises Temporary where the beat did not arrive. The words leave the path out: it is the switch's secret."""
    host = urlsplit(url).hostname or ""
    try:
        async with asyncio.timeout(PATIENCE):
            status = await _get(url, ca_file)
    except TimeoutError:
        raise Temporary(f"heartbeat: no answer from {host} in {PATIENCE:.0f} s") from None
    except h11.ProtocolError as error:
        raise Temporary(f"heartbeat: {host} does not answer in HTTP", "compare health.heartbeat_url") from error
    except (OSError, ValueError) as error:  # ValueError: a name that cannot be one
        words = getattr(error, "strerror", None) or type(error).__name__
        raise Temporary(f"heartbeat: {host} cannot be reached ({words.lower()})") from error
    if not 200 <= status < 300:
        raise Temporary(f"heartbeat: {host} answers with status {status}", "compare health.heartbeat_url")


async def _get(url: str, ca_file: Path | None) -> int:
    parts = urlsplit(url)
    secure, host = parts.scheme == "https", parts.hostname or ""
    context = _verifying(ca_file) if secure else None
    reader, writer = await asyncio.open_connection(host, parts.port or (443 if secure else 80), ssl=context)
    try:
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        shown = f"[{host}]" if ":" in host else host
        headers = [("Host", f"{shown}:{parts.port}" if parts.port else shown), ("Connection", "close")]
        writer.write(connection.send(h11.Request(method="GET", target=target, headers=headers)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(CHUNK))
            elif isinstance(event, h11.Response):
                return event.status_code
            elif not isinstance(event, h11.InformationalResponse):
                raise ConnectionResetError("closed without an answer")
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _verifying(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context
