"""`triage cases`: what became of the mails, from the ledger; reads it beside a running service."""

import json
from datetime import datetime
from pathlib import Path

from rich.table import Table

from triage.cli.voice import Exit, plain, say, settings_matter, stop, terminal
from triage.config import load_settings
from triage.ledger import open_ledger
from triage.model import Entry, Permanent
from triage.ports import Ledger

MOST = 1000  # mails in a list


async def list_cases(config: Path, *, as_json: bool) -> Exit:
    ledger = _ledger(config)
    try:
        entries = await ledger.entries(MOST)
    finally:
        await ledger.close()
    if as_json:
        for entry in entries:
            say(json.dumps(_shape(entry), ensure_ascii=False))
    elif entries:
        terminal.print(_table(entries))
    else:
        say("no mail has been seen yet")
    return Exit.DONE


async def show_case(config: Path, number: int) -> Exit:
    ledger = _ledger(config)
    try:
        found = [e for e in await ledger.entries(MOST) if e.id == number]
        cases = await ledger.cases()
    finally:
        await ledger.close()
    if not found:
        stop(Permanent(f"there is no mail {number}", "triage cases list"), Exit.USAGE)
    entry = found[0]
    for label, text in _story(entry):
        say(f"{label:<12} {plain(text)}")
    for case in cases:
        if case.owner in entry.to and any(name.text in entry.leading for name in case.names):
            say(f"{'case':<12} {case.state.value}, {case.notes} notes so far, expires {case.expires or 'unknown'}")
    return Exit.DONE


def _ledger(config: Path) -> Ledger:
    with settings_matter():
        return open_ledger(load_settings(config).ledger.url)


def _table(entries: tuple[Entry, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("no", "arrived", "from", "understood as", "leading cause", "state", "why"):
        table.add_column(column, overflow="fold")
    for e in entries:
        cells = (str(e.id), _short(e.arrived), e.sender, e.understood, e.leading, e.state.value, e.because)
        table.add_row(*(plain(cell) for cell in cells))
    return table


def _story(entry: Entry) -> list[tuple[str, str]]:
    key = entry.key
    rows = [
        ("mail", f"{entry.id}: {key.account} {key.folder} {key.uid}"),
        ("arrived", entry.arrived.isoformat(timespec="seconds")),
        ("from", entry.sender),
        ("subject", entry.subject),
        ("understood", entry.understood),
        ("leading", entry.leading),
        ("state", f"{entry.state.value} after {entry.attempts} tries" + (", filed" if entry.filed else "")),
        ("decision", f"{entry.decision} {', '.join(entry.to)}".strip()),
        ("because", entry.because),
    ]
    return [(label, text) for label, text in rows if text]


def _shape(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.id,
        "mailbox": entry.key.account,
        "arrived": entry.arrived.isoformat(),
        "sender": entry.sender,
        "subject": entry.subject,
        "understood": entry.understood,
        "leading": entry.leading,
        "state": entry.state.value,
        "decision": entry.decision or None,
        "to": list(entry.to),
        "because": entry.because,
        "attempts": entry.attempts,
    }


def _short(moment: datetime) -> str:
    return moment.strftime("%m-%d %H:%M")
