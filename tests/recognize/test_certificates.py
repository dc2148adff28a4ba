"""A mail about several certificates is several notices, each with its own names and its own errors."""

from pathlib import Path

import pytest

from triage.config import load_rules
from triage.model import Notices
from triage.recognize import recognize
from triage.unwrap import unwrap

ROOT = Path(__file__).parent.parent.parent / "rules" / "providers"
RULES = load_rules()
Told = tuple[list[str], list[str | None]]  # names, causes

MAILS: dict[str, list[Told]] = {
    "plesk/samples/01-failure-multi": [
        (["example.com", "*.example.com"], ["caa-other-ca"]),
        (["example.net", "www.example.net", "webmail.example.net"], ["points-elsewhere"]),
    ],
    # The last block is of a certificate that was renewed without one of its names.
    "plesk/samples/06-two-and-one-without": [
        (["law.example.net", "www.law.example.net"], ["no-address"]),
        (["a-rather-long-name.example.net"], []),
        (["new.example.net"], []),
    ],
    "certbot/samples/17-two-failed": [
        (["clay.example.net", "www.clay.example.net"], ["no-address"]),
        (["kiln.example.net"], ["port-80-refused"]),
    ],
    # Of two, one is not due yet.
    "certbot/samples/01-one-of-two": [(["example.com", "www.example.com"], ["points-elsewhere"])],
    "hestiacp/samples/05-several-wrapped": [
        (["a-rather-long-name.example.net"], ["points-elsewhere"]),
        (["mail.example.net"], []),
        (["old.example.net"], []),
    ],
    "hestiacp/samples/03-cron-other-words": [(["shop.example.net"], []), (["blog.example.net"], ["too-slow"])],
}


def read(raw: bytes) -> list[Told]:
    outcome = recognize(unwrap(raw), RULES)
    assert isinstance(outcome, Notices), outcome.because
    return [([name.text for name in n.names], [p.cause for p in n.problems]) for n in outcome.notices]


@pytest.mark.parametrize("mail", MAILS)
def test_a_certificate_is_a_notice(mail: str) -> None:
    assert read((ROOT / f"{mail}.eml").read_bytes()) == MAILS[mail]


SUMMARIES = {
    "mail.example.com": [["example.com", "*.example.com", "mail.example.com"], ["example.net"]],
    "shop.example.org": [["example.com", "*.example.com"], ["example.net"], ["shop.example.org"]],
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_name_that_only_a_summary_gives_is_with_its_site_or_alone(name: str) -> None:
    raw = (ROOT / "plesk/samples/01-failure-multi.eml").read_bytes()
    raw += f"\nMissed domain names failed to pass validation: {name}\n".encode()
    others = {"www.example.net", "webmail.example.net"}
    assert [[name for name in names if name not in others] for names, _ in read(raw)] == SUMMARIES[name]


def test_of_many_certificates_no_more_names_are_read_than_of_one() -> None:
    block = "\n* 'Lets Encrypt x{n}.example.net' [days to expire: 3]\n  [-] x{n}.example.net\nTimeout was reached.\n"
    head = "Subject: Could not secure domains of A B (login ab) with Let's Encrypt certificates\n\nRenewal of the"
    text = f"{head} following Let's Encrypt certificates has failed:\n" + "".join(block.format(n=n) for n in range(80))
    outcome = recognize(unwrap(text.encode()), RULES)
    assert isinstance(outcome, Notices)
    assert [n.names for n in outcome.notices].count(()) == 0
    assert (len(outcome.notices), sum(n.unread for n in outcome.notices)) == (50, 30)
    assert outcome.because.endswith("; only 50 of 80 names were read")
