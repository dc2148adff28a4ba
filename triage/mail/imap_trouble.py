"""What goes wrong on an IMAP connection, as Temporary or Permanent, in words for a person."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError, ProtocolError

from triage.mail.token import Tokens
from triage.mail.transport import Tls, shown, wait_in
from triage.model import Permanent, Place, Temporary
from triage.ports import Clock

# What imapclient and imaplib raise when the line or the server's grammar breaks; after that the client is useless.
LOST = (
    OSError,
    IMAPClientAbortError,
    ProtocolError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
)

# RFC 5530. A NO without any of these is taken for a passing one.
PASSING = {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "OVERQUOTA", "EXPUNGEISSUED", "THROTTLED"}
_LASTING = {"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN", "NOPERM",
            "NONEXISTENT", "CANNOT"}  # fmt: skip
_WRITE_IT = "write the current password into the mailbox's password_file"
_SIGN_IN = "sign in again as that user for mail (IMAP), and write the new refresh token into refresh_token_file"
_HINTS = {
    "OVERQUOTA": "the mailbox is full: make room in it",
    "NOPERM": "let this user create folders and move mail",
    "PRIVACYREQUIRED": 'set tls to "implicit" or "starttls"',
    "EXPIRED": "set a new password for that user",
}


@dataclass(frozen=True, slots=True)
class Account:
    """Where to connect, as whom, and which folders are ours."""

    name: str
    host: str
    port: int
    tls: Tls
    user: str
    password: str = field(repr=False)
    folder: str
    places: Mapping[Place, str]
    sent_folder: str | None
    context: ssl.SSLContext
    clock: Clock
    timeout: float
    tokens: Tokens | None = field(default=None, repr=False)  # instead of the password

    @property
    def where(self) -> str:
        return f"imap {self.host}:{self.port}"


def trouble(account: Account, error: BaseException) -> Temporary | Permanent:
    """The error for a person: what, where, what to do; never with a password in it."""
    where = account.where
    if isinstance(error, ssl.SSLCertVerificationError):
        return Permanent(
            f"{where}: the server's certificate is not accepted ({shown(error.verify_message)})",
            "name the server as its certificate does, or set mailbox.ca_file to its authority",
        )
    if isinstance(error, ssl.SSLError):
        return Temporary(f"{where}: no TLS there", 'look at port and tls: 993 is "implicit", 143 "starttls"')
    if isinstance(error, TimeoutError):
        return Temporary(f"{where}: no answer in time", "look at host, port and the network")
    if isinstance(error, OSError):
        return Temporary(
            f"{where}: {shown(error.strerror or str(error)).lower()}", "look at host, port and the network"
        )
    if isinstance(error, IMAPClientAbortError) or not isinstance(error, IMAPClientError):
        return Temporary(f"{where}: the connection broke ({shown(words_of(error))})", wait=wait_in(str(error)))
    return _answered_no(account, error)


def _answered_no(account: Account, error: IMAPClientError) -> Temporary | Permanent:
    words, code = shown(words_of(error)), code_of(error)
    # BAD says that the command did not come through as it was sent, and nothing of who sent it.
    refused = isinstance(error, LoginError) and code not in PASSING and not is_bad(error)
    if refused and wait_in(words) is None:
        return Permanent(
            f"{account.where}: the server does not accept user and {_secret_of(account)} of {account.user} ({words})",
            _HINTS.get(code, _SIGN_IN if account.tokens else _WRITE_IT),
        )
    if code in _LASTING:
        return Permanent(f"{account.where}: the server refuses ({words})", _HINTS.get(code, ""))
    return Temporary(f"{account.where}: the server refuses for now ({words})", _HINTS.get(code, ""), wait_in(words))


def _secret_of(account: Account) -> str:
    return "token" if account.tokens else "password"


def is_bad(error: BaseException) -> bool:
    """BAD, not NO: the server did not understand, as where the line garbles (RFC 9051 section 7.1.3)."""
    return "command error: BAD" in str(error)


def code_of(error: BaseException) -> str:
    found = re.search(r"\[([A-Z-]+)", str(error))
    return found[1] if found else ""


def words_of(error: BaseException) -> str:
    """The server's own words, out of `select failed: b'…'`."""
    found = re.search(r"b(['\"])(.*)\1", str(error))
    return found[2] if found else str(error)
