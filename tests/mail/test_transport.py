"""When a line may be in clear, and how long a server asks us to wait."""

from pathlib import Path

import pytest

from triage.mail import ImapMailbox, SmtpOutbox
from triage.mail.transport import LONGEST_WAIT, context_for, shown, wait_in
from triage.model import Permanent, Place

PLACES = {place: place.value for place in Place}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4.7.1 Greylisted, try again in 300 seconds", 300),
        ("4.7.1 Greylisting in action, please come back later", None),
        ("Please try again in 5 minutes", 300),
        ("Request is throttled. Suggested Backoff Time: 299970 milliseconds", 299.97),
        ("4.3.2 retry after 1 hour", 3600),
        ("retry after 99999999 hours", LONGEST_WAIT),
        ("450 4.2.1 mailbox busy 30", None),
        ("later", None),
    ],
)
def test_wait_that_a_server_asks_for(text: str, seconds: float | None) -> None:
    assert wait_in(text) == pytest.approx(seconds)


@pytest.mark.parametrize("host", ["mail.example.jp", "192.0.2.1", "2001:db8::1", "localhost.evil.example"])
def test_no_password_goes_out_in_clear(host: str) -> None:
    with pytest.raises(Permanent, match="in clear is refused"):
        ImapMailbox("box", host=host, port=143, tls="none", user="u", password="secret", places=PLACES)
    with pytest.raises(Permanent, match="in clear is refused"):
        SmtpOutbox(host=host, port=25, tls="none", user="u", password="secret")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_clear_is_allowed_on_loopback(host: str) -> None:
    assert "secret" not in repr(
        ImapMailbox("box", host=host, port=1, tls="none", user="u", password="secret", places=PLACES)
    )
    assert "secret" not in repr(SmtpOutbox(host=host, port=1, tls="none", user="u", password="secret"))


def test_a_ca_file_that_holds_no_certificate(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(Permanent, match="no certificates can be read") as trouble:
            context_for(path)
        assert str(path) in str(trouble.value)


def test_what_a_server_says_is_one_bounded_line() -> None:
    assert shown(b"a\r\n\x1b[31mb\xff" + b"c" * 500) == ("a [31mb\ufffd" + "c" * 500)[:200]
