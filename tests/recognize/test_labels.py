"""Labels that nobody listed: known by the words in them and by what stands behind them."""

from datetime import date

import pytest

from triage.recognize.dates import Habits, first_date
from triage.recognize.generic.entries import entries_in
from triage.recognize.generic.labels import label_of

LABELS = (
    ("■ 対象ドメイン名 : shop.example.jp", "names", "shop.example.jp"),
    ("【証明書のコモンネーム】www.example.jp", "names", "www.example.jp"),
    ("1 対象ホスト www.example.jp 及び example.jp", "names", "www.example.jp 及び example.jp"),
    ("Names on the certificate .... a.test, *.a.test", "names", "a.test, *.a.test"),
    ("dns_names = a.test,b.test", "names", "a.test,b.test"),
    ("カスタムドメイン img.example.jp", "names", "img.example.jp"),
    ("notAfter=2026-12-11", "expires", "2026-12-11"),
    ("2 現行証明書の有効期限 令和8年12月14日", "expires", "令和8年12月14日"),
    ("Gültig bis 14. Dezember 2026", "expires", "14. Dezember 2026"),
    ("処理結果 = 失敗", "outcome", "失敗"),
    ("状態 更新失敗", "outcome", "更新失敗"),
    # what belongs to somebody else
    ("サーバー名: sv114.host.test", "other", "sv114.host.test"),
    ("ネームサーバー : ns1.host.test", "other", "ns1.host.test"),
    ("次回の更新: 2026-12-11", "other", "2026-12-11"),
    ("Contact: support.host.test", "other", "support.host.test"),
)
NONE = (
    "https://www.example.jp/",
    "www.example.jp: failed",
    "14:30 に再度お試しください",
    "We could not renew the certificate of www.example.jp",
)


@pytest.mark.parametrize(("line", "kind", "value"), LABELS)
def test_a_label(line: str, kind: str, value: str) -> None:
    label = label_of(line)
    assert label is not None
    assert (label.kind, label.value) == (kind, value)


@pytest.mark.parametrize("line", NONE)
def test_no_label(line: str) -> None:
    assert label_of(line) is None


CARDS = [
    *("Result: failed", "Domain: a.test", "Expires: 2026-12-01", ""),
    *("Result: OK", "Domain: b.test", "Expires: 2027-02-01", ""),
]


def test_a_block_ends_where_its_first_label_comes_again() -> None:
    found = entries_in(CARDS).entries
    assert [(str(e.names[0]), e.outcome, e.expires) for e in found] == [
        ("a.test", "failed", date(2026, 12, 1)),
        ("b.test", "fine", date(2027, 2, 1)),
    ]


ROWS = (
    ("a line of a log in pairs", 'level=error msg="renewal failed" cert=a.test left=19d', "failed"),
    ("a line of a log in JSON", '{"lvl":"error","cert":"a.test","status":"failed"}', "failed"),
    ("CSV", "OB-771,a.test,20261211,timeout error", "failed"),
    ("cells", "| a.test | FAILED | 403 |", "failed"),
    ("a name and its error", 'acme_certificate.edge["a"] (a.test): error renewing', "failed"),
    ("dots between", "a.test ........ NG", "failed"),
    ("marks before", "[04:00:03] [OK] a.test renewed", "fine"),
)


@pytest.mark.parametrize(("line", "outcome"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_row(line: str, outcome: str) -> None:
    (found,) = entries_in([line]).entries
    assert ([str(name) for name in found.names], found.outcome) == (["a.test"], outcome)


@pytest.mark.parametrize(
    "line",
    [
        "a.test ご担当者 様",
        "a.test の証明書を更新できませんでした",
        "https://a.test/help/ssl",
        "info@a.test",
        "a.test was renewed yesterday and is well, so that nothing is left for you to do now",
    ],
)
def test_no_row(line: str) -> None:
    assert entries_in([line]).entries == []


WRITTEN = Habits(dated=date(2026, 11, 26))
DAYS = (
    ("12月7日 23:59 まで", date(2026, 12, 7)),
    ("1月8日", date(2027, 1, 8)),
    ("11月24日", date(2026, 11, 24)),
    ("令和九年一月八日", date(2027, 1, 8)),
    ("R8.12.25", date(2026, 12, 25)),
    ("26/11/28", date(2026, 11, 28)),
    ("20/12/26", date(2026, 12, 20)),
    ("20261211", date(2026, 12, 11)),
    ("04/12/2026", date(2026, 12, 4)),  # the other day that it could be is long past
    ("03/02/2027", None),  # either may be meant
    ("the 22nd of December 2026", date(2026, 12, 22)),
    ("16-12-2026", date(2026, 12, 16)),
    ("2026년 12월 11일", date(2026, 12, 11)),
)


@pytest.mark.parametrize(("text", "day"), DAYS)
def test_a_day_as_the_writer_prints_it(text: str, day: date | None) -> None:
    assert first_date(text, WRITTEN) == day


def test_without_the_writer_s_own_date_a_day_without_a_year_is_none() -> None:
    assert first_date("12月7日 まで") is None
