"""How a question fails inside this room: an exception that carries the Failure, and errno put into words."""

import errno
import os
from collections.abc import Iterable

from triage.model import Failure, Fault

_FAULTS = {
    errno.ECONNREFUSED: Fault.REFUSED,
    errno.ECONNRESET: Fault.RESET,
    errno.EPIPE: Fault.RESET,
    errno.ECONNABORTED: Fault.RESET,
    errno.ETIMEDOUT: Fault.TIMEOUT,
    errno.ENETUNREACH: Fault.UNREACHABLE,
    errno.EHOSTUNREACH: Fault.UNREACHABLE,
    errno.ENETDOWN: Fault.UNREACHABLE,
    errno.EHOSTDOWN: Fault.UNREACHABLE,
    errno.EADDRNOTAVAIL: Fault.UNREACHABLE,
    # The next three are about this host, and say nothing of the other side.
    errno.EACCES: Fault.NOT_ASKED,
    errno.EPERM: Fault.NOT_ASKED,
    errno.EMFILE: Fault.NOT_ASKED,
}
LONGEST_DETAIL = 200


class Failed(Exception):
    """The question that is being asked has failed; caught at one place, where it becomes the observation's answer."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(detail)
        self.failure = Failure(fault, plain(detail))


def from_os(error: OSError) -> Failure:
    """What the operating system reports, as a Failure. Unknown errors count as unreachable, with their name."""
    number = error.errno or 0
    fault = _FAULTS.get(number, Fault.UNREACHABLE)
    return Failure(fault, plain(f"{errno.errorcode.get(number, 'unknown error')}: {os.strerror(number)}"))


def plain(text: str) -> str:
    """Text from the network for people: bounded, and without control characters."""
    return "".join(c if c.isprintable() else " " for c in text[:LONGEST_DETAIL])


def shown(first: Iterable[int]) -> str:
    """The first bytes of something that is not the protocol: ASCII as it is, the rest as \\xNN; at most 48 of them."""
    octets = bytes(first)[:48]
    return "".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02x}" for b in octets)
