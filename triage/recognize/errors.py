# ruff: noqa: E501 (a phrase is easier to judge on one line)
"""Text that quotes a CA, a client or a panel → the problems that it states, each with its cause where words prove one.

The table follows facts ca-rules 8 (Boulder's own wording, old and new) and the panels' vocabulary; first hit counts.
"""

import html
import ipaddress
import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import re2

from triage.model import Problem
from triage.names import Domain
from triage.recognize.guesses import without_guesses
from triage.recognize.hosts import host_of, name_of
from triage.recognize.index import index_of

LONGEST_STATEMENT = 4000  # characters of one error that are understood
LONGEST_ERROR = 500  # characters of it that are kept
MOST_PROBLEMS = 50
MOST_TEXT = 128 * 1024
LINES_BEFORE, LINES_AFTER = 30, 12  # a label stands above its error, a wrapped error runs on below
_LINE_END = re.compile(b"\n")


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
    def redirected(self) -> bool:
        """The URL in the error is not the one that the CA begins with."""
        if self.url is None:
            return False
        host = host_of(self.url)
        return self.url.startswith("https://") or bool(self.name and host and host != self.name.base.text)


Judge = Callable[[Statement], str | None]


def _no_such_name(at: Statement) -> str | None:
    """NXDOMAIN for a registered domain means that its TLD knows nothing of it; below one, only a record is missing."""
    asked = name_of(at.group("name"))
    if at.url and asked and at.name and asked.base != at.name.base:
        return "redirect-target-dead"
    if asked is None:
        return None
    return "not-registered" if asked.registrable in (None, asked.base) else "no-address"


def _not_reached(otherwise: str) -> Judge:
    def judge(at: Statement) -> str | None:
        if at.url and _ODD_PORT.match(at.url):
            return "redirect-port"
        if at.by_ipv6:
            return "ipv6-dead"
        return "redirect-target-dead" if at.redirected else otherwise

    return judge


def _timeout_after_connect(at: Statement) -> str | None:
    return "ipv6-dead" if at.by_ipv6 else "too-slow"


def _status(at: Statement) -> str | None:
    """An HTTP status other than 200 in place of the token."""
    status = int(at.group("status"))
    host = host_of(at.url or "")
    elsewhere = bool(at.name and host and host not in _same_site(at.name))
    if elsewhere and status in (200, 404):
        return "site-redirect-elsewhere"
    if status in (404, 410):
        return "stale-aaaa" if at.by_ipv6 else "points-elsewhere"
    return _STATUS.get(status) or ("server-error" if status >= 500 else "unexpected-status")


_STATUS = {
    200: "app-answers-everything", 400: "wrong-protocol-on-80", 401: "password-protected", 403: "access-denied",
    429: "server-error", 300: "redirect-status", 301: "redirect-status", 302: "redirect-status",
    303: "redirect-status", 304: "redirect-status", 305: "redirect-status", 307: "redirect-status",
    308: "redirect-status",
}  # fmt: skip


def _same_site(name: Domain) -> tuple[str, str]:
    plain = name.base.text.removeprefix("www.")
    return plain, f"www.{plain}"


def _page(at: Statement) -> str | None:
    """A page in place of the token: its words tell whose."""
    page = at.text.lower()
    if any(
        mark in page
        for mark in ("aes.js", "tonumbers", "just a moment", "cf-mitigated", "captcha", "challenge-platform")
    ):
        return "bot-challenge"
    if any(
        mark in page for mark in ("parked", "parking", "domain is for sale", "expired", "お名前.com", "sedoparking")
    ):
        return "parked"
    if any(mark in page for mark in ("suspended", "coming soon", "default web page", "welcome to nginx", "it works!")):
        return "site-not-set-up"
    host = host_of(at.url or "")
    if at.name and host and host not in _same_site(at.name):
        return "site-redirect-elsewhere"
    return "app-answers-everything"


_GOT = re.compile(r'\(got "(.{0,300}?)"\)')
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{43}\Z")


def _mismatch(at: Statement) -> str | None:
    got = _GOT.search(at.text)
    if got is None:
        return None
    if not got[1] or "<" in got[1]:
        return "app-answers-everything"
    return "other-token" if _TOKEN.match(got[1]) else "body-altered"


def _servfail(at: Statement) -> str | None:
    return "redirect-target-dead" if at.url and at.redirected else "lame-delegation"


def _rejected_host(at: Statement) -> str | None:
    return "redirect-private"


_NAME = r"[\"'“”]?(?P<name>[^\s;,:\"'“”]+)"
_TABLE: tuple[tuple[str | Judge | None, str], ...] = (
    # the CA's limits and its own faults
    ("account-paused", r"temporarily prevented from requesting certificates|account is (?:temporarily )?paused"),
    ("rate-limited", r"too many (?:new orders|certificates|failed authorizations|new registrations|currently pending)"
                     r"|already issued for this exact set|error:rateLimited|rate limits? ha(?:s|ve) been exceeded"
                     r"|Service busy; retry later|RATE_LIMITED|発行制限数?の上限|発行(?:数の)?制限に達し"),
    ("ca-outage", r"down for maintenance or had an internal error|SCT embedding requirements"
                  r"|Secondary validation RPC failed|Could not communicate with VA|Insufficient remote perspectives"
                  r"|server failure at resolver|error:serverInternal|acme-v02\S+ (?:returned|responded with) 50\d"
                  r"|発行元によるメンテナンス|認証局(?:の|による)?(?:障害|メンテナンス)"),
    ("transient", r"invalid anti-replay nonce|error:badNonce"),
    ("account-problem", r"accountDoesNotExist|externalAccountRequired|Account is not valid|account is deactivated"
                        r"|No Key ID in JWS header|must agree to terms"),
    ("order-refused", r"must-staple extension is no longer available|error:badCSR"),
    ("ca-retired", r"ACMEv1 is (?:deprecated|off)|end-of-life of ACMEv1|acme-v01\.api"),
    ("order-stale", r"already has a replacement order|error:alreadyReplaced"
                    r"|authorizations for these identifiers (?:expired|not valid|not found)"),
    # CAA
    ("caa-lookup-fails", r"looking up CAA for"),
    ("caa-other-ca", r"CAA record for \S+ prevents issuance|Rechecking CAA for|rechecking caa:|CA forbidden"
                     r"|CAA_ERROR|disallowed (?:for \S+ )?by CAA|prevented by (?:a )?CAA|error:caa\b"),
    # the name itself
    ("policy-block", r"forbidden by policy|considered an unsafe domain|DOMAIN_NOT_ALLOWED|error:rejectedIdentifier"),
    ("name-not-eligible", r"does not end with a valid public suffix|ends in a dot|needs at least one dot"
                          r"|contains an invalid character|more than 10 labels|malformed punycode|reserved format"
                          r"|is an ICANN TLD|is not a registered internet domain"),
    ("wildcard-needs-dns01", r"invalid wildcard|wildcard domains? (?:are|is) not supported|requires? a? ?dns-01"),
    # where a redirect leads; before the rest, since the rest is quoted in them
    ("too-many-redirects", r"Too many redirects|Excess DCV HTTP redirection"),
    ("redirect-loop", r"Redirect loop detected|Redirect target too long"),
    ("redirect-port", r"Invalid port in redirect target"),
    ("redirect-scheme", r"Invalid protocol scheme in redirect target"),
    ("redirect-missing-slash", r"Check webserver config for missing '/' in redirect target"),
    ("redirect-status", r"received disallowed redirect status code"),
    (_rejected_host, r"Invalid host in redirect target|Invalid empty host"),
    ("redirect-tls", r"doesn't support TLSv1\.2 or better|remote error: tls:|tls: (?:handshake|protocol)"),
    ("redirect-target-dead", r"Fetching http\S+: (?:no valid A records found for|DNS problem)"),
    # what the host says of its own side; said for sure, not as a condition
    ("quota-full", r"disk quota (?:has been |was )?exceeded|No space left on device|has reached its disk (?:space )?quota"
                   r"|has exceeded its disk (?:space )?quota|(?:ディスク|サーバー)?容量が(?:不足して|上限に達して|いっぱいで)"
                   r"|容量(?:不足|超過)のため"),
    ("renewal-disabled", r"AutoSSL (?:is|has been) (?:currently )?(?:disabled|turned off) for"
                         r"|auto(?:matic |-)renewal (?:has been|is currently) (?:disabled|turned off|switched off)"
                         r"|自動更新(?:の設定)?[がは](?:無効|オフ|OFF)(?:です|のため|になっています|に設定されて|になっているため|にされて)"),
    ("old-name-in-order", r"certificate (?:order )?still (?:contains|includes|lists) .{1,80} no longer "
                          r"|(?:削除済みの|削除された|使われていない|使用されていない)(?:サブ)?ドメイン(?:名)?.{0,20}証明書に(?:含まれ|残って)"),
    ("precheck-refused", r"did not pass (?:our|the host's|the provider's) (?:own )?pre-?check"
                         r"|failed (?:our|the host's|the provider's) (?:own )?pre-?check"
                         r"|pre-check failed|precheck failed|事前の?確認(?:に失敗し|に通りません|で止まり)"
                         r"|事前の?チェック(?:に失敗し|に通りません|で止まり)"),
    ("provider-blocks-ca", r"(?:Let's Encrypt|certificate authority|validation servers?) .{0,40}blocked by "
                           r"(?:our|the host's|the provider's) firewall"
                           r"|(?:認証局|発行元)からの(?:アクセス|接続|通信)が.{0,30}(?:遮断|ブロック|拒否)されて"),
    # DNS-01 and TLS-ALPN-01
    ("dns01-too-many", r"too many TXT records|TXT (?:records?|answer|response) (?:is|are) too large"
                       r"|TXTレコードが多すぎ|TXTレコードの数が上限"),
    ("dns01-other-zone", r"(?:NXDOMAIN|SERVFAIL) looking up TXT for"),
    ("dns01-record-missing", r"No TXT record found at|unable to renew .{0,40}using DNS validation"
                             r"|Please add the TXT records to the domains|require validation:|Can not find dns api hook"),
    ("dns01-wrong-value", r"Incorrect TXT record"),
    ("dns01-other-zone", r"Error add txt for domain|invalid domain=|does not control a DNS zone"),
    ("alpn-not-negotiated", r"Cannot negotiate ALPN protocol"),
    ("alpn-wrong-certificate", r"Incorrect validation certificate for tls-alpn-01"),
    # DNS
    ("dnssec-broken", r"DNSSEC: |DNSSEC (?:validation )?(?:failure|bogus)|DNSKEY Missing|Signature Expired"),
    ("nameservers-silent", r"No Reachable Authority|Network Error between Resolver and Authority"
                           r"|query timed out(?: \(and was canceled\))? looking up|networking error looking up"),
    (_servfail, r"(?:SERVFAIL|REFUSED|NOTIMP) looking up"),
    (_no_such_name, rf"NXDOMAIN looking up (?:A|AAAA) for {_NAME}"),
    ("no-address", r"no valid A+ records found for|No valid IP addresses found for|error:unknownHost"
                   r"|does not resolve to any IP addresses on the internet|could not be resolved"
                   r"|none of the certificate names could be resolved|該当ドメインが存在しない"),
    ("lame-delegation", r"is unmanaged\. Verify this domain.s registration"),
    ("points-elsewhere", r"resolved to an IP address .{1,80}that does not exist on this server"
                         r"|参照先サーバーが.{0,40}ではない|参照していない"),
    # reaching the server
    (_not_reached("port-80-blocked"), r"Timeout during connect|Connection timed out|Timed out while waiting for socket"
                                      r"|Could not connect to \S+ within the timeout"),
    (_timeout_after_connect, r"Timeout after connect|Timeout during read|\btimed out\b"),
    (_not_reached("port-80-refused"), r"Connection refused"),
    ("connection-reset", r"Connection reset by peer"),
    (_not_reached("unreachable"), r"Network (?:is )?unreachable|No route to host"),
    ("wrong-protocol-on-80", r"Server is speaking HTTP/2 over HTTP|plain HTTP request was sent to HTTPS port"),
    ("redirect-tls", r"Server only speaks HTTP, not TLS"),
    ("garbled-reply", r"Error getting validation data|Error reading HTTP response body"),
    # the answer
    (_mismatch, r"key authorization file from the server did not match this challenge"),
    (_status, r"Invalid response from (?:https?://)?\S+(?: \S+){0,2}?(?: \[[0-9a-fA-F.:]+\])?: (?P<status>[1-5]\d\d)\b"),
    (_page, r"Invalid response from \S+(?: \S+){0,2}?(?: \[[0-9a-fA-F.:]+\])?: \"?<"),
    (_page, r"Invalid response from http\S+ ?\[?[^\]]{0,60}\]?: \""),
    (_status, r"responded with the following error: (?P<status>[1-5]\d\d) \("),
    (_status, r"web server (?:responded|answered) with .{0,40}?\b(?P<status>[1-5]\d\d)\b"),
    (_status, r"Non-200 status code from HTTP: \S+ returned (?P<status>[1-5]\d\d)\b"),
    (None, r"could not resolve URL"),
    (None, r"failed to fetch the DCV|TOTAL_DCV_FAILURE|SECURED_DOMAIN_DCV_FAILURE|NO_UNSECURED_DOMAIN_PASSED_DCV"),
    (None, r"No local authority|HTTP DCV:|DNS DCV:"),
    (None, r"error:(?:unauthorized|connection|dns|tls|malformed|userActionRequired|unknownHost)\b"),
)  # fmt: skip


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    return re2.compile(pattern, options)


Causes = tuple[tuple[str | Judge | None, Any], ...]
_CAUSES: Causes = tuple((cause, _compiled(pattern)) for cause, pattern in _TABLE)
_INDEX = index_of([[pattern] for _, pattern in _TABLE])
_TYPES = {
    "caa": "caa-other-ca", "ratelimited": "rate-limited", "serverinternal": "ca-outage", "badnonce": "transient",
    "rejectedidentifier": "policy-block", "accountdoesnotexist": "account-problem",
    "externalaccountrequired": "account-problem", "alreadyreplaced": "order-stale",
}  # fmt: skip
_OF_THE_HOST = frozenset(
    ("quota-full", "renewal-disabled", "old-name-in-order", "precheck-refused", "provider-blocks-ca", "dns01-too-many")
)
_IF = re.compile(r"\b(?:if|unless|whether)\b[^.。\n]{0,80}\Z", re.IGNORECASE)
_IN_CASE = re.compile(r"[^.。\n]{0,10}(?:場合|かどうか|可能性)")
_BY_PLACE = frozenset(("port-80-blocked", "port-80-refused", "access-denied", "connection-reset", "too-slow"))

_URN = re.compile(r"urn:(?:ietf:params:)?acme:error:(\w+)", re.IGNORECASE)
_JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_ADDRESS = re.compile(r"(?:^|[\s\"'(:,>])\[?((?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]{0,4}:[0-9a-fA-F:]{2,40})\]?: (?=Fetching|Invalid|The key|During|Error|Timeout|Connection|Incorrect|Cannot|remote|Server)")  # fmt: skip
_BRACKETED = re.compile(r"Invalid response from \S+(?: \S+)? \[([0-9a-fA-F.:]{3,45})\]")
_WRONG_ADDRESS = re.compile(r"IP address [\"'“”‘]?([0-9a-fA-F.:]{3,45})[\"'“”’]? that does not exist")
_ODD_PORT = re.compile(r"https?://[^/?#]*:(?!(?:80|443)(?:[/?#]|$))\d+(?:[/?#]|$)")
_URL = re.compile(
    r"(?:Fetching|Get|code from HTTP:|Invalid response from|temporary file at|file at|download|Url:) [\"'“‘]?(https?://[^\s\"'“”’]{1,2000})"
)
_RETRY = re.compile(r"retry after (\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?: ?UTC|Z)?)", re.IGNORECASE)
_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"Invalid status, ([^\s:]+):Verify error",
        r"([^\s:\]]+):\s*Verify error",
        r"\[([^\s\]]+)\] (?:acme: error|Renew|Obtain)",
        r"(?:processing|Rechecking) CAA for ([^\s:]+?):? ",
        r"looking up [A-Z]+ for ([^\s;,:]+)",
        r"records found for ([^\s;,:]+)",
        r"The domain [\"'“‘]([^\s\"'”’]+)[\"'”’] resolved",
        r"(?:CA forbidden|No local authority): [\"'“‘]([^\s\"'”’]+)",
        r"[\"'“‘]([^\s\"'”’]+)[\"'”’] (?:does not resolve|is unmanaged|is not a registered)",
        r"challenge for ([^\s:]+) failed",
        r"TXT record (?:found at|for|\".{0,120}?\" found at) ([^\s;,:]+)",
        r"Error add txt for domain:\s*([^\s;,:]+)",
        r"exceeded for ([^\s;,:]+)",
    )
)
_LABEL = re.compile(r"^\W{0,4}(?:Domain|Identifier)\s*:\s*(\S+)", re.IGNORECASE)
_TYPE = re.compile(r"^\W{0,4}Type\s*:\s*(?:urn:\S*:)?(\w+)", re.IGNORECASE)
_DETAIL = re.compile(r"^\W{0,4}Detail\s*:\s*(.*)", re.IGNORECASE)
_STOP = re.compile(
    r"^\W{0,4}(?:Domain|Identifier|Type|Detail|Hint|Status|To fix|IMPORTANT|Details)\b\s*:?", re.IGNORECASE
)
_BOX = re.compile(r"^\W{0,4}(\S+) \((?:checked on|.{0,40}(?:確認|チェック))")
_HANDLING = re.compile(r"(?:authorization for|challenge for|Verifying:?|Renew: ?) ?'?([^\s']+?)'?(?: authorization)?\.{0,3}$", re.IGNORECASE)  # fmt: skip


def problems_in(text: str) -> tuple[Problem, ...]:
    """What the text says went wrong, in its order, each statement once. At most 50, of the first 128 KiB."""
    found = dict[tuple[str | None, str | None, str], Problem]()
    plain = _unescaped(text[:MOST_TEXT])
    octets = plain.encode("utf-8", "replace")
    causes = _announced(octets.replace(b"\n", b" "))
    if not causes:
        return ()
    plain = without_guesses(plain)
    for piece in _statements(*_around(plain, causes)):
        problem = _problem(piece, causes)
        if problem:
            found.setdefault((problem.name.text if problem.name else None, problem.cause, problem.error[:80]), problem)
        if len(found) >= MOST_PROBLEMS:
            break
    return _without_echoes(tuple(found.values()))


def _unescaped(text: str) -> str:
    """Without the escapes of JSON and HTML that logs and panels leave in."""
    if "&" in text:
        text = html.unescape(text)
    if "\\" in text:
        text = _JSON_ESCAPE.sub(_character, text)
        text = text.replace('\\"', '"').replace("\\/", "/").replace("\\r", " ").replace("\\n", " ").replace("\\t", " ")
    return text


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return " " if code < 32 or 0xD800 <= code < 0xE000 else chr(code)


def _announced(flow: bytes) -> Causes:
    """The rows of the table that hit anywhere in the text, in their order."""
    likely = (_CAUSES[n] for n in sorted(_INDEX.candidates(flow.lower())))
    return tuple((cause, pattern) for cause, pattern in likely if pattern.search(flow))


def _around(plain: str, causes: Causes) -> tuple[list[str], set[int]]:
    """The lines near the places that look like an error, so that a long log costs no more than what is wrong in it.

    And the numbers of the lines in which those places are.
    """
    octets = plain.encode("utf-8", "replace")
    flow = octets.replace(b"\n", b" ")
    starts = [at for _, pattern in causes for at in _places(pattern, flow)]
    if not starts:
        return [], set()
    ends = [hit.start() for hit in _LINE_END.finditer(octets)]
    lines = plain.split("\n")
    near = set[int]()
    places = {bisect_left(ends, start) for start in starts}
    for place in places:
        near.update(range(max(0, place - LINES_BEFORE), min(len(lines), place + LINES_AFTER)))
    return ([line if n in near else "" for n, line in enumerate(lines)] if len(near) < len(lines) else lines), places


def _places(pattern: Any, flow: bytes) -> list[int]:
    return [hit.start() for _, hit in zip(range(MOST_PROBLEMS), pattern.finditer(flow), strict=False)]


def _statements(lines: list[str], places: set[int]) -> list[tuple[str, Domain | None, str]]:
    """Pieces of text that may state an error, with the name and type that labels around them give."""
    found = list[tuple[str, Domain | None, str]]()
    name, kind, at = None, "", 0
    while at < len(lines):
        line = lines[at].strip()
        if not line:
            at += 1
            continue
        if label := _LABEL.match(line):
            name, kind = name_of(label[1]), ""
        elif label := _TYPE.match(line):
            kind = label[1].lower()
        elif label := _BOX.match(line):
            name, kind = name_of(label[1]), ""
        else:
            if label := _HANDLING.search(line):
                name = name_of(label[1]) or name
            begun = at
            piece, at = _joined(lines, begun)
            if not places.isdisjoint(range(begun, at)):
                found.append((piece, name, kind))
            continue
        at += 1
    return found


def _joined(lines: list[str], at: int) -> tuple[str, int]:
    """One statement, over the lines that a mailer wrapped it into, and where the next begins."""
    first = lines[at].strip()
    detail = _DETAIL.match(first)
    piece, last = [detail[1] if detail else first], first
    length, at = len(first), at + 1
    while at < len(lines) and length < LONGEST_STATEMENT:
        line = lines[at].strip()
        wrapped = detail is not None or len(last) >= 60
        if not line or not wrapped or _STOP.match(line) or _BOX.match(line) or line[0] in "*-[⛔•":
            break
        if re.match(r"\[?\d{4}-\d\d-\d\d|\[\w{3} \w{3}", line):
            break
        piece.append(line)
        last, length, at = line, length + len(line), at + 1
    return " ".join(piece)[:LONGEST_STATEMENT], at


def _problem(piece: tuple[str, Domain | None, str], causes: Causes) -> Problem | None:
    text, name, kind = piece
    octets = text.encode("utf-8", "replace")
    hits = ((cause, hit) for cause, pattern in causes if (hit := pattern.search(octets)))
    found = next(((cause, hit) for cause, hit in hits if not _is_assumed(cause, hit, octets)), None)
    if found is None:
        return None
    secondary = "During secondary validation" in text
    urn = _URN.search(text)
    kind = kind or (urn[1].lower() if urn else "")
    name = _named(text) if name is None else name
    url = _URL.search(text)
    link = url[1].rstrip(".,;:)") if url and "acme-v0" not in url[1] else None
    if name is None and link:
        name = name_of(host_of(link) or "")
    judge, hit = found
    statement = Statement(text, name, kind, _address(text), link, hit)
    cause = (judge(statement) if callable(judge) else judge) or _TYPES.get(kind)
    if cause in _BY_PLACE and secondary:
        cause = "blocked-by-place"
    retry = _RETRY.search(text)
    return Problem(
        name=name,
        error=" ".join(text.split())[:LONGEST_ERROR],
        cause=cause,
        address=statement.address,
        url=link,
        secondary=secondary,
        retry_after=retry[1] if retry else None,
    )


def _is_assumed(cause: str | Judge | None, hit: Any, octets: bytes) -> bool:
    """ "If your disk quota is exceeded, …" is advice; only what a host says of itself is ever put so."""
    if cause not in _OF_THE_HOST:
        return False
    before, after = (part.decode("utf-8", "ignore") for part in (octets[: hit.start()], octets[hit.end() :]))
    return bool(_IF.search(before) or _IN_CASE.match(after))


def _named(text: str) -> Domain | None:
    for pattern in _NAMED:
        if hit := pattern.search(text):
            name = name_of(hit[1].removeprefix("_acme-challenge."))
            if name:
                return name
    return None


def _address(text: str) -> str | None:
    for pattern in (_WRONG_ADDRESS, _ADDRESS, _BRACKETED):
        if hit := pattern.search(text):
            try:
                return str(ipaddress.ip_address(hit[1]))
            except ValueError:
                continue
    return None


def _without_echoes(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Without summaries: a statement without a cause of its own, or a repeat of a cause for the same name."""
    proven = [p for p in problems if p.cause]
    seen = set[tuple[str | None, str | None]]()
    kept = list[Problem]()
    for problem in proven or problems:
        key = (problem.name.text if problem.name else None, problem.cause)
        if key not in seen:
            seen.add(key)
            kept.append(problem)
    named = {p.cause for p in kept if p.name}
    return tuple(p for p in kept if p.name or p.cause not in named)
