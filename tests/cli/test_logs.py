"""The log tells one mail's whole way by its number, and nothing that it must not tell."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import structlog

from tests.cli.test_commands import SERVICE, service, triage
from triage.cli.logs import log_nothing, log_to, logged_steps, secrets_of
from triage.config import load_settings
from triage.service import Step

BODY = "The body says swordfish-4711"
ASKED = f"""From: owner@example.jp
To: ssl@triage.example.jp
Return-Path: <owner@example.jp>
Message-ID: <1@example.jp>
Subject: =?utf-8?q?hello=0D=0AX-Fake:_1=1B[2J?=

{BODY}
"""


def test_a_command_that_speaks_for_itself_logs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    kept = structlog.get_config()
    structlog.get_logger("triage.mail").warning("before")
    log_nothing()
    structlog.get_logger("triage.mail").warning("after")
    structlog.configure(**kept)
    said = "".join(capsys.readouterr())
    assert ("before" in said, "after" in said) == (True, False)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_one_mails_way_by_its_number(tmp_path: Path) -> None:
    folder = service(tmp_path)
    triage("once", cwd=folder)
    for number in (1, 2):
        (folder / "in" / "new" / f"{number}.x").write_bytes(ASKED.replace("1@example", f"{number}@example").encode())
    done = triage("once", "--json-log", cwd=folder)
    log = lines(done.stderr)
    for mail in {line["mail"] for line in log if "mail" in line}:
        assert [line["event"] for line in log if line.get("mail") == mail] == ["journaled", "read", "held", "filed"]
    assert {line["mail"] for line in log} == {1, 2}
    assert all(set(line) == {"event", "words", "mail", "level", "timestamp"} for line in log)


@pytest.mark.attack(number=40)
def test_no_body_and_no_escape_comes_through(tmp_path: Path) -> None:
    folder = service(tmp_path)
    triage("once", cwd=folder)
    (folder / "in" / "new" / "1.x").write_bytes(ASKED.encode())
    for words in (("once", "--json-log"), ("once",)):
        done = triage(*words, cwd=folder)
        assert "swordfish" not in done.stderr + done.stdout
        assert "\x1b" not in done.stderr + done.stdout


@pytest.mark.attack(number=19)
@pytest.mark.parametrize("json_log", [True, False], ids=["json", "plain"])
def test_text_from_outside_stays_one_harmless_line(json_log: bool) -> None:
    stream = io.StringIO()
    tell = logged_steps(log_to(stream, json_log=json_log))
    tell(Step(7, "trouble", "evil\r\n2026-11-28 sent mail=9\x1b[2J\x9b31m\u2028\u202e" + "x" * 5000))
    written = stream.getvalue()
    assert written.count("\n") == 1
    assert written.isascii() or not any(c in written for c in "\x1b\x9b\u2028\u202e\r")
    assert len(written) < 1200


@pytest.mark.attack(number=40)
def test_a_password_never_gets_through_whoever_logs_it() -> None:
    stream = io.StringIO()
    log = log_to(stream, json_log=True, secrets=("hunter2!",))
    logged_steps(log)(Step(0, "trouble", "LOGIN u hunter2! failed"))
    structlog.get_logger("triage.mail").warning("mailbox cannot be reached", because="AUTH hunter2!")
    assert [line.get("words") or line.get("because") for line in lines(stream.getvalue())] == [
        "LOGIN u (hidden) failed",
        "AUTH (hidden)",
    ]


@pytest.mark.attack(number=40)
def test_every_secret_of_the_configuration_is_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("password", "refresh", "client"):
        (tmp_path / name).write_text(f"the-{name}-itself\n")
    (tmp_path / "plus").write_text("0123456789abcdef")
    monkeypatch.setenv("TRIAGE_INBOX_PASSWORD", "from-the-environment")
    imap = 'kind = "imap"\nhost = "imap.example.net"\nuser = "u"'
    oauth = (
        'oauth = { token_url = "https://login.example.net/t", client_id = "x", refresh_token_file = "refresh",'
        ' client_secret_file = "client" }'
    )
    (tmp_path / "config.toml").write_text(
        SERVICE.replace('kind = "maildir"\npath = "in"', imap, 1)
        .replace('path = "out"', f'path = "out"\nuser = "u"\n{oauth}')
        .replace(
            "[policy]", f'[[mailbox]]\nname = "two"\n{imap}\npassword_file = "password"\n[policy]\nsecret_file = "plus"'
        )
        + '[health]\nheartbeat_url = "https://beat.example.net/the-path-itself"\n'
    )
    secrets = (
        "the-password-itself", "the-refresh-itself", "the-client-itself", "0123456789abcdef", "from-the-environment",
        "https://beat.example.net/the-path-itself",
    )  # fmt: skip
    settings = load_settings(tmp_path / "config.toml")
    assert sorted(secrets_of(settings)) == sorted(secrets)
    assert not [secret for secret in secrets if secret in repr(settings.who_may_ask())]


def test_what_happens_every_minute_is_not_told() -> None:
    stream = io.StringIO()
    tell = logged_steps(log_to(stream, json_log=True))
    for step in ("polled", "round", "sent"):
        tell(Step(1, step, "x"))
    assert [line["event"] for line in lines(stream.getvalue())] == ["sent"]


def test_the_running_service_says_how_it_is_and_ends_when_told_to(tmp_path: Path) -> None:
    folder = service(tmp_path)
    port = 20000 + os.getpid() % 20000
    (folder / "config.toml").write_text(SERVICE + f'[health]\nlisten = "127.0.0.1:{port}"\n')
    with subprocess.Popen(
        [sys.executable, "-m", "triage", "run", "--json-log"], cwd=folder, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            said = _asked(port)
        finally:
            running.send_signal(signal.SIGTERM)
            log = running.communicate(timeout=30)[1]
    assert (said["well"], said["mailboxes"] != {}, said["open_mails"]) == (True, True, 0)
    assert running.returncode == 0
    assert [line["event"] for line in lines(log)] == ["started", "stopped"]


def _asked(port: int) -> dict[str, object]:
    """What /health says once the first poll was made."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                said = json.load(answer)
            if said["last_good_round"]:
                return said
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("it never said that all is well")
