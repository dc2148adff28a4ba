"""A port that is closed on the way out of this host is known once, and never held against the other side."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import dns.message
import pytest

from tests.probes.servers import answer, ask, closed_port, name_server, probes, zone
from tests.probes.test_silence import plain_http
from triage.model import AskDns, AskHttp, AskTls, Failure, Fault
from triage.probes import NetworkProbes
from triage.probes.exits import Exits

THERE, CONTROL = "127.0.0.1", "127.0.0.2"  # who is asked about, and who is always there
OURS = Failure(Fault.NOT_ASKED, "port 80 is closed on the way out of this host")


def at_80(address: str) -> AskHttp:
    return AskHttp("http", "e.com", address, "/")


@contextmanager
def silent(address: str, port: int = 0) -> Iterator[int]:
    """As tests/probes/test_silence.py's: its queue is full, so that every further SYN is dropped."""
    with socket.socket() as listener:
        listener.bind((address, port))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        try:
            yield listener.getsockname()[1]
        finally:
            for filler in fillers:
                filler.close()


@asynccontextmanager
async def alive(address: str, port: int) -> AsyncIterator[None]:
    server = await asyncio.start_server(plain_http, address, port)
    async with server:
        yield


@asynccontextmanager
async def asker(port: int, control: str = CONTROL) -> AsyncIterator[NetworkProbes]:
    async with name_server(zone(f"control.test. 60 IN A {control}")) as port_53:
        its = probes(resolvers=(f"127.0.0.1:{port_53}",), ports={80: port, 443: port}, controls=("control.test",))
        try:
            yield its
        finally:
            await its.close()


async def test_where_nobody_answers_it_is_our_own_port() -> None:
    with silent(THERE) as port, silent(CONTROL, port):
        async with asker(port) as its:
            assert await answer(its, at_80(THERE)) == OURS


async def test_a_firewall_that_refuses_in_their_name() -> None:
    async with asker(closed_port()) as its:
        assert await answer(its, at_80(THERE)) == OURS


async def test_where_the_control_answers_it_is_theirs() -> None:
    with silent(THERE) as port:
        async with alive(CONTROL, port), asker(port) as its:
            got = await answer(its, at_80(THERE))
    assert isinstance(got, Failure)
    assert got.fault is Fault.TIMEOUT


async def test_where_anybody_else_has_answered_it_is_theirs() -> None:
    """127.0.0.3 answers, so there is no use in knocking anywhere."""
    with silent(THERE) as port, silent(CONTROL, port):
        async with alive("127.0.0.3", port), asker(port) as its:
            await answer(its, AskTls("e.com", "127.0.0.3"))  # port 443 is another way than port 80
            await answer(its, at_80("127.0.0.3"))
            got = await answer(its, at_80(THERE))
    assert isinstance(got, Failure)
    assert got.fault is Fault.TIMEOUT


@pytest.mark.parametrize("controls", [(), ("nowhere.test",)], ids=["none is named", "none can be found"])
async def test_without_a_control_nothing_is_said_of_us(controls: tuple[str, ...]) -> None:
    async with name_server(zone("control.test. 60 IN A 127.0.0.2")) as port_53:
        its = probes(resolvers=(f"127.0.0.1:{port_53}",), ports={80: closed_port()}, controls=controls)
        got = await answer(its, at_80(THERE))
    assert isinstance(got, Failure)
    assert got.fault is Fault.REFUSED


async def test_port_53_that_is_closed_on_our_side() -> None:
    def mute(_: dns.message.Message) -> bytes | None:
        return None

    async with name_server(mute) as port:
        # The root servers of this test are not there either: nobody answers at that port but our resolver.
        its = probes(ports={53: port}, controls=("control.test",))
        (observation,) = await ask(its, AskDns("example.com", "A", at="127.0.0.1"))
    assert observation.answer == Failure(Fault.NOT_ASKED, "port 53 is closed on the way out of this host")


async def test_many_who_wait_knock_once() -> None:
    knocked: list[str] = []

    async def nobody(address: str) -> Failure | None:
        knocked.append(address)
        return Failure(Fault.TIMEOUT)

    async def dead() -> Failure | None:
        return Failure(Fault.REFUSED)

    async def controls(_: int) -> tuple[str, ...]:
        return ("192.0.2.1", "2001:db8::1")

    exits = Exits(controls)
    got = [await exits.weighed(f"198.51.100.{n}", 80, dead(), nobody) for n in range(20)]
    assert (got, knocked) == ([OURS] * 20, ["192.0.2.1"])
