"""One DNS question over real sockets: tries, faults, truncation, sharing."""

import asyncio
import time
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import pytest

from tests.probes.servers import answer, ask, closed_port, name_server, probes, zone
from triage.model import AskDns, DnsAnswer, Failure, Fault, Record

A = "example.com. 300 IN A 93.184.216.34"


async def test_recursion_sets_what_a_resolver_needs() -> None:
    seen: list[dns.message.Message] = []

    def reply(query: dns.message.Message) -> bytes:
        seen.append(query)
        return zone(A, flags=("QR", "RA", "AD"))(query)

    async with name_server(reply) as port:
        got = await answer(probes(resolvers=(f"127.0.0.1:{port}",)), AskDns("example.com", "A"))
    assert got == DnsAnswer("NOERROR", (Record("example.com", "A", 300, "93.184.216.34"),), validated=True)
    assert seen[0].flags == dns.flags.RD | dns.flags.AD
    assert (seen[0].edns, seen[0].payload) == (0, 1232)


async def test_a_server_is_asked_without_recursion_and_unchecked_sets_cd() -> None:
    seen: list[int] = []

    def reply(query: dns.message.Message) -> bytes:
        seen.append(query.flags)
        return zone(A)(query)

    async with name_server(reply) as port:
        asker = probes(ports={53: port})
        got = await ask(
            asker, AskDns("example.com", "A", at="127.0.0.1"), AskDns("example.com", "A", "127.0.0.1", True)
        )
    assert [o.answer.authoritative for o in got if isinstance(o.answer, DnsAnswer)] == [True, True]
    assert sorted(seen) == [0, dns.flags.CD]


@pytest.mark.parametrize("rcode", ["NXDOMAIN", "SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"])
async def test_a_refusal_is_an_answer(rcode: str) -> None:
    async with name_server(zone(rcode=rcode, flags=("QR",))) as port:
        got = await answer(probes(ports={53: port}), AskDns("example.com", "A", at="127.0.0.1"))
    assert got == DnsAnswer(rcode)


async def test_a_silent_server_times_out_after_two_tries() -> None:
    tries: list[float] = []

    def reply(query: dns.message.Message) -> None:
        tries.append(time.monotonic())

    async with name_server(reply) as port:
        got = await answer(probes(ports={53: port}), AskDns("example.com", "A", at="127.0.0.1"))
    assert got == Failure(Fault.TIMEOUT, "no answer from 127.0.0.1 within 4 s")
    assert len(tries) == 2


async def test_a_late_answer_to_the_first_try_still_counts() -> None:
    held: list[dns.message.Message] = []

    def reply(query: dns.message.Message) -> bytes | None:
        held.append(query)
        return zone(A)(held[0]) if len(held) == 2 else None

    async with name_server(reply) as port:
        got = await answer(probes(ports={53: port}), AskDns("example.com", "A", at="127.0.0.1"))
    assert isinstance(got, DnsAnswer)


async def test_a_closed_port_is_known_at_once() -> None:
    began = time.monotonic()
    got = await answer(probes(ports={53: closed_port()}), AskDns("example.com", "A", at="127.0.0.1"))
    assert isinstance(got, Failure)
    assert got.fault is Fault.REFUSED
    assert time.monotonic() - began < 4  # no try was waited out


async def test_a_resolver_that_is_not_there_leaves_it_to_the_next() -> None:
    async with name_server(zone(A)) as port:
        asker = probes(resolvers=(f"127.0.0.1:{closed_port()}", f"127.0.0.1:{port}"))
        assert isinstance(await answer(asker, AskDns("example.com", "A")), DnsAnswer)


async def test_without_any_resolver_nothing_was_asked() -> None:
    got = await answer(probes(resolvers=(f"127.0.0.1:{closed_port()}",)), AskDns("example.com", "A"))
    assert isinstance(got, Failure)
    assert got.fault is Fault.NOT_ASKED


async def test_stray_and_forged_packets_are_ignored() -> None:
    class Forging:
        sent = 0

    def reply(query: dns.message.Message) -> bytes:
        Forging.sent += 1
        forged = zone("example.com. 300 IN A 192.168.0.1")(query)
        return (b"\xff\xff" if query.id != 0xFFFF else b"\0\0") + forged[2:] if Forging.sent == 1 else zone(A)(query)

    async with name_server(reply) as port:
        got = await answer(probes(ports={53: port}), AskDns("example.com", "A", at="127.0.0.1"))
    assert isinstance(got, DnsAnswer)
    assert got.of("A") == ("93.184.216.34",)


def cut(query: dns.message.Message) -> bytes:
    made = dns.message.make_response(query)
    made.flags |= dns.flags.TC
    return made.to_wire()


async def test_a_truncated_answer_is_fetched_over_tcp() -> None:
    long = 'example.com. 300 IN TXT "' + "x" * 250 + '" "' + "y" * 250 + '" "' + "z" * 250 + '"'
    async with name_server(cut, over_tcp=zone(long)) as port:
        got = await answer(probes(ports={53: port}), AskDns("example.com", "TXT", at="127.0.0.1"))
    assert isinstance(got, DnsAnswer)
    assert [len(v) for v in got.of("TXT")] == [750]


TCP_FAULTS: dict[str, tuple[Callable[[dns.message.Message], bytes | None], Fault]] = {
    "closed without an answer": (lambda _: None, Fault.CLOSED),
    "answers another question": (
        lambda _: zone(A)(dns.message.make_query("example.net", "A")),
        Fault.GARBLED,
    ),
}


@pytest.mark.parametrize(("over_tcp", "fault"), TCP_FAULTS.values(), ids=TCP_FAULTS)
async def test_a_truncated_answer_with_broken_tcp_fails(
    over_tcp: Callable[[dns.message.Message], bytes | None], fault: Fault
) -> None:
    async with name_server(cut, over_tcp=over_tcp) as port:
        got = await answer(probes(ports={53: port}), AskDns("example.com", "TXT", at="127.0.0.1"))
    assert isinstance(got, Failure)
    assert got.fault is fault


async def test_a_server_without_edns_is_asked_in_plain() -> None:
    def reply(query: dns.message.Message) -> bytes:
        if query.edns >= 0:
            return zone(rcode="FORMERR", flags=("QR",))(query)
        return zone(A)(query)

    async with name_server(reply) as port:
        got = await answer(probes(ports={53: port}), AskDns("example.com", "A", at="127.0.0.1"))
    assert isinstance(got, DnsAnswer)
    assert got.of("A") == ("93.184.216.34",)


async def test_a_server_that_is_silent_to_edns_is_asked_in_plain_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.probes.dns.SERVER_TRIES", (0.2, 2.0))

    def reply(query: dns.message.Message) -> bytes | None:
        return zone(A)(query) if query.edns < 0 else None

    async with name_server(reply) as port:
        got = await answer(probes(ports={53: port}), AskDns("example.com", "A", at="127.0.0.1"))
    assert isinstance(got, DnsAnswer)
    assert got.of("A") == ("93.184.216.34",)


async def test_a_fleeting_servfail_is_asked_again_and_a_lasting_one_stays() -> None:
    asked: list[str] = []

    def reply(query: dns.message.Message) -> bytes:
        name = query.question[0].name.to_text()
        asked.append(name)
        if name == "bad.com." or len(asked) == 1:
            return zone(rcode="SERVFAIL")(query)
        return zone(A)(query)

    async with name_server(reply) as port:
        asker = probes(resolvers=(f"127.0.0.1:{port}",))
        (good,) = await ask_keeping(asker, AskDns("example.com", "A"))
        (bad,) = await ask_keeping(asker, AskDns("bad.com", "A"))
        await asker.close()
    assert (good.rcode, bad.rcode, asked) == ("NOERROR", "SERVFAIL", ["example.com."] * 2 + ["bad.com."] * 2)


async def ask_keeping(asker, *questions):  # type: ignore[no-untyped-def]
    async with asker.round(11.0) as round:
        round.start(questions)
        return [o.answer async for o in round]


async def test_many_rounds_share_one_look_up() -> None:
    asked: list[str] = []

    def reply(query: dns.message.Message) -> bytes:
        asked.append(query.question[0].name.to_text())
        return zone(A)(query)

    async with name_server(reply) as port:
        asker = probes(resolvers=(f"127.0.0.1:{port}",))
        rounds = await asyncio.gather(*(ask_keeping(asker, AskDns("example.com", "A")) for _ in range(50)))
        later = await ask_keeping(asker, AskDns("example.com", "A"))
        await asker.close()
    assert len(asked) == 1
    assert all(r == later for r in rounds)


async def test_silence_is_told_to_those_who_wait_for_the_same_server() -> None:
    """200 questions at a silent server cost one time-out, not ten."""
    async with name_server(lambda _: None) as port:
        began = time.monotonic()
        got = await ask(probes(ports={53: port}), *(AskDns(f"n{n}.com", "A", at="127.0.0.1") for n in range(150)))
    assert {o.answer.fault for o in got if isinstance(o.answer, Failure)} == {Fault.TIMEOUT}
    assert len(got) == 150
    assert time.monotonic() - began < 25


async def test_a_name_server_of_a_private_network_is_never_asked() -> None:
    got = await answer(probes(allow_networks=()), AskDns("example.com", "A", at="10.0.0.53"))
    assert got == Failure(Fault.FORBIDDEN, "10.0.0.53 is private")


async def test_garbage_from_a_server_is_garbled() -> None:
    def reply(query: dns.message.Message) -> bytes:
        good = zone(A)(query)
        return good[:7] + b"\x09" + good[8:]  # nine answers announced, one there

    async with name_server(reply) as port:
        got = await answer(probes(ports={53: port}), AskDns("example.com", "A", at="127.0.0.1"))
    assert isinstance(got, Failure)
    assert got.fault is Fault.GARBLED


async def test_extended_errors_are_kept() -> None:
    import dns.edns

    def reply(query: dns.message.Message) -> bytes:
        made = dns.message.make_response(query)
        made.set_rcode(dns.rcode.SERVFAIL)
        made.use_edns(0, options=[dns.edns.EDEOption(7, "signature expired")])
        return made.to_wire()

    async with name_server(reply) as port:
        got = await answer(probes(resolvers=(f"127.0.0.1:{port}",)), AskDns("example.com", "A"))
    assert got == DnsAnswer("SERVFAIL", errors=((7, "signature expired"),))
