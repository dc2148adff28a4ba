"""A mail that nobody has described becomes a rule that reads it, and a sample in which nobody can be found."""

from pathlib import Path

import pytest

from triage.cli.rules import check_folder, new_folder
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


BELOW = """From: Nagisa <noreply@nagisa.co.jp>
Subject: =?utf-8?b?44Ko44OD44K46Ki85piO5pu444Gu5pu05paw44GM5L+d55WZ44GV44KM44Gm44GE44G+44GZ?=
Date: Mon, 02 Nov 2026 10:00:00 +0900
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

エッジ証明書を更新できませんでした。

証明書
*.real-shop.co.jp

満了日時

2026-12-11 23:59

検証エラー
_acme-challenge.real-shop.co.jp に TXT レコードが見つかりません
""".encode()


def test_a_value_below_its_label_becomes_a_field_and_a_name_that_is_not_sick_is_not_expected(tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(BELOW)
    assert new_folder("nagisa", str(mail), tmp_path / "own", None) is Exit.DONE
    home = tmp_path / "own/providers/nagisa"
    assert 'names = ["*.example.jp"]' in (home / "samples/01-first.toml").read_text()
    outcome = recognize(unwrap((home / "samples/01-first.eml").read_bytes()), load_rules((tmp_path / "own",)))
    assert [
        (notice.provider, [name.text for name in notice.names], str(notice.expires))
        for notice in getattr(outcome, "notices", ())
    ] == [("nagisa", ["*.example.jp"], "2026-12-11")]


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "providers/sunny").mkdir(parents=True)
    assert new_folder("sunny", "-", tmp_path, None) is Exit.USAGE


def test_a_folder_that_holds_no_rules_is_not_one_whose_rules_are_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_folder(tmp_path, None) is Exit.WRONG_OUT_THERE
    assert "holds no rules" in "".join(capsys.readouterr().out.split("\n"))
