"""Ports at which nobody gets an answer, remembered for a moment, so that many names there cost one time-out.

A dial that timed out counts at once. A conversation that stalled counts when a second name met the same, since one
site of many on a server may hang by itself; any answer takes it all back.
"""

import asyncio
from dataclasses import dataclass, field

from triage.model import Failure, Fault
from triage.probes.turns import Watch

HOLDS = 10.0  # seconds, as long as another try would take
ENOUGH = 2  # names that stalled
MOST_KEPT = 2_000  # ports

Where = tuple[str, int]


@dataclass(slots=True)
class _Port:
    answered: float = 0.0  # when somebody last had an answer there
    since: float = 0.0  # when the failure was found out
    failure: Failure | None = None
    names: set[Watch | None] = field(default_factory=set[Watch | None])


class Silences:
    def __init__(self) -> None:
        self._ports: dict[Where, _Port] = {}

    def at(self, where: Where) -> Failure | None:
        """Why there is no use in trying just now."""
        port = self._ports.get(where)
        return port.failure if port and port.failure and _now() - port.since < HOLDS else None

    def met(self, where: Where, failure: Failure, who: Watch | None, began: float) -> None:
        """A try that began at `began` came to nothing."""
        if failure.fault not in (Fault.TIMEOUT, Fault.STALLED):
            return
        port = self._port(where)
        if port.answered >= began:
            return
        port.names.add(who)
        if failure.fault is Fault.TIMEOUT or len(port.names) >= ENOUGH:
            port.since, port.failure = _now(), failure

    def answered(self, where: Where) -> None:
        port = self._port(where)
        port.answered, port.failure = _now(), None
        port.names.clear()

    def _port(self, where: Where) -> _Port:
        while len(self._ports) > MOST_KEPT:
            del self._ports[next(iter(self._ports))]
        return self._ports.setdefault(where, _Port())


def _now() -> float:
    return asyncio.get_running_loop().time()
