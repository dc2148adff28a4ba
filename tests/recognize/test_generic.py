"""Mails of hosts that nobody has described: what is read, and what is rather left unclear."""

from datetime import UTC, date, datetime

import pytest

from triage.config.rules import load_rules
from triage.model import Address, Message, Notice, Notices
from triage.recognize import recognize
from triage.unwrap.forward import open_forwards

RULES = load_rules()


def read(subject: str, body: str, sender: str = "noreply@host.test", links: tuple[str, ...] = ()) -> str:
    message = Message(subject=subject, text=body, sender=(Address(None, sender),), links=links)
    outcome = recognize(message, RULES)
    return _told(outcome.notices[0]) if isinstance(outcome, Notices) else outcome.verdict


def _told(notice: Notice) -> str:
    names = ", ".join(name.text for name in notice.names)
    return f"{notice.provider} {notice.event.value} {names} {notice.expires or '-'}"


NOTICES = (
    (
        "failure with labelled fields; the signature's site is not taken",
        "SSL証明書の自動更新に失敗しました",
        "ご利用中の独自SSL証明書の自動更新に失敗しました。\n\nドメイン名:shop.example.jp\n有効期限:2026年12月20日\n"
        "--\nサンプルホスティング https://www.hosting.example/",
        "unknown renewal-failed shop.example.jp 2026-12-20",
    ),
    (
        "failure with the name in the subject",
        "【重要】独自SSLの更新ができませんでした(blog.example.jp)",
        "下記ドメインのSSL証明書を更新できませんでした。",
        "unknown renewal-failed blog.example.jp -",
    ),
    (
        "failure in a plain sentence",
        "Your SSL certificate could not be renewed",
        "We were unable to renew the SSL certificate for shop.example.com. It expires on December 20, 2026.\n\n"
        "Hosting team https://hosting.example",
        "unknown renewal-failed shop.example.com 2026-12-20",
    ),
    (
        "failure with a list of names",
        "Failed to renew certificate",
        "Failed to renew the certificate for the following domains:\n- example.com\n- www.example.com\n",
        "unknown renewal-failed example.com, www.example.com -",
    ),
    (
        "failure in a Japanese sentence without a blank around the name",
        "SSL証明書 自動更新エラーのお知らせ",
        "お客様のドメインexample.co.jpに設定されたSSL証明書の自動更新処理でエラーが発生しました。",
        "unknown renewal-failed example.co.jp -",
    ),
    (
        "no name that a certificate could be for",
        "certificate problem",
        "certificate for localhost could not be renewed. certificate for 192.0.2.1 failed to renew. "
        "http://user:pw@example.com:8443/ cert renewal failed",
        "unknown renewal-failed  -",
    ),
    (
        "an invisible character in the name",
        "SSL証明書の更新に失敗",
        "ドメイン: exam\u200bple.jp",
        "unknown renewal-failed  -",
    ),
    (
        "a warning that names nobody, with its day; the panel is the writer's own",
        "SSL証明書の有効期限が近づいています",
        "ご契約のSSL証明書は2026年12月2日に失効します。\nコントロールパネル:https://cp.host.test/",
        "unknown expiry-warning  2026-12-02",
    ),
    (
        "a table of which every cell is a line",
        "SSL更新結果",
        "SSL証明書の更新結果です。\n\nドメイン\n期限\n結果\n備考\na.example.jp\n2027/02/07\n更新完了\n\nb.example.jp\n2026/11/23\n"
        "更新失敗\nアクセスできません(403)\nc.example.jp\n2027/02/07\n更新完了\n",
        "unknown renewal-failed b.example.jp 2026-11-23",
    ),
    (
        "the second day of a time is its end",
        "SSL証明書更新失敗のご連絡",
        "ドメイン:www.example.jp\n有効期間:2026/09/07 ~ 2026/12/06\n",
        "unknown renewal-failed www.example.jp 2026-12-06",
    ),
    (
        "problems below the rows that they belong to",
        "AutoTLS: websites with problems",
        "AutoTLS certificate results\n\nSecured\n- a.example.jp (expires Feb 24, 2027)\n\nWebsites with problems\n"
        "- b.example.jp\nCurrent certificate expires: Dec 10, 2026\nError: 404\n- c.example.jp\n"
        "Current certificate expires: Dec 10, 2026\nError: no address\n",
        "unknown renewal-failed b.example.jp, c.example.jp 2026-12-10",
    ),
    (
        "what the zone is called is no name of the certificate",
        "Certificate expired for custom hostname",
        "Custom hostname media.example.com on zone press.example.org has an expired certificate.",
        "unknown expiry-warning media.example.com -",
    ),
    (
        "a failure that is over",
        "Re: 証明書の更新エラーについて",
        "11月22日の自動更新ではエラーとなっておりましたが、本日あらためて証明書の発行処理を行い、更新が完了しております。\n対象:www.example.jp\n",
        "unknown renewed www.example.jp -",
    ),
    (
        "one failed, another one is well",
        "Renewal report",
        "The certificate of a.example.jp failed to renew with an error, but the one of b.example.jp has been renewed.",
        "unknown renewal-failed a.example.jp -",
    ),
    (
        "a failure that will be over once something is done",
        "お知らせ",
        "SSL証明書の自動更新に失敗しましたが、DNS設定が完了すると更新されます。\nドメイン:www.example.jp\n",
        "unknown renewal-failed www.example.jp -",
    ),
    (
        "a failure that is over, above a list in which another one is not",
        "証明書の更新エラーについて",
        "a.example.jp はエラーとなっておりましたが、本日更新が完了しております。\n\n"
        "更新に失敗した証明書:\n- b.example.jp 更新失敗\n",
        "unknown renewal-failed b.example.jp -",
    ),
    (
        "only the CA's words say that something failed",
        "certificate order 4711",
        "The CA answered:\nurn:ietf:params:acme:error:connection: 203.0.113.5: Fetching "
        "http://shop.example.jp/.well-known/acme-challenge/x: Connection refused\nSee also docs.example.org.",
        "unknown renewal-failed shop.example.jp -",
    ),
    (
        "a heading right below a row is no cell of it",
        "Certificate monitor: 1 expired",
        "EXPIRED\na.example.jp since 2026-11-20\nALL GOOD\nb.example.jp until 2027-02-14",
        "unknown expiry-warning a.example.jp 2026-11-20",
    ),
    (
        "what will be once something is resolved is no news",
        "SSL renewal failed",
        "We could not renew the certificate for shop.example.jp. Nothing is wrong on our side.\n"
        "Once the issue has been resolved, we will try again.",
        "unknown renewal-failed shop.example.jp -",
    ),
    (
        "what stands below many mails takes nothing back",
        "[Alert] SSL plugin failed to renew the certificate",
        "The plugin could not renew the certificate of shop.example.jp.\n\n"
        "If this mail was sent to you in error, please delete it. 誤送信の場合は破棄してください。",
        "unknown renewal-failed shop.example.jp -",
    ),
    (
        "a name does not begin within a word",
        "certificate problem",
        "We could not renew the certificate. About certïra.test nothing is known.",
        "unknown renewal-failed  -",
    ),
    (
        "an object over several lines",
        "[watch] tls.expired",
        '{"type":"tls.expired","site":\n{"url":"https://a.example.jp/login"},\n'
        '"tls":{"subject":"CN=a.example.jp",\n"valid_to":"2026-11-13T11:59:03Z"}}',
        "unknown expiry-warning a.example.jp 2026-11-13",
    ),
    (
        "a row that begins with its state",
        "証明書更新バッチ 異常終了",
        "[OK] a.example.jp 更新しました\n[NG] b.example.jp 更新失敗 urn:ietf:params:acme:error:unauthorized\n",
        "unknown renewal-failed b.example.jp -",
    ),
    (
        "failure with the value below its label",
        "SSL証明書更新失敗のお知らせ",
        "■ドメイン\n  www.example.jp\n■有効期限\n  2026年12月1日\n",
        "unknown renewal-failed www.example.jp 2026-12-01",
    ),
    (
        "failure for an internationalized name",
        "[Alert] certificate for münchen.example.de could not be renewed",
        "",
        "unknown renewal-failed xn--mnchen-3ya.example.de -",
    ),
    (
        "warning",
        "certificate expiring",
        "The TLS certificate for mail.example.com will expire on 2026-12-01.",
        "unknown expiry-warning mail.example.com 2026-12-01",
    ),
    (
        "success",
        "SSL証明書更新完了のお知らせ",
        "ドメイン: example.jp のSSL証明書の更新が完了しました。",
        "unknown renewed example.jp -",
    ),
)


@pytest.mark.parametrize(("subject", "body", "told"), [row[1:] for row in NOTICES], ids=[row[0] for row in NOTICES])
def test_a_notice_of_an_unknown_host(subject: str, body: str, told: str) -> None:
    assert read(subject, body) == told


QUOTED = (
    "2026/11/22 6:15、Xserver カスタマーサポート <support@xserver.ne.jp>:\n"
    "> 下記SSLサーバー証明書に関し、有効期限の延長をするための更新作業を行いましたが、\n"
    "> 正常に完了することができませんでした。\n"
    "> 【コモンネーム】: shop.example.jp\n"
    "> 【有効期限日】 : 2026年12月22日\n"
)
ANSWERS = (
    ("更新できました。解決しました。ありがとうございました。", "renewed"),
    ("新しい証明書が入り、2027年2月20日まで有効です。", "renewed"),
    ("こちらの証明書は無事に更新されるでしょうか?", "renewal-failed"),
    ("証明書の更新は完了しましたでしょうか?", "renewal-failed"),
    ("www は2027年2月20日まで有効ですが、shop.example.jp の証明書は更新できていません。", "renewal-failed"),
    ("ご確認をお願いいたします。", "renewal-failed"),
    ("www.shop.example.jp の証明書は更新が完了しました。", "renewed"),
    ("blog.example.com の証明書は更新が完了しました。", "renewal-failed"),
)


@pytest.mark.parametrize(("above", "event"), ANSWERS)
def test_an_answer_ends_a_failure_only_where_it_says_so(above: str, event: str) -> None:
    message = Message(
        subject="Re: 【Xserver】■重要■ SSLサーバー証明書更新未完了のお知らせ",
        text=f"{above}\n\n{QUOTED}",
        sender=(Address(None, "owner@example.jp"),),
        date=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    )
    outcome = recognize(open_forwards(message), RULES)
    assert isinstance(outcome, Notices)
    ends = date(2026, 12, 22) if event == "renewal-failed" else None
    assert [(notice.event.value, notice.expires) for notice in outcome.notices] == [(event, ends)]


OTHERS = (
    ("not-a-notice: advertising", "新製品のご案内", "SSL証明書が今なら50%OFF! 例: example.jp", "not-a-notice"),
    (
        "not-a-notice: advertising that warns",
        "Your certificate will expire soon - renew now and save 20% off",
        "SSL certificate for example.com expires soon. Buy now!",
        "not-a-notice",
    ),
    (
        "not-a-notice: a person's question, with a signature",
        "SSLの件",
        "SSL証明書の更新について教えてください。\n--\n山田 yamada@example.jp http://example.jp",
        "not-a-notice",
    ),
    (
        "unclear: what a host announces",
        "Scheduled maintenance of our SSL platform",
        "During the maintenance no certificates can be issued or renewed. Existing certificates are not affected.",
        "not-a-notice",
    ),
    ("not-a-notice: another subject", "Re: meeting", "hello, see you at example.com", "not-a-notice"),
    (
        "not-a-notice: a payment",
        "お支払いのお願い",
        "SSL証明書の自動更新に失敗しました。クレジットカードの決済ができませんでした。ドメイン: example.jp",
        "not-a-notice",
    ),
    (
        "not-a-notice: the registration of a domain",
        "ドメイン更新のお知らせ",
        "ドメイン example.jp の有効期限が近づいています。SSL証明書もお使いの場合はご注意ください。",
        "not-a-notice",
    ),
    ("unclear: subject and text differ", "SSL証明書の更新に失敗 (a.example.jp)", "ドメイン: b.example.com", "unclear"),
    (
        "not-a-notice: an article about failures",
        "Newsletter: what to do when certificate renewal failed",
        "Read our blog about what happens. https://blog.vendor.example",
        "not-a-notice",
    ),
)


@pytest.mark.parametrize(("subject", "body", "verdict"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_a_mail_that_is_something_else(subject: str, body: str, verdict: str) -> None:
    assert read(subject, body) == verdict


def test_the_sender_s_domain_only_lends_a_provider_to_what_the_text_shows() -> None:
    failed = read("SSL証明書の更新に失敗しました", "ドメイン: example.jp", sender="info@lolipop.jp")
    assert failed == "lolipop renewal-failed example.jp -"
    assert read("お知らせ", "いつもありがとうございます。", sender="info@lolipop.jp") == "not-a-notice"


def test_a_panel_may_stand_on_a_server_that_is_named_after_it() -> None:
    body = "Could not issue a Let's Encrypt SSL/TLS certificate for shop.example.net.\n\n[-] shop.example.net\n"
    subject, sender = (
        "Could not secure domains of Ebel with Let's Encrypt certificates",
        "root@web07.plesk-hosting.test",
    )
    assert read(subject, body, sender=sender) == "plesk renewal-failed shop.example.net -"
    assert read(subject, body, sender=sender, links=("https://plesk.login.test/",)) == "not-a-notice"


def test_a_host_may_say_in_how_many_hours_its_order_ends() -> None:
    body = "カスタムドメイン a.example.jp のSSL証明書を発行できませんでした。\n48時間以内に確認できない場合、{}"
    links = ("https://console.host.test/",)
    told = read("SSL証明書を発行できませんでした", body.format("発行リクエストは取り消されます。"), links=links)
    assert told == "unknown renewal-failed a.example.jp -"
    threat = read("SSL証明書を発行できませんでした", body.format("アカウントを停止いたします。"), links=links)
    assert threat == "not-a-notice"


OF_CERTBOT = (
    "Failed to renew certificate a.example.net with error: Some challenges have failed.\n"
    "All renewals failed. The following certificates could not be renewed:\n"
    "  /etc/letsencrypt/live/a.example.net/fullchain.pem (failure)\n"
)


@pytest.mark.parametrize("host", ["invoice", "quiz.example.net", "template.example.net"])
def test_a_host_may_be_called_like_another_kind_of_mail(host: str) -> None:
    assert read(f"Cron <root@{host}> certbot -q renew", OF_CERTBOT) == "certbot renewal-failed a.example.net -"


@pytest.mark.parametrize("label", ["newsletter", "template", "draft", "changelog", "meetup", "survey", "invoice"])
def test_a_site_may_be_called_like_another_kind_of_mail(label: str) -> None:
    name = f"{label}.example.jp"
    told = f"unknown renewal-failed {name} -"
    assert (
        read(f"{name}: certificate could not be renewed", f"The certificate for {name} could not be renewed.") == told
    )
    assert read(f"{name} のSSL証明書を更新できませんでした", f"{name} のSSL証明書を更新できませんでした。") == told
