"""`triage rules`: which hosts and causes are known, and whether the rules keep their duties."""

import re
from email.message import EmailMessage
from pathlib import Path

from rich.table import Table

from triage.cli.files import Unusable, raw_mail
from triage.cli.standing import Standing, standing
from triage.cli.voice import Exit, plain, say, say_trouble, settings_matter, terminal
from triage.config import Examined, check_rules, load_rules, load_wording
from triage.explain import faults
from triage.model import Permanent, Rulebook
from triage.recognize import Draft, draft_rule, hitting, recognize
from triage.unwrap import TooMuch, unwrap

_ROOMS = ("providers", "causes", "words")


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
        wording = load_wording(folders)
        findings = (*_strange(folder), *check_rules(folders, read_sample), *wording.lacking, *faults(wording))
        count = len(load_rules(folders).rules)
    for finding in findings:
        say(plain(finding))
    if findings:
        return Exit.WRONG_OUT_THERE
    say(f"{count} rules: every duty is kept")
    return Exit.DONE


def _strange(folder: Path | None) -> tuple[str, ...]:
    """A folder above or below the one that is meant holds no rules, and so keeps every duty."""
    if folder is None or not folder.is_dir() or any((folder / room).is_dir() for room in _ROOMS):
        return ()
    return (f"{folder}: holds no rules; name the folder in which {', '.join(f'{room}/' for room in _ROOMS)} are",)


def read_sample(raw: bytes, rulebook: Rulebook) -> Examined:
    """One sample as the service would read it, for `check_rules`."""
    message = unwrap(raw)
    return Examined(*hitting(message, rulebook), recognize(message, rulebook))


def new_folder(name: str, mail: str, into: Path, config: Path | None) -> Exit:
    """providers/NAME/ in `into`: a rule to finish and the mail as an anonymous sample. Never overwrites a file."""
    home = into / "providers" / name
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,40}", name):
        say_trouble(Permanent(f"{plain(name)}: is no name for a provider", "use lower case, digits, - and ."))
        return Exit.USAGE
    if home.exists():
        say_trouble(Permanent(f"{home}: is already there", "choose another name, or edit what is in it"))
        return Exit.USAGE
    try:
        draft = draft_rule(unwrap(raw_mail(mail)), standing(config).rulebook)
        _write(home, draft)
    except (Unusable, TooMuch, OSError) as error:
        say_trouble(Permanent(f"{mail}: {error}", "give a whole mail as a file, headers and all (.eml)"))
        return Exit.COULD_NOT_WORK
    say(f"{home}: read the sample once more for people, then finish {draft.event}.toml")
    say(f"then: triage rules check {into}")
    return Exit.DONE


def _write(home: Path, draft: Draft) -> None:
    samples = home / "samples"
    samples.mkdir(parents=True)
    (home / "provider.toml").write_text('kind = "host"\nnames = {}\n', encoding="utf-8")
    (home / f"{draft.event}.toml").write_text(draft.rule, encoding="utf-8")
    (samples / "01-first.toml").write_text(draft.expected, encoding="utf-8")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "noreply@host.test", "owner@example.jp", draft.subject
    mail.set_content(draft.body + "\n")
    (samples / "01-first.eml").write_bytes(mail.as_bytes())


def _mails(stand: Standing, provider: str) -> str:
    found = dict.fromkeys(f"{r.event.value} ({r.language})" for r in stand.rulebook.rules if r.provider == provider)
    return ", ".join(found) or "–"
