"""May we act on a mail, whom do we answer, and when do we look again? Values in, decisions out."""

from triage.decide.admit import CONDITIONS, admit, refusals
from triage.decide.asked import Asked
from triage.decide.commands import command
from triage.decide.keys import asking, case_key, content_key, notice_key, understood
from triage.decide.settle import language, settle

__all__ = [
    "CONDITIONS",
    "Asked",
    "admit",
    "asking",
    "case_key",
    "command",
    "content_key",
    "language",
    "notice_key",
    "refusals",
    "settle",
    "understood",
]
