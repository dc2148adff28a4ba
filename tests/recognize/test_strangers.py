# ruff: noqa: E501 (a mail is easier to judge on one line)
"""Notices of hosts that nobody has described, each in words of its own: what they say, and what they only hold possible."""

from email.message import EmailMessage

import pytest

from triage.config import load_rules
from triage.model import Notices
from triage.recognize import recognize
from triage.recognize.guesses import without_guesses
from triage.unwrap import unwrap

RULES = load_rules()
SIGNATURE = "\n\n--\n山田太郎 株式会社サンプル\nhttps://www.sample-corp.co.jp/ info@sample-corp.co.jp\n"
GUESSES = (
    "\n考えられる原因:\n・DNSが当社サーバーを指していない\n・アクセス制限が設定されている\n・認証局のメンテナンス中\n"
)
ENGLISH_GUESSES = """

This may be caused by:
* DNS for the domain points elsewhere
* Maintenance at the certificate authority
* a timeout during connect (likely firewall problem)

Regards, Hosting Support
https://support.hosting.test
"""

STRANGERS = (
    (
        "a sentence, a list of guesses and a signature",
        "SSL証明書の自動更新ができませんでした",
        f"お客様の「shop.example.jp」のSSL証明書につきまして、自動更新ができませんでした。{GUESSES}{SIGNATURE}",
        "renewal-failed shop.example.jp - -",
    ),
    (
        "the subject's domain before a labelled address",
        "独自SSL証明書 更新失敗のお知らせ(example.co.jp)",
        f"下記サイトのSSL証明書の更新に失敗いたしました。\n■サイト\nhttps://www.example.co.jp/\n■証明書の有効期限\n2026/12/01\n{GUESSES}",
        "renewal-failed example.co.jp 2026-12-01 -",
    ),
    (
        "not yet renewed",
        "Let's Encrypt 証明書の更新に関するご案内",
        "www.example.jp のLet's Encrypt証明書を更新できていません。DNSの設定をご確認ください。" + SIGNATURE,
        "renewal-failed www.example.jp - -",
    ),
    (
        "a list without a colon",
        "証明書更新エラー",
        "以下のドメインの証明書更新に失敗しました。\n\n　example.jp\n　www.example.jp\n\nご確認をお願いします。" + SIGNATURE,
        "renewal-failed example.jp www.example.jp - -",
    ),
    (
        "a CA that climbed to the parent zone",
        "SSL自動更新エラー通知",
        "p.example.jp のSSL証明書を更新しようとしましたが、更新が行われませんでした。\nエラー内容:DNS problem: SERVFAIL looking up CAA for example.jp\n",
        "renewal-failed p.example.jp - caa-lookup-fails",
    ),
    (
        "numbered main reasons",
        "無料SSL 更新不可のお知らせ",
        "無料SSL証明書の更新ができない状態です。\n\n【対象】w.example.jp\n【期限】2026年12月25日\n\n【主な原因】\n1. ネームサーバーが変更されている\n2. .htaccessによるアクセス制限\n",
        "renewal-failed w.example.jp 2026-12-25 -",
    ),
    (
        "no domain but the signature's",
        "SSL証明書の更新に失敗しました",
        "お客様のSSL証明書の更新に失敗しました。管理画面 https://panel.hosting.test/ からご確認ください。" + SIGNATURE,
        "renewal-failed  - -",
    ),
    (
        "English, guesses in bullets",
        "Action required: your certificate",
        "The certificate protecting example.org could not be renewed and will expire on December 12, 2026."
        + ENGLISH_GUESSES,
        "renewal-failed example.org 2026-12-12 -",
    ),
    (
        "a site written as an address",
        "Your SSL certificate is about to expire",
        "The SSL certificate for https://shop.example.net expires on 2026-12-15." + ENGLISH_GUESSES,
        "expiry-warning shop.example.net 2026-12-15 -",
    ),
    (
        "guesses in a sentence",
        "Certificate provisioning failed",
        "Provisioning the certificate for u.example.org failed.\n\nPossible reasons include a CAA record that forbids "
        "letsencrypt.org or a timeout during connect.\n",
        "renewal-failed u.example.org - -",
    ),
    (
        "the CA's own `likely firewall problem` is no guess of the host",
        "【SSL】自動更新処理に失敗",
        "y.example.jp：証明書の自動更新処理に失敗しました（エラー: Timeout during connect (likely firewall problem)）",
        "renewal-failed y.example.jp - port-80-blocked",
    ),
    (
        "a setting that failed is not one that was made",
        "SSL設定に失敗しました",
        "x.example.jp の無料SSL設定に失敗しました。\n\n・AAAAレコードがある場合は削除してください。",
        "renewal-failed x.example.jp - -",
    ),
    (
        "a subject that says what, a label that says how it went",
        "[Hosting] SSL",
        "Hostname: h.example.com\nExpiry date: 05 Dec 2026\nLast renewal attempt: failed\n\nhttps://my.hosting.test/ssl",
        "renewal-failed h.example.com 2026-12-05 -",
    ),
    (
        "a numbered list under the sentence",
        "【サーバー】SSL更新失敗",
        "SSL更新に失敗したドメインが2件あります。\n1) l1.example.jp\n2) l2.example.jp",
        "renewal-failed l1.example.jp l2.example.jp - -",
    ),
    (
        "a heading over the domain, a plug-in further down",
        "SSL証明書更新失敗",
        "■対象\no.example.jp\n\n■お客様番号\n12345\n\n■関連サービス\nプラグイン: https://plugin.example.com",
        "renewal-failed o.example.jp - -",
    ),
    (
        "German",
        "SSL-Zertifikat konnte nicht verlängert werden",
        "Das SSL-Zertifikat für de.example.org konnte nicht verlängert werden.",
        "renewal-failed de.example.org - -",
    ),
    (
        "a domain whose payment failed",
        "ドメイン更新失敗のお知らせ",
        "example.jp のドメイン更新に失敗しました。クレジットカードをご確認ください。SSLも停止します。",
        "not-a-notice",
    ),
    (
        "what the CA said, after a list of guesses",
        "SSL error",
        "We were unable to renew your certificate.\n\nCommon causes:\n- the CA has a maintenance\n\nDomain: e.example.org\n"
        "Error: 192.0.2.5: Fetching http://e.example.org/.well-known/acme-challenge/abc: Timeout during connect "
        "(likely firewall problem)\n",
        "renewal-failed e.example.org - port-80-blocked",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("subject", "body", "said"), [row[1:] for row in STRANGERS], ids=[row[0] for row in STRANGERS])
def test_a_stranger_s_notice(subject: str, body: str, said: str) -> None:
    assert read(subject, body) == said


def read(subject: str, body: str) -> str:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Date"] = "noreply@hosting.test", subject, "Tue, 24 Nov 2026 10:00:00 +0900"
    mail.set_content(body)
    outcome = recognize(unwrap(bytes(mail)), RULES)
    if not isinstance(outcome, Notices):
        return outcome.verdict
    notice = outcome.notices[0]
    names = " ".join(name.text for name in notice.names)
    return f"{notice.event.value} {names} {notice.expires or '-'} {notice.stated_cause or '-'}"


def test_a_list_of_guesses_ends_where_other_text_begins() -> None:
    assert without_guesses("Possible causes:\n\n- a\n- b\nDomain: x\n- c") == "\n\n\n\nDomain: x\n- c"
