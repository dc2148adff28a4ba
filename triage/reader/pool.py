"""Raw mails go in; Readings come out, or Unreadable with the reason. Hostile octets never reach this process's parsers.

    worker:  none ──start──▶ idle ──mail──▶ busy ──reply──▶ idle
                                             └── late, gone, or stumbled ──kill──▶ none

A worker is started when it is needed and killed whenever its state is in doubt: a mail that hangs, crashes or outgrows
its reader costs that mail alone.
"""

import asyncio
import contextlib
import os
import pickle
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

from pydantic import ValidationError

from triage.model import Permanent, Reading
from triage.ports import Unreadable
from triage.reader.wire import LARGEST_REPLY, LENGTH, Load, Orders, Recognize, Reply, frame, unpack

START_SECONDS = 60.0  # to import and to load the rules, on a busy machine
MEMORY = 256 * 1024 * 1024  # octets a worker may grow by over what it has when it is ready


class WorkerReader:
    """`load` and `recognize` must be importable where the worker runs: functions of a module, or partials of them."""

    def __init__(
        self,
        load: Load,
        recognize: Recognize,
        workers: int = 2,
        seconds: float = 5.0,
        cpu_seconds: int = 5,
        memory: int = MEMORY,
    ) -> None:
        self._orders = Orders(load, recognize, cpu_seconds=cpu_seconds, memory=memory)
        self._seconds = seconds
        self._free = asyncio.Semaphore(workers)
        self._idle: list[Process] = []
        self._busy: set[Process] = set()

    async def read(self, raw: bytes) -> Reading:
        """Raises Unreadable; Permanent where no worker can be started, which is never the mail's fault."""
        async with self._free:
            worker = self._idle.pop() if self._idle else await self._start()
            self._busy.add(worker)
            reply = _IN_DOUBT
            try:
                reply = await self._ask(worker, raw)
            finally:
                self._busy.discard(worker)
                if reply.last:
                    await _kill(worker)
                else:
                    self._idle.append(worker)
        if reply.reading is None:
            raise Unreadable(reply.unreadable or "the reader gave no reason")
        return reply.reading

    async def close(self) -> None:
        for worker in [*self._idle, *self._busy]:
            await _kill(worker)
        self._idle.clear()

    async def _start(self) -> Process:
        # A session of its own: the terminal's Ctrl-C is for the service, which then ends its workers itself.
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "triage.reader.worker"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
            limit=LARGEST_REPLY,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                _write(worker, pickle.dumps(self._orders))
                reply = await _reply(worker)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValidationError) as error:
            await _kill(worker)
            raise Permanent("a reader for mails could not be started", _START_HINT) from error
        except asyncio.CancelledError:
            await _kill(worker)
            raise
        if not reply.ready:
            await _kill(worker)
            raise Permanent(f"a reader for mails could not be started: {reply.unreadable}", _START_HINT)
        return worker

    async def _ask(self, worker: Process, raw: bytes) -> Reply:
        try:
            async with asyncio.timeout(self._seconds):
                _write(worker, raw)
                return await _reply(worker)
        except TimeoutError:
            return Reply(unreadable=f"the mail was not read within {self._seconds:g} s", last=True)
        except (OSError, asyncio.IncompleteReadError):
            return Reply(unreadable="the reader died over it", last=True)
        except ValidationError:
            return Reply(unreadable="the reader gave an answer that makes no sense", last=True)


_IN_DOUBT = Reply(unreadable="the reading was given up", last=True)
_START_HINT = "check the rules with `triage rules check`, and the memory that is left on this machine"


def _write(worker: Process, octets: bytes) -> None:
    assert worker.stdin is not None
    worker.stdin.write(frame(octets))


async def _reply(worker: Process) -> Reply:
    assert worker.stdout is not None
    length = int.from_bytes(await worker.stdout.readexactly(LENGTH), "big")
    if length > LARGEST_REPLY:
        return Reply(unreadable="the mail says more than a reader may hand over", last=True)
    return unpack(await worker.stdout.readexactly(length))


async def _kill(worker: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        worker.kill()
    await worker.wait()
