"""One quoted error → its name, address, URL and time to come back; and the causes that need a second look."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from triage.names import Domain
from triage.recognize.hosts import host_of, name_of

_ADDRESS = re.compile(
    r"(?:^|[\s\"'(:,>])\[?((?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]{0,4}:[0-9a-fA-F:]{2,40})\]?: "
    r"(?=Fetching|Invalid|The key|During|Error|Timeout|Connection|Incorrect|Cannot|remote|Server)"
)
_BRACKETED = re.compile(r"Invalid response from \S+(?: \S+)? \[([0-9a-fA-F.:]{3,45})\]")
_WRONG_ADDRESS = re.compile(r"IP address [\"'“”‘]?([0-9a-fA-F.:]{3,45})[\"'“”’]? that does not exist")
_URL = re.compile(
    r"(?:Fetching|Get|code from HTTP:|Invalid response from|temporary file at|file at|download|Url:) [\"'“‘]?"
    r"((?:https?|ftp)://[^\s\"'“”’]{1,2000})"
)
_GLUED = re.compile(r":(?=[A-Z][a-z]).*")  # the CA's words, where the blank between was lost
_RETRY = re.compile(r"retry after (\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?: ?UTC|Z)?)", re.IGNORECASE)
_QUOTES = r"[\"'“‘「\[]?"
_WORD = r"([^\s\"'“”‘’「」\[\],;]+?)"
_END = r"(?=[\"'”’」\]\s,;:]|\.?$|\. )"
_NAMED = tuple(
    re.compile(pattern + _END, re.IGNORECASE)
    for pattern in (
        rf"Invalid status, {_WORD}(?=:Verify error)",
        rf"{_WORD}(?=:\s*Verify error)",
        rf"\[{_WORD}(?=\] (?:acme: error|invalid authorization|Renew|Obtain|Authori))",
        rf"\"identifier\": ?\"{_WORD}",
        rf"(?:processing|Rechecking) CAA for {_WORD}",
        rf"looking up [A-Z]+ for {_WORD}",
        rf"records found for {_WORD}",
        rf"The domain {_QUOTES}{_WORD}(?=[\"'”’] resolved)",
        rf"(?:CA forbidden|No local authority): {_QUOTES}{_WORD}",
        rf"[\"'“‘]{_WORD}(?=[\"'”’] (?:does not resolve|is unmanaged|is not a registered|was considered))",
        rf"(?:challenge|disallowed|validation|authorization error|authorization|Refusing) for {_QUOTES}{_WORD}",
        rf"TXT record (?:found at|for|\".{{0,120}}?\" found at) {_WORD}",
        rf"expected TXT record \[fqdn: {_WORD}(?=\.[,\]])",
        rf"Error add txt for domain:\s*{_WORD}",
        rf"(?:exceeded|Cannot issue|\(\d+\)|requesting certificates) for {_QUOTES}{_WORD}",
        rf"(?:exact set of (?:domains|identifiers)|identifiers (?:expired|not valid|not found)): {_WORD}",
        rf"against hostname {_WORD}",
        rf"Requested {_WORD}(?= from )",
        rf"procedure\. {_WORD}(?= \()",
        rf"^{_WORD}(?=: The domain's)",
    )
)


def name_in(text: str) -> Domain | None:
    """The name that the error says it is about; a name that it merely mentions is none."""
    for pattern in _NAMED:
        if hit := pattern.search(text):
            name = name_of(hit[1].removeprefix("_acme-challenge."))
            if name:
                return name
    return None


def address_in(text: str) -> str | None:
    """The address that the CA used, as it prints it."""
    for pattern in (_WRONG_ADDRESS, _ADDRESS, _BRACKETED):
        if hit := pattern.search(text):
            try:
                return str(ipaddress.ip_address(hit[1]))
            except ValueError:
                continue
    return None


def url_in(text: str) -> str | None:
    """The URL that was asked for. The first "Invalid response from" of Plesk names the CA's own; it is none."""
    hits = (_GLUED.sub("", hit[1]).rstrip(".,;:)") for hit in _URL.finditer(text))
    return next((url for url in hits if "acme-v0" not in url), None)


def retry_in(text: str) -> str | None:
    hit = _RETRY.search(text)
    return hit[1] if hit else None


@dataclass(frozen=True, slots=True)
class Statement:
    """One error as quoted, what stands around it, and what was taken from it."""

    text: str
    name: Domain | None
    type: str  # the ACME error type beside it, without its urn, or ""
    address: str | None
    url: str | None
    hit: Any  # of a pattern of the table, over octets

    def group(self, name: str) -> str:
        return self.hit.group(name).decode("utf-8", "ignore")

    @property
    def by_ipv6(self) -> bool:
        return bool(self.address and ":" in self.address)

    @property
    def elsewhere(self) -> bool:
        """The answer came from a host that is not the site's."""
        host = host_of(self.url or "")
        if not self.name or not host:
            return False
        plain = self.name.base.text.removeprefix("www.")
        return host not in (plain, f"www.{plain}")

    @property
    def redirected(self) -> bool:
        """The URL in the error is not the one that the CA begins with."""
        if self.url is None:
            return False
        host = host_of(self.url)
        return self.url.startswith("https://") or bool(self.name and host and host != self.name.base.text)


Judge = Callable[[Statement], str | None]


def no_such_name(at: Statement) -> str | None:
    """NXDOMAIN for a registered domain means that its TLD knows nothing of it; below one, only a record is missing."""
    asked = name_of(at.group("name"))
    if at.url and asked and at.name and asked.base != at.name.base:
        return "redirect-target-dead"
    if asked is None:
        return None
    return "not-registered" if asked.registrable in (None, asked.base) else "no-address"


def no_authority(at: Statement) -> str | None:
    """cPanel does not hold the zone. That is normal where DNS is elsewhere, and fatal for a wildcard alone."""
    return "dns01-other-zone" if at.name and at.name.is_wildcard else None


def not_reached(otherwise: str) -> Judge:
    def judge(at: Statement) -> str | None:
        if at.url and _ODD_PORT.match(at.url):
            return "redirect-port"
        if at.by_ipv6:
            return "ipv6-dead"
        return "redirect-target-dead" if at.redirected else otherwise

    return judge


_ODD_PORT = re.compile(r"https?://[^/?#]*:(?!(?:80|443)(?:[/?#]|$))\d+(?:[/?#]|$)")


def timeout_after_connect(at: Statement) -> str | None:
    return "ipv6-dead" if at.by_ipv6 else "too-slow"


def servfail(at: Statement) -> str | None:
    return "redirect-target-dead" if at.url and at.redirected else "lame-delegation"


def by_status(at: Statement) -> str | None:
    """An HTTP status other than 200 in place of the token."""
    return _of_status(int(at.group("status")), at)


_STATUS = {
    200: "app-answers-everything", 400: "wrong-protocol-on-80", 401: "password-protected", 403: "access-denied",
    429: "server-error", 300: "redirect-status", 301: "redirect-status", 302: "redirect-status",
    303: "redirect-status", 304: "redirect-status", 305: "redirect-status", 307: "redirect-status",
    308: "redirect-status",
}  # fmt: skip


def _of_status(status: int, at: Statement) -> str:
    if at.elsewhere and status in (200, 404):
        return "site-redirect-elsewhere"
    if status == 404:
        return "stale-aaaa" if at.by_ipv6 else "points-elsewhere"
    return _STATUS.get(status) or ("server-error" if status >= 500 else "unexpected-status")


_STATUS_PAGE = re.compile(r"<title>\W{0,5}(?:error |http )?(40[134]|50[0234])\b", re.IGNORECASE)
_PAGES = (
    ("bot-challenge", ("aes.js", "tonumbers", "just a moment", "cf-mitigated", "captcha", "challenge-platform")),
    ("parked", ("parked", "parking", "domain is for sale", "expired", "お名前.com", "sedoparking")),
    (
        "site-not-set-up",
        ("suspended", "coming soon", "default web page", "default page", "welcome to nginx", "it works", "準備中"),
    ),
    ("password-protected", ("authorization required", "<title>unauthorized")),
    ("access-denied", ("<title>forbidden", "access denied")),
)


def by_page(at: Statement) -> str | None:
    """A page in place of the token: its words tell whose."""
    page = at.text.lower()
    if status := _STATUS_PAGE.search(page):
        return _of_status(int(status[1]), at)
    for cause, marks in _PAGES:
        if any(mark in page for mark in marks):
            return cause
    return "site-redirect-elsewhere" if at.elsewhere else "app-answers-everything"


_GOT = re.compile(r'\(got "(.{0,300}?)"(?:\)|$)')
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{43}\Z")
_BEGINS_RIGHT = re.compile(r"\W{0,3}[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}")


def by_answer(at: Statement) -> str | None:
    """Another text than the token's: nothing, a page, another token, or the right one with something added."""
    got = _GOT.search(at.text)
    if got is None:
        return None
    answer = "".join(got[1].split())
    if _THUMBPRINT.match(answer):
        return "other-token"
    if not answer or ("<" in answer and not _BEGINS_RIGHT.match(answer)):
        return "app-answers-everything"
    return "body-altered"
