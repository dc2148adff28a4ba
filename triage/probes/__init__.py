"""Ask the internet, safely: questions in, observations out. Concludes nothing.

guard.py decides which addresses may be spoken to, turns.py who may speak next, silences.py where there is no use just
now, wire.py opens every TCP connection;
dns.py, http.py, tls.py, rdap.py, whois.py, authority.py and log.py each answer one kind of question.
"""

from triage.probes.log import CRT_SH
from triage.probes.network import NetworkProbes

__all__ = ["CRT_SH", "NetworkProbes"]
