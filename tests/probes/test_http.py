"""One GET over real sockets: what is sent, what comes back, and every way in which a server can be broken."""

import asyncio
import re
import time

import pytest
import trustme

import triage
from tests.probes.servers import Talk, answer, ask, closed_port, page, probes, says, tcp
from triage.model import AskHttp, Failure, Fault, HttpAnswer

PATH = "/.well-known/acme-challenge/{token}"


def question(port_80: int = 0, **changes: object) -> AskHttp:
    defaults: dict[str, object] = {"scheme": "http", "host": "example.com", "address": "127.0.0.1", "target": PATH}
    return AskHttp(**{**defaults, **changes})  # type: ignore[arg-type]


async def fetched(talk: Talk, **changes: object) -> HttpAnswer | Failure:
    async with tcp(talk) as port:
        got = await answer(probes(ports={80: port}), question(**changes))
    assert isinstance(got, HttpAnswer | Failure)
    return got


async def test_what_is_sent() -> None:
    sent: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    async with tcp(talk) as port:
        await answer(probes(ports={80: port}, contact="https://triage.example/about"), question())
    (request,) = sent
    token = re.match(r"GET /\.well-known/acme-challenge/([A-Za-z0-9_-]{43}) HTTP/1\.1\r\n", request)
    assert token
    assert request.splitlines()[1:] == [
        "Host: example.com",
        f"User-Agent: triage/{triage.__version__} (certificate renewal check; +https://triage.example/about)",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
    ]


async def test_the_second_user_agent_has_the_cas_shape_and_still_names_us() -> None:
    sent: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.append((await reader.readuntil(b"\r\n\r\n")).decode())

    async with tcp(talk) as port:
        await answer(probes(ports={80: port}, contact="https://triage.example/about"), question(like_ca=True))
    assert f"\r\nUser-Agent: Mozilla/5.0 (compatible; triage/{triage.__version__}, asking like a CA: " in sent[0]
    assert "Let's Encrypt validation server" in sent[0]
    assert "+https://triage.example/about" in sent[0]


async def test_no_proxy_and_no_netrc_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / ".netrc").write_text("machine example.com login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    sent: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 404 Not Found\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")

    async with tcp(talk) as port:
        got = await ask(probes(ports={80: port}), question(), question(target="/"))
    assert [o.answer.status for o in got if isinstance(o.answer, HttpAnswer)] == [404, 404]
    assert not any(word in request.lower() for request in sent for word in (b"cookie", b"authorization", b"proxy"))


async def test_a_whole_answer() -> None:
    got = await fetched(page("<title>例</title>".encode(), "404 Not Found", "Server: nginx", "X-Odd: a\tb"))
    assert got == HttpAnswer(
        404,
        (("content-length", "18"), ("connection", "close"), ("server", "nginx"), ("x-odd", "a\ufffdb")),
        "<title>例</title>",
        18,
    )


@pytest.mark.parametrize("fold", [str, str.lower, str.upper], ids=["as sent", "lower case", "upper case"])
async def test_tokens_are_put_back(fold) -> None:  # type: ignore[no-untyped-def]
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        writer.write(f"HTTP/1.1 301 Moved\r\nLocation: https://www.example.com{fold(target)}\r\n\r\n{target}".encode())

    got = await fetched(talk, target="/a/{token}?b={other}")
    assert isinstance(got, HttpAnswer)
    assert got.header("location") == "https://www.example.com" + fold("/a/@?b=#").replace("@", "{token}").replace(
        "#", "{other}"
    )
    assert got.body == "/a/{token}?b={other}"


async def test_one_round_has_one_pair_of_tokens_and_the_next_another() -> None:
    sent: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.append((await reader.readuntil(b"\r\n\r\n")).split()[1].decode().lstrip("/"))

    async with tcp(talk) as port:
        await ask(probes(ports={80: port}), question(target="/{token}"), question(target="//{token}"))
        await ask(probes(ports={80: port}), question(target="/{token}"))
        await ask(probes(ports={80: port}), question(target="/{other}"))
    assert sent[0] == sent[1]
    assert len(set(sent)) == 3


BODIES = {
    "utf-8, cut within a letter": ("あ".encode() * 2000, "あ" * 1024, 4096),
    "latin-1": (b"caf\xe9", "café", 4),
    "control characters": (b"a\0b\x1b[31mc\r\nd\xc2\x85", "a b [31mc\nd ", 14),
    "empty": (b"", "", 0),
}


@pytest.mark.parametrize("case", BODIES)
async def test_bodies(case: str) -> None:
    octets, text, length = BODIES[case]
    got = await fetched(page(octets))
    assert isinstance(got, HttpAnswer)
    assert got.body == text
    assert got.length == pytest.approx(length, abs=16 * 1024 if length == 4096 else 0)


TARGETS = {
    "a Location that was never encoded": ("/\xe3\x81\x82 b", "/%E3%81%82%20b"),
    "a letter beyond Latin-1": ("/あ", "/%E3%81%82"),
    "a line break": ("/a\r\nHost: evil", "/a%0D%0AHost:%20evil"),
    "already encoded": ("/a%20b?c=%zz", "/a%20b?c=%zz"),
}


@pytest.mark.parametrize("case", TARGETS)
async def test_targets_are_sent_encoded(case: str) -> None:
    sent: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.append((await reader.readuntil(b"\r\n\r\n")).decode().split(" HTTP/1.1")[0])
        writer.write(b"HTTP/1.1 404 Not Found\r\n\r\n")

    await fetched(talk, target=TARGETS[case][0])
    assert sent == [f"GET {TARGETS[case][1]}"]


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    import socket
    import struct

    await reader.readuntil(b"\r\n\r\n")
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


BROKEN: dict[str, tuple[Talk, Failure]] = {
    "closed without an answer": (says(), Failure(Fault.CLOSED, "closed without an answer")),
    "reset": (_reset, Failure(Fault.RESET, "ECONNRESET: Connection reset by peer")),
    "an SSH banner": (
        says(b"SSH-2.0-OpenSSH_9\r\n"),
        Failure(Fault.GARBLED, "first bytes: SSH-2.0-OpenSSH_9\\x0d\\x0a"),
    ),
    "a TLS alert": (
        says(b"\x15\x03\x01\0\2\2\x46"),
        Failure(Fault.GARBLED, "first bytes: \\x15\\x03\\x01\\x00\\x02\\x02F"),
    ),
    "HTTP/2 settings": (
        says(b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x80"),
        Failure(
            Fault.GARBLED, "first bytes: \\x00\\x00\\x12\\x04\\x00\\x00\\x00\\x00\\x00\\x00\\x03\\x00\\x00\\x00\\x80"
        ),
    ),
    "half a status line": (says(b"HTTP/1.1 20"), Failure(Fault.GARBLED, "first bytes: HTTP/1.1 20")),
    "headers without end": (
        says(b"HTTP/1.1 200 OK\r\n", *[b"X-Header: " + b"a" * 990 + b"\r\n"] * 200),
        Failure(Fault.TOO_LARGE, "headers of more than 32 KiB"),
    ),
    "100,000 interim answers": (
        says(*[b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1000] * 100),
        Failure(Fault.TOO_LARGE, "no final answer within 128 KiB"),
    ),
    # The CA reads the body of a 200, and of no other status.
    "a body that breaks off": (
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
        Failure(Fault.GARBLED, "status 200, then a body that broke off after 5 octets"),
    ),
    "chunks that are none": (
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Failure(Fault.GARBLED, "status 200, then a body that broke off after 0 octets"),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_server(case: str) -> None:
    talk, failure = BROKEN[case]
    assert await fetched(talk) == failure


WHOLE = {
    "200 with 5 GB": says(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n", *[b"x" * 65536] * 2000),
    "a chunked stream without end": says(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"4000\r\n" + b"x" * 16384 + b"\r\n"] * 2000
    ),
    "a body that breaks off after what the CA reads": says(
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + b"x" * 200
    ),
    "HTTP/1.0 without length": says(b"HTTP/1.0 200 OK\r\n\r\nhello"),
    "500 octets, then silence": says(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + b"x" * 500, hold=30),
}


@pytest.mark.parametrize("case", WHOLE)
async def test_a_status_is_worth_more_than_its_body(case: str) -> None:
    began = time.monotonic()
    got = await fetched(WHOLE[case])
    assert isinstance(got, HttpAnswer)
    assert got.status == 200
    assert got.length <= 20 * 1024
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("more", [b"short", b"", b"x" * 200])
async def test_the_body_of_a_404_may_break_off_or_be_reset(more: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 999\r\n\r\n" + more)
        await writer.drain()
        await _reset(reader, writer)

    got = await fetched(talk)
    assert isinstance(got, HttpAnswer)
    assert got.status == 404


async def test_a_plain_request_at_an_https_port_is_just_an_answer() -> None:
    got = await fetched(page(b"The plain HTTP request was sent to HTTPS port", "400 Bad Request"))
    assert isinstance(got, HttpAnswer)
    assert (got.status, got.body) == (400, "The plain HTTP request was sent to HTTPS port")


async def test_a_closed_port_is_refused() -> None:
    got = await answer(probes(ports={80: closed_port()}), question())
    assert got == Failure(Fault.REFUSED, "ECONNREFUSED: Connection refused")


@pytest.mark.parametrize("port", [22, 25, 8080, 6379])
async def test_other_ports_are_never_dialed(port: int) -> None:
    got = await answer(probes(), question(port=port))
    assert isinstance(got, Failure)
    assert got.fault is Fault.FORBIDDEN


async def test_an_https_hop_takes_any_certificate() -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("other.example").configure_cert(context)
    async with tcp(page(b"ok"), tls=context) as port:
        got = await answer(probes(ports={443: port}), question(scheme="https"))
    assert isinstance(got, HttpAnswer)
    assert got.body == "ok"


@pytest.mark.parametrize("host", ["a" * 64 + ".com", "a..com", "a\r\nb.com", "a b.com"])
async def test_a_host_that_cannot_be_sent_is_not_asked(host: str) -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("other.example").configure_cert(context)
    async with tcp(page(b"ok"), tls=context) as port:
        for scheme in ("http", "https"):
            got = await answer(probes(ports={443: port, 80: port}), question(scheme=scheme, host=host))
            if isinstance(got, Failure):
                assert got.fault in (Fault.NOT_ASKED, Fault.CLOSED)
