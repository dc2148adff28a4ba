"""Mails a second through the whole service, all held: python -m tests.bench.throughput [MAILS …]"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.decide.build import NOTHING_NEW, Mail
from tests.service.house import House


async def bench(mails: int) -> float:
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as folder:
        house = House(Path(folder))
        await house.round()
        for n in range(mails):
            house.receives(Mail(text=f"fyi {n}", outcome=NOTHING_NEW))
        began = time.monotonic()
        while house.filed():
            await house.round()
        return mails / (time.monotonic() - began)


if __name__ == "__main__":
    for count in map(int, sys.argv[1:] or ("500", "2000")):
        print(f"{count} mails: {asyncio.run(bench(count)):.0f} mails/s")
