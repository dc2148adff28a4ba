"""Owners from a CSV: rows add up, and a bad one ends in one line that names it."""

from pathlib import Path

import pytest

from tests.config.test_settings import MINIMAL, written
from triage.config import load_settings
from triage.model import Owner, Permanent
from triage.names import Domain

HEAD = "domain,address,language,mode\n"


def owners(folder: Path, rows: bytes, more: str = "") -> tuple[Owner, ...]:
    (folder / "owners.csv").write_bytes(rows)
    return load_settings(written(folder, MINIMAL + '[policy]\nowners_csv = "owners.csv"\n' + more)).who_may_ask().owners


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_rows_of_one_domain_add_up(encoding: str, tmp_path: Path) -> None:
    rows = HEAD + "EXAMPLE.jp,a@example.jp,ja,forward\r\n\nexample.jp,b@example.jp,,\n日本.jp,c@example.jp,,\n"
    assert owners(tmp_path, rows.encode(encoding)) == (
        Owner((Domain("example.jp"),), ("a@example.jp", "b@example.jp"), "ja", "forward"),
        Owner((Domain.parse("日本.jp"),), ("c@example.jp",)),
    )


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ("domain;address\n", "line 1: its columns are not domain, address, language, mode"),
        (HEAD + "example.jp,,ja,\n", "line 2: address is missing"),
        (HEAD + "example.jp,nobody,ja,\n", "line 2: addresses.1: it is no mail address"),
        (HEAD + "example.jp,a@example.jp,fr,\n", "line 2: language: it is none of en, ja"),
        (
            HEAD + "example.jp,a@example.jp,ja,\nexample.jp,b@example.jp,en,\n",
            "line 3: example.jp has another language",
        ),
        (HEAD + "example.jp,a@example.jp,ja,,x\n", "line 2: it has too many columns"),
        (HEAD + "example.net,a@example.jp,,\n", r"line 2: example.net is an \[\[owner\]\] of config.toml, too"),
    ],
    ids=["columns", "no address", "bad address", "bad language", "disagrees", "too long", "twice"],
)
def test_a_bad_row_is_one_clear_line(rows: str, error: str, tmp_path: Path) -> None:
    more = '[[owner]]\ndomains = ["example.net"]\naddresses = ["x@example.net"]\n'
    with pytest.raises(Permanent, match=error):
        owners(tmp_path, rows.encode(), more)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    text = MINIMAL + '[policy]\nowners_csv = "none.csv"\n'
    with pytest.raises(Permanent, match=r"none\.csv: no such file") as caught:
        load_settings(written(tmp_path, text))
    assert caught.value.hint == "give the path of a CSV file, relative to config.toml"
