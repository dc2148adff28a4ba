"""One mail that may be answered, and a way to say what is different about another."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from triage.config import load_wording
from triage.decide import Asked
from triage.model import (
    Address,
    Authentication,
    Event,
    Forwarded,
    Header,
    History,
    Identity,
    Message,
    Notice,
    Notices,
    Owner,
    Policy,
    Reading,
    Unrecognized,
)
from triage.names import Domain

NOW = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)
PERSON = "owner@example.jp"
US = Identity(
    "ssl@triage.example.net",
    bounce="bounce@triage.example.net",
    authserv_id="mx.triage.example.net",
    instance="ssl@triage.example.net",
    aliases=("ssl-team@company.example.net",),
)
LOCALES = load_wording().locales
POLICY = Policy(
    senders=(PERSON, "@agency.example.com"),
    owners=(Owner((Domain("example.com"),), ("boss@example.com", "web@example.com")),),
    locales=LOCALES,
)
HEADERS = (
    ("Return-Path", f"<{PERSON}>"),
    ("Delivered-To", US.address),
    ("Authentication-Results", "mx.triage.example.net; dmarc=pass header.from=example.jp"),
    ("Received", "from mail.example.jp by mx.triage.example.net (Postfix); Sat, 28 Nov 2026 11:02:35 +0900"),
    ("Date", "Sat, 28 Nov 2026 11:02:33 +0900"),
    ("From", f"Yamada <{PERSON}>"),
    ("To", US.address),
    ("Subject", "Fwd: SSL"),
    ("Message-ID", "<1@example.jp>"),
    ("Content-Type", "text/plain; charset=utf-8"),
)


def a_notice(*names: str, event: Event = Event.RENEWAL_FAILED, provider: str = "xserver") -> Notice:
    return Notice(
        provider, event, tuple(map(Domain, names or ("example.jp",))), expires=date(2026, 12, 28), language="ja"
    )


NOTICE = Notices((a_notice(),), "subject and body of xserver")
NOTHING_NEW = Unrecognized("not-a-notice", "nothing about a certificate")


@dataclass(frozen=True)
class Mail:
    """A mail as headers and a few facts. `add` puts lines on top, `drop` takes lines away."""

    headers: tuple[tuple[str, str], ...] = HEADERS
    outcome: Notices | Unrecognized = NOTICE
    forwarded: Forwarded | None = field(default_factory=lambda: Forwarded("inline"))
    text: str = "fyi"
    parts: tuple[str, ...] = ("text/plain",)
    sender: tuple[Address, ...] | None = None
    arrived: datetime = NOW
    vouched: str | None = "example.jp"
    policy: Policy = POLICY
    history: History = field(default_factory=History)
    identity: Identity = US
    now: datetime = NOW

    def add(self, *lines: tuple[str, str]) -> "Mail":
        return replace(self, headers=(*lines, *self.headers))

    def drop(self, *names: str) -> "Mail":
        gone = {name.lower() for name in names}
        return replace(self, headers=tuple(h for h in self.headers if h[0].lower() not in gone))

    def put(self, name: str, value: str) -> "Mail":
        return self.drop(name).add((name, value))

    def with_(self, **changes: object) -> "Mail":
        return replace(self, **changes)  # pyright: ignore[reportArgumentType]

    def from_(self, address: str) -> "Mail":
        """The same mail from somebody else, with everything else in order for that address."""
        return self.put("From", address).put("Return-Path", f"<{address}>").with_(vouched=address.rpartition("@")[2])

    @property
    def message(self) -> Message:
        lines = tuple(Header(name.lower(), value) for name, value in self.headers)
        first = {h.name: h.value for h in reversed(lines)}
        return Message(
            headers=lines,
            sender=self.sender if self.sender is not None else _addresses(first.get("from", "")),
            to=_addresses(first.get("to", "")),
            cc=_addresses(first.get("cc", "")),
            subject=first.get("subject", ""),
            date=_moment(first.get("date")),
            message_id=first.get("message-id"),
            text=self.text,
            parts=self.parts,
            forwarded=self.forwarded,
        )

    @property
    def asked(self) -> Asked:
        vouched = Authentication(self.vouched, "as the test says")
        reading = Reading(self.message, self.outcome)
        return Asked(reading, self.arrived, vouched, self.identity, self.policy, self.history, self.now)


def filtered(**changes: object) -> Mail:
    """A host's notice that the filter of a registered owner sent on to us."""
    mail = Mail(
        headers=(
            ("Return-Path", "<boss+caf_=ssl=triage.example.net@example.com>"),
            ("Delivered-To", US.address),
            ("X-Forwarded-To", US.address),
            ("X-Forwarded-For", f"boss@example.com {US.address}"),
            ("Date", "Sat, 28 Nov 2026 10:15:00 +0900"),
            ("From", "support@xserver.ne.jp"),
            ("To", "boss@example.com"),
            ("Subject", "SSL"),
            ("Message-ID", "<7@xserver.ne.jp>"),
            ("Auto-Submitted", "auto-generated"),
            ("Precedence", "bulk"),
        ),
        outcome=Notices((a_notice("example.com", "www.example.com"),), "xserver"),
        forwarded=Forwarded("automatic"),
        vouched="xserver.ne.jp",
    )
    return mail.with_(**changes)


def _addresses(value: str) -> tuple[Address, ...]:
    found = (part.strip() for part in value.split(",") if part.strip())
    return tuple(Address(None, part.rpartition("<")[2].rstrip(">")) for part in found)


def _moment(value: str | None) -> datetime | None:
    return datetime.strptime(value, "%a, %d %b %Y %H:%M:%S %z") if value else None
