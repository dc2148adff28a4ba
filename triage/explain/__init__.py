"""Reports and words in, a note out: text at 72 columns and the same as HTML. It reads no file and no clock."""

from triage.explain.note import explain
from triage.explain.templates import phrase
from triage.explain.trial import faults

__all__ = ["explain", "faults", "phrase"]
