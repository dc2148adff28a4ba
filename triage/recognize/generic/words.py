# ruff: noqa: E501 (a phrase is easier to judge on one line)
"""The words by which a stranger's mail is understood: a group for each idea, a line for each language. Data.

Japanese and English are read as well as we can; German, French, Spanish, Portuguese, Italian and Dutch in their plain
forms. Every word was in a mail of the samples; case does not matter.
"""

from typing import Any

import re2


def _any(*patterns: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    return re2.compile("(?m)" + "|".join(f"(?:{pattern})" for pattern in patterns), options)


CERTIFICATE = (
    r"(?:証明書|SSL|TLS|certificates?\b|\bcerts?\b|certificados?\b|zertifikat\w*|certificats?\b|certificaat|certificaten"
    r"|certificat[oi]\b|\bHTTPS\b|Let['’]?s Encrypt)"
)
TOPIC = _any(CERTIFICATE)

# ---- a sentence says that a renewal failed where it has a word of each: the certificate, the doing, the not

DO = _any(
    r"renew|re-?issu|\bissu(?:e|ed|ing|ance)\b|obtain|extend|validat|provision|\bsecur(?:e|ed|ing)\b|generat",
    r"\bupdat(?:e|ed|ing)\b|install|\brequest",
    r"更新|発行|取得|延長|インストール|(?:設定|導入|適用)(?:に|が|を|処理)",
    r"verläng|erneuer|ausgestellt",
    r"renouvel|renov|rinnov",
    r"vernieuw|verleng",
)
NOT = _any(
    r"n[o'’]t\b|\bunable|unsuccessful|fail(?:s|ed|ing|ure)?\b|\berrors?\b|\bproblems?\b|\btrouble|rejected|refused|impossible",
    r"\bno longer be",
    r"失敗|でき(?:て(?:い|お))?(?:り?ません|な(?:い|かった))|出来(?:ません|なかった)|未完了|エラー|されませんでした|されていません",
    r"行えません|行われません|行われなかった|正常に(?:終了|完了)し(?:ません|なか)|不可|異常終了|うまくいき?ません|通らず",
    r"konnte[n]? nicht|fehlgeschlagen|fehler",
    r"n['’]a pas (?:pu|été)|échec|échoué",
    r"no se (?:pudo|ha podido)|falló|fallido|não (?:pôde|foi|pode)|falhou|falha",
    r"mislukt|kon(?:den)? niet|niet (?:worden )?(?:vernieuwd|verlengd)",
    r"non è stato possibile|non (?:è|sono) stat|fallit",
)
MAYBE = _any(  # what would happen if, what happens in general, and what the owner is asked to do: no failure
    r"\b(?:if|when|whenever|in case)\b[^.]{0,40}(?:not|fail|unable|problem|error)|\bever fails?\b",
    r"(?:do not|don['’]t|need not|no need|never|please contact|may not|might) ",
    r"\b(?:thousands|many|most|some) (?:of )?(?:\w+ )?(?:websites?|sites|people|customers|owners)\b",
    r"(?:場合|(?:でき|され)ないとき|なければ|ないと|恐れ|おそれ|可能性|ため、ご注意|必要はあり|ご不明|対応は不要|作業はご?ざ?)",
    r"(?:する|いる)ケース|することがあ|こともあり|失敗すると|かねません",
    r"\b(?:wenn|falls|sollte)\b|\b(?:si|se) (?:el|la|le|il|o|a)\b|\b(?:als|indien)\b[^.]{0,30}mislukt",
)
NOT_YET = _any(
    r"not (?:been )?yet|n[o'’]t .{0,30}\byet\b|まだ|nog niet|noch nicht|pas encore|aún no|todavía no|ainda não|non ancora"
)
RENEWAL = _any(r"\brenewal (?:attempt|status|result|state)|(?:自動)?更新(?:状況|結果|ステータス)")
RUNS_OUT = _any(
    r"expir(?:e[sd]?|y|ing|ation)\b|runs? out|running out|due to run out|no longer valid|about to end",
    r"期限切れ|失効|切れ|期限が?(?:迫|近づ)|満了|有効期[限間][^。]{0,30}(?:残り|まで|終了|過ぎ|到来)|期限を(?:迎え|過ぎ)",
    r"läuft[^.]{0,60}\bab\b|abgelaufen",
    r"expir(?:e|era|ent|eront|ó|ou|a|ará)\b|caduca|vence\b",
    r"verloopt|verlopen|scade\b|scaduto|scadrà",
)
RENEWED = _any(
    r"(?:successfully|(?:has|have) been|was|were) (?:automatically |successfully )?(?:been )?(?:renewed|issued|installed|re-?issued)",
    r"renewal (?:was )?(?:successful|succeeded|complete)|successfully (?:renewed|requested|issued|installed)",
    r"new certificate (?:has been|was) (?:detected|found|installed|issued)",
    r"(?:更新|発行|インストール)(?:処理|作業|手続き)?(?:が|を|は|に)?(?:正常に|無事)?"
    r"(?:完了(?:しました|いたしました|のお知らせ|しております)|成功|されました|しました|いたしました)",
    r"設定(?:処理|作業)?(?:が|を|は|に)?(?:正常に)?(?:完了(?:しました|いたしました)|されました)",
    r"(?:erfolgreich|wurde[n]?) (?:erfolgreich )?(?:erneuert|verlängert|ausgestellt)",
    r"(?:a été|est) (?:bien )?renouvelé|(?:se ha|ha sido|fue|foi) (?:renovado|renovada)|(?:se )?renovó correctamente",
    r"is (?:succesvol )?(?:vernieuwd|verlengd)|è stato rinnovato",
)
ISSUED = _any(r"issued|発行|新規|取得し|ausgestellt")
DEFERRED = _any(
    r"更新を(?:延期|保留)|renewal (?:has been|was|is) (?:deferred|postponed)|(?:deferred|postponed) the renewal"
)
ACTION = _any(  # the owner must prove something before the renewal can happen
    r"(?:add|create|publish|set)\b[^.]{0,60}\b(?:TXT|CNAME)\b[^.]{0,20}record",
    r"(?:TXT|CNAME)?\s?レコードを[^。]{0,30}(?:追加|設定|登録)(?:して|をお願い)|(?:DNS|ドメイン)(?:で|による)?の?認証が必要",
    r"validate (?:your|the) domain|validation is required|requires? validation",
)
OUTRIGHT = _any(  # and it was tried already
    r"失敗|更新でき(?:ません|なかった)|fail(?:ed|ure)\b|(?:could not|couldn['’]t|cannot|can['’]t|unable to) (?:be )?renew|not (?:been )?renewed"
)

# ---- one row of a list, one value of a label

FAILED_ROW = _any(
    r"失敗|エラー|異常|未完了|未更新|更新不可|できなかった|できませんでした|できていない|\bNG\b|×|❌|✗|✖|⛔|期限切れ",
    r"\bfail(?:ed|ure|s)?\b|\berrors?\b|not renewed|\bunable\b|could ?n[o'’]t|\bexpired\b",
    r"fehlgeschlagen|fehler|échec|échoué|falló|fallido|falhou|falha|mislukt|fallit",
)
FINE_ROW = _any(
    r"成功|正常|完了|更新済|更新でき|できた|更新しました|更新されました|不要|対象外|有効\b|○|◯|✅|✔|✓",
    r"\bok\b|success|\brenewed\b|\bvalid\b|\bhealthy\b|not (?:yet )?due|skipped|no action|up to date|\bissued\b",
    r"erneuert|verlängert|gültig|renouvelé|renovado|vernieuwd|verlengd|rinnovato",
)
NONE_ROW = _any(r"(?:失敗|エラー|異常)\D{0,3}0(?:件|\b)|\b(?:0|no) (?:fail(?:ed|ures?)|errors?)\b")

# ---- labels

NAME_LABELS = (
    r"(?:対象の?|該当の?|更新|登録|ご利用の?|失敗|サブ|メイン)?(?:ドメイン(?:名|一覧)?|コモンネーム|コモン名|ホスト(?:名)?|サイト(?:名|URL|アドレス)?|FQDN|URL"
    r"|Webサイト|ウェブサイト|対象|独自ドメイン|証明書(?:名|対象)?|SSL対象|主体者|サブジェクト(?: ?代替名)?)"
    r"|(?:affected |primary |main |failed |certificate |your |requested )?(?:domains?(?:[ _]names?)?|host[ _]?names?|hosts?"
    r"|common[ _]name|cn|fqdn|(?:web)?sites?|site url|url|certificates?|certificate (?:name|for|domains?)|names?"
    r"|subject(?: alternative names?)?|sans?|identifiers?|dns names?|vhost|zone|instance|target)"
    r"|domaines?|dominios?|domínios?|domini|domeinnaam|domein|webseite|sitio(?: web)?"
)
STATUS_LABELS = (
    r"(?:処理|更新|実行)?結果|状態|状況|ステータス|status|result|state|outcome|renewal(?: status)?|statut|estado|stato|resultado"
    r"|ergebnis|last renewal(?: attempt)?"
)
ENDS_LABELS = (
    r"(?:現在の?|現|証明書の?)?(?:有効期限(?:日|満了日)?|有効期間(?:満了日|終了日)?|満了日|期限(?:日)?|失効日|終了日)"
    r"|(?:certificate )?(?:expir(?:es|y|ation|ing)(?: date)?(?:[ _](?:on|at))?|valid (?:until|till|to|thru)|not[ _]?after|valid_to)"
    r"|gültig bis|ablauf(?:datum)?|date d['’]expiration|expire le|valable jusqu['’]au|validade|validez|vencimiento|vencimento"
    r"|(?:fecha de )?caducidad|vervaldatum|geldig tot|scadenza"
)

# ---- the end of the certificate in a sentence

ENDS = _any(
    r"expir(?:es|ed|y|ation|ing|e)\b|runs? out|run out|valid (?:until|till|to|through|for)|keeps? working until|not after|valid_to",
    r"renewal can be completed before|ends? on|lapses?",
    r"有効期限|有効期間|満了|期限|失効|終了日|まで有効|切れ",
    r"läuft|gültig bis|ablauf|abgelaufen",
    r"expire|expiration|valable jusqu|valide jusqu",
    r"caduca|vence|expira|válido (?:hasta|até)|vencim|caducidad|validade",
    r"verloopt|geldig tot|vervaldatum|scade|scadenza|valido fino",
)
THAT_DAY = _any(r"\b(?:on|by|after) (?:that|this) (?:date|day)\b|その日|同日")
AGAIN = _any(  # a date beside one of these is that of the next try, or of an answer
    r"\b(?:next|again|retry|retried|re-?try|another|follow[- ]up|scheduled|checked on|attempt)\b",
    r"次回|再度|再実行|再処理|再試行|改めて|連絡|予定|実施|失敗日時|検出|確認日",
    r"nouvelle tentative|erneut|nuevo intento|nova tentativa|opnieuw",
)
CAUSE = _any(  # behind these a sentence names what is in the way, not what is sick
    r"\b(?:because|since|due to|as the|as it|expected|points? to|pointing to|redirects? to|instead of|rather than|which is|see|visit)\b",
    r"\bweil\b|\bda der\b|\bcar\b|\bparce qu|\bporque\b|\bomdat\b|\bperché\b",
)
CAUSE_FIRST = _any(r"(?:ため|ので|により|ことから|結果)、?")  # Japanese names the cause first
LEADS_IN = _any(
    r"以下|下記|次の|ドメイン|証明書|サイト|ホスト|対象|コモンネーム|失敗|エラー",
    r"following|below|domains?|certificates?|hosts?|sites?|names?|affected|failed",
    r"folgende|suivant|siguiente|seguinte|volgende|seguent",
)
CLOSING = _any(
    r"^(?:--|__+|—)$|^(?:以上|敬具|草々|何卒|よろしくお願い|どうぞよろしく|今後とも)",
    r"^(?:best |kind |warm )?(?:regards|wishes)|^(?:thanks|thank you|cheers|sincerely|yours)\b|^the .{2,40} team\b",
    r"^(?:mit freundlichen|viele|beste) grüßen?|^cordialement|^atentamente|^saludos|^atenciosamente|^met vriendelijke",
)

# ---- mails that speak of certificates and want something else

OTHER_CERTIFICATES = _any(
    r"code[- ]?signing certificates?|S/MIME\S*(?: certificates?)?|(?:client|personal|user|e-?mail|smime|device) certificates?",
    r"certificates? of (?:\w+)|gift certificates?|(?:birth|death|stock|share|vaccination|training) certificates?",
    r"(?:納税|印鑑|在職|卒業|成績|残高|所得|課税|登記(?:事項)?|資格|修了|出荷|検査)証明書?|クライアント証明書|電子証明書|コード署名証明書",
    r"SSL[- ]?VPN|TLS interception",
)
OF_A_SITE = _any(
    r"\bSSL\b|\bTLS\b|HTTPS|Let['’]?s Encrypt|サーバー?証明書|\b(?:web)?sites?\b|\bdomains?\b|ドメイン|サイト"
)
PAYMENT = _any(
    r"お?支払い?(?:方法|い?(?:が|を|は)?(?:確認|でき|お願い))|ご?請求(?:書|金額)|決済(?:が|に|でき|エラー)|クレジットカード",
    r"invoice|payment (?:failed|method|due|declined)|credit card|billing",
)
ORDER = _any(
    r"お?支払|ご?請求|決済|クレジットカード|料金|invoice|payment|credit card|billing|checkout|auto-?renew(?:al)? (?:of )?your (?:order|subscription)",
    r"ご?購入|ご?注文|お?申し?込み?(?:み)?(?:を|が|手続|方法|フォーム|は)|更新(?:の)?(?:お)?手続き|更新のご案内|更新費用|有償",
    r"purchase|your order|place an order|renew your (?:order|subscription|plan)|quote",
)
ADVERTISING = _any(
    r"キャンペーン|\d+ ?%? ?(?:OFF|オフ|割引)|割引|特価|お得|セミナー|ウェビナー|無料(?:体験|相談|診断)|資料請求|乗り?換え|導入事例",
    r"discount|limited[- ]time|special offer|buy now|webinar|free trial|\d+% off|save \d+|from \$\d|newsletter|coupon|promo(?:tion)? code|use code\b",
    r"メルマガ|クーポン|年間[\d,]+円",
)
UNSUBSCRIBE = _any(r"unsubscribe|(?:配信|購読)(?:停止|解除)|email preferences|abmelden|désabonner|darse de baja")
EDITORIAL = _any(
    r"newsletter|メルマガ|マガジン|\bissue (?:#|no\.? ?)?\d+|#\d{2,4}:|\d+月号|vol\.?\s?\d+|(?:通信|ニュース)\s?(?:第|\d)|読者"
)
APPROVAL = _any(
    r"承認(?:手続|作業|メール|をお願い|が必要|してください)|認証メール|ドメイン認証(?:の)?(?:お願い|依頼|メール)",
    r"approv(?:e|al) (?:this|the|your|request|link|email)|to approve|domain control validation (?:e-?mail|code)",
    r"click (?:the )?(?:link )?(?:below )?to (?:approve|validate|confirm)",
)
STAGING = _any(r"\bstaging\b|テスト環境|test certificate|fake le\b")
POLICY = _any(
    r"TLS-SNI-01|ACMEv1|end of life|policy (?:change|update)|changes? to (?:our|the) ",
    r"規約|仕様変更|メンテナンス|提供終了|(?:有効)?期間(?:の)?短縮|短くなり",
)
