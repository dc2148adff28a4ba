"""Set-ups of tests/worlds by real sockets: the small internet is started from the same world.toml.

    python -m tests.lab.worlds [PATTERN …] [--record FOLDER]     all of them; needs root, as the lab does

Each is looked at once by socket; what was seen is replayed without one, and must lead to the same findings. A forked
child goes into the namespace: to start Python and read all rules for each world took half of all its CPU.
"""

import asyncio
import multiprocessing
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.lab.internet import RESOLVER, Internet
from tests.lab.recorded import RecordedProbes, from_json, to_json, write_recording
from tests.lab.relay import enter
from tests.test_cases import notice_of, providers
from tests.test_worlds import FILES, Truth
from triage.cli.shapes import of_diagnosis
from triage.demo import load_world
from triage.model import Diagnosis, Inquiry, Observations
from triage.probes import NetworkProbes
from triage.service import inquiries, investigate

PATIENCE = 120  # seconds for one look
Json = dict[str, Any]


@dataclass(frozen=True)
class Looked:
    """One set-up: what was found by socket, what was seen, and what the same sights lead to without a socket."""

    path: Path
    truth: Truth
    found: dict[str, Any]
    seen: Observations
    replayed: dict[str, Any]

    @property
    def same(self) -> bool:
        return _what(self.found) == _what(self.replayed)

    @property
    def right(self) -> bool:
        """A verdict by socket that the truth allows; without one, a cause that it allows."""
        verdict = self.found["verdict"] in (self.truth.verdict or (self.found["verdict"],))
        return verdict and (self.truth.leading is None or (self.found["leading"] or "") in self.truth.leading)


def look(path: Path) -> Looked:
    """Start the internet of one world, look at its name, end it."""
    truth = _truth(path)
    now = datetime.now(UTC).replace(microsecond=0)
    forked = multiprocessing.get_context("fork")
    with (
        Internet(load_world(path.with_suffix(".world.toml"), now=now)) as net,
        forked.Pool(1, enter, (net.name,)) as inside,
    ):
        looking = inside.apply_async(_look, (path, now, net.ca_file, net.rdap_bootstrap))
        found, said, moment = looking.get(timeout=PATIENCE)
    seen = Observations(map(from_json, said))
    replayed = asyncio.run(investigate(RecordedProbes(seen), _inquiry(path, now), lambda: moment))
    return Looked(path, truth, found, seen, of_diagnosis(replayed, moment))


def _look(path: Path, now: datetime, ca_file: Path, rdap_bootstrap: Path) -> tuple[Json, list[Json], datetime]:
    """What was found, what was seen, and when."""
    found, moment = asyncio.run(_inside(path, now, ca_file, rdap_bootstrap))
    return of_diagnosis(found, moment), [to_json(o) for o in found.seen], moment


def _truth(path: Path) -> Truth:
    return Truth.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def _inquiry(path: Path, now: datetime) -> Inquiry:
    truth = _truth(path)
    notice = notice_of(truth.inquiry, load_world(path.with_suffix(".world.toml"), now=now))
    return next(i for i in inquiries(notice, providers()) if i.name.text == truth.inquiry.name)


def _what(found: dict[str, Any]) -> object:
    return found["verdict"], found["leading"], [(f["code"], f["certainty"], f["facts"]) for f in found["findings"]]


async def _inside(path: Path, now: datetime, ca_file: Path, rdap_bootstrap: Path) -> tuple[Diagnosis, datetime]:
    probes = NetworkProbes(resolvers=(RESOLVER,), ca_file=ca_file, rdap_bootstrap=rdap_bootstrap)
    moments = list[datetime]()

    def clock() -> datetime:
        moments.append(datetime.now(UTC))
        return moments[-1]

    try:
        diagnosis = await investigate(probes, _inquiry(path, now), clock)
    finally:
        await probes.close()
    return diagnosis, moments[-1]


def _all(paths: Iterable[Path], record: Path | None) -> int:
    wrong = count = 0
    for path in paths:
        count += 1
        try:
            looked = look(path)
        except (AssertionError, multiprocessing.TimeoutError) as error:
            print(f"{path.stem}: {str(error)[-300:] or 'not done in time'}", flush=True)
            wrong += 1
            continue
        if record:
            write_recording(record / f"{path.stem}.json", looked.seen)
        if not (looked.same and looked.right):
            wrong += 1
            said = f"{looked.found['verdict']} {looked.found['leading']}"
            how = f"{'' if looked.right else 'wrong '}{'' if looked.same else 'replay differs'}"
            print(f"{path.stem}: {said}; {how}", flush=True)
    print(f"{count} set-ups by socket, {wrong} of them wrong")
    return 1 if wrong else 0


def main() -> int:
    arguments = sys.argv[1:]
    record = Path(arguments.pop(arguments.index("--record") + 1)) if "--record" in arguments else None
    patterns = [a for a in arguments if a != "--record"]
    return _all([p for p in FILES if not patterns or any(p.match(f"*{x}*") for x in patterns)], record)


if __name__ == "__main__":
    sys.exit(main())
