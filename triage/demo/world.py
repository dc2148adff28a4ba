'''A small internet written down as data: `world.toml` in, `World` out.

One file makes two things: a simulator that opens no socket (`WorldProbes`), and real name servers, web servers and a
registry in a network namespace (tests/lab/internet.py). So a set-up is described once and tried both ways.

    now = 2026-11-28T12:00:00+09:00        # optional; every other time is relative to it, or a date of its own

    [zones]                                # what is in charge of a name; complete: what is not here is NXDOMAIN
    "example.jp" = """                     # records as in a zone file; SOA is made when missing, and `@ NS ns1` too
    @    NS    ns1.xserver.jp.             # a name server of no zone here gets a zone and an address by itself
    @    A     85.131.208.10
    www  CNAME @
    """
    [zones."broken.jp"]
    records = "@ A 85.131.208.10"
    fault = "lame"                         # all its servers: lame (they answer REFUSED), silent, servfail; or
                                           # undelegated (the registry knows it, the TLD does not list it);
                                           # bogus (no DS fits), expired (signatures), stale-ds (DS, but not signed)
    signed = true                          # DNSSEC, healthy
    fails = { CAA = "servfail" }           # one type only: servfail, silent, refused, notimp
    delegation = ["ns1.old.net"]           # name servers as the parent lists them, where they differ from the zone's
    at = { "ns2.broken.jp" = "silent" }    # one server only: lame, silent, servfail, or other records

    [[server]]                             # a web server; several entries may share an address and a port
    address = "85.131.208.10"              # or a list; IPv4 and IPv6
    port = [80, 443]                       # the default; what no entry lists is refused
    name = ["example.jp"]                  # the host names that this entry is about; left out: all others
    path = "/.well-known/"                 # only what begins so; the longest one wins
    agent = "ca"                           # only a User-Agent of the CA's shape
    behavior = "website"                   # see BEHAVIORS
    reverse = "sv100.xserver.jp"           # the PTR record of the address; left out: it has none
    certificate = { issuer = "Let's Encrypt R11", since = "-60 days", until = "+30 days", names = ["example.jp"] }

    [registry]                             # domains with a zone are registered without being named here
    "gone.jp" = { registered = false }     # its TLD says NXDOMAIN
    "example.jp" = { expires = "+200 days", status = ["ok"], registrar = "Example Registrar" }
    "mute.jp" = { fault = "timeout" }      # the registry cannot be asked: timeout, refused, not-asked

    [authority]                            # what a CA says of itself; Let's Encrypt is fine when it is not named
    "letsencrypt.org" = { operational = false, words = "Service disruption", since = "-2 hours" }

    [[log."example.jp"]]                   # what the CT logs know, where somebody asks; without it they cannot be asked
    issuer = "Let's Encrypt R11"           # and since, until, names, as a server's certificate
    since = "-1 day"

A time is `now`, `+30 days`, `-2 hours` (seconds, minutes, hours, days) or a date or moment of its own.
Keys of a behavior: `status` (status, redirect), `to` with `{path}` for path and query and `{host}` (redirect), `count`
(redirects), `title` and `body` (website, page, parking, status), `seconds` (any; slow), `headers`, `software` (Server
header).
'''

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from triage.model import Trouble

ZoneFault = Literal["lame", "silent", "servfail", "undelegated", "bogus", "expired", "stale-ds"]
ServerFault = Literal["lame", "silent", "servfail"]
TypeFault = Literal["servfail", "silent", "refused", "notimp"]
BEHAVIORS = {
    "website": "a page at /, 404 everywhere else: the challenge path is free",
    "status": "the same `status` for every path, with `body`",
    "page": "200 and an HTML page with `title` and `body` for every path",
    "parking": "the same, as a registrar's parking page",
    "password": "401 with WWW-Authenticate",
    "denied": "403",
    "redirect": "to `to`, with `status` (301)",
    "redirects": "`count` redirects, one after the other, then a website",
    "cookie-script": "200 and a script that sets a cookie (aes.js) for every path",
    "challenge-page": "403 and a page that asks for a human (cf-mitigated)",
    "refused": "a closed port",
    "silent": "packets are dropped",
    "unreachable": "no route",
    "reset": "RST after the request",
    "closed": "closes after the request without a word",
    "garbled": "answers in something that is not HTTP",
    "tls": "TLS where HTTP is expected: 400, as nginx says it",
    "http": "plain HTTP where TLS is expected",
    "tls-alert": "refuses the handshake: unrecognized_name",
    "slow": "a website that answers after `seconds`",
    "drip": "begins to answer and never ends",
}
Behavior = Literal[
    "website", "status", "page", "parking", "password", "denied", "redirect", "redirects", "cookie-script",
    "challenge-page", "refused", "silent", "unreachable", "reset", "closed", "garbled", "tls", "http", "tls-alert",
    "slow", "drip",
]  # fmt: skip

_SPAN = re.compile(r"([+-])\s*(\d+(?:\.\d+)?)\s+(second|minute|hour|day)s?\Z")


class Unsimulated(Exception):
    """Something was asked that the world says nothing about."""


class BadWorld(Trouble):
    """The file does not describe a world."""


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str | int) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Moment = Annotated[str, BeforeValidator(lambda v: v.isoformat() if isinstance(v, date) else v)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ZonePart(_Part):
    records: str = ""
    fault: ZoneFault | None = None
    signed: bool = False
    fails: dict[str, TypeFault] = {}
    delegation: Names = ()
    at: dict[str, str] = {}


class CertificatePart(_Part):
    issuer: str = "Let's Encrypt R11"
    names: Names = ()
    since: Moment = "-60 days"
    until: Moment = "+30 days"
    self_signed: bool = False


class ServerPart(_Part):
    address: Names
    port: Annotated[tuple[int, ...], BeforeValidator(_listed)] = (80, 443)
    name: Names = ()
    path: str = ""
    agent: Literal["", "ca"] = ""
    behavior: Behavior = "website"
    status: int = 0
    to: str = ""
    count: int = 0
    title: str = ""
    body: str = ""
    seconds: float = 0.0
    headers: dict[str, str] = {}
    software: str = "nginx"
    reverse: str = ""
    certificate: CertificatePart | None = None


class RegistryPart(_Part):
    registered: bool = True
    expires: Moment | None = None
    status: Names = ()
    registrar: str | None = None
    fault: Literal["timeout", "refused", "not-asked"] | None = None


class AuthorityPart(_Part):
    operational: bool = True
    words: str = ""
    since: Moment | None = None


def _zone_part(value: object) -> object:
    return {"records": value} if isinstance(value, str) else value


class _File(_Part):
    now: datetime | None = None
    zones: dict[str, Annotated[ZonePart, BeforeValidator(_zone_part)]] = {}
    server: tuple[ServerPart, ...] = ()
    registry: dict[str, RegistryPart] = {}
    authority: dict[str, AuthorityPart] = {}
    log: dict[str, tuple[CertificatePart, ...]] = {}


@dataclass(frozen=True)
class World:
    """All that a `world.toml` says, with its moment `now` (aware)."""

    now: datetime
    zones: Mapping[str, ZonePart] = field(default_factory=dict)
    servers: tuple[ServerPart, ...] = ()
    registry: Mapping[str, RegistryPart] = field(default_factory=dict)
    authority: Mapping[str, AuthorityPart] = field(default_factory=dict)
    log: Mapping[str, tuple[CertificatePart, ...]] = field(default_factory=dict)

    def moment(self, text: str) -> datetime:
        """`+30 days`, `-2 hours`, `now`, a date (midnight UTC) or a moment → aware datetime."""
        if text == "now":
            return self.now
        span = _SPAN.match(text.strip())
        if span:
            length = timedelta(**{span[3] + "s": float(span[2])})
            return self.now + length if span[1] == "+" else self.now - length
        try:
            found = datetime.fromisoformat(text)
        except ValueError as error:
            raise BadWorld(f"{text!r} is no time", 'hint: write "+30 days", "-2 hours", "now" or a date') from error
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def maybe(self, text: str | None) -> datetime | None:
        return None if text is None else self.moment(text)

    def servers_at(self, address: str) -> tuple[ServerPart, ...]:
        return self._by_address.get(plain(address), ())

    @property
    def _by_address(self) -> dict[str, tuple[ServerPart, ...]]:
        found: dict[str, tuple[ServerPart, ...]] | None = self.__dict__.get("_servers")
        if found is None:
            found = {}
            for server in self.servers:
                for address in server.address:
                    found[plain(address)] = (*found.get(plain(address), ()), server)
            self.__dict__["_servers"] = found
        return found

    @property
    def addresses(self) -> Iterable[str]:
        """Every address at which a web server is described."""
        return self._by_address.keys()

    def reverse_of(self, address: str) -> str | None:
        return next((s.reverse for s in self.servers_at(address) if s.reverse), None)


def plain(address: str) -> str:
    """One spelling for an address."""
    return str(ip_address(address))


def load_world(path: Path, now: datetime | None = None) -> World:
    """Read a world. `now` replaces the file's own; without both, the present moment. Raises BadWorld."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadWorld(f"{path}: {(error.strerror or 'cannot be read').lower()}") from error
    try:
        return world_of(tomllib.loads(text), now)
    except (tomllib.TOMLDecodeError, BadWorld) as error:
        raise BadWorld(f"{path}: {error}") from error


def world_of(values: Mapping[str, Any], now: datetime | None = None) -> World:
    try:
        file = _File.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadWorld(f"{where}: {first['msg'].lower()}", "hint: the format stands at the head of world.py") from error
    moment = now or file.now or datetime.now(UTC)
    world = World(
        moment if moment.tzinfo else moment.replace(tzinfo=UTC),
        {name.lower(): zone for name, zone in file.zones.items()},
        file.server,
        {name.lower(): entry for name, entry in file.registry.items()},
        file.authority,
        {name.lower(): entries for name, entries in file.log.items()},
    )
    _check_times(world)
    return world


def _check_times(world: World) -> None:
    """A time that cannot be read is found on loading, not in the middle of a run."""
    certificates = [s.certificate for s in world.servers if s.certificate]
    certificates += [part for entries in world.log.values() for part in entries]
    spoken = [t for c in certificates for t in (c.since, c.until)]
    spoken += [t for e in world.registry.values() if (t := e.expires)]
    spoken += [t for a in world.authority.values() if (t := a.since)]
    for text in spoken:
        world.moment(text)
