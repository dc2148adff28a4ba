"""Text that ought to be names → the names in it; everything that no certificate could be for is left out."""

import re
from collections.abc import Iterable
from functools import lru_cache

from triage.names import Domain, InvalidName

# cPanel, Plesk and DirectAdmin make these by themselves: no visitor ever sees them; facts notices 2.8.
_SERVICES = frozenset(
    ("cpanel", "webmail", "webdisk", "whm", "autodiscover", "autoconfig", "cpcontacts", "cpcalendars", "mail", "ftp",
     "imap", "pop", "pop3", "smtp", "lists", "ipv6")
)  # fmt: skip
_DOCUMENTATION = frozenset({"test", "example"})  # RFC 2606: never delegated, and every sample is written with them
_DIVIDERS = re.compile(r"[\s,、;;\"'“”‘’„«»「」『』<>\[\](){}|`]+")
_AUTHORITY_END = re.compile(r"[/?#\\]")
_BULLET = re.compile(r"^(?:[-•・●◦▪■□◆◇※→⛔⚠✅❌]+|\*(?!\.))+")
_FILES = frozenset({"pem", "conf", "log", "html", "htm", "php", "txt", "cert", "crt", "key", "sh", "py", "json", "xml"})
MOST_NAMES = 50  # read from one mail; facts never-answer 24


@lru_cache(maxsize=8192)  # the names of one mail stand in it many times
def name_of(token: str) -> Domain | None:
    """The name that `token` spells from its first to its last character, if a certificate could be for it."""
    plain = _BULLET.sub("", token).rstrip(".,:;!?。、*")
    if "." not in plain.translate({0x3002: ".", 0xFF0E: "."}) or len(plain) > 260:
        return None
    try:
        name = Domain.parse(plain)
    except InvalidName:
        return None
    return name if is_plausible(name) else None


def is_plausible(name: Domain) -> bool:
    if any("_" in label for label in name.base.labels) or len(name.base.labels) < 2:
        return False
    return name.is_public or name.tld in _DOCUMENTATION


def names_in(value: str) -> tuple[Domain, ...]:
    """The names in a list, whatever divides them. A file, an address of a person, a port or a path is no name."""
    found = (name_of(token) for token in _DIVIDERS.split(value[:20_000]) if token)
    return unique(name for name in found if name)


def host_of(url: str) -> str | None:
    """The host of an http(s) URL as written, lower case; None where the URL hides it behind user info."""
    scheme, divider, rest = url.partition("://")
    if not divider or scheme.lower() not in ("http", "https"):
        return None
    authority = _AUTHORITY_END.split(rest, maxsplit=1)[0]
    if "@" in authority:
        return None
    return authority.partition(":")[0].rstrip(".").lower() or None


def is_file(name: Domain) -> bool:
    """`fullchain.pem` and the like, where free text is searched for names."""
    return name.tld in _FILES


def is_service(name: Domain) -> bool:
    return len(name.base.labels) > 2 and name.base.labels[0] in _SERVICES and not name.is_wildcard


def unique(names: Iterable[Domain]) -> tuple[Domain, ...]:
    return tuple(dict.fromkeys(names))
