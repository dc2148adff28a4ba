"""One soak from the first mail to the verdict: Dovecot → the service → Postfix, with faults all the way."""

import os
import random
import shutil
import smtplib
import sqlite3
import stat
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.soak import verdict
from tests.bench.soak.mails import ASKERS, AUTHSERV, DESK, Posted, mails
from tests.bench.soak.trouble import Held, Troubles, Works, held_by
from tests.bench.soak.works import POLL
from tests.lab.faults import fault_proxy
from tests.lab.mail import PASSWORD, MailServers

CONFIG = """
[identity]
address = "{desk}"
name = "SSL triage"
bounce = "bounce@desk.example"
authserv_id = "{authserv}"
[[mailbox]]
name = "inbox"
host = "127.0.0.1"
port = {imap}
tls = "none"
user = "{desk}"
password_file = "password"
poll_seconds = 10
[outbox]
host = "127.0.0.1"
port = {smtp}
tls = "none"
[policy]
senders = ["@{askers}"]
[policy.caps]
per_address_hour = {own}
per_address_day = {own}
per_domain_day = {most}
all_hour = {most}
all_day = {most}
[ledger]
url = "sqlite:///ledger.db"
"""
QUIET_SECONDS = 900  # without any progress, after which a soak is given up
FINAL = "('answered', 'held', 'dropped', 'aside')"
FIGURES = (
    "SELECT count(*) FROM mail",
    f"SELECT count(*) FROM mail WHERE filed AND state IN {FINAL}",
    "SELECT count(*) FROM delivery WHERE state IN ('due', 'sending')",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    mails: int
    seconds: float
    states: Counter[str]
    kinds: Counter[str]
    letters: int
    twice: int
    gaps: int
    faults: Counter[str]
    base: Held
    end: Held
    base_mails: int
    exit: int
    wrong: tuple[str, ...]

    @property
    def growth(self) -> float:
        return self.end.resident / self.base.resident - 1


def soak(count: int, seed: int, pause: tuple[float, float] = (1.0, 6.0), *, keep: bool = False) -> Outcome:
    """`pause`: the fewest and the most seconds between two faults. Needs root, Dovecot and Postfix."""
    with ExitStack() as stack:
        # In memory where there is such a place: what a power cut does is no part of this.
        place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        folder = Path(tempfile.mkdtemp(prefix="soak-", dir=place))
        if not keep:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        servers = MailServers()
        stack.callback(servers.end if keep else servers.remove)
        servers.start()
        imap = stack.enter_context(fault_proxy(("127.0.0.1", servers.ports["imap"])))
        smtp = stack.enter_context(fault_proxy(("127.0.0.1", servers.ports["smtp"])))
        configure(folder, imap.port, smtp.port, 100)
        works = Works(folder / "config.toml", folder)
        chance = random.Random(seed)
        course = _Course(works, Troubles(works, servers, imap, smtp, chance, pause), count)
        stack.callback(course.end)
        return course.run(mails(count, seed))


def configure(folder: Path, imap: int, smtp: int, per_address: int) -> None:
    """The service's own folder; caps that only one address meets."""
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o600)
    (folder / "ahead").write_text("0")
    values = {
        "desk": DESK,
        "authserv": AUTHSERV,
        "askers": ASKERS,
        "imap": imap,
        "smtp": smtp,
        "most": 10_000_000,
        "own": per_address,
    }
    (folder / "config.toml").write_text(CONFIG.format(**values))


class _Course:
    def __init__(self, works: Works, troubles: Troubles, count: int) -> None:
        self._works, self._troubles, self._count = works, troubles, count
        self._servers, self._ledger = troubles.servers, works.folder / "ledger.db"
        self._kinds = Counter[str]()
        self._delivered = 0
        self._ahead = 0.0

    def run(self, posted: Iterator[Posted]) -> Outcome:
        """The last kill comes long before the base, so that the process is warm when it is measured first."""
        base_at = min(2000, int(self._count * 0.8))
        began, started = time.monotonic(), datetime.now(UTC)
        self._works.start()
        self._deliver(posted, 1)  # a mailbox that is full when it is first seen would be left to a person
        self._troubles.start()
        self._deliver(posted, int(base_at * 0.6))
        self._troubles.kills = False
        self._deliver(posted, base_at)
        base = self._at_rest()
        self._troubles.start()
        self._deliver(posted, self._count)
        end = self._at_rest()
        seconds = time.monotonic() - began
        self._works.kill()
        self._works.start()
        self._at_rest()
        code = self._works.stop()
        return self._judged(started, seconds, base, end, base_at, code)

    def end(self) -> None:
        self._troubles.stop()
        if self._works.process is not None and self._works.process.poll() is None:
            self._works.process.kill()
            self._works.process.wait()

    # ---- in

    def _deliver(self, posted: Iterator[Posted], until: int) -> None:
        """Not much faster than the service works, so that faults meet all of its steps. Waits for the last of them."""
        while self._delivered < until:
            with self._troubles.delivering, smtplib.LMTP("127.0.0.1", self._servers.ports["lmtp"], timeout=60) as lmtp:
                for _ in range(min(50, until - self._delivered)):
                    mail = next(posted)
                    lmtp.sendmail(mail.sender, [DESK], mail.raw)
                    self._kinds[mail.kind] += 1
                    self._delivered += 1
            self._wait(lambda: self._open() < 1000)
        self._wait(self._settled)

    # ---- how far it is

    def _figures(self) -> tuple[int, ...] | None:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(self._ledger, timeout=5)) as db:
            return tuple(int(db.execute(query).fetchone()[0]) for query in FIGURES)
        return None

    def _open(self) -> int:
        figures = self._figures()
        return 0 if figures is None else self._delivered - figures[1]

    def _settled(self) -> bool:
        """Letters that were put off wait for minutes; once nothing else is left to do, the clock is set ahead."""
        figures = self._figures()
        if figures is None or figures[:2] != (self._delivered, self._delivered):
            return self._hurry(figures)
        return figures[2] == 0 or self._hurry(figures)

    def _hurry(self, figures: tuple[int, ...] | None) -> bool:
        if figures is not None and figures[2] and self._unchanged(figures, 2):
            self._ahead += 310
            (self._works.folder / "ahead").write_text(str(self._ahead))
            self._since = time.monotonic()
        return False

    _last: tuple[int, ...] | None = None
    _since = 0.0

    def _unchanged(self, figures: tuple[int, ...], seconds: float) -> bool:
        if figures != self._last:
            self._last, self._since = figures, time.monotonic()
        return time.monotonic() - self._since > seconds

    def _wait(self, done: Callable[[], bool]) -> None:
        last, since = None, time.monotonic()
        while not done():
            figures = self._figures()
            if figures != last:
                last, since = figures, time.monotonic()
            if time.monotonic() - since > QUIET_SECONDS:
                raise RuntimeError(f"no progress: {figures} of {self._delivered}; see {self._works.folder}/log")
            time.sleep(0.2)

    def _at_rest(self) -> Held:
        """What the process holds when there is nothing to do: after the faults, two polls later."""
        self._troubles.stop()
        self._wait(self._works.is_connected)
        self._wait(self._settled)
        time.sleep(3 * POLL)
        assert self._works.process is not None
        return held_by(self._works.process.pid)

    # ---- the verdict

    def _judged(self, started: datetime, seconds: float, base: Held, end: Held, base_at: int, code: int) -> Outcome:
        _drain(self._servers)
        seen = verdict.seen_in(self._ledger)
        had_to_be = verdict.expected(self._works.config, (mail.raw for mail in seen), started)
        sent = verdict.letters(self._ledger)
        taken = verdict.taken(self._servers)
        wrong = [*verdict.differences(seen, had_to_be), *verdict.misplaced(seen, self._servers, DESK)]
        wrong += [f"mails seen: {len(seen)} of {self._delivered}"] * (len(seen) != self._delivered)
        wrong += [f"{letter} was never taken" for letter in sent if not taken[letter.message_id]]
        wrong += [f"{i} went out {n} times, in one try" for i, n in taken.items() if n > _tries(sent, i)]
        wrong += [f"a letter that is not in the ledger: {i}" for i in taken.keys() - {s.message_id for s in sent}]
        wrong += [f"a reader outlived its service: {pid}" for pid in self._works.orphans]
        wrong += verdict.unanswered(seen, sent)
        twice = sum(n - 1 for n in taken.values())
        return Outcome(
            len(seen), seconds, Counter(mail.fate.state for mail in seen), self._kinds, len(sent), twice,
            self._troubles.gaps, self._troubles.counts, base, end, base_at, code, tuple(wrong),
        )  # fmt: skip


def _tries(sent: list[verdict.Letter], message_id: str) -> int:
    return sum(letter.attempts for letter in sent if letter.message_id == message_id)


def _drain(servers: MailServers) -> None:
    """Until Postfix has handed on what it took; its log is written by then."""
    end = time.monotonic() + 60
    queues = [servers.root / "spool" / name for name in ("incoming", "active", "deferred")]
    # A file that no owner may execute was not written to its end when Postfix was killed; it was never taken.
    while any(_is_whole(f) for queue in queues for f in queue.rglob("*")) and time.monotonic() < end:
        time.sleep(0.5)
    time.sleep(1)


def _is_whole(file: Path) -> bool:
    with suppress(FileNotFoundError):
        mode = file.stat().st_mode
        return stat.S_ISREG(mode) and bool(mode & stat.S_IXUSR)
    return False


__all__ = ["Outcome", "soak"]
