"""Real Dovecot and Postfix for the tests: private configuration, loopback, ports of their own, ended by pid.

Postfix takes mail for any address on earth and hands it to Dovecot by LMTP; it has no SMTP client, so nothing can
leave. Port 25 vouches for each sender but forged@ and unchecked@ in an Authentication-Results header of
mail.lab.example. Recipients whose names begin with 550, 450, 421, or 571 are refused like that, and 552@ and 451@ as
senders after DATA.
"""

import email
import os
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path

import pytest
import trustme

POSTFIX = "/usr/lib/postfix/sbin/master"
PASSWORD = "open-sesame"  # of everybody
# More ways to write 127.0.0.1: Dovecot has a bad certificate for each of the first two, and none for the third.
EXPIRED, ALONE, OTHER_HOST = "127.1", "127.0.1", "0x7f.1"


def missing() -> str | None:
    """What has to be installed or allowed before these servers can run, in one line."""
    wanted = {"dovecot": "dovecot-imapd dovecot-lmtpd", POSTFIX: "postfix"}
    packages = [package for program, package in wanted.items() if not shutil.which(program, path=_PATH)]
    if packages:
        return "real mail servers are not installed: apt-get install " + " ".join(packages)
    return None if os.geteuid() == 0 else "real mail servers need root: their parts run as users of their own"


_PATH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postfix/sbin"


def require_mail_servers() -> None:
    because = missing()
    if because and os.environ.get("CI") == "true":
        pytest.fail(because)
    if because:
        pytest.skip(because)


@pytest.fixture(scope="session")
def mail_servers() -> Iterator["MailServers"]:
    """One Dovecot and one Postfix for each process that runs tests. Give each test an address of its own."""
    require_mail_servers()
    servers = MailServers()
    try:
        servers.start()
        yield servers
    finally:
        servers.remove()


class MailServers:
    """Dovecot (IMAP, IMAPS, LMTP, SASL) and Postfix (SMTP, submission with STARTTLS, submissions)."""

    NAMES = ("imap", "imaps", "lmtp", "sasl", "smtp", "submission", "submissions", "token", "expired", "alone")

    def __init__(
        self, *, inside: tuple[str, ...] = (), ip: str = "127.0.0.1", ports: dict[str, int] | None = None
    ) -> None:
        # Not pytest's folder: that is closed to the servers' users, and a socket's name has at most 108 octets.
        self.root = Path(tempfile.mkdtemp(prefix="mail-"))
        self.root.chmod(0o755)
        self.ip = ip
        self.ports = ports or dict(zip(self.NAMES, free_ports(len(self.NAMES)), strict=True))
        self._inside = inside  # what stands before a command to run it in a network namespace
        self._running: dict[str, Running] = {}
        self.ca_file = self.root / "ca.pem"
        self._certificates()

    # ---- life

    def start(self) -> None:
        self.start_imap()
        self.start_smtp()

    def start_imap(self) -> None:
        (self.root / "dovecot/master.pid").unlink(missing_ok=True)  # left by a kill, and taken for a living server
        self._write("dovecot.conf", DOVECOT)
        self._write("oauth.conf", OAUTH)
        mail = self.root / "mail"
        mail.mkdir(exist_ok=True)
        shutil.chown(mail, "mail", "mail")
        self._run("imap", ["dovecot", "-F", "-c", str(self.root / "dovecot.conf")], ("imap", "imaps", "lmtp", "sasl"))

    def start_smtp(self) -> None:
        for name, text in POSTFIX_FILES.items():
            self._write("postfix/" + name, text)
        for folder in ("spool", "state"):
            (self.root / folder).mkdir(exist_ok=True)
        shutil.chown(self.root / "state", "postfix")
        for file in (self.root / "postfix").iterdir():
            os.utime(file, (0, 0))  # Postfix waits until a file that it reads is 2 s old
        settings = str(self.root / "postfix")
        subprocess.run([*self._inside, "postfix", "-c", settings, "check"], check=True, capture_output=True)
        self._run("smtp", [POSTFIX, "-d", "-c", settings], ("smtp", "submission", "submissions"))

    def kill(self, name: str) -> None:
        """A crash of `imap` or `smtp`, children too."""
        self._running.pop(name).kill()

    def end(self) -> None:
        for running in self._running.values():
            running.kill()

    def remove(self) -> None:
        self.end()
        shutil.rmtree(self.root, ignore_errors=True)

    # ---- people and their mail

    def maildir(self, address: str, folder: str = "") -> Path:
        return self.root / "mail" / address / "Maildir" / ("." + folder.replace("/", ".") if folder else "")

    def deliver(self, address: str, raw: bytes) -> None:
        """Straight into the mailbox, without SMTP."""
        new = self.maildir(address) / "new"
        for part in ("tmp", "cur", "new"):
            (new.parent / part).mkdir(parents=True, exist_ok=True)
        for folder in (new.parent.parent, new.parent, *new.parent.iterdir()):
            shutil.chown(folder, "mail", "mail")
        waiting = new.parent / "tmp" / f"{time.time_ns()}.M{os.getpid()}.test"
        waiting.write_bytes(raw.replace(b"\r\n", b"\n"))
        shutil.chown(waiting, "mail", "mail")
        waiting.rename(new / waiting.name)

    def submit(self, sender: str, to: str, raw: bytes) -> None:
        """As a person's mail program would, to port 25."""
        with smtplib.SMTP(self.ip, self.ports["smtp"], timeout=20) as smtp:
            smtp.sendmail(sender, [to], raw)

    def mails(self, address: str, folder: str = "") -> list[Message]:
        files = sorted(f for part in ("new", "cur") for f in (self.maildir(address, folder) / part).glob("*"))
        return [email.message_from_bytes(f.read_bytes()) for f in files]

    def wait_for_mail(self, address: str, count: int = 1, seconds: float = 10) -> list[Message]:
        end = time.monotonic() + seconds
        while len(found := self.mails(address)) < count and time.monotonic() < end:
            time.sleep(0.02)
        return found

    def doveadm(self, *arguments: str) -> str:
        command = [*self._inside, "doveadm", "-c", str(self.root / "dovecot.conf"), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    # ---- inside

    def _certificates(self) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_file))
        own = authority.issue_cert("localhost", "mail.lab.example", self.ip)
        own.private_key_pem.write_to_path(str(self.root / "key.pem"))
        own.cert_chain_pems[0].write_to_path(str(self.root / "cert.pem"))
        expired = authority.issue_cert(EXPIRED, self.ip, not_after=datetime.now(UTC) - timedelta(days=1))
        expired.private_key_and_cert_chain_pem.write_to_path(str(self.root / "expired.pem"))
        alone = str(self.root / "alone.pem")
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=alone"
        names = f"subjectAltName=DNS:{ALONE},IP:{self.ip}"
        subprocess.run(
            [*command.split(), "-addext", names, "-keyout", alone, "-out", alone], check=True, capture_output=True
        )

    def _write(self, name: str, text: str) -> None:
        ports = {port.upper(): str(number) for port, number in self.ports.items()}
        for key, value in {"TOKEN": "1", "ROOT": str(self.root), "IP": self.ip, "PASSWORD": PASSWORD, **ports}.items():
            text = text.replace("{" + key + "}", value)
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def _run(self, name: str, command: list[str], ports: tuple[str, ...]) -> None:
        log = self.root / f"{name}.out"
        running = Running([*self._inside, *command], log)
        self._running[name] = running
        running.wait(lambda: all(_listens(self.ip, self.ports[p], self._inside) for p in ports))


class Running:
    """A server with its children, known as a process group."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=log.parent, start_new_session=True
            )

    def wait(self, ready: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not ready():
            if self._process.poll() is not None or time.monotonic() > end:
                self.kill()
                raise RuntimeError("the server did not start:\n" + self._log.read_text()[-2000:])
            time.sleep(0.01)

    def kill(self) -> None:
        # A master's children outlive it by many seconds, and would keep the ports.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        end = time.monotonic() + 5
        while _members(self._process.pid) and time.monotonic() < end:
            time.sleep(0.005)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on. Held together until all are found, so that they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def _listens(ip: str, port: int, inside: tuple[str, ...]) -> bool:
    if inside:
        listening = subprocess.run([*inside, "ss", "-Htln", f"sport = :{port}"], capture_output=True, text=True)
        return bool(listening.stdout.strip())
    try:
        socket.create_connection((ip, port), 1).close()
    except OSError:
        return False
    return True


def _members(group: int) -> list[str]:
    """The live processes of a group; a zombie is as good as gone."""
    found: list[str] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if its_group == str(group) and state != "Z":
            found.append(stat.parent.name)
    return found


DOVECOT = """
base_dir = {ROOT}/dovecot
instance_name = {ROOT}
hostname = mail.lab.example
protocols = imap lmtp
listen = {IP}
log_path = {ROOT}/dovecot.log
ssl = yes
ssl_cert = <{ROOT}/cert.pem
ssl_key = <{ROOT}/key.pem
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
first_valid_uid = 1
mail_fsync = never
mail_location = maildir:~/Maildir
passdb {
  driver = static
  args = password={PASSWORD}
  mechanisms = plain login
}
passdb {
  driver = oauth2
  args = {ROOT}/oauth.conf
  mechanisms = xoauth2 oauthbearer
}
userdb {
  driver = static
  args = uid=mail gid=mail home={ROOT}/mail/%u allow_all_users=yes
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    special_use = \\Sent
  }
}
protocol lmtp {
  postmaster_address = postmaster@lab.example
}
local_name 127.1 {
  ssl_cert = <{ROOT}/expired.pem
  ssl_key = <{ROOT}/expired.pem
}
local_name 127.0.1 {
  ssl_cert = <{ROOT}/alone.pem
  ssl_key = <{ROOT}/alone.pem
}
# A place of its own with room for one mail.
namespace full {
  prefix = Full/
  separator = /
  location = maildir:~/Full
}
mail_plugins = quota
protocol imap {
  mail_plugins = quota imap_quota
}
plugin {
  quota = maildir:Full:ns=Full/
  quota_rule = *:messages=1
}
service imap-login {
  inet_listener imap {
    port = {IMAP}
  }
  inet_listener imaps {
    port = {IMAPS}
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    port = {LMTP}
  }
}
service auth {
  inet_listener {
    port = {SASL}
  }
}
# Without this one wrong password delays every login from the same address for 15 s.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
"""

# `tests.lab.tokens` answers at that port, where a test has started it.
OAUTH = """
introspection_mode = post
introspection_url = http://{IP}:{TOKEN}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""

POSTFIX_FILES = {
    "main.cf": """
compatibility_level = 3.6
queue_directory = {ROOT}/spool
data_directory = {ROOT}/state
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {ROOT}/postfix.log
maillog_file_prefixes = {ROOT}
myhostname = mail.lab.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = all
inet_protocols = ipv4
alias_maps =
alias_database =
biff = no
smtpd_peername_lookup = no
default_transport = lmtp:inet:{IP}:{LMTP}
transport_maps =
smtpd_reject_unlisted_recipient = no
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access regexp:{ROOT}/postfix/recipients
smtpd_end_of_data_restrictions = check_sender_access regexp:{ROOT}/postfix/senders
smtpd_tls_security_level = may
smtpd_tls_cert_file = {ROOT}/cert.pem
smtpd_tls_key_file = {ROOT}/key.pem
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{IP}:{SASL}
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
minimal_backoff_time = 5s
maximal_backoff_time = 10s
queue_run_delay = 5s
message_size_limit = 200000
""",
    "recipients": """
/^550[+@]/ 550 5.1.1 No such user here
/^571[+@]/ 554 5.7.1 Relay access denied
/^450[+@]/ 450 4.7.1 Greylisted, try again in 300 seconds
/^421[+@]/ 421 4.3.2 Service shutting down
""",
    # What a milter for DKIM, SPF and DMARC would write; here every sender is who he says he is, but for forged@. The
    # milter is down for unchecked@.
    "vouched": """
/^unchecked@/ DUNNO
/^forged@(.+)$/ PREPEND Authentication-Results: mail.lab.example; dmarc=fail header.from=$1
/@(.+)$/ PREPEND Authentication-Results: mail.lab.example; dmarc=pass header.from=$1
""",
    "senders": """
/^552[+@]/ 552 5.3.4 Message too big
/^451[+@]/ 451 4.3.0 Try later
""",
    "master.cf": """
{IP}:{SMTP} inet n - n - - smtpd
  -o smtpd_sender_restrictions=check_sender_access,regexp:{ROOT}/postfix/vouched
{IP}:{SUBMISSION} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
{IP}:{SUBMISSIONS} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
{IP}:{EXPIRED} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_tls_chain_files={ROOT}/expired.pem
{IP}:{ALONE} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_tls_chain_files={ROOT}/alone.pem
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
""",
}
