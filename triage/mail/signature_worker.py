"""One mail and its signers' keys on stdin → the domains whose DKIM signatures hold, as JSON on stdout.

A process of its own, started by its path, so that it loads nothing else: dkimpy's patterns take quadratic time on long
runs of blanks, and a thread that is busy in one cannot be stopped. The limits are set before the first octet is read.
"""

import json
import resource
import sys
from typing import Any

import dkim
from dkim.util import parse_tag_value

CPU_SECONDS = 4
MEMORY = 512 * 1024 * 1024  # octets
LONGEST = 16_384  # octets of one signature header
SIGNATURES = 10  # of one mail that are looked at, top to bottom
SMALLEST_KEY = 1024  # bits; RFC 8301 section 3.2
ALGORITHMS = (b"rsa-sha256", b"ed25519-sha256")  # RFC 8301 section 3.1 forbids rsa-sha1


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    keys: dict[str, str] = json.loads(sys.stdin.buffer.readline())
    verified = signers(sys.stdin.buffer.read(), keys)
    sys.stdout.write(json.dumps(verified))


def signers(raw: bytes, keys: dict[str, str]) -> list[str]:
    """The d= of every signature that holds with one of `keys` (`selector._domainkey.domain` → the TXT record)."""
    mail: Any = dkim.DKIM(raw, minkey=SMALLEST_KEY)
    count = sum(name.lower() == b"dkim-signature" for name, _ in mail.headers)
    return [domain for n in range(min(count, SIGNATURES)) if (domain := _signer(mail, n, keys))]


def _signer(mail: Any, number: int, keys: dict[str, str]) -> str | None:
    try:
        header = [value for name, value in mail.headers if name.lower() == b"dkim-signature"][number]
        if len(header) > LONGEST:
            return None
        signature = parse_tag_value(header)
        if not _is_sound(signature):
            return None
        name = f"{signature[b's'].decode('ascii')}._domainkey.{signature[b'd'].decode('ascii')}".lower()
        record = keys.get(name, "")

        def key_of(_name: bytes, timeout: float = 0) -> bytes:
            return record.encode("ascii")

        holds = not _is_testing(record) and mail.verify(number, key_of)
        return signature[b"d"].decode("ascii").lower() if holds else None
    # dkimpy raises what its parsers raise; a signature that cannot be read proves nothing.
    except (dkim.DKIMException, ValueError, KeyError, IndexError, TypeError, ArithmeticError):
        return None


def _is_sound(signature: dict[bytes, bytes]) -> bool:
    """`l=` lets anyone append text, and From has to be signed (RFC 6376 section 5.4); dkimpy asks for neither."""
    signed = [name.strip().lower() for name in signature[b"h"].split(b":")]
    return b"l" not in signature and b"from" in signed and signature[b"a"] in ALGORITHMS


def _is_testing(record: str) -> bool:
    """RFC 6376 section 3.6.1: `t=y` says that the signature is to be taken for none."""
    flags = parse_tag_value(record.encode("ascii")).get(b"t", b"")
    return b"y" in [flag.strip() for flag in flags.split(b":")]


if __name__ == "__main__":
    main()
