"""One IMAP connection from login to loss, for the one thread that owns it: folders, UIDs and bytes."""

import imaplib
import socket
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import (
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
)

from triage.mail.imap_trouble import LOST, PASSING, Account, code_of, is_bad, words_of
from triage.mail.token import Tokens
from triage.mail.transport import shown, wait_in
from triage.model import Arrival, Listed, MailKey, Permanent, Place

IN_ONE_FETCH = 500  # mails whose sizes are asked in one command
SLACK = 1_048_576  # octets that an answer may have beside the mail that was asked for


class Session:
    """A connection that is logged in. Every method may raise what LOST names, IMAPClientError, or Trouble."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = _open(account)
        self._selected: tuple[str, int] | None = None  # folder, UIDVALIDITY
        self._made: set[str] = set()
        self._prefix, self._separator = self._namespace()

    def listed(self) -> tuple[Listed, ...]:
        validity = self._select(self._account.folder)
        # Without UIDPLUS a mail that was moved stays behind, flagged.
        uids = sorted(self._client.search("UNDELETED"))
        sizes: dict[int, int] = {}
        for start in range(0, len(uids), IN_ONE_FETCH):
            for uid, items in self._client.fetch(uids[start : start + IN_ONE_FETCH], [b"RFC822.SIZE"]).items():
                if isinstance(size := items.get(b"RFC822.SIZE"), int):
                    sizes[uid] = size
        name, folder = self._account.name, self._account.folder
        return tuple(Listed(MailKey(name, folder, validity, str(uid)), sizes[uid]) for uid in uids if uid in sizes)

    def fetch(self, mail: MailKey, limit: int) -> Arrival | None:
        if not self._is_there(mail):
            return None
        # One more octet than we take tells whether there is more: the server's own figure may be wrong.
        asked = [f"BODY.PEEK[]<0.{limit + 1}>".encode(), b"INTERNALDATE"]
        with self._room_for(limit + SLACK):
            items = self._client.fetch([int(mail.uid)], asked).get(int(mail.uid), {})
        raw = items.get(b"BODY[]<0>", items.get(b"BODY[]"))
        if not isinstance(raw, bytes):
            return None
        arrived = items.get(b"INTERNALDATE")
        moment = arrived if isinstance(arrived, datetime) and arrived.tzinfo else self._account.clock()
        return Arrival(mail, raw[:limit], moment.astimezone(UTC), cut=len(raw) > limit)

    def file(self, mail: MailKey, place: Place) -> None:
        if not self._is_there(mail):
            return
        folder = self._own_name(self._account.places[place])
        self._make(folder)
        try:
            self._move(int(mail.uid), folder)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            if (
                code_of(error) == "EXPUNGEISSUED"
            ):  # somebody else took it away meanwhile; a new view of the folder shows it
                self._select(mail.folder)
                if self._is_there(mail):
                    self._move(int(mail.uid), folder)
                return
            if "TRYCREATE" not in str(error).upper():
                raise
            self._made.discard(folder)  # somebody removed the folder meanwhile
            self._make(folder)
            self._move(int(mail.uid), folder)

    def check(self) -> None:
        """Only a folder that opens for writing takes mails; nothing is moved to find out."""
        self._select(self._account.folder)
        for configured in self._account.places.values():
            folder = self._own_name(configured)
            self._make(folder)
            self._select(folder)

    def has_sent(self, message_id: str) -> bool | None:
        folder = self._account.sent_folder or self._special_use_sent()
        if folder is None or not self._client.folder_exists(folder):
            return None
        self._selected = None
        self._client.select_folder(folder, readonly=True)
        return bool(self._search("HEADER", "Message-ID", message_id))

    # ---- listening

    @property
    def can_idle(self) -> bool:
        return self._client.has_capability("IDLE")

    def next_uid(self) -> int:
        """Opens the folder without the right to change it; the UID that the next mail will get, or their number."""
        self._selected = None
        answer = self._client.select_folder(self._account.folder.replace("/", self._separator), readonly=True)
        return int(answer.get(b"UIDNEXT", answer.get(b"EXISTS", 0)))

    def idle(self, seconds: float) -> bool:
        """Did the server say within `seconds` that mail has come? Call `next_uid` first."""
        self._client.idle()
        begun = time.monotonic()
        events = self._client.idle_check(timeout=seconds)
        # On a dead line imapclient answers "nothing" at once, and would for ever.
        if not events and time.monotonic() - begun < seconds / 2:
            raise OSError("the connection is dead")
        if any(event[0] == b"BYE" for event in events):
            raise OSError("the server said goodbye")
        # An EXISTS that came together with the continuation lies in a buffer, and is only seen now.
        late = self._client.idle_done()[1]
        return any(len(event) > 1 and event[1] == b"EXISTS" for event in (*events, *(late or ())))

    def logout(self) -> None:
        self._client.socket().settimeout(2)
        self._client.logout()

    def cut(self) -> None:
        """Ends whatever waits on this connection at once; the only method that another thread may call."""
        with suppress(OSError):
            self._client.socket().shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        with suppress(*LOST):
            self._client.shutdown()

    # ---- folders

    def _search(self, *criteria: str) -> list[int]:
        search: Any = self._client.search  # its type says str, its documentation lists too
        return search(list(criteria))

    def _select(self, folder: str) -> int:
        """Always asks again: only SELECT tells whether the UIDs still mean what they meant."""
        self._selected = None
        try:
            answer = self._client.select_folder(folder.replace("/", self._separator))
        except IMAPClientReadOnlyError as error:
            raise Permanent(
                f"{self._account.where}: folder {folder} is read-only for {self._account.user}",
                "mails that are done with are moved out of it: give this user the right to do so",
            ) from error
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            if code_of(error) in PASSING or is_bad(error) or wait_in(str(error)) is not None:
                raise
            raise Permanent(
                f"{self._account.where}: folder {folder} cannot be opened ({shown(words_of(error))})",
                "look at mailbox.folder: names are as the server lists them",
            ) from error
        validity = int(answer[b"UIDVALIDITY"])
        self._selected = (folder, validity)
        return validity

    def _is_there(self, mail: MailKey) -> bool:
        """The key still means a mail: after a change of UIDVALIDITY its UID may be another's."""
        if self._selected is None or self._selected[0] != mail.folder:
            self._select(mail.folder)
        return self._selected == (mail.folder, mail.uidvalidity)

    def _namespace(self) -> tuple[str, str]:
        """Prefix and separator of our own folders; `INBOX.` and `.` with some servers."""
        if self._client.has_capability("NAMESPACE"):
            personal = self._client.namespace().personal
            if personal:
                return personal[0][0] or "", personal[0][1] or "/"
        listed = self._client.list_folders("", "")
        separator = listed[0][1] if listed else None
        return "", separator.decode() if separator else "/"

    def _own_name(self, configured: str) -> str:
        name = configured.replace("/", self._separator)
        return name if name.startswith(self._prefix) else self._prefix + name

    def _make(self, folder: str) -> None:
        if folder in self._made:
            return
        if not self._client.folder_exists(folder):
            try:
                self._client.create_folder(folder)
            except IMAPClientAbortError:
                raise
            except IMAPClientError as error:
                if code_of(error) != "ALREADYEXISTS":
                    raise
            # Not subscribed, many mail programs would not show it; nothing else depends on that.
            with suppress(imaplib.IMAP4.error):
                self._client.subscribe_folder(folder)
        self._made.add(folder)

    def _special_use_sent(self) -> str | None:
        if not self._client.has_capability("SPECIAL-USE"):
            return None
        return next((name for flags, _, name in self._client.list_folders() if b"\\Sent" in flags), None)

    def _move(self, uid: int, folder: str) -> None:
        if self._client.has_capability("MOVE"):
            self._client.move([uid], folder)
            return
        if uid not in self._search("UID", str(uid), "UNDELETED"):
            return
        self._client.copy([uid], folder)
        self._client.add_flags([uid], [b"\\Deleted"], silent=True)
        # A plain EXPUNGE would also remove what other programs have flagged.
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge([uid])

    @contextmanager
    def _room_for(self, octets: int) -> Generator[None]:
        """imaplib believes a literal of any size; here it may not outgrow what was asked for."""
        imap: Any = self._client._imap  # pyright: ignore[reportPrivateUsage]
        read: Callable[[int], bytes] = imap.read

        def bounded(size: int) -> bytes:
            if size > octets:
                raise OSError(f"the server announced {size} octets where {octets} were asked for")
            return read(size)

        imap.read = bounded
        try:
            yield
        finally:
            del imap.read


# ---- connecting


def _open(account: Account) -> IMAPClient:
    timeout: Any = SocketTimeout(min(account.timeout, 10), account.timeout)
    implicit = account.tls == "implicit"
    context = account.context if implicit else None
    client = IMAPClient(account.host, account.port, ssl=implicit, ssl_context=context, timeout=timeout)
    try:
        _tune(client)
        if account.tls == "starttls":
            _start_tls(client, account)
        _log_in(client, account)
    except BaseException:
        with suppress(*LOST):
            client.shutdown()
        raise
    return client


def _tune(client: IMAPClient) -> None:
    client.normalise_times = False  # else INTERNALDATE comes naive, in this machine's zone
    # imapclient turns debugging on and formats every line, passwords too; without it reading is three times faster.
    client._imap.debug = 0  # pyright: ignore[reportPrivateUsage]
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _start_tls(client: IMAPClient, account: Account) -> None:
    # PREAUTH in clear would make us skip STARTTLS (RFC 9051 section 11.3).
    greeted_in = client._imap.state  # pyright: ignore[reportPrivateUsage]
    if greeted_in != "NONAUTH" or not client.has_capability("STARTTLS"):
        raise Permanent(
            f"{account.where}: the server does not offer STARTTLS, so no password was sent",
            'set tls = "implicit" and its port if the server has one; else somebody on the way removes the offer',
        )
    client.starttls(account.context)
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _show_token(client: IMAPClient, user: str, tokens: Tokens) -> None:
    """A token may be refused before its time; then one that was drawn just now is tried, and no third."""
    token = tokens.token()
    try:
        _authenticate(client, tokens.mechanism, tokens.initial(user, token))
    except LoginError as error:
        tokens.refused(token)
        if isinstance(error.__context__, IMAPClientAbortError) or code_of(error) in PASSING:
            raise
        token = tokens.token()
        _authenticate(client, tokens.mechanism, tokens.initial(user, token))


def _authenticate(client: IMAPClient, mechanism: str, initial: str) -> None:
    says = [initial.encode()]

    def answer(_challenge: bytes) -> bytes:
        return says.pop() if says else b""  # the server tells what is wrong in a challenge, and waits for a blank line

    try:
        client._command_and_check("authenticate", mechanism, answer)  # pyright: ignore[reportPrivateUsage]
    except IMAPClientError as error:
        raise LoginError(str(error))  # noqa: B904 - as imapclient: the cause stays its context


def _log_in(client: IMAPClient, account: Account) -> None:
    # LOGIN takes ASCII only, and some servers have only one of the two.
    try:
        if account.tokens is not None:
            _show_token(client, account.user, account.tokens)
        elif client.has_capability("AUTH=PLAIN"):
            client.plain_login(account.user, account.password)
        else:
            client.login(account.user, account.password)
    except LoginError as error:
        # imapclient also calls it a LoginError when the line breaks in the middle.
        if isinstance(error.__context__, IMAPClientAbortError):
            raise error.__context__ from None
        raise
