"""RDAP, WHOIS and CA status over real sockets: registries of our own, reached by configuration alone."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.probes.servers import answer, name_server, probes, tcp, zone
from triage.model import (
    AskAuthority,
    AskRegistry,
    AuthorityAnswer,
    Failure,
    Fault,
    Permanent,
    Question,
    RegistryAnswer,
)
from triage.probes.rdap import read_bootstrap
from triage.probes.whois import DIALECTS, Dialect, decoded, understood, words

JST = timezone(timedelta(hours=9))
AUTHORITY = trustme.CA()
HOSTS = ("registry.test", "other.test", "whois.test", "status.test")
Pages = Mapping[str, tuple[int, dict[str, str], str]]  # "host/path" → status, headers, body


@asynccontextmanager
async def services(pages: Pages, whois: bytes = b"", tmp_path: Path = Path()) -> AsyncIterator[dict[str, Any]]:
    """An https server for all hosts, a WHOIS server and their DNS; yields the settings that lead there."""

    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        key = lines[1].split(": ")[1].split(":")[0] + lines[0].split()[1]
        status, headers, body = pages.get(key, (404, {}, ""))
        extra = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {status} X\r\n{extra}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode())
        await writer.drain()

    async def port_43(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(whois.replace(b"{query}", (await reader.readline()).strip()))
        await writer.drain()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(*HOSTS).configure_cert(context)
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "rdap.json").write_text(json.dumps({"services": [[["com", "co.jp"], ["https://registry.test/rdap"]]]}))
    records = zone(*(f"{host}. 60 IN A 127.0.0.1" for host in HOSTS))
    async with name_server(records) as dns, tcp(web, tls=context) as https, tcp(port_43) as whois_port:
        yield {
            "resolvers": (f"127.0.0.1:{dns}",),
            "ca_file": tmp_path / "ca.pem",
            "rdap_bootstrap": tmp_path / "rdap.json",
            "whois_servers": {"jp": f"whois.test:{whois_port}", "de": f"whois.test:{whois_port}"},
            "status_pages": {"letsencrypt.org": "https://status.test/1.0/status"},
            "ports": {443: https},
        }


async def told(tmp_path: Path, question: Question, pages: Pages = {}, whois: bytes = b"", **changes: Any) -> Any:  # noqa: B006
    async with services(pages, whois, tmp_path) as settings:
        return await answer(probes(**{**settings, **changes}), question)


def domain(name: str = "example.com", **fields: Any) -> str:
    return json.dumps({"objectClassName": "domain", "ldhName": name, **fields})


def at(path: str, body: str, status: int = 200, **headers: str) -> Pages:
    return {path: (status, headers, body)}


RDAP = "registry.test/rdap/domain/example.com"


async def test_a_registered_domain(tmp_path: Path) -> None:
    body = domain(
        "EXAMPLE.com.",
        status=["Client Hold", "redemption period"],
        events=[
            {"eventAction": "registration", "eventDate": "2001-08-22T00:00:00Z"},
            {"eventAction": "registrar expiration", "eventDate": "2027-11-01T04:00:00Z"},
            {"eventAction": "expiration", "eventDate": "2026-11-01T04:00:00Z"},
        ],
        entities=[
            {"roles": ["technical"], "vcardArray": ["vcard", [["fn", {}, "text", "Somebody"]]]},
            {
                "roles": ["registrar"],
                "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "R."]]],
            },
        ],
    )
    assert await told(tmp_path, AskRegistry("example.com"), at(RDAP, body)) == RegistryAnswer(
        True, datetime(2026, 11, 1, 4, tzinfo=UTC), ("client hold", "redemption period"), "R.", "registry.test"
    )


async def test_404_of_the_registry_itself_means_not_registered(tmp_path: Path) -> None:
    got = await told(tmp_path, AskRegistry("example.com"), at(RDAP, '{"errorCode": 404}', 404))
    assert got == RegistryAnswer(False, source="registry.test")


async def test_404_of_somebody_else_means_nothing(tmp_path: Path) -> None:
    pages = at(RDAP, "", 302, Location="https://other.test/domain/example.com")
    got = await told(tmp_path, AskRegistry("example.com"), pages)
    assert got == Failure(Fault.NOT_ASKED, "other.test does not know the name, and is not the registry")


async def test_a_redirect_to_another_registry_is_followed(tmp_path: Path) -> None:
    pages = {
        **at(RDAP, "", 302, Location="https://other.test/d/example.com"),
        **at("other.test/d/example.com", domain()),
    }
    assert await told(tmp_path, AskRegistry("example.com"), pages) == RegistryAnswer(True, source="other.test")


REFUSED = {
    "a redirect to plain http": (at(RDAP, "", 302, Location="http://other.test/"), Fault.FORBIDDEN),
    "redirects in a circle": (at(RDAP, "", 302, Location=f"https://{RDAP}"), Fault.NOT_ASKED),
    "a redirect to loopback's other port": (at(RDAP, "", 302, Location="https://other.test:1/"), Fault.REFUSED),
    "too many requests": (at(RDAP, "", 429), Fault.NOT_ASKED),
    "an error of theirs": (at(RDAP, "", 503), Fault.NOT_ASKED),
    "a page for people": (at(RDAP, "<html>"), Fault.GARBLED),
    "another domain": (at(RDAP, domain("example.net")), Fault.GARBLED),
    "a list": (at(RDAP, "[]"), Fault.GARBLED),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_rdap_that_says_neither_yes_nor_no(case: str, tmp_path: Path) -> None:
    pages, fault = REFUSED[case]
    got = await told(tmp_path, AskRegistry("example.com"), pages)
    assert isinstance(got, Failure)
    assert got.fault is fault


@pytest.mark.parametrize(
    "fields",
    [{"status": "active"}, {"events": {}}, {"events": [3]}, {"entities": [None]}, {"status": [1, None]},
     {"events": [{"eventAction": "expiration", "eventDate": "soon"}]},
     {"entities": [{"roles": ["registrar"], "vcardArray": ["vcard", [[]]]}]}],
)  # fmt: skip
async def test_odd_rdap_leaves_out_what_cannot_be_read(fields: dict[str, Any], tmp_path: Path) -> None:
    got = await told(tmp_path, AskRegistry("example.com"), at(RDAP, domain(**fields)))
    assert got == RegistryAnswer(True, source="registry.test")


async def test_a_tld_without_rdap_is_not_asked(tmp_path: Path) -> None:
    got = await told(tmp_path, AskRegistry("example.de"))
    assert got == Failure(Fault.NOT_ASKED, "the registry of .de is not known to offer RDAP")


async def test_the_longest_suffix_of_the_bootstrap_file_counts(tmp_path: Path) -> None:
    pages = at("registry.test/rdap/domain/example.co.jp", domain("example.co.jp"))
    assert isinstance(await told(tmp_path, AskRegistry("example.co.jp"), pages), RegistryAnswer)


async def test_the_certificate_of_a_registry_is_verified(tmp_path: Path) -> None:
    got = await told(tmp_path, AskRegistry("example.com"), at(RDAP, domain()), ca_file=None)
    assert isinstance(got, Failure)
    assert (got.fault, got.detail) == (Fault.TLS, "registry.test: certificate verify failed")


async def test_a_registry_at_a_private_address_is_never_contacted(tmp_path: Path) -> None:
    got = await told(tmp_path, AskRegistry("example.com"), at(RDAP, domain()), allow_networks=())
    assert isinstance(got, Failure)
    assert got.fault is Fault.FORBIDDEN


def test_the_bundled_bootstrap_file_knows_the_great_ones_and_not_jp() -> None:
    known = read_bootstrap(None)
    assert known["com"] == "https://rdap.verisign.com/com/v1/"
    assert {"net", "org", "info", "biz", "uk", "tokyo", "shop", "xyz", "dev", "online"} <= set(known)
    assert "jp" not in known
    assert all(url.startswith("https://") and url.endswith("/") for url in known.values())


@pytest.mark.parametrize("text", ["{}", "[]", "nonsense", '{"services": 3}'])
def test_a_file_that_is_no_bootstrap_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(Permanent, match="rdap_bootstrap"):
        read_bootstrap(tmp_path / "x.json")


JP = """\
[ JPRS database provides information on network administration. ]
Domain Information:
[Domain Name]                   EXAMPLE.JP

[Registrant]                    Example
[Name Server]                   ns1.example.jp

[Created on]                    2001/08/22
[Expires on]                    2026/08/31
[Status]                        Active
[Last Updated]                  2025/09/01 01:05:04 (JST)
"""
JP_JAPANESE = """\
Domain Information: [ドメイン情報]
[ドメイン名]                    EXAMPLE.JP
[登録者名]                      例
[登録年月日]                    2001/08/22
[有効期限]                      2026/08/31
[状態]                          Suspended
[最終更新]                      2025/09/01 01:05:04 (JST)
"""
CO_JP = """\
Domain Information: [ドメイン情報]
a. [ドメイン名]                 EXAMPLE.CO.JP
g. [組織名]                     例株式会社
[状態]                          Connected (2027/03/31)
[登録年月日]                    2002/03/13
[接続年月日]                    2002/03/20
"""
CO_JP_ENGLISH = CO_JP.replace("[ドメイン名]", "[Domain Name]").replace("[状態]", "[State]")


def end_of(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, 59, tzinfo=JST)


JPRS_SAYS = {
    "example.jp in English": (JP, RegistryAnswer(True, end_of(2026, 8, 31), ("active",), None, "w")),
    "example.jp in Japanese": (JP_JAPANESE, RegistryAnswer(True, end_of(2026, 8, 31), ("suspended",), None, "w")),
    "example.co.jp": (CO_JP, RegistryAnswer(True, end_of(2027, 3, 31), ("connected",), None, "w")),
    "example.co.jp in English": (CO_JP_ENGLISH, RegistryAnswer(True, end_of(2027, 3, 31), ("connected",), None, "w")),
    "example.jp that is not there": ("[ JPRS database ]\nNo match!!\n", RegistryAnswer(False, source="w")),
}


@pytest.mark.parametrize("case", JPRS_SAYS)
def test_jprs(case: str) -> None:
    text, expected = JPRS_SAYS[case]
    assert understood(text, case.split()[0], DIALECTS["jp"], "w") == expected
    assert understood(decoded(text.encode("iso2022_jp")), case.split()[0], DIALECTS["jp"], "w") == expected


UNCLEAR = {
    "a rate limit": "[ JPRS ] アクセス回数の制限を超えました。\n",
    "nothing": "",
    "another name": JP.replace("EXAMPLE.JP", "EXAMPLE2.JP"),
    "a denial that contains the name": "% Access to example.jp denied\n",
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_whois_that_says_neither_yes_nor_no_is_a_failure(case: str) -> None:
    got = understood(UNCLEAR[case], "example.jp", DIALECTS["jp"], "w")
    assert isinstance(got, Failure)
    assert got.fault is Fault.GARBLED


OTHERS = {
    "de": ("Domain: example.de\nStatus: connect\n", RegistryAnswer(True, None, ("connect",), None, "w")),
    "de free": ("Domain: example.de\nStatus: free\n", RegistryAnswer(False, source="w")),
    "eu free": ("Domain: example.eu\nScript: LATIN\n\nStatus: AVAILABLE\n", RegistryAnswer(False, source="w")),
    "it": ("Domain:             example.it\nStatus:             ok\nExpire Date:        2027-02-03\n", RegistryAnswer(
        True, datetime(2027, 2, 3, 23, 59, 59, tzinfo=UTC), ("ok",), None, "w")),
    "ru": ("domain:  EXAMPLE.RU\nstate:  REGISTERED, DELEGATED, VERIFIED\npaid-till:  2027-01-02T21:00:00Z\n",
           RegistryAnswer(True, datetime(2027, 1, 2, 21, tzinfo=UTC), ("registered, delegated, verified",), None, "w")),
    "cn": ("Domain Name: example.cn\nDomain Status: clientHold\nExpiration Time: 2027-03-17 12:48:36\n", RegistryAnswer(
        True, datetime(2027, 3, 17, 12, 48, 36, tzinfo=UTC), ("client hold",), None, "w")),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHERS)
def test_other_registries(case: str) -> None:
    text, expected = OTHERS[case]
    tld = case.split()[0]
    assert understood(text, f"example.{tld}", DIALECTS[tld], "w") == expected


def test_a_dialect_of_the_common_kind() -> None:
    text = "Domain Name: EXAMPLE.IO\r\nRegistry Expiry Date: 2027-01-01T00:00:00Z\r\nRegistrar: Example Inc.\r\n"
    assert understood(text, "example.io", Dialect("w"), "w") == RegistryAnswer(
        True, datetime(2027, 1, 1, tzinfo=UTC), (), "Example Inc.", "w"
    )


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("clientHold https://icann.org/epp#clientHold", "client hold"),
        ("ACTIVE", "active"),
        ("pendingDelete", "pending delete"),
    ],
)
def test_statuses_are_spelled_as_in_rdap(printed: str, meant: str) -> None:
    assert words(printed) == meant


async def test_whois_over_the_wire(tmp_path: Path) -> None:
    got = await told(tmp_path, AskRegistry("example.jp", by="whois"), whois=JP.encode() + b"\n{query}")
    assert got == RegistryAnswer(True, end_of(2026, 8, 31), ("active",), None, "whois.test")


async def test_whois_of_an_unknown_tld_is_not_asked(tmp_path: Path) -> None:
    got = await told(tmp_path, AskRegistry("example.zz", by="whois"))
    assert got == Failure(Fault.NOT_ASKED, "the WHOIS server of .zz is not known")


def status_io(code: int, name: str = "acme-v02.api.letsencrypt.org (Production)", **result: Any) -> dict[str, Any]:
    part = {"name": name, "status": "Service Disruption", "status_code": code, "updated": "2026-11-24T00:00:00Z"}
    return {"result": {"status_overall": {"status": "Operational", "status_code": 100}, "status": [part], **result}}


def statuspage(status: str, name: str = "ACME API") -> dict[str, Any]:
    return {"status": {"indicator": "minor", "description": "Partly"}, "components": [{"name": name, "status": status}]}


PRODUCTION = "acme-v02.api.letsencrypt.org (Production): Service Disruption"
SINCE = datetime(2026, 11, 23, 22, tzinfo=UTC)
STATUS = {
    "status.io, all well": (status_io(100), AuthorityAnswer(True, "Operational")),
    "status.io, an outage": (
        status_io(500, incidents=[{"datetime_open": "2026-11-23T22:00:00Z"}]),
        AuthorityAnswer(False, PRODUCTION, SINCE),
    ),
    "status.io, maintenance": (
        status_io(200),
        AuthorityAnswer(False, PRODUCTION, datetime(2026, 11, 24, tzinfo=UTC)),
    ),
    "status.io, only staging is ill": (
        status_io(500, "acme-staging-v02.api.letsencrypt.org (Staging)"),
        AuthorityAnswer(True, "Operational"),
    ),
    "statuspage, all well": (statuspage("operational"), AuthorityAnswer(True, "Partly")),
    "statuspage, an outage": (statuspage("major_outage"), AuthorityAnswer(False, "ACME API: major outage")),
    "statuspage, only the forum is ill": (statuspage("major_outage", "A forum"), AuthorityAnswer(True, "Partly")),
    "another page": ({"up": True}, Failure(Fault.GARBLED, "the status page has an unknown form")),
}  # fmt: skip


@pytest.mark.parametrize("case", STATUS)
async def test_ca_status(case: str, tmp_path: Path) -> None:
    found, expected = STATUS[case]
    got = await told(tmp_path, AskAuthority("letsencrypt.org"), at("status.test/1.0/status", json.dumps(found)))
    assert got == expected


async def test_another_ca_is_not_asked(tmp_path: Path) -> None:
    got = await told(tmp_path, AskAuthority("sectigo.com"))
    assert got == Failure(Fault.NOT_ASKED, "no status page of sectigo.com is known")
