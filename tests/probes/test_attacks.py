"""Attacks 21 to 25 and 40 of the threat list that concern the asking, by number; hostile servers of every kind.

That forbidden addresses are never contacted is proved in test_never_reached.py, where every address is ours.
"""

import asyncio
import json
import logging
import subprocess
import sys
import time
from pathlib import Path

import dns.message
import pytest

from tests.probes.servers import Talk, answer, ask, name_server, probes, says, tcp, zone
from tests.probes.test_registries import told
from triage.model import AskDns, AskHttp, AskRegistry, AskTls, DnsAnswer, Failure, Fault, HttpAnswer, Observation

A = "example.com. 300 IN A 93.184.216.34"


def drip(octets: bytes, seconds: float = 0.2) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        while True:
            for octet in octets:
                writer.write(bytes((octet,)))
                await writer.drain()
                await asyncio.sleep(seconds)

    return talk


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    while True:
        writer.write(b"\x16\x03\x03\x00\x05hello" * 1000)
        await writer.drain()


TAR_PITS: dict[str, tuple[Talk, AskHttp | AskTls, str]] = {
    "headers by drops": (
        drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500),
        AskHttp("http", "e.com", "", "/"),
        "first bytes",
    ),
    "nothing at all": (silent, AskHttp("http", "e.com", "", "/"), "nothing came"),
    "a body by drops": (
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b"y" * 900, 0.1),
        AskHttp("http", "e.com", "", "/"),
        "",
    ),
    "a silent TLS handshake": (silent, AskTls("e.com", ""), "the TLS handshake took over 10 s"),
    "a TLS handshake by drops": (drip(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"), AskTls("e.com", ""), "over 10 s"),
    "a silent https hop": (silent, AskHttp("https", "e.com", "", "/"), "the TLS handshake took over 10 s"),
}


async def test_every_tar_pit_ends_by_its_own_limit() -> None:
    async def caught(case: str) -> tuple[str, Observation]:
        talk, question, _ = TAR_PITS[case]
        async with tcp(talk) as port:
            asked = type(question)(**{f: getattr(question, f) for f in question.__slots__} | {"address": "127.0.0.1"})
            (only,) = await ask(probes(ports={80: port, 443: port}), asked, deadline=40.0)
        return case, only

    for case, seen in await asyncio.gather(*map(caught, TAR_PITS)):
        assert seen.seconds < 20, case  # by its own limit, not by the deadline
        assert isinstance(seen.answer, Failure), case
        assert seen.answer.fault is Fault.STALLED, case
        assert TAR_PITS[case][2] in seen.answer.detail, case


async def test_a_flood_instead_of_a_handshake_is_cut_by_size() -> None:
    async with tcp(flood) as port:
        began = time.monotonic()
        got = await answer(probes(ports={443: port}), AskTls("example.com", "127.0.0.1"))
    assert isinstance(got, Failure)
    assert got.fault in (Fault.TOO_LARGE, Fault.TLS)
    assert time.monotonic() - began < 2


async def test_a_redirect_with_undecodable_bytes_can_be_told_and_followed() -> None:
    location = b"http://example.com/\xff\xfe\xe3\x81 \x01?x={{7*7}}"
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: " + location.replace(b"\x01", b"\t") + b"\r\n\r\n")

    async with tcp(talk) as port:
        first = await answer(probes(ports={80: port}), AskHttp("http", "example.com", "127.0.0.1", "/"))
        assert isinstance(first, HttpAnswer)
        target = (first.header("location") or "").removeprefix("http://example.com")
        assert target.isprintable()
        second = await answer(probes(ports={80: port}), AskHttp("http", "example.com", "127.0.0.1", target))
    assert isinstance(second, HttpAnswer)
    assert seen[1].isascii()
    assert seen[1].count(b" ") == 2


@pytest.mark.attack(number=21)
async def test_21_a_host_that_would_break_out_of_the_request_is_not_sent() -> None:
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(4096))

    async with tcp(talk) as port:
        for host in ("a.com\r\nX: y", "a.com\nX: y", "a.com\0", "例.jp"):
            got = await answer(probes(ports={80: port}), AskHttp("http", host, "127.0.0.1", "/"))
            assert isinstance(got, Failure)
            assert got.fault is Fault.NOT_ASKED
    assert seen == []


async def test_22_names_are_asked_as_they_are_without_any_search_domain() -> None:
    asked: list[str] = []

    def reply(query: dns.message.Message) -> bytes:
        asked.append(query.question[0].name.to_text())
        return zone(rcode="NXDOMAIN")(query)

    async with name_server(reply) as port:
        await ask(probes(resolvers=(f"127.0.0.1:{port}",)), AskDns("intranet", "A"), AskDns("www.intranet", "A"))
    assert sorted(asked) == ["intranet.", "www.intranet."]


@pytest.mark.attack(number=22)
async def test_22_an_answer_of_64_kib_is_bounded_and_quick() -> None:
    many = zone(*(f"example.com. 300 IN A 10.{n // 65536}.{n // 256 % 256}.{n % 256}" for n in range(3900)))

    def reply(query: dns.message.Message) -> bytes:
        made = dns.message.make_response(query)
        made.flags |= dns.flags.TC
        return made.to_wire()

    def over_tcp(query: dns.message.Message) -> bytes:
        return many(query)

    async with name_server(reply, over_tcp) as port:
        began = time.monotonic()
        got = await answer(probes(resolvers=(f"127.0.0.1:{port}",)), AskDns("example.com", "A"))
    assert isinstance(got, DnsAnswer)
    assert len(got.answer) <= 500
    assert time.monotonic() - began < 2


@pytest.mark.attack(number=22)
async def test_22_silent_name_servers_do_not_stop_other_names() -> None:
    def reply(query: dns.message.Message) -> bytes | None:
        return None if query.question[0].name.to_text().startswith("dead") else zone(A)(query)

    async with name_server(reply) as port:
        asker = probes(ports={53: port}, resolvers=(f"127.0.0.1:{port}",))

        async def one(name: str) -> float:
            began = time.monotonic()
            async with asker.round(11.0) as round:
                round.start([AskDns(name, "A")])
                async for _ in round:
                    pass
            return time.monotonic() - began

        dead = [asyncio.create_task(one(f"dead{n}.com")) for n in range(100)]
        await asyncio.sleep(0.1)
        assert await one("example.com") < 1
        for task in dead:
            task.cancel()
        await asyncio.gather(*dead, return_exceptions=True)
        await asker.close()


@pytest.mark.attack(number=23)
@pytest.mark.attack(number=25)
@pytest.mark.parametrize("name", ["例え.jp", "a" * 64 + ".jp", "a..jp", "x." * 127 + "jp"])
async def test_22_23_25_a_name_that_is_none_is_not_asked(name: str) -> None:
    got = await answer(probes(), AskDns(name, "A"))
    assert isinstance(got, Failure)
    assert got.fault is Fault.NOT_ASKED


async def test_24_a_registry_that_answers_without_end(tmp_path: Path) -> None:
    body = json.dumps({"objectClassName": "domain", "ldhName": "example.com", "notices": ["x" * 5_000_000]})
    pages = {"registry.test/rdap/domain/example.com": (200, {}, body)}
    got = await told(tmp_path, AskRegistry("example.com"), pages)
    assert got == Failure(Fault.GARBLED, "registry.test answers in something that is not JSON")


async def test_24_whois_without_end(tmp_path: Path) -> None:
    began = time.monotonic()
    got = await told(tmp_path, AskRegistry("example.jp", by="whois"), whois=b"[x] y\n" * 2_000_000)
    assert isinstance(got, Failure)
    assert got.fault is Fault.GARBLED
    assert time.monotonic() - began < 5


@pytest.mark.attack(number=40)
async def test_40_nothing_is_logged_or_printed(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, logger="triage")
    async with tcp(says(b"\x1b]0;evil\x07\r\n\r\n")) as port:
        await ask(probes(ports={80: port}), AskHttp("http", "example.com", "127.0.0.1", "/"), AskDns("x.com", "A"))
    assert [r for r in caplog.records if r.name.startswith("triage")] == []
    assert "".join(capsys.readouterr()) == ""


async def test_40_details_never_carry_control_characters() -> None:
    async with tcp(says(b"\x1b]0;evil\x07\r\n\r\n")) as port:
        got = await answer(probes(ports={80: port}), AskHttp("http", "example.com", "127.0.0.1", "/"))
    assert got == Failure(Fault.GARBLED, "first bytes: \\x1b]0;evil\\x07\\x0d\\x0a\\x0d\\x0a")


async def test_40_what_a_registry_says_is_cleaned_and_bounded(tmp_path: Path) -> None:
    got = await told(
        tmp_path, AskRegistry("example.jp", by="whois"), whois=b"\x1b[31mgo\x9b away " + b"x" * 999 + b"\n"
    )
    assert isinstance(got, Failure)
    assert got.detail.startswith("whois.test says neither yes nor no:  [31mgo")
    assert got.detail.isprintable()
    assert len(got.detail) <= 200


def test_a_thousand_names_in_flight_take_less_than_300_mb() -> None:
    """In a process of its own, since what pytest holds does not count."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.probes.thousand_names"], capture_output=True, text=True, timeout=120, check=True
    )
    seen = json.loads(done.stdout)
    assert seen["answered"] == seen["asked"]
    assert seen["in_flight"] == 1000
    assert seen["megabytes"] < 300
