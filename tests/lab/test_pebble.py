"""A real refusal, as certbot prints it: Debian's certbot asks Debian's pebble for a certificate inside the lab.

Pebble judges by the protocol alone (it follows a redirect to any port, and has one phrase for every DNS trouble), so
what its words prove is less than what `triage check` then sees for itself.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.lab.internet import PROGRAMS, RESOLVER, Internet, need_internet, stop_group
from triage.demo.world import world_of
from triage.recognize import problems_in

PORT = 14000
PATIENCE = 10.0  # seconds until pebble listens
WORLD: dict[str, Any] = {
    "zones": {
        "auth401.com": "@ A 5.9.1.10",
        "closed.com": "@ A 5.9.1.50",
        "badport.com": "@ A 5.9.1.10",
        "err500.com": "@ A 5.9.1.10",
        "ok.com": "@ A 5.9.1.10",
    },
    "server": [
        {"address": "5.9.1.10", "name": ["ok.com"]},
        {"address": "5.9.1.10", "name": ["auth401.com"], "behavior": "password"},
        {"address": "5.9.1.10", "name": ["err500.com"], "behavior": "status", "status": 500},
        {"address": "5.9.1.10", "name": ["badport.com"], "behavior": "redirect", "to": "https://{host}:8443{path}"},
        {"address": "5.9.1.50", "behavior": "refused"},
    ],
}


@dataclass(frozen=True)
class Row:
    name: str
    said: str | None  # the cause that pebble's words prove, if any
    cause: str  # what is really wrong


ROWS = (
    Row("auth401.com", "password-protected", "password-protected"),
    Row("err500.com", "server-error", "server-error"),
    Row("closed.com", "port-80-refused", "port-80-refused"),
    Row("badport.com", "redirect-port", "redirect-port"),
    Row("shop.ok.com", None, "no-address"),
)


class Pebble:
    """A CA inside a small internet, which asks the names' own servers; ended by `close`."""

    def __init__(self, internet: Internet, folder: Path) -> None:
        self._internet, self._folder = internet, folder
        self.certificate = folder / "pebble.pem"
        self._process = self._started()

    def close(self) -> None:
        stop_group(self._process)
        self._process.wait()

    def certbot(self, name: str) -> subprocess.CompletedProcess[str]:
        own = self._folder / name
        own.mkdir()
        command = [
            "certbot", "certonly", "-n", "--agree-tos", "--register-unsafely-without-email",
            "--webroot", "-w", str(own), "-d", name, "--server", f"https://localhost:{PORT}/dir",
            "--config-dir", str(own / "config"), "--work-dir", str(own / "work"), "--logs-dir", str(own / "logs"),
        ]  # fmt: skip
        return self._internet.run(command, env={"REQUESTS_CA_BUNDLE": str(self.certificate)}, timeout=60)

    def _started(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
        command = ["pebble", "-config", str(self._configuration()), "-dnsserver", f"{RESOLVER}:53"]
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(
                self._internet.inside(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self._folder, env=environment, start_new_session=True,
            )  # fmt: skip

    def _configuration(self) -> Path:
        key = self._folder / "pebble.key"
        request = (
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
        )
        subprocess.run([*request.split(), "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        listens = {"listenAddress": f"127.0.0.1:{PORT}", "managementListenAddress": f"127.0.0.1:{PORT + 1}"}
        identity = {"certificate": str(self.certificate), "privateKey": str(key)}
        path = self._folder / "pebble.json"
        path.write_text(json.dumps({"pebble": {**listens, **identity, "httpPort": 80, "tlsPort": 443}}))
        return path

    def wait(self) -> None:
        """Until it listens, looked for from inside."""
        script = f"import socket; socket.create_connection(('127.0.0.1', {PORT}), 1)"
        end = time.monotonic() + PATIENCE
        while self._internet.python("-S", "-c", script).returncode:
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("pebble did not start:\n" + (self._folder / "log").read_text()[-2000:])


@pytest.fixture(scope="module")
def internet() -> Iterator[Internet]:
    need_internet((*PROGRAMS, "pebble", "certbot", "openssl"))
    with Internet(world_of(WORLD, now=datetime.now(UTC))) as running:
        yield running


@pytest.fixture(scope="module")
def refused(internet: Internet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What certbot printed, by name."""
    pebble = Pebble(internet, tmp_path_factory.mktemp("pebble"))
    try:
        pebble.wait()
        with ThreadPoolExecutor(len(ROWS)) as pool:
            runs = list(pool.map(pebble.certbot, (row.name for row in ROWS)))
        yield {row.name: _refusal(done) for row, done in zip(ROWS, runs, strict=True)}
    finally:
        pebble.close()


def _refusal(done: subprocess.CompletedProcess[str]) -> str:
    output = done.stdout + done.stderr
    assert done.returncode == 1, output
    assert "Certbot failed to authenticate some domains" in output, output
    return output


@pytest.fixture(scope="module")
def checked(internet: Internet, refused: dict[str, str]) -> dict[str, dict[str, Any]]:
    def check(row: Row) -> dict[str, Any]:
        told = ["--config", str(internet.config), "--from-error", refused[row.name], row.name]
        done = internet.python("-m", "triage", "check", "--json", *told)
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)

    with ThreadPoolExecutor(len(ROWS)) as pool:
        return {row.name: found for row, found in zip(ROWS, pool.map(check, ROWS), strict=True)}


@pytest.mark.lab
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name} {row.said}")
def test_what_the_client_printed_is_understood(row: Row, refused: dict[str, str]) -> None:
    stated = [(p.name.text if p.name else None, p.cause) for p in problems_in(refused[row.name])]
    assert stated == [(row.name, row.said)], refused[row.name]


@pytest.mark.lab
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name} {row.cause}")
def test_what_is_really_wrong_leads(row: Row, checked: dict[str, dict[str, Any]]) -> None:
    found = checked[row.name]
    assert (found["verdict"], found["leading"]) == ("will-fail", row.cause), found
