"""The worker: orders and then raw mails come in on standard input, replies leave on standard output.

It reads one mail at a time and lives until its input ends. It may not write files, and its processor time and memory
are limited by the kernel. After anything unexpected it says where, and ends: a worker that slipped is not used again.
"""

import os
import pickle
import resource
import sys
import traceback
from types import TracebackType
from typing import BinaryIO

from triage.model import Reading
from triage.reader.wire import LENGTH, Orders, Reply, Rules, frame, pack
from triage.unwrap import TooMuch, unwrap

STALE = 140_000 * 1024  # octets resident after a mail; such a worker makes room for a new one


def main() -> int:
    mails, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not write into the replies
    sys.excepthook = lambda kind, error, trace: _confess(out, kind, trace)
    orders: Orders = pickle.loads(_next_frame(mails) or b"")  # noqa: S301 (our own service wrote it)
    rulebook = orders.load()
    _limit(orders)
    _send(out, Reply(ready=True))
    while (raw := _next_frame(mails)) is not None:
        _allow_cpu(orders.cpu_seconds)
        reply = _reply(raw, orders, rulebook)
        reply.last = _peak_resident() > STALE
        _send(out, reply)
        if reply.last:
            break
    return 0


def _reply(raw: bytes, orders: Orders, rulebook: Rules) -> Reply:
    try:
        message = unwrap(raw)
        return Reply(reading=Reading(message, orders.recognize(message, rulebook)))
    except TooMuch as reason:
        return Reply(unreadable=str(reason))
    except RecursionError:
        return Reply(unreadable="the mail is nested too deeply")


def _next_frame(pipe: BinaryIO) -> bytes | None:
    length = pipe.read(LENGTH)
    return pipe.read(int.from_bytes(length, "big")) if len(length) == LENGTH else None


def _send(pipe: BinaryIO, reply: Reply) -> None:
    pipe.write(frame(pack(reply)))
    pipe.flush()


def _confess(pipe: BinaryIO, kind: type[BaseException], trace: TracebackType | None) -> None:
    """Where it went wrong, without a word of the mail: neither the error's text nor the values near it."""
    if kind is MemoryError:
        _send(pipe, Reply(unreadable="the mail needs more memory than a reader may have", last=True))
        return
    last = traceback.extract_tb(trace)[-1:]
    where = "".join(f" in {os.path.basename(f.filename)}, line {f.lineno}" for f in last)
    _send(pipe, Reply(unreadable=f"the reader stumbled over it: {kind.__name__}{where}", last=True))


# ---- limits of the kernel


def _limit(orders: Orders) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    size = _address_space() + orders.memory
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _address_space() -> int:
    """Octets of address space in use; a wide guess where there is no /proc to ask."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30


def _peak_resident() -> int:
    """Octets that were resident at most. Not `ru_maxrss`: that begins with what the service had when it forked us."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            return next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:")), 0)
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _allow_cpu(seconds: int) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    until = int(usage.ru_utime + usage.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


if __name__ == "__main__":
    sys.exit(main())
