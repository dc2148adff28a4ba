"""What crosses the pipe between the service and a worker: frames of octets, and a Reading as checked JSON.

A frame is its length in four octets, high one first, and that many octets. To the worker go first its orders (a pickle,
from us), then raw mails; back come replies in JSON, which the service checks against the values of the model.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from triage.model import Message, Notices, Reading, Unrecognized

LENGTH = 4
LARGEST_REPLY = 32_000_000  # octets; the texts of one mail are at most 2 MB, doubled as body and escaped

Rules = Any  # what `load` returns and `recognize` takes: it never leaves the worker, so its shape is not ours to know
Load = Callable[[], Rules]
Recognize = Callable[[Message, Rules], Notices | Unrecognized]


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker is to do. `load` runs in the worker, because compiled patterns do not travel."""

    load: Load
    recognize: Recognize
    cpu_seconds: int  # for one mail
    memory: int  # octets that it may grow by


class Reply(BaseModel):
    """Exactly one of the first three is set. `last`: the worker ends after this."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    ready: bool = False
    unreadable: str | None = None
    reading: Reading | None = None
    last: bool = False


@lru_cache(maxsize=1)
def replies() -> TypeAdapter[Reply]:
    return TypeAdapter(Reply)


def frame(octets: bytes) -> bytes:
    return len(octets).to_bytes(LENGTH, "big") + octets


def pack(reply: Reply) -> bytes:
    if reply.reading is not None:
        reply = Reply(reading=replace(reply.reading, message=_once(reply.reading.message)), last=reply.last)
    return replies().dump_json(reply, exclude_defaults=True)


def unpack(octets: bytes) -> Reply:
    """Raises pydantic's ValidationError where a worker sends anything but a Reply."""
    reply = replies().validate_json(octets)
    if reply.reading is None:
        return reply
    return Reply(reading=replace(reply.reading, message=_twice(reply.reading.message)), last=reply.last)


def _once(message: Message) -> Message:
    """An attached mail stands in `attached` and in `forwarded`; sent twice at each level, it would double each time."""
    forwarded = message.forwarded
    if forwarded is not None and forwarded.message is not None:
        forwarded = replace(forwarded, message=None)
    return replace(message, forwarded=forwarded, attached=tuple(map(_once, message.attached)))


def _twice(message: Message) -> Message:
    attached = tuple(map(_twice, message.attached))
    forwarded = message.forwarded
    if forwarded is not None and forwarded.how == "attached" and attached:
        forwarded = replace(forwarded, message=attached[0])
    return replace(message, forwarded=forwarded, attached=attached)
