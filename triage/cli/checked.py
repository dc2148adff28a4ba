"""One line of `triage doctor`: what was looked at, whether it is good, and how to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checked:
    """`good` is None where it is worth knowing, or could not be found out: no fault."""

    what: str
    good: bool | None
    words: str
    hint: str = ""
