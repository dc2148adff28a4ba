"""Every TCP conversation leaves through here: guard first, then one's turn, then the dial; plain or under TLS.

In: address and port, never a name. Out: a `Stream`, or `Failed` with the fault as model.Fault defines it.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from triage.model import Failure, Fault
from triage.probes.exits import Exits
from triage.probes.failing import Failed, from_os, shown
from triage.probes.guard import Guard
from triage.probes.silences import Silences
from triage.probes.turns import Asking, Turns

DIAL_SECONDS = 10.0  # as the CA's (ca-rules: dialTimeout)
HANDSHAKE_SECONDS = 10.0
CHUNK = 16 * 1024
EACH = 3  # at one port of an address: challenge, root and random; a silent port 80 must not hide what 443 says
TOGETHER = 256  # with those of dns.py below the usual 1,024 files

# RFC 8446 section 6; what servers really send before a certificate is shown.
_ALERTS = {
    0: "close notify", 10: "unexpected message", 40: "handshake failure", 42: "bad certificate",
    47: "illegal parameter", 49: "access denied", 70: "protocol version", 71: "insufficient security",
    80: "internal error", 86: "inappropriate fallback", 90: "user canceled", 109: "missing extension",
    112: "unrecognized name", 116: "certificate required", 120: "no application protocol",
}  # fmt: skip


class Stream:
    """One open connection. Bytes out, bytes in; nothing is buffered."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()

    async def send(self, octets: bytes) -> None:
        try:
            await self._loop.sock_sendall(self._sock, octets)
        except OSError as error:
            raise _failed(error) from error

    async def receive(self) -> bytes:
        """The next octets; none at all where the other side has closed."""
        try:
            return await self._loop.sock_recv(self._sock, CHUNK)
        except OSError as error:
            raise _failed(error) from error


class SealedStream(Stream):
    """The same under TLS. The handshake keeps the first octets, to say what spoke instead of TLS.

    OpenSSL itself bounds its size (a chain of 100 KiB at most); its time is bounded by `seal`.
    """

    def __init__(self, stream: Stream, context: ssl.SSLContext, name: str | None) -> None:
        self._plain = stream
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        except (ValueError, UnicodeError) as error:  # a label that is empty or too long for SNI
            raise Failed(Fault.NOT_ASKED, "the name cannot be sent in a TLS handshake") from error

    async def handshake(self) -> None:
        first = b""
        while True:
            try:
                self.tls.do_handshake()
                await self._flush()
                return
            except ssl.SSLWantReadError:
                await self._flush()
            except ssl.SSLError as error:
                raise Failed(Fault.TLS, _handshake_words(error, first)) from error
            octets = await self._plain.receive()
            if not octets:
                raise Failed(Fault.TLS, "closed during the TLS handshake")
            first = first or octets[:64]
            self._incoming.write(octets)

    async def send(self, octets: bytes) -> None:
        self.tls.write(octets)
        await self._flush()

    async def receive(self) -> bytes:
        while True:
            try:
                return self.tls.read(CHUNK)
            except ssl.SSLWantReadError:
                octets = await self._plain.receive()
                if not octets:
                    return b""
                self._incoming.write(octets)
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLError as error:  # a fatal alert instead of an answer, or a broken record
                raise Failed(Fault.TLS, _reason(error)) from error

    async def _flush(self) -> None:
        if octets := self._outgoing.read():
            await self._plain.send(octets)


class Wire:
    """The door to TCP. `ports` moves well-known ports elsewhere, for a lab without root."""

    def __init__(self, guard: Guard, ports: Mapping[int, int], exits: Exits) -> None:
        self._guard = guard
        self._ports = ports
        self._exits = exits
        self._turns = Turns(EACH, TOGETHER)
        self._silences = Silences()

    @asynccontextmanager
    async def open(self, address: str, port: int, asking: Asking, dial: float = DIAL_SECONDS) -> AsyncGenerator[Stream]:
        """A connection to one address. What one dial finds out is told to all who wait for the same port."""
        if why := self._guard.objection(address):
            raise Failed(Fault.FORBIDDEN, why)
        async with self._turns.at(address, port, asking) as turn:
            told = turn.told or self._silences.at((address, port))
            if told is not None:
                raise Failed(told.fault, f"{told.detail} (found by another question)")
            asking.begin(f"dialing {address}")
            sock, began = _socket_for(address), asyncio.get_running_loop().time()
            dial = asking.allowed(dial)
            try:
                trying = _dialed(sock, (address, self._ports.get(port, port)), dial)
                failure = await self._exits.weighed(address, port, trying, lambda other: self._knock(other, port))
                turn.tell(failure)
                if failure is not None:
                    raise Failed(failure.fault, failure.detail)
                asking.phase = "connected"
                yield Stream(sock)
                self._silences.answered((address, port))
            except Failed as failed:
                self._silences.met((address, port), failed.failure, asking.watch, began)
                raise
            finally:
                sock.close()

    async def _knock(self, address: str, port: int) -> Failure | None:
        """Dial, and hang up at once."""
        if why := self._guard.objection(address):
            return Failure(Fault.FORBIDDEN, why)
        try:
            with _socket_for(address) as sock:
                return await _dialed(sock, (address, self._ports.get(port, port)), DIAL_SECONDS)
        except Failed as failed:
            return failed.failure


async def seal(stream: Stream, context: ssl.SSLContext, name: str | None, asking: Asking) -> SealedStream:
    """TLS over an open connection; `name` goes into SNI, None where it is an address."""
    asking.phase = "connected, in the TLS handshake"
    sealed = SealedStream(stream, context, name)
    seconds = asking.allowed(HANDSHAKE_SECONDS)
    try:
        async with asyncio.timeout(seconds):
            await sealed.handshake()
    except TimeoutError:
        raise Failed(Fault.STALLED, f"the TLS handshake took over {seconds:.0f} s") from None
    return sealed


def has_route(family: socket.AddressFamily) -> bool:
    """Has this host a way to the internet in that address family at all? Sends nothing."""
    probe = ("192.0.32.8", 9) if family is socket.AF_INET else ("2001:500:88:200::8", 9)
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect(probe)  # UDP: only the route is looked up
            own = sock.getsockname()[0]
    except OSError:
        return False
    return not own.startswith(("fc", "fd", "fe8", "fe9", "fea", "feb"))


def unroutable(address: str) -> Failure | None:
    """Why `address` cannot be asked from this host, where that is not the other side's fault."""
    if ":" in address and not address.startswith(("::1", "fc", "fd")) and not has_route(socket.AF_INET6):
        return Failure(Fault.NOT_ASKED, "no IPv6 on this host")
    return None


def _socket_for(address: str) -> socket.socket:
    if failure := unroutable(address):
        raise Failed(failure.fault, failure.detail)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    except OSError as error:
        raise _failed(error) from error
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


async def _dialed(sock: socket.socket, where: tuple[str, int], seconds: float) -> Failure | None:
    try:
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(sock, where)
    except TimeoutError:
        return Failure(Fault.TIMEOUT, f"no connection within {seconds:.0f} s")
    except OSError as error:
        failure = from_os(error)
        if failure.fault is Fault.UNREACHABLE and "." in where[0] and not has_route(socket.AF_INET):
            return Failure(Fault.NOT_ASKED, "no IPv4 on this host")
        return failure
    return None


def _failed(error: OSError) -> Failed:
    failure = from_os(error)
    return Failed(failure.fault, failure.detail)


def _handshake_words(error: ssl.SSLError, first: bytes) -> str:
    if first.startswith((b"HTTP/", b"<")):
        return "plain HTTP instead of TLS"
    if first[:1] == b"\x15" and len(first) >= 7:  # an alert record in clear: type, version, length, level, description
        return f"alert: {_ALERTS.get(first[6], str(first[6]))}"
    if first and first[:1] != b"\x16":
        return f"not TLS; first bytes: {shown(first)}"
    if error.reason == "UNSUPPORTED_PROTOCOL":
        return "nothing newer than TLS 1.1"
    return _reason(error)


def _reason(error: ssl.SSLError) -> str:
    words = (error.reason or "TLS error").lower().replace("_", " ")
    for prefix in ("tlsv13 alert ", "tlsv1 alert ", "sslv3 alert ", "tlsv1 "):
        if words.startswith(prefix):
            return f"alert: {words.removeprefix(prefix)}"
    return words
