"""Is it a notice, whose, for which names, and what did it say: a Message and the rulebook in, Notices out."""

from triage.recognize.draft import Draft, draft_rule
from triage.recognize.errors import problems_in
from triage.recognize.reading import hitting, recognize

__all__ = ["Draft", "draft_rule", "hitting", "problems_in", "recognize"]
