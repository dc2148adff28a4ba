"""How the service is: heard from what it tells and read from the ledger; said to a monitor, a switch and a person.

pulse.py      what the service tells → moments and numbers
standing.py   moments and the queue → what ails it
server.py     GET /health and GET /metrics, on loopback
heartbeat.py  the dead man's switch: a GET after a good round
alarm.py      a mail to the operator, once per cause and hour
keep.py       the four together, for as long as the service runs
"""

from triage.health.keep import Health
from triage.health.pulse import Pulse

__all__ = ["Health", "Pulse"]
