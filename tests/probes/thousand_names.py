"""A thousand names asked at once in one process: prints how many questions came back, and the memory it took."""

import asyncio
import json
from pathlib import Path

from tests.probes.servers import name_server, probes, says, tcp, zone
from triage.model import AskDns, AskHttp, Observation

NAMES = 1000
PAGE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4000\r\n\r\n" + b"x" * 4000


async def main() -> None:
    records = zone('name.com. 300 IN TXT "' + "v" * 200 + '"')
    async with name_server(records) as dns, tcp(says(PAGE, pause=0.05), host="0.0.0.0") as web:
        asker = probes(resolvers=(f"127.0.0.1:{dns}",), ports={80: web})
        everyone = asyncio.Barrier(NAMES)
        in_flight = 0

        async def one(number: int) -> list[Observation]:
            nonlocal in_flight
            in_flight += 1
            await everyone.wait()  # nobody begins before all are there
            async with asker.round(60.0) as round:
                round.start(AskDns(f"n{number}.example{m}.com", "TXT") for m in range(12))
                web_server = f"127.{number // 250}.{number % 250}.1"
                round.start(AskHttp("http", "example.com", web_server, f"/{m}") for m in range(3))
                return [observation async for observation in round]

        rounds = await asyncio.gather(*(one(number) for number in range(NAMES)))
        await asker.close()
    answered = sum(not observation.failed for round in rounds for observation in round)
    used = _peak_megabytes()
    print(json.dumps({"in_flight": in_flight, "asked": NAMES * 15, "answered": answered, "megabytes": round(used)}))


def _peak_megabytes() -> float:
    """What this process had resident at most; `ru_maxrss` would count what its parent had when it forked."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    asyncio.run(main())
