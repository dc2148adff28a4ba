"""Run inside the namespace: questions in, observations out, as JSON (recorded.py).

python -m tests.lab.ask CA_FILE RDAP_BOOTSTRAP < [[kind, question], …]
"""

import asyncio
import json
import sys
from pathlib import Path

from tests.lab.recorded import QUESTIONS, to_json
from triage.model import Observation, Question
from triage.probes import NetworkProbes


async def asked(probes: NetworkProbes, questions: list[Question]) -> list[Observation]:
    try:
        async with probes.round(11.0) as round:
            round.start(questions)
            return [observation async for observation in round]
    finally:
        await probes.close()


def main() -> None:
    ca_file, rdap_bootstrap = map(Path, sys.argv[1:])
    probes = NetworkProbes(ca_file=ca_file, rdap_bootstrap=rdap_bootstrap)
    questions = [QUESTIONS[kind].validate_python(value) for kind, value in json.load(sys.stdin)]
    for observation in asyncio.run(asked(probes, questions)):
        print(json.dumps(to_json(observation)))


if __name__ == "__main__":
    main()
