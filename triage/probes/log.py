"""Which certificates were issued for a name: AskLog → LogAnswer, from a search over the CT logs in crt.sh's JSON form.

An option, off unless a URL is configured: such services are slow, and nothing depends on their answer.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import quote

from triage.model import Certificate, Failure, Fault, LogAnswer
from triage.probes.api import Api
from triage.probes.failing import Failed, plain
from triage.probes.rdap import moment
from triage.probes.turns import Asking

CRT_SH = "https://crt.sh/?q={name}&output=json&exclude=expired&deduplicate=Y"
SECONDS = 8.0  # for the whole answer: a look at a name must not wait for it much longer than for the name itself
MOST_CERTIFICATES = 20  # the newest ones
MOST_NAMES = 100
_ATTRIBUTE = re.compile(r'(?:^|, ?)(O|CN)=("(?:[^"]|"")*"|[^,]*)')


class Log:
    def __init__(self, api: Api, url: str | None) -> None:
        self._api = api
        self._url = url

    async def ask(self, name: str, asking: Asking) -> LogAnswer | Failure:
        if self._url is None:
            return Failure(Fault.NOT_ASKED, "no search over certificate logs is configured")
        try:
            async with asyncio.timeout(SECONDS):
                page = await self._api.get(self._url.replace("{name}", quote(name)), "application/json", asking)
        except TimeoutError:
            raise Failed(Fault.STALLED, f"the log's search took longer than {SECONDS:.0f} s") from None
        if page.status != 200:
            return Failure(Fault.NOT_ASKED, f"the log's search answers with status {page.status}")
        try:
            found = json.loads(page.body)
        except ValueError:
            return Failure(Fault.GARBLED, "the log's search answers in something that is not JSON")
        if not isinstance(found, list):
            return Failure(Fault.GARBLED, "the log's search answers in an unknown form")
        return LogAnswer(newest(cast("list[Any]", found)))


def newest(entries: list[Any]) -> tuple[Certificate, ...]:
    """The newest certificates of crt.sh's list. A certificate and its precertificate are one: same serial number."""
    read = sorted(_readable(entries), key=lambda c: c.not_before, reverse=True)
    return tuple({c.serial or str(n): c for n, c in enumerate(read)}.values())[:MOST_CERTIFICATES]


def _readable(entries: list[Any]) -> Iterator[Certificate]:
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        told = {key: str(value) for key, value in cast("dict[str, Any]", entry).items()}
        begun, ends = moment(told.get("not_before", "")), moment(told.get("not_after", ""))
        if begun and ends:
            names = plain(told.get("name_value", "").replace("\n", " ")).lower().split()[:MOST_NAMES]
            serial = plain(told.get("serial_number", "")).lower().lstrip("0")
            yield Certificate(_called(told.get("issuer_name", "")), begun, ends, tuple(names), serial=serial)


def _called(issuer: str) -> str:
    """Organization and common name of `C=US, O="Let's Encrypt", CN=R11`, as the served certificate's is given."""
    found = {key: value.strip('"').replace('""', '"') for key, value in _ATTRIBUTE.findall(issuer)}
    return plain(" ".join(found[key] for key in ("O", "CN") if found.get(key))) or plain(issuer)
