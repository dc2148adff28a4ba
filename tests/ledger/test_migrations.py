"""Ledgers of older programs are taken over whole, however the step ends; and there is a way back.

`releases/schema-N.sql` is a ledger as the program of that schema wrote it, a mail in each of three states included.
"""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event

from triage.ledger import engine, ledger_file, open_ledger, tables
from triage.ledger.file import LedgerFile
from triage.ledger.place import Claim
from triage.model import Arrival, MailKey, Permanent, Temporary

NOW = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)
RELEASES = sorted((Path(__file__).parent / "releases").glob("*.sql"))
STEPS = ScriptDirectory(str(Path(engine.__file__).parent / "migrations"))
NUMBERS = [f"{n:04}" for n in range(1, int(tables.SCHEMA) + 1)]


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def a_ledger_of(release: Path, folder: Path) -> Path:
    path = folder / "triage.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(release.read_text(encoding="utf-8"))
    return path


def opened(path: Path) -> None:
    engine.open_engine(url(path)).dispose()


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that is in it, but for what says which schema it has."""
    with closing(sqlite3.connect(path)) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {n: sorted(db.execute(f'SELECT * FROM "{n}"').fetchall(), key=repr) for n in names}
    found.pop("alembic_version", None)
    found["about"] = [row for row in found["about"] if row[0] != "schema"]
    return found


def shape(path: Path) -> dict[str, object]:
    """Tables, columns, keys and indexes, as SQLite itself tells of them."""
    with closing(sqlite3.connect(path)) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        told = ("table_info", "foreign_key_list")
        found: dict[str, object] = {n: [db.execute(f'PRAGMA {t}("{n}")').fetchall() for t in told] for n in names}
        for name in names:
            indexes = [i[1:] for i in db.execute(f'PRAGMA index_list("{name}")')]
            found[f"{name}, indexes"] = sorted(
                [(how, [c[2] for c in db.execute(f'PRAGMA index_info("{index}")')]) for index, *how in indexes],
                key=repr,
            )
    return found


def schema_in(path: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT version_num FROM alembic_version").fetchall()


def test_every_schema_has_its_step_and_the_last_one_is_ours() -> None:
    assert [step.revision for step in STEPS.walk_revisions()][::-1] == NUMBERS
    assert STEPS.get_current_head() == tables.SCHEMA


@pytest.mark.parametrize("release", RELEASES, ids=lambda p: p.stem)
def test_an_older_ledger_keeps_all_that_it_holds(release: Path, tmp_path: Path) -> None:
    path = a_ledger_of(release, tmp_path)
    before = rows(path)
    opened(path)
    after = rows(path)
    assert {name: after[name] for name in before} == before
    assert len(before["mail"]) == 3
    assert schema_in(path) == [(tables.SCHEMA,)]


@pytest.mark.parametrize("release", RELEASES, ids=lambda p: p.stem)
async def test_an_older_ledger_goes_on_being_worked_on(release: Path, tmp_path: Path) -> None:
    ledger = open_ledger(url(a_ledger_of(release, tmp_path)))
    await ledger.claim()
    assert [(e.id, str(e.state)) for e in await ledger.open_mails()] == [(3, "received")]
    assert [d.letter.message_id for d in await ledger.unsent(NOW)] == ["<1@desk.example>"]
    assert await ledger.journal(Arrival(MailKey("inbox", "INBOX", 7, "4"), b"new", NOW), "c", NOW) == 4
    assert await ledger.story(mail=2) == ()
    await ledger.close()


@pytest.mark.parametrize("release", RELEASES, ids=lambda p: p.stem)
def test_the_steps_make_what_the_tables_say(release: Path, tmp_path: Path) -> None:
    path = a_ledger_of(release, tmp_path)
    opened(path)
    opened(tmp_path / "new.db")
    assert shape(path) == shape(tmp_path / "new.db")
    made = create_engine(url(path))
    with made.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.METADATA) == []
    made.dispose()


def test_from_nothing_the_steps_make_what_the_tables_say(tmp_path: Path) -> None:
    """As `alembic upgrade head` would, on an empty file."""
    from alembic import command

    path, config = tmp_path / "triage.db", Config()
    config.set_main_option("script_location", STEPS.dir)
    made = create_engine(url(path))
    with made.begin() as config.attributes["connection"]:
        command.upgrade(config, "head")
    made.dispose()
    opened(tmp_path / "new.db")
    assert shape(path) == shape(tmp_path / "new.db")


@pytest.mark.parametrize("schema", NUMBERS)
def test_down_and_up_again_keeps_what_both_know(schema: str, tmp_path: Path) -> None:
    path = a_ledger_of(RELEASES[-1], tmp_path)
    opened(path)
    before = rows(path)
    kept = ledger_file(url(path)).downgrade(schema)
    assert schema_in(path) == [(schema,)]
    assert (kept is None) == (schema == tables.SCHEMA)
    assert kept is None or rows(kept) == before
    down = rows(path)
    assert {name: before[name] for name in down} == down
    opened(path)
    assert rows(path) == before | {name: [] for name in before.keys() - down.keys()}
    assert schema_in(path) == [(tables.SCHEMA,)]


@pytest.mark.parametrize("schema", ["0", "-1", "99", "two", "²"])
def test_there_is_no_way_to_a_schema_that_never_was(schema: str, tmp_path: Path) -> None:
    path = a_ledger_of(RELEASES[-1], tmp_path)
    with pytest.raises(Permanent, match="there is no schema"):
        ledger_file(url(path)).downgrade(schema)


def test_before_a_step_the_ledger_is_copied(tmp_path: Path) -> None:
    path = a_ledger_of(RELEASES[0], tmp_path)
    before = rows(path)
    opened(path)
    copy = tmp_path / "triage.db.schema-0001"
    assert rows(copy) == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert {p.name for p in tmp_path.iterdir() if p.suffix == ".part"} == set()


def test_without_a_copy_nothing_is_changed(tmp_path: Path) -> None:
    path = a_ledger_of(RELEASES[0], tmp_path)
    before = rows(path)
    (tmp_path / "triage.db.schema-0001").mkdir()  # what cannot be replaced by a file
    with pytest.raises(Permanent, match="schema-0001: is a directory"):
        opened(path)
    assert rows(path) == before


async def test_under_a_service_that_runs_no_table_is_changed(tmp_path: Path) -> None:
    path = a_ledger_of(RELEASES[0], tmp_path)
    service = Claim(url(path))
    service.take()
    ledger = open_ledger(url(path))
    with pytest.raises(Temporary, match="another triage is at work"):
        await ledger.entries()
    assert schema_in(path) == [("0001",)]
    service.release()
    assert len(await ledger.entries()) == 3
    await ledger.close()


def died_at(statement: int, do: Callable[[], object]) -> int:
    """The signal that ended a child of ours which was killed before that statement; 0 where it was done before."""
    child = os.fork()
    if child == 0:
        left = [statement]

        def count(*_: object) -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", count)
        event.listen(Engine, "commit", count)
        do()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


@pytest.mark.parametrize("way", ["up", "down"])
def test_killed_before_any_statement_the_next_start_finds_all(way: str, tmp_path: Path) -> None:
    expected: dict[str, list[tuple[Any, ...]]] | None = None
    for statement in range(1, 1000):
        folder = tmp_path / str(statement)
        folder.mkdir()
        path = a_ledger_of(RELEASES[0], folder)
        file: LedgerFile = ledger_file(url(path))
        if way == "up":
            died = died_at(statement, lambda path=path: opened(path))
        else:
            opened(path)
            died = died_at(statement, lambda file=file: file.downgrade("1"))
        opened(path)
        found = rows(path)
        expected = expected or found
        assert found == expected, f"killed before statement {statement}"
        assert schema_in(path) == [(tables.SCHEMA,)]
        if died == 0:
            assert statement > 10
            return
        assert died == signal.SIGKILL
    pytest.fail("it never came to its end")


@pytest.mark.parametrize("schema", ["", "0", "-1", "new"])
async def test_a_file_of_no_known_schema_is_refused_with_a_hint(schema: str, tmp_path: Path) -> None:
    opened(tmp_path / "triage.db")
    with closing(sqlite3.connect(tmp_path / "triage.db")) as db, db:
        db.execute("UPDATE alembic_version SET version_num = ?", (schema,))
    ledger = open_ledger(url(tmp_path / "triage.db"))
    with pytest.raises(Permanent, match="its schema cannot be told") as caught:
        await ledger.entries()
    assert "restore a backup" in caught.value.hint
    await ledger.close()


def test_a_ledger_of_the_right_schema_is_opened_without_alembic(tmp_path: Path) -> None:
    """It takes as long to import as all the rest, and `triage cases` would wait for it each time."""
    code = f"import sys; from triage.ledger import engine; engine.open_engine({url(tmp_path / 'triage.db')!r})"
    code += "; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
