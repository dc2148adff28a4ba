"""What a round promises: each question comes back once, in order of arrival, by the deadline."""

import asyncio
import time

import pytest

from tests.probes.servers import ask, name_server, probes, says, tcp, zone
from triage.model import AskDns, AskHttp, AskTls, DnsAnswer, Failure, Fault, HttpAnswer, Observation
from triage.probes import NetworkProbes

A = "example.com. 300 IN A 93.184.216.34"


def get(target: str = "/", address: str = "127.0.0.1") -> AskHttp:
    return AskHttp("http", "example.com", address, target)


async def test_in_order_of_arrival_and_each_once() -> None:
    async with name_server(zone(A)) as dns, tcp(says(b"HTTP/1.1 404 X\r\n\r\n", pause=0.2)) as web:
        asker = probes(ports={80: web, 53: dns})
        quick, slow = AskDns("example.com", "A", at="127.0.0.1"), get()
        got = await ask(asker, slow, quick, slow, quick)
    assert [o.question for o in got] == [quick, slow]
    assert 0.2 <= got[1].seconds < 10
    assert got[0].asked_at.tzinfo is not None


async def test_questions_may_be_added_while_others_arrive() -> None:
    async with name_server(zone(A)) as dns:
        asker = probes(ports={53: dns})
        seen: list[str] = []
        async with asker.round(11.0) as round:
            round.start([AskDns("example.com", "A", at="127.0.0.1")])
            async for observation in round:
                seen.append(observation.question.type)  # type: ignore[union-attr]
                round.start([AskDns("example.com", t, at="127.0.0.1") for t in ("A", "AAAA", "CAA")])
        await asker.close()
    assert sorted(seen) == ["A", "AAAA", "CAA"]


async def test_an_empty_round_ends() -> None:
    assert await ask(probes()) == []


async def test_at_the_deadline_the_rest_is_cut_off_and_says_how_far_it_was() -> None:
    async with name_server(lambda _: None) as dns, tcp(says(hold=60)) as web:
        asker = probes(ports={80: web, 443: web, 53: dns})
        began = time.monotonic()
        got = await ask(
            asker, get(), AskTls("example.com", "127.0.0.1"), AskDns("example.com", "A", "127.0.0.1"), deadline=1.5
        )
    assert time.monotonic() - began < 30  # the servers would have held them for 60
    assert {type(o.question).__name__: o.answer for o in got} == {
        "AskHttp": Failure(Fault.CUT_OFF, "the time was over: connected, waiting for the answer"),
        "AskTls": Failure(Fault.CUT_OFF, "the time was over: connected, in the TLS handshake"),
        "AskDns": Failure(Fault.CUT_OFF, "the time was over: asked 127.0.0.1"),
    }


async def test_after_the_deadline_new_questions_come_back_at_once() -> None:
    async with tcp(says(hold=60)) as web:
        asker = probes(ports={80: web})
        got: list[Observation] = []
        async with asker.round(0.1) as round:
            round.start([get()])
            async for observation in round:
                got.append(observation)
                if len(got) < 5:
                    round.start([get(f"/{len(got)}")])
        await asker.close()
    assert [o.answer.fault for o in got if isinstance(o.answer, Failure)] == [Fault.CUT_OFF] * 5


async def test_leaving_a_round_lets_go_of_everything() -> None:
    asked, closed = asyncio.Event(), asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await reader.read()
        closed.set()

    async with tcp(talk) as web:
        asker = probes(ports={80: web})
        async with asker.round(11.0) as round:
            round.start([get()])
            async with asyncio.timeout(10):
                await asked.wait()
        async with asyncio.timeout(10):
            await closed.wait()
        await asker.close()
    assert [t for t in asyncio.all_tasks() if t is not asyncio.current_task() and "triage" in repr(t)] == []


async def test_far_too_many_questions_are_refused_politely() -> None:
    async with name_server(zone(A)) as dns:
        got = await ask(probes(ports={53: dns}), *(AskDns(f"n{n}.com", "A", "127.0.0.1") for n in range(230)))
    refused = [o.answer for o in got if isinstance(o.answer, Failure)]
    assert [f.fault for f in refused] == [Fault.NOT_ASKED] * 30
    assert refused[0].detail == "more than 200 questions of this kind for one name"


async def test_many_rounds_visit_one_address_a_few_at_a_time() -> None:
    now, most = 0, 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.06)
        finally:
            now -= 1
        writer.write(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n")

    async def one(asker: NetworkProbes) -> list[Observation]:
        # 200 visits of 60 ms, 3 at a time, take 4 s. A visit has 50 times what it needs: where the machine stands still
        # for so long that rounds are cut off, the server counts those who have left and those who came for them.
        async with asker.round(3.0) as round:
            round.start([get("/a"), get("/b")])
            return [o async for o in round]

    async with tcp(talk) as web:
        asker = probes(ports={80: web})
        rounds = await asyncio.gather(*(one(asker) for _ in range(100)))
        await asker.close()
    assert all(isinstance(o.answer, HttpAnswer) for round in rounds for o in round)
    assert most == 3


async def test_who_comes_back_is_the_same_for_equal_questions_of_many_rounds() -> None:
    asked = 0

    def reply(query):  # type: ignore[no-untyped-def]
        nonlocal asked
        asked += 1
        return zone(A)(query)

    async with name_server(reply) as dns:
        asker = probes(resolvers=(f"127.0.0.1:{dns}",))

        async def one() -> list[Observation]:
            async with asker.round(11.0) as round:
                round.start([AskDns("example.com", "A")])
                return [o async for o in round]

        rounds = await asyncio.gather(*(one() for _ in range(20)))
        await asker.close()
    assert asked == 1
    assert all(isinstance(o.answer, DnsAnswer) for round in rounds for o in round)


async def test_one_round_that_is_cut_off_does_not_take_the_look_up_from_another() -> None:
    async with name_server(lambda q: None) as silent:
        asker = probes(resolvers=(f"127.0.0.1:{silent}",))

        async def one(deadline: float) -> list[Observation]:
            async with asker.round(deadline) as round:
                round.start([AskDns("example.com", "A")])
                return [o async for o in round]

        cut, whole = await asyncio.gather(one(0.1), one(11.0))
        await asker.close()
    assert [o.answer.fault for o in (*cut, *whole) if isinstance(o.answer, Failure)] == [Fault.CUT_OFF, Fault.TIMEOUT]


@pytest.mark.parametrize("resolver", ["nonsense", "1.2.3.4:x", "[::1", "999.1.1.1"])
def test_a_resolver_that_is_no_address_is_said_so(resolver: str) -> None:
    from triage.model import Permanent

    with pytest.raises(Permanent, match=r"probes\.resolvers"):
        NetworkProbes(resolvers=(resolver,))
