"""Words and headers by which pages give themselves away: parked, suspended, not set up, bot challenge, router."""

import re
from functools import lru_cache

from triage.diagnose.scene import Scene
from triage.model import Failure, HttpAnswer

_TITLE = re.compile(r"<title[^>]*>([^<]{0,200})", re.IGNORECASE)
# All in lower case. Each is the operator's own wording on its page, or the address of its script.
_CHALLENGE = (
    "just a moment...", "/cdn-cgi/challenge-platform", "aes.js", "tonumbers(", "slowaes", "g-recaptcha", "hcaptcha.com",
    "challenges.cloudflare.com", "attention required! | cloudflare", "_incapsula_resource", "incapsula incident",
    "sucuri website firewall", "mod_security", "modsecurity", "imunify360", "checking your browser", "ddos-guard",
    "please enable cookies and reload", "wafblock", "perimeterx", "captcha",
)  # fmt: skip
_PARKED = (
    "domain is parked", "domain parking", "parked free", "parked domain", "this domain is for sale", "buy this domain",
    "domain is for sale", "domain may be for sale", "sedoparking", "parkingcrew", "bodis.com", "dan.com", "hugedomains",
    "afternic", "parklogic", "domain has expired", "domain name has expired", "this domain has expired",
    "domain expired", "domain name expired", "renew your domain", "renew it at your registrar", "ドメインの有効期限",
    "有効期限が切れ", "このドメインは販売", "ドメインパーキング",
    "このドメインは現在", "お名前.com ドメインパーキング", "ドメインは期限切れ",
)  # fmt: skip
_SUSPENDED = (
    "account suspended", "account has been suspended", "suspendedpage.cgi", "site suspended", "hosting suspended",
    "this site has been suspended", "アカウントが停止", "利用停止", "アカウントは停止", "契約期限が切れ",
)  # fmt: skip
_NOT_SET_UP = (
    "welcome to nginx!", "apache2 debian default page", "apache2 ubuntu default page", "test page for the apache",
    "it works!", "default web site page", "sorry! if you are the owner of this website", "index of /</title>",
    "plesk default page", "coming soon", "under construction", "iis windows server", "初期ドメイン", "準備中です",
    "このウェブスペースへは", "まだホームページが公開されていません", "無効なurl",
)  # fmt: skip
_ROUTER = (
    "routeros", "mikrotik", "synology", "qnap", "fritz!box", "router login", "dd-wrt", "openwrt", "luci", "asuswrt",
    "netgear", "tp-link", "web station", "buffalo", "aterm", "webゲートウェイ", "ルーター", "ルータ", "diskstation",
)  # fmt: skip
_ROUTER_SERVERS = ("goahead", "boa/", "mini_httpd", "micro_httpd", "rompager", "router", "httpd/2.0 port=", "mikrotik")
_TLS_ON_80 = ("plain http request was sent to https port", "speaking plain http to an ssl-enabled server port",
              "client sent an http request to an https server")  # fmt: skip


def title(answer: HttpAnswer | Failure | None) -> str | None:
    found = _TITLE.search(answer.body) if isinstance(answer, HttpAnswer) else None
    return found[1].strip() or None if found else None


def has(answer: HttpAnswer | Failure | None, words: tuple[str, ...]) -> bool:
    if not isinstance(answer, HttpAnswer) or not answer.body:
        return False
    return bool(words) and _mentions(answer.body, words)


@lru_cache(maxsize=1024)
def _mentions(body: str, words: tuple[str, ...]) -> bool:
    """The same page is looked at again with each answer that arrives."""
    body = body.lower()
    return any(word in body for word in words)


def challenges(answer: HttpAnswer | Failure | None) -> bool:
    """A page that wants a script or a human."""
    if not isinstance(answer, HttpAnswer):
        return False
    if answer.header("cf-mitigated") == "challenge" or answer.header("x-sucuri-block"):
        return True
    return answer.status != 404 and has(answer, _CHALLENGE)


def is_html(answer: HttpAnswer | Failure | None) -> bool:
    return isinstance(answer, HttpAnswer) and answer.body.lstrip()[:200].lower().startswith(
        ("<!doctype", "<html", "<head")
    )


def parked_page(answer: HttpAnswer | Failure | None, scene: Scene) -> bool:
    return has(answer, _PARKED) or has(answer, _marks(scene, "parked"))


def suspended_page(answer: HttpAnswer | Failure | None, scene: Scene) -> bool:
    location = (answer.header("location") or "").lower() if isinstance(answer, HttpAnswer) else ""
    return "suspendedpage" in location or has(answer, _SUSPENDED) or has(answer, _marks(scene, "suspended"))


def default_page(answer: HttpAnswer | Failure | None, scene: Scene) -> bool:
    return has(answer, _NOT_SET_UP) or has(answer, _marks(scene, "not-set-up"))


def router_page(answer: HttpAnswer | Failure | None) -> bool:
    if not isinstance(answer, HttpAnswer):
        return False
    server = (answer.header("server") or "").lower()
    words = (title(answer) or "").lower()
    return any(mark in server for mark in _ROUTER_SERVERS) or any(mark in words for mark in _ROUTER)


def tls_on_80(answer: HttpAnswer | Failure | None) -> bool:
    return isinstance(answer, HttpAnswer) and answer.status == 400 and has(answer, _TLS_ON_80)


def _marks(scene: Scene, sort: str) -> tuple[str, ...]:
    providers = (scene.inquiry.provider, *scene.operators)
    return tuple(word.lower() for provider in providers for word in provider.marks.get(sort, ()))


# How registrars call the name servers that they put in place of the owner's.
_PARKING_SERVER = re.compile(
    r"(?:^|[.-])(?:\w*expired\w*|parking|parked|suspended|suspension|renew(?:al)?s?|redemption)[.-]"
)


def _is_of_a_parking(server: str, zone: str) -> bool:
    """A server below the very domain tells only what that is called: renew-energy.com has not expired."""
    return bool(_PARKING_SERVER.search(server)) and not server.endswith(f".{zone}")


def parks(scene: Scene) -> bool:
    """Signs of a parked domain: whose name servers, addresses or CNAME it has, or what its page says."""
    if scene.name_servers and all(_is_of_a_parking(server, scene.zone) for server in scene.name_servers):
        return True
    operators = (scene.dns_operator, scene.cname_operator, *scene.operators)
    if any(operator is not None and operator.kind == "parking" for operator in operators):
        return True
    first = scene.first_answer(scene.entrance) if scene.entrance else None
    last = scene.walk.last.answer if scene.walk.last else None
    return any(parked_page(answer, scene) for answer in (scene.root, first, last))
