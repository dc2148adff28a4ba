"""A token server on loopback: exchanges refresh tokens (RFC 6749), and tells Dovecot whose a token is (RFC 7662)."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

from triage.mail import OAuth

CLIENT, CLIENT_SECRET = "triage", "client-secret"


@dataclass
class TokenServer:
    port: int
    users: dict[str, str] = field(default_factory=dict[str, str])  # refresh token → whose it is
    living: dict[str, str] = field(default_factory=dict[str, str])  # access token → whose it is
    asked: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])  # the forms that came to /token
    answer: tuple[int, dict[str, str], object] | None = None  # instead of its own
    rotates: bool = False
    lasts: object = 3600

    def exchange(self, form: Mapping[str, str]) -> tuple[int, dict[str, str], object]:
        self.asked.append(form)
        if self.answer is not None:
            return self.answer
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, CLIENT_SECRET):
            return 401, {}, {"error": "invalid_client"}
        user = self.users.get(form.get("refresh_token", ""))
        if user is None:
            return 400, {}, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        token = f"access-{len(self.asked)}"
        self.living[token] = user
        more = {}
        if self.rotates:
            more = {"refresh_token": f"refresh-{len(self.asked)}"}
            self.users[more["refresh_token"]] = user
        return 200, {}, {"access_token": token, "token_type": "Bearer", "expires_in": self.lasts, **more}

    def introspect(self, form: Mapping[str, str]) -> tuple[int, dict[str, str], object]:
        user = self.living.get(form.get("token", ""))
        return 200, {}, {"active": True, "username": user} if user else {"active": False}

    def account(self, folder: Path, user: str, mechanism: str = "xoauth2") -> OAuth:
        """What a person who has signed in as `user` would write into config.toml."""
        self.users["refresh"] = user
        (folder / "refresh").write_text("refresh\n")
        (folder / "client").write_text(CLIENT_SECRET + "\n")
        url = f"http://127.0.0.1:{self.port}/token"
        return OAuth(url, CLIENT, folder / "refresh", folder / "client", mechanism)  # type: ignore[arg-type]


@contextmanager
def token_server(port: int) -> Iterator[TokenServer]:
    server = TokenServer(port)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            answer = server.introspect(form) if self.path == "/introspect" else server.exchange(form)
            status, headers, body = answer
            octets = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_: object) -> None: ...

    listening = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
