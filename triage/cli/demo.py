"""`triage demo`: the whole job on sample mails in a Maildir and a simulated internet. Nothing is sent anywhere."""

import email
import email.header
import html
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import Message as Mail
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.resources import files
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from triage.cli.standing import Standing, standing
from triage.cli.voice import Exit, plain, say, terminal
from triage.cli.wiring import MAIL_ROOM, a_reader
from triage.demo import WorldProbes, load_world
from triage.ledger import open_ledger
from triage.mail import MaildirMailbox, MaildirOutbox
from triage.model import Entry, Identity, Owner, Permanent, Place, Policy
from triage.names import Domain
from triage.service import Service, Step

INBOX = "ssl@triage.example.jp"
IDENTITY = Identity(
    address=INBOX, name="SSL triage", bounce=INBOX, authserv_id="mx.triage.example.jp", language="ja", instance=INBOX
)
POLICY = Policy(
    senders=("@example1.jp", "@example1.net", "@example3.jp", "@example4.jp", "@example5.jp", "@example6.jp",
             "@example9.jp", "@example.com", "@example.net"),
    owners=(Owner((Domain("example7.jp"),), ("info@example7.jp",), "ja", "forward"),),
)  # fmt: skip
PLACES = {place: place.value.capitalize() for place in Place}
SHOWN = ("example1.jp", "example.com")  # whose replies are printed in full: one in each language


async def show(folder: Path) -> Exit:
    """Mails in, replies out; then everything is told and written down for the eye."""
    samples = sorted((Path(str(files("triage.demo"))) / "mails").glob("*.eml"))
    with tempfile.TemporaryDirectory(prefix="triage-demo-") as temporary:
        work = Path(temporary)
        say(f"{len(samples)} sample mails, a Maildir as mailbox, a Maildir as outbox, and a simulated internet\n")
        entries = await _worked(standing(None), work, samples)
        letters = sorted((p for p in (work / "out").glob("*/*") if p.is_file()), key=lambda p: p.stat().st_mtime_ns)
        page = _written(letters, folder)
        terminal.print(_table(samples, entries))
        for letter in _both(letters):
            _print_letter(letter)
    say(f"{len(letters)} replies: {page.parent}/*.eml; all on one page, as their readers see them: {page}\n")
    say("the internet was simulated (triage/demo/world.toml), the clock was set to that day, and nothing was sent;")
    say("on the real one: triage check example.jp · triage explain mail.eml · as a service: config.example.toml")
    return Exit.DONE


async def _worked(stand: Standing, work: Path, samples: list[Path]) -> tuple[Entry, ...]:
    """What `triage once` does, twice: first when the mailbox is new and empty, then when the mails are there."""
    world = load_world(Path(str(files("triage.demo"))) / "world.toml")
    times = [world.now - timedelta(hours=2), world.now]
    maildir = work / "in"
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
    ledger = open_ledger(f"sqlite:///{work / 'triage.db'}")
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=terminal, transient=True) as progress:
        service = Service(
            mailboxes=(MaildirMailbox("demo", maildir, PLACES),),
            reader=a_reader(workers=2),
            probes=WorldProbes(world),
            outbox=MaildirOutbox(work / "out"),
            ledger=ledger,
            mail_room=MAIL_ROOM,
            providers=stand.rulebook.providers,
            wording=stand.wording,
            identity=IDENTITY,
            policy=replace(POLICY, locales=stand.rulebook.locales),
            clock=lambda: times[0],
            tell=partial(_show_step, progress, progress.add_task("", total=None)),
        )
        try:
            await service.round()
            for sample in samples:
                _deliver(sample, maildir / "new")
            times.pop(0)
            await service.round()
            return await ledger.entries()
        finally:
            await service.close()


def _deliver(sample: Path, new: Path) -> None:
    """As a local delivery agent does, with the time at which the mail arrived."""
    target = new / sample.name
    shutil.copyfile(sample, target)
    with target.open("rb") as stream:
        moment = parsedate_to_datetime(str(email.message_from_binary_file(stream)["Date"])).timestamp()
    os.utime(target, (moment, moment))


def _show_step(progress: Progress, task: object, step: Step) -> None:
    line = plain(f"{step.mail or ''} {step.step}: {step.words}")[: max(terminal.width - 4, 20)]
    progress.update(task, description=line)  # pyright: ignore[reportArgumentType]


# ---- telling


def _table(samples: list[Path], entries: tuple[Entry, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("mail", "understood as", "leading cause", "decision, and why"):
        table.add_column(column, overflow="fold")
    by_file = {entry.key.uid: entry for entry in entries}
    for sample in samples:
        entry = by_file[sample.name.partition(":")[0]]
        answer = f"{entry.decision} {', '.join(entry.to)}".strip()
        table.add_row(sample.stem, plain(entry.understood), plain(entry.leading), plain(f"{answer}: {entry.because}"))
    return table


def _both(letters: list[Path]) -> Iterator[Path]:
    for name in SHOWN:
        yield from [p for p in letters if f"@{name}" in str(_parsed(p)["To"])][:1]


def _print_letter(path: Path) -> None:
    mail = _parsed(path)
    say("\n" + "─" * 72)
    for header in ("From", "To", "Subject"):
        say(f"{header}: {plain(_header(mail, header))}")
    say("\n" + plain(_body(mail, "text/plain")).rstrip() + "\n")


def _written(letters: list[Path], folder: Path) -> Path:
    """The replies as files, and one page that shows them. An old demonstration's replies are replaced."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("reply-*.eml"):
            old.unlink()
        for number, letter in enumerate(letters, 1):
            shutil.copyfile(letter, folder / f"reply-{number:02}.eml")
        page = folder / "index.html"
        page.write_text(_page([_parsed(p) for p in letters]), encoding="utf-8")
    except OSError as error:
        hint = "choose another folder: triage demo --folder DIR"
        raise Permanent(f"{folder}: {(error.strerror or '').lower()}", hint) from error
    return page.resolve()


def _page(mails: list[Mail]) -> str:
    """Each reply in a frame of its own, so that nothing of one reaches another; phones get the whole width."""
    frames = "".join(
        f"<h2>{html.escape(_header(mail, 'Subject'))}</h2><p>{html.escape(_header(mail, 'To'))}</p>"
        f'<iframe sandbox style="height:{_height(mail)}rem" title="{html.escape(_header(mail, "Subject"))}"'
        f' srcdoc="{html.escape(_body(mail, "text/html"))}"></iframe>'
        for mail in mails
    )
    return (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>triage demo</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>'
        "body{font:16px/1.5 sans-serif;margin:1rem auto;max-width:52rem;padding:0 1rem;background:#f4f5f7;color:#222}"
        "h2{font-size:1rem;margin:2rem 0 0}p{margin:0 0 .5rem;color:#666}"
        "iframe{width:100%;border:1px solid #ccc;border-radius:8px;background:#fff}"
        "</style></head><body><h1>triage demo</h1>"
        f"<p>{len(mails)} replies, as their readers see them. The internet was simulated; nothing was sent.</p>"
        f"{frames}</body></html>"
    )


def _height(mail: Mail) -> int:
    """A frame cannot grow with what is in it, so it gets room for every line of the text, and some more."""
    return 10 + 2 * _body(mail, "text/plain").count("\n")


def _parsed(path: Path) -> Mail:
    return email.message_from_bytes(path.read_bytes())


def _header(mail: Mail, name: str) -> str:
    decoded = str(email.header.make_header(email.header.decode_header(str(mail[name] or ""))))
    return " ".join(decoded.split())


def _body(mail: Mail, type: str) -> str:
    part = next((p for p in mail.walk() if p.get_content_type() == type), None)
    payload = part.get_payload(decode=True) if part else b""
    return payload.decode("utf-8", "replace").replace("\r\n", "\n") if isinstance(payload, bytes) else ""
