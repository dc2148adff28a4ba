"""A GET to a service that we ourselves rely on (registry, CA status): by URL, its certificate verified.

Its name is looked up by our own resolver and its addresses pass the guard like everybody's.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import certifi

from triage.model import Fault
from triage.probes.dns import Dns
from triage.probes.failing import Failed
from triage.probes.http import Reply, get, request, request_target, server_name
from triage.probes.turns import Asking
from triage.probes.wire import Stream, Wire, seal

DIAL_SECONDS = 4.0
MOST_BODY = 512 * 1024  # octets; RDAP answers are about 10 KiB
MOST_ADDRESSES = 3
MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Page:
    """What a service said, and under which URL it finally said it."""

    url: str
    status: int
    body: bytes


class Api:
    def __init__(self, dns: Dns, wire: Wire, agent: str, ca_file: Path | None) -> None:
        self._dns = dns
        self._wire = wire
        self._agent = agent
        self._context = verifying_context(ca_file)

    async def get(self, url: str, accept: str, asking: Asking) -> Page:
        """The page at `url`, over at most three redirects, none of which may leave https. Raises Failed."""
        for _ in range(MOST_REDIRECTS + 1):
            reply = await self._get(url, accept, asking)
            location = next((v.decode("latin-1") for n, v in reply.headers if n == b"location"), None)
            if reply.status not in _REDIRECTS or location is None:
                return Page(url, reply.status, reply.body)
            target = urljoin(url, location)
            if urlsplit(target).scheme != "https" and urlsplit(url).scheme == "https":
                raise Failed(Fault.FORBIDDEN, "the service redirects to plain http")
            url = target
        raise Failed(Fault.NOT_ASKED, "the service redirects in circles")

    async def _get(self, url: str, accept: str, asking: Asking) -> Reply:
        host, port, secure, target = _taken_apart(url)
        refusal = Failed(Fault.NOT_ASKED, f"{host} cannot be reached")
        for address in (await self._dns.addresses(host, asking))[:MOST_ADDRESSES]:
            try:
                async with self._wire.open(address, port, asking, DIAL_SECONDS) as stream:
                    sealed: Stream = await seal(stream, self._context, server_name(host), asking) if secure else stream
                    return await get(sealed, request(host, target, self._agent, accept), asking, MOST_BODY)
            except Failed as failed:
                refusal = Failed(failed.failure.fault, f"{host}: {failed.failure.detail}")
        raise refusal


def verifying_context(ca_file: Path | None) -> ssl.SSLContext:
    """Public roots, with a `ca_file` those in it as well; name and chain are verified."""
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    # Python 3.13 turns this on, older ones do not: private CAs of a lab must not depend on the version.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _taken_apart(url: str) -> tuple[str, int, bool, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Failed(Fault.GARBLED, "the service's URL cannot be read") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Failed(Fault.GARBLED, "the service's URL is neither http nor https")
    secure = parts.scheme == "https"
    target = request_target(parts.path or "/") + (f"?{request_target(parts.query)}" if parts.query else "")
    return parts.hostname, port or (443 if secure else 80), secure, target
