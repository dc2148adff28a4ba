"""Does the CA itself say that it is in trouble? AskAuthority → AuthorityAnswer, from its status page's JSON.

Two forms are read: status.io (`result.status`, codes of 100 and up; Let's Encrypt) and Atlassian Statuspage
(`components`, `status.indicator`). Only parts that issue certificates count: those pages list staging, OCSP and
web sites too.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from triage.model import AuthorityAnswer, Failure, Fault
from triage.probes.api import Api
from triage.probes.failing import plain
from triage.probes.rdap import moment
from triage.probes.turns import Asking

STATUS_PAGES: Mapping[str, str] = {
    "letsencrypt.org": "https://api.status.io/1.0/status/55957a99e800baa4470002da",
}
_ISSUES = re.compile(r"acme|issuance|api|production", re.IGNORECASE)
_DOES_NOT = re.compile(r"staging|ocsp|crl|website|web site|forum|docs|ct log|oak", re.IGNORECASE)
_STATUS_IO_FINE = 100  # 200 is planned maintenance, 300 and more is trouble


class Authority:
    def __init__(self, api: Api, pages: Mapping[str, str]) -> None:
        self._api = api
        self._pages = {**STATUS_PAGES, **pages}

    async def ask(self, ca: str, asking: Asking) -> AuthorityAnswer | Failure:
        url = self._pages.get(ca)
        if url is None:
            return Failure(Fault.NOT_ASKED, f"no status page of {ca} is known")
        page = await self._api.get(url, "application/json", asking)
        if page.status != 200:
            return Failure(Fault.NOT_ASKED, f"the status page answers with status {page.status}")
        try:
            found = json.loads(page.body)
        except ValueError:
            return Failure(Fault.GARBLED, "the status page answers in something that is not JSON")
        return understood(cast("dict[str, Any]", found)) if isinstance(found, dict) else _strange()


def understood(found: dict[str, Any]) -> AuthorityAnswer | Failure:
    result = found.get("result")
    if isinstance(result, dict) and isinstance(cast("dict[str, Any]", result).get("status_overall"), dict):
        return _status_io(cast("dict[str, Any]", result))
    if isinstance(found.get("status"), dict):
        return _statuspage(found)
    return _strange()


def _status_io(result: dict[str, Any]) -> AuthorityAnswer:
    overall = cast("dict[str, Any]", result["status_overall"])
    parts = _that_issue(list(_dicts(result, "status")) or [overall])
    bad = [p for p in parts if _number(p.get("status_code")) > _STATUS_IO_FINE]
    return AuthorityAnswer(not bad, _words(bad or [overall]), _since(result) or _updated(bad) if bad else None)


def _statuspage(found: dict[str, Any]) -> AuthorityAnswer:
    status = cast("dict[str, Any]", found["status"])
    parts = list(_dicts(found, "components"))
    bad = [p for p in _that_issue(parts) if p.get("status") != "operational"]
    if parts:
        words = _words(bad) if bad else plain(str(status.get("description", "")))
        return AuthorityAnswer(not bad, words, _since(found) or _updated(bad) if bad else None)
    fine = status.get("indicator") == "none"
    return AuthorityAnswer(fine, plain(str(status.get("description", ""))), None if fine else _since(found))


def _that_issue(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts that issue certificates; where none says so by its name, all but those that surely do not."""
    others = [p for p in parts if not _DOES_NOT.search(str(p.get("name", "")))]
    return [p for p in others if _ISSUES.search(str(p.get("name", "")))] or others


def _words(parts: list[dict[str, Any]]) -> str:
    said = (f"{p.get('name', '')}: {str(p.get('status', '')).replace('_', ' ')}".removeprefix(": ") for p in parts[:3])
    return plain("; ".join(said))


def _since(found: dict[str, Any]) -> datetime | None:
    """The oldest incident or maintenance that is open, where the page names one."""
    moments = [m for m in (_began(i) for i in _dicts(found, "incidents")) if m]
    return min(moments, default=None)


def _began(incident: dict[str, Any]) -> datetime | None:
    keys = ("datetime_open", "started_at", "created_at")
    return next((m for key in keys if (m := moment(str(incident.get(key, ""))))), None)


def _updated(parts: list[dict[str, Any]]) -> datetime | None:
    moments = [m for p in parts if (m := moment(str(p.get("updated") or p.get("updated_at") or "")))]
    return min(moments, default=None)


def _dicts(found: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    value = found.get(key)
    for item in cast("list[Any]", value) if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield cast("dict[str, Any]", item)


def _number(value: object) -> int:
    return value if isinstance(value, int) else _STATUS_IO_FINE


def _strange() -> Failure:
    return Failure(Fault.GARBLED, "the status page has an unknown form")
