"""Live progress on a terminal: every question while it is under way and how it ended; gone when there is a result.

It is drawn on standard error, so that standard output may go to a file.
"""

import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from triage.cli.evidence import asked, in_words
from triage.cli.voice import plain
from triage.model import Observation, Question

PER_SECOND = 8


class Progress:
    """What is under way, of `count` names."""

    def __init__(self, console: Console, count: int) -> None:
        self._console = console
        self._count = count
        self._told = 0
        self._open: dict[Question, float] = {}
        self._done: deque[str] = deque(maxlen=200)
        self._spinner = Spinner("dots")
        self._live = Live(console=console, get_renderable=self._drawn, refresh_per_second=PER_SECOND, transient=True)

    def __enter__(self) -> "Progress":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def asked(self, question: Question) -> None:
        self._open.setdefault(question, time.monotonic())

    def seen(self, observation: Observation) -> None:
        self._open.pop(observation.question, None)
        sign = "✗" if observation.failed else "✓"
        self._done.append(f"{sign} {plain(in_words(observation)[9:])}")  # without the time of day

    @contextmanager
    def aside(self) -> Generator[None]:
        """While a result is printed nothing is drawn over it."""
        self._live.stop()
        try:
            yield
        finally:
            self._told += 1
            self._done.clear()
            if self._told < self._count:
                self._live.start()

    def draw(self) -> None:
        self._live.refresh()

    def _drawn(self) -> Group:
        room = max(self._console.height - 3, 4)
        now = time.monotonic()
        waiting = [f"… {plain(asked(q))} ({now - since:.1f} s)" for q, since in list(self._open.items())]
        waiting = waiting[-(room // 2) :]
        lines = [*list(self._done)[-(room - len(waiting)) :], *waiting]
        head = f"{self._told} of {self._count} names; " if self._count > 1 else ""
        self._spinner.update(text=f"{head}{len(self._open)} question{'' if len(self._open) == 1 else 's'} under way")
        return Group(*(Text(line, no_wrap=True, overflow="ellipsis") for line in lines), self._spinner)
