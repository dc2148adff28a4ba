"""Registration and expiry by WHOIS on port 43 (RFC 3912), for registries that give dates only there, .jp first.

Every registry has a form of its own, so a `Dialect` says how to ask and what its lines are called. An answer that
fits no dialect is a failure, never "not registered": rate limits and outages come as prose, too.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from triage.model import Failure, Fault, RegistryAnswer
from triage.probes.dns import Dns
from triage.probes.failing import Failed, plain
from triage.probes.turns import Asking
from triage.probes.wire import Wire

ANSWER_SECONDS = 8.0
DIAL_SECONDS = 5.0
MOST_ANSWER = 32 * 1024
JST = timezone(timedelta(hours=9))


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one registry speaks. Patterns are searched in the whole answer, without case, line by line."""

    server: str
    query: str = "{name}"
    missing: str = r"^(?:%%? ?)?(?:no match|not found|no entries found|no data found|status:\s*(?:free|available))"
    known: str = r"^\s*domain(?: name)?\s*:\s*(.+)$"
    expires: str = r"^\s*(?:registry expiry date|expir\w*(?: date)?|paid-till|expires(?: on)?|renewal date)\s*:\s*(.+)$"
    status: str = r"^\s*(?:domain )?(?:status|state)\s*:\s*(.+)$"
    registrar: str = r"^\s*registrar(?: name)?\s*:\s*(.+)$"
    forms: tuple[str, ...] = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d-%b-%Y", "%Y%m%d", "%d/%m/%Y")
    zone: timezone = field(default=UTC)


# /e asks JPRS for English. Without it, and for .co.jp, the labels are Japanese; a .co.jp gives its date in brackets
# behind the state: `[状態]  Connected (2027/03/31)`.
JPRS = Dialect(
    server="whois.jprs.jp",
    query="{name}/e",
    missing=r"^\s*No match!!",
    known=r"^(?:[a-z]\. )?\[(?:Domain Name|ドメイン名)\]\s*(.+)$",
    expires=r"^(?:\[(?:Expires on|有効期限)\]\s*(\d{4}/\d\d/\d\d)|\[(?:State|状態)\].*\((\d{4}/\d\d/\d\d)\))",
    status=r"^\[(?:Status|State|状態)\]\s*([^(\n]+)",
    registrar=r"(?!)",
    zone=JST,
)
DIALECTS: Mapping[str, Dialect] = {
    "jp": JPRS,
    "at": Dialect("whois.nic.at", missing=r"^% nothing found"),
    "be": Dialect("whois.dns.be", missing=r"^status:\s*available"),
    "cn": Dialect("whois.cnnic.cn", missing=r"^no matching record", expires=r"^expiration time:\s*(.+)$"),
    "de": Dialect("whois.denic.de", query="-T dn {name}", missing=r"^status:\s*free"),
    "dk": Dialect("whois.punktum.dk", query="--show-handles {name}", missing=r"^% no entries found"),
    "eu": Dialect("whois.eu", missing=r"^status:\s*available"),
    "hk": Dialect("whois.hkirc.hk", missing=r"the domain has not been registered"),
    "it": Dialect("whois.nic.it", missing=r"^status:\s*available"),
    "kr": Dialect("whois.kr", missing=r"above domain name is not registered", expires=r"^expiration date\s*:\s*(.+)$",
                  forms=("%Y. %m. %d.",)),
    "ru": Dialect("whois.tcinet.ru", missing=r"^no entries found"),
    "se": Dialect("whois.iis.se", missing=r'^"?[^\n]*" not found'),
    "su": Dialect("whois.tcinet.ru", missing=r"^no entries found"),
    "tr": Dialect("whois.trabis.gov.tr", missing=r"no match found", known=r"^\*\* domain name:\s*(.+)$",
                  expires=r"^expires on\.*:\s*(.+)$", forms=("%Y-%b-%d.",)),
}  # fmt: skip


class Whois:
    """`servers` moves registries elsewhere: TLD → host, or host:port."""

    def __init__(self, dns: Dns, wire: Wire, servers: Mapping[str, str]) -> None:
        self._dns = dns
        self._wire = wire
        self._servers = servers

    async def ask(self, name: str, asking: Asking) -> RegistryAnswer | Failure:
        tld = name.rpartition(".")[2]
        dialect = DIALECTS.get(tld)
        if dialect is None and tld not in self._servers:
            return Failure(Fault.NOT_ASKED, f"the WHOIS server of .{tld} is not known")
        dialect = dialect or Dialect("")
        host, _, port = self._servers.get(tld, dialect.server).partition(":")
        text = await self._fetch(host, int(port or 43), dialect.query.format(name=name), asking)
        return understood(text, name, dialect, host)

    async def _fetch(self, host: str, port: int, query: str, asking: Asking) -> str:
        for address in (await self._dns.addresses(host, asking))[:1]:
            async with self._wire.open(address, port, asking, DIAL_SECONDS) as stream:
                asking.phase = "waiting for the registry's WHOIS"
                octets = b""
                try:
                    async with asyncio.timeout(ANSWER_SECONDS):
                        await stream.send(query.encode("ascii") + b"\r\n")
                        while len(octets) < MOST_ANSWER and (more := await stream.receive()):
                            octets += more
                except TimeoutError:
                    raise Failed(Fault.STALLED, f"{host} did not finish its answer") from None
                return decoded(octets)
        raise Failed(Fault.NOT_ASKED, f"{host} has no address")


def decoded(octets: bytes) -> str:
    """Registries send ASCII, UTF-8, Latin-1 or, JPRS without /e, ISO-2022-JP."""
    if b"\x1b$" in octets:
        return octets.decode("iso2022_jp", "replace")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def understood(text: str, name: str, dialect: Dialect, source: str) -> RegistryAnswer | Failure:
    """What a registry's answer says of `name`, or a failure where it says neither yes nor no."""
    lines = text.replace("\r", "")
    expires = _expiry(dialect, lines)
    # Some print the name also where it is free ("Domain: … Status: AVAILABLE"), so this is looked for first.
    if expires is None and re.search(dialect.missing, lines, re.IGNORECASE | re.MULTILINE):
        return RegistryAnswer(registered=False, source=source)
    if name in (found.lower().rstrip(".") for found in _all(dialect.known, lines)):
        statuses = tuple(words(s) for s in _all(dialect.status, lines))
        registrar = next(iter(_all(dialect.registrar, lines)), None)
        return RegistryAnswer(True, expires, statuses, registrar, source)
    first = next((line for line in lines.splitlines() if line.strip() and line[0] not in "%#["), "nothing")
    return Failure(Fault.GARBLED, plain(f"{source} says neither yes nor no: {first}"))


def words(status: str) -> str:
    """`clientHold https://icann.org/epp#clientHold` → `client hold`, as RDAP spells it (RFC 8056)."""
    first = status.split("http")[0].strip(" ()")
    return plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", first).lower())


def _all(pattern: str, text: str) -> Iterable[str]:
    for match in re.finditer(pattern, text, re.IGNORECASE | re.MULTILINE):
        found = next((g for g in match.groups() if g), "")
        if found.strip():
            yield plain(found.strip())


def _expiry(dialect: Dialect, text: str) -> datetime | None:
    """The moment from which the name is no longer paid for. A bare date holds until its day ends at the registry."""
    for found in _all(dialect.expires, text):
        if "T" in found or found.count(":") == 2:
            try:
                exact = datetime.fromisoformat(found.split(" (")[0].strip())
            except ValueError:
                continue
            return exact if exact.tzinfo else exact.replace(tzinfo=dialect.zone)
        for form in dialect.forms:
            try:
                day = datetime.strptime(found, form).replace(tzinfo=dialect.zone)
            except ValueError:
                continue
            return day.replace(hour=23, minute=59, second=59)
    return None
