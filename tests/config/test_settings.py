"""config.toml: the example is complete and valid; every mistake ends in one line and a hint."""

import re
import tomllib
from pathlib import Path

import pytest

from triage.config import load_settings
from triage.config.settings import (
    CapsSection,
    HealthSection,
    IdentitySection,
    MailboxSection,
    OAuthSection,
    OutboxSection,
    PolicySection,
    ProbesSection,
    Settings,
)
from triage.model import Caps, Identity, Owner, Permanent, Place, Policy
from triage.names import Domain

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"

MINIMAL = """
[identity]
address = "ssl@triage.example.jp"
[[mailbox]]
kind = "maildir"
path = "in"
[outbox]
kind = "maildir"
path = "out"
"""
IN_CLEAR = """host = "mail.example.jp"
tls = "none"
user = "u"
password_file = "p"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_example_is_valid() -> None:
    settings = load_settings(EXAMPLE)
    assert settings.mailbox[0].host == "imap.example.jp"
    assert settings.ledger.url == f"sqlite:///{EXAMPLE.parent / 'triage.db'}"


def test_the_example_names_every_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    sections = (
        Settings,
        IdentitySection,
        MailboxSection,
        OAuthSection,
        OutboxSection,
        ProbesSection,
        CapsSection,
        PolicySection,
        HealthSection,
    )
    missing = [
        key for section in sections for key in section.model_fields if not re.search(rf"\b{key}\b( =|\]|\.)", text)
    ]
    assert missing == []


def test_what_the_verbs_get_from_it(tmp_path: Path) -> None:
    settings = load_settings(
        written(
            tmp_path,
            MINIMAL
            + """
[policy]
senders = ["@agency.example.jp", "a@example.com"]
mode = "approve"
caps = { all_hour = 5 }
[[owner]]
domains = ["EXAMPLE.jp"]
addresses = ["owner@example.jp"]
mode = "forward"
""",
        )
    )
    assert settings.who_we_are() == Identity(
        address="ssl@triage.example.jp", bounce="ssl@triage.example.jp", instance="ssl@triage.example.jp"
    )
    assert settings.who_may_ask() == Policy(
        senders=("@agency.example.jp", "a@example.com"),
        owners=(Owner((Domain("example.jp"),), ("owner@example.jp",), None, "forward"),),
        mode="approve",
        caps=Caps(all_hour=5),
    )
    assert settings.mailbox[0].path == tmp_path / "in"
    assert settings.ledger.url == f"sqlite:///{tmp_path / 'triage.db'}"
    assert settings.mailbox[0].places[Place.HELD] == "Held"


def _line(folder: Path, text: str) -> tuple[str, str]:
    with pytest.raises(Permanent) as caught:
        load_settings(written(folder, text))
    return str(caught.value).removeprefix(f"{folder}/"), caught.value.hint


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("", "config.toml: identity is missing", "copy the [identity] section from config.example.toml"),
        ("a = ", "config.toml: not valid TOML: invalid value (at end of document)", "compare with config.example.toml"),
        (
            MINIMAL.replace("address", "adress"),
            "config.toml: identity.adress is not a known key",
            "did you mean address?",
        ),
        (
            MINIMAL.replace('[outbox]\nkind = "maildir"', "[outbox]"),
            "config.toml: outbox: host is missing",
            "compare with config.example.toml",
        ),
        (
            MINIMAL.replace('kind = "maildir"\npath = "in"', 'kind = "imap"'),
            "config.toml: mailbox.1: host is missing",
            "compare with config.example.toml",
        ),
        (
            MINIMAL.replace('kind = "maildir"\npath = "in"', IN_CLEAR),
            'config.toml: mailbox.1: tls = "none" is allowed on loopback only',
            "compare with config.example.toml",
        ),
        (
            MINIMAL.replace("ssl@triage", "ssl triage"),
            "config.toml: identity.address: it is no mail address",
            "compare with config.example.toml",
        ),
        (
            MINIMAL + '[probes]\nallow_networks = ["10.0.0.0/40"]\n',
            "config.toml: probes.allow_networks.1: '10.0.0.0/40' does not appear to be an IPv4 or IPv6 network",
            "compare with config.example.toml",
        ),
        (
            MINIMAL + '[health]\nlisten = "0.0.0.0:9463"\n',
            "config.toml: health.listen: only an address of this very machine is allowed, such as 127.0.0.1:9463",
            "compare with config.example.toml",
        ),
        (
            MINIMAL + '[health]\nlisten = "127.0.0.1"\n',
            "config.toml: health.listen: it is no address with a port, such as 127.0.0.1:9463",
            "compare with config.example.toml",
        ),
        (
            MINIMAL + '[health]\nheartbeat_url = "ping.example.jp"\n',
            "config.toml: health.heartbeat_url: it is no http or https URL",
            "compare with config.example.toml",
        ),
        (
            MINIMAL.replace('path = "in"', 'path = "in"\nname = "my box"\nuser = "u"'),
            "config.toml: mailbox.1: user stands alone: "
            "set password_file, or TRIAGE_MY_BOX_PASSWORD in the environment",
            "compare with config.example.toml",
        ),
        (
            MINIMAL + "[ledger]\nkeep_days = 0\n",
            "config.toml: ledger.keep_days: input should be greater than or equal to 1",
            "compare with config.example.toml",
        ),
    ],
    ids=[
        "empty file",
        "no TOML",
        "misspelled key",
        "no outbox host",
        "no mailbox host",
        "clear text over the network",
        "bad address",
        "bad network",
        "open to the network",
        "no port",
        "no URL",
        "no password",
        "out of range",
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, line: str, hint: str) -> None:
    assert _line(tmp_path, text) == (line, hint)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match=r"config\.toml: there is no such file"):
        load_settings(tmp_path / "config.toml")


def test_a_secret_never_stands_in_an_error(tmp_path: Path) -> None:
    text = MINIMAL.replace('path = "in"', 'path = "in"\nuser = "u"\npassword_file = 4711')
    assert "4711" not in str(_line(tmp_path, text))


def test_a_password_comes_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    text = MINIMAL.replace('path = "in"', 'path = "in"\nuser = "u"\npassword_file = "secret"')
    mailbox = load_settings(written(tmp_path, text)).mailbox[0]
    assert mailbox.password() == "hunter2"
    (tmp_path / "secret").unlink()
    with pytest.raises(Permanent, match=r"secret: the password cannot be read \(no such file or directory\)"):
        mailbox.password()


def _with_secret(folder: Path, secret: str) -> Settings:
    (folder / "address").write_text(secret)
    return load_settings(written(folder, MINIMAL + '[policy]\nsecret_file = "address"\n'))


def test_the_secret_of_the_address_comes_from_its_file_and_is_not_shown(tmp_path: Path) -> None:
    policy = _with_secret(tmp_path, "0123456789abcdef\n").who_may_ask()
    assert policy.secret == "0123456789abcdef"
    assert policy.secret not in repr(policy)


@pytest.mark.parametrize("secret", ["", "short", "0123456789ABCDEF", "0123456789 abcdef", "a" * 61])
def test_a_secret_that_could_be_guessed_or_mistyped_is_refused(tmp_path: Path, secret: str) -> None:
    with pytest.raises(Permanent, match="the secret must be 16 to 60 small letters and digits") as caught:
        _with_secret(tmp_path, secret).who_may_ask()
    assert caught.value.hint == "write a new one: openssl rand -hex 16"
    assert not secret or secret not in str(caught.value).removeprefix(str(tmp_path))


def test_letters_bear_keys_only_where_that_is_asked_for(tmp_path: Path) -> None:
    assert not load_settings(written(tmp_path, MINIMAL)).who_we_are().verp
    asked = MINIMAL.replace("[[mailbox]]", "verp = true\n[[mailbox]]")
    assert load_settings(written(tmp_path, asked)).who_we_are().verp


OAUTH = """
[outbox]
host = "smtp.example.jp"
user = "u"
oauth = { token_url = "https://login.example.com/token", client_id = "c", refresh_token_file = "secrets/refresh" }
"""
WITHOUT_OUTBOX = MINIMAL.partition("[outbox]")[0]


def test_a_token_takes_the_place_of_a_password(tmp_path: Path) -> None:
    outbox = load_settings(written(tmp_path, WITHOUT_OUTBOX + OAUTH)).outbox
    assert outbox.oauth is not None
    assert (outbox.oauth.refresh_token_file, outbox.oauth.mechanism) == (tmp_path / "secrets/refresh", "xoauth2")
    assert outbox.password() is None


@pytest.mark.parametrize("line", ['user = "u"\npassword_file = "p"\n', ""], ids=["both", "no user"])
def test_a_token_goes_with_a_user_and_without_a_password(tmp_path: Path, line: str) -> None:
    assert _line(tmp_path, WITHOUT_OUTBOX + OAUTH.replace('user = "u"\n', line)) == (
        "config.toml: outbox: oauth goes with user, and takes the place of password_file",
        "compare with config.example.toml",
    )


def test_the_example_has_no_key_twice() -> None:
    assert tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))


def test_a_password_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_INBOX_PASSWORD", "hunter2\n")
    text = MINIMAL.replace('path = "in"', 'path = "in"\nuser = "u"')
    settings = load_settings(written(tmp_path, text))
    assert (settings.mailbox[0].password(), settings.outbox.password()) == ("hunter2", None)


def test_where_its_health_can_be_asked_for(tmp_path: Path) -> None:
    health = load_settings(written(tmp_path, MINIMAL + '[health]\nlisten = "[::1]:9463"\n')).health
    assert health == HealthSection(listen="[::1]:9463", heartbeat_url=None)
    assert load_settings(written(tmp_path, MINIMAL)).health == HealthSection()
