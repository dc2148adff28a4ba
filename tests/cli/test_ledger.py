"""`triage ledger`: each way through it, and each mistake in one line."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.test_cases import folder
from tests.cli.test_commands import triage
from triage.ledger.tables import SCHEMA

__all__ = ["folder"]


def said(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_backup_is_written_and_put_back(folder: Path) -> None:
    assert said(triage("ledger", "backup", "copy", cwd=folder)).startswith("copy: ")
    said(triage("cases", "close", "2", cwd=folder))
    assert "dropped" in said(triage("cases", "show", "2", cwd=folder))
    told = said(triage("ledger", "restore", "copy", cwd=folder))
    assert told.startswith("the ledger is what copy holds; the one before is in ")
    assert "held" in said(triage("cases", "show", "2", cwd=folder))


def test_back_to_an_older_schema_and_up_again(folder: Path) -> None:
    told = said(triage("ledger", "downgrade", "1", cwd=folder))
    assert told.startswith("the ledger has schema 1; as it was before, it is in ")
    assert "held" in said(triage("cases", "show", "2", cwd=folder))
    assert said(triage("ledger", "downgrade", str(int(SCHEMA)), cwd=folder)).endswith("already\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("restore", "nothing"), "triage: nothing: there is no such file\nhint: "),
        (("backup", "triage.db"), "triage: triage.db: this is the ledger itself\nhint: "),
        (("backup", "no/such/folder"), "triage: no/such/folder: no such file or directory\nhint: "),
        (("downgrade", "7000"), "triage: there is no schema 7000\nhint: "),
    ],
)
def test_a_mistake_is_one_line_and_a_hint(arguments: tuple[str, ...], says: str, folder: Path) -> None:
    done = triage("ledger", *arguments, cwd=folder)
    assert done.returncode == 3
    assert done.stderr.startswith(says)
