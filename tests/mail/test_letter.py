"""What our own mails carry, and what can never get into them (facts never-answer 2; attacks 14 and 15)."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage

import pytest

from triage.mail import compose, message_id_for, thread_of
from triage.mail.letter import LARGEST_NOTE, LARGEST_ORIGINAL, reply_subject, seven_bit
from triage.model import Header, Identity, Letter, Message, Note, Thread

US = Identity(
    "ssl-help@triage.example", "SSL 相談窓口", bounce="bounce@triage.example", instance="ssl-help@triage.example"
)
NOTE = Note(
    "行き先が別のサーバーです", "原因がわかりました。\n\n  手順 1\n", "<p>原因が<b>わかりました</b>。</p>\n", "ja"
)
THREAD = Thread("Fwd: 【Xserver】更新未完了のお知らせ", "<CAKx01=gm@mail.gmail.example>", ("<first@example.jp>",))
NOON = datetime(2026, 11, 28, 12, 0, tzinfo=timezone(timedelta(hours=9)))
OWN_ID = "<triage.0123@triage.example>"

ALLOWED = {
    "date", "from", "to", "subject", "message-id", "in-reply-to", "references", "auto-submitted",
    "x-auto-response-suppress", "precedence", "x-ssl-triage-loop", "content-language", "mime-version", "content-type",
    "content-transfer-encoding",
}  # fmt: skip


def a_letter(
    note: Note = NOTE, to: str = "owner@example.jp", thread: Thread = THREAD, us: Identity = US, **more: object
) -> Letter:
    return compose(note, to, thread, us, OWN_ID, NOON, **more)  # type: ignore[arg-type]


def parsed(letter: Letter) -> EmailMessage:
    mail = email.message_from_bytes(letter.raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def texts(letter: Letter) -> list[str]:
    parts = parsed(letter).iter_parts()  # type: ignore[attr-defined]
    return [part.get_content().replace("\r\n", "\n") for part in parts]


def names(letter: Letter) -> list[str]:
    return [name.lower() for name in parsed(letter)]


def test_every_header_that_an_automatic_answer_carries_and_no_other() -> None:
    mail = parsed(a_letter())
    assert {name.lower(): str(value) for name, value in mail.items()} == {
        "date": "Sat, 28 Nov 2026 12:00:00 +0900",
        "from": "SSL 相談窓口 <ssl-help@triage.example>",
        "to": "owner@example.jp",
        "subject": "Re: 【Xserver】更新未完了のお知らせ",
        "message-id": OWN_ID,
        "in-reply-to": "<CAKx01=gm@mail.gmail.example>",
        "references": "<first@example.jp> <CAKx01=gm@mail.gmail.example>",
        "auto-submitted": "auto-replied",
        "x-auto-response-suppress": "All",
        "precedence": "bulk",
        "x-ssl-triage-loop": "ssl-help@triage.example",
        "content-language": "ja",
        "mime-version": "1.0",
        "content-type": mail["content-type"],
    }
    assert len(mail.keys()) == len({name.lower() for name in mail})


def test_the_envelope_bounces_to_where_nothing_is_answered() -> None:
    assert (a_letter().envelope_from, a_letter().to) == ("bounce@triage.example", "owner@example.jp")


def test_text_and_html_as_they_were_written() -> None:
    mail = parsed(a_letter())
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert texts(a_letter()) == [NOTE.text, NOTE.html]


@pytest.mark.parametrize(
    "text", ["plain words\n. \n.\nFrom here\n=3D\ttrailing \nend\n", "x" * 3000 + "\n", "証明書=\n" * 300]
)
def test_every_line_is_7_bit_and_short_enough_for_smtp(text: str) -> None:
    letter = a_letter(replace(NOTE, text=text, html=text))
    assert letter.raw.isascii()
    assert max(map(len, letter.raw.split(b"\r\n"))) <= 998
    assert b"\n" not in letter.raw.replace(b"\r\n", b"")
    assert b"\r" not in letter.raw.replace(b"\r\n", b"")
    assert texts(letter) == [text, text]


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert a_letter() == a_letter()


@pytest.mark.parametrize("html", [True, False], ids=["long html", "long text"])
def test_a_note_stays_below_60_kb(html: bool) -> None:
    long = "とても長い説明です。\n" * 20_000
    letter = a_letter(replace(NOTE, html=long) if html else replace(NOTE, text=long))
    assert len(letter.raw) <= LARGEST_NOTE
    assert texts(letter)[0].startswith(NOTE.text if html else "とても長い説明です。\n")


INVISIBLE = "\r\n\x00\x0b\x0c\x1b\u2028\u2029\x85\u202e\u200b\ud800\ufeff"
EVIL = "\r\nBcc: victim@example.com\r\n\r\nbody" + INVISIBLE


@pytest.mark.attack(number=14)
@pytest.mark.attack(number=15)
@pytest.mark.parametrize("where", ["subject", "message id", "references", "name", "instance", "title", "forward"])
def test_no_value_starts_a_header_or_ends_the_head(where: str) -> None:
    thread, us, note, forward = THREAD, US, NOTE, False
    match where:
        case "subject":
            thread = replace(THREAD, subject="【Xserver】" + EVIL)
        case "message id":
            thread = replace(THREAD, message_id="<a@b.example>" + EVIL)
        case "references":
            thread = replace(THREAD, references=("<x@y.example" + EVIL + ">", EVIL))
        case "name":
            us = replace(US, name="窓口" + EVIL)
        case "instance":
            us = replace(US, instance="me" + EVIL)
        case "title":
            thread, note = replace(THREAD, subject=""), replace(NOTE, title="行き先" + EVIL)
        case _:
            note, forward = replace(NOTE, title="行き先" + EVIL), True
    letter = a_letter(note, thread=thread, us=us, forward=forward)
    head = letter.raw.partition(b"\r\n\r\n")[0]
    assert set(names(letter)) <= ALLOWED
    assert not any(line.lower().startswith(b"bcc") for line in head.split(b"\r\n"))
    assert not any(c in str(value) for value in parsed(letter).values() for c in INVISIBLE)


@pytest.mark.parametrize(
    "to",
    [
        "owner@example.jp\r\nBcc: victim@example.com",
        "owner@example.jp, victim@example.com",
        "Owner <owner@example.jp>",
        '"a b"@example.jp',
        "ｏwner@example.jp",
        "owner@192.0.2.1",
        "owner@",
        "@example.jp",
        "owner",
        "x" * 65 + "@example.jp",
    ],
)
def test_one_plain_address_or_no_letter(to: str) -> None:
    with pytest.raises(ValueError, match="address"):
        a_letter(to=to)


def test_the_domain_of_an_address_is_written_in_a_labels() -> None:
    letter = a_letter(to="owner@例え.jp")
    assert letter.to == parsed(letter)["To"] == "owner@xn--r8jz45g.jp"


def test_a_message_id_of_ours_must_be_one() -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        compose(NOTE, "owner@example.jp", THREAD, US, "<x@y>\r\nBcc: z", NOON)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("更新未完了", "Re: 更新未完了"),
        ("Fwd: Re: FW: 転送: 返信: Re[2]: 更新未完了", "Re: 更新未完了"),
        ("[Fwd: renewal failed]", "Re: renewal failed]"),
        ("Re：更新未完了", "Re: 更新未完了"),
        ("Renewal: failed", "Re: Renewal: failed"),
        ("  a \t b\r\n c  ", "Re: a b c"),
        ("Fwd: ", "Re: the title"),
        ("", "Re: the title"),
        ("あ" * 300, "Re: " + "あ" * 115 + "…"),
        ("x" * 114 + "か\u3099" * 10, "Re: " + "x" * 114 + "…"),
        ("{{7*7}} {0.__class__} %s", "Re: {{7*7}} {0.__class__} %s"),
        ("=?utf-8?q?x=0d=0aBcc:_v?=", "Re: =?utf-8?q?x=0d=0aBcc:_v?="),
    ],
)
def test_subject_of_a_reply(subject: str, expected: str) -> None:
    assert reply_subject(subject, "the title") == expected
    assert len(expected) <= 120
    if "=?" not in subject:
        assert parsed(a_letter(thread=replace(THREAD, subject=subject or "the title")))["Subject"]


def test_an_encoded_word_in_clear_is_not_decoded_by_whoever_reads_it() -> None:
    mail = parsed(a_letter(thread=replace(THREAD, subject="=?utf-8?q?x=0d=0aBcc:_v?=")))
    assert mail["Subject"] == "Re: =?utf-8?q?x=0d=0aBcc:_v?="


@pytest.mark.attack(number=15)
def test_references_keep_the_last_20_and_2_kb() -> None:
    many = tuple(f"<{n}@example.jp>" for n in range(40))
    assert parsed(a_letter(thread=replace(THREAD, references=many)))["References"].split() == [
        *many[-20:],
        THREAD.message_id,
    ]
    long = tuple(f"<{n}{'x' * 200}@example.jp>" for n in range(20))
    kept = parsed(a_letter(thread=replace(THREAD, references=long)))["References"].split()
    assert kept[-2:] == [long[-1], THREAD.message_id]
    assert sum(len(i) + 3 for i in kept) <= 2048


def test_a_mail_without_an_id_is_answered_without_threading() -> None:
    assert "in-reply-to" not in names(a_letter(thread=Thread("subject")))
    assert "references" not in names(a_letter(thread=Thread("subject")))


def test_a_forward_bears_the_title_and_the_original() -> None:
    original = b"From: support@host.example\r\nSubject: notice\r\n\r\nplain\r\n"
    mail = parsed(a_letter(forward=True, original=original))
    assert mail["Subject"] == NOTE.title
    assert [p.get_content_type() for p in mail.iter_parts()] == ["multipart/alternative", "message/rfc822"]  # type: ignore[attr-defined]
    inner = next(p for p in mail.walk() if p.get_content_type() == "message/rfc822").get_content()
    assert (inner["Subject"], inner.get_content().strip()) == ("notice", "plain")


def test_an_8_bit_original_is_said_to_be_one_and_can_be_made_7_bit() -> None:
    original = "Subject: 通知\n\n証明書\n".encode()
    letter = a_letter(original=original)
    assert not letter.raw.isascii()
    assert [p.get("Content-Transfer-Encoding") for p in parsed(letter).walk()][:1] == ["8bit"]
    raw = seven_bit(letter.raw)
    assert raw.isascii()
    (file,) = parsed(replace(letter, raw=raw)).iter_attachments()  # type: ignore[attr-defined]
    assert (file.get_filename(), file.get_content().replace(b"\r\n", b"\n")) == ("original.eml", original)
    assert seven_bit(raw) == raw


@pytest.mark.parametrize("original", [b"Subject: x\n\n" + b"y" * 1200, b"Subject: x\n\na\0b", b"Subject: x\n\na\rb"])
def test_an_original_that_smtp_cannot_carry_goes_as_a_file(original: bytes) -> None:
    letter = a_letter(original=original)
    (file,) = parsed(letter).iter_attachments()  # type: ignore[attr-defined]
    assert (file.get_content_type(), file.get_content().replace(b"\r\n", b"\n")) == (
        "application/octet-stream",
        original,
    )
    assert letter.raw.isascii()


def test_of_an_original_that_is_too_large_only_the_headers_go() -> None:
    letter = a_letter(original=b"Subject: large\n\n" + b"secret line\n" * (LARGEST_ORIGINAL // 12))
    assert len(letter.raw) < LARGEST_NOTE
    parts = [p for p in parsed(letter).walk() if p.get_content_type() == "text/rfc822-headers"]
    assert [p.get_payload(decode=True) for p in parts] == [b"Subject: large"]


def test_a_note_has_one_id_for_ever_and_another_one_for_each_number_and_service() -> None:
    ids = [message_id_for(US, "case", 1), message_id_for(US, "case", 2), message_id_for(US, "other", 1)]
    ids.append(message_id_for(replace(US, instance="other"), "case", 1))
    assert len(set(ids)) == 4
    assert ids[0] == message_id_for(US, "case", 1) == "<triage.2e2a191e15055fb803b5d2abc33a7d1d@triage.example>"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("message-id", "<a@b.example>")], Thread("s", "<a@b.example>")),
        ([("message-id", "<a@b.example> <c@d.example>")], Thread("s")),
        ([("message-id", "a@b.example")], Thread("s")),
        ([("message-id", "<" + "x" * 250 + "@b.example>")], Thread("s")),
        ([("message-id", "<a b@c.example>")], Thread("s")),
        (
            [("message-id", "<a@b.example>"), ("references", "<r@1> junk <r@2> <bad> <r@1>")],
            Thread("s", "<a@b.example>", ("<r@1>", "<r@2>")),
        ),
        ([("in-reply-to", "<i@1>"), ("message-id", "<a@b>")], Thread("s", "<a@b>", ("<i@1>",))),
    ],
)
def test_thread_of_a_mail(headers: list[tuple[str, str]], expected: Thread) -> None:
    assert thread_of(Message(tuple(Header(*h) for h in headers), subject="s")) == expected


def test_a_date_is_written_in_the_zone_it_was_given() -> None:
    letter = compose(NOTE, "owner@example.jp", THREAD, US, OWN_ID, NOON.astimezone(UTC))
    assert parsed(letter)["Date"] == "Sat, 28 Nov 2026 03:00:00 +0000"
