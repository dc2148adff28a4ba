"""The voice of the command line: lower case, no final stop, the error first, then a hint on its own line."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

import typer
from rich.console import Console

from triage.model import Permanent, Trouble


class Exit(IntEnum):
    """What other programs read; interfaces of the command line."""

    DONE = 0
    WRONG_OUT_THERE = 1
    USAGE = 2
    COULD_NOT_WORK = 3


# For progress and tables on a terminal; what other programs may read goes through `say`, untouched by any styling.
terminal = Console(soft_wrap=True, highlight=False, emoji=False)
# For what is drawn while something runs: standard error, since standard output may go to a file.
screen = Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)


def say(line: str, err: bool = False) -> None:
    typer.echo(line, err=err)


def say_trouble(trouble: Trouble) -> None:
    typer.echo(f"triage: {plain(str(trouble))}", err=True)
    if trouble.hint:
        typer.echo(f"hint: {plain(trouble.hint)}", err=True)


def stop(trouble: Trouble, code: Exit) -> NoReturn:
    say_trouble(trouble)
    sys.exit(code)


@contextmanager
def settings_matter() -> Generator[None]:
    """What goes wrong in here is the configuration's fault, whatever went wrong in it."""
    try:
        yield
    except Permanent as trouble:
        stop(trouble, Exit.USAGE)


def plain(text: str) -> str:
    """Text from outside without anything that could move a terminal's cursor or hide a line."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
