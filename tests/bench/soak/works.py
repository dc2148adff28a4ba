"""The service of the soak, in a process of its own: python -m tests.bench.soak.works CONFIG FOLDER

All of `triage run`, but that its questions are answered by a world that is written down, and that its clock can be set
ahead: FOLDER/ahead holds seconds, so that nobody waits five minutes for a letter that was put off.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.soak.mails import world
from triage.cli.logs import log_to, logged_steps
from triage.cli.standing import standing
from triage.cli.wiring import health, service
from triage.demo import WorldProbes
from triage.health import Pulse
from triage.model import Trouble
from triage.scheduler import run
from triage.service import Step

POLL = 1.0  # seconds


class Clock:
    def __init__(self, file: Path) -> None:
        self._file, self._read, self._ahead = file, 0, timedelta()

    def __call__(self) -> datetime:
        changed = self._file.stat().st_mtime_ns
        if changed != self._read:
            self._read, self._ahead = changed, timedelta(seconds=float(self._file.read_text() or "0"))
        return datetime.now(UTC) + self._ahead


async def main(config: Path, folder: Path) -> None:
    stand, clock = standing(config), Clock(folder / "ahead")
    log = log_to(sys.stderr, json_log=True)
    pulse, write = Pulse(clock), logged_steps(log)

    def tell(step: Step) -> None:
        write(step)
        pulse.hear(step)

    def tell_trouble(trouble: Trouble, pause: float = 0.0) -> None:
        log.warning("waiting", words=str(trouble), seconds=round(pause))

    works = service(stand, probes=WorldProbes(world(datetime.now(UTC)), "lenient"), clock=clock, tell=tell)
    try:
        async with health(stand, works, pulse, tell_trouble).kept():
            await run(works, POLL, tell_trouble)
    finally:
        await works.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
