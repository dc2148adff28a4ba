"""`triage rules`: which hosts and causes are known, and whether the rules keep their duties."""

from pathlib import Path

from rich.table import Table

from triage.cli.standing import Standing, standing
from triage.cli.voice import Exit, plain, say, settings_matter, terminal
from triage.config import Examined, check_rules, load_rules, load_wording
from triage.explain import faults
from triage.model import Rulebook
from triage.recognize import hitting, recognize
from triage.unwrap import unwrap


def list_rules(config: Path | None) -> Exit:
    stand = standing(config)
    table = Table(box=None, pad_edge=False)
    for column in ("provider", "kind", "mails that are recognized"):
        table.add_column(column, overflow="fold")
    for provider in sorted(stand.rulebook.providers.values(), key=lambda p: (p.kind, p.id)):
        table.add_row(provider.id, provider.kind, _mails(stand, provider.id))
    terminal.print(table)
    say(f"\n{len(stand.wording.causes)} causes: {', '.join(sorted(stand.wording.causes))}")
    return Exit.DONE


def check_folder(folder: Path | None, config: Path | None) -> Exit:
    """Ours, the configured ones, and `folder`. A line for each finding."""
    folders = standing(config).rule_folders + ((folder,) if folder else ())
    with settings_matter():
        findings = (*check_rules(folders, read_sample), *faults(load_wording(folders)))
        count = len(load_rules(folders).rules)
    for finding in findings:
        say(plain(finding))
    if findings:
        return Exit.WRONG_OUT_THERE
    say(f"{count} rules: every duty is kept")
    return Exit.DONE


def read_sample(raw: bytes, rulebook: Rulebook) -> Examined:
    """One sample as the service would read it, for `check_rules`."""
    message = unwrap(raw)
    return Examined(*hitting(message, rulebook), recognize(message, rulebook))


def _mails(stand: Standing, provider: str) -> str:
    found = dict.fromkeys(f"{r.event.value} ({r.language})" for r in stand.rulebook.rules if r.provider == provider)
    return ", ".join(found) or "–"
