"""Registration and expiry by RDAP (RFC 9082, RFC 9083): AskRegistry → RegistryAnswer.

Which server knows a TLD is in IANA's bootstrap format (RFC 9224): a file that is bundled, or the configuration's.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from triage.model import Failure, Fault, Permanent, RegistryAnswer
from triage.probes.api import Api, Page
from triage.probes.failing import plain
from triage.probes.turns import Asking

ACCEPT = "application/rdap+json, application/json;q=0.9"
MOST_STATUSES = 20


class Rdap:
    def __init__(self, api: Api, bootstrap: Path | None) -> None:
        self._api = api
        self._servers = read_bootstrap(bootstrap)

    async def ask(self, name: str, asking: Asking) -> RegistryAnswer | Failure:
        server = self._server(name)
        if server is None:
            return Failure(Fault.NOT_ASKED, f"the registry of .{name.rpartition('.')[2]} is not known to offer RDAP")
        page = await self._api.get(f"{server}domain/{name}", ACCEPT, asking)
        return _understood(page, name, server)

    def _server(self, name: str) -> str | None:
        """The longest suffix that the bootstrap file knows (RFC 9224 section 4)."""
        labels = name.split(".")
        suffixes = (".".join(labels[n:]) for n in range(1, len(labels)))
        return next((self._servers[s] for s in suffixes if s in self._servers), None)


def read_bootstrap(path: Path | None) -> Mapping[str, str]:
    """TLD → base URL with its final slash; https before http. Raises Permanent where a given file is no such file."""
    try:
        text = path.read_text() if path else files("triage.probes").joinpath("rdap-dns.json").read_text()
        services = json.loads(text)["services"]
        return {tld.lower(): _best(urls) for tlds, urls in services for tld in tlds if urls}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Permanent(
            f"probes.rdap_bootstrap: {path} is no RDAP bootstrap file",
            hint="use IANA's dns.json, or leave the key out for the one that is built in",
        ) from error


def _best(urls: list[str]) -> str:
    url = next((u for u in urls if u.startswith("https:")), urls[0])
    return url if url.endswith("/") else f"{url}/"


def _understood(page: Page, name: str, server: str) -> RegistryAnswer | Failure:
    host = urlsplit(page.url).hostname or ""
    if page.status == 404:
        # Only the registry itself knows that a name does not exist; a registrar or a proxy may just not know it.
        if host != urlsplit(server).hostname:
            return Failure(Fault.NOT_ASKED, f"{host} does not know the name, and is not the registry")
        return RegistryAnswer(registered=False, source=host)
    if page.status != 200:
        return Failure(Fault.NOT_ASKED, f"{host} answers with status {page.status}")
    try:
        found = json.loads(page.body)
    except ValueError:
        return Failure(Fault.GARBLED, f"{host} answers in something that is not JSON")
    if not isinstance(found, dict) or not _is_about(cast("dict[str, Any]", found), name):
        return Failure(Fault.GARBLED, f"{host} answers about something else")
    return _registration(cast("dict[str, Any]", found), host)


def _is_about(found: dict[str, Any], name: str) -> bool:
    return found.get("objectClassName") == "domain" and str(found.get("ldhName", "")).lower().rstrip(".") == name


def _registration(found: dict[str, Any], host: str) -> RegistryAnswer:
    statuses = [plain(s.lower()) for s in _list(found, "status") if isinstance(s, str)]
    return RegistryAnswer(True, _expiry(found), tuple(statuses[:MOST_STATUSES]), _registrar(found), host)


def _expiry(found: dict[str, Any]) -> datetime | None:
    """The registry's own date. "registrar expiration" is what a reseller believes, so it is not taken."""
    for event in _list(found, "events"):
        if isinstance(event, dict) and event.get("eventAction") == "expiration":
            return moment(str(event.get("eventDate", "")))
    return None


def moment(text: str) -> datetime | None:
    """An ISO 8601 date and time; UTC where it names no zone."""
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        return None


def _registrar(found: dict[str, Any]) -> str | None:
    for entity in _list(found, "entities"):
        if isinstance(entity, dict) and "registrar" in _list(cast("dict[str, Any]", entity), "roles"):
            return _full_name(cast("dict[str, Any]", entity))
    return None


def _full_name(entity: dict[str, Any]) -> str | None:
    """`fn` of the jCard (RFC 7095): ["vcard", [["fn", {}, "text", "Example Registrar"], …]]."""
    card = _list(entity, "vcardArray")
    for line in card[1] if len(card) > 1 and isinstance(card[1], list) else ():
        if isinstance(line, list) and len(line) > 3 and line[0] == "fn" and isinstance(line[3], str):
            return plain(line[3]) or None
    return None


def _list(found: dict[str, Any], key: str) -> list[Any]:
    value = found.get(key)
    return cast("list[Any]", value) if isinstance(value, list) else []
