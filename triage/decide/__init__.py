"""May we act on a mail, whom do we answer, and when do we look again? Values in, decisions out."""

from triage.decide.admit import CONDITIONS, GOOD_NEWS, SAME_AGAIN, admit, refusals, warns_of_a_fake
from triage.decide.asked import Asked
from triage.decide.bounces import Bounce, bounced, envelope
from triage.decide.commands import command
from triage.decide.keys import asking, case_key, content_key, notice_key, understood
from triage.decide.looks import Said, after_note, compared, look, next_look, stopped
from triage.decide.settle import language, settle
from triage.decide.turns import claimed_sender, from_both_ends, in_turn

__all__ = [
    "CONDITIONS",
    "GOOD_NEWS",
    "SAME_AGAIN",
    "Asked",
    "Bounce",
    "Said",
    "admit",
    "after_note",
    "asking",
    "bounced",
    "case_key",
    "claimed_sender",
    "command",
    "compared",
    "content_key",
    "envelope",
    "from_both_ends",
    "in_turn",
    "language",
    "look",
    "next_look",
    "notice_key",
    "refusals",
    "settle",
    "stopped",
    "understood",
    "warns_of_a_fake",
]
