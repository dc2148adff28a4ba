"""The vocabulary of errors: who prints what, and the cause that it proves. The first row that hits a statement counts.

Sources: facts ca-rules 8 (Boulder's wording, old and new), facts notices 10 (panels and hosts), and the programs' own
texts. A row that needs a second look names a judge instead of a cause.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

import re2

from triage.recognize.errors.statement import (
    Judge,
    Statement,
    by_answer,
    by_page,
    by_status,
    no_authority,
    no_such_name,
    not_reached,
    servfail,
    timeout_after_connect,
)
from triage.recognize.sets import PatternSet

_NAME = r"[\"'“”]?(?P<name>[^\s;,:\"'“”]+)"
_STATUS = r"(?P<status>[1-5]\d\d)\b"
_FROM = r"Invalid response from \S*[^\s:](?: \S+){0,2}?(?: \[[0-9a-fA-F.:]+\])?: "
Phrases = tuple[tuple[str | Judge | None, tuple[str, ...]], ...]

# Printed by the CA, a client or a panel, word for word.
_QUOTED: Phrases = (
    # the CA's limits and its own faults
    ("account-paused", (
        r"temporarily prevented from requesting certificates",
        r"account is (?:temporarily )?paused",
    )),
    ("rate-limited", (
        r"too many (?:new orders|certificates|failed authorizations|new registrations|currently pending)",
        r"already issued for (?:this )?exact set",
        r"error:rateLimited",
        r"rate limits? ha(?:s|ve) been exceeded",
        r"Service busy; retry later",
        r"RATE_LIMITED",
    )),
    ("ca-outage", (
        r"down for maintenance or had an internal error",
        r"SCT embedding requirements",
        r"Secondary validation RPC failed",
        r"Could not communicate with VA",
        r"Insufficient remote perspectives",
        r"server failure at resolver",
        r"error:serverInternal",
        r"acme-v02\S+ (?:returned|responded with) 50\d",
        r"could not (?:obtain|get|fetch|retrieve) (?:the )?(?:ACME )?directory",
    )),
    ("transient", (r"invalid anti-replay nonce", r"error:badNonce")),
    ("account-problem", (
        r"accountDoesNotExist",
        r"externalAccountRequired",
        r"Account is not valid",
        r"account is deactivated",
        r"No Key ID in JWS header",
        r"must agree to terms",
    )),
    ("order-refused", (r"must-staple extension is no longer available", r"error:badCSR")),
    ("ca-retired", (r"ACMEv1 is (?:deprecated|off)", r"end-of-life of ACMEv1", r"acme-v01\.api")),
    ("order-stale", (
        r"already has a replacement order",
        r"error:alreadyReplaced",
        r"authorizations for these identifiers (?:expired|not valid|not found)",
    )),
    # CAA
    ("caa-lookup-fails", (r"looking up CAA for",)),
    ("caa-other-ca", (
        r"CAA record for \S+ prevents issuance",
        r"Rechecking CAA for",
        r"rechecking caa:",
        r"CA forbidden",
        r"CAA_ERROR",
        r"disallowed (?:for \S+ )?by CAA",
        r"prevented by (?:a )?CAA",
        r"error:caa\b",
    )),
    # the name itself
    ("name-not-eligible", (
        r"does not end with a valid public suffix",
        r"ends in a dot",
        r"needs at least one dot",
        r"contains an invalid character",
        r"more than 10 labels",
        r"malformed punycode",
        r"reserved format",
        r"is an ICANN TLD",
    )),
    ("not-registered", (r"is not a registered internet domain",)),
    ("wildcard-needs-dns01", (
        r"invalid wildcard",
        r"wildcard domains? (?:are|is) not supported",
        r"requires? a? ?dns-01",
        r"does not support any combination of challenges that will satisfy the CA",
    )),
    ("policy-block", (
        r"forbidden by policy",
        r"considered an unsafe domain",
        r"DOMAIN_NOT_ALLOWED",
        r"error:rejectedIdentifier",
    )),
    # where a redirect leads; before the rest, since the rest is quoted in them
    ("too-many-redirects", (r"Too many redirects", r"Excess DCV HTTP redirection")),
    ("redirect-loop", (r"Redirect loop detected", r"Redirect target too long")),
    ("redirect-port", (r"Invalid port in redirect target",)),
    ("redirect-scheme", (r"Invalid protocol scheme in redirect target",)),
    ("redirect-missing-slash", (r"Check webserver config for missing '/' in redirect target",)),
    ("redirect-status", (r"received disallowed redirect status code",)),
    ("redirect-private", (r"Invalid host in redirect target", r"Invalid empty host")),
    ("redirect-tls", (
        r"doesn't support TLSv1\.2 or better",
        r"remote error: tls:",
        r"tls: (?:handshake|protocol)",
    )),
    ("redirect-target-dead", (r"Fetching http\S+: (?:no valid A records found for|DNS problem)",)),
    # DNS-01 and TLS-ALPN-01
    ("dns01-too-many", (
        r"too many TXT records",
        r"TXT (?:records?|answer|response) (?:is|are) too large",
        r"TXTレコードが多すぎ",
        r"TXTレコードの数が上限",
    )),
    ("dns01-record-missing", (
        r"NXDOMAIN looking up TXT for",
        r"No TXT record found at",
        r"did not return the expected TXT record",
        r"unable to renew .{0,40}using DNS validation",
        r"Please add the TXT records to the domains",
        r"require validation:",
        r"Can not find dns api hook",
    )),
    ("dns01-wrong-value", (r"Incorrect TXT record",)),
    ("dns01-other-zone", (r"Error add txt for domain", r"invalid domain=", r"does not control a DNS zone")),
    ("alpn-not-negotiated", (r"Cannot negotiate ALPN protocol",)),
    ("alpn-wrong-certificate", (r"Incorrect validation certificate for tls-alpn-01",)),
    # DNS
    ("dnssec-broken", (
        r"DNSSEC: ",
        r"DNSSEC (?:validation )?(?:failure|bogus)",
        r"DNSKEY Missing",
        r"Signature Expired",
    )),
    ("nameservers-silent", (
        r"No Reachable Authority",
        r"Network Error between Resolver and Authority",
        r"query timed out(?: \(and was canceled\))? looking up",
        r"networking error looking up",
    )),
    (servfail, (r"(?:SERVFAIL|REFUSED|NOTIMP) looking up",)),
    (no_such_name, (rf"NXDOMAIN looking up (?:A|AAAA) for {_NAME}",)),
    ("no-address", (
        r"no valid A+ records found for",
        r"No valid IP addresses found for",
        r"error:unknownHost",
        r"does not resolve to any IP addresses on the internet",
        r"none of the certificate names could be resolved",
    )),
    ("lame-delegation", (r"is unmanaged\. Verify this domain.s registration",)),
    ("points-elsewhere", (
        r"resolved to an IP address .{1,80}that does not exist on this server",
        r"Cannot match your IP \S+ against hostname",
        r"domain's DNS is pointed elsewhere",
    )),
    # reaching the server
    (not_reached("port-80-blocked"), (
        r"Timeout during connect",
        r"Timed out while waiting for socket",
        r"Could not connect to \S+ within the timeout",
    )),
    (timeout_after_connect, (r"Timeout after connect", r"Timeout during read")),
    ("wrong-protocol-on-80", (
        r"Server is speaking HTTP/2 over HTTP",
        r"plain HTTP request was sent to HTTPS port",
    )),
    ("redirect-tls", (r"Server only speaks HTTP, not TLS",)),
    ("garbled-reply", (r"Error getting validation data", r"Error reading HTTP response body")),
    # the answer
    (by_answer, (r"key authorization file from the server did not match this challenge",)),
    (by_status, (
        rf"{_FROM}{_STATUS}",
        rf"responded with the following error: {_STATUS} \(",
        rf"web server (?:responded|answered) with .{{0,40}}?\b{_STATUS}",
        rf"Non-200 status code from HTTP: \S+ returned {_STATUS}",
    )),
    (by_page, (rf"{_FROM}\"?<", r"Invalid response from http\S+ ?\[?[^\]]{0,60}\]?: \"")),
    (None, (r"could not resolve URL",)),
    (None, (
        r"failed to fetch the DCV",
        r"TOTAL_DCV_FAILURE",
        r"SECURED_DOMAIN_DCV_FAILURE",
        r"NO_UNSECURED_DOMAIN_PASSED_DCV",
    )),
    (no_authority, (r"No local authority",)),
    (None, (r"HTTP DCV:", r"DNS DCV:")),
)  # fmt: skip

# Printed by any program that uses a network; an error of a renewal only where a word of the trade stands beside it.
_COMMON: Phrases = (
    (not_reached("port-80-blocked"), (r"Connection timed out",)),
    (not_reached("port-80-refused"), (r"Connection refused",)),
    ("connection-reset", (r"Connection reset by peer",)),
    (not_reached("unreachable"), (r"Network (?:is )?unreachable", r"No route to host")),
    (timeout_after_connect, (r"\btimed out\b",)),
    ("no-address", (r"could not be resolved",)),
    (by_status, (
        rf"(?:answered|responded|replied|returned|returns|got|received) (?:us )?(?:with )?(?:an? )?(?:http )?"
        rf"(?:error |status |code ){{0,2}}[\"'“(]?{_STATUS}",
    )),
    (None, (r"error:(?:unauthorized|connection|dns|tls|malformed|userActionRequired|unknownHost)\b",)),
)  # fmt: skip

# A host's own words, in which the same phrase may be a condition: those say nothing.
_SAID: Phrases = (
    ("rate-limited", (r"発行制限数?の上限", r"発行(?:数の)?制限に達し")),
    ("ca-outage", (r"発行元によるメンテナンス", r"認証局(?:の|による)?(?:障害|メンテナンス)")),
    ("quota-full", (
        r"disk quota (?:has been |was )?exceeded",
        r"No space left on device",
        r"has (?:reached|exceeded) its disk (?:space )?quota",
        r"(?:ディスク|サーバー)?容量が(?:不足して|上限に達して|いっぱいで)",
        r"容量(?:不足|超過)のため",
    )),
    ("renewal-disabled", (
        r"AutoSSL (?:is|has been) (?:currently )?(?:disabled|turned off) for",
        r"auto(?:matic |-)renewal (?:has been|is currently) (?:disabled|turned off|switched off)",
        r"自動更新(?:の設定)?[がは](?:無効|オフ|OFF)"
        r"(?:です|のため|になっています|に設定されて|になっているため|にされて)",
    )),
    ("old-name-in-order", (
        r"certificate (?:order )?still (?:contains|includes|lists) .{1,80} no longer ",
        r"(?:削除済みの|削除された|使われていない|使用されていない)(?:サブ)?ドメイン(?:名)?.{0,20}"
        r"証明書に(?:含まれ|残って)",
    )),
    ("precheck-refused", (
        r"(?:did not pass|failed) (?:our|the host's|the provider's) (?:own )?pre-?check",
        r"pre-?check failed",
        r"事前の?(?:確認|チェック)(?:に失敗し|に通りません|で止まり)",
    )),
    ("provider-blocks-ca", (
        r"(?:Let's Encrypt|certificate authority|validation servers?) .{0,40}blocked by "
        r"(?:our|the host's|the provider's) firewall",
        r"(?:認証局|発行元)からの(?:アクセス|接続|通信)が.{0,30}(?:遮断|ブロック|拒否)されて",
    )),
    ("points-elsewhere", (
        r"参照先(?:の)?サーバー?が.{0,40}(?:ではない|異なる|異なり|ではあり|違う)",
        r"(?:当社|弊社|当|弊)?サーバー?(?:の?IPアドレス)?(?: ?\([^)]{0,60}\))? ?[をにと](?:参照|向い|指定|指|一致)"
        r"(?:し|でき)?(?:て)?(?:い)?(?:ない|なかった|おらず|ません|ておりません)",
        r"(?:points?|pointing|resolv\w+) (?:currently )?(?:to|at) .{0,60}"
        r"(?:which is not|not one of|instead of|rather than)",
        r"(?:does not|doesn't|do not|not) (?:currently )?(?:point|pointed|pointing|resolve) (?:to|at) (?:our|this) ",
        r"ne pointe pas vers (?:nos|notre)",
        r"zeigt nicht auf (?:unsere|unser)",
        r"no (?:apunta|está apuntando) a nuestro",
        r"não (?:aponta|está apontando) para (?:o )?noss",
    )),
    ("not-registered", (r"該当ドメインが存在し(?:ない|ません)", r"ドメインが存在し(?:ない|ません)")),
    ("no-address", (
        r"(?:A|AAAA) ?レコードが(?:設定|登録)されて(?:い)?(?:ない|ません|おらず|おりません)",
        r"名前解決(?:が)?でき(?:ない|ません|なかった)",
    )),
    ("password-protected", (
        r"(?:BASIC|ベーシック|Digest) ?認証が(?:設定|有効|かか|かけ).{0,20}(?:ため|ので|により|おり)",
        r"(?:because|since|as) .{0,60}password[- ]protect",
    )),
    ("access-denied", (
        r"アクセス(?:制限|制御|拒否)」?(?:が|の).{0,20}(?:ため|ので|により|おり)",
        r"(?:because|since|as) .{0,60}access (?:restriction|is restricted|to .{0,30} is (?:restricted|denied))",
    )),
    ("site-redirect-elsewhere", (
        r"サイト転送」?(?:が|の|を).{0,20}(?:ため|ので|により|おり)",
        r"リダイレクト(?:設定)?(?:が|の|を)?.{0,12}(?:ため|ので|により|おり)",
    )),
)  # fmt: skip

_IF = re.compile(
    r"(?:\b(?:if|unless|whether|when|such as)\b[^.。\n]{0,80}|(?:場合|とき)[^。\n]{0,60})\Z", re.IGNORECASE
)
_IN_CASE = re.compile(r"[^.。\n]{0,30}?(?:場合|かどうか|可能性|こと(?:が|も)(?:あり|ござい)|恐れ|ないか)")
_TRADE = re2.compile(
    r"(?i)Fetching|acme|challenge|\bDCV\b|validat|verif|urn:|authori[sz]|certificate|temporary file|\.well-known"
    r"|証明書|認証"
)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """`how`: quoted word for word, common to all programs that use a network, or said by the host in its own words."""

    proves: str | Judge | None
    pattern: Any
    how: Literal["quoted", "common", "said"]

    def states(self, octets: bytes, kind: str) -> Any | None:
        """The hit, where the statement says it for sure. `kind`: the ACME error type beside it, or ""."""
        hit = self.pattern.search(octets)
        if hit is None or self.how == "quoted":
            return hit
        if self.how == "common":
            return hit if kind or _TRADE.search(octets) else None
        before, after = (part.decode("utf-8", "ignore") for part in (octets[: hit.start()], octets[hit.end() :]))
        return None if _IF.search(before) or _IN_CASE.match(after) else hit

    def cause(self, statement: Statement) -> str | None:
        return self.proves(statement) if callable(self.proves) else self.proves

    def places(self, flow: bytes, most: int) -> list[int]:
        return [hit.start() for _, hit in zip(range(most), self.pattern.finditer(flow), strict=False)]


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    return re2.compile(pattern, options)


def _rows(phrases: Phrases, how: Literal["quoted", "common", "said"]) -> tuple[Row, ...]:
    return tuple(Row(proves, _compiled(pattern), how) for proves, patterns in phrases for pattern in patterns)


ROWS = (*_rows(_QUOTED, "quoted"), *_rows(_SAID, "said"), *_rows(_COMMON, "common"))
_HITTING = PatternSet([row.pattern.pattern for row in ROWS], case_sensitive=False)


def announced(text: str) -> tuple[Row, ...]:
    """The rows that hit anywhere in the text, in their order."""
    flow = text.encode("utf-8", "replace").replace(b"\n", b" ")
    return tuple(ROWS[at] for at in sorted(_HITTING.hits(flow)))
