"""A bomb of mails from one sender, and how long others wait meanwhile: python -m tests.bench.bomb [MAILS [OTHERS]]

Real Dovecot and Postfix, the real service in a process of its own; the internet is written down (tests.bench.soak).
The others write one after the other, from the moment on at which the whole bomb lies in the mailbox. Needs root.
"""

import smtplib
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from tests.bench.soak.course import configure
from tests.bench.soak.mails import ASKERS, DESK, sent_on
from tests.bench.soak.trouble import Works
from tests.lab.mail import MailServers, missing

BOMBER = f"bomber@{ASKERS}"
LONGEST = 600.0  # seconds that one of the others may wait before the bench gives up


def bomb(mails: int, others: int) -> tuple[int, list[float]]:
    """How many of the bomb's mails were still open at the end, and the seconds from each mail to its answer."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bomb-")))
        servers = MailServers()
        stack.callback(servers.remove)
        servers.start()
        configure(folder, servers.ports["imap"], servers.ports["smtp"], 10)
        works = Works(folder / "config.toml", folder)
        works.start()
        stack.callback(works.kill)
        with smtplib.LMTP("127.0.0.1", servers.ports["lmtp"], timeout=60) as lmtp:
            lmtp.sendmail(BOMBER, [DESK], sent_on(0, BOMBER))
            _until(lambda: _count(folder, "filed") == 1)
            for number in range(1, mails + 1):
                lmtp.sendmail(BOMBER, [DESK], sent_on(number, BOMBER))
        waited = [_one(servers, folder, mails + number) for number in range(1, others + 1)]
        return mails + 1 + others - _count(folder, "filed"), waited


def _one(servers: MailServers, folder: Path, number: int) -> float:
    sender, begun = f"other{number}@{ASKERS}", time.monotonic()
    with smtplib.LMTP("127.0.0.1", servers.ports["lmtp"], timeout=60) as lmtp:
        lmtp.sendmail(sender, [DESK], sent_on(number, sender))
    _until(lambda: bool(servers.mails(sender)))
    return time.monotonic() - begun


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST
    while not done():
        if time.monotonic() > end:
            raise RuntimeError(f"not done within {LONGEST:.0f} s")
        time.sleep(0.1)


def _count(folder: Path, condition: str) -> int:
    try:
        with closing(sqlite3.connect(folder / "ledger.db", timeout=5)) as db:
            return int(db.execute(f"SELECT count(*) FROM mail WHERE {condition}").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


if __name__ == "__main__":
    if because := missing():
        sys.exit(because)
    given = [int(a) for a in sys.argv[1:3]]
    size, count = given + [5000, 5][len(given) :]
    left, seconds = bomb(size, count)
    print(f"bomb of {size} mails, {left} of them still open when the last of the others had its answer")
    print("others waited " + ", ".join(f"{s:.1f}" for s in seconds) + f" s; at most {max(seconds):.1f}")
