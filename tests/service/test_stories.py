"""Long stories of one certificate through the whole service, with a moved clock; each letter asserted."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.decide.build import PERSON, US, Mail, a_notice, filtered
from tests.service.house import House
from tests.service.test_watch import NEW, OLD, ZONE, Site, command, dated, pass_days, site, the_case, the_notice
from triage.config import load_rules
from triage.model import Notices, Provider, Unrecognized
from triage.service import Service


@cache
def providers() -> Mapping[str, Provider]:
    return load_rules(()).providers


FAKE = Unrecognized("not-a-notice", "its sender only looks like xserver", ("phishing",))
FIRST_OF_THREAD = "<1@example.jp>"


@dataclass
class Estate(House):
    """A house that knows the real providers: its words name the host's own menus."""

    def service(self, names: tuple[str, ...] = ("inbox",)) -> Service:
        return replace(super().service(names), providers=providers())


@dataclass
class Named(Site):
    """A site whose zone and registry change from act to act, too."""

    zone: str = ZONE
    registry: dict[str, Any] | None = None
    more: tuple[dict[str, Any], ...] = ()

    def values(self) -> dict[str, Any]:
        found = super().values()
        found["zones"]["example.jp"] = found["zones"]["example.com"] = self.zone
        found["registry"]["example.jp"] = found["registry"]["example.com"] = self.registry or {
            "expires": "+200 days",
            "status": ["active"],
        }
        found["server"] += self.more
        return found


@pytest.fixture
async def house(tmp_path: Path) -> House:
    made = Estate(tmp_path)
    made.probes = Named(made, behavior="website")
    await made.round()
    return made


def named(house: House) -> Named:
    found = site(house)
    assert isinstance(found, Named)
    return found


async def told(house: House) -> EmailMessage:
    await house.round()
    return letter(house)


def letter(house: House, number: int = -1) -> EmailMessage:
    return message_from_bytes(house.letters[number], policy=policy.default)  # pyright: ignore[reportReturnType]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return re.sub(r"\s+", "", body.get_content())


TOLD = Path(__file__).parent / "stories"
APPROVING = os.environ.get("TRIAGE_APPROVE") == "1"
HEADERS = ("Date", "From", "To", "Subject", "In-Reply-To", "References", "Auto-Submitted", "Content-Language")


def whole(mail: EmailMessage) -> str:
    """The mail as its reader has it: what the threading stands on, the text, and what is attached."""
    body = mail.get_body(("plain",))
    assert body is not None
    head = [f"{name}: {mail[name]}" for name in HEADERS if mail[name]]
    attached = [f"[attached: {part.get_content_type()}]" for part in mail.iter_attachments()]
    return "\n".join([*head, "", body.get_content().replace("\r\n", "\n").rstrip(), *attached, ""])


def asserted(house: House, story: str) -> None:
    """Every letter of the story is the approved one. `TRIAGE_APPROVE=1 pytest tests/service` takes new ones."""
    letters = [letter(house, n) for n in range(len(house.letters))]
    assert len({m["Message-ID"] for m in letters}) == len(letters)
    folder = TOLD / story
    if APPROVING:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.txt"):
            old.unlink()
        for n, mail in enumerate(letters, 1):
            (folder / f"{n}.txt").write_text(whole(mail), encoding="utf-8")
    kept = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]
    assert [whole(mail) for mail in letters] == kept


def days(wrote: list[datetime]) -> list[str]:
    return [moment.date().isoformat() for moment in wrote]


async def test_cloudflare_switched_on_and_off_again(house: House) -> None:
    named(house).zone = ZONE.replace("85.131.208.10", "104.16.1.1")
    named(house).more = ({"address": "104.16.1.1", "behavior": "website", "certificate": OLD},)
    house.receives(the_notice(house))
    await told(house)
    assert await pass_days(house, 1.5, step=6) == []
    named(house).zone = ZONE
    assert len(await pass_days(house, 1, step=6)) == 1
    named(house).certificate = NEW
    assert len(await pass_days(house, 2, step=6)) == 1
    assert await pass_days(house, 5, step=6) == []
    asserted(house, "cloudflare")


async def test_a_password_is_removed_late(house: House) -> None:
    named(house).behavior = "password"
    house.receives(the_notice(house))
    await told(house)
    assert days(await pass_days(house, 24, step=6)) == ["2026-12-21"]
    named(house).behavior, named(house).certificate = "website", NEW
    assert len(await pass_days(house, 2, step=6)) == 1
    asserted(house, "password")


async def test_an_expired_domain_is_renewed(house: House) -> None:
    named(house).registry = {"expires": "-3 days", "status": ["redemption period"]}
    named(house).zone = ZONE.replace("85.131.208.10", "5.9.1.30")
    named(house).more = ({"address": "5.9.1.30", "behavior": "parking"},)
    house.receives(the_notice(house))
    await told(house)
    named(house).registry, named(house).zone = None, ZONE
    assert len(await pass_days(house, 2, step=6)) == 1
    named(house).certificate = NEW
    assert len(await pass_days(house, 2, step=6)) == 1
    asserted(house, "expired-domain")


async def test_the_hosts_own_fault_comes_with_a_text_for_its_support(house: House) -> None:
    """In English; its owner asks twice by hand."""
    named(house).behavior = "refused"
    house.receives(the_notice(house, language="en"))
    await told(house)
    house.later(hours=2)
    house.receives(command(house, "recheck"))
    await told(house)
    house.later(hours=2)
    named(house).behavior, named(house).certificate = "website", NEW
    house.receives(command(house, "Recheck."))
    await told(house)
    case = await the_case(house)
    assert case is not None
    assert (case.state, case.because) == ("closed", "renewed")
    asserted(house, "hosts-own-fault")


async def test_ignored_until_it_expires(house: House) -> None:
    named(house).behavior = "password"
    house.receives(the_notice(house))
    await house.round()
    wrote = await pass_days(house, 50, step=6)
    assert days(wrote) == ["2026-12-21", "2026-12-25", "2026-12-27", "2026-12-29"]
    asserted(house, "ignored")


async def test_the_host_writes_again_and_the_cause_is_another(house: House) -> None:
    """The same notice after a week is told in short; the next one meets another cause, and gets what changed."""
    named(house).behavior = "password"
    house.receives(the_notice(house))
    await told(house)
    await pass_days(house, 8, step=6)
    house.receives(the_notice(house))
    await told(house)
    named(house).behavior = "refused"
    assert len(await pass_days(house, 2, step=6)) == 1
    asserted(house, "again")


async def test_a_filter_sends_the_notice_and_its_owner_gets_the_original(house: House) -> None:
    named(house).behavior = "password"
    notice = replace(a_notice("example.com"), dated=house.now - timedelta(hours=20))
    vouched = ("Authentication-Results", f"{US.authserv_id}; dmarc=pass header.from=xserver.ne.jp")
    house.receives(dated(house, filtered(outcome=Notices((notice,), "xserver")).add(vouched)))
    await told(house)
    asserted(house, "by-filter")


# ---- beside the stories


async def test_a_forwarded_fake_gets_a_warning_and_nothing_is_asked(house: House) -> None:
    house.receives(dated(house, Mail(text="is this real?", outcome=FAKE)))
    warned = await told(house)
    words = text(warned)
    assert "偽物の疑いがあります" in words or "may be a fake" in warned.get_body(("plain",)).get_content()  # pyright: ignore[reportOptionalMemberAccess]
    assert (str(warned["To"]), len(house.letters), await the_case(house)) == (PERSON, 1, None)


async def test_a_notice_without_a_name_is_asked_about(house: House) -> None:
    nameless = replace(a_notice(), names=(), provider="certbot", nameless="only a lineage")
    house.receives(dated(house, Mail(outcome=Notices((nameless,), "certbot"))))
    assert "ドメイン名がありませんでした" in text(await told(house))
    assert (len(house.letters), await the_case(house)) == (1, None)


async def test_the_digest_comes_once_a_day_and_never_on_an_empty_one(house: House) -> None:
    house.identity = replace(US, operator="boss@triage.example.net")

    async def digest() -> bool:
        service = house.service()
        written = await service.digest()
        await service.close()
        return written

    house.later(hours=5)
    assert not await digest()
    house.later(hours=20)
    named(house).behavior = "password"
    house.receives(the_notice(house))
    house.receives(dated(house, Mail(text="hello", outcome=Unrecognized("not-a-notice", "x"))))
    await house.round()
    assert not await digest()  # it is night
    house.later(hours=5)
    assert [await digest(), await digest()] == [True, False]
    mail = letter(house)
    assert (str(mail["To"]), str(mail["Auto-Submitted"])) == ("boss@triage.example.net", "auto-generated")
    assert "password-protected" in text(mail)
    assert "nonotice" in text(mail)
    house.later(days=1)
    assert await digest()
    assert "nonotice" not in text(letter(house))
