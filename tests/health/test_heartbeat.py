"""The dead man's switch, by socket: a beat at most once a minute, after good rounds alone."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from tests.health.house import House, Said
from triage.health import heartbeat
from triage.model import Temporary

SECRET = "0c1d2e3f"


class Switch:
    """A server that notes every request and gives one answer."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK") -> None:
        self.answer, self.heads = answer, list[bytes]()

    @asynccontextmanager
    async def up(self, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        scheme = "https" if context else "http"
        try:
            yield f"{scheme}://localhost:{server.sockets[0].getsockname()[1]}/ping/{SECRET}?x=1"
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


async def test_after_a_good_round_at_most_once_a_minute(tmp_path: Path) -> None:
    house, switch, counts = House(tmp_path), Switch(), list[int]()
    async with switch.up() as url:
        health = house.health(heartbeat_url=url)
        for seconds, good in ((0, False), (1, True), (1, True), (58, False), (1, False), (1, False), (1, True)):
            house.later(seconds=seconds)
            if good:
                health.pulse.hear(Said("round"))
            await health.look()
            counts.append(len(switch.heads))
    assert counts == [0, 1, 1, 1, 2, 2, 2]
    request = switch.heads[0].splitlines()
    assert request[0] == f"GET /ping/{SECRET}?x=1 HTTP/1.1".encode()
    assert house.heard == []


async def test_no_good_round_no_beat(tmp_path: Path) -> None:
    house, switch = House(tmp_path), Switch()
    async with switch.up() as url:
        health = house.health(heartbeat_url=url)
        health.pulse.hear(Said("polled", "inbox"))
        health.pulse.hear(Said("trouble", "outbox"))
        house.later(minutes=5)
        await health.look()
    assert switch.heads == []


async def test_a_certificate_is_checked() -> None:
    ca, switch = trustme.CA(), Switch()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    with ca.cert_pem.tempfile() as ca_file:
        async with switch.up(context) as url:
            await heartbeat.beat(url, Path(ca_file))
            with pytest.raises(Temporary, match="heartbeat: localhost cannot be reached"):
                await heartbeat.beat(url)
    assert len(switch.heads) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "heartbeat: localhost answers with status 404"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n", "heartbeat: localhost answers with status 302"),
        (b"", "heartbeat: localhost does not answer in HTTP"),
        (b"220 mail ESMTP\r\n", "heartbeat: localhost does not answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 99999, "heartbeat: localhost does not answer in HTTP"),
    ],
    ids=["gone", "a redirect is not followed", "closed", "no HTTP", "a head without end"],
)
async def test_a_beat_that_does_not_arrive_is_said_and_no_more(answer: bytes, words: str, tmp_path: Path) -> None:
    house, switch = House(tmp_path), Switch(answer)
    async with switch.up() as url:
        health = house.health(heartbeat_url=url)
        health.pulse.hear(Said("round"))
        assert (await health.look()).well
    assert [str(t) for t in house.heard] == [words]
    assert SECRET not in words


async def test_silence_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "PATIENCE", 0.2)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    with pytest.raises(Temporary, match="heartbeat: no answer from 127"):
        await heartbeat.beat(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    server.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", f"http://{'x' * 64}.test/", "http://127.0.0.1:99999/"])
async def test_nobody_there(url: str) -> None:
    with pytest.raises(Temporary, match="cannot be reached"):
        await heartbeat.beat(url)
