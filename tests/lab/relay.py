"""A long line to a small internet: every packet takes `delay` seconds one way, between two network namespaces.

    with Internet(world) as internet, Relay(internet, delay=0.025) as relay:
        relay.run(["triage", "check", "example.com"])

Kernels of containers often lack netem, so the line is a process that holds a TUN device in each namespace. Who asks has
a namespace of its own, with a resolver at the far end; beyond that, name servers answer the resolver at once.
"""

import asyncio
import ctypes
import fcntl
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import dns.message

from tests.lab.internet import ROOT, Internet, stop_group
from tests.lab.name_servers import write_resolver

RESOLVER = "45.76.52.53"
NEAR4, NEAR6 = "45.76.52.1", "2a0b:3c40::1"  # of who asks; public ones, since a private one counts as no IPv6 at all
DEVICE = "line"
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
LARGEST = 65535
READY_SECONDS = 10.0


class Relay:
    """Everything started by this object is ended by its `close`, by pid."""

    def __init__(self, internet: Internet, delay: float) -> None:
        self._internet, self._delay = internet, delay
        self.name = f"{internet.name}-far"
        self._folder = Path(tempfile.mkdtemp(prefix="tri"))
        self._folder.chmod(0o755)
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Relay":
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def inside(self, command: Sequence[str]) -> list[str]:
        """The same command, to be run at the near end by whoever starts it."""
        return ["ip", "netns", "exec", self.name, *command]

    def run(self, command: Sequence[str], timeout: float = 120, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.inside(command), timeout=timeout, input=stdin, capture_output=True, text=True, cwd=ROOT
        )

    def close(self) -> None:
        for process in self._running:
            stop_group(process)
            process.wait()
            if process.stdout:
                process.stdout.close()
        self._running.clear()
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)
        shutil.rmtree(Path("/etc/netns") / self.name, ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        own = Path("/etc/netns") / self.name
        own.mkdir(parents=True)
        (own / "resolv.conf").write_text(f"nameserver {RESOLVER}\n")
        resolver = write_resolver(self._folder, RESOLVER)
        self._spawn(self._internet.inside(["unbound", "-d", "-c", str(resolver)]))
        line = self._spawn([sys.executable, "-m", "tests.lab.relay", self.name, self._internet.name, str(self._delay)])
        if not line.stdout or line.stdout.readline() != b"up\n":
            raise RuntimeError("the line did not start:\n" + (self._folder / "log").read_text(errors="replace"))

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, cwd=ROOT, start_new_session=True,
                env={**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"},
            )  # fmt: skip
        self._running.append(process)
        return process


# ---- the line itself, a process


def enter(namespace: str) -> None:
    """This process, or this thread alone, moves there for good; os.setns comes with Python 3.12."""
    with open(f"/run/netns/{namespace}") as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {namespace}")


def tun(namespace: str, setup: Sequence[str]) -> int:
    """A TUN device in a namespace, which this process is in from then on; `setup` are `ip` commands there."""
    enter(namespace)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    for command in setup:
        subprocess.run(["ip", *command.format(DEVICE).split()], check=True)
    return device


def carry(source: int, target: int, delay: float) -> Callable[[], None]:
    """Passes on what is there to read, each packet `delay` seconds later."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        while True:
            try:
                packet = os.read(source, LARGEST)
            except BlockingIOError:
                return
            loop.call_later(delay, write, packet)

    def write(packet: bytes) -> None:
        try:
            os.write(target, packet)
        except OSError:
            return  # a full queue, or a packet that the other end's kernel does not like: lost, as on any line

    return read


async def line(near: str, far: str, delay: float) -> None:
    up = "link set {} up"
    asker = tun(
        near,
        (f"addr add {NEAR4}/32 dev {{}}", f"-6 addr add {NEAR6}/128 dev {{}} nodad", up, "link set lo up",
         "route add default dev {}", "-6 route add default dev {}"),
    )  # fmt: skip
    # There every address is local, so the way back needs a more specific route in that same table.
    world = tun(far, (up, f"route add {NEAR4} dev {{}} table local", f"-6 route add {NEAR6} dev {{}} table local"))
    loop = asyncio.get_running_loop()
    loop.add_reader(asker, carry(asker, world, delay))
    loop.add_reader(world, carry(world, asker, delay))
    async with asyncio.timeout(READY_SECONDS):
        await resolver_answers()
    print("up", flush=True)
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()


async def resolver_answers() -> None:
    """This process is in the far namespace by now, where the resolver is."""
    loop = asyncio.get_running_loop()
    question = dns.message.make_query(".", "NS").to_wire()
    heard = asyncio.Event()

    class Ear(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            heard.set()

    transport, _ = await loop.create_datagram_endpoint(Ear, remote_addr=(RESOLVER, 53))
    while not heard.is_set():
        transport.sendto(question)
        await asyncio.sleep(0.05)
    transport.close()


if __name__ == "__main__":
    asyncio.run(line(sys.argv[1], sys.argv[2], float(sys.argv[3])))
