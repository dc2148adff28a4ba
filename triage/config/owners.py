"""A CSV of owners → the same values as `[[owner]]`: one row for a domain and an address, several rows add up.

    domain,address,language,mode
    example.jp,owner@example.jp,ja,forward

`language` and `mode` may stay empty. The file is UTF-8, or what Excel writes in Japan (CP932).
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from triage.model import Permanent

LARGEST = 5_000_000  # octets
NEEDED = ("domain", "address")
KNOWN = (*NEEDED, "language", "mode")
HINT = "write rows like example.jp,owner@example.jp,ja,forward under the line domain,address,language,mode"


def owners_in(path: Path) -> tuple[tuple[int, dict[str, Any]], ...]:
    """An owner for each domain, with the line on which it begins. Raises Permanent for the first bad row."""
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for line, row in _rows(path):
        choice = {key: row[key] for key in ("language", "mode") if row.get(key)}
        domain = row["domain"].lower()
        if domain not in found:
            found[domain] = (line, {"domains": [domain], "addresses": [row["address"]], **choice})
            continue
        begun, owner = found[domain]
        if any(owner.get(key, value) != value for key, value in choice.items()):
            raise Permanent(f"{path} line {line}: {domain} has another language or mode on line {begun}", HINT)
        owner.update(choice)
        if row["address"] not in owner["addresses"]:
            owner["addresses"].append(row["address"])
    return tuple(found.values())


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(_text(path).splitlines())
    names = [cell.strip().lower() for cell in next(reader, [])]
    if not set(NEEDED) <= set(names) or set(names) - set(KNOWN):
        raise Permanent(f"{path} line 1: its columns are not domain, address, language, mode", HINT)
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
        missing = next((name for name in NEEDED if not row.get(name)), None)
        if missing or len(cells) > len(names):
            words = f"{missing} is missing" if missing else "it has too many columns"
            raise Permanent(f"{path} line {reader.line_num}: {words}", HINT)
        yield reader.line_num, row


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            octets = file.read(LARGEST)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise Permanent(
            f"policy.owners_csv: {path}: {reason}", "give the path of a CSV file, relative to config.toml"
        ) from error
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp932", "replace")
