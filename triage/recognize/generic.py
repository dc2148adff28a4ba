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


_CERTIFICATE = r"(?:証明書|SSL|TLS|certificates?\b|\bcerts?\b|certificados?\b|zertifikate?s?\b|certificats?\b|\bHTTPS\b|Let['’]?s Encrypt)"
_TOPIC = _any(_CERTIFICATE)
# A sentence says that a renewal failed where it has a word of each: the certificate, the doing, the not.
_DO = _any(
    r"renew|re-?issu|\bissu(?:e|ed|ing|ance)\b|obtain|extend|validat|provision|\bsecur(?:e|ed|ing)\b|generat",
    r"\bupdat(?:e|ed|ing)\b|install|\brequest",
    r"更新|発行|取得|延長|インストール|(?:設定|導入|適用)(?:に|が|を|処理)",
    r"renov|renouvel|verlänger|erneuer|ausgestellt",
)
_NOT = _any(
    r"n[o'’]t\b|\bunable|unsuccessful|fail(?:s|ed|ing|ure)?\b|\berrors?\b|\bproblems?\b|\btrouble|rejected|refused|impossible|\bno longer be",
    r"no se (?:pudo|ha podido)|konnte[n]? nicht|fehlgeschlagen|n['’]a pas pu|échec|échoué|falló|fallido",
    r"失敗|でき(?:て(?:い|お))?(?:り?ません|な(?:い|かった))|出来ません|未完了|エラー|されませんでした|行えません|行われません|正常に(?:終了|完了)し(?:ません|なか)|不可",
)
_RENEWAL = _any(r"\brenewal (?:attempt|status|result|state)|(?:自動)?更新(?:状況|結果|ステータス)")
_MAYBE = _any(  # what would happen if, and what the owner is asked to do: no failure
    r"\bif\b[^.]{0,40}(?:not|fail|unable|problem|error)|(?:do not|don['’]t|need not|no need|never|please contact|may not|might) ",
    r"(?:場合|(?:でき|され)ないとき|なければ|ないと|恐れ|可能性|ため、ご注意|必要はあり|ご不明|対応は不要|作業はご?ざ?)",
)
_RUNS_OUT = _any(
    r"expir(?:e[sd]?|y|ing|ation)\b|runs? out|no longer valid",
    r"期限切れ|失効|切れ|期限が?(?:迫|近づ)|満了|有効期[限間][^。]{0,30}(?:残り|まで|終了|過ぎ|到来)|期限を(?:迎え|過ぎ)",
)
_RENEWED = _any(
    r"(?:successfully|(?:has|have) been|was|were) (?:automatically |successfully )?(?:been )?(?:renewed|issued|installed|re-?issued)",
    r"renewal (?:was )?(?:successful|succeeded|complete)|successfully (?:renewed|requested|issued|installed)",
    r"(?:更新|発行|設定|インストール)[^。]{0,20}(?:完了(?:しました|いたしました|のお知らせ|しております)|成功|されました|(?<!でき)しました|いたしました)".replace(
        "(?<!でき)", ""
    ),
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
    r"|^\W{0,6}(?:[^\n]{0,60}(?:以下|下記|次)の[^\n]{0,20}(?:ドメイン|証明書|サイト|ホスト)[^\n]{0,60}|[^\n]{0,40}(?:ドメイン|コモンネーム|サイト|ホスト|対象)名?(?:一覧)?"
    r"|[^\n]{0,80}(?:失敗|エラー)[^\n]{0,30}(?:ドメイン|サイト)[^\n]{0,30})\n{1,2}(?P<listed>(?:(?:[^\w\n]{0,6}|\(?\d{1,2}[.)] ?)\S+\n){1,60})"
)
_SIGN = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Cf}\p{M}0-9_-]"
_A_NAME = rf"(?:\*\.)?{_SIGN}+(?:\.{_SIGN}+)+"
_NAME_LIST = rf"(?P<value>{_A_NAME}(?:(?: ?[,、] ?(?:and )?| and | & |と|及び|および)[\"'“”「]?{_A_NAME}[\"'“”」]?)*)"
_Q = r"[\"'“”‘’「『(\[<]?(?:https?://)?"
_SAID = tuple(
    re2.compile(f"(?i){pattern}")
    for pattern in (
        rf"{_CERTIFICATE}(?: ?\w+){{0,2}}? (?:for|of|on|covering|protecting|securing|named|called|de|du|für|pour)(?: (?:the|your|following|domain|domains|host|hostname|site|website|names?|zone)){{0,3}}:? {_Q}{_NAME_LIST}",
        rf"(?:domain|hostname|host|site|website|zone)(?: name)? {_Q}{_NAME_LIST}",
        rf"(?:renew\w*|obtain\w*|issu\w*|secure|validate|request\w*)(?: \w+){{0,4}}? (?:for|of) {_Q}{_NAME_LIST}",
        rf"{_Q}{_NAME_LIST}[\"'“”‘’)\]>]?(?:'s|’s)? (?:\w+ ){{0,2}}?(?:SSL|TLS|HTTPS|certificate)",
        rf"{_CERTIFICATE}(?:\s?の)?\s?{_Q}{_NAME_LIST}",
        rf"{_Q}{_NAME_LIST}[」』)\]”\"]?\s?(?:様)?(?::|の|に対する|向け|用|に設定|で(?:ご)?利用|へ|について|における|は|が|を)[^。\n]{{0,20}}?(?:証明書|SSL)",
        rf"(?:ドメイン|ホスト|サイト)(?:名)?\s?{_Q}{_NAME_LIST}",
    )
)
_IN_SUBJECT = re2.compile(rf"(?i){_A_NAME}")
_EXPIRES = re2.compile(
    r"(?im)(?:^\W{0,6}期限|有効期限(?:日|満了日)?|有効期間(?:満了日|終了日)?|満了日|期限日|失効日|終了日|expir(?:es|y|ation|ing)(?: date)?|valid (?:until|till|to)|not after|valid_to|will expire|expires?|renewal can be completed before)"
    r"(?:[\]】』」)]|\s|[:：=]|on|at|in|は|が|まで|の|\(){0,8}(?P<value>[^\n]{0,120})"
)


def unknown_notice(
    text: Text, dated: datetime | None, subject: str, provider: str, known: frozenset[str]
) -> Notices | Unrecognized:
    """`known`: domains of the providers themselves, which are never the sick ones in free text."""
    head = text.whole
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
    failed = any(map(_says_failed, _sentences(text)))
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


_END = re.compile(r"[。!?！？]+|(?<=\w)\.(?=\s|$)|\n\n")
LONGEST_SENTENCE = 500
MOST_SENTENCES = 400


def _sentences(text: Text) -> list[str]:
    """The subject first. A line break within a paragraph ends nothing; mailers wrap where they like."""
    pieces = _END.split(text.lines.replace("\u3000", " "), maxsplit=MOST_SENTENCES)
    return [text.subject, *(_one_line(piece) for piece in pieces if piece.strip())]


def _one_line(piece: str) -> str:
    return re.sub(r"(?<=[^\x00-\x7f])\n(?=[^\x00-\x7f])", "", piece[:LONGEST_SENTENCE]).replace("\n", " ").strip()


def _says_failed(sentence: str) -> bool:
    return bool(
        _TOPIC.search(sentence) and _DO.search(sentence) and _NOT.search(sentence) and not _MAYBE.search(sentence)
    )


def _says_so_under(subject: str, sentence: str) -> bool:
    """`Last renewal attempt: failed`, where the subject alone says that certificates are meant."""
    return bool(
        _TOPIC.search(subject) and _RENEWAL.search(sentence) and _NOT.search(sentence) and not _MAYBE.search(sentence)
    )


def _event(text: Text) -> tuple[Event | None, str | None]:
    """The subject before the body, in each the failure before the success before the warning."""
    sentences = _sentences(text)
    for group in (sentences[:1], sentences[1:]):
        for sentence in group:
            if _says_failed(sentence) or _says_so_under(text.subject, sentence):
                return Event.RENEWAL_FAILED, sentence
        for sentence in group:
            if _TOPIC.search(sentence) and (hit := _RENEWED.search(sentence)) and not _denied(hit.group(0), sentence):
                first = _ISSUED.search(hit.group(0)) and not re.search(r"renew|更新", sentence, re.IGNORECASE)
                return (Event.ISSUED if first else Event.RENEWED), sentence
        if any(map(_says_failed, sentences[1:])):
            continue
        for sentence in group:
            if _TOPIC.search(sentence) and _RUNS_OUT.search(sentence):
                return Event.EXPIRY_WARNING, sentence
    return None, None


def _denied(done: str, sentence: str) -> bool:
    """`設定に失敗しました` ends like a success, and a condition is none."""
    return bool(_NOT.search(done) or _MAYBE.search(sentence))


def _names(text: Text, problems: tuple[Problem, ...], known: frozenset[str]) -> tuple[tuple[Domain, ...], str]:
    lines = f"{text.lines}\n"
    labelled = _plausible(_values(_LABELLED, lines), known)
    in_subject = unique(
        n for n in map(_whole(text.subject), _IN_SUBJECT.finditer(text.subject)) if n and _is_theirs(n, known)
    )
    listed = () if labelled else _plausible(_values(_LISTED, lines), known)
    labelled = labelled or (listed if set(in_subject) <= set(listed) else ())
    quoted = unique(p.name for p in problems if p.name)
    said = unique(n for pattern in _SAID for n in _said(pattern, text.flow) if _is_theirs(n, known))
    if said and all(any(name.base.within(of.base) for of in quoted) for name in said):
        quoted = ()  # a CA climbs to the parents when it looks for CAA; the sentence knows which name it is about
    best = labelled or in_subject or quoted or said
    for other in (in_subject, quoted):
        if best and other and not _related(best, other):
            return (), "conflict"
    where = "label" if labelled else "subject" if in_subject else "error" if quoted else "sentence"
    return best, where


def _values(pattern: Any, where: str) -> list[str]:
    hits = (hit for _, hit in zip(range(100), pattern.finditer(where), strict=False))
    return [next(group for group in hit.groups() if group is not None) for hit in hits]


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
    if text[start - 3 : start] == "://":  # a sentence may write its site as a plain URL; a path makes it a link
        return not re.match(r"[@:]|/\S", after)
    return (
        before not in ("@", "/", ".", "-", ":", "=")
        and not re.match(r"[A-Za-z0-9_]?-|[A-Za-z0-9_]{2}", text[max(0, start - 1) : start + 1])
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
