"""A line proxy between a client and a real server that breaks the dialogue at one exact line."""

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

Side = Literal["client", "server"]
Action = Literal[
    "cut", "pass and cut", "stall", "delay", "answer", "answer and close", "drop", "replace", "garble", "split"
]


@dataclass
class Fault:
    """The first line of `side` that matches `pattern` (any case, without its CRLF) meets `action`, once or always.

    cut: reset both sides, the line is not passed on · pass and cut: passed on, then both are reset ·
    stall: nothing more passes in this direction, the line stays open · delay: `text` seconds · drop: swallowed ·
    answer: `text`, with the match's groups, goes to the client instead; and close: nothing after it ·
    replace: the match becomes `text` ·
    garble: every letter and digit becomes another character · split: octet by octet, in packets of their own.
    `call` runs first, in any case.
    """

    side: Side
    pattern: str
    action: Action
    text: str = ""
    once: bool = True
    call: Callable[[], None] | None = None
    fired: int = 0


class FaultProxy:
    """Listens on a port of loopback; `lines` is the whole dialogue, as (side, line)."""

    def __init__(self, upstream: tuple[str, int], enter: Callable[[], None] | None = None) -> None:
        self._upstream = upstream
        self._enter = enter  # runs first in the proxy's thread: joins a network namespace, where there is one
        self.faults: list[Fault] = []
        self.lines: list[tuple[Side, str]] = []
        self.break_at: int | None = None  # the line of that index meets `breaking`
        self.breaking: Action = "cut"
        self.port = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> "FaultProxy":
        self._thread.start()
        assert self._ready.wait(10), "the proxy did not start"
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    def add(self, side: Side, pattern: str, action: Action, text: str = "", **more: object) -> Fault:
        fault = Fault(side, pattern, action, text, **more)  # type: ignore[arg-type]
        self.faults.append(fault)
        return fault

    def _serve(self) -> None:
        if self._enter:
            self._enter()
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, limit=2**26)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()

    async def _connection(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await asyncio.open_connection(*self._upstream, limit=2**26)
        except OSError:
            to_client.close()
            return
        pumps = [
            asyncio.ensure_future(self._pump("client", from_client, to_server, to_client)),
            asyncio.ensure_future(self._pump("server", from_server, to_client, to_client)),
        ]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        for writer in (to_client, to_server):
            writer.close()

    async def _pump(
        self, side: Side, source: asyncio.StreamReader, target: asyncio.StreamWriter, client: asyncio.StreamWriter
    ) -> None:
        try:
            while line := await source.readline():
                if not await self._pass(side, line, target, client):
                    return
        except OSError:
            return

    async def _pass(self, side: Side, line: bytes, target: asyncio.StreamWriter, client: asyncio.StreamWriter) -> bool:
        text = line.decode("latin-1").rstrip("\r\n")
        index = len(self.lines)
        self.lines.append((side, text))
        fault = self._fault_for(side, text)
        if fault and fault.call:
            await asyncio.to_thread(fault.call)
        action = self.breaking if index == self.break_at else fault.action if fault else "pass"
        match action:
            case "cut":
                _reset(client, target)
                return False
            case "pass and cut":
                target.write(line)
                await target.drain()
                await asyncio.sleep(0.3)  # the server gets the time to do what the line says
                _reset(client, target)
                return False
            case "stall":
                await asyncio.sleep(3600)
            case "delay" if fault:
                await asyncio.sleep(float(fault.text))
            case "answer" | "answer and close" if fault:
                found = re.search(fault.pattern, text, re.I)
                client.write((found.expand(fault.text) if found else fault.text).encode("latin-1") + b"\r\n")
                await client.drain()
                return action == "answer"
            case "replace" if fault:
                line = re.sub(fault.pattern, fault.text, text, flags=re.I).encode("latin-1") + b"\r\n"
            case "garble":
                line = bytes(c ^ 0x15 if c > 0x2F else c for c in line.rstrip(b"\r\n")) + b"\r\n"
            case "split":
                await _in_pieces(line, target)
                return True
            case "drop":
                return True
            case _:
                pass
        target.write(line)
        await target.drain()
        return True

    def _fault_for(self, side: Side, text: str) -> Fault | None:
        for fault in self.faults:
            if fault.side == side and not (fault.once and fault.fired) and re.search(fault.pattern, text, re.I):
                fault.fired += 1
                return fault
        return None


@contextmanager
def fault_proxy(upstream: tuple[str, int], enter: Callable[[], None] | None = None) -> Iterator[FaultProxy]:
    proxy = FaultProxy(upstream, enter).start()
    try:
        yield proxy
    finally:
        proxy.stop()


async def _in_pieces(line: bytes, target: asyncio.StreamWriter) -> None:
    target.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for octet in line:
        target.write(bytes((octet,)))
        await target.drain()
        await asyncio.sleep(0)


def _reset(*writers: asyncio.StreamWriter) -> None:
    for writer in writers:
        if (sock := writer.get_extra_info("socket")) is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
