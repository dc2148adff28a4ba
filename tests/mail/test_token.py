"""Refresh tokens → access tokens, against a token server on loopback."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.lab.mail import free_ports
from tests.lab.tokens import CLIENT_SECRET, TokenServer, token_server
from triage.mail import OAuth, Tokens
from triage.model import Permanent, Temporary, Trouble

USER = "ssl@triage.example"


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with token_server(free_ports(1)[0]) as running:
        yield running


@pytest.fixture
def oauth(server: TokenServer, tmp_path: Path) -> OAuth:
    return server.account(tmp_path, USER)


def refused(oauth: OAuth) -> Trouble:
    with pytest.raises(Trouble) as caught:
        Tokens(oauth, timeout=0.5).token()
    said = str(caught.value) + caught.value.hint
    assert CLIENT_SECRET not in said
    assert "refresh\n" not in said
    return caught.value


def test_a_token_is_asked_for_once_and_used_until_shortly_before_its_end(server: TokenServer, oauth: OAuth) -> None:
    tokens = Tokens(oauth)
    assert [tokens.token() for _ in range(3)] == ["access-1"] * 3
    assert server.asked == [
        {"grant_type": "refresh_token", "client_id": "triage", "client_secret": CLIENT_SECRET,
         "refresh_token": "refresh"},
    ]  # fmt: skip


def test_a_token_that_was_refused_is_not_shown_again(server: TokenServer, oauth: OAuth) -> None:
    tokens = Tokens(oauth)
    tokens.refused(tokens.token())
    assert tokens.token() == "access-2"
    tokens.refused("access-1")  # long forgotten
    assert tokens.token() == "access-2"


@pytest.mark.parametrize("lasts", [0, -5, "x", None, 10**400], ids=["0", "-5", "x", "none", "huge"])
def test_a_token_whose_end_makes_no_sense_is_used_all_the_same(
    server: TokenServer, oauth: OAuth, lasts: object
) -> None:
    server.lasts = lasts
    tokens = Tokens(oauth)
    assert (tokens.token(), tokens.token()) == ("access-1", "access-1")


def test_a_new_refresh_token_takes_the_place_of_the_old_one(server: TokenServer, oauth: OAuth) -> None:
    server.rotates = True
    tokens = Tokens(oauth)
    tokens.refused(tokens.token())
    tokens.token()
    assert [form["refresh_token"] for form in server.asked] == ["refresh", "refresh-1"]
    assert oauth.refresh_token_file.read_text() == "refresh-2\n"
    assert stat.S_IMODE(oauth.refresh_token_file.stat().st_mode) == 0o600
    assert Tokens(oauth).token() == "access-3"


def test_where_the_file_cannot_be_written_the_new_one_is_kept_in_memory(server: TokenServer, oauth: OAuth) -> None:
    server.rotates = True
    oauth.refresh_token_file.with_name("refresh.new").mkdir()
    tokens = Tokens(oauth)
    tokens.refused(tokens.token())
    tokens.token()
    assert server.asked[1]["refresh_token"] == "refresh-1"
    assert oauth.refresh_token_file.read_text() == "refresh\n"


def test_a_public_client_has_no_secret(server: TokenServer, oauth: OAuth) -> None:
    refused(replace(oauth, client_secret_file=None))
    assert "client_secret" not in server.asked[0]


LASTING = {
    "invalid_grant": (400, {}, {"error": "invalid_grant"}),
    "invalid_client": (401, {}, {"error": "invalid_client"}),
    "unauthorized_client": (400, {}, {"error": "unauthorized_client"}),
}
PASSING = {
    "an outage": (503, {"Retry-After": "120"}, b"<html>"),
    "too many": (429, {"Retry-After": "30"}, {"error": "slow_down"}),
    "not JSON": (200, {}, b"\xff\xfe"),
    "a list": (200, {}, []),
    "no token": (200, {}, {"token_type": "Bearer"}),
    "a token of two lines": (200, {}, {"access_token": "a\r\nA002 LOGOUT"}),
    "a token that is a number": (200, {}, {"access_token": 5}),
    "a redirect": (302, {"Location": "http://192.0.2.1/"}, b""),
    "an unknown refusal": (400, {}, {"error": "\x1b[31m" + "x" * 5000}),
}  # fmt: skip


@pytest.mark.parametrize("why", LASTING)
def test_what_a_person_must_mend_is_said_with_a_hint(server: TokenServer, oauth: OAuth, why: str) -> None:
    server.answer = LASTING[why]
    trouble = refused(oauth)
    assert isinstance(trouble, Permanent)
    assert why in str(trouble)
    assert trouble.hint


@pytest.mark.parametrize("why", PASSING)
def test_everything_else_passes(server: TokenServer, oauth: OAuth, why: str) -> None:
    server.answer = PASSING[why]
    trouble = refused(oauth)
    assert isinstance(trouble, Temporary)
    assert len(str(trouble)) < 400
    assert str(trouble).isprintable()


def test_the_wait_that_it_asks_for_is_handed_on(server: TokenServer, oauth: OAuth) -> None:
    server.answer = PASSING["an outage"]
    trouble = refused(oauth)
    assert isinstance(trouble, Temporary)
    assert trouble.wait == 120


def test_a_server_that_is_not_there_passes(oauth: OAuth) -> None:
    assert isinstance(refused(replace(oauth, token_url=f"http://127.0.0.1:{free_ports(1)[0]}/token")), Temporary)


def test_a_missing_file_is_said(oauth: OAuth) -> None:
    oauth.refresh_token_file.unlink()
    assert "refresh: cannot be read (no such file or directory)" in str(refused(oauth))


def test_no_secret_crosses_a_network_in_clear(oauth: OAuth) -> None:
    with pytest.raises(Permanent, match="over https only"):
        Tokens(replace(oauth, token_url="http://login.example.com/token"))


def test_secrets_are_not_shown(oauth: OAuth) -> None:
    tokens = Tokens(oauth)
    assert tokens.token() not in repr(tokens)


@pytest.mark.parametrize(
    ("mechanism", "says"),
    [
        ("xoauth2", "user=ssl@triage.example\x01auth=Bearer access-1\x01\x01"),
        ("oauthbearer", "n,a=ssl@triage.example,\x01auth=Bearer access-1\x01\x01"),
    ],
)
def test_what_is_said_to_log_in(server: TokenServer, tmp_path: Path, mechanism: str, says: str) -> None:
    tokens = Tokens(server.account(tmp_path, USER, mechanism))
    assert tokens.initial(USER, tokens.token()) == says
