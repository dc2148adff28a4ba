"""Decode one mail and open what it forwards: octets in, a Message out, nothing touched."""

from triage.model import Message
from triage.unwrap.forward import open_forwards
from triage.unwrap.limits import TooMuch
from triage.unwrap.mime import parse

__all__ = ["TooMuch", "unwrap"]


def unwrap(raw: bytes) -> Message:
    """The mail, and in `forwarded` what it forwards. Raises TooMuch beyond a limit that cutting cannot meet."""
    return open_forwards(parse(raw))
