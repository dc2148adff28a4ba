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
    (
        "a heading that Japanese wraps behind a particle",
        "【パートナー様】SSL自動更新エラー一覧",
        "貴社管理アカウントのうち、10月31日の自動更新でエラーとなったものを\nお知らせいたします。\n\n・a.example.jp(期限 12/1)\nAレコードの参照先が応答しません\n\n・b.example.jp(期限 12/1)\n認証用ファイルが見つかりません(404)\n\n上記以外は正常に更新されています。",
        "renewal-failed a.example.jp b.example.jp 2026-12-01 -",
    ),
    (
        "an English heading that says no",
        "Migration finished",
        "SSL 4 of 6 new certificates issued\n\nNo certificate could be issued for\n\n- a.example.com\n- b.example.com\n\nc.example.com and the others are fine.",
        "renewal-failed a.example.com b.example.com - -",
    ),
    (
        "a link to the site, used with a certificate",
        "ホームページサービスをご利用のお客様へ(証明書について)",
        "お客様のホームページ(https://a.example.jp/)で使われているSSLサーバー証明書ですが、有効期限が12月1日までとなっており、まだ新しいものに入れ替わっておりません。",
        "expiry-warning a.example.jp 2026-12-01 -",
    ),
    (
        "a test that went well before the attempt that did not",
        "SSL更新スクリプト",
        "[03:15:02] 対象: a.example.jp (期限 2026-12-05)\n[03:15:21] ステージング: OK\n[03:16:44] エラー: 本番環境での更新に失敗しました\n[03:16:44] 対象: b.example.jp (期限 2027-01-28)\n[03:16:45] 残り68日のため更新不要。スキップ",
        "expiry-warning a.example.jp 2026-12-05 -",
    ),
    (
        "an order that was not approved in time",
        "Order 5530: domain control validation unsuccessful",
        "Names: a.example.com, b.example.com\n\nWe sent the approval mail three times. Validation succeeded for neither name, therefore the certificate has NOT been issued. There is nothing to approve any more.",
        "renewal-failed a.example.com b.example.com - -",
    ),
    (
        "questions to the customer below",
        "SSL証明書の期限切れについて／アンケートのお願い",
        "ご利用中の a.example.jp のSSL証明書は、11月14日 8時12分をもって有効期限が切れました。\n\n---\nQ. 満足していますか? はい・いいえ\n回答期限:2026年11月30日",
        "expiry-warning a.example.jp 2026-11-14 -",
    ),
    ("an article with questions", "お客様満足度アンケートのお願い", "「SSL証明書の更新に失敗しました a.example.jp」のお問い合わせは解決しましたか?", "not-a-notice"),
    ("what used to be", "【新機能】AutoSSLがワイルドカード証明書に対応しました", "これまでは「AutoSSLの証明書の発行に失敗しました」という通知が届くことがありました。", "not-a-notice"),
    ("an advertisement that asks", "Your certificate expired. Would you know?", "The certificate expired at midnight. The renewal had been failing for days.\n\nStart your 14-day trial. Reply STOP and I won't write again.", "not-a-notice"),
    ("an issue of somebody's program", "[lacquer/acme] Renewal fails with 403 (Issue #1204)", "certificate for blog.example.org NOT renewed, expires 2026-12-02", "not-a-notice"),
    (
        "the value of a record that the owner should set",
        "SSL証明書が期限切れになっています",
        "■店舗名:ほぐし庵(https://a.example.jp/)\n\n上記ページの証明書の自動更新は、6回失敗しています。\n\nCNAMEレコードが次の値になっているかご確認ください。\n\ncustom.example.com",
        "renewal-failed a.example.jp - -",
    ),
    (
        "a site that the sentence before names",
        "Canal House is showing a warning",
        "Something's up with one of your sites: Canal House (a.example.com).\n\nIts SSL certificate could not be renewed.\n\nReconnect the domain: https://app.example.net/sites/domain",
        "renewal-failed a.example.com - -",
    ),
    (
        "a script that skips what is not due",
        "SSL更新スクリプト",
        "[2026-11-23 03:30:04] a.example.jp : 更新失敗 (現在の期限 2026-12-12)\nThe key authorization file did not match; the challenge failed\n[2026-11-23 03:30:20] b.example.jp : 期限まで 45日 -> スキップ",
        "renewal-failed a.example.jp 2026-12-12 -",
    ),
    (
        "remarks below the rows, each with a day",
        "SSL更新エラー 2件",
        "今週の自動更新で2サイトがエラーになりました。\n\n(1) a.example.jp\n12/2満了。whoisがHold状態。\n(2) b.example.jp\n12/6満了。急ぎません",
        "renewal-failed a.example.jp 2026-12-02 -",
    ),
    (
        "what a table of renewals says of each",
        "Resumen de renovaciones",
        "Dominio example.com ........... renovado hasta 18/11/2027\nCertificado example.com ....... renovado hasta 09/02/2027\nCertificado blog.example.com .. NO renovado, caduca el 07/12/2026",
        "renewal-failed blog.example.com 2026-12-07 -",
    ),
    (
        "the nearest of several days",
        "[FIRING:2] TLSCertExpiringSoon",
        "Certificate for https://a.example.com expires in 6d 4h (2026-11-29T11:02:00Z).\nCertificate for https://b.example.com expires in 2d 9h (2026-11-25T16:40:00Z).",
        "expiry-warning a.example.com b.example.com 2026-11-25 -",
    ),
    ("a report of nothing", "[日報] 監視結果:異常なし", "◆証明書残日数 対象 48 期限切れ 0 / 14日未満 0 / 更新失敗 0\n\n証明書 残日数の少ない順(参考)\na.example.jp 22日", "not-a-notice"),
    ("a list of people", "[acme-users] renewal fails", "Failed to renew certificate a.example.com with error: Some challenges have failed.\n\nacme-users mailing list\n", "not-a-notice"),
    ("an invoice for the repair", "Invoice 381 / certificate job", "For reference, the alert was:\n\nFailed to renew certificate a.example.com with error: Some challenges have failed.", "not-a-notice"),
    ("a drill", "【訓練】SSL証明書期限切れ", "a.example.jp のSSL証明書が期限切れとなり、警告が表示されている。", "not-a-notice"),
    (
        "a heading that says that it is not complete",
        "［要対応］常時SSL証明書の更新が完了していません",
        "更新手続きが、以下のドメインで完了しておりません。\n\n・a.example.jp(期限 12月3日)\n・b.example.jp(期限 12月3日)",
        "renewal-failed a.example.jp b.example.jp 2026-12-03 -",
    ),
    (
        "a machine that signs below a heading that failed",
        "[acme] 更新エラー: a.example.jp",
        "ドメイン a.example.jp の証明書を更新できませんでした。\nエラー: DNS APIの認証に失敗しました (invalid token)\n次回の実行予定: 2026-12-09 05:45\n\n--\nns3.example.jp",
        "renewal-failed a.example.jp - -",
    ),
    (
        "the site that the reader connected",
        "We couldn't issue your certificate",
        "You recently connected a.example.com to your website. We've been trying to set up SSL, but DNSSEC validation for your domain is failing.\n\nUntil then your site stays reachable at b.sites.test.",
        "renewal-failed a.example.com - -",
    ),
    (
        "a failure at the end of an invoice",
        "Invoice 1187, November hosting",
        "please find our invoice below.\n\nTotal, payable by 9 December 2026 EUR 177.50\n\nOne more thing: for a.example.com the renewal of the certificate was refused. Could you set the record again?",
        "renewal-failed a.example.com - -",
    ),
    ("a failure for want of a payment", "Your hosting", "Your invoice is overdue. Therefore the certificate of a.example.com could not be renewed.", "not-a-notice"),
    (
        "a failure in a newsletter, told of the reader's own site",
        "Newsletter & wichtige Hinweise",
        "* Domains zum Advent: jeden Tag eine Endung\n\nPersönliche Hinweise zu Ihrem Vertrag\nSSL: Das Zertifikat für a.example.org konnte nicht verlängert werden.\nGültig noch bis 30.11.2026.",
        "renewal-failed a.example.org 2026-11-30 -",
    ),
    ("a failure in a newsletter, told of somebody", "The Handshake #58: 200 days", "Postmortem of the week\n\nA bank's page, login.example.org, went dark because its certificate could not be renewed.\n\nUnsubscribe", "not-a-notice"),
    (
        "a table whose names stand further on",
        "[WARNING] SSL証明書期限警告",
        "仮想サーバ 証明書ファイル CN 終了日 残日数\n---------- ------------- ----------------- ---------- --\nvs_a_443 a_2025.pem a.hotel-tel.example 2026/12/01 7\nvs_b_443 b_2025.pem b.hotel-tel.example 2026/12/01 7",
        "expiry-warning a.hotel-tel.example b.hotel-tel.example 2026-12-01 -",
    ),
    (
        "the names of the failure below the site that the subject names",
        "AutoSSL failing on example.com",
        "The certificate for mail.example.com and imap.example.com could not be renewed. The main site is still fine.",
        "renewal-failed mail.example.com imap.example.com - -",
    ),
    (
        "the day of the certificate, not that of the domain",
        "ドメイン延長完了のご報告/SSLに関するご連絡",
        "■ドメイン登録期間の延長が完了しました\na.example.jp 新しい満了日 2027/11/30\n\n■SSLについて\na.example.jp のSSL証明書の更新ができませんでした。\n証明書は 2026/12/03 まで有効です。",
        "renewal-failed a.example.jp 2026-12-03 -",
    ),
    ("a draft", "文面たたき台:証明書が切れそうなときのメール", "件名:SSL証明書が更新できませんでした\n●ドメイン● のSSL証明書の自動更新に失敗しました。", "not-a-notice"),
    ("solved, in German", "Gelöst: Zertifikat wird nicht erneuert", "das Zertifikat für a.example.org ist seit 13:58 Uhr erneuert.", "renewed a.example.org - -"),
    (
        "a script's list, which nothing announces",
        "証明書自動更新ジョブ 正常終了",
        "開始 02:00:01\n更新 a.example.jp ... 成功\n更新 b.example.jp ... 成功\n\n成功 2 / 失敗 0",
        "renewed a.example.jp b.example.jp - -",
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


def test_who_forwards_a_complaint_may_name_the_certificate() -> None:
    above = "the certificate for a.example.com has expired, and a browser says so:"
    mail = (
        "---------- Forwarded message ---------\nFrom: Owner <owner@shop.example>\nDate: Mon, 23 Nov 2026 at 09:00\n"
        "Subject: site is down\nTo: <help@agency.example>\n\n\nNobody can open our site. Can you help?\n"
    )
    assert read("Fwd: site is down", f"{above}\n\n{mail}") == "expiry-warning a.example.com - -"


ABOVE = (
    (
        "[#1187] 【解決済み】SSLの更新に失敗する件",
        "a.example.jp のSSL証明書は、正常に更新されたことを確認いたしました。",
        "更新に失敗しましたというメールが3回届いています。",
        "renewed a.example.jp - -",
    ),
    (
        "[#1170] 【再開】お問い合わせ「解決済み」の件",
        "昨夜の定期処理で再び証明書の更新に失敗していることを確認しました。\n\n対象ドメイン:a.example.jp\n現在の有効期限:2026年12月3日",
        "正常に更新できることを確認いたしました。本件はこれにて解決済みとさせていただきます。",
        "renewal-failed a.example.jp 2026-12-03 -",
    ),
    (
        "Re: 【Xserver】■重要■ SSLサーバー証明書更新未完了のお知らせ",
        "ご連絡いただいた件は本日更新が完了しており、サイトも正常に表示されております。",
        "下記SSLサーバー証明書に関し、更新作業を行いましたが、正常に完了することができませんでした。【コモンネーム】: a.example.jp",
        "renewed a.example.jp - -",
    ),
    (
        "Re: Certificate could not be renewed",
        "The renewal for a.example.com was failing because of an old redirect; I took it out and the new certificate is live.",
        "our certificate could not be renewed",
        "renewed a.example.com - -",
    ),
    (
        "Re: 証明書期限切れの件",
        "今度は b.example.jp のほうなのですが、管理画面に「SSL自動更新:失敗(次回満了 2026.12.05)」と赤字で出ています。",
        "a.example.jp の証明書が 10/20 で切れているようです。",
        "renewal-failed b.example.jp 2026-12-05 -",
    ),
    (
        "Re: 証明書の件",
        "a.example.jp の証明書につきまして、先ほど再発行が完了し、サーバーへの適用も確認いたしました。",
        "a.example.jp の証明書が切れているようです。",
        "renewed a.example.jp - -",
    ),
    (
        "Re: SSLサーバ証明書更新のご案内",
        "DNSを修正し、本日午前に a.example.jp の証明書の更新が完了しました。",
        "下記SSLサーバ証明書の自動更新に失敗しました。 a.example.jp",
        "renewed a.example.jp - -",
    ),
)


@pytest.mark.parametrize(("subject", "above", "below", "said"), ABOVE)
def test_what_stands_above_a_quotation_without_a_header_is_the_news(
    subject: str, above: str, below: str, said: str
) -> None:
    older = "\n".join(f"> {line}" for line in ("2026/11/12 18:02 担当様", "", below, "", "以上"))
    assert read(subject, f"{above}\n\n{older}") == said
