"""OAuth2: a refresh token, which is kept in a file → access tokens, which last an hour (RFC 6749 section 6).

Gmail and Microsoft 365 take no passwords of programs any more. A person signs in once elsewhere and leaves the refresh
token; from then on it is only ever exchanged here. A new refresh token that comes along (Microsoft sends one each
time) takes the place of the old one in its file.
"""

import http.client
import json
import os
import re
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from triage.mail.transport import LONGEST_WAIT, SLOW, context_for, is_loopback, shown
from triage.model import Permanent, Temporary

Mechanism = Literal["xoauth2", "oauthbearer"]

SECONDS = 30.0  # for each step of a request
LARGEST = 65_536  # octets of an answer
LONGEST_SECRET = 16_384  # octets of a token file
EARLY = 120.0  # seconds before its end at which a token is renewed: no login shall begin with one and end without
SHORTEST = 60.0  # seconds for which a token is used, whatever the server says
# RFC 6749 section 5.2: what only a person can mend.
_LASTING = {
    "invalid_grant": "sign in again, and write the new refresh token into refresh_token_file",
    "invalid_client": "look at client_id and client_secret_file",
    "unauthorized_client": "let this client use refresh tokens, in the service's own settings",
    "invalid_scope": "sign in again for mail: IMAP.AccessAsUser.All, SMTP.Send, or https://mail.google.com/",
}


@dataclass(frozen=True, slots=True)
class OAuth:
    """Where tokens come from. Secrets stay in their files until they are needed."""

    token_url: str
    client_id: str
    refresh_token_file: Path
    client_secret_file: Path | None = None
    mechanism: Mechanism = "xoauth2"
    ca_file: Path | None = None


class Tokens:
    """Access tokens for one account. Threads may share it: one of them asks, and the others get what it got."""

    def __init__(self, oauth: OAuth, timeout: float = SECONDS) -> None:
        self._oauth, self._timeout = oauth, timeout
        self._lock = threading.Lock()
        self._token: str | None = None
        self._until = 0.0  # by time.monotonic
        self._refresh: str | None = None  # a newer one than the file's, where that cannot be written
        where = urlsplit(oauth.token_url)
        if where.scheme != "https" and not (where.scheme == "http" and is_loopback(where.hostname or "")):
            raise Permanent(f"{oauth.token_url}: a token is asked for over https only", "write oauth.token_url so")
        self._context = context_for(oauth.ca_file) if where.scheme == "https" else None

    def __repr__(self) -> str:
        return f"Tokens({self._oauth.token_url})"

    @property
    def mechanism(self) -> str:
        return self._oauth.mechanism.upper()

    def token(self) -> str:
        """A token that is good for two more minutes at least. Raises Temporary, or Permanent with what to do."""
        with self._lock:
            if self._token is None or time.monotonic() > self._until:
                self._token = None
                self._renew()
            assert self._token is not None
            return self._token

    def refused(self, token: str) -> None:
        """The mail server did not take this one; the next call asks for another."""
        with self._lock:
            if self._token == token:
                self._token = None

    def initial(self, user: str, token: str) -> str:
        """What is sent to log in, before base64: RFC 7628 section 3.1, or Google's own form of it."""
        if self._oauth.mechanism == "oauthbearer":
            named = user.replace("=", "=3D").replace(",", "=2C")
            return f"n,a={named},\x01auth=Bearer {token}\x01\x01"
        return f"user={user}\x01auth=Bearer {token}\x01\x01"

    def _renew(self) -> None:
        status, headers, body = self._ask(self._request())
        answer = _object(body)
        token, lasts = answer.get("access_token"), answer.get("expires_in", 3600)
        if status != 200:
            raise self._refusal(status, headers, answer)
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise Temporary(f"{self._where}: the answer holds no token", "look at oauth.token_url")
        told = re.fullmatch(r"[0-9]{1,7}", str(lasts))
        seconds = float(told[0]) if told else 3600.0
        self._token, self._until = token, time.monotonic() + max(seconds - EARLY, SHORTEST)
        newer = answer.get("refresh_token")
        if isinstance(newer, str) and newer and newer != self._refresh:
            self._keep(newer)

    def _request(self) -> str:
        oauth = self._oauth
        fields = {"grant_type": "refresh_token", "client_id": oauth.client_id}
        fields["refresh_token"] = self._refresh or _secret(oauth.refresh_token_file)
        if oauth.client_secret_file is not None:
            fields["client_secret"] = _secret(oauth.client_secret_file)
        return urlencode(fields)

    def _ask(self, form: str) -> tuple[int, Mapping[str, str], bytes]:
        """One POST, by no proxy and following nothing: the form holds secrets."""
        url = urlsplit(self._oauth.token_url)
        host, port = url.hostname or "", url.port
        if self._context is None:
            line = http.client.HTTPConnection(host, port, timeout=self._timeout)
        else:
            line = http.client.HTTPSConnection(host, port, timeout=self._timeout, context=self._context)
        try:
            head = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            line.request("POST", url.path + (f"?{url.query}" if url.query else ""), form, head)
            answer = line.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read(LARGEST)
        except ssl.SSLCertVerificationError as error:
            raise Permanent(
                f"{self._where}: the server's certificate is not accepted ({shown(error.verify_message)})",
                "look at oauth.token_url and the clock",
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Temporary(f"{self._where}: cannot be asked ({shown(str(error)) or type(error).__name__})") from error
        finally:
            line.close()

    def _refusal(self, status: int, headers: Mapping[str, str], answer: Mapping[str, Any]) -> Temporary | Permanent:
        code = shown(str(answer.get("error", "")), 60)
        words = f"{self._where}: no token for client {self._oauth.client_id} ({status} {code})".replace(" )", ")")
        if code in _LASTING:
            return Permanent(words, _LASTING[code])
        after = headers.get("retry-after", "")
        return Temporary(
            words, wait=min(float(after), LONGEST_WAIT) if after.isdigit() else (SLOW if status < 429 else None)
        )

    def _keep(self, refresh: str) -> None:
        """In memory at once, and in the file where we may write there: a crash between leaves the old one, whole."""
        self._refresh = refresh
        file = self._oauth.refresh_token_file
        with suppress(OSError):
            if _secret(file) == refresh:
                return
            new = file.with_name(file.name + ".new")
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as opened:
                opened.write(refresh + "\n")
                opened.flush()
                os.fsync(opened.fileno())
            new.replace(file)

    @property
    def _where(self) -> str:
        return f"oauth {urlsplit(self._oauth.token_url).hostname}"


def _secret(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(LONGEST_SECRET).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = (getattr(error, "strerror", None) or "not ASCII").lower()
        raise Permanent(f"{file}: cannot be read ({reason})", "write the secret into that file (chmod 600)") from error


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
