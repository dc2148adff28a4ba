"""Conditions N1 to N7: is there one address that may be answered, and does anybody vouch for it?"""

import hmac
import re

from triage.decide.asked import Asked, same_address, without_tag
from triage.decide.headers import LONGEST, without_comments
from triage.model import Address, Header
from triage.names import Domain, InvalidName

# RFC 6761, RFC 8375 and names that only a local network knows: mail to them cannot be delivered, or goes astray.
_NOWHERE = frozenset({"localhost", "invalid", "local", "test", "example", "internal", "arpa", "onion", "lan"})
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
# A local part in quotes is legal, and nobody has one.
_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_ADDRESS = re.compile(r"[^\s<>,;:\"()]{1,254}@[^\s<>,;:\"()]{1,254}")
_MOST = 50  # addresses in which the secret is looked for
_LONGEST_ADDRESS = 254  # octets; RFC 5321 section 4.5.3.1.3, without the angle brackets


def empty_return_path(asked: Asked) -> bool:
    """A bounce, or a mail that asks for no answer at all. Of a filtered notice only our own server's line counts."""
    values = asked.message.all("return-path")
    return any(_path(value) == "" for value in (values[:1] if asked.by_filter else values))


def no_return_path(asked: Asked) -> bool:
    """Only where we know that our server writes it: it has written its authserv-id into this very mail."""
    stamped = asked.identity.authserv_id and any(
        asked.identity.authserv_id in value for value in asked.message.all("authentication-results")
    )
    return bool(stamped) and bool(asked.message.all("delivered-to")) and not asked.message.all("return-path")


def not_one_from(asked: Asked) -> bool:
    """Two readers must agree: the one that decoded the mail, and the small one below (the CVE-2023-27043 class)."""
    lines = [h for h in asked.message.headers if h.name == "from"]
    if len(asked.message.sender) != 1 or len(lines) > 1:
        return True
    return bool(lines) and _only_address(lines[0]) != asked.sender.address.strip()


def unusable_address(asked: Asked) -> bool:
    address = asked.sender.address
    local, at, domain = address.rpartition("@")
    if not (at and local) or len(address) > _LONGEST_ADDRESS or not address.isascii() or not address.isprintable():
        return True
    if not _PLAIN.fullmatch(local):
        return True
    try:
        name = Domain.parse(domain)
    except InvalidName:
        return True
    known = asked.policy.anyone or asked.is_listed
    return len(name.labels) < 2 or (name.tld in _NOWHERE and not known)


def our_own_address(asked: Asked) -> bool:
    """From, Sender, Reply-To or Return-Path is one of ours, whatever tag it carries."""
    message = asked.message
    own = tuple(without_tag(a) for a in asked.own_addresses)
    stated = [a.address for a in message.sender]
    stated += [_last_address(v) for name in ("sender", "reply-to", "return-path") for v in message.all(name)]
    return any(same_address(without_tag(a), own) for a in stated if a)


def nobody_vouches_and_paths_differ(asked: Asked) -> bool:
    paths = [_path(value) for value in asked.message.all("return-path")[:1]]
    differ = any(path and path.rpartition("@")[2].lower() != asked.sender.domain for path in paths)
    return differ and not vouched(asked)


def nobody_vouches(asked: Asked) -> bool:
    return not vouched(asked)


def vouched(asked: Asked) -> bool:
    """Our own server says that the mail comes from the domain in From, or from the same organization; or the sender
    knows the address that was given to registered people alone."""
    proven = asked.authentication.domain
    if not asked.authentication.forged and knows_the_secret(asked):
        return True
    return proven is not None and _organization(proven) == _organization(asked.sender.domain)


def knows_the_secret(asked: Asked) -> bool:
    """The mail came to one of our addresses with the secret behind a plus. Every address is compared in full time."""
    if not asked.policy.secret:
        return False
    message, own = asked.message, tuple(without_tag(a) for a in asked.own_addresses)
    found = [a.address for a in (*message.to, *message.cc)]
    found += [a for h in ("delivered-to", "x-original-to") for v in message.all(h) for a in _ADDRESS.findall(v[:2000])]
    tags = [a.rpartition("@")[0].partition("+")[2] for a in found[:_MOST] if same_address(without_tag(a), own)]
    secret = asked.policy.secret.lower().encode()
    return sum(hmac.compare_digest(tag.lower().encode("utf-8", "replace"), secret) for tag in tags) > 0


def _organization(domain: str) -> str:
    try:
        name = Domain.parse(domain)
    except InvalidName:
        return domain.lower()
    return (name.registrable or name).text


def _path(value: str) -> str | None:
    """The address of a Return-Path line: empty for `<>`, None for a line that cannot be read."""
    text = without_comments(value).strip()
    if text.startswith("<") and text.endswith(">"):
        return text[1:-1].strip()
    return text if "@" in text else None


def _last_address(value: str) -> str:
    found = re.findall(r"<([^<>]*)>", _QUOTED.sub("", value[:LONGEST]))
    return (found[-1] if found else value).strip()


def _only_address(header: Header) -> str | None:
    """The one address of a From line, or None where the line could be read in two ways."""
    text = _QUOTED.sub("", without_comments(header.value)).strip()
    inside = re.findall(r"<([^<>]*)>", text)
    if not inside:
        return text
    around = re.sub(r"<[^<>]*>", " ", text)
    if len(inside) > 1 or text.rstrip().endswith(";") or not text.endswith(">"):
        return None
    stray = [a.strip(",;:'[]") for a in around.split() if "@" in a]
    same = all(Address(None, a).same_as(inside[0].strip()) for a in stray)
    return inside[0].strip() if same else None
