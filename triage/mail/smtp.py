"""Letters out by SMTP submission: one connection, one letter, one recipient, and an exact word on how it ended.

where it ends                          what is raised       what the letter is worth
connect, TLS, login, greeting          Temporary            not sent; the set-up or the line is at fault, not the letter
4xx, or the line breaks before the dot Temporary            not sent; try again
5xx to MAIL, RCPT, DATA, or its size   Permanent            this letter will not be taken
silence or a break after the dot       Uncertain            perhaps sent
"""

import asyncio
import base64
import re
import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from triage.mail.letter import seven_bit
from triage.mail.token import Tokens
from triage.mail.transport import SLOW, Tls, context_for, must_be_loopback, shown, wait_in
from triage.model import Letter, Permanent, Temporary, Uncertain

STEP = 60.0  # seconds for each reply but the last
AFTER_DOT = 600.0  # seconds; RFC 5321 section 4.5.3.2.6: giving up sooner is what makes duplicates
_SIGN_IN = "sign in again as that user for mail (SMTP), and write the new refresh token into refresh_token_file"
_DOTS = re.compile(rb"(?m)^\.")


class SmtpOutbox:
    """Hands letters to a submission server. `password` is used for nothing but the login and shown nowhere."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: Tls = "implicit",
        user: str | None = None,
        password: str | None = None,
        ca_file: Path | None = None,
        timeout: float = STEP,
        dot_timeout: float = AFTER_DOT,
        tokens: Tokens | None = None,
        sender: str = "",
        tagged: bool = False,
    ) -> None:
        """`sender`: tried by `check`, with a tag behind it where letters leave with one."""
        must_be_loopback(host, tls)
        self._host, self._port, self._tls = host, port, tls
        self._user, self._password = user or None, password or ""
        self._tokens = tokens
        self._sender = sender.replace("@", "+0-check@") if tagged else sender
        self._context = context_for(ca_file)
        self._timeout, self._dot_timeout = timeout, dot_timeout

    def __repr__(self) -> str:
        return f"SmtpOutbox({self._host}:{self._port}, {self._tls})"

    async def check(self) -> None:
        """Logs in and names the sender of our letters; nothing is sent. A sender that is refused is Permanent."""
        smtp = await self._connect()
        try:
            if self._sender:
                await self._name_the_sender(smtp)
            with suppress(SMTPException, OSError):
                await smtp.quit(timeout=5)
        finally:
            smtp.close()

    async def _name_the_sender(self, smtp: SMTP) -> None:
        try:
            await smtp.mail(self._sender)
            await smtp.rset()
        except SMTPResponseException as error:
            refusal = self._refused(error, f"the sender {self._sender} was refused")
            refusal.hint = "let this user send as that address, or change identity.bounce (and verp)"
            raise refusal from error
        except (SMTPException, OSError) as error:
            raise self._unreachable(error) from error

    async def send(self, letter: Letter) -> None:
        smtp = await self._connect()
        try:
            await self._envelope(smtp, letter)
            await self._data(smtp, letter.raw)
            with suppress(SMTPException, OSError):
                await smtp.quit(timeout=5)
        finally:
            smtp.close()

    async def close(self) -> None:
        """Nothing is kept open."""

    # ---- before the letter: whatever fails here is not its fault

    async def _connect(self) -> SMTP:
        smtp = SMTP(
            hostname=self._host,
            port=self._port,
            timeout=self._timeout,
            use_tls=self._tls == "implicit",
            start_tls=False,
            tls_context=self._context,
            # The default would ask the resolver for our own name, and tell it to the server.
            local_hostname="localhost" if self._tls == "none" else "[127.0.0.1]",
        )
        try:
            with self._before_the_letter():
                await smtp.connect()
                await smtp.ehlo()
                if self._tls == "starttls":
                    await self._start_tls(smtp)
                if self._user and self._tokens:
                    await self._show_token(smtp, self._user, self._tokens)
                elif self._user:
                    await smtp.login(self._user, self._password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    async def _show_token(self, smtp: SMTP, user: str, tokens: Tokens) -> None:
        """A token may be refused before its time; then one that was drawn just now is tried, and no third."""
        for last in (False, True):
            try:
                token = await asyncio.to_thread(tokens.token)
            except Permanent as refusal:  # it is not the letter's fault
                raise Temporary(str(refusal), refusal.hint, SLOW) from refusal
            initial = base64.b64encode(tokens.initial(user, token).encode())
            end = await smtp.execute_command(b"AUTH", tokens.mechanism.encode(), initial)
            if end.code == 334:  # the server tells what is wrong in a challenge, and waits for a blank line
                end = await smtp.execute_command(b"")
            if end.code == 235:
                return
            tokens.refused(token)
            if last or end.code < 500:
                raise aiosmtplib.SMTPAuthenticationError(end.code, end.message)

    async def _start_tls(self, smtp: SMTP) -> None:
        if not smtp.supports_extension("starttls"):
            raise Temporary(
                f"{self._where}: the server does not offer STARTTLS, so nothing was sent",
                'set tls = "implicit" and its port if the server has one; else somebody on the way removes the offer',
                SLOW,
            )
        await smtp.starttls()
        await smtp.ehlo()

    @contextmanager
    def _before_the_letter(self) -> Generator[None]:
        try:
            yield
        except aiosmtplib.SMTPAuthenticationError as error:
            if 400 <= error.code < 500:
                raise self._refused(error, "the login was put off") from error
            raise Temporary(
                f"{self._where}: the server does not accept user and {'token' if self._tokens else 'password'}"
                f" ({shown(error.message)})",
                _SIGN_IN if self._tokens else "write the current password into the outbox's password_file",
                SLOW,
            ) from error
        except SMTPResponseException as error:
            raise Temporary(
                f"{self._where}: the server turns us away ({error.code} {shown(error.message)})",
                "" if error.code < 500 else "ask the server's operator, or use another submission server",
                wait_in(error.message) if error.code < 500 else SLOW,
            ) from error
        except (SMTPException, OSError) as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> Temporary:
        fault = _certificate_fault(error)
        if fault is not None:
            return Temporary(
                f"{self._where}: the server's certificate is not accepted ({fault})",
                "name the server as its certificate does, or set ca_file to its authority",
                SLOW,
            )
        if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            return Temporary(f"{self._where}: no TLS there", 'look at port and tls: 465 is "implicit", 587 "starttls"')
        if isinstance(error, aiosmtplib.SMTPNotSupported) or type(error) is SMTPException:
            return Temporary(f"{self._where}: no way to log in that both sides know", "look at port and tls", SLOW)
        return Temporary(
            f"{self._where}: cannot be reached ({shown(str(error))})", "look at host, port and the network"
        )

    # ---- the letter

    async def _envelope(self, smtp: SMTP, letter: Letter) -> None:
        size = len(letter.raw)
        largest = smtp.esmtp_extensions.get("size", "")
        if largest.isdigit() and 0 < int(largest) < size:
            raise Permanent(f"{self._where}: the letter has {size} octets, the server takes {largest}")
        mail = [f"SIZE={size}"] if smtp.supports_extension("size") else []
        if not letter.raw.isascii() and smtp.supports_extension("8bitmime"):
            mail.append("BODY=8BITMIME")
        # RFC 3834 section 3.3: nobody wants to hear that an automatic answer came or did not come.
        rcpt = ["NOTIFY=NEVER"] if smtp.supports_extension("dsn") else []
        try:
            await smtp.mail(letter.envelope_from, options=mail)
            await smtp.rcpt(letter.to, options=rcpt)
        except aiosmtplib.SMTPSenderRefused as error:
            raise self._refused(error, "the sender was refused") from error
        except aiosmtplib.SMTPRecipientRefused as error:
            raise self._refused(error, _whose_fault(error)) from error
        except (SMTPException, OSError) as error:
            raise self._unreachable(error) from error

    async def _data(self, smtp: SMTP, raw: bytes) -> None:
        if not raw.isascii() and not smtp.supports_extension("8bitmime"):
            raw = seven_bit(raw)
        try:
            begin = await smtp.execute_command(b"DATA")
        except (SMTPException, OSError) as error:
            raise self._unreachable(error) from error
        if begin.code != 354:
            raise self._refused(SMTPResponseException(begin.code, begin.message), "the letter was refused")
        await self._hand_over(smtp, raw)

    async def _hand_over(self, smtp: SMTP, raw: bytes) -> None:
        """From the first octet on, only an answer can tell whether the letter was taken."""
        assert smtp.protocol is not None
        try:
            smtp.protocol.write(_DOTS.sub(b"..", raw).rstrip(b"\r\n") + b"\r\n.\r\n")
            end = await smtp.protocol.read_response(timeout=self._dot_timeout)
        except (SMTPException, OSError, asyncio.InvalidStateError) as error:
            raise Uncertain(
                f"{self._where}: no answer after the letter ({shown(str(error))}); it may have been taken",
                "it will be sent once more under the same Message-ID",
            ) from error
        if not 200 <= end.code < 600:
            raise Uncertain(f"{self._where}: no clear answer after the letter ({end.code} {shown(end.message)})")
        if end.code >= 300:
            raise self._refused(SMTPResponseException(end.code, end.message), "the letter was refused")

    def _refused(self, error: SMTPResponseException, what: str) -> Temporary | Permanent:
        words = f"{self._where}: {what} ({error.code} {shown(error.message)})"
        if error.code < 500:
            return Temporary(words, wait=wait_in(error.message))
        return Permanent(words)

    @property
    def _where(self) -> str:
        return f"smtp {self._host}:{self._port}"


def _certificate_fault(error: BaseException | None) -> str | None:
    """aiosmtplib wraps the TLS error in one of its own; the true one is a cause of it."""
    for _ in range(5):
        if isinstance(error, ssl.SSLCertVerificationError):
            return shown(error.verify_message)
        error = error.__cause__ or error.__context__ if error else None
    return None


def _whose_fault(error: SMTPResponseException) -> str:
    """RFC 3463: x.1.x and x.2.x speak of the address and its mailbox, x.7.x of what the server allows."""
    if error.code < 500:
        return "the recipient was put off"  # greylisting bears a 4.7.1
    status = re.match(r"5\.(\d{1,3})\.", error.message)
    return "the server's policy forbids it" if status and status[1] == "7" else "the recipient was refused"
