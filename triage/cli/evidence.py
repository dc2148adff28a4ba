"""One observation in one line, as the service keeps it, for `--json` and `check -v`."""

from triage.service import asked, in_words

__all__ = ["asked", "in_words"]
