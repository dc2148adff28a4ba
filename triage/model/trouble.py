"""Errors that stop the work itself. A broken mail or a broken site is a value, not an error."""


class Trouble(Exception):
    """The service cannot go on; says what, where, and in `hint` what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Temporary(Trouble):
    """May go away by itself. `wait` is what the other side asked for, in seconds, where it said so."""

    def __init__(self, message: str, hint: str = "", wait: float | None = None) -> None:
        super().__init__(message, hint)
        self.wait = wait


class Permanent(Trouble):
    """Will not go away until a person changes something."""


class Uncertain(Temporary):
    """The line broke after the final dot: the note may or may not have been taken."""
