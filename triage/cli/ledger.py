"""`triage ledger`: the database as a file."""

from pathlib import Path

from triage.cli.voice import Exit, say, settings_matter
from triage.config import load_settings
from triage.ledger import ledger_file


def back_up(config: Path, to: Path) -> Exit:
    with settings_matter():
        url = load_settings(config).ledger.url
    ledger_file(url).back_up(to)
    say(f"{to}: {to.stat().st_size} octets; it holds mails, so keep it from others")
    return Exit.DONE


def restore(config: Path, backup: Path) -> Exit:
    with settings_matter():
        url = load_settings(config).ledger.url
    kept = ledger_file(url).restore(backup)
    say(f"the ledger is what {backup} holds" + (f"; the one before is in {kept}" if kept else ""))
    return Exit.DONE


def downgrade(config: Path, schema: str) -> Exit:
    with settings_matter():
        url = load_settings(config).ledger.url
    kept = ledger_file(url).downgrade(schema)
    say(f"the ledger has schema {int(schema)}" + (f"; as it was before, it is in {kept}" if kept else " already"))
    return Exit.DONE
