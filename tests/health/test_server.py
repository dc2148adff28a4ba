"""GET /health and /metrics by socket, and what else may knock at that door."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.health.house import House, Said
from triage.health import Health
from triage.ledger import open_ledger
from triage.model import Arrival, Hold, MailKey, Permanent


@dataclass
class Door:
    house: House
    health: Health
    port: int

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """The status line and the body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        return head.partition(b"\r\n")[0], body

    async def get(self, path: str) -> tuple[bytes, bytes]:
        return await self.ask(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    house, port = House(tmp_path), free_port()
    health = house.health(listen=("127.0.0.1", port))
    async with health.kept():
        yield Door(house, health, port)
    await house.ledger.close()


async def test_well(door: Door) -> None:
    door.health.pulse.hear(Said("polled", "inbox"))
    door.health.pulse.hear(Said("round"))
    status, body = await door.get("/health")
    assert (status, json.loads(body)) == (
        b"HTTP/1.1 200 ",
        {
            "well": True,
            "reasons": [],
            "since": "2026-11-28T02:05:00+00:00",
            "mailboxes": {"inbox": {"last_good_poll": "2026-11-28T02:05:00+00:00"}},
            "last_good_round": "2026-11-28T02:05:00+00:00",
            "open_mails": 0,
            "oldest_open_mail": None,
            "letters_due": 0,
            "oldest_letter_due": None,
        },
    )


async def test_not_well(door: Door) -> None:
    door.house.later(minutes=9)
    status, body = await door.get("/health?verbose")
    assert status == b"HTTP/1.1 503 "
    assert json.loads(body)["reasons"] == ["mailbox inbox was not polled for 9 min"]


async def test_figures(door: Door) -> None:
    ledger, now = door.house.ledger, door.house.now
    for uid in ("1", "2"):
        await ledger.journal(Arrival(MailKey("inbox", "INBOX", 1, uid), b"x", now), uid, now)
    await ledger.ended(2, Hold("no notice"), now)
    door.health.pulse.hear(Said("held", "no notice"))
    door.house.later(seconds=30)
    status, body = await door.get("/metrics")
    lines = body.decode().splitlines()
    assert status == b"HTTP/1.1 200 "
    for line in (
        'triage_mails_total{outcome="held",reason="no notice"} 1.0',
        "triage_well 1.0",
        "triage_open_mails 1",
        "triage_oldest_open_mail_seconds 30.0",
        'triage_ledger_mails{state="received"} 1',
        'triage_ledger_mails{state="held"} 1',
    ):
        assert line in lines


async def test_a_ledger_that_cannot_be_asked(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "triage.db").write_bytes(b"not a database" * 999)
    house = House(tmp_path / "out", ledger=open_ledger(f"sqlite:///{tmp_path}/triage.db"))
    health = house.health(listen=("127.0.0.1", port))
    async with health.kept():
        status, body = await Door(house, health, port).get("/health")
        _, figures = await Door(house, health, port).get("/metrics")
    await house.ledger.close()
    assert status == b"HTTP/1.1 503 "
    assert [reason.partition(":")[0] for reason in json.loads(body)["reasons"]] == ["the ledger"]
    assert b"triage_well 0.0" in figures
    assert b"triage_open_mails" not in figures


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 404 "),
        (b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", b"HTTP/1.1 405 "),
        (b"HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 200 "),
        (b"\x16\x03\x01\x00\xff\r\n\r\n", b""),
        (b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000, b""),
    ],
    ids=["another path", "another method", "the head alone", "no HTTP", "a large head"],
)
async def test_what_else_may_knock(door: Door, request_: bytes, answer: bytes) -> None:
    assert (await door.ask(request_))[0] == answer


async def test_many_who_say_nothing_do_not_pile_up(door: Door) -> None:
    idle = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(16)]
    await asyncio.sleep(0.1)
    reader, late = await asyncio.open_connection("127.0.0.1", door.port)
    with suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), 2) == b""
    late.close()
    for _, writer in idle:
        writer.close()
    await asyncio.sleep(0.1)
    assert (await door.get("/health"))[0] == b"HTTP/1.1 200 "


async def test_a_port_that_is_taken_is_said(door: Door, tmp_path: Path) -> None:
    health = House(tmp_path).health(listen=("127.0.0.1", door.port))
    with pytest.raises(Permanent, match=rf"health\.listen: 127\.0\.0\.1:{door.port} cannot be listened on"):
        async with health.kept():
            pass
