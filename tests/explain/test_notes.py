"""What a note says and does not say, for each sort of answer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Literal

import pytest

from tests.explain.makers import (
    PROVIDERS,
    RENEWED,
    WORDING,
    XSERVER,
    diagnosis,
    flat,
    note,
    report,
    ruled_out,
    says,
    shown,
    unknown,
)
from triage.config import load_rules
from triage.explain.context import menu
from triage.explain.layout import WIDTH, width
from triage.model import Certainty, Event, Finding, Guess, Notice, Provider, Report, Verdict
from triage.names import Domain

ELSEWHERE = shown("points-elsewhere", addresses="198.51.100.7", expected="192.0.2.10")


def test_a_shown_cause_comes_with_values_date_days_and_menu_words() -> None:
    text = note(report(diagnosis(ELSEWHERE))).text
    assert says(text, "example.jp", "198.51.100.7", "192.0.2.10", "2026年12月28日(あと35日)", "「SSL設定」→「更新」")


def test_the_order_is_cause_date_steps_next_checks() -> None:
    text = note(report(diagnosis(ELSEWHERE))).text
    marks = ["原因", "期限", "やること", "このあと", "確認したこと"]
    assert [text.index(m) for m in marks] == sorted(text.index(m) for m in marks)


def test_the_title_is_one_line() -> None:
    assert (
        note(report(diagnosis(ELSEWHERE))).title
        == "example.jp の行き先が、エックスサーバーではない別のサーバーになっています"
    )


def test_a_cause_that_only_the_mail_states_is_told_as_the_mails_word() -> None:
    stated = Finding("password-protected", Certainty.SHOWN, basis="stated", facts={"error": "SECRET WORDS OF THE MAIL"})
    text = note(report(diagnosis(stated))).text
    assert says(text, "通知をもとにお伝えします")


def test_a_cause_that_is_not_proved_is_told_as_likely() -> None:
    text = note(report(diagnosis(unknown("points-elsewhere"), verdict="unknown", leading="points-elsewhere"))).text
    assert says(text, "断定できません", "推定", "なっているようです")
    assert not says(text, "原因がわかりました")


def test_nothing_found_says_what_was_seen_and_when_the_host_tries() -> None:
    text = note(report(diagnosis(ruled_out("no-address"), verdict="no-obstacle"))).text
    assert says(text, "妨げるものが見つかりませんでした", "2026年11月28日ごろ")


def test_could_not_tell_is_not_nothing_found() -> None:
    text = note(report(diagnosis(unknown("no-address"), verdict="unknown"))).text
    assert says(text, "原因はわかりませんでした", "? サイトの行き先")
    assert not says(text, "妨げるものが見つかりません")


def test_already_renewed_gives_the_proof_and_no_deadline() -> None:
    text = note(report(diagnosis(shown("already-renewed"), verdict="already-renewed", certificate=RENEWED))).text
    assert says(text, "もう更新されています", "R12", "2027年2月18日まで", "2026年11月20日に発行")
    assert "期限  " not in text


def test_a_success_notice_is_glad_and_gives_the_date_seen() -> None:
    good = report(diagnosis(verdict="no-obstacle", certificate=RENEWED), event=Event.RENEWED)
    assert says(note(good).text, "更新済みです", "2027年2月18日まで")


def test_a_success_notice_that_nobody_looked_into_claims_no_date() -> None:
    good = Report((), Notice("xserver", Event.RENEWED, (Domain("example.jp"),)))
    text = note(good).text
    assert says(text, "更新されたという知らせです")
    assert "まで使えます" not in text


def test_only_service_names_is_harmless() -> None:
    sick = (diagnosis(ELSEWHERE, name="webmail.example.jp"), diagnosis(ELSEWHERE, name="cpanel.example.jp"))
    text = note(report(*sick, service=("webmail.example.jp", "cpanel.example.jp"))).text
    assert says(text, "管理用の名前(webmail.example.jp と cpanel.example.jp)だけです")


def test_an_expired_domain_is_not_harmless_because_the_mail_names_webmail_only() -> None:
    sick = diagnosis(shown("domain-expired", zone="example.jp"), name="webmail.example.jp")
    text = note(report(sick, service=("webmail.example.jp",))).text
    assert says(text, "原因 ドメイン example.jp の有効期限が切れています")


def test_names_with_one_answer_are_one_part() -> None:
    text = note(report(diagnosis(ELSEWHERE), diagnosis(ELSEWHERE, name="www.example.jp"))).text
    assert says(text, "example.jp と www.example.jp の証明書")
    assert text.count("やること") == 1


def test_the_certificate_that_ends_first_comes_first() -> None:
    later = report(diagnosis(ELSEWHERE, name="later.jp"), expires=date(2027, 1, 20))
    sooner = report(diagnosis(shown("password-protected"), name="sooner.jp"), expires=date(2026, 12, 1))
    text = note(later, sooner).text
    assert text.index("■ sooner.jp") < text.index("■ later.jp")


def test_the_owners_name_comes_before_a_panels() -> None:
    both = report(
        diagnosis(ELSEWHERE, name="webmail.example.jp"),
        diagnosis(shown("password-protected"), name="example.jp"),
        service=("webmail.example.jp",),
    )
    text = note(both).text
    assert text.index("■ example.jp") < text.index("■ webmail.example.jp")


def test_a_second_cause_is_told_so_that_nobody_comes_back_a_week_later() -> None:
    text = note(report(diagnosis(shown("password-protected"), shown("no-address"), leading="password-protected"))).text
    assert says(text, "あわせて直すこと")


def test_what_another_server_answers_is_not_the_owners_to_fix() -> None:
    text = note(report(diagnosis(ELSEWHERE, shown("password-protected")))).text
    assert "あわせて直すこと" not in text


WATCH_WORDS = ("再確認", "毎日")


@pytest.mark.parametrize("verdict", ["will-fail", "unknown", "no-obstacle", "already-renewed"])
def test_nothing_is_promised_that_the_service_does_not_do(verdict: str) -> None:
    found = diagnosis(shown("points-elsewhere"), verdict=verdict, leading="points-elsewhere")  # pyright: ignore
    plain = note(report(found), watching=False)
    assert not any(word in plain.text + plain.html for word in WATCH_WORDS)


def test_a_service_that_looks_again_says_so() -> None:
    assert says(note(report(diagnosis(ELSEWHERE)), watching=True).text, *WATCH_WORDS)
    assert says(note(report(diagnosis(ELSEWHERE)), watching=True, language="en").text, "recheck", "every day")


def test_after_the_expiry_it_says_that_visitors_see_a_warning_now() -> None:
    text = note(report(diagnosis(ELSEWHERE), expires=date(2026, 11, 20))).text
    assert says(text, "2026年11月20日に切れました(3日前)", "警告が出ています")


def test_without_any_date_it_says_so() -> None:
    assert says(note(report(diagnosis(ELSEWHERE), expires=None)).text, "日付は、通知からも")


def test_the_date_of_a_strangers_certificate_is_no_deadline() -> None:
    text = note(report(diagnosis(ELSEWHERE, certificate=RENEWED), expires=None)).text
    assert says(text, "日付は、通知からも")
    assert says(
        note(report(diagnosis(shown("password-protected"), certificate=RENEWED), expires=None)).text, "あと87日"
    )


def test_after_the_last_automatic_try_it_says_so() -> None:
    assert says(note(report(diagnosis(ELSEWHERE), expires=date(2026, 12, 1))).text, "予定日は過ぎています")


def test_an_unknown_host_gets_general_words_and_no_link() -> None:
    made = note(report(diagnosis(ELSEWHERE, provider=Provider(id="unknown")), provider="unknown"))
    assert says(made.text, "サーバー会社の管理画面")
    assert "href" not in made.html


def test_phishing_is_told_first() -> None:
    made = note(report(diagnosis(ELSEWHERE)), signs=("phishing",))
    assert made.text.startswith("このメールは、本物をまねた偽物の疑いがあります")
    assert says(made.text, "https://panel.example/login/")


def test_the_operator_of_the_name_servers_is_named_from_the_atlas() -> None:
    at_cloudflare = shown("points-elsewhere", nameservers="ada.ns.cloudflare.com, bob.ns.cloudflare.com")
    assert says(note(report(diagnosis(at_cloudflare))).text, "Cloudflare の「DNS」の画面")


MENUS = [
    ("bare words get quotes", "ja", "DNS → レコード", "「DNS」→「レコード」"),
    ("in English theirs", "en", "DNS → Records", "“DNS” → “Records”"),
    ("own quotes stay", "ja", "「DNS」→ ドメインを選択", "「DNS」→ ドメインを選択"),
    ("a single name is no path", "en", "cPanel", "cPanel"),
]


@pytest.mark.parametrize(("why", "language", "path", "expected"), MENUS, ids=[r[0] for r in MENUS])
def test_menu_words_are_quoted(why: str, language: str, path: str, expected: str) -> None:
    assert menu(path, WORDING.locales[language]) == expected


def test_name_servers_of_two_operators_are_nobodys() -> None:
    mixed = shown("points-elsewhere", nameservers="ada.ns.cloudflare.com, ns1.example.net")
    assert "Cloudflare" not in note(report(diagnosis(mixed))).text


def test_the_zone_of_the_reader_is_used() -> None:
    late = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert says(note(report(diagnosis(ELSEWHERE)), now=late).text, "あと34日")
    assert says(note(report(diagnosis(ELSEWHERE)), now=late, language="en").text, "35 days left")


def test_checks_keep_shown_ruled_out_and_unknown_apart() -> None:
    found = (shown("password-protected"), ruled_out("not-registered"), unknown("points-elsewhere"))
    text = note(report(diagnosis(*found))).text
    assert says(text, "✓ ドメインは有効です", "✗ パスワードを求められます", "? サイトの行き先(IPアドレス)が契約中の")


def test_what_is_seen_behind_a_wrong_address_is_not_told_as_the_owners() -> None:
    text = note(report(diagnosis(ELSEWHERE, ruled_out("port-80-blocked"), ruled_out("caa-other-ca")))).text
    assert says(text, "✓ 証明書の発行元は制限されていません")
    assert "サーバーにつながります" not in text


def test_what_stops_a_renewal_only_now_and_then_is_marked_as_open() -> None:
    luck = Finding("nameservers-disagree", Certainty.SHOWN, blocks=None)
    text = note(report(diagnosis(shown("password-protected"), luck))).text
    assert says(text, "? 案内役(ネームサーバー)どうしの答えが違います")


def test_a_move_that_was_meant_is_marked_as_fine() -> None:
    moved = Finding("moved-away", Certainty.SHOWN, blocks=False)
    text = note(report(diagnosis(moved, leading="moved-away"))).text
    assert says(text, "✓ 行き先は別のサーバーで、そこの証明書は有効です")


def test_with_several_answers_a_check_says_whose_it_is() -> None:
    both = report(
        diagnosis(shown("password-protected"), name="example.jp"),
        diagnosis(shown("no-address"), name="webmail.example.jp"),
        service=("webmail.example.jp",),
    )
    assert says(note(both).text, "✗ webmail.example.jp: 行き先(IPアドレス)が書かれていません")


def test_what_the_note_blames_is_never_marked_as_open() -> None:
    luck = Finding("one-address-wrong", Certainty.SHOWN, blocks=None, facts={"address": "192.0.2.9"})
    text = note(report(diagnosis(luck, verdict="unknown", leading="one-address-wrong"))).text
    assert says(text, "✗ 行き先のうち一つ(192.0.2.9)が違います", "行き先 ✗")


def test_an_area_that_nobody_looked_at_is_not_listed() -> None:
    assert "CAA" not in note(report(diagnosis(ELSEWHERE))).text


def test_the_road_stops_at_the_broken_step() -> None:
    text = note(report(diagnosis(ELSEWHERE, ruled_out("not-registered")))).text
    assert "発行元 → ドメイン ✓ → 案内役 ? → 行き先 ✗ → 転送 → 応答" in text


def test_a_name_in_other_letters_is_given_as_it_must_be_typed_too() -> None:
    text = note(report(diagnosis(ELSEWHERE, name="xn--r8jz45g.jp"))).text
    assert says(text, "xn--r8jz45g.jp(例え.jp)")


def test_a_notice_without_names_asks_for_one() -> None:
    nameless = Report((), Notice("acme.sh", Event.RENEWAL_FAILED))
    assert says(note(nameless).text, "ドメイン名がありませんでした")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_line_is_longer_than_72_columns(language: str) -> None:
    long_name = ".".join(["a" * 60] * 3 + ["jp"])
    made = note(report(diagnosis(ELSEWHERE, name=long_name)), language=language)
    assert max(width(line) for line in made.text.splitlines()) <= WIDTH


def test_many_names_are_cut() -> None:
    many = [diagnosis(ELSEWHERE, name=f"n{n}.example.jp") for n in range(9)]
    assert says(note(report(*many)).text, "ほか5件")


def test_english_has_no_japanese() -> None:
    text = note(report(diagnosis(ELSEWHERE, provider=Provider(id="unknown")), provider="unknown"), language="en").text
    assert not any("\u3000" <= c <= "\u9fff" for c in text)
    assert flat("What we checked") in flat(text)


def test_providers_are_found_by_the_notice_where_the_inquiry_does_not_know() -> None:
    guess = diagnosis(ELSEWHERE, provider=Provider(id="unknown"))
    assert says(note(report(guess, provider="xserver"), providers=PROVIDERS).text, XSERVER.called("ja"))


def test_a_guessed_host_is_told_in_soft_words_beside_the_cause() -> None:
    found = diagnosis(shown("password-protected"))
    inquiry = replace(found.inquiry, assumed=("provider",), guess=Guess("address", "192.0.2.10"))
    text = note(report(replace(found, inquiry=inquiry)), language="en").text
    said = "Your host seems to be Xserver. We take that from the address 192.0.2.10."
    assert said in " ".join(text.split())
    assert text.index("seems to be") < text.index("By when")
    assert "seems to be" not in note(report(found), language="en").text


def test_where_the_server_does_not_answer_the_road_does_not_blame_the_address() -> None:
    text = note(report(diagnosis(shown("port-80-refused"), ruled_out("no-address"))), language="en").text
    assert "→ server ✗ →" in text
    assert "address ✗" not in text


def test_menu_words_of_another_language_are_marked_for_screen_readers() -> None:
    real = load_rules().providers["xserver"]
    html = note(report(diagnosis(shown("password-protected"), provider=real)), language="en").html
    assert '<span lang="ja" style="white-space:nowrap">「更新」</span>' in html
    assert 'lang="ja"' not in note(report(diagnosis(shown("password-protected")))).html.split("<body")[1]


def test_a_text_for_support_claims_to_have_seen_only_what_was_seen() -> None:
    def text(found: Finding, verdict: Verdict = "will-fail") -> str:
        told = diagnosis(found, verdict=verdict, leading=found.code)
        return " ".join(note(report(told), language="en").text.split())

    assert "(seen on November 23, 2026)" in text(shown("port-80-blocked"))
    assert "(according to the notice that I got)" in text(replace(shown("account-paused"), basis="stated"))
    assert "(seen on November 23, 2026, not certain)" in text(unknown("port-80-blocked"), "unknown")


def test_what_is_there_but_stops_a_renewal_only_now_and_then_is_told_as_seen_and_as_the_likely_cause() -> None:
    luck = replace(shown("one-address-wrong", address="198.51.100.7"), blocks=None)
    text = note(report(diagnosis(luck, verdict="unknown", leading="one-address-wrong"))).text
    assert says(text, "断定できません", "推定 example.jp の行き先のうち、一つ(198.51.100.7)が間違っています")
    assert not says(text, "原因がわかりました")


def test_behind_cloudflare_a_host_that_does_not_look_at_the_address_is_not_said_to() -> None:
    proxied = replace(shown("behind-cloudflare", addresses="104.21.3.7"), blocks=None)
    text = note(report(diagnosis(proxied, verdict="unknown", leading="behind-cloudflare"))).text
    assert says(text, "Cloudflare を通しても更新できることが多い")
    assert not says(text, "自社でないと更新しません")


def test_what_the_mail_alone_says_is_marked_so_among_what_was_checked() -> None:
    stated = Finding("password-protected", Certainty.SHOWN, basis="stated", facts={"status": "401"})
    text = note(report(diagnosis(stated))).text
    assert says(
        text, "通知では example.jp にパスワードがかかっています", "✗ パスワードを求められます(応答 401)(通知による)"
    )
    assert "通知による" not in note(report(diagnosis(shown("password-protected", status="401")))).text


def test_a_cross_beside_a_fine_site_says_whose_it_is() -> None:
    sick = diagnosis(shown("no-address"), name="webmail.example.jp")
    text = note(report(sick, service=("webmail.example.jp",))).text
    assert says(text, "✗ webmail.example.jp: 行き先(IPアドレス)が書かれていません")


def test_beside_a_site_that_moved_a_cross_is_that_of_the_name_that_stayed() -> None:
    left = diagnosis(shown("moved-away"))
    text = note(
        report(left, diagnosis(shown("no-address"), name="webmail.example.jp"), service=("webmail.example.jp",))
    ).text
    assert says(text, "✗ webmail.example.jp: 行き先(IPアドレス)が書かれていません")


def test_of_two_that_end_on_one_day_the_domain_itself_comes_first() -> None:
    both = report(diagnosis(ELSEWHERE, name="a.example.jp"), diagnosis(shown("password-protected"), name="example.jp"))
    text = note(both).text
    assert text.index("■ example.jp") < text.index("■ a.example.jp")


def test_a_notice_without_names_promises_no_further_look_and_asks_for_no_date() -> None:
    text = note(Report((), Notice("xserver", Event.RENEWAL_FAILED)), watching=True).text
    assert not says(text, "このあと")
    assert not says(text, "期限")


def test_a_long_road_is_broken_between_two_steps() -> None:
    steps = (
        ruled_out(c) for c in ("ca-outage", "not-registered", "lame-delegation", "no-address", "password-protected")
    )
    text = note(report(diagnosis(shown("caa-other-ca"), *steps)), language="en").text
    assert "→ forward" in text
    assert "→\n   answer ✓ → permission ✗\n" in text


@pytest.mark.parametrize(
    ("kind", "told", "untold"),
    [
        ("host", "下の文面をX社のサポートへ送ります", "ご自分で"),
        ("client", "ポート80を「すべて許可」にします", "サポートへ送ります"),
        ("panel", "サーバーを会社に任せているなら", "X社"),
    ],
)
def test_whose_work_it_is_depends_on_who_runs_the_server(
    kind: Literal["host", "client", "panel"], told: str, untold: str
) -> None:
    provider = Provider(id="x", kind=kind, names={"ja": "X社"})
    text = note(report(diagnosis(shown("port-80-blocked"), provider=provider))).text
    assert says(text, told)
    assert not says(text.split("サポートへ送る文面")[0], untold)


def test_name_servers_that_are_to_be_typed_are_told_all_or_not_at_all() -> None:
    def text(*nameservers: str) -> str:
        return note(
            report(diagnosis(shown("lame-delegation"), provider=replace(XSERVER, nameservers=nameservers)))
        ).text

    assert says(
        text("ns1.host.example", "ns2.host.example"), "エックスサーバーの案内役: ns1.host.example, ns2.host.example"
    )
    assert not says(text("*.dns.host.example", "ns2.host.example"), "エックスサーバーの案内役")
