# ruff: noqa: E501 (a phrase is easier to judge on one line)
"""The words by which a stranger's mail is understood: a group for each idea, a line for each language. Data.

Japanese and English are read as well as we can; German, French, Spanish, Portuguese, Italian and Dutch in their plain
forms; of Swedish, Danish, Norwegian, Polish, Russian, Korean and Chinese a few sentences. Every word was in a mail of
the samples; case does not matter.
"""

from typing import Any

import re2


def _any(*patterns: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    return re2.compile("(?m)" + "|".join(f"(?:{pattern})" for pattern in patterns), options)


def without(pattern: Any, text: str) -> str:
    """The text with a blank for every hit. Most texts have none, and this engine's `sub` is dear even then."""
    return str(pattern.sub(" ", text)) if pattern.search(text) else text


CERTIFICATE = (
    r"(?:証明書|SSL\b|SSLCert|TLS\b|certificates?\b|\bcerts?\b|certificados?\b|zertifikat\w*|certificats?\b|certificaat|certificaten"
    r"|certificat[oi]\b|\bcert[iy]fikat\w*|сертификат\w*|\bHTTPS(?:$|[^:A-Za-z])|Let['’]?s Encrypt|\w+zertifikat\w*|인증서|证书|證書|憑證)"
)
TOPIC = _any(
    CERTIFICATE,
    r"認証局|certificate authorit|\bACME\b|acme\.sh|\bauto(?:cert|tls)\b|\bnot[ _]?after\b|\btls[-_]?check|TXT record|looking up CAA|ERR_CERT_\w+|no valid A records|\bcert[-_]?[bcdghklmnprsvw]\w+|padlock|鍵マーク|certbot|CertificateRenew|\bwildcard\b|Zertifikat|\b(?:http|dns|tls-alpn)-01\b|チャレンジに?失敗|\b(?:ssl|tls)_(?:days|cert|expir|valid)|\bvalid_to\b",
)

# ---- a sentence says that a renewal failed where it has a word of each: the certificate, the doing, the not

DO = _any(
    r"renew|re-?issu|\bissu(?:e|ed|ing|ance)\b|obtain|extend|validat|provision|\bsecur(?:ed|ing)\b|\bsecure (?:the|your|it|this|all|any|domains?|\S+\.[a-z])|generat|\breplac(?:e|ed|ing)\b",
    r"\bcertificate is being served\b|\bserved with (?:the|an|its|their) old\b|\brefresh(?:ed|ing)?\b|\bswap(?:ped)?\b|\bupdat(?:e|ed|ing)\b|install|\brequest",
    r"更新|発行|取得|延長|入れ替え|差し替え|インストール|有効(?:に|化)|SSL化|(?:設定|導入|適用)(?:に|が|を|処理)",
    r"\bget (?:an?|the|your|new) (?:\w+ ){0,2}certificate|\bcreat(?:e|ed|ing)\b|\bdeploy(?:ed|ing)?\b|certificate (?:management|order)\b|\bnew certificates?\b|\bactivat(?:e|ed|ing)\b|aan ?te ?vragen|aangevraagd|wystawi|продл|обнов|выпус|utfärda|udsted|utsted|beantrag|expedi|emitir|emettre|émission|émettre|emesso|emettere",
    r"verläng|erneuer|ausgestell|ausstell",
    r"renouvel|renov|rinnov|odnow|odnaw|förny|forny",
    r"vernieuw|verleng",
    r"갱신|발급|연장|续期|续订|續期|更新|签发|簽發|续签",
)
NOT = _any(
    r"n[o'’]t\b|\bturned (?:(?:it|us|them|you) )?down\b|\bwithout (?:luck|success)\b|\bunable|unsuccessful|fail(?:s|ed|ing|ure)?\b|\berrors?\b|\bproblems?\b|\btrouble|\bsnag\b|\btimed out\b|\bnobody (?:has |had )?renewed\b|\bno certificate (?:has|was|is|could)|打ち切|見送|rejected|refused|impossible",
    r"\bno longer be",
    r"失敗|でき(?:て(?:い|お)?)?(?:り?ません|な(?:い|かった))|出来(?:ません|なかった)|未完了|エラー|されませんでした|されていません",
    r"行えな(?:い|かった)|入れ替わら(?:ず|な)|見合わせ|行えません|行われません|行われなかった|正常に(?:終了|完了)(?:いた)?し(?:ません|なか)|対象外と(?:な|し)|不能|不可|異常終了|うまくいき?ません|うまくいって(?:い|お)|通らず|(?:完了|成功|反映)(?:して(?:い|お)?(?:り?ません|ない)|しません|していません|できて(?:い|お))|至(?:り|って(?:い|お)り)ません|至らな|断られ|更新に至|通って(?:い|おり?)(?:ない|ません)|通りません|通らない|進みません|弾かれ|叶って(?:い|お)ら|済んで(?:い|おり?)(?:ない|ません)|\bnever (?:been )?(?:issued|renewed|installed)|できず|なされず|なされません|\boverdue\b|\brefus(?:ed|es)\b|\bstuck\b",
    r"konnten? (?:\w+ ){0,3}nicht|nicht möglich|\bkeine? (?:neues |gültiges )?Zertifikat|fehlgeschlagen|fehler|n[\'’]a pas abouti",
    r"n['’]a pas (?:pu|été)|échec|échoué",
    r"no se (?:pudo|ha podido)|falló|fallido|não (?:pôde|foi|pode)|falhou|falha",
    r"mislukt|kon(?:den)? niet|niet (?:worden )?(?:vernieuwd|verlengd)",
    r"non è stato possibile|non (?:è|sono) stat|non è andat|non riuscit|fallit|impossibile|siamo riusciti",
    r"niet gelukt|lukte niet|nicht (?:\w+ ){0,2}(?:verlängert|erneuert|ausgestellt)|non (?:abbiamo|siamo)|n['’]avons pas|échou",
    r"no (?:hemos|se ha|ha) (?:podido|conseguido|logrado)|\bblocked\b|no pud(?:o|imos|ieron)|non abbiamo potuto|não foi possível|não (?:conseguimos|conseguiu|pudemos)|sin éxito|sem sucesso",
    r"실패|못(?:했|하)|않(?:았|습)|오류|失败|未能|未成功|无法|無法|错误",
    r"\bNG\b|不成立|止まって|こけて|未達|拒否され|だめ(?:だった|でした)|停滞|滞って|に(?:なりません|なって(?:い|おり?)ません)|ダメ(?:だった|でした)|行われて(?:い|おり?)(?:ない|ません)|動いて(?:い|おり?)(?:ない|ません)",
    r"no ha(?:n)? sido posible|no fue posible|\bfallid[oa]s?\b|n['’]a pas été possible|nie udało się|nie powiodło się|nie można|misslyckades|mislyktes|kunde inte|kunne ikke|не удалось|ошибк",
)
_SUPPOSED = (  # what a sentence supposes
    r"^(?:if|once|whenever|unless|should|in case) |^when (?:an?|the|your|any) |\bunless\b|\b(?:when|if|before) (?:a|any|the|your) (?:certificate|renewal|domain)s?\b"
    r"|\bremember\b|\balerts? (?:by|via|for|when|if)\b|した際|する際|された場合|になる前に|\bonce (?:the|your|it)\b|\bmay stop\b|表示されると|にご注意|と?に?ならないよう|したらどう|前回(?:\(|の(?:とき|時|際))|\b(?:learn|hear) that\b|\b(?:know|tell you) (?:when|if|whether)\b|\bnever miss\b|\byou get\b|\bdid you know\b|\bdays before (?:the |they |it |your )?(?:\w+ )?expir|年に(?:一|1|数) ?(?:度|回)|ときどき|たまに|切れますと|切れると|^say (?:the|a|that)\b|\bsuppose\b|\bwho['’]d be told\b|何日(?:くらい|ほど|ぐらい)|環境では|どのくらい|\byou will renew\b|\bno later than\b|\bin the past (?:year|month)"
)
SUPPOSED = _any(_SUPPOSED)
MAYBE = _any(  # what would happen if, what happens in general, and what the owner is asked to do: no failure
    _SUPPOSED,
    r"\b(?:if|when|whenever|in case)\b[^.]{0,40}(?:not|fail|unable|problem|error)|\bever fails?\b",
    r"\bcosts? (?:you|your|businesses|companies)\b|(?:do not|don['’]t|need not|no need|never (?:ask|send|need|share|request|charge|have to)|please contact|may not|might) ",
    r"\b(?:thousands|many|most|some) (?:of )?(?:\w+ )?(?:websites?|sites|people|customers|owners)\b",
    r"(?:場合|(?:でき|され)ないとき|なければ|ないと|恐れ|おそれ|可能性|ため、ご注意|必要はあり|ご不明|対応は不要|作業はご?ざ?)",
    r"\b(?:our|the) (?:e?-?mail|message|notice)s?\b.{0,40}\bhad failed|\b(?:earlier|previous(?:ly)?)\b.{0,60}\b(?:fail|error)",
    r"\blast time\b|先日(?:の|お送り|ご連絡)|前回の?(?:更新)?(?:失敗|エラー|通知|ご案内)",
    r"(?:する|いる)ケース|することがあ|こともあり|失敗すると|かねません|ことがあり(?:ます|ました)|この(?:1|一|半) ?年(?:間)?(?:で|に)|\b(?:nine|\d+) times out of\b|\bohne gültige\b|\bwithout (?:a )?(?:valid )?payment\b|\bask(?:s|ed|ing)? whether\b",
    r"という(?:お?問い?合わせ|ご?相談|声|通知|メール)[^。]{0,12}(?:ゼロ|減ら|なく[しす])|\b(?:messages?|mails?|alerts?) (?:such as|like) [\"“]",
    r"\b(?:wenn|falls|sollte)\b|\b(?:si|se) (?:el|la|le|il|o|a)\b|\b(?:als|indien)\b[^.]{0,30}mislukt",
)
MAINTENANCE = _any(
    r"リリースノート|新機能|\brelease notes\b|\bchange ?log\b|メンテナンス|\bmaintenance\b|\[scheduled\]|\brotation of\b|\bincident update\b|\belevated errors\b"
)
NEW = _any(r"新しい(?:証明書|(?:有効)?期限)|\bnew (?:certificate|expiry|end)|\bnow (?:has|valid|runs|good)\b")
STILL_FINE = _any(r"certificate(?: is|:)? (?:ok|valid|good)\b[,;]|証明書 ?[:は] ?(?:正常|有効)[、,]")
UNLESS = _any(r"場合|たら|予定|\b(?:if|once|when|should|will)\b")  # good news that are still to come
MEANWHILE = _any(
    r"(?:メンテナンス|作業)(?:時間|期間)?中(?:は|、)|\bduring (?:the |this )?(?:maintenance|upgrade)"
)  # what a host announces
NOT_YET = _any(
    r"not (?:been )?yet|n[o'’]t .{0,30}\byet\b|まだ|nog niet|noch nicht|pas encore|aún no|todavía no|ainda não|non ancora"
)
RENEWAL = _any(
    r"\bstill (?:not|has ?n[o'’]t been) (?:renewed|issued)\b|まだ更新(?:され|でき)|更新を(?:試み|試行|実施)|\btried to renew|\battempts? to renew|\brenewal (?:attempt|status|result|state)|(?:自動)?更新(?:状況|結果|ステータス)"
)
RUNS_OUT = _any(
    r"expir(?:e[sd]?|y|ing|ation)\b|runs? out|running out|due to run out|CERT_DATE_INVALID|no longer valid|about to end|\bran out\b|\bended on\b|\blapsed?\b|\blapses\b",
    r"期限切れ|失効|切れ|きれ(?:ました|ます|てい)|有効期[限間]を終え|期限は(?:本日|明日|昨日|明後日)|期限が?[^。]{0,20}(?:迫|近づ)|満了|有効期[限間][^。]{0,30}(?:残り|まで|終了|過ぎ|到来)|期限を(?:迎え|過ぎ)",
    r"läuft[^.]{0,60}\bab\b|abgelaufen",
    r"expir(?:e|era|ent|eront|ó|ou|a|ará)\b|expiré|caducó|caduca|vence\b",
    r"истека|ист[её]к|законч(?:ится|ился|илось)|заканчива|ungültig|går ut\b|utgår|traci ważność|verloopt|verlopen|scade\b|scadut[oi]|scadrà|scadono|caducan|vencen|expiram|kurz vor|ablaufen|wygas|löper ut|utløper|udløber",
    r"certificates?\b.{0,40} ends?\b|あと ?\d+ ?日|残り? ?\d+ ?日|残り?日数|残り期間|\d+ ?日を切|期限(?:が|まで)? ?\d+ ?(?:日|週間|[かヶ]月)(?:前|以内|後)|期限まで ?(?:あと|残り)? ?\d+ ?日|(?:期限|期間)を?切|days? (?:left|remaining|to go)|\bless than \d+ days",
    r"만료|到期|过期|過期|即将失效",
)
RENEWED = _any(
    r"(?:successfully|(?:has|have) been|was|were) (?:automatically |successfully )?(?:been )?(?:renewed|issued|installed|re-?issued)",
    r"renewal (?:was )?(?:successful|succeeded|complete)|\b[1-9]\d* renewed\b|hemos renovado|abbiamo rinnovato|avons renouvelé|we (?:have )?renewed|successfully (?:renewed|requested|issued|installed)",
    r"new certificate (?:has been |was |is )?(?:now )?(?:detected|found|installed|issued|deployed|in place|active|live)",
    r"(?:we|we['’]ve|we have|just) (?:issued|installed|renewed)(?: and \w+)? (?:a |the |your )?(?:new )?\w* ?certificate",
    r"new certificate (?:runs|is valid|lasts|is good) (?:until|till|to|through)|worked on the (?:next|second|third) try|\brenewal\b[^.]{0,40}\bwent through",
    r"更新 ?\d+/\d+ ?OK|更新 ?OK|\brenewal (?:is )?ok\b|^ok: .{1,80}\brenewed\b",
    r"갱신(?:이|되었| ?완료)|续期成功|已(?:成功)?(?:续期|更新)|續期成功",
    r"(?:更新|発行|取得|インストール)(?:処理|作業|手続き)?(?:が|を|は|に)?(?:正常に|無事)?"
    r"(?:完了(?:しました|いたしました|のお知らせ|しております)|成功|されました|しました|いたしました)",
    r"(?:再発行|発行|更新|取得)(?:処理|作業)?(?:が|は)正常に(?:終了|完了)(?:いたし|し)ました|延長(?:いたし|し)ました",
    r"成功 ?:? ?[1-9]\d* ?件?[ /、,]{1,4}失敗 ?:? ?0|^certificate installed:|\bissued and installed\b|\border for \S+ completed",
    r"(?:再?発行|更新|再?取得)が(?:無事に?|正常に)?完了し、|再?発行し、[^。]{0,20}設定も完了|\bI(?: have|['’]ve)? (?:just |now )?(?:renewed|re-?issued|replaced)\b|\b(?:sind|ist) (?:inzwischen|nun|jetzt|wieder) (?:alle )?erneuert|\b(?:is|zijn) (?:\w+ )?vervangen\b|certificado renovado|Zertifikat erneuert|certificat renouvelé|certificato rinnovato|hemos podido renovar|certificate is ready|\band issued an? (?:\w+ ){0,2}certificate\b|(?:更新|再?取得|再?発行)できました|(?:更新|発行|取得)(?:が|は)?(?:すでに|既に|無事に?|正常に)?(?:完了して|されて)(?:おり(?:、|ます|$)|います|いて)|発行・設定(?:いたし|し)ました|発行し、.{0,20}設定(?:いたし|し)ました|発行成功|再?(?:発行|取得)済み",
    r"更新(?:処理|作業)?(?:が|は)? ?正常に?(?:終了|完了)(?:$|[(。])|更新は、?[^。、]{0,20}(?:無事に?|正常に)(?:完了|成功)|(?:発行|更新)完了(?:$|[::。\s])|completed the renewal|\bcertificate is renewed\b|\bcertificate renewed (?:for|on)\b|renewed without (?:problem|error|trouble|issue)s?",
    r"設定(?:処理|作業)?(?:が|を|は|に)?(?:正常に)?(?:完了(?:しました|いたしました)|されました)",
    r"(?:erfolgreich|wurde[n]?) (?:erfolgreich )?(?:erneuert|verlängert|ausgestellt)",
    r"(?:a (?:bien )?été|est) (?:bien )?renouvelé|certificat \w+ est (?:installé|actif)|(?:se ha|ha sido|fue|foi) (?:renovado|renovada)|(?:se )?renovó correctamente",
    r"met succes (?:vernieuwd|verlengd)|mit Erfolg (?:erneuert|verlängert)|avec succès|con éxito|con successo|com sucesso|is (?:succesvol )?(?:vernieuwd|verlengd)|è stato rinnovato|został pomyślnie odnowiony|(?:pomyślnie|automatycznie) odnowi|har förnyats|(?:har|vi) (?:nu )?(?:utfärdat|installerat|förnyat|udstedt|fornyet)|nytt certifikat utfärdat|^certificate issued for\b|\b(?:TLS|SSL|HTTPS)(?: for \S+)? is (?:now )?(?:active|live)\b",
)
UNRESOLVED = _any(r"[1-9]\d* (?:still )?open\b|未解決|対応中")  # beside it, in a subject
RESOLVED = _any(  # the subject may still name the failure that is over
    r"障害報告|\(終了\)|\bpost-?(?:incident|mortem)\b|復旧|回復|対応完了|クローズ|正常終了|復帰|解決(?:しました|済)|解消|\bresolved\b|\bsolved\b|\bclosed\b|all sorted|\brecover(?:ed|y)\b|\bfixed\b|back to normal|\b(?:is|back) up\b",
)
OVER = _any(  # it failed, and then it did not: told as done, and of the renewal itself
    r"(?:エラー|失敗)(?:と|し|に)?(?:なって|して)(?:い|おり)(?:まし)?た[^。]{0,80}(?:更新|発行|再処理)[^。]{0,30}(?:完了|成功)",
    r"(?:issued|renewed|succeeded) (?:after|on (?:the )?(?:attempt|try))\b[^.]{0,20}\b(?:attempts?|tries|retries|\d+)\b",
    r"(?:エラー|失敗)(?:は|が)(?:すでに)?解消(?:し(?:ました|て)|いたしました|されました)",
    r"(?:エラー|失敗|でき(?:ず|ません))[^。]{0,60}(?:が、|ものの|のち|その後)[^。]{0,80}(?:更新|発行)(?:処理|作業)?(?:が|は|を|に)?(?:無事に?|正常に)?(?:完了|成功)(?:して(?:おり|い)ます|(?:いた)?しました)",
    r"\b(?:failed|could ?n[o'’]t|error)\b[^.]{0,80}\b(?:but|since then|however)\b[^.]{0,60}\b(?:has (?:now )?been (?:renewed|issued)|went through|succeeded)",
    r"\b(?:incident|alert|alarm)\b[^.]{0,60}\b(?:is|has been|was) (?:now )?resolved|\b(?:have|has|got)(?: had)? (?:a|its|their) (?:fresh|new) certificate",
)
REOPENED = _any(r"\bre-?opened\b|再開|再オープン")  # of the subject: what was solved below is so no longer
CLOSED = _any(  # the matter of the subject is over, whatever is told of it
    r"\b(?:this|the|your) (?:incident|ticket|request|case|issue)\b[^.]{0,20}(?:has been|was) (?:now )?(?:marked as )?(?:resolved|solved)\b",
    r"new (?:incident )?status: resolved|\bclosed your (?:ticket|request|case)\b.{0,40} as (?:solved|resolved)\b|\bno open actions\b|\bnothing is wrong at the moment\b|marking this (?:one )?as (?:solved|resolved)",
    r"ステータス\W{0,3}[^。\n]{0,12}(?:から|→) ?(?:完了|解決)",
)
SAYS_RESOLVED = _any(
    r"^(?P<ticket>\[[^\]\n]{1,30}\] ?)?\W{0,3}(?:gesloten|geschlossen|fermé|cerrado|fechado|chiuso|gelöst|erledigt|résolu|resuelto|resolvido|risolto|opgelost|RESOLVED|RECOVERY|RECOVERED|OK|復旧|回復)[\]】:：)]"
)  # a subject
SETTLED = _any(  # what is answered when all is well
    r"went straight through|\b(?:hat|habe) sich erledigt\b|\bist erledigt\b|c['’]est réglé|\bya está (?:solucionado|resuelto)\b|\bthat did the trick\b|\ball sorted\b|\b(?:shows|has|see) the new cert|新しいものに(?:入れ替わ|なって)|入れ替わって(?:い|おり)ます|入れ替わりました|先ほど対応|対応済み|ご安心ください|解決したよう|^sorted$|対応不要|対応は不要|無事更新|came through at once|警告は出なく|鍵マークが出る|\bno more warning|you can close the ticket|警告なしで|もう大丈夫|助かりました|無事に|対応は不要です|you can close (?:this|it)\b|\bclosing this\b|\bwent through\b|certificate is (?:fine|ok|valid)\b|\bnew cert(?:ificate)? is (?:live|in place|up)\b|\bpadlock is back\b|\bthat did it\b|直りました|復活し|解決しました|治りました|\b(?:works|working|fine|fixed|sorted) (?:again|now)\b|\ball good now\b"
)
QUESTION = _any(r"でしょうか|(?:です|ます|ました|ません)か(?:$|[、。])|かどうか|\bwhether\b")
NOT_BEFORE = _any(r"\b(?:once|until|till|when|if|after|as soon as|unless|before)\b|次第|たら|れば|まで")
ASKED = _any(  # no news: somebody asks, hopes or wants to know
    r"でしょうか|ますか|ですか|かどうか|ように|れば|たら|たい(?:です|と)|[??]|\bif\b|\bwhether\b|\bhop(?:e|ing)\b|\bwould\b|\bcan you\b|\bplease\b"
)
NOW_FINE = _any(
    r"成功。|更新済み|発行成功|更新成功|更新され|まで有効|正常に|正常(?:\(|表示)|新しい期限|完了|\brenewed\b|\bre-?issued\b|(?:^|(?:\ba|\bthe|your|,) )new certificate|valid until|success|\bOK - |\bOK 残り"
)
UNAFFECTED = _any(
    r"not affected|unaffected|nicht betroffen|non (?:è|sono) interessat|pas concern|niet getroffen|no (?:se ve|está) afectad",
    r"影響(?:は)?(?:ご?ざいません|ありません)",
)
SPARED = _any(  # what a sentence says is well beside what is not
    r"without (?:a |any )?(?:warning|error)s?\b|警告なく|問題なしで|大丈夫です|\b(?:was|were|is|are|has been|now) renewed|all good|renews? by itself|not affected|unaffected|is fine|are fine|no worries|needs? no attention|nog geldig|still works?",
    r"\bnot (?:yet )?due\b|\bskipping\b|nicht betroffen|non (?:è|sono) interessat|pas concern|niet getroffen|no (?:se ve|está) afectad|\b(?:is|are) (?:ok|okay|all right)\b|更新済み|影響(?:は)?(?:ご?ざいません|ありません)|通常(?:どおり|通り)|引き続きご利用|対象外|解消|問題(?:は)?(?:ありません|ござい)|別契約",
)
RENEWS = _any(
    r"\brenew|更新|갱신|续期|续订|續期|renov|renouvel|rinnov|vernieuw|verläng|erneuer|odnow|odnaw|förny|forny"
)
REDUCED = _any(
    r"名前を(?:外|除)(?:して|いて)(?:発行|更新)",
    r"not in the new certificate|fewer names|(?:removed|dropped|left out|excluded) from the (?:new )?certificate",
    r"証明書(?:から|に)(?:除外|含まれ(?:ません|なく|てい(?:ません|ない))|外(?:し|され))",
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
    r"失敗|更新が?でき(?:ません|なかった|ない状態)|fail(?:ed|ure)\b|(?:could not|couldn['’]t|cannot|can['’]t|unable to) (?:be )?(?:renew|extend|replace)|not (?:been )?renewed"
)

# ---- one row of a list, one value of a label

FAILED_ROW = _any(
    r"(?:更新|発行|取得|認証)[^。]{0,20}(?:完了|成功)(?:して|できて)?(?:(?:い|おり?)?ません|い?ない)",
    r"\bno renovad|\bnicht (?:erneuert|verlängert)|\bnon? (?:renouvel|rinnovat)|\bniet (?:vernieuwd|verlengd)|\bnão renovad",
    r"\bno (?:new )?certificates? (?:could|was|were|has|have)\b|\b(?:has|have|will|soon) (?:soon )?los[et]\b",
    r"\bdid(?:n['’]t| not)\b|通りませ|通って(?:い|おり?)(?:ない|ません)|外した名前|できておらず|されておらず|発行できず|更新できず|실패|失败|未能|\[-\]|\bNOT renewed\b|不成立|\bKO\b|\bwith (?:problems|errors|issues)\b",
    r"\bnobody (?:has |had )?renewed\b|行われて(?:い|おり?)(?:ない|ません)|行われませんでした|\bwithout success\b|unsuccessful|sans succès|ohne Erfolg|sin éxito|senza successo|zonder succes|\bnot validated\b|未検証|失敗|エラー|異常|未完了|未更新|更新不可|できなかった|できません|できていない|見つかりません|存在しません|一致しません|届きません|できておりません|されていません|されておりません|\bNG\b|×|❌|✗|✖|⛔",
    r"\bfail(?:ed|ure|s|ing)?\b|\berrors?\b|not renewed|\bunable\b|(?:could|can) ?n[o'’]t|\bcan['’]t\b",
    r"fehlgeschlagen|fehler|échec|échoué|falló|fallido|falhou|falha|mislukt|fallit|misslycka|nie powiodł",
    r"konnten? nicht|nie udało|kunde inte|kunne ikke|n['’](?:a|ont) pas|no se (?:han?|pudo)|não f(?:oi|oram)|kon(?:den)? niet",
)
EXPIRED_ROW = _any(
    r"\d (?:WARN(?:ING)?|CRIT(?:ICAL)?|SOON)\b",
    r"期限切れ|失効しました|\bexpired\b|abgelaufen|caducad[oa]|expiré|expirou|expirad[oa]|scadut[oi]|verlopen|만료됨|已过期",
)
FINE_ROW = _any(
    r"^スキップ|更新不要|良好",
    r"\b(?:is|are|was|were) (?:all |still )?(?:fine|good|unchanged|untouched|not affected|not concerned)\b|問題(?:は|も)?(?:あり|ござい)ません|大丈夫",
    r"\bprotected\b|\bpassed\b|\bunaffected\b|\bstill (?:valid|covered|fine)\b|異常なし|問題な",
    r"^\[\d{1,3}\] resolved$|\bin (?:4[6-9]|[5-9]\d|[1-9]\d\d) days\b|\b(?:4[6-9]|[5-9]\d|[1-9]\d\d) days (?:left|remaining|to go)|(?:have|has) been secured|\bvalidated\b|保護され(?:て|まし)|\bare secured\b|nothing to do|not due|\bdeployed\b|new certificate\b|\bskip\b|残り ?(?:[3-9]\d|[1-9]\d\d) ?日|未到来|影響(?:は)?(?:ご?ざいません|ありません|なし)",
    r"\bcorrect[oa]?\b|in ordnung|\bquedan \d{2,3} d|成功|正常|完了|更新済|更新でき(?:た|て|まし)|できた|更新しました|更新されました|不要|対象外|有効\b|○|◯|✅|✔|✓",
    r"\bok\b|success|\brenewed\b|\bvalid\b|\bhealthy\b|not (?:yet )?due|skipped|no action|up to date|\bissued(?:$|[.!,;:)]| (?:on|and|for|at)\b)",
    r"erneuert|verlängert|\bgültig|renouvelé|\bvalides?\b|\[\+\]|\[(?:更新|スキップ|済)\]|\bvigente|renovado|vernieuwd|verlengd|rinnovato",
)
UNDONE = _any(  # `no se ha renovado`: what ends like a success
    r"(?:完了|成功)(?:して|できて)?(?:(?:い|おり?)?ません|い?ない)",
    r"\bnot secured\b",
    r"\bno han? sido\b|todavía no|noch nicht|nog niet|pas encore|non ancora|おらず|not yet",
    r"(?:\bnot\b|\bnobody\b|\bnever\b|n['’]t\b|\bno se\b|\bnicht|\bniet|\bpas\b|\bnon\b|\bnão)[^.]{0,24}(?:renew|renov|erneu|verläng|vernieu|verlen|rinnov)",
)
NONE_ROW = _any(
    r"\bexpiry (?:check|monitoring)\b|\bnot (?:yet )?expired\b|切れていません|切れではありません",
    r"\b(?:expiring(?: soon)?|about to expire|expired|failed(?: renewals?)?) ?[:=]? ?0\b|(?:期限切れ|\d+ ?日未満) ?[::]? ?0(?:[^\d.日]|$)",
    r"(?:errors?|failures?|失敗|エラー) ?[:=]? ?(?:none|なし|無し|ゼロ)|異常なし|期限切れ ?:? ?0 ?件",
    r"(?:失敗|エラー)(?:した|の)(?:証明書|ドメイン|サイト)はありません|\bno failed\b",
    r"(?:失敗|エラー|異常)\D{0,3}0(?:件|\b)|\b(?:0|no) (?:fail(?:ed|ures?)|errors?)\b",
)

# ---- labels

MORE_NAMES = _any(
    r"\balso\b|\balias(?:es)?\b|\bother\b|\bfurther\b|\badditional\b|\balternative\b|tamb[eé]m|également|\bautres?\b|\botros?\b|\boutros?\b|\baltr[io]\b|\bandere\b|weitere|その他|ほか|追加|別名|^サブ$|www|\bsans?\b"
)

NAME_LABEL = _any(
    r"店舗名|ショップ名|施設名|接続名|主名|^サブ$|ドメイン(?:名|一覧)?|コモン(?:ネーム|名)|ホスト(?:名)?|サイト(?:名|URL|アドレス)?|FQDN|SSL対象|主体者|サブジェクト(?: ?代替名)?"
    r"|証明書(?:名|対象)?|対象(?:URL)?|(?:Web|ウェブ)サイト|(?:サブ|マルチ)ドメイン|(?:別|代替)名|\bURL\b",
    r"\bsni\b|\bdomains?\b|\bhost ?names?\b|\bhosts?\b|\bcommon[ _]names?\b|\bcn\b|\bfqdns?\b|\b(?:web)?sites?\b|\bcert(?:ificate)?s?\b"
    r"|\bnames?\b|\bsubject\b|\bsans?\b|\bidentifiers?\b|\bv(?:irtual )?hosts?\b|\bzones?\b|\btargets?\b|\bendpoints?\b"
    r"|\balt ?names?\b|\binstance\b|\balias(?:es)?\b|\border\b|\b(?:store|shop|web|site) address|\bobject\b|\bresource\b|\bitem\b|\basset\b|\bmonitor(?:ed)?\b|\w*namen?\b|^also$|^address$|\balso (?:included|covers|covered)\b|\baffected\b|\bservice\b|\bcovers\b|\bcovered\b|\bincludes\b",
    r"\bdomaines?\b|\bdominios?\b|\bdomínios?\b|\bdomini\b|\bdominio\b|\bdomeinn?aa?m(?:en)?\b|\bdomein(?:en)?\b|\bwebseiten?\b|\bsitios?(?: web)?\b"
    r"|\bzertifikate?\b|\bcertificats?\b|\bcertificados?\b|\bcertificat[oi]\b|\bsiti?o?\b|\btamb[eé]m inclu|\bservidor virtual\b|\bnoms?\b|\bnombres?\b",
    r"도메인|인증서|호스트|域名|證書|证书|网站|網站|主机",
)
STATUS_LABEL = _any(
    r"結果|状態|状況|ステータス",
    r"\bstatus\b|\bresults?\b|\bstate\b|\battempt\b|\boutcome\b|\brenewal\b|\blast (?:attempt|run)\b",
    r"\bstatut\b|\bestado\b|\bstato\b|\bresultado\b|\bergebnis\b|\brésultat\b|\brisultato\b|\bresultaat\b",
    r"상태|결과|状态|狀態|结果|結果",
)
ENDS_LABEL = _any(
    r"\blast day\b|有効(?:期限|期間)|満了|期限|期日|失効|終了日|\bfin de validité|\bfine validità",
    r"\bexpir(?:es|y|ation|ing|ed)\b|\bvalid (?:until|till|to|thru|through)\b|\bnot[ _]?(?:valid )?after\b|\bvalid_to\b|\bruns? out\b|\bends?\b|\bended\b|\bdeadline\b",
    r"\bgültig bis\b|\bablauf\w*|\blaufzeit\b|\bexpiration\b|\bexpire\b|\bvalable jusqu|\bvalidade\b|\bvalidez\b|\bvencimi?ento\b|\bvence\b"
    r"|\bcaduc\w+|\bvervaldatum\b|\bgeldig tot\b|\bscaden\w+|échéance\b|\bexpira(?:ção)?\b",
    r"만료|有效期|到期|过期",
)
# What belongs to somebody else: the server, the panel, the writer, the next try, the record that is wanted.
OTHER_LABEL = _any(
    r"サーバー?(?:名|ID|番号)?$|ネームサーバ|実行|送信|差出|管理(?:画面|パネル|者)|ログイン|パネル|問い?合わ?せ|詳細|お知らせ|ヘルプ|サポート|マニュアル|参照|手順"
    r"|連絡|担当|宛|初期|テスト|検知|発生|(?:現在|推奨|弊社|当社)の?(?:設定|指定|値)|発行(?:元|者|局)|認証局|メール|IPアドレス|レコード|転送先|リダイレクト|オリジン|配信元|開始|次回|実施|試行|再試行|確認日|検出|\bIP\b|\bTEL\b|会社|名前$|氏名|お名前|原因|理由|エラー|内容|(?:例|以前|旧|移転)",
    r"\bservers?\b|\bnode\b|\bmachine\b|name ?servers?|\bfrom\b|\bsen(?:t|der)\b|\bpanel\b|\blog ?in\b|\bsupport\b|\bhelp\b|\bdocs?\b|\bdetails?\b|\bmore\b"
    r"|\bissuers?\b|\bissued by\b|\bCA\b|\bauthority\b|\bcontacts?\b|\be-?mail\b|\brecords?\b|\b(?:A|AAAA|CNAME|TXT|NS|MX)$|\bredirect\w*|\bnext\b|\bretry\b|\breason\b"
    r"|\berrors?\b|\bproblem\b|\bcause\b|\bdetected\b|\bchecked\b|\bstarted\b|\bphone\b|\btel\b|\blink\b|\bclick\b|\bvisit\b|\bsee\b|\bIP\b|\bpoints?\b|\bexpected\b"
    r"|\bcurrent(?:ly)? (?:value|target|address)|\bresolves?\b|\bticket\b|\baccount\b|\buser\b|\bcustomer\b|\bclient\b|\bexample\b|\bpath\b|\bfile\b|\blog\b|\bprovider\b|\bregistrar\b|\bconsole\b|\bdashboard\b|\bsign in\b|\borigin\b|\bbackend\b|\bvalid from\b|\bnot before\b|\bstart(?:s|ing)?\b|^(?:re-?connect|manage|open|edit|view|fix|review|go to)\b|\bcontrol (?:center|centre)\b|\brunbook\b|\bgenerator\b|\bsource\b|\btest (?:site|page|url)s?\b",
    r"\bserveur\b|\bservidor$|\bgrund\b|\bmotivo\b|\braison\b|\bmotif\b|\breden\b|\bfehler\b|\berreur\b|\berro\b|\boorzaak\b|원인|원인|原因|サーバ$",
)
FILLERS = _any(  # words that may stand in a label or between names and make it nothing else
    r"(?:の|に含まれる|を?含む|お客(?:様|さま)|ご利用|該当|対象|現在|現行|更新|失敗|登録|独自|一覧|および|及び|と|ほか|上記|下記|以下|様|日時?|新|SSL|TLS|自動)",
    r"\b(?:the|your|this|affected|current|primary|main|failed|of|for|on|in|and|or|list|order|requested|all|these|following|SSL|TLS|date|time|et|und|e|y|en|le|la|el|o|der|die|das)\b",
)

# ---- the end of the certificate in a sentence

ENDS = _any(
    r"expir(?:es|ed|y|ation|ing|e)\b|runs? out|run out|\bvalid (?:until|till|to|through|for)\b|keeps? working until|ran out|not after|valid_to",
    r"(?:日|:\d\d|/\d{1,2}|\)) ?まで(?:[^に]|$)|まで(?:使え|ご?利用|有効)|残り ?\d+ ?日|あと ?\d+ ?日|stop working on|days left|\bstops (?:working )?on\b|\bended on\b|\blapsed on\b|caducó|\bwarnings? (?:after|from|on)\b|\bdies\b|\bstops being valid\b|\bserved until\b|\bbefore browsers\b|\bwill (?:get|see) (?:a )?warnings?\b|\brejected by\b|\bends (?:\d|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))|\b(?:visitors|browsers?)\b[^.]{0,40}\b(?:see|show)\b[^.]{0,40}(?:warning|not secure|unsafe)",
    r"renewal can be completed before|ends? on|lapses?|good (?:until|till|through)|\bruns? (?:until|till)|not_?after|still valid until",
    r"만료|到期|过期|有效期",
    r"有効期限|有効期間|満了|期限|失効|終了日|まで有効|切れ|日 ?以降[^。]{0,24}(?:表示|警告|閲覧|できなく)|invalid from|validity (?:on|ends)",
    r"läuft|gültig bis|ablauf|abgelaufen|\bnoch bis\b",
    r"expire|expiré|échéance|expir(?:ou|ará|ó)\b|expiration|valable jusqu|valide jusqu|ungültig|går ut\b|истека|ист[её]к|законч(?:ится|ился)",
    r"caduca|vence|expira|válido (?:hasta|até)|vencim|caducidad|validade",
    r"verloopt|verlopen|geldig tot|vervaldatum|scade|scadenza|scadrà|scadut|valido fino|wygas|ważny do|löper ut",
)
THAT_DAY = _any(r"\b(?:on|by|after) (?:that|this) (?:date|day)\b|その日|同日")
AGAIN = _any(  # a date beside one of these is that of the next try, or of an answer
    r"\b(?:next|again|retry|retried|re-?try|another|follow[- ]up|scheduled|checked on|attempt)\b",
    r"次回|再度|再実行|再処理|再試行|改めて|連絡|予定|実施|失敗日時|検出|確認日",
    r"nouvelle tentative|erneut|nuevo intento|nova tentativa|opnieuw",
)
CAUSE = _any(  # behind these a sentence names what is in the way, not what is sick
    r"理由|原因|\breason\b|\bwhy\b|例:|例えば|\be\.g\.|\bfor example(?:[ ,:]|$)|z\. ?B\.|por ejemplo|par exemple|por exemplo",
    r"\bCAA records?\b|\bname ?servers?\b|, but\b|redirected to|forwarded to|resolv(?:es|ed|ing) to|answered",
    r"\b(?:because|since|due to|as the|as it|expected|points? to|pointing to|redirects? to|instead of|rather than|which is|see|visit)\b",
    r"\bweil\b|\bda der\b|\bcar\b|\bparce qu|\bporque\b|\bomdat\b|\bperché|ponieważ",
    r"\b(?:on|in) (?:the |your )?(?:zone|account|server|plan|cluster|load balancer)\b",
)
CAUSE_FIRST = _any(
    r"(?:ため|ので|により|ことから|結果)、?|(?:完了|成功|更新)(?:いた)?しましたが、?"
)  # Japanese names the cause first
LEADS_IN = _any(
    r"以下|下記|次の|ドメイン|証明書|サイト|ホスト|対象|コモンネーム|失敗|エラー",
    r"following|below|domains?|certificates?|hosts?|sites?|names?|affected|failed",
    r"folgende|suivant|siguiente|seguinte|volgende|seguent|domini|dominio|domínio|domaine|domein|domeny|domän|zertifikat|certificaa?t|cert[iy]fikat|servidor|nombres|\bnoms\b|\bnomi\b|\bnomes\b|namen",
    r"アドレス|拠点|expir|残日数|期限|失効",
)
CLOSING = _any(
    r"^--$|^(?:以上|敬具|草々|何卒|よろしくお願い|どうぞよろしく|今後とも)",
    r"^(?:best |kind |warm )?(?:regards|wishes)|^(?:thanks|thank you|cheers|sincerely|yours)\b|^the .{2,40} team\b",
    r"^(?:mit freundlichen|viele|beste) grüßen?|^cordialement|^atentamente|^saludos|^atenciosamente|^met vriendelijke",
)

IMPRINT = _any(
    r"(?:^|[\s/(|])tel\b|電話|〒|\bfax\b|株式会社|有限会社|合同会社|お?問い?合わ?せ(?:先|窓口)|サポート(?:センター|窓口|チーム)|カスタマー",
    r"copyright|©|all rights reserved|\b(?:Inc|Ltd|LLC|GmbH|S\.?A\.?R?\.?L|B\.?V|Corp)\b|unsubscribe|this (?:e-?mail|message) was sent",
)

# ---- mails that speak of certificates and want something else

OTHER_CERTIFICATES = _any(
    r"code[- ]?signing\b|S/MIME\S*(?: certificates?)?|(?:client|personal|user|e-?mail|smime|device|push(?: services?)?|at work|training|course|hygiene|first[- ]aid|distribution|signing|SAML) certificates?|\bISO(?:/IEC)? ?\d{4,5}\b|recertification",
    r"certificates? of (?:completion|insurance|origin|attendance|achievement|analysis|conformity|incorporation|compliance|participation|authenticity)|gift certificates?|(?:birth|death|stock|share|vaccination|training) certificates?",
    r"(?:納税|印鑑|在職|卒業|成績|残高|所得|課税|登記(?:事項)?|資格|修了|出荷|検査)証明書?|クライアント証明書|電子証明書|(?:コード)?署名証明書|SAML",
    r"SSL[- ]?VPN|TLS interception",
)
FOR_SIGNING = _any(
    r"コードサイニング|クライアント証明書|client certificates?|S/MIME|code[- ]?signing\b|distribution certificate|署名証明書|\bSAML\b"
)
FOR_PEOPLE = _any(
    r"\bcertificate for the course\b|\byour employer\b|\brefresher\b",
    r"\bexams\b|\bexamination\b|\byour badge\b|first[- ]aid certificates?|certificats? de formation|\btraining certificates?\b|certificado de (?:curso|formación)|certificado digital de (?:representante|persona|ciudadano)|修了証",
)
OF_A_SERVER = _any(  # of the kind that visitors of a site see
    r"\b(?:SSL|TLS|HTTPS|ACME|DCV)\b|Let['’]?s Encrypt|certbot|cert-manager|サーバー?証明書|ERR_CERT|padlock|鍵マーク|\bSSL"
)
ASKS_PASSWORD = _any(
    r"アカウント情報[^。]{0,16}(?:ご?確認|ご?入力)ください|パスワードを(?:ご)?(?:確認|入力|更新)して|(?:confirm|verify|enter) your (?:e-?mail )?password"
)
PASSWORD = _any(r"\bpasswords?\b|パスワード|passwor[dt]\w*|contraseña|mot de passe")
PAYMENT = _any(
    r"お?支払い?(?:方法|情報|い?(?:が|を|は)?(?:確認|でき|お願い))|ご?請求(?:書|金額)|決済(?:が|に|でき|エラー)|クレジットカード|betalingskort|betalningskort|\bkortet\b|card on file|carta di credito|tarjeta de crédito|carte bancaire|kreditkarte",
    r"\b(?:zahlung|lastschrift|factuur|rechnung|facture|factura|fattura|fatura)\b|发票|账单|결제|청구",
    r"this is not a bill|\bsolicitation\b|search engine registration|invoice|payment (?:failed|method|(?:is )?(?:over)?due|declined)|credit card|\bbilling (?:address|cycle|department|details|failed|info|problem|statement|team)",
)
ORDER = _any(
    r"お?支払|ご?請求|決済|クレジットカード|料金|invoice|payment (?:method|due|link|details|received|by|is|of)|credit card|\bbilling (?:address|cycle|details|info)|(?:at|to) checkout|auto-?renew(?:al)? (?:of )?your (?:order|subscription)",
    r"ご?購入|ご?注文|お?申し?込み?(?:み)?(?:を|が|手続|方法|フォーム|は)|更新の?お?手続き(?:[^はもが]|$)|更新のご案内|更新費用|有償|お?見積",
    r"renew (?:now )?for [$€£]\d|renew and pay|\bbonus days\b|carr(?:y|ied) over up to",
    r"purchase|your order|place an order|renew your (?:order|subscription|plan)|quote",
)
ADVERTISING = _any(
    r"\d+[- ]day trial|\b(?:start|begin) your (?:\w+[- ]){0,3}trial|突然の(?:ご?連絡|メール)[^。]{0,10}失礼|当社調べ|初期費用 ?無料|オンラインでお時間|オンライン相談",
    r"キャンペーン|\d+ ?%? ?(?:OFF|オフ|割引)|割引|特価|お得|セミナー|ウェビナー|無料(?:体験|相談|診断)|資料請求|乗り?換え|導入事例",
    r"discount|limited[- ]time|special offer|buy now|webinar|free trial|\d+% off|save \d+|from \$\d|newsletter|coupon|promo(?:tion)? code|use code\b",
    r"メルマガ|クーポン|年間[\d,]+円|\bbacklinks?\b|\baudit report\b|\brank(?:ing)? (?:on|in) (?:page|google)",
)
HARD_SELL = _any(r"\d+ ?% ?(?:off|OFF|オフ|discount|rabatt|割引)|\buse code\b|クーポンコード")
SEEN_BY_PEOPLE = _any(  # what visitors tell the owner
    r"警告(?:画面)?が(?:出て|出る|出た|出ました|表示され(?:て|まし))|保護されて(?:い)?ない|保護されません|安全ではありません|\bnot secure\b|\bnot private\b|\bsee(?:s|ing)? an? (?:security|browser) warning\b|no es (?:privada|segura)|nicht sicher|pas sécurisée?\b|\bsays it(?:['’]s| is) not safe\b"
)
UNSUBSCRIBE = _any(
    r"unsubscribe|\breply stop\b|view in browser|afmelden|uitschrijven|退订|退訂|수신거부|(?:配信|購読)(?:停止|解除)|email preferences|abmelden|désabonner|darse de baja"
)
OTHER_UPDATES = _any(  # what else is renewed or brought up to date
    r"(?:プラグイン|テーマ|ファームウェア|WordPress本体)[^。証]{0,16}更新|\b(?:plug-?ins?|themes?|firmware) (?:updates?|(?:failed|could not be|was not) )"
)
REGISTRATION = _any(  # of the domain itself
    r"\b(?:domain )?registration\b.{0,80}\b(?:expir|ended|not renewed)|\bwhois\b|ドメイン(?:の)?(?:登録|契約)(?:期限|期間|の)"
)
RETRACTED = _any(  # of a subject that takes an earlier notice back; below many mails stands what to do with wrong ones
    r"誤(?:送信|配信|送付|報)|誤検知|訂正・お詫び|\bsent (?:to you |out )?(?:in|by) (?:error|mistake)\b|\bfalse alarms?\b|\bplease disregard\b"
)
EXERCISE = _any(
    r"\bquiz\b|^exercise\b|\bsimulated\b|叩き台|たたき台|ひな形|雛形|定型文|文面案|\btemplate\b|^draft\b|確認テスト|【訓練】|^訓練|これは訓練です|(?:対応|標的型?メール|障害|連絡)訓練|\bdigest, vol\b|\bfire drill\b"
)  # of a subject
HOW_TO = _any(  # of a subject that announces something to read
    r"\bpost-?mortem\b|\bincident review\b|振り返り|開催|勉強会|\bmeet-?up\b|ミートアップ|\bdevis\b|\bpresupuesto\b|\bquotation\b|お見積(?:り|書)|\bcharlas?\b|\bquedada\b|対処法|解説|とは[??]|記事|ブログ(?:更新|を更新|の?新着|公開|:)|新着 ?\d*件|議事(?:録|メモ)|求人(?:情報|案内|のご)|採用情報|\bhiring\b|\bjob alert|\bnew \w+ roles\b|スカウト|転職|^(?:meeting )?(?:notes|minutes):|\bmeeting (?:notes|minutes)\b|^\[[\w.-]+/[\w.-]+\] .{1,200}\((?:issue |pr |pull request )?#\d+\)$|\breleased$|\bwhat['’]s new in\b|\bquestions answered\b|\bFAQ\b|よくあるご?質問|怎么办|如何|how to\b|\btips\b|guide\b|explained\b",
)
SURVEY = _any(  # of a subject that asks how we did
    r"アンケート|満足度|\bsurvey\b|\bhow did we do\b|\brate (?:us|our|your)\b|\byour feedback\b"
)
AMONG_PEOPLE = _any(  # a line of mails that go to a list of people
    r"^[\w-]{2,40} mailing list$|^@?[\w-]+ (?:commented on this|created an|opened an) (?:issue|pull request)"
)
TO_READ = _any(  # of a text that explains what mails of this kind are
    r"\bthis (?:article|guide|post|page) (?:explains|describes|covers|shows)|(?:本|この)(?:記事|ページ)では|\byour-?domain\.",
)
EDITORIAL = _any(
    r"週間まとめ|今週の話題|人気トピック|\bweekly notes\b|^short takes\b|\bof the week$|^sponsor(?:ed)?:",
    r"\bplug-?in (?:updates?|digest|changelog)\b|\bdear community\b",
    r"nieuwsbrief|rundbrief|lettre d['’]information|bolet[ií]n",
    r"周刊|月刊|读者|讀者|구독",
    r"newsletter|メルマガ|マガジン|(?:^|[^(])\bissue (?:#|no\.? ?)?\d+|(?:week|news|digest|letter|magazine|edition|\bno\.?|\bvol\.?)\w* ?#\d{2,4}:|\balso this week\b|^summary: |\bin this issue\b|\bcase study\b|\brelease v?\d+\.\d|\bfull changelog\b|\bpopular topics\b|\bsince your last visit\b|(?:^|[ ])(?:weekly|monthly|digest|bulletin) #?\d+|\d+月号|vol\.?\s?\d+|(?:通信|ニュース)\s?(?:第|\d)|読者",
)
APPROVAL = _any(
    r"承認(?:手続|作業|メール|をお願い|が必要|してください)|認証メール|ドメイン認証(?:の)?(?:お願い|依頼|メール)",
    r"approv(?:e|al) (?:this|the|your|request|link|email)|to approve|domain control validation (?:e-?mail|code)|(?:copy|enter|use) (?:this|the|following)(?: \w+)? code\b|validation code",
    r"click (?:the )?(?:link )?(?:below )?to (?:approve|validate|confirm)",
)
TEST = _any(  # of the alarm itself
    r"^\[test\]|\bthis is a test\b|テスト(?:送信|通知|配信)|\btest (?:alert|notification|message)\b"
)
STAGING = _any(
    r"\bstaging (?:endpoint|environment|server|directory|API|CA|certificate)|\(staging\)|staging CA\b|acme-staging|\bdry[- ]run\b",
    r"(?:テスト環境|検証環境)[^。\n]{0,20}(?:証明書|SSL)|(?:証明書|SSL)[^。\n]{0,20}(?:テスト環境|検証環境)|ステージング|test certificate|fake le\b|simulat(?:ed|ing) renewal",
)
IN_EARNEST = _any(  # beside a test
    r"本番(?:環境)?[^。\n]{0,16}(?:失敗|エラー)|\bproduction\b[^.\n]{0,30}\b(?:fail|error)"
)
NOT_ISSUED = _any(  # beside what is to be approved
    r"has not been issued|\bvalidation (?:was )?unsuccessful|発行(?:でき|され)ませんでした|発行に失敗"
)
YOURS = _any(
    r"\byours?\b|\bIhr(?:e[nmrs]?)?\b|\bvotre\b|\bvos\b|\b[st]us?\b|\bvostr[ioae]\b|\bjouw?\b|\buw\b|お客様|ご利用|ご契約|貴社|御社"
)
POLICY = _any(
    r"\b(?:ending|stopping|retiring)\b.{0,40}\b(?:e-?mails|notifications)\b|TLS-SNI-01|ACMEv1|end of life|\bending support\b|policy (?:change|update)|changes? to (?:our|the|certificate) ",
    r"規約|仕様変更|中間(?:CA)?証明書|ルート証明書|\b(?:intermediate|root) (?:CA )?certificates?\b|メンテナンス|提供終了|(?:有効)?期間(?:の)?短縮|短くなり",
)
