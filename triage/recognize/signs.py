# ruff: noqa: E501 (a phrase is easier to judge on one line)
"""What a mail is besides its words: an automatic answer, a bounce, or somebody's imitation of a host."""

from collections.abc import Set
from dataclasses import dataclass

import re2

from triage.model import Address, Message, Provider
from triage.names import Domain
from triage.recognize.hosts import host_of
from triage.recognize.text import Text

PHISHING = "phishing"
_ANSWER = re2.compile(
    r"(?i)^\W*(?:自動応答|自動返信|不在(?:の)?(?:通知|連絡|の?お知らせ)|automatic reply|auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office"
    r"|abwesenheit|réponse automatique|respuesta automática|ooo\b)"
)
_BOUNCE = re2.compile(
    r"(?i)^\W*(?:undeliver(?:ed|able)|delivery status notification|mail delivery (?:failed|system|subsystem)"
    r"|returned mail|failure notice|delivery failure|配信不能|配送(?:エラー|失敗)|メールの配信に失敗|message not delivered)"
)
_PRESSURE = re2.compile(
    r"(?i)アカウント(?:の|を)?(?:ご)?(?:確認|認証|検証)(?:しない|されない|いただけない|が(?:完了|必要))"
    r"|(?:24|48|72) ?時間以内に[^。]{0,20}(?:ください|お手続|ご確認)|(?:24|48|72) ?時間以内に[^。]{0,60}(?:停止|削除|凍結|制限|解約|閉鎖)|(?:サーバー?|アカウント|メール)[^。]{0,10}(?:停止|削除|凍結|制限)(?:され|いたし|します)"
    r"|(?:verify|confirm|validate|update) your (?:webmail |e-?mail )?(?:account|identity|mailbox|password|billing|payment|login)"
    r"|(?:incoming|pending) (?:messages|mails|emails) (?:will|are)|mailbox (?:ssl|storage|quota|has|will)"
    r"|account (?:will be|has been) (?:suspended|locked|disabled|terminated|limited)"
    r"|within (?:24|48|72) hours (?:or|to avoid)|dear [^ ]{1,60}@[^ ]{1,60}"
    r"|(?:verifi(?:que|car)|confirm(?:e|ar)|actualice) (?:su|sua|tu) (?:cuenta|conta|contraseña|senha|identidad\w*|buzón)"
    r"|(?:cuenta|conta|buzón|caixa postal)\b.{0,20} (?:será|sera|ha sido|foi) (?:suspendid|bloquead|desactivad|desativad)"
    r"|(?:bestätigen|verifizieren) Sie Ihr(?:e|en)? (?:Konto|Passwort|Identität|Postfach)"
    r"|(?:confirmez|vérifiez) votre (?:compte|mot de passe|identité|boîte)"
)
_BAIT = re2.compile(
    r"(?i)login|log-in|signin|secure|verify|verification|account|update|confirm|support|renew|notify|alert"
)
_COMMON_WORDS = frozenset(("unknown", "cloudflare", "letsencrypt", "google", "certbot", "caddy", "traefik"))


def automatic(message: Message) -> str | None:
    """Why nobody wrote this mail: an answer or report of a machine. `auto-generated` is how hosts send notices."""
    if any(part in ("multipart/report", "message/delivery-status") for part in message.parts):
        return "it is a delivery report"
    submitted = (message.first("auto-submitted") or "").lower()
    if submitted.startswith(("auto-replied", "auto-notified")) or message.first("x-autoreply"):
        return "it is an automatic reply"
    subject = message.subject[:200].encode("utf-8", "replace")
    if _ANSWER.search(subject):
        return "its subject is that of an automatic reply"
    if _BOUNCE.search(subject):
        return "its subject is that of a bounce"
    return None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A mail that may imitate a provider. `sender` is who the notice says it is from, forwarded or not."""

    text: Text
    sender: Address | None
    links: tuple[str, ...]
    names: tuple[Domain, ...]


@dataclass(frozen=True, slots=True)
class Domains:
    """Of all providers together: made once, so that a thousand of them cost what one costs."""

    official: frozenset[str]
    fakes: frozenset[str]


def imitation(suspect: Suspect, provider: Provider, domains: Domains) -> str | None:
    """Why the mail is a fake, or None. The names of other sites in a person's signature show nothing."""
    sender = suspect.sender.domain if suspect.sender else ""
    if sender and below(sender, domains.fakes):
        return f"its sender's domain, {sender}, is known for imitating hosts"
    own = frozenset(map(_site, suspect.names))
    linked = [host for link in suspect.links[:200] if (host := host_of(link)) and not below(host, domains.official)]
    foreign = [host for host in linked if not below(host, own)]
    worn = sender and _wears(_end(sender), provider) and not below(sender, frozenset(provider.domains) | own)
    if worn and (foreign or provider.kind != "panel"):  # a panel writes from anybody's server, `plesk-hosting.test` too
        return f"its sender, {sender}, only looks like {provider.id}"
    for host in foreign:
        if _wears(host, provider) and (provider.kind == "host" or _BAIT.search(host)):
            return f"it links to {host}, which only looks like {provider.id}"
    bait = foreign or _to_itself(suspect, linked)
    if bait and _PRESSURE.search(suspect.text.flow):
        return f"it presses to follow a link to {bait[0]}"
    return None


def _to_itself(suspect: Suspect, linked: list[str]) -> list[str]:
    """Links to the one site that the mail writes of and comes from: a fake names nothing but itself."""
    site = suspect.sender.domain if suspect.sender else ""
    if not site or any(not below(_site(name), frozenset((_end(site),))) for name in suspect.names):
        return []
    return [host for host in linked if below(host, frozenset((_end(site),)))]


def below(host: str, domains: Set[str]) -> bool:
    """`host` is one of the domains, or lies below one."""
    while host:
        if host in domains:
            return True
        host = host.partition(".")[2]
    return False


def _site(name: Domain) -> str:
    return name.registrable.text if name.registrable else ".".join(name.base.labels[-2:])


def _end(host: str) -> str:
    """What somebody registered, more or less: the machine's own name in front of it is free to choose."""
    return ".".join(host.split(".")[-2:])


def _wears(host: str, provider: Provider) -> bool:
    """The provider's own word is part of the host name. A machine of one's own may be called `plesk01.host.example`."""
    brand = provider.id.replace(".", "-")
    if len(brand) < 5 or brand in _COMMON_WORDS or not provider.domains:
        return False
    labels = host.split(".")
    return any(brand in label for label in labels[-2:]) or any(
        brand in label and (provider.kind == "host" or "-" in label) for label in labels[:-2]
    )
