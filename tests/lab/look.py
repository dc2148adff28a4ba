"""Run inside the namespace, many names in one process: what `triage check --json` would print, and all that was seen.

python -m tests.lab.look CA_FILE RDAP_BOOTSTRAP < [{"name": …, "error": …, "provider": …}, …]
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.lab.recorded import to_json
from triage.cli.shapes import of_diagnosis
from triage.config import load_rules
from triage.model import Diagnosis, Event, Inquiry, Notice, Rulebook
from triage.names import Domain
from triage.ports import Probes
from triage.probes import NetworkProbes
from triage.recognize import problems_in
from triage.service import inquiries, investigate


def now() -> datetime:
    return datetime.now(UTC)


def inquiry(asked: dict[str, str], rulebook: Rulebook) -> Inquiry:
    name = Domain.parse(asked["name"])
    problems = problems_in(asked["error"]) if asked.get("error") else ()
    provider = asked.get("provider", "unknown")
    notice = Notice(provider, Event.RENEWAL_FAILED, (name,), problems=problems)
    return inquiries(notice, rulebook.providers)[0]


async def look(probes: Probes, asked: list[Inquiry]) -> list[Diagnosis]:
    try:
        return await asyncio.gather(*(investigate(probes, i, now) for i in asked))
    finally:
        await probes.close()


def main() -> None:
    ca_file, rdap_bootstrap = map(Path, sys.argv[1:])
    probes = NetworkProbes(ca_file=ca_file, rdap_bootstrap=rdap_bootstrap)
    rulebook = load_rules(())
    asked = [inquiry(one, rulebook) for one in json.load(sys.stdin)]
    for diagnosis in asyncio.run(look(probes, asked)):
        print(json.dumps({"found": of_diagnosis(diagnosis, now()), "seen": [to_json(o) for o in diagnosis.seen]}))


if __name__ == "__main__":
    main()
