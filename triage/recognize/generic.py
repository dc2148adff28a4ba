# ruff: noqa: E501 (a phrase is easier to judge on one line)
"""A mail that no rule knows → what it says of a certificate, in Japanese or English, or why that cannot be said.

Careful on purpose: a name counts only in a labelled field, in the subject, in a quoted CA error, or where a sentence
says whose certificate it speaks of. A name that merely occurs (a signature, a link, an advertisement) never counts.
"""

import re
from datetime import date, datetime
from typing import Any

import re2

from triage.model import Event, Match, Notice, Notices, Problem, Unrecognized
from triage.names import Domain
from triage.recognize.dates import first_date
from triage.recognize.errors import problems_in
from triage.recognize.fields import language_of
from triage.recognize.hosts import MOST_NAMES, host_of, is_file, is_service, name_of, names_in, unique
from triage.recognize.text import Text

_RULE = "generic"


def _any(*patterns: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    return re2.compile("(?m)" + "|".join(f"(?:{p})" for p in patterns), options)


_CERTIFICATE = r"(?:証明書|\bSSL\b|\bTLS\b|SSL(?:/TLS|化|設定|サーバ)|certificates?\b|\bcerts?\b|\bHTTPS\b|Let['’]?s Encrypt|常時SSL|独自SSL|無料SSL|AutoSSL)"
_TOPIC = _any(_CERTIFICATE)
_NOT = r"(?:could ?n[o'’]t|can ?n[o'’]t|can['’]t|unable|unsuccessful|failed|failure|fails|failing|did ?n[o'’]t|was ?n[o'’]t|were ?n[o'’]t|has ?n[o'’]t|have ?n[o'’]t|not been|not be|not renewed|error|problems?|trouble|rejected|refused|impossible)"
_DO = r"(?:renew\w*|re-?issu\w*|issu(?:e|ed|ing|ance)\b|obtain\w*|extend\w*|validat\w*|provision\w*|secur(?:e|ed|ing)\b|request\w*|generat\w*|updat(?:e|ed|ing)\b)"
_NEAR = r"[^。\n.]{0,80}?"  # within a sentence; a dot ends it, but for the dots of names
_NEAR_NAMES = r"(?:[^。\n.]|\.\w){0,120}?"
_DOES_NOT_JA = r"(?:失敗|でき(?:ません|な(?:い|かった))|出来ません|未完了|エラー|されませんでした|行えません|行われません|正常に(?:終了|完了)し(?:ません|なか)|不可)"
_FAILED = _any(
    rf"{_CERTIFICATE}{_NEAR_NAMES}{_NOT}{_NEAR_NAMES}{_DO}",
    rf"{_CERTIFICATE}{_NEAR_NAMES}{_DO}{_NEAR_NAMES}{_NOT}",
    rf"{_NOT}{_NEAR_NAMES}{_DO}{_NEAR_NAMES}{_CERTIFICATE}",
    rf"{_DO}{_NEAR_NAMES}{_CERTIFICATE}{_NEAR_NAMES}{_NOT}",
    rf"{_CERTIFICATE}{_NEAR_NAMES}renewal{_NEAR_NAMES}{_NOT}",
    rf"{_NOT}{_NEAR_NAMES}{_CERTIFICATE}{_NEAR_NAMES}{_DO}",
    rf"{_CERTIFICATE}[^。\n]{{0,80}}?(?:更新|発行|取得|延長)[^。\n]{{0,60}}?{_DOES_NOT_JA}",
    rf"(?:更新|発行|取得|延長)[^。\n]{{0,60}}?{_CERTIFICATE}[^。\n]{{0,60}}?{_DOES_NOT_JA}",
    rf"{_DOES_NOT_JA}[^。\n]{{0,40}}?(?:更新|発行|取得)[^。\n]{{0,40}}?{_CERTIFICATE}",
)
_RUNS_OUT = _any(
    rf"{_CERTIFICATE}{_NEAR_NAMES}(?:will (?:soon )?expire|expires|is expiring|expiring|about to expire|due to expire|has expired|expired|expiration|expiry|runs out|is no longer valid)",
    rf"(?:expir(?:y|ation|ing|es)|runs out){_NEAR_NAMES}{_CERTIFICATE}",
    rf"{_CERTIFICATE}[^。\n]{{0,80}}?(?:有効期(?:限|間)[^。\n]{{0,30}}?(?:切れ|迫|近づ|残り|満了|終了|過ぎ|まで|到来)|期限切れ|失効|まもなく[^。\n]{{0,12}}切れ|期限を(?:迎え|過ぎ)|満了(?:し|と|いたし|まで|日が))",
    rf"有効期(?:限|間)[^。\n]{{0,40}}?{_CERTIFICATE}[^。\n]{{0,40}}?(?:切れ|迫|近づ)",
)
_RENEWED = _any(
    rf"{_CERTIFICATE}{_NEAR_NAMES}(?:(?:successfully|has been|have been|was|were) (?:automatically )?(?:been )?(?:renewed|issued|installed|reissued|updated)|renewal (?:was )?(?:successful|succeeded|complete))",
    rf"(?:successfully|has been) (?:renewed|issued|installed|requested){_NEAR_NAMES}{_CERTIFICATE}",
    rf"{_CERTIFICATE}[^。\n]{{0,60}}?(?:更新|発行|設定|インストール)[^。\n]{{0,20}}?(?:完了(?:しました|いたしました|のお知らせ|しております)|成功|されました|しました|いたしました)",
)
_ISSUED = _any(r"issued|発行|新規|取得し")
_ORDER = _any(
    r"お?支払|ご?請求|決済|クレジットカード|料金|invoice|payment|credit card|billing|checkout|auto-?renew(?:al)? (?:of )?your (?:order|subscription)",
    r"ご?購入|ご?注文|お?申し?込み?(?:み)?(?:を|が|手続|方法|フォーム)|更新(?:の)?(?:お)?手続き|更新のご案内|更新費用|有償|purchase|your order|place an order|renew your (?:order|subscription|plan)|quote",
)
_PAYMENT = _any(
    r"お?支払い?(?:方法|い?(?:が|を|は)?(?:確認|でき|お願い))|ご?請求(?:書|金額)|決済(?:が|に|でき|エラー)|クレジットカード|invoice|payment (?:failed|method|due|declined)|credit card|billing"
)
_ADVERTISING = _any(
    r"キャンペーン|\d+ ?%? ?(?:OFF|オフ|割引)|割引|特価|お得|セミナー|ウェビナー|無料(?:体験|相談|診断)|資料請求|discount|limited[- ]time|special offer|buy now|webinar|free trial|\d+% off|newsletter|メルマガ|配信停止はこちら|coupon|クーポン|導入事例"
)
_APPROVAL = _any(
    r"承認(?:手続|作業|メール|をお願い|が必要|してください)|approv(?:e|al) (?:this|the|your|request|link|email)|to approve|domain control validation (?:e-?mail|code)|click (?:the )?(?:link )?(?:below )?to (?:approve|validate|confirm)|認証メール|ドメイン認証(?:の)?(?:お願い|依頼|メール)"
)
_STAGING = _any(r"\bstaging\b|テスト環境|test certificate|fake le\b")
_POLICY = _any(
    r"TLS-SNI-01|ACMEv1|end of life|policy (?:change|update)|規約|仕様変更|メンテナンスのお知らせ|提供終了|changes? to (?:our|the) "
)

_LABELS = (
    r"(?:対象の?|該当の?|更新|登録|ご利用の?)?(?:ドメイン(?:名|一覧)?|コモンネーム|コモン名|ホスト(?:名)?|サイト(?:名|URL|アドレス)?|FQDN|URL|Webサイト|ウェブサイト|対象|独自ドメイン|証明書(?:名|対象)?|SSL対象|主体者|サブジェクト(?: ?代替名)?)"
    r"|(?:affected |primary |main |failed |certificate |your |requested )?(?:domains?(?: names?)?|host ?names?|hosts?|common name|cn|fqdn|(?:web)?sites?|site url|url|certificates?|certificate (?:name|for|domains?)|subject(?: alternative names?)?|sans?|identifiers?|dns names?|vhost|zone)"
)  # fmt: skip
_LABELLED = re2.compile(
    rf"(?im)^\W{{0,6}}(?:{_LABELS})(?: ?\([^)\n]{{0,30}}\))?[\]】』」]?\s?(?:[:：=→]|[\]】』」])\s{{0,2}}(?P<value>\S[^\n]{{0,1000}})"
)
_LISTED = re2.compile(
    r"(?im)^\W{0,6}[^\n:]{0,80}(?:domains?|names?|hosts?|sites?|certificates?|ドメイン|証明書|サイト)[^\n]{0,60}[:：]\n{1,2}(?P<value>(?:[^\n]+\n){1,60})"
)
_SIGN = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Cf}\p{M}0-9_-]"
_A_NAME = rf"(?:\*\.)?{_SIGN}+(?:\.{_SIGN}+)+"
_NAME_LIST = rf"(?P<value>{_A_NAME}(?:(?: ?[,、] ?(?:and )?| and | & |と|及び|および)[\"'“”「]?{_A_NAME}[\"'“”」]?)*)"
_Q = r"[\"'“”‘’「『(\[<]?"
_SAID = tuple(
    re2.compile(f"(?i){pattern}")
    for pattern in (
        rf"{_CERTIFICATE}(?: ?\w+){{0,2}}? (?:for|of|on|covering|protecting|securing|named|called)(?: (?:the|your|following|domain|domains|host|hostname|site|website|names?|zone)){{0,3}}:? {_Q}{_NAME_LIST}",
        rf"(?:domain|hostname|host|site|website|zone)(?: name)? {_Q}{_NAME_LIST}",
        rf"(?:renew\w*|obtain\w*|issu\w*|secure|validate|request\w*)(?: \w+){{0,4}}? (?:for|of) {_Q}{_NAME_LIST}",
        rf"{_Q}{_NAME_LIST}[\"'“”‘’)\]>]?(?:'s|’s)? (?:\w+ ){{0,2}}?(?:SSL|TLS|HTTPS|certificate)",
        rf"{_CERTIFICATE}(?:\s?の)?\s?{_Q}{_NAME_LIST}",
        rf"{_Q}{_NAME_LIST}[」』)\]”\"]?\s?(?:様)?(?:の|に対する|向け|用|に設定|で(?:ご)?利用|へ|について|における|は|が|を)[^。\n]{{0,20}}?(?:証明書|SSL)",
        rf"(?:ドメイン|ホスト|サイト)(?:名)?\s?{_Q}{_NAME_LIST}",
    )
)
_IN_SUBJECT = re2.compile(rf"(?i){_A_NAME}")
_EXPIRES = re2.compile(
    r"(?im)(?:有効期限(?:日|満了日)?|有効期間(?:満了日|終了日)?|満了日|期限日|失効日|終了日|expir(?:es|y|ation|ing)(?: date)?|valid (?:until|till|to)|not after|valid_to|will expire|expires?|renewal can be completed before)"
    r"(?:[\]】』」)]|[^\S\n]|[:：=]|on|at|in|は|が|まで|の|\(){0,8}(?P<value>[^\n]{0,120})"
)


def unknown_notice(
    text: Text, dated: datetime | None, subject: str, provider: str, known: frozenset[str]
) -> Notices | Unrecognized:
    """`known`: domains of the providers themselves, which are never the sick ones in free text."""
    head = f"{text.subject}\n{text.flow}"
    if not _TOPIC.search(head):
        return Unrecognized("not-a-notice", "it does not speak of a certificate")
    because = _something_else(text, head)
    if because:
        return Unrecognized("not-a-notice", because)
    event, hit = _event(text)
    if event is None or hit is None:
        return Unrecognized("not-a-notice", "it does not say that a certificate was not renewed or runs out")
    problems = () if event.is_good else problems_in(text.lines)
    names, where = _names(text, problems, known)
    if where == "conflict":
        return Unrecognized(
            "unclear", "it speaks of a certificate, but its subject and its text name different domains"
        )
    if not names:
        return Unrecognized("unclear", "it speaks of a certificate, but does not say for which domain")
    kept = names[:MOST_NAMES]
    notice = Notice(
        provider=provider,
        event=event,
        names=kept,
        service_names=tuple(name for name in kept if is_service(name)),
        expires=_expiry(text),
        language=language_of(text.whole),
        stated_error="; ".join(dict.fromkeys(p.error for p in problems))[:500] or None,
        stated_cause=next((p.cause for p in problems if p.cause), None),
        problems=problems,
        dated=dated,
        subject=subject,
        matches=(Match(_RULE, "event", "", hit[:200]), Match(_RULE, where, "", kept[0].text)),
    )
    return Notices((notice,), f"it says so in words of its own: {hit[:120]}")


def _something_else(text: Text, head: str) -> str | None:
    """Mails that speak of certificates and want something else. A plain failure outweighs an advertisement below it."""
    failed = _FAILED.search(text.subject) or _FAILED.search(text.flow)
    if _STAGING.search(head):
        return "it is about a test certificate"
    if _PAYMENT.search(head):
        return "it is about a payment"
    if _APPROVAL.search(head) and not problems_in(text.lines):
        return "it asks to approve something"
    if failed:
        return None
    if _ADVERTISING.search(head):
        return "it is advertising"
    if _ORDER.search(head):
        return "it is about buying or ordering a certificate"
    if _POLICY.search(text.subject):
        return "it announces a change, not the state of one certificate"
    return None


def _event(text: Text) -> tuple[Event | None, str | None]:
    """Failure before warning before success: a mail that says two of them is about the worse."""
    for where in (text.subject, text.flow):
        if hit := _FAILED.search(where):
            good = _RENEWED.search(text.subject)
            if not good or where == text.subject:
                return Event.RENEWAL_FAILED, hit.group(0)
        if hit := _RENEWED.search(where):
            issued = _ISSUED.search(hit.group(0)) and not re.search(r"renew|更新", hit.group(0), re.IGNORECASE)
            return (Event.ISSUED if issued else Event.RENEWED), hit.group(0)
        if (hit := _RUNS_OUT.search(where)) and not _FAILED.search(text.flow):
            return Event.EXPIRY_WARNING, hit.group(0)
    return None, None


def _names(text: Text, problems: tuple[Problem, ...], known: frozenset[str]) -> tuple[tuple[Domain, ...], str]:
    lines = f"{text.lines}\n"
    labelled = _plausible(_values(_LABELLED, lines), known) or _plausible(_values(_LISTED, lines), known)
    in_subject = unique(
        n for n in map(_whole(text.subject), _IN_SUBJECT.finditer(text.subject)) if n and _is_theirs(n, known)
    )
    quoted = unique(p.name for p in problems if p.name)
    said = unique(n for pattern in _SAID for n in _said(pattern, text.flow) if _is_theirs(n, known))
    best = labelled or in_subject or quoted or said
    for other in (in_subject, quoted):
        if best and other and not _related(best, other):
            return (), "conflict"
    where = "label" if labelled else "subject" if in_subject else "error" if quoted else "sentence"
    return best, where


def _values(pattern: Any, where: str) -> list[str]:
    return [hit.group("value") for _, hit in zip(range(100), pattern.finditer(where), strict=False)]


def _plausible(values: list[str], known: frozenset[str]) -> tuple[Domain, ...]:
    found: list[Domain] = []
    for value in values:
        host = host_of(value.split()[0]) if value.split() else None
        found += names_in(host) if host else names_in(value)
    return unique(name for name in found if _is_theirs(name, known))


def _is_theirs(name: Domain, known: frozenset[str]) -> bool:
    ends = (".".join(name.base.labels[n:]) for n in range(len(name.base.labels) - 1))
    return not is_file(name) and not any(end in known for end in ends)


def _said(pattern: Any, flow: str) -> list[Domain]:
    found: list[Domain] = []
    value = pattern.groupindex["value"]  # this engine's start() and end() know groups by number only
    for _, hit in zip(range(50), pattern.finditer(flow), strict=False):
        start, end = hit.start(value), hit.end(value)
        if _stands_alone(flow, start, end):
            found += names_in(hit.group("value"))
    return found


def _whole(subject: str) -> Any:
    def name(hit: Any) -> Domain | None:
        return name_of(hit.group(0)) if _stands_alone(subject, hit.start(), hit.end()) else None

    return name


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Not part of an address, a path, a port, or a longer word that the pattern could not see."""
    before, after = text[start - 1 : start], text[end : end + 2]
    return (
        before not in ("@", "/", ".", "-", ":", "=")
        and not after.startswith(("@", "/", "-"))
        and not re.match(r":\d", after)
    )


def _related(best: tuple[Domain, ...], other: tuple[Domain, ...]) -> bool:
    return any(a.base.within(b.base) or b.base.within(a.base) for a in best for b in other)


def _expiry(text: Text) -> date | None:
    for _, hit in zip(range(20), _EXPIRES.finditer(f"{text.subject}\n{text.lines}"), strict=False):
        if day := first_date(str(hit.group("value"))):
            return day
    return None
