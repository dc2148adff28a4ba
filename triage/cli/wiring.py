"""Settings → the nouns: mailboxes, outbox, probes, reader, ledger, and the service that they are handed to."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from triage.cli.standing import Standing, network_probes, utc_now
from triage.cli.voice import settings_matter
from triage.config import MailboxSection, OutboxSection, load_rules
from triage.decide import admit
from triage.health import Health, Pulse
from triage.ledger import open_ledger
from triage.mail import (
    ImapMailbox,
    MaildirMailbox,
    MaildirOutbox,
    OAuth,
    Signatures,
    SmtpOutbox,
    Tokens,
    announce,
    authenticate,
    compose,
    message_id_for,
    thread_of,
    writes_on_top,
)
from triage.model import (
    Decision,
    History,
    Identity,
    Permanent,
    Reading,
    Trouble,
)
from triage.ports import Clock, Mailbox, Outbox, Probes, Reader
from triage.reader import WorkerReader
from triage.recognize import recognize
from triage.service import MailRoom, Service, Step, say_nothing

IMAP_PORTS = {"implicit": 993, "starttls": 143, "none": 143}
SMTP_PORTS = {"implicit": 465, "starttls": 587, "none": 25}
Told = TypeVar("Told")
MAIL_ROOM = MailRoom(authenticate, writes_on_top, thread_of, message_id_for, compose, announce)


def would_answer(stand: Standing, reading: Reading) -> Decision:
    """What `admit` says of a mail that nothing else is known of; its own date counts as now."""
    message = reading.message
    now = message.date or utc_now()
    if stand.settings is None:
        vouched = authenticate(message, None)
        return admit(reading, now, vouched, Identity(""), stand.who_may_ask(), History(), now)
    identity = stand.settings.who_we_are()
    vouched = authenticate(message, identity)
    return admit(reading, now, vouched, identity, stand.who_may_ask(), History(), now)


def a_reader(folders: tuple[Path, ...] = (), workers: int = 1) -> Reader:
    return WorkerReader(partial(load_rules, folders), recognize, workers=workers)


def mailbox(section: MailboxSection) -> Mailbox:
    if section.kind == "maildir":
        return MaildirMailbox(section.name, _told(section.path), section.places, sent_folder=section.sent)
    return ImapMailbox(
        section.name,
        host=_told(section.host),
        port=section.port or IMAP_PORTS[section.tls],
        tls=section.tls,
        user=_told(section.user),
        password=section.password() or "",
        folder=section.folder,
        places=section.places,
        ca_file=section.ca_file,
        sent_folder=section.sent,
        tokens=tokens(section),
    )


def tokens(section: MailboxSection | OutboxSection) -> Tokens | None:
    """What logs in instead of a password, where the configuration says so."""
    own = section.oauth
    if own is None:
        return None
    return Tokens(OAuth(own.token_url, own.client_id, own.refresh_token_file, own.client_secret_file, own.mechanism))


def outbox(section: OutboxSection, identity: Identity) -> Outbox:
    if section.kind == "maildir":
        return MaildirOutbox(_told(section.path))
    return SmtpOutbox(
        host=_told(section.host),
        port=section.port or SMTP_PORTS[section.tls],
        tls=section.tls,
        user=section.user,
        password=section.password(),
        ca_file=section.ca_file,
        tokens=tokens(section),
        sender=identity.bounce or identity.address,
        tagged=identity.verp,
    )


def service(
    stand: Standing,
    *,
    probes: Probes | None = None,
    clock: Clock = utc_now,
    tell: Callable[[Step], None] = say_nothing,
) -> Service:
    """The service as config.toml wants it. Touches nothing yet, but for the password files."""
    settings = stand.settings
    if settings is None:
        raise Permanent("the service needs a configuration", "pass --config, or start from config.example.toml")
    with settings_matter():
        boxes, out = tuple(map(mailbox, settings.mailbox)), outbox(settings.outbox, settings.who_we_are())
    asked = probes or network_probes(settings)
    return Service(
        mailboxes=boxes,
        reader=a_reader(settings.rules.folders, workers=2),
        probes=asked,
        outbox=out,
        ledger=open_ledger(settings.ledger.url),
        mail_room=MAIL_ROOM,
        providers=stand.rulebook.providers,
        wording=stand.wording,
        identity=settings.who_we_are(),
        policy=stand.who_may_ask(),
        clock=clock,
        tell=tell,
        keep_days=settings.ledger.keep_days,
        vouching=Signatures(asked),
    )


def health(stand: Standing, works: Service, pulse: Pulse, tell: Callable[[Trouble], None]) -> Health:
    """Who looks after `works`, with its ledger and its outbox."""
    settings = _told(stand.settings)
    host, _, port = (settings.health.listen or "").rpartition(":")
    return Health(
        pulse=pulse,
        ledger=works.ledger,
        outbox=works.outbox,
        clock=works.clock,
        identity=works.identity,
        polls={m.name: float(m.poll_seconds) for m in settings.mailbox},
        tell=tell,
        listen=(host.strip("[]"), int(port)) if port else None,
        heartbeat_url=settings.health.heartbeat_url or "",
    )


def _told(value: Told | None) -> Told:
    """The settings were checked when they were read: what this kind of mailbox needs is there."""
    assert value is not None
    return value
