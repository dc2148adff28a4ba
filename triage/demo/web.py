"""AskHttp and AskTls → what the world's web servers would answer; the lab's real servers take `page` from here too."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from triage.demo.world import CertificatePart, ServerPart, Unsimulated, World
from triage.model import AskHttp, AskTls, Certificate, Failure, Fault, HttpAnswer, TlsAnswer

TRIP = 0.03  # seconds for one round trip
DIAL = 10.0  # after which a connection that does not open is given up, as the CA does
PATIENCE = 10.0  # from the open connection to the answer
KEPT = 1024  # octets of a body that are kept
CONNECTION = {
    "refused": (Fault.REFUSED, TRIP),
    "silent": (Fault.TIMEOUT, DIAL),
    "unreachable": (Fault.UNREACHABLE, TRIP),
}
EXCHANGE = {
    "reset": (Fault.RESET, 2 * TRIP),
    "closed": (Fault.CLOSED, 2 * TRIP),
    "garbled": (Fault.GARBLED, 2 * TRIP),
    "drip": (Fault.STALLED, DIAL),
}
COOKIE_SCRIPT = (
    '<html><body><script type="text/javascript" src="/aes.js"></script><script>function toNumbers(d){var e=[];'
    'd.replace(/(..)/g,function(d){e.push(parseInt(d,16))});return e}document.cookie="__test=1";'
    'location.href="?i=1";</script>This site requires Javascript to work.</body></html>'
)
CHALLENGE_PAGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking</body></html>"
PARKED = "<p>This domain is parked. The domain name has expired or is for sale.</p>"
NOT_SET_UP = ServerPart(address=(), behavior="status", status=404)  # a host name that it does not know
_LEFT = re.compile(r"[?&]r=(\d+)")


@dataclass(frozen=True)
class Simulated:
    """The web servers of one world."""

    world: World

    def http(self, question: AskHttp) -> tuple[HttpAnswer | Failure, float]:
        port = question.port or (443 if question.scheme == "https" else 80)
        server = self._server(question.address, port, question.host, question.target, question.like_ca)
        if server is None:
            return Failure(Fault.REFUSED), TRIP
        trips = 4 * TRIP if question.scheme == "https" else 2 * TRIP
        failure = _no_exchange(server, question.scheme)
        if failure:
            return failure
        if server.seconds > PATIENCE:
            return Failure(Fault.STALLED, f"connected, no whole answer within {PATIENCE:.0f} s; nothing came"), PATIENCE
        whole = page(server, question.scheme, question.host, question.target)
        kept = HttpAnswer(whole.status, whole.headers, whole.body[:KEPT], whole.length)
        return kept, trips + server.seconds

    def tls(self, question: AskTls) -> tuple[TlsAnswer | Failure, float]:
        server = self._server(question.address, 443, question.name, None, False)
        if server is None:
            return Failure(Fault.REFUSED), TRIP
        failure = CONNECTION.get(server.behavior)
        if failure:
            return Failure(failure[0]), failure[1]
        if server.behavior in ("http", "tls-alert"):
            return Failure(Fault.TLS, _alert(server.behavior)), 2 * TRIP
        return TlsAnswer(certificate_of(self.world, server, question.name), "TLSv1.3"), 3 * TRIP

    def _server(self, address: str, port: int, host: str, target: str | None, like_ca: bool) -> ServerPart | None:
        here = self.world.servers_at(address)
        if not here:
            raise Unsimulated(f"the world has no host at {address}")
        listening = [s for s in here if port in s.port]
        if not listening:
            return None
        return choose(listening, host, target, like_ca) or NOT_SET_UP


def choose(servers: Iterable[ServerPart], host: str, target: str | None, like_ca: bool) -> ServerPart | None:
    """The entry that is about this request: by name before all names, then the longest path, then the User-Agent.

    `target` is None before there is a request, as in a TLS handshake.
    """
    fitting = [
        s
        for s in servers
        if (not s.name or host.lower() in s.name)
        and (target is None or target.startswith(s.path))
        and (not s.agent or like_ca)
    ]
    return max(fitting, key=lambda s: (bool(s.name), len(s.path), bool(s.agent)), default=None)


def _no_exchange(server: ServerPart, scheme: str) -> tuple[Failure, float] | None:
    """Why no HTTP answer comes back at all."""
    if server.behavior in CONNECTION:
        fault, seconds = CONNECTION[server.behavior]
        return Failure(fault), seconds
    if scheme == "https" and server.behavior in ("http", "tls-alert"):
        return Failure(Fault.TLS, _alert(server.behavior)), 2 * TRIP
    if server.behavior in EXCHANGE:
        fault, seconds = EXCHANGE[server.behavior]
        return Failure(fault), seconds
    return None


def _alert(behavior: str) -> str:
    return "alert: unrecognized name" if behavior == "tls-alert" else "plain HTTP instead of TLS"


def page(server: ServerPart, scheme: str, host: str, target: str) -> HttpAnswer:
    """The whole answer of a server that answers; `{token}` in the target stays as it is."""
    match server.behavior:
        case "status":
            return _html(server, server.status, server.title or str(server.status), server.body)
        case "page":
            return _html(server, 200, server.title, server.body) if server.body or server.title else _plain(server, 200)
        case "parking":
            return _html(server, 200, server.title or "Domain parked", server.body or PARKED)
        case "password":
            return _html(server, 401, "401", "Authorization required", ("www-authenticate", 'Basic realm="Members"'))
        case "denied":
            return _html(server, 403, "403 Forbidden", "Forbidden")
        case "redirect":
            to = server.to.replace("{host}", host).replace("{path}", target)
            return _html(server, server.status or 301, "Moved", "", ("location", to))
        case "redirects":
            return _next_redirect(server, scheme, host, target)
        case "cookie-script":
            return _raw(server, 200, COOKIE_SCRIPT)
        case "challenge-page":
            return _raw(server, 403, CHALLENGE_PAGE, ("cf-mitigated", "challenge"))
        case "tls":
            return _html(server, 400, "400 The plain HTTP request was sent to HTTPS port", "")
        case _:
            return _website(server, target)


def _website(server: ServerPart, target: str) -> HttpAnswer:
    if target == "/":
        return _html(server, 200, server.title or "Welcome", server.body or "<p>A website.</p>")
    return _html(server, 404, "404 Not Found", "Not Found")


def _next_redirect(server: ServerPart, scheme: str, host: str, target: str) -> HttpAnswer:
    found = _LEFT.search(target)
    left = int(found[1]) if found else server.count
    if left <= 0:
        return _website(server, target.partition("?")[0])
    to = f"{scheme}://{host}{target.partition('?')[0]}?r={left - 1}"
    return _html(server, server.status or 302, "Moved", "", ("location", to))


def _html(server: ServerPart, status: int, title: str, body: str, *more: tuple[str, str]) -> HttpAnswer:
    text = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"
    return _raw(server, status, text, *more)


def _plain(server: ServerPart, status: int) -> HttpAnswer:
    return _raw(server, status, "")


def _raw(server: ServerPart, status: int, body: str, *more: tuple[str, str]) -> HttpAnswer:
    length = len(body.encode())
    headers = (
        ("server", server.software),
        ("content-type", "text/html; charset=utf-8"),
        ("content-length", str(length)),
        *((name.lower(), value) for name, value in server.headers.items()),
        *more,
    )
    return HttpAnswer(status, headers, body, length)


def certificate_of(world: World, server: ServerPart, asked: str) -> Certificate:
    """The certificate of an entry; one that names no certificate has a healthy one for its own names."""
    part = server.certificate or CertificatePart(self_signed=not server.name)
    names = part.names or server.name or (server.reverse or "localhost",)
    since, until = world.moment(part.since), world.moment(part.until)
    issuer = names[0] if part.self_signed else part.issuer
    return Certificate(issuer, since, until, names, _objection(part, names, asked, until < world.now))


def _objection(part: CertificatePart, names: tuple[str, ...], asked: str, expired: bool) -> str | None:
    faults = ["expired"] if expired else []
    if not any(_covers(name, asked) for name in names):
        faults.append("wrong name")
    if part.self_signed:
        faults.append("self-signed")
    return ", ".join(faults) or None


def _covers(pattern: str, name: str) -> bool:
    return pattern == name or (pattern.startswith("*.") and name.partition(".")[2] == pattern[2:])
