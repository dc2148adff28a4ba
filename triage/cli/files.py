"""Mails from files or standard input, within a limit; a file that cannot be read is a line, not a crash."""

import sys
from pathlib import Path

LARGEST = 10_240_000  # octets; as Postfix's message_size_limit: what is larger was never delivered as a mail


class Unusable(Exception):
    """The file is no mail that can be read here; the message says why."""


def raw_mail(file: str) -> bytes:
    """The bytes of one mail; `-` is standard input. Raises Unusable."""
    try:
        if file == "-":
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(file).open("rb") as stream:
                raw = stream.read(LARGEST + 1)
    except OSError as error:
        raise Unusable((error.strerror or type(error).__name__).lower()) from error
    if len(raw) > LARGEST:
        raise Unusable(f"larger than {LARGEST // 1_000_000} MB")
    if not raw.strip():
        raise Unusable("the file is empty")
    return raw
