"""The service in a folder with the real reading: mails come in as octets, and nothing of what they say is given."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from tests.decide.build import NOW, POLICY, US
from tests.service.house import MAIL_ROOM, PLACES, Mute, wording
from triage.config import load_rules
from triage.ledger import open_ledger
from triage.mail import MaildirMailbox
from triage.model import Identity, Letter, Policy, Reading, Rulebook
from triage.ports import Probes
from triage.recognize import recognize
from triage.service import Service, Step
from triage.unwrap import unwrap

OURS = f"Return-Path: <{{path}}>\r\nDelivered-To: {US.address}\r\n"
HAND = "Received: from mail.example.jp by mx.triage.example.net (Postfix); {date}\r\n"
NOTICE = (
    "fyi\r\n\r\n-------- Forwarded Message --------\r\n"
    "Subject: 【Xserver】■重要■ SSLサーバー証明書(example.jp) 更新未完了のお知らせ\r\n"
    "Date: Sat, 28 Nov 2026 10:15:02 +0900\r\nFrom: Xserver <support@xserver.ne.jp>\r\nTo: owner@example.jp\r\n\r\n"
    "更新作業を行いましたが、正常に完了することができませんでした。\r\n【コモンネーム】: example.jp\r\n"
)


@cache
def rules() -> Rulebook:
    return load_rules()


class HereReader:
    """What a worker does, in this process: the limits of a worker are tested with the workers."""

    async def read(self, raw: bytes) -> Reading:
        message = unwrap(raw)
        return Reading(message, recognize(message, rules()))

    async def close(self) -> None: ...


@dataclass
class Kept:
    """An outbox that takes every letter."""

    letters: list[Letter] = field(default_factory=list[Letter])

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)

    async def check(self) -> None: ...

    async def close(self) -> None: ...


@dataclass
class RealHouse:
    folder: Path
    policy: Policy = POLICY
    identity: Identity = US
    now: datetime = NOW
    probes: Probes = field(default_factory=Mute)
    outbox: Kept = field(default_factory=Kept)
    steps: list[Step] = field(default_factory=list[Step])
    count: int = 0
    url: str = ""  # of the ledger; in memory where nothing is started anew, since each commit waits for the disk

    def service(self) -> Service:
        return Service(
            mailboxes=(MaildirMailbox("inbox", self.inbox, PLACES),),
            reader=HereReader(),
            probes=self.probes,
            outbox=self.outbox,
            ledger=open_ledger(self.url or f"sqlite:///{self.folder}/triage.db"),
            mail_room=MAIL_ROOM,
            providers=rules().providers,
            wording=wording(),
            identity=self.identity,
            policy=self.policy,
            clock=lambda: self.now,
            tell=self.steps.append,
        )

    @property
    def inbox(self) -> Path:
        for sub in ("new", "cur", "tmp"):
            (self.folder / "inbox" / sub).mkdir(parents=True, exist_ok=True)
        return self.folder / "inbox"

    @property
    def letters(self) -> list[Letter]:
        return self.outbox.letters

    def receives(self, raw: bytes | str) -> None:
        self.count += 1
        path = self.inbox / "new" / f"{self.count:06}.mail"
        path.write_bytes(raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass"))
        os.utime(path, (self.now.timestamp(), self.now.timestamp()))

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


def a_mail(
    sender: str = "owner@example.jp",
    body: str = NOTICE,
    *,
    vouched: str = "example.jp",
    line: str | None = None,
    subject: str = "Fwd: SSL",
    path: str = "",
    more: Iterable[str] = (),
    now: datetime = NOW,
    number: int = 1,
) -> str:
    """A mail as our own server delivers it: all in order for `sender`, unless the test says otherwise."""
    date = now.strftime("%a, %d %b %Y %H:%M:%S +0000")
    proven = f"Authentication-Results: {US.authserv_id}; dmarc=pass header.from={vouched}\r\n" if vouched else ""
    lines = [
        OURS.format(path=path or sender) + proven + HAND.format(date=date),
        f"Date: {date}\r\nFrom: {sender if line is None else line}\r\nTo: {US.address}\r\nSubject: {subject}\r\n",
        f"Message-ID: <{number}@example.jp>\r\nMIME-Version: 1.0\r\n",
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n",
        *(f"{line}\r\n" for line in more),
        f"\r\n{body}",
    ]
    return "".join(lines)
