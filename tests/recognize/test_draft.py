"""A mail that nobody has described becomes a rule that reads it, and a sample in which nobody can be found."""

from pathlib import Path

from triage.cli.rules import new_folder
from triage.cli.voice import Exit
from triage.config import load_rules
from triage.recognize import draft_rule, hitting, recognize
from triage.unwrap import unwrap

MAIL = b"""From: Sunny Hosting <noreply@sunny.co.jp>
To: suzuki@real-shop.co.jp
Subject: Sunny Hosting: SSL renewal failed for www.real-shop.co.jp
Date: Mon, 02 Nov 2026 10:00:00 +0900
Content-Type: text/plain; charset=utf-8

Dear Hanako Suzuki,

we could not renew the free certificate of your site.

Domain: www.real-shop.co.jp
Expires: 2026-12-20
Customer ID: sz991234
Server address: 198.51.100.77
Questions? support@sunny.co.jp or https://help.sunny.co.jp/
"""
PRIVATE = ("real-shop", "Suzuki", "suzuki", "sz991234", "198.51.100.77", "sunny.co.jp")


def test_nothing_of_a_person_stays() -> None:
    draft = draft_rule(unwrap(MAIL), load_rules())
    everything = "\n".join((draft.rule, draft.expected, draft.subject, draft.body))
    assert [word for word in PRIVATE if word in everything] == []


def test_the_drafted_rule_reads_its_sample(tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(MAIL)
    assert new_folder("sunny", str(mail), tmp_path / "own", None) is Exit.DONE
    rules = load_rules((tmp_path / "own",))
    sample = unwrap((tmp_path / "own/providers/sunny/samples/01-first.eml").read_bytes())
    outcome = recognize(sample, rules)
    assert hitting(sample, rules)[0] == ("sunny/renewal-failed",)
    assert [
        (name.text, str(notice.expires)) for notice in getattr(outcome, "notices", ()) for name in notice.names
    ] == [("www.example.jp", "2026-12-20")]


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "providers/sunny").mkdir(parents=True)
    assert new_folder("sunny", "-", tmp_path, None) is Exit.USAGE
