"""Message → who sent it, as far as our own server vouches for that. Only ever the outermost mail's headers.

RFC 8601: the header says `authserv-id; method=result property=value …; …`. What stands in it is worth something only
where our own server wrote it, and the sender can write one too. So: our server's name, above every hand that is not
ours, the topmost one alone, and nothing that contradicts it.
"""

import re
from dataclasses import dataclass

from triage.model import Authentication, Identity, Message
from triage.names import Domain, InvalidName, organization

MICROSOFT = "mx.microsoft.com"  # what to configure for Microsoft 365, whose header names no server
LONGEST = 16_384  # characters of a header that are read
DEEPEST = 20  # comments in comments

_ID = re.compile(r"\s*([A-Za-z0-9._-]+)(?:\s+\d+)?\s*\Z")
_RESULT = re.compile(r"\s*([A-Za-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([A-Za-z]+)(.*)\Z", re.S)
_PROPERTY = re.compile(
    r'\s*([A-Za-z][A-Za-z0-9_-]*(?:\s*\.\s*[A-Za-z0-9_-]+)?)\s*=\s*("(?:[^"\\]|\\.)*"(?:@[^\s;]*)?|[^\s;]+)(?=\s|\Z)'
)
_BY = re.compile(r"(?:^|\s)by\s+([A-Za-z0-9._-]+)", re.I)
_LMTP = re.compile(r"\swith\s+(?:utf8)?lmtp", re.I)  # from our own server into the mailbox
_ATOM_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+\Z")
_INNER = {"internal", "local", "lan", "localdomain", "home", "corp", "intranet"}  # no host in the world has these
# Servers of these services write their Received lines under other names than the one that vouches.
_SAME_HOUSE = {MICROSOFT: ("outlook.com", "microsoft.com"), "mx.google.com": ("google.com",)}


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        return next((value for key, value in self.properties if key == name), "")


@dataclass(frozen=True, slots=True)
class _Results:
    server: str | None  # None: Microsoft's dialect
    results: tuple[_Result, ...]


def authenticate(message: Message, identity: Identity | None) -> Authentication:
    """The domain that the mail was proven to come from: DMARC, or DKIM or SPF aligned with From.

    Without an identity (`triage read`) the topmost header counts, whoever wrote it.
    """
    sender = sole_sender(message)
    if sender is None:
        return _no("there is not exactly one From address")
    if identity is not None and not identity.authserv_id:
        return _no("identity.authserv_id is not set, so no Authentication-Results can be trusted")
    if any(not _is_plain(value) for value in message.all("return-path")[:1]):
        # Some servers print it into their results without its quotes.
        return _no("the envelope sender is written so that it could forge our server's results")
    found = _trusted(message, identity)
    if isinstance(found, str):
        return _no(found)
    return _judge(sender.rpartition("@")[2].lower(), found)


def writes_on_top(message: Message, identity: Identity) -> bool:
    """Our server's results stand above its own Received line in this mail, where nobody outside can write.

    What does so once does so always, so the same name below that line is a sender's. Google and Microsoft write below
    or among their lines, and take foreign ones away.
    """
    if not identity.authserv_id or identity.authserv_id.lower() in _SAME_HOUSE:
        return False
    seen = False
    for header in message.headers:
        if header.name == "authentication-results":
            results = _parse(header.value)
            seen = seen or (results is not None and _is_ours(results, identity))
        elif header.name == "received" and not _LMTP.search(header.value[:LONGEST]):
            return seen and _is_of_our_house(header.value, identity)
    return False


def sole_sender(message: Message) -> str | None:
    """The one address in From on which two parsers agree (CVE-2023-27043), else None."""
    values = message.all("from")
    if len(values) != 1 or len(message.sender) != 1:
        return None
    ours = _sole_address(values[0])
    theirs = message.sender[0].address
    return theirs if ours is not None and message.sender[0].same_as(ours) else None


def aligned(one: str, other: str) -> bool:
    """Relaxed alignment (RFC 7489 section 3.1): the same name, or the same registered part of it."""
    try:
        a, b = Domain.parse(one).text, Domain.parse(other).text
    except InvalidName:
        return False
    return a == b or (organization(a) is not None and organization(a) == organization(b))


# ---- judgment


def _judge(domain: str, results: tuple[_Result, ...]) -> Authentication:
    dmarc = [r for r in results if r.method == "dmarc"]
    if len(dmarc) > 1:
        return _no("our server's header has more than one DMARC result")
    if len([r for r in results if r.method == "spf" and "smtp.mailfrom" in dict(r.properties)]) > 1:
        return _no("our server's header has more than one SPF result")
    if dmarc and dmarc[0].result in ("fail", "permerror"):
        return Authentication(None, f"DMARC says {dmarc[0].result}", forged=dmarc[0].result == "fail")
    if dmarc and dmarc[0].result == "pass" and aligned(dmarc[0].get("header.from"), domain):
        return Authentication(domain, "DMARC passed")
    for r in results:
        if r.method == "dkim" and r.result == "pass" and aligned(_signer(r), domain):
            return Authentication(domain, f"a DKIM signature of {_signer(r)} passed")
    for r in results:
        if r.method == "spf" and r.result == "pass" and aligned(_after_at(r.get("smtp.mailfrom")), domain):
            return Authentication(domain, "SPF passed for the domain in From")
    return _no("nothing that our server checked proves the domain in From")


def _signer(result: _Result) -> str:
    return _after_at(result.get("header.d") or result.get("header.i"))


def _after_at(value: str) -> str:
    return value.rpartition("@")[2].strip('"<>').lower()


def _no(because: str) -> Authentication:
    return Authentication(None, because)


# ---- which header is our server's


def _trusted(message: Message, identity: Identity | None) -> tuple[_Result, ...] | str:
    """The results of the one header that counts, or why none does."""
    seen: list[_Results] = []
    for name, value in ((h.name, h.value) for h in message.headers):
        if name == "received" and identity is not None and _ends_our_part(value, identity):
            break
        if name == "authentication-results":
            results = _parse(value)
            if results is None and not seen:
                return "the Authentication-Results header is malformed"
            if results is not None and (identity is None or _is_ours(results, identity)):
                seen.append(results)
            if identity is None:
                break
    if not seen:
        return "there is no Authentication-Results header of our server"
    doubled = {r.method for r in seen[0].results} & {r.method for more in seen[1:] for r in more.results}
    if doubled:
        return (
            f"our server's Authentication-Results are there twice for {', '.join(sorted(doubled))}: one may be forged"
        )
    return seen[0].results


def _is_ours(results: _Results, identity: Identity) -> bool:
    return (results.server or MICROSOFT) == identity.authserv_id.lower()


def _is_plain(path: str) -> bool:
    address = path.strip().removeprefix("<").removesuffix(">").strip()
    return not address or _ATOM_ADDRESS.match(address) is not None


def _ends_our_part(received: str, identity: Identity) -> bool:
    """All below this line came with the mail."""
    on_top = identity.authserv_on_top is True and not _LMTP.search(received[:LONGEST])
    return on_top or _is_foreign(received, identity)


def _is_foreign(received: str, identity: Identity) -> bool:
    """A server outside our house took the mail here: this line and all below it came with the mail."""
    host = _taken_by(received)
    if "." not in host or re.fullmatch(r"[0-9.]+", host) or host.rpartition(".")[2] in _INNER:
        return False  # localhost, a name of the house, or an address: Google's inner hands sign like that
    return not _is_of_our_house(received, identity)


def _is_of_our_house(received: str, identity: Identity) -> bool:
    host, home = _taken_by(received), identity.authserv_id.lower()
    houses = (home, identity.address.rpartition("@")[2].lower(), *_SAME_HOUSE.get(home, ()))
    return any(aligned(host, house) or host.endswith("." + house) for house in houses)


def _taken_by(received: str) -> str:
    """The host that wrote this Received line, as it calls itself."""
    scanned = _scan(received)
    found = _BY.search(scanned.segments[0]) if scanned else None
    return found[1].lower().rstrip(".") if found else ""


# ---- reading the headers


def _parse(value: str) -> _Results | None:
    """None where the header is malformed."""
    scanned = _scan(value)
    # Some servers print the envelope sender in a comment; `"x) dkim=pass (y"@evil.example` would leave it.
    if scanned is None or any('"' in comment for comment in scanned.comments):
        return None
    first, rest = scanned.segments[0], scanned.segments[1:]
    named = _ID.match(first)
    segments = rest if named else [first, *rest]
    results = tuple(r for r in map(_result, segments) if r is not None)
    return _Results(named[1].lower() if named else None, results)


def _result(segment: str) -> _Result | None:
    found = _RESULT.match(segment)
    if found is None:
        return None
    properties, at = list[tuple[str, str]](), 0
    while pair := _PROPERTY.match(found[3], at):
        properties.append((re.sub(r"\s", "", pair[1]).lower(), pair[2]))
        at = pair.end()
    names = [name for name, _ in properties]
    # Words that belong to nothing come from a value that the sender chose: `header.d=example.jp .evil.example`.
    sound = not found[3][at:].strip() and len(names) == len(set(names))
    said = found[2].lower()
    return _Result(found[1].lower(), "unclear" if said == "pass" and not sound else said, tuple(properties))


def _sole_address(value: str) -> str | None:
    scanned = _scan(value)
    if scanned is None:
        # A decoded display name can hold a lone bracket. With one @ in all there is only one address.
        found = re.search(r"<([^<>\s]+)>\s*\Z", value[-400:]) if value.count("@") == 1 else None
        return found[1] if found and _ATOM_ADDRESS.match(found[1]) else None
    if len(scanned.segments) > 1:
        return None  # a group ends with a semicolon
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', " ", scanned.segments[0])
    outside, opened, inside = bare.partition("<")
    address = inside.strip().removesuffix(">").strip() if opened else bare.strip()
    if opened and (("@" in outside and outside.strip() != address) or not inside.strip().endswith(">")):
        return None
    return address if _ATOM_ADDRESS.match(address) else None


@dataclass(frozen=True, slots=True)
class _Scanned:
    segments: list[str]  # never empty; what stands between semicolons, without comments
    comments: list[str]


def _scan(text: str) -> _Scanned | None:
    """A structured header in one pass; None where quotes or comments do not close, or nest or run on too far."""
    if len(text) > LONGEST:
        return None
    segments, comments, depth, quoted, skip = [""], [""], 0, False, False
    for character in text:
        if skip or character == "\\":
            skip = not skip
        elif character == '"' and depth == 0:
            quoted = not quoted
        elif character == "(" and not quoted:
            depth += 1
        elif character == ")" and depth:
            depth -= 1
            comments += [""] if depth == 0 else []
            continue
        elif character == ";" and not quoted and depth == 0:
            segments.append("")
            continue
        if depth > DEEPEST:
            return None
        if depth:
            comments[-1] += character
        else:
            segments[-1] += character
    return None if quoted or depth else _Scanned(segments, comments)
