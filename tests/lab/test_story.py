"""The whole story with real servers: a notice that a person forwards comes in by SMTP, and the answer goes back.

Everything runs in a namespace that looks like the internet: Postfix and Dovecot, the name servers and web servers that
the diagnosis asks, and `triage once` as a process of its own, which is killed at one exact line of its dialogue with
the mail servers and started again.
"""

import ctypes
import email.policy
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import TypeVar

import pytest

from tests.lab.faults import FaultProxy, Side, fault_proxy
from tests.lab.internet import ROOT, Internet, need_internet
from tests.lab.mail import PASSWORD, MailServers, free_ports, require_mail_servers
from triage.demo.world import world_of

T = TypeVar("T")

DESK = "ssl@desk.com"
WORLD = {
    "zones": {
        # The customer's domain: its name servers were moved to Cloudflare, and the record is proxied.
        "florist.jp": "@ NS ada.ns.cloudflare.com.\n@ NS bob.ns.cloudflare.com.\n@ A 104.21.3.7\n@ MX 10 @",
        "xsrv.jp": "@ NS ns1.xserver.jp.\nxs100001 A 85.131.208.11",
    },
    "server": [
        {
            "address": "104.21.3.7",
            "behavior": "status",
            "status": 404,
            "software": "cloudflare",
            "headers": {"cf-ray": "8e0f1a2b3c4d5e6f-NRT"},
            "certificate": {"issuer": "Google Trust Services WE1", "names": ["florist.jp"], "until": "+50 days"},
        },
        {"address": "85.131.208.11", "behavior": "website"},
    ],
}
NOTICE = """\
このメールが来たのですが、何をすればよいでしょうか。

---------- Forwarded message ---------
From: Xserver カスタマーサポート <support@xserver.ne.jp>
Date: {today:%Y}年{today:%m}月{today:%d}日 10:15
Subject: 【Xserver】■重要■ SSLサーバー証明書(florist.jp) 更新未完了のお知らせ
To: <tencho@florist.jp>


━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
【Xserver】■重要■ SSLサーバー証明書
(florist.jp) 更新未完了のお知らせ
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
サーバーID「xs100001」で利用中の下記SSLサーバー証明書に関し、
有効期限の延長をするための更新作業を行いましたが、
正常に完了することができませんでした。

────────────────────
■SSL更新情報
【SSLブランド】 : Let's Encrypt
【SSLプラン】 : SNI SSL(ネームベース)
【サーバーID】 : xs100001
【コモンネーム】: florist.jp
【サイトURL】 : https://florist.jp
【有効期限日】 : {end:%Y}年{end:%m}月{end:%d}日
────────────────────

更新できない理由としては、次のものが考えられます。
・ドメインが存在しない、または有効期限が切れている
・DNSの設定が別のサーバーを向いている
・サイト転送設定をしている
・アクセス制限をしている
・SSLサーバー証明書の発行元によるメンテナンス作業中
"""
CONFIG = """
[identity]
address = "{desk}"
name = "SSL 相談窓口"
bounce = "bounce@desk.com"
authserv_id = "mail.lab.example"
[[mailbox]]
name = "inbox"
host = "127.0.0.1"
port = {imap}
tls = "{tls}"
user = "{user}"
password_file = "password"
ca_file = "{mail_ca}"
[outbox]
host = "127.0.0.1"
port = {smtp}
tls = "{tls}"
{login}
ca_file = "{mail_ca}"
[policy]
senders = ["@florist.jp"]
caps = {{ per_address_hour = 100, per_address_day = 100, per_domain_day = 100, all_hour = 100, all_day = 100 }}
[probes]
ca_file = "{web_ca}"
rdap_bootstrap = "{rdap}"
[ledger]
url = "sqlite:///ledger.db"
"""
_numbers = itertools.count(1)


@dataclass
class Town:
    """The internet of the story, and the mail servers in it."""

    internet: Internet
    servers: MailServers

    def inside(self, do: Callable[[], T]) -> T:
        """In a thread that has joined the namespace."""
        done: list[T] = []

        def work() -> None:
            join(self.internet.name)
            done.append(do())

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return done[0]

    @contextmanager
    def proxy(self, port: str) -> Iterator[FaultProxy]:
        where = (self.servers.ip, self.servers.ports[port])
        with fault_proxy(where, enter=lambda: join(self.internet.name)) as proxy:
            yield proxy


def join(namespace: str) -> None:
    """This thread, and no other, moves into the namespace; os.setns comes with Python 3.12."""
    with open(f"/run/netns/{namespace}") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    need_internet()
    require_mail_servers()
    with ExitStack() as stack:
        internet = stack.enter_context(Internet(world_of(WORLD, datetime.now(UTC))))
        ports = dict(zip(MailServers.NAMES, free_ports(len(MailServers.NAMES)), strict=True))
        servers = MailServers(inside=("ip", "netns", "exec", internet.name), ports=ports)
        stack.callback(servers.remove)
        servers.start()
        yield Town(internet, servers)


class Story:
    """One desk with a mailbox and a ledger of its own, and one person who asks it."""

    def __init__(self, town: Town, folder: Path, imap: int, smtp: int, tls: str) -> None:
        number = next(_numbers)
        self.town, self.folder = town, folder
        self.desk, self.person = f"ssl{number}@desk.com", f"tencho{number}@florist.jp"
        login = f'user = "{self.desk}"\npassword_file = "password"' if tls != "none" else ""
        (folder / "password").write_text(PASSWORD)
        (folder / "config.toml").write_text(
            CONFIG.format(
                desk=self.desk, imap=imap, smtp=smtp, tls=tls, user=self.desk, login=login,
                mail_ca=town.servers.ca_file, web_ca=town.internet.ca_file, rdap=town.internet.rdap_bootstrap,
            )
        )  # fmt: skip

    def once(self, timeout: float = 60) -> "subprocess.CompletedProcess[str]":
        return self.town.internet.run(self.command, timeout=timeout)

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "triage", "once", "--config", str(self.folder / "config.toml")]

    def started(self, what: str = "once") -> "subprocess.Popen[bytes]":
        command = ["ip", "netns", "exec", self.town.internet.name, *self.command]
        command[command.index("once")] = what
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, start_new_session=True)

    def ask(self, sender: str = "", vouched: str = "") -> EmailMessage:
        """The person forwards the host's notice, as Gmail would. `vouched` is in the mail before it comes to us."""
        now = datetime.now(UTC)
        mail = EmailMessage(policy=email.policy.SMTP)
        if vouched:
            mail["Authentication-Results"] = vouched
        mail["Date"] = format_datetime(now)
        mail["From"] = f"花屋 店長 <{self.person}>"
        mail["To"] = self.desk
        mail["Subject"] = "Fwd: 【Xserver】■重要■ SSLサーバー証明書(florist.jp) 更新未完了のお知らせ"
        mail["Message-ID"] = f"<CAK{next(_numbers)}x@mail.gmail.com>"
        mail.set_content(NOTICE.format(today=now, end=now + timedelta(days=20)), cte="base64")
        servers = self.town.servers
        self.town.inside(lambda: servers.submit(sender or self.person, self.desk, mail.as_bytes()))
        assert len(servers.wait_for_mail(self.desk)) == 1
        return mail

    def answers(self, count: int = 1, seconds: float = 3) -> list[EmailMessage]:
        found = self.town.servers.wait_for_mail(self.person, count, seconds)
        return [email.message_from_bytes(m.as_bytes(), policy=email.policy.default) for m in found]  # type: ignore[misc]

    def filed(self) -> dict[str, int]:
        folders = ("", "Answered", "Held", "Dropped", "Aside")
        return {f: n for f in folders if (n := len(self.town.servers.mails(self.desk, f)))}


def test_a_forwarded_notice_is_answered_once_beside_the_question(town: Town, tmp_path: Path) -> None:
    story = Story(town, tmp_path, town.servers.ports["imaps"], town.servers.ports["submissions"], "implicit")
    question = story.ask()
    first = story.once()
    assert (first.returncode, story.filed()) == (0, {"Answered": 1}), first.stderr
    (answer,) = story.answers()
    assert answer["In-Reply-To"] == answer["References"] == question["Message-ID"]
    assert answer["Subject"] == "Re: 【Xserver】■重要■ SSLサーバー証明書(florist.jp) 更新未完了のお知らせ"
    assert (answer["To"], answer["Auto-Submitted"]) == (story.person, "auto-replied")
    assert answer["Return-Path"] == "<bounce@desk.com>"
    text = answer.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Cloudflare" in text
    assert "florist.jp" in text
    again = story.once()
    assert (again.returncode, len(story.answers(2, 0.5)), story.filed()) == (0, 1, {"Answered": 1})


def test_a_forged_question_gets_no_answer(town: Town, tmp_path: Path) -> None:
    story = Story(town, tmp_path, town.servers.ports["imap"], town.servers.ports["submission"], "starttls")
    story.ask(sender="forged@florist.jp")
    assert story.once().returncode == 0
    assert (story.answers(1, 0.5), story.filed()) == ([], {"Held": 1})
    # Our server's word, which it did not say: once it has been seen where it writes, nothing below is its own.
    story.ask("unchecked@florist.jp", vouched="mail.lab.example; dmarc=pass header.from=florist.jp")
    assert story.once().returncode == 0
    assert (story.answers(1, 0.5), story.filed()) == ([], {"Held": 2})


def test_run_answers_what_arrives_while_it_runs_and_stops_on_request(town: Town, tmp_path: Path) -> None:
    story = Story(town, tmp_path, town.servers.ports["imaps"], town.servers.ports["submissions"], "implicit")
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace('name = "inbox"', 'name = "inbox"\npoll_seconds = 5'))
    service = story.started("run")
    try:
        story.ask()
        assert len(story.answers(1, 40)) == 1, (tmp_path / "log").read_text()
        service.send_signal(signal.SIGTERM)
        assert service.wait(20) == 0, (tmp_path / "log").read_text()
    finally:
        end(service)
    assert story.filed() == {"Answered": 1}


# Where the process is killed: a dialogue, whose line, and how many answers there may then be. Two only where SMTP
# leaves no choice: the server had the whole letter, and we never read what it said.
MOMENTS = {
    "before the mail is read": ("imap", "client", "UID FETCH", 1),
    "before the SMTP greeting": ("smtp", "server", "^220", 1),
    "before the envelope": ("smtp", "client", "^MAIL", 1),
    "before the letter": ("smtp", "client", "^DATA", 1),
    "within the letter": ("smtp", "client", "^Subject:", 1),
    "before the dot": ("smtp", "client", r"^\.$", 2),
    "before the server's yes is read": ("smtp", "server", "^250.*queued", 2),
    "before the move": ("imap", "client", "UID MOVE", 1),
    "before the server's yes to the move is read": ("imap", "server", "OK.*Move completed", 1),
}


@pytest.mark.parametrize(("dialogue", "side", "line", "most"), MOMENTS.values(), ids=MOMENTS)
def test_killed_and_started_again(town: Town, tmp_path: Path, dialogue: str, side: Side, line: str, most: int) -> None:
    with town.proxy("imap") as imap, town.proxy("smtp") as smtp:
        story = Story(town, tmp_path, imap.port, smtp.port, "none")
        question = story.ask()
        proxy = imap if dialogue == "imap" else smtp
        service: list[subprocess.Popen[bytes]] = []
        proxy.add(side, line, "pass and cut", call=lambda: os.kill(service[0].pid, signal.SIGKILL))
        service.append(story.started())
        try:
            assert service[0].wait(60) == -signal.SIGKILL, (tmp_path / "log").read_text()
        finally:
            end(service[0])
        restarted = story.once()
        assert (restarted.returncode, story.filed()) == (0, {"Answered": 1}), restarted.stderr
        answers = story.answers(most, 1.0)
    assert 1 <= len(answers) <= most
    assert len({answer["Message-ID"] for answer in answers}) == 1
    assert {answer["In-Reply-To"] for answer in answers} == {question["Message-ID"]}


def end(process: "subprocess.Popen[bytes]") -> None:
    """With the workers that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
