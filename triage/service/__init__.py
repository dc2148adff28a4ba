"""The steps in order. Read `round.py` first: it is what happens to one mail, top to bottom.

round.py        one round: take in, read, decide, diagnose, write, send, file
investigate.py  a notice becomes inquiries, an inquiry becomes a diagnosis; also what the commands use
writer.py       reports become letters, and the case they belong to
post.py         letters that are due, out
watch.py        the second look, and the words that an owner may answer with
digest.py       what waits for a person, in one mail a day
evidence.py     an observation in one line, and the lines behind a diagnosis
told.py         what is said on the way
"""

from triage.service.digest import Pending, is_failing, pending, subject_of, urgent_first
from triage.service.digest import in_words as digest_in_words
from triage.service.evidence import asked, evidence, in_words
from triage.service.investigate import DEADLINE, inquiries, investigate
from triage.service.round import Service
from triage.service.told import Compose, MailRoom, Step, Tally, say_nothing

__all__ = [
    "DEADLINE",
    "Compose",
    "MailRoom",
    "Pending",
    "Service",
    "Step",
    "Tally",
    "asked",
    "digest_in_words",
    "evidence",
    "in_words",
    "inquiries",
    "investigate",
    "is_failing",
    "pending",
    "say_nothing",
    "subject_of",
    "urgent_first",
]
