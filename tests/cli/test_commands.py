"""The command line as other programs and people meet it: exit codes, one clear line for every mistake, JSON shapes."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parents[1] / "data"
NOTICE = DATA / "forwards" / "ja-01-gmail-web.eml"
SERVICE = """
[identity]
address = "ssl@triage.example.jp"
authserv_id = "mx.triage.example.jp"
[[mailbox]]
kind = "maildir"
path = "in"
[outbox]
kind = "maildir"
path = "out"
[policy]
senders = ["@example.jp"]
"""


def triage(
    *words: object, stdin: bytes = b"", cwd: Path | None = None, within: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """`within`: a command that runs it with less power."""
    done = subprocess.run(
        [*within, sys.executable, "-m", "triage", *map(str, words)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "LANG": "C.UTF-8", "COLUMNS": "100"},
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def ended(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


# ---- read


@pytest.mark.attack(number=20)
def test_attack_20_a_formula_stays_a_string_of_json_and_nothing_writes_csv(tmp_path: Path) -> None:
    formulas = [f'{sign}HYPERLINK("https://evil.example.org","SSL certificate")' for sign in "=+-@"]
    for number, formula in enumerate(formulas):
        block = f"---------- Forwarded message ---------\nFrom: b@example.jp\nSubject: {formula}\n\nhello\n"
        (tmp_path / f"{number}.eml").write_text(f"From: a@example.jp\nSubject: Fwd: x\n\n{block}")
    done = triage("read", "--json", *sorted(tmp_path.iterdir()))
    assert [json.loads(line)["forwarded"]["subject"] for line in done.stdout.splitlines()] == formulas
    assert [json.dumps(formula) in done.stdout for formula in formulas] == [True] * 4
    assert not any("csv.writer" in p.read_text(encoding="utf-8") for p in (ROOT / "triage").rglob("*.py"))


def test_read_says_what_a_mail_says() -> None:
    done = triage("read", "--json", NOTICE)
    read = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert {k: read[k] for k in ("file", "verdict", "signs")} == {"file": str(NOTICE), "verdict": "notice", "signs": []}
    assert read["answer"] == {
        "decision": "reply",
        "to": ["owner@example.jp"],
        "because": "asked by an authenticated sender",
    }
    assert set(read["forwarded"]) == {"how", "from", "to", "cc", "subject", "date", "date_text", "body", "note"}
    assert set(read["notices"][0]) >= {
        "provider", "event", "names", "service_names", "expires", "deferred_until", "language", "account",
        "stated_error", "stated_cause", "problems",
    }  # fmt: skip


def test_read_takes_a_mail_from_standard_input() -> None:
    done = triage("read", "--json", "-", stdin=NOTICE.read_bytes())
    assert json.loads(done.stdout)["notices"][0]["names"] == ["example.jp"]


def test_read_goes_on_after_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty.eml").write_bytes(b"\n")
    (tmp_path / "large.eml").write_bytes(b"Subject: x\n\n" + b"x" * 30_000_000)
    done = triage("read", "--json", "none.eml", "empty.eml", "large.eml", ".", NOTICE, cwd=tmp_path)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[:4] == [
        {"file": "none.eml", "error": "no such file or directory"},
        {"file": "empty.eml", "error": "the file is empty"},
        {"file": "large.eml", "error": "larger than 10 MB"},
        {"file": ".", "error": "is a directory"},
    ]
    assert lines[4]["verdict"] == "notice"
    assert done.returncode == 3


def test_read_calls_what_is_no_mail_no_notice(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 400)
    done = triage("read", "--json", tmp_path / "noise")
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "not-a-notice")


@pytest.mark.attack(number=19)
def test_a_subject_cannot_move_the_cursor(tmp_path: Path) -> None:
    (tmp_path / "x.eml").write_bytes(b"From: a@example.jp\nSubject: =?utf-8?q?=1B[2J=0D=0Agone?=\n\nSSL certificate\n")
    done = triage("read", tmp_path / "x.eml")
    assert "\x1b" not in done.stdout + done.stderr


# ---- check


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("check",), "triage: no name was given\nhint: triage check example.jp\n"),
        (
            ("check", "192.0.2.1"),
            "triage: 192.0.2.1: it is an address, not a name\nhint: give a domain name, such as example.jp\n",
        ),
        (
            ("check", "example.jp:80"),
            "triage: example.jp:80: it contains characters that a name cannot have\n"
            "hint: give a domain name, such as example.jp\n",
        ),
        (
            ("check", "example.jp", "--since", "soon"),
            "triage: --since: soon is no date\nhint: write it as 2026-11-28\n",
        ),
        (("check", "example.jp", "--lang", "fr"), "triage: --lang: fr is not known\nhint: en or ja\n"),
        (
            ("check", "--from", "none.txt"),
            "triage: none.txt: no such file or directory\nhint: give a text file with a name a line\n",
        ),
        (
            ("once", "--config", "none.toml"),
            "triage: none.toml: there is no such file\nhint: start from config.example.toml, or pass --config\n",
        ),
    ],
    ids=["no name", "an address", "a port", "no date", "no language", "no file of names", "no configuration"],
)
def test_a_mistake_is_one_line_and_a_hint(words: tuple[str, ...], error: str, tmp_path: Path) -> None:
    assert ended(triage(*words, cwd=tmp_path)) == (2, "", error)


def test_an_unknown_provider_is_answered_with_those_that_are_known() -> None:
    done = triage("check", "example.jp", "--provider", "xservr")
    assert done.returncode == 2
    assert done.stderr.startswith("triage: --provider: xservr is not known\nhint: one of ")
    assert "xserver" in done.stderr


def test_a_name_that_no_ca_may_certify_fails_without_a_question() -> None:
    done = triage("check", "--json", "printer.local")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert set(found) == {
        "name",
        "verdict",
        "leading",
        "provider",
        "ca",
        "assumed",
        "guess",
        "findings",
        "road",
        "certificate",
        "seconds",
    }
    assert (found["verdict"], found["leading"], found["assumed"]) == (
        "will-fail",
        "name-not-eligible",
        ["provider", "ca"],
    )


def test_a_machine_without_network_is_told_so(tmp_path: Path) -> None:
    nobody = '[probes]\nresolvers = ["127.0.0.1:9"]\n'
    (service(tmp_path) / "config.toml").write_text(SERVICE + nobody)
    done = triage("check", "--json", "example.jp", "--config", "config.toml", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (3, "unknown")
    assert re.match(r"triage: example\.jp: none of \d+ questions got an answer\nhint: ", done.stderr)


# ---- the service


def service(folder: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (folder / "in" / name).mkdir(parents=True)
    (folder / "config.toml").write_text(SERVICE)
    return folder


def test_once_takes_mail_and_files_it(tmp_path: Path) -> None:
    folder = service(tmp_path)
    assert triage("once", cwd=folder).returncode == 0
    automatic = b"From: a@example.jp\nAuto-Submitted: auto-replied\nReturn-Path: <>\nSubject: away\n\nI am away\n"
    (folder / "in" / "new" / "1.x").write_bytes(automatic)
    assert triage("once", cwd=folder).returncode == 0
    assert [p.name for p in (folder / "in" / ".Dropped").rglob("1.x*")] == ["1.x"]
    listed = json.loads(triage("cases", "list", "--json", cwd=folder).stdout)
    assert (listed["state"], listed["because"]) == ("dropped", "bounce: empty return path")
    assert "bounce: empty return path" in triage("cases", "show", "1", cwd=folder).stdout
    assert (folder / "triage.db").stat().st_mode & 0o777 == 0o600


def test_a_case_that_is_not_there(tmp_path: Path) -> None:
    done = triage("cases", "show", "7", cwd=service(tmp_path))
    assert ended(done) == (2, "", "triage: there is no mail 7\nhint: triage cases list\n")


def test_a_missing_mailbox_is_a_line_and_an_exit(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(SERVICE)
    done = triage("once", cwd=tmp_path)
    assert done.returncode == 3
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_rule_without_a_sample_answers_nobody(tmp_path: Path) -> None:
    folder = service(tmp_path)
    rule = folder / "mine" / "providers" / "harbor" / "renewal-failed.toml"
    rule.parent.mkdir(parents=True)
    rule.write_text("event = 'renewal-failed'\nsubject = ['harbor renewal failed']\n")
    (folder / "config.toml").write_text(SERVICE + '[rules]\nfolders = ["mine"]\n')
    done = triage("once", cwd=folder)
    assert done.returncode == 2
    assert "harbor" in done.stderr
    assert "hint: triage rules check" in done.stderr


# ---- rules and demo


def test_the_rules_that_come_with_it_hold() -> None:
    done = triage("rules", "check")
    assert (done.returncode, done.stderr) == (0, "")


def test_rules_list_names_hosts_and_causes() -> None:
    listed = triage("rules", "list").stdout
    assert "xserver" in listed
    assert "points-elsewhere" in listed


def test_a_folder_without_rules(tmp_path: Path) -> None:
    done = triage("rules", "check", tmp_path / "none")
    assert done.returncode == 2
    assert "there is no such folder" in done.stderr


def test_the_demonstration_answers_as_it_should(tmp_path: Path) -> None:
    done = triage("demo", "--folder", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    told = " ".join(done.stdout.split())
    for part in (
        "example1.jp behind-cloudflare",
        "example2.jp domain-expired",
        "example3.jp site-redirect-elsewhere",
        "example4.jp password-protected",
        "example5.jp ca-outage",
        "example6.jp already-renewed",
        "example7.jp port-80-refused",
        "example9.jp points-elsewhere",
        "example.net port-80-blocked",
        "the internet was simulated",
    ):
        assert part in told
    assert len(list((tmp_path / "out").glob("reply-*.eml"))) == 10
    assert "example9.jp" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
