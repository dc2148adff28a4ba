"""Attacks on whom we answer and what we ask, by their number: octets in, through the real reading, letters out."""

import base64
import email
import email.policy
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from tests.decide.build import US
from tests.service.house import Mute
from tests.service.real import NOTICE, RealHouse, a_mail, rules
from triage.model import (
    AskDns,
    DnsAnswer,
    Notices,
    Observation,
    Policy,
    Question,
    Reading,
    Record,
    Unrecognized,
)
from triage.ports import Round
from triage.recognize import recognize
from triage.unwrap import unwrap


@pytest.fixture
async def house(tmp_path: Path) -> RealHouse:
    """Has seen its empty mailbox once, so that what comes now is no backlog."""
    made = RealHouse(tmp_path)
    await rounds(made)
    return made


async def rounds(house: RealHouse, times: int = 1) -> None:
    service = house.service()
    try:
        for _ in range(times):
            await service.round()
    finally:
        await service.close()


async def reasons(house: RealHouse) -> list[str]:
    service = house.service()
    try:
        return [entry.because for entry in reversed(await service.ledger.entries(100_000))]
    finally:
        await service.close()


MEMORY = "sqlite:///:memory:"  # a ledger that nothing is started anew on


def about(name: str) -> str:
    return NOTICE.replace("example.jp", name).replace("owner@" + name, "owner@example.jp")


async def test_the_mail_that_all_attacks_start_from_is_answered(house: RealHouse) -> None:
    house.receives(a_mail())
    await rounds(house)
    assert [letter.to for letter in house.letters] == ["owner@example.jp"]


# ---- 1: our server's word, written by somebody else


def below(mail: str) -> str:
    """The results stand below our server's Received line: written by the sender, or by a server that writes there."""
    results, hand = mail.index("Authentication-Results:"), mail.index("Received:")
    end = mail.index("Date:")
    return mail[:results] + mail[hand:end] + mail[results:hand] + mail[end:]


@pytest.mark.attack(number=1)
@pytest.mark.parametrize("first", ["answered", "nobody"])
async def test_attack_1_a_server_seen_to_write_on_top_is_believed_nowhere_else(house: RealHouse, first: str) -> None:
    """Its check is down, and it hands on what came with the mail. A mail that shows where it writes needs no proof."""
    house.receives(a_mail() if first == "answered" else a_mail("x@example.org", vouched="example.net"))
    await rounds(house)
    house.later(minutes=5)
    house.receives(below(a_mail(body=about("b.example.com"), now=house.now, number=2)))
    await rounds(house)
    assert (await reasons(house))[1] == "the sender is not authenticated"
    assert len(house.letters) == (1 if first == "answered" else 0)


async def test_where_no_mail_has_shown_it_results_below_are_our_server_s(house: RealHouse) -> None:
    house.receives(below(a_mail()))
    await rounds(house)
    assert len(house.letters) == 1


async def test_who_says_that_results_stand_below_is_believed(house: RealHouse) -> None:
    """An inner relay adds its own line above them for mail from outside, and none for that of colleagues."""
    house.identity = replace(house.identity, authserv_on_top=False)
    house.receives(a_mail())
    await rounds(house)
    house.later(minutes=5)
    house.receives(below(a_mail(body=about("b.example.com"), now=house.now, number=2)))
    await rounds(house)
    assert len(house.letters) == 2


# ---- 3 and 4: which address stands in From

DISGUISED = {
    "two addresses": "owner@example.jp, a@evil.example.org",
    "the attacker's first": "a@evil.example.org, owner@example.jp",
    "an address before the address": "a@evil.example.org <owner@example.jp>",
    "an address behind the address": "<owner@example.jp> a@evil.example.org",
    "an encoded word that decodes to an address and a comma":
        "=?utf-8?q?a=40evil=2Eexample=2Eorg=2C?= <owner@example.jp>",
    "an encoded word as the address": "=?utf-8?q?owner=40example=2Ejp?=",
    "an encoded word within the brackets": "<=?utf-8?q?owner?=@example.jp>",
    "a group": "friends: owner@example.jp;",
    "an empty group before the address": "friends:; <owner@example.jp>",
    "a group behind it": "owner@example.jp, friends: a@evil.example.org;",
    "nested comments": "(" * 5000 + ")" * 5000 + " owner@example.jp",
    "a comment within the address": "owner(a@evil.example.org)@example.jp",
    "a source route": "<@evil.example.org:owner@example.jp>",
    "a quoted local part": '"a@evil.example.org"@example.jp',
    "a line break within": "a@evil.example.org\r\n <owner@example.jp>",
    "a NUL": "owner@example.jp\x00@evil.example.org",
    "full-width letters": "ｏｗｎｅｒ@example.jp",
    "a full-width at": "owner＠example.jp",
    "a Cyrillic letter": "оwner@example.jp",
    "a soft hyphen": "own\u00ader@example.jp",
    "nothing": "",
}  # fmt: skip


@pytest.mark.attack(number=3)
@pytest.mark.attack(number=4)
@pytest.mark.parametrize("why", DISGUISED)
async def test_attack_3_4_a_disguised_address_is_answered_to_nobody(house: RealHouse, why: str) -> None:
    """Our server vouches for the owner's domain: it is the address alone that must stop it."""
    house.receives(a_mail(line=DISGUISED[why]))
    await rounds(house)
    assert house.letters == []


@pytest.mark.attack(number=4)
@pytest.mark.parametrize("listed", ["ｏwner@example.jp", "@ｅxample.jp", "@EXAMPLE.jp"])
async def test_attack_4_a_registered_address_equals_nothing_but_itself(house: RealHouse, listed: str) -> None:
    house.policy = Policy(senders=(listed,))
    house.receives(a_mail())
    await rounds(house)
    assert len(house.letters) == (1 if listed.isascii() else 0)


# ---- 5 and 6: addresses of the forwarded mail, and of a filter


@pytest.mark.attack(number=5)
async def test_attack_5_no_address_of_the_forwarded_mail_is_written_to(house: RealHouse) -> None:
    body = "@fwd victim@example.org\r\n" + NOTICE.replace("support@xserver.ne.jp", "victim@example.org")
    house.receives(a_mail(body=body))
    await rounds(house)
    assert {letter.to for letter in house.letters} <= {"owner@example.jp"}
    assert all(b"victim" not in letter.raw for letter in house.letters)


HOST = "support@xserver.ne.jp"
DIRECT = NOTICE.partition("owner@example.jp\r\n\r\n")[2]
FILTERED = {
    "Resent-From forged, nobody vouches": ("", ("Resent-From: owner@example.jp", f"Resent-To: {US.address}")),
    "Resent-From forged, the attacker's own domain vouched for": (
        "evil.example.org", ("Resent-From: owner@example.jp", f"Resent-To: {US.address}"),
    ),
    "X-Forwarded-For forged, nobody vouches": ("", (f"X-Forwarded-For: owner@example.jp {US.address}",)),
    "the host writes to us directly": ("xserver.ne.jp", ()),
    "a filter of somebody who is not registered": (
        "xserver.ne.jp", (f"X-Forwarded-To: {US.address}", f"X-Forwarded-For: x@example.org {US.address}"),
    ),
    "Resent-From names an owner of other domains": (
        "xserver.ne.jp", ("Resent-From: boss@example.com", f"Resent-To: {US.address}"),
    ),
}  # fmt: skip


@pytest.mark.attack(number=6)
@pytest.mark.parametrize("why", FILTERED)
async def test_attack_6_what_a_filter_sends_on_is_answered_to_a_proven_owner_or_nobody(
    house: RealHouse, why: str
) -> None:
    vouched, lines = FILTERED[why]
    subject = "【Xserver】■重要■ SSLサーバー証明書(example.jp) 更新未完了のお知らせ"
    house.receives(a_mail(HOST, DIRECT, vouched=vouched, subject=subject, more=lines))
    await rounds(house)
    assert (house.letters, asked(house)) == ([], set())


# ---- 11: two responders without headers


@pytest.mark.attack(number=11)
async def test_attack_11_two_responders_talk_for_1000_rounds_and_get_three_answers_at_most(tmp_path: Path) -> None:
    """The peer is registered and authenticated, and has an answer every ten minutes for a week, whether we do or not.

    By turns it quotes our note, or sends the notice again, in our thread and outside of it. We look after every tenth.
    """
    house = RealHouse(tmp_path, url=MEMORY)
    service = replace(house.service(), reader=Remembering())
    await service.round()
    house.receives(a_mail())
    for n in range(1000):
        if n < 10 or n % 10 == 0:
            await service.round()
        house.later(minutes=10)
        words, ours = _words(house.letters[-1].raw), house.letters[-1].message_id
        body = f"Thank you for your message no. {n}.\r\n\r\n" + (NOTICE if n % 3 else _quoted(words))
        more = (f"In-Reply-To: {ours}",) if n % 2 else ()
        house.receives(a_mail(body=body, subject="Re: Fwd: SSL", more=more, now=house.now, number=n + 2))
    await service.round()
    answered = len(house.letters)
    await service.close()
    assert 1 <= answered <= 3


class Remembering:
    """Reads as a worker does; mails that differ in their number alone are recognized once."""

    def __init__(self) -> None:
        self._known = dict[tuple[str, ...], Notices | Unrecognized]()

    async def read(self, raw: bytes) -> Reading:
        message = unwrap(raw)
        key = (message.subject, re.sub(r"no\. \d+", "", message.text))
        if key not in self._known:
            self._known[key] = recognize(message, rules())
        return Reading(message, self._known[key])

    async def close(self) -> None: ...


@cache
def _words(raw: bytes) -> str:
    body = email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",))
    assert body is not None
    return body.get_content()


def _quoted(text: str) -> str:
    return "".join(f"> {line}\r\n" for line in text.splitlines())


# ---- 12: a mailbox that comes back


@pytest.mark.attack(number=12)
@pytest.mark.parametrize(("mails", "known"), [(10_000, True), (120, False)], ids=["after answers", "an empty ledger"])
async def test_attack_12_none_of_10000_old_mails_is_answered(tmp_path: Path, mails: int, known: bool) -> None:
    """A new UIDVALIDITY makes every mail a new one; a Maildir under another name does the same.

    The oldest 250 and the newest 250 are worked on, and with TRIAGE_EVERY_OLD_MAIL=1, in minutes, all.
    """
    house = RealHouse(tmp_path, policy=Policy(senders=("@example.jp",)), url=MEMORY)
    service = house.service()
    if known:
        await service.round()
    raw = a_mail("owner@example.jp", "{body}")
    for n in range(mails):
        body = about(f"a{n}.example.jp") if n < 10 or n >= mails - 10 else f"{n}"
        house.receives(raw.replace("owner@", f"p{n}@").replace("{body}", body))
    house.later(hours=1)
    await service.round()
    if not os.environ.get("TRIAGE_EVERY_OLD_MAIL"):
        (house.inbox / "new").rename(tmp_path / "left")
        (house.inbox / "new").mkdir(exist_ok=True)
    while (await service.round()).left or any((house.inbox / "new").iterdir()):
        pass
    entries = await service.ledger.entries(100_000)
    await service.close()
    assert (house.letters, {entry.because for entry in entries}) == ([], {"part of an old mailbox"})
    assert len(entries) >= min(mails, 500)


# ---- 14 to 19 and 35: what gets into our letter, and onto our disk


def encoded(text: str) -> str:
    return "=?utf-8?b?" + base64.b64encode(text.encode()).decode() + "?="


BREAK = "\r\nBcc: victim@example.com\r\n\r\n"
SPAM = "{{7*7}} {0.__class__} %s <img src=x onerror=alert(1)> https://evil.example.org/ \x1b]0;x\x07"
HOSTILE = (
    f'From: "{SPAM[:60]}" <owner@example.jp>',
    f"Subject: {encoded('Fwd: SSL' + BREAK)}",
    f"Message-ID: <1@example.jp>{BREAK.strip()}",
    f"References: <a@example.jp> {encoded(BREAK)} <b@example.jp>",
    "Content-Type: multipart/mixed; boundary=b",
)
BODY = (
    f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nclick here: {SPAM}\r\n{NOTICE}"
    f"有効期限: 2026年12月28日\r\nエラー: {SPAM}\r\n"
    '--b\r\nContent-Type: application/octet-stream; name="../../../etc/cron.d/x"\r\n'
    'Content-Disposition: attachment; filename="..\\\\..\\\\C:\\\\\u202egpj.exe"\r\n\r\nx\r\n--b--\r\n'
)


@pytest.mark.attack(number=14)
@pytest.mark.attack(number=15)
@pytest.mark.attack(number=16)
@pytest.mark.attack(number=17)
@pytest.mark.attack(number=18)
@pytest.mark.attack(number=35)
async def test_attack_14_to_18_and_35_nothing_of_a_hostile_mail_but_its_subject_comes_back(house: RealHouse) -> None:
    kept = [line for line in a_mail(body="").split("\r\n") if line and not line.startswith(_REPLACED)]
    house.receives("\r\n".join((*kept, *HOSTILE, "", BODY)))
    before = files(house)
    await rounds(house)
    (letter,) = house.letters
    mail = email.message_from_bytes(letter.raw, policy=email.policy.default)
    assert (letter.to, mail["To"], mail["Bcc"]) == ("owner@example.jp", "owner@example.jp", None)
    assert mail["Subject"] == "Re: SSL Bcc: victim@example.com"
    rest = "".join(str(part.get_content()) for part in mail.walk() if not part.is_multipart())
    rest += "".join(f"{k}: {v}" for k, v in mail.items() if k != "Subject")
    assert [
        w for w in ("victim", "evil", "7*7", "__class__", "onerror", "<img", "click here", "\x1b", "cron") if w in rest
    ] == []
    assert {name for name in files(house) - before if "triage.db" not in name} <= {
        "inbox/.Answered",
        "inbox/.Answered/maildirfolder",
    }


_REPLACED = ("From:", "Subject:", "Message-ID:", "Content-T")


def files(house: RealHouse) -> set[str]:
    """Folders and files, but for the mails themselves, which bear our own names."""
    found = (p.relative_to(house.folder).as_posix() for p in house.folder.rglob("*"))
    return {name for name in found if not name.endswith(("/new", "/cur", "/tmp")) and "000001.mail" not in name}


# ---- 40: secrets


@pytest.mark.attack(number=40)
async def test_attack_40_the_secret_address_is_told_to_nobody(house: RealHouse) -> None:
    """Neither in an answer nor in what is logged, nor in the operator's digest, where a mail to it was held."""
    secret = "0123456789abcdef"
    house.policy = replace(house.policy, secret=secret)
    house.identity = replace(house.identity, operator="operator@example.net")
    to = US.address.replace("@", f"+{secret}@")
    for number, (sender, body) in enumerate(
        (("owner@example.jp", NOTICE), ("owner@example.jp", "hello"), ("x@y.example.org", NOTICE))
    ):
        house.receives(a_mail(sender, body, vouched="", number=number).replace(US.address, to))
    await rounds(house)
    house.now = (house.now + timedelta(days=1)).astimezone().replace(hour=12)
    service = house.service()
    assert await service.digest()
    await service.close()
    assert [letter.to for letter in house.letters] == ["owner@example.jp", "operator@example.net"]
    told = "".join(decoded(letter.raw) for letter in house.letters) + "".join(step.words for step in house.steps)
    assert secret not in told


def decoded(raw: bytes) -> str:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    return mail.as_string() + "".join(str(part.get_content()) for part in mail.walk() if not part.is_multipart())


# ---- 24 and 26: a scanner on demand


@pytest.mark.attack(number=24)
@pytest.mark.parametrize("count", [51, 10_000])
async def test_attack_24_a_mail_of_many_domains_is_held_and_none_is_looked_at(house: RealHouse, count: int) -> None:
    names = "\r\n".join(f"a{n}.example.jp" for n in range(count))
    house.receives(a_mail(subject="Fwd: Renew Error", body=f"Errored certs:\r\n{names}\r\n"))
    await rounds(house)
    assert (house.letters, await reasons(house), asked(house)) == ([], ["names too many domains"], set())


@pytest.mark.attack(number=24)
async def test_attack_24_of_50_domains_ten_are_looked_at(house: RealHouse) -> None:
    names = "\r\n".join(f"a{n}.example.jp" for n in range(50))
    house.receives(a_mail(subject="Fwd: Renew Error", body=f"Errored certs:\r\n{names}\r\n"))
    await rounds(house)
    assert len(house.letters) == 1
    assert {name for name in asked(house) if name.startswith("a")} <= {f"a{n}.example.jp" for n in range(10)}


@dataclass
class NoMail(Mute):
    """The sender's own domain says that it takes no mail (a null MX): every answer is held in the end."""

    def __post_init__(self) -> None:
        super().__init__()

    sources: tuple[str, ...] = ()

    @asynccontextmanager
    async def round(self, deadline: float) -> AsyncGenerator[Round]:
        async with super().round(deadline) as round:
            yield _NullMx(round)


class _NullMx:
    def __init__(self, inner: Round) -> None:
        self._inner = inner

    def start(self, questions: Iterable[Question]) -> None:
        self._inner.start(questions)

    async def __aiter__(self) -> AsyncIterator[Observation]:
        async for seen in self._inner:
            null = seen.question == AskDns("example.jp", "MX")
            record = DnsAnswer("NOERROR", (Record("example.jp", "MX", 60, "0 ."),))
            yield replace(seen, answer=record) if null else seen


@pytest.mark.attack(number=26)
@pytest.mark.parametrize("probes", [Mute, NoMail], ids=["who is answered", "whose answers are held in the end"])
async def test_attack_26_a_registered_sender_has_us_look_at_a_few_names_a_day(
    house: RealHouse, probes: type[Mute]
) -> None:
    """Names are public, so any may be asked about; caps make that a poor scanner."""
    house.probes = probes()
    for hour in range(5):
        for n in range(4):
            house.receives(a_mail(body=about(f"shop{hour}-{n}.example.com"), now=house.now, number=10 * hour + n))
        await rounds(house)
        house.later(minutes=61)
    assert len([name for name in asked(house) if name.startswith("shop")]) <= 10
    assert len(house.letters) == (10 if probes is Mute else 0)


@pytest.mark.attack(number=26)
async def test_attack_26_a_stranger_has_us_look_at_nothing(house: RealHouse) -> None:
    house.receives(a_mail("x@stranger.example.org", vouched="stranger.example.org"))
    await rounds(house)
    assert (house.letters, asked(house)) == ([], set())


def asked(house: RealHouse) -> set[str]:
    assert isinstance(house.probes, Mute)
    return {question.name for question in house.probes.asked if isinstance(question, AskDns)}


# ---- 27: different domains in one mail


@pytest.mark.attack(number=27)
@pytest.mark.parametrize(
    ("subject", "text"),
    [
        pytest.param("Fwd: 【Xserver】■重要■ SSLサーバー証明書(other.example.com) 更新未完了のお知らせ",
                     DIRECT, id="a known host"),
        pytest.param("Fwd: SSL証明書の更新に失敗しました: other.example.com",
                     "SSL証明書の更新に失敗しました。\r\nドメイン: example.jp\r\n", id="an unknown host"),
    ],
)  # fmt: skip
async def test_attack_27_subject_and_field_that_differ_are_left_to_a_person(
    house: RealHouse, subject: str, text: str
) -> None:
    house.receives(a_mail(subject=subject, body=text))
    house.receives(a_mail(subject=subject.replace("other.example.com", "example.jp"), body=text, number=2))
    await rounds(house)
    assert (await reasons(house))[0] == "not clear whether this is a notice"
    assert (len(house.letters), "other.example.com" in asked(house)) == (1, False)


@pytest.mark.attack(number=27)
async def test_attack_27_a_link_names_nothing_where_a_field_does(house: RealHouse) -> None:
    body = NOTICE + "https://other.example.com/panel?domain=other.example.com\r\n"
    house.receives(a_mail(body=body))
    await rounds(house)
    assert (len(house.letters), "other.example.com" in asked(house)) == (1, False)
