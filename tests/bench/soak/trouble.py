"""Faults at random, one after the other, while the mails go through."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.faults import FaultProxy, Side
from tests.lab.mail import MailServers

ROOT = Path(__file__).parent.parent.parent.parent
# A line of the dialogue, and who says it.
IMAP_LINES: tuple[tuple[Side, str], ...] = (
    ("client", "UID FETCH"), ("client", "UID SEARCH"), ("client", "UID MOVE"), ("client", "SELECT"), ("client", "IDLE"),
    ("client", "AUTHENTICATE"), ("server", "OK.*Move completed"), ("server", "OK.*Fetch completed"),
    ("server", "OK.*Search completed"), ("server", "EXISTS"), ("server", "^\\+ "), ("server", "CAPABILITY"),
)  # fmt: skip
SMTP_LINES: tuple[tuple[Side, str], ...] = (
    ("server", "^220"), ("client", "^EHLO"), ("client", "^MAIL"), ("client", "^RCPT"), ("client", "^DATA"),
    ("server", "^354"), ("client", "^Subject:"), ("client", r"^\.$"), ("server", "^250.*queued"), ("client", "^QUIT"),
)  # fmt: skip
IN_THE_GAP = (r"^\.$", "^250.*queued")  # cut here, nobody knows whether the letter was taken
REFUSALS = (
    ("^250 2.1.0", "451 4.3.0 try later"),
    ("^250 2.1.5", "450 4.2.0 greylisted"),
    ("^354", "421 4.3.2 closing"),
)


@dataclass
class Works:
    """The service as a process: started, killed, started again."""

    config: Path
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None
    orphans: list[str] = field(default_factory=list[str])
    _begun: int = 0

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.bench.soak.works", str(self.config), str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self._begun = log.tell()
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)

    def is_connected(self) -> bool:
        """It has logged in since it was started last."""
        with (self.folder / "log").open("rb") as log:
            log.seek(self._begun)
            return any(b'"mailbox connected"' in line for line in log)

    def kill(self) -> None:
        assert self.process is not None
        readers = children(self.process.pid)
        self.process.kill()
        self.process.wait()
        end = time.monotonic() + 10
        while any(map(_lives, readers)) and time.monotonic() < end:
            time.sleep(0.05)
        self.orphans += [pid for pid in readers if _lives(pid)]

    def stop(self, seconds: float = 60) -> int:
        """As systemd would; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


@dataclass
class Troubles:
    """`until_quiet`: kills, too. `gaps` counts what may have made a letter go out twice."""

    works: Works
    servers: MailServers
    imap: FaultProxy
    smtp: FaultProxy
    chance: random.Random
    pause: tuple[float, float]  # seconds between two faults, at least and at most
    kills: bool = True
    counts: Counter[str] = field(default_factory=Counter[str])
    gaps: int = 0
    delivering: threading.Lock = field(default_factory=threading.Lock)  # held while a mail is handed to Dovecot
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._ended.clear()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self.imap.faults.clear()
        self.smtp.faults.clear()

    def _go_on(self) -> None:
        while not self._ended.wait(self.chance.uniform(*self.pause)):
            name, do = self.chance.choice(self._kinds())
            do()
            self.counts[name] += 1

    def _kinds(self) -> list[tuple[str, Callable[[], None]]]:
        lines: list[tuple[str, Callable[[], None]]] = [
            ("IMAP line cut", self._cut_imap), ("IMAP line cut", self._cut_imap), ("IMAP line slow", self._slow),
            ("SMTP line cut", self._cut_smtp), ("SMTP line cut", self._cut_smtp), ("SMTP 4xx", self._refuse),
            ("ledger locked", self._lock),
        ]  # fmt: skip
        kills = [("service killed", self._kill)] * 3 if self.kills else []
        servers = [("Dovecot killed", self._kill_dovecot), ("Postfix killed", self._kill_postfix)]
        return lines * 2 + kills * 2 + servers

    def _cut_imap(self) -> None:
        side, line = self.chance.choice(IMAP_LINES)
        self.imap.faults[:] = []
        self.imap.add(side, line, self.chance.choice(("cut", "pass and cut")))

    def _slow(self) -> None:
        side, line = self.chance.choice(IMAP_LINES)
        self.imap.faults[:] = []
        self.imap.add(side, line, "delay", str(self.chance.uniform(0.2, 2)))

    def _cut_smtp(self) -> None:
        side, line = self.chance.choice(SMTP_LINES)
        self.smtp.faults[:] = []
        self.smtp.add(side, line, self.chance.choice(("cut", "pass and cut")))
        self.gaps += line in IN_THE_GAP

    def _refuse(self) -> None:
        line, answer = self.chance.choice(REFUSALS)
        self.smtp.faults[:] = []
        self.smtp.add("server", line, "answer", answer)

    def _lock(self) -> None:
        """Longer than the service waits, sometimes."""
        with closing(sqlite3.connect(self.works.folder / "ledger.db", timeout=30, isolation_level=None)) as db:
            with suppress(sqlite3.OperationalError):
                db.execute("BEGIN IMMEDIATE")
            self._ended.wait(self.chance.choice((0.1, 0.5, 1, 2, 11)))

    def _kill(self) -> None:
        self.gaps += 1
        self.works.kill()
        self.works.start()
        self._ended.wait(self.chance.uniform(4, 12))  # it needs time to begin its work

    def _kill_dovecot(self) -> None:
        with self.delivering:
            self.servers.kill("imap")
            self.servers.start_imap()

    def _kill_postfix(self) -> None:
        self.gaps += 1
        self.servers.kill("smtp")
        self.servers.start_smtp()


# ---- what a process holds


@dataclass(frozen=True, slots=True)
class Held:
    """Of one process: resident memory in KiB, open files, sockets among them, threads, children."""

    resident: int
    files: int
    sockets: int
    threads: int
    children: int


def held_by(pid: int) -> Held:
    process = Path("/proc") / str(pid)
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
    links: list[str] = []
    for file in (process / "fd").iterdir():
        with suppress(OSError):
            links.append(os.readlink(file))
    return Held(
        int(status["VmRSS"].split()[0]), len(links), sum(link.startswith("socket:") for link in links),
        int(status["Threads"]), len(children(pid)),
    )  # fmt: skip


def children(pid: int) -> list[str]:
    found: list[str] = []
    for task in (Path("/proc") / str(pid) / "task").iterdir():
        with suppress(OSError):
            found += (task / "children").read_text().split()
    return found


def _lives(pid: str) -> bool:
    with suppress(OSError):
        return (Path("/proc") / pid / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
