"""One GET at one address, nothing followed: AskHttp → HttpAnswer.

The CA's way (RFC 8555 section 8.3 and ca-rules 3): the address is given, the certificate of an https hop is not
verified, at most a few KiB are read. No cookies, no proxy, no netrc: there is no code for them.
"""

import asyncio
import codecs
import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import h11

import triage
from triage.model import AskHttp, Fault, HttpAnswer
from triage.probes.failing import Failed, shown
from triage.probes.turns import Asking
from triage.probes.wire import Stream, Wire, seal

ANSWER_SECONDS = 10.0  # from the open connection to the headers
BODY_SECONDS = 2.0  # for more body, once there is as much as the CA reads
CA_READS = 128  # octets of a body that the CA looks at (ca-rules: maxResponseSize)
MOST_BODY = 4 * 1024
KEPT_BODY = 1024
MOST_HEADERS = 32 * 1024
MOST_BEFORE_ANSWER = 128 * 1024  # octets; ends 100,000 interim answers
_NO_CONTROLS = {n: " " for n in (*range(32), *range(127, 160)) if n not in (9, 10, 13)} | {13: None}
_URL_MARKS = "!$%&'()*+,-./:;=?@[]_~"


@dataclass(frozen=True, slots=True)
class Tokens:
    """A round's two random file names, 43 characters of base64url like an ACME token."""

    token: str
    other: str

    def put_in(self, target: str) -> str:
        return target.replace("{token}", self.token).replace("{other}", self.other)

    def take_out(self, text: str) -> str:
        """The placeholders again, so that an answer can be replayed. Servers that fold case are seen through."""
        for drawn, placeholder in ((self.token, "{token}"), (self.other, "{other}")):
            for spelling in (drawn, drawn.lower(), drawn.upper()):
                text = text.replace(spelling, placeholder)
        return text


class Http:
    def __init__(self, wire: Wire, contact: str) -> None:
        self._wire = wire
        see = f"; +{contact}" if contact else ""
        self.agent = f"triage/{triage.__version__} (certificate renewal check{see})"
        # The CA's own words are in it, for filters that look for them; who really asks stands first.
        ours = f"triage/{triage.__version__}, asking like a CA: Let's Encrypt validation server"
        self.agent_like_ca = f"Mozilla/5.0 (compatible; {ours}{see})"
        self._hop = hop_context()

    async def ask(self, question: AskHttp, tokens: Tokens, asking: Asking) -> HttpAnswer:
        port = question.port or (443 if question.scheme == "https" else 80)
        if port not in (80, 443):
            raise Failed(Fault.FORBIDDEN, f"port {port}: only 80 and 443 are asked")
        request = self._request(question, tokens, port)
        async with self._wire.open(question.address, port, asking) as stream:
            if question.scheme == "https":
                stream = await seal(stream, self._hop, server_name(question.host), asking)
            answer = await get(stream, request, asking, MOST_BODY)
        return _replayable(answer, tokens)

    def _request(self, question: AskHttp, tokens: Tokens, port: int) -> h11.Request:
        host = f"[{question.host}]" if ":" in question.host else question.host
        own_port = 443 if question.scheme == "https" else 80
        agent = self.agent_like_ca if question.like_ca else self.agent
        target = request_target(tokens.put_in(question.target))
        return request(host if port == own_port else f"{host}:{port}", target, agent)


@dataclass(slots=True)
class Reply:
    """What came back, as octets; `whole` where the body ended by itself."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes
    whole: bool


def request(host: str, target: str, agent: str, accept: str = "*/*") -> h11.Request:
    headers = [("Host", host), ("User-Agent", agent), ("Accept", accept)]
    try:
        return h11.Request(
            method="GET", target=target, headers=[*headers, ("Accept-Encoding", "identity"), ("Connection", "close")]
        )
    except (h11.LocalProtocolError, UnicodeError) as error:
        raise Failed(Fault.NOT_ASKED, "this cannot be put into an HTTP request") from error


def request_target(text: str) -> str:
    """A path and query that may be sent: what a server's Location left undecoded is escaped."""
    octets = text.encode("latin-1") if all(ord(c) < 256 for c in text) else text.encode("utf-8", "replace")
    return quote(octets, safe=_URL_MARKS) if not text.isascii() or not text.isprintable() or " " in text else text


def server_name(host: str) -> str | None:
    """What goes into SNI: the name, or nothing for an address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return None


def hop_context() -> ssl.SSLContext:
    """As the CA follows a redirect to https: any certificate, TLS 1.2 or newer, weak keys and ciphers allowed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


async def get(stream: Stream, request: h11.Request, asking: Asking, most_body: int) -> Reply:
    """Send the request and read one answer, bounded in time and size whatever the server does."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEADERS)
    asking.phase = "connected, waiting for the answer"
    exchange = _Exchange(stream, connection, most_body)
    seconds = asking.allowed(ANSWER_SECONDS)
    try:
        async with asyncio.timeout(seconds) as limit:
            await stream.send((connection.send(request) or b"") + (connection.send(h11.EndOfMessage()) or b""))
            await exchange.read_head()
            asking.phase = "reading the answer"
            await exchange.read_body(limit)
    except TimeoutError:
        return exchange.so_far(seconds)
    except h11.RemoteProtocolError as error:
        return exchange.broken(error)
    except Failed:
        if not exchange.is_enough:
            raise
    return exchange.reply


class _Exchange:
    def __init__(self, stream: Stream, connection: h11.Connection, most_body: int) -> None:
        self._stream = stream
        self._h11 = connection
        self._most_body = most_body
        self._first = b""
        self._seen = 0
        self.reply = Reply(0, (), b"", whole=False)

    async def read_head(self) -> None:
        while True:
            event = self._h11.next_event()
            if event is h11.NEED_DATA:
                await self._feed()
            elif isinstance(event, h11.Response):
                self.reply = Reply(event.status_code, list(event.headers), b"", whole=False)
                return
            elif not isinstance(event, h11.InformationalResponse):
                raise h11.RemoteProtocolError("the connection ended before the answer")
            if self._seen > MOST_BEFORE_ANSWER:
                raise Failed(Fault.TOO_LARGE, f"no final answer within {MOST_BEFORE_ANSWER // 1024} KiB")

    async def read_body(self, limit: asyncio.Timeout) -> None:
        shortened = False
        while len(self.reply.body) < self._most_body:
            event = self._h11.next_event()
            if isinstance(event, h11.Data):
                self.reply.body += bytes(event.data)
            elif event is not h11.NEED_DATA:
                self.reply.whole = True
                return
            else:
                if not shortened and len(self.reply.body) >= CA_READS:
                    shortened = True
                    limit.reschedule(min(limit.when() or 0.0, asyncio.get_running_loop().time() + BODY_SECONDS))
                await self._feed()

    async def _feed(self) -> None:
        octets = await self._stream.receive()
        self._first = self._first or octets[:64]
        self._seen += len(octets)
        self._h11.receive_data(octets)

    def so_far(self, seconds: float) -> Reply:
        """What had come when the time was over; too little to be an answer is a failure."""
        if not self.reply.status:
            what = f"first bytes: {shown(self._first)}" if self._first else "nothing came"
            raise Failed(Fault.STALLED, f"connected, no whole answer within {seconds:.0f} s; {what}")
        if not self.is_enough:
            octets = len(self.reply.body)
            raise Failed(Fault.STALLED, f"status {self.reply.status}, then {octets} octets in {seconds:.0f} s")
        return self.reply

    @property
    def is_enough(self) -> bool:
        """The CA would go by what has come: it looks at the status first, and reads the body of a 200 alone."""
        return self.reply.status != 0 and (self.reply.status != 200 or len(self.reply.body) >= CA_READS)

    def broken(self, error: h11.RemoteProtocolError) -> Reply:
        """The protocol was violated, in the head or, after a status, in the body."""
        if self.is_enough:
            return self.reply
        if self.reply.status:
            octets = len(self.reply.body)
            raise Failed(Fault.GARBLED, f"status {self.reply.status}, then a body that broke off after {octets} octets")
        if error.error_status_hint == 431:
            raise Failed(Fault.TOO_LARGE, f"headers of more than {MOST_HEADERS // 1024} KiB")
        if not self._first:
            raise Failed(Fault.CLOSED, "closed without an answer")
        raise Failed(Fault.GARBLED, f"first bytes: {shown(self._first)}")


def _replayable(reply: Reply, tokens: Tokens) -> HttpAnswer:
    headers = tuple(
        (name.decode("ascii", "replace"), tokens.take_out(_header_text(value))) for name, value in reply.headers
    )
    body = tokens.take_out(_body_text(reply.body, reply.whole))[:KEPT_BODY]
    return HttpAnswer(reply.status, headers, body, len(reply.body))


def _header_text(value: bytes) -> str:
    text = value.decode("latin-1")
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def _body_text(octets: bytes, whole: bool) -> str:
    """UTF-8 where it is that (a letter that we cut in half is dropped), else Latin-1; no control characters."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(octets, final=whole)
    except UnicodeDecodeError:
        text = octets.decode("latin-1")
    return text.translate(_NO_CONTROLS)
