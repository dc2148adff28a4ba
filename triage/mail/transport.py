"""What IMAP and SMTP share: when a line may be in clear, which certificates count, how long we are asked to wait."""

import ipaddress
import re
import ssl
from functools import lru_cache
from pathlib import Path
from typing import Literal

import certifi

from triage.model import Permanent

Tls = Literal["implicit", "starttls", "none"]
LONGEST_WAIT = 6 * 3600.0  # seconds; a server that asks for more is asked again after that
SLOW = 900.0  # seconds between tries where a person has to change something first

_UNITS = {"ms": 0.001, "milli": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600}
_WAIT = re.compile(
    r"(?:back-?off|retry|again|wait|delay|greylist|throttl|later|after)[^0-9]{0,40}(\d{1,9})\s*"
    r"(milli|ms|sec|s|min|m|hour|h)(?![a-z]*\d)",
    re.I,
)


def must_be_loopback(host: str, tls: Tls) -> None:
    """Raises Permanent where a password would cross a network in clear."""
    if tls == "none" and not is_loopback(host):
        raise Permanent(f"{host}: a connection in clear is refused", 'set tls to "implicit" or "starttls"')


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@lru_cache(maxsize=8)
def context_for(ca_file: Path | None) -> ssl.SSLContext:
    """Certificates are always checked: against `ca_file` alone, or the system's and Mozilla's authorities together.

    Kept, since reading some hundred authorities takes longer than a login; a file that is changed is read at the next
    start.
    """
    try:
        if ca_file is not None:
            return ssl.create_default_context(cafile=str(ca_file))
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
    except OSError as error:  # ssl.SSLError is one
        raise Permanent(
            f"{ca_file}: no certificates can be read from it ({error.strerror or 'not PEM'})",
            "ca_file must be a PEM file with the authority that signed the server's certificate",
        ) from error
    return context


def wait_in(text: str) -> float | None:
    """The seconds that a server's refusal asks us to wait, where it says so (`Backoff Time: 299970 milliseconds`)."""
    found = _WAIT.search(text[:1000])
    return min(int(found[1]) * _UNITS[found[2].lower()], LONGEST_WAIT) if found else None


def shown(text: str | bytes, longest: int = 200) -> str:
    """A server's words in one bounded line: they may hold anything."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join("".join(c if c.isprintable() else " " for c in plain[: 4 * longest]).split())[:longest]
