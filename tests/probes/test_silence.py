"""An address that drops every packet: the dial's ten seconds, spent once for all who ask."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.probes.servers import probes, tcp
from triage.model import AskHttp, AskTls, Failure, Fault, Observation
from triage.probes import NetworkProbes


@asynccontextmanager
async def dropping() -> AsyncIterator[int]:
    """A port whose queue of connections is full: Linux then drops every further SYN, as a firewall would."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        await asyncio.sleep(0.05)
        try:
            yield listener.getsockname()[1]
        finally:
            for filler in fillers:
                filler.close()


async def plain_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def one(asker: NetworkProbes, *questions: AskHttp | AskTls) -> list[Observation]:
    async with asker.round(11.0) as round:
        round.start(questions)
        return [observation async for observation in round]


def looks(address: str) -> list[AskHttp | AskTls]:
    return [AskHttp("http", "e.com", address, f"/{n}") for n in range(6)] + [AskTls("e.com", address)]


async def fifty_names_on_a_dead_server() -> list[Observation]:
    async with dropping() as dead:
        asker = probes(ports={80: dead, 443: dead})
        rounds = await asyncio.gather(*(one(asker, *looks("127.0.0.1")) for _ in range(50)))
        await asker.close()
    return [observation for round in rounds for observation in round]


async def one_name_with_a_silent_port_80() -> list[Observation]:
    async with dropping() as dead, tcp(plain_http) as alive:
        asker = probes(ports={80: dead, 443: alive})
        got = await one(asker, *looks("127.0.0.1"))
        await asker.close()
    return got


async def test_a_dead_port_costs_its_ten_seconds_once_and_hides_nothing() -> None:
    began = time.monotonic()
    fifty, single = await asyncio.gather(fifty_names_on_a_dead_server(), one_name_with_a_silent_port_80())
    # Dialed a few at a time they would take minutes; how near to 10 s it is, tests/bench/worst.py tells.
    assert time.monotonic() - began < 45
    assert [o.answer.fault for o in fifty if isinstance(o.answer, Failure)] == [Fault.TIMEOUT] * 350
    # What speaks plain HTTP on 443 was seen at once, although six questions wait at port 80.
    assert [type(o.question).__name__ for o in single] == ["AskTls"] + ["AskHttp"] * 6
