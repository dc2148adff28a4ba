"""Every condition by its number: a mail that triggers it, and the nearest one that does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.decide.build import HEADERS, NOTHING_NEW, NOW, PERSON, POLICY, US, Mail, a_notice, filtered
from tests.decide.reports import a_diagnosis
from triage.decide import CONDITIONS, admit, refusals, settle
from triage.model import (
    Address,
    AskDns,
    Caps,
    Decision,
    DnsAnswer,
    Drop,
    Failure,
    Fault,
    Forwarded,
    History,
    Hold,
    Notices,
    Observation,
    Observations,
    Owner,
    Policy,
    Record,
    Reply,
    Report,
    Unrecognized,
)
from triage.names import Domain

FINE = Mail()
MANY = ", ".join(f"p{n}@example.jp" for n in range(20))


def past(**changes: object) -> Mail:
    return FINE.with_(history=History(**changes))  # pyright: ignore[reportArgumentType]


# ruff: noqa: E501 - one row, one line, as far as it goes
# number, outcome, what is tried, the mail that triggers it, the nearest that does not
ROWS = [
    ("N1", Drop, "empty return path", FINE.put("Return-Path", "<>"), FINE),
    ("N1", Drop, "empty, with a comment", FINE.put("Return-Path", "<> (bounce)"), FINE.put("Return-Path", PERSON)),
    ("N1", Drop, "a second line below ours", FINE.with_(headers=(*HEADERS, ("Return-Path", "<>"))), FINE),
    ("N1", Drop, "of a filtered notice only ours counts", filtered().put("Return-Path", "<>"),
     filtered().with_(headers=(*filtered().headers, ("Return-Path", "<>")))),
    ("N2", Hold, "our server always writes it", FINE.drop("Return-Path"),
     FINE.drop("Return-Path", "Authentication-Results")),
    ("N3", Hold, "no From", FINE.put("From", ""), FINE),
    ("N3", Hold, "two addresses", FINE.put("From", f"{PERSON}, other@example.jp"), FINE),
    ("N3", Hold, "two From lines", FINE.add(("From", "other@example.jp")).with_(sender=(Address(None, PERSON),)), FINE),
    ("N3", Hold, "an address before the address", FINE.put("From", f"a@evil.example.org <{PERSON}>"),
     FINE.put("From", f'"a@evil.example.org" <{PERSON}>')),
    ("N3", Hold, "the two readers differ",
     FINE.put("From", "<a@evil.example.org>").with_(sender=(Address(None, PERSON),)),
     FINE.put("From", f"(a@evil.example.org) <{PERSON}>")),
    ("N3", Hold, "group syntax", FINE.put("From", f"team: <{PERSON}>;").with_(sender=(Address(None, PERSON),)), FINE),
    ("N4", Hold, "no dot in the domain", FINE.from_("owner@localhost"), FINE),
    ("N4", Hold, "an IP literal", FINE.from_("owner@[192.0.2.1]"), FINE),
    ("N4", Hold, "a reserved top-level domain", FINE.from_("owner@shop.invalid"), FINE.from_("owner@shop.jp")),
    ("N4", Hold, "reserved, and not in the configuration", FINE.from_("owner@shop.test"),
     FINE.from_("owner@shop.test").with_(policy=Policy(senders=("@shop.test",)))),
    ("N4", Hold, "longer than SMTP allows", FINE.from_(f"owner@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.example.jp"),
     FINE.from_(f"owner@{'a' * 60}.{'b' * 60}.{'c' * 60}.example.jp")),
    ("N4", Hold, "a local part that is not ASCII", FINE.from_("おうな@example.jp"), FINE.from_("o.una@example.jp")),
    ("N4", Hold, "a blank in it", FINE.from_("own er@example.jp"), FINE.from_("own-er@example.jp")),
    ("N6", Drop, "From is us", FINE.from_(US.address), FINE.from_("ssl@example.net")),
    ("N6", Drop, "From is us, with a tag and in capitals", FINE.from_("SSL+x@Triage.Example.NET"), FINE),
    ("N6", Drop, "Sender is an alias", FINE.add(("Sender", US.aliases[0])), FINE.add(("Sender", PERSON))),
    ("N6", Drop, "Reply-To is us", FINE.add(("Reply-To", f"Triage <{US.address}>")),
     FINE.add(("Reply-To", f'"{US.address}" <{PERSON}>'))),
    ("N6", Drop, "Return-Path is our bounce address", FINE.put("Return-Path", f"<{US.bounce}>"), FINE),
    ("N7", Hold, "domains differ and nobody vouches",
     FINE.put("Return-Path", "<x@mailer.example.org>").with_(vouched=None),
     FINE.put("Return-Path", "<x@mailer.example.org>")),
    ("N8", Drop, "auto-replied", FINE.add(("Auto-Submitted", "auto-replied")), FINE.add(("Auto-Submitted", "no"))),
    ("N8", Drop, "with comment and parameter", FINE.add(("Auto-Submitted", "(x) Auto-Generated; owner-token=1")),
     FINE.add(("Auto-Submitted", "No (written (by hand)); x=auto-replied"))),
    ("N8", Drop, "auto-notified", FINE.add(("Auto-Submitted", "auto-notified")), FINE),
    ("N8", Drop, "an unknown value", FINE.add(("Auto-Submitted", "by-robot")), FINE),
    ("N8", Drop, "one of two", FINE.add(("Auto-Submitted", "no"), ("Auto-Submitted", "auto-replied")), FINE),
    ("N9", Drop, "All", FINE.add(("X-Auto-Response-Suppress", "All")), FINE.add(("X-Auto-Response-Suppress", "DR"))),
    ("N9", Drop, "one among others", FINE.add(("X-Auto-Response-Suppress", "DR, OOF, AutoReply")),
     FINE.add(("X-Auto-Response-Suppress", "DR, NDR, RN, NRN"))),
    ("N10", Drop, "bulk", FINE.add(("Precedence", "bulk")), FINE.add(("Precedence", "first-class"))),
    ("N10", Drop, "auto_reply", FINE.add(("X-Precedence", "auto_reply (x)")), FINE.add(("Precedence", "normal"))),
    ("N10", Drop, "junk, in capitals", FINE.add(("Precedence", "JUNK")), FINE),
    ("N11", Drop, "a list", FINE.add(("List-Id", "<web.example.jp>")), FINE.add(("X-List-Idea", "x"))),
    ("N11", Drop, "a way to unsubscribe", FINE.add(("List-Unsubscribe", "<mailto:x@example.jp>")), FINE),
    ("N11", Drop, "a group", FINE.add(("X-Google-Group-Id", "12345")), FINE),
    ("N11", Hold, "our own group address", FINE.add(("List-Id", "<x>")).put("To", US.aliases[0]),
     FINE.put("To", US.aliases[0])),
    ("N12", Drop, "X-Autoreply", FINE.add(("X-Autoreply", "yes")), FINE.add(("X-Autoreply", "no"))),
    ("N12", Drop, "X-Vacation", FINE.add(("X-Vacation", "1")), FINE),
    ("N12", Drop, "machine generated", FINE.add(("X-FC-MachineGenerated", "true")),
     FINE.add(("X-FC-MachineGenerated", "false"))),
    ("N12", Drop, "Amazon's notifications", FINE.add(("X-AMAZON-MAIL-RELAY-TYPE", "notification")),
     FINE.add(("X-AMAZON-MAIL-RELAY-TYPE", "member"))),
    ("N12", Drop, "Delivered-To: Autoresponder", FINE.add(("Delivered-To", "Autoresponder")), FINE),
    ("N12", Drop, "message class 9", FINE.add(("X-POST-MessageClass", "9; Autoresponder")),
     FINE.add(("X-POST-MessageClass", "1; Mail"))),
    ("N13", Drop, "X-Ack: no", FINE.add(("X-Ack", "no")), FINE.add(("X-Ack", "yes"))),
    ("N13", Drop, "our X-Loop", FINE.add(("X-Loop", US.address)), FINE.add(("X-Loop", "other@example.jp"))),
    ("N13", Drop, "X-Loop: yes", FINE.add(("X-Loop", "yes")), FINE),
    ("N14", Drop, "noreply", FINE.from_("noreply@example.jp"), FINE.from_("norbert@example.jp")),
    ("N14", Drop, "noreply with a tag", FINE.from_("No-Reply+x1@example.jp"), FINE.from_("nobody.knows@example.jp")),
    ("N14", Drop, "mailer-daemon", FINE.from_("MAILER-DAEMON@example.jp"), FINE.from_("daemon.lee@example.jp")),
    ("N14", Drop, "rewritten for a bounce", FINE.from_("bounce+12@example.jp"), FINE.from_("bouncer@example.jp")),
    ("N14", Drop, "prvs, SRS and a filter's mark", FINE.from_("prvs=1=owner@example.jp"),
     FINE.put("Return-Path", "<prvs=1=owner@example.jp>")),
    ("N14", Drop, "SRS", FINE.from_("SRS0=a=b=c=owner@example.jp"), FINE.put("Return-Path", "<SRS0=x=y@example.jp>")),
    ("N14", Drop, "a list's own addresses", FINE.from_("web-request@example.jp"), FINE.from_("request@example.jp")),
    ("N14", Drop, "root", FINE.from_("root@example.jp"), FINE.from_("roots@example.jp")),
    ("N14", Hold, "postmaster may be a person", FINE.from_("postmaster@example.jp"), FINE.from_("post@example.jp")),
    ("N15", Hold, "自動返信", FINE.put("Subject", "自動返信: 不在です"), FINE.put("Subject", "自動更新について")),
    ("N15", Hold, "after Re", FINE.put("Subject", "Re: RE: Out of Office: x"), FINE.put("Subject", "Re: In the office")),
    ("N15", Hold, "Undeliverable", FINE.put("Subject", "Undeliverable: SSL"), FINE.put("Subject", "Deliverable: SSL")),
    ("N15", Hold, "but a forwarded notice keeps its own subject", FINE.put("Subject", "【自動配信】SSL"),
     FINE.put("Subject", "Fwd: 【自動配信】SSL")),
    ("N16", Drop, "a report", FINE.put("Content-Type", "multipart/report; report-type=delivery-status"),
     FINE.put("Content-Type", "multipart/mixed; x=multipart/report")),
    ("N16", Drop, "a delivery status within", FINE.with_(parts=("multipart/mixed", "text/plain", "message/delivery-status")),
     FINE.with_(parts=("multipart/mixed", "text/plain", "message/rfc822", "message/delivery-status"))),
    ("N16", Drop, "failed recipients", FINE.add(("X-Failed-Recipients", "x@example.jp")), FINE),
    ("N16", Drop, "a receipt", FINE.with_(parts=("message/disposition-notification",)),
     FINE.add(("Disposition-Notification-To", PERSON))),
    ("N17", Hold, "an invitation alone", FINE.with_(parts=("text/calendar",)),
     FINE.with_(parts=("multipart/alternative", "text/plain", "text/calendar"))),
    ("N17", Hold, "a sealed body", FINE.with_(parts=("multipart/encrypted", "application/pgp-encrypted")),
     FINE.with_(parts=("multipart/signed", "text/plain", "application/pkcs7-signature"))),
    ("N18", Drop, "flag", FINE.add(("X-Spam-Flag", "YES")), FINE.add(("X-Spam-Flag", "NO"))),
    ("N18", Drop, "status", FINE.add(("X-Spam-Status", "Yes, score=9.1")), FINE.add(("X-Spam-Status", "No, score=1"))),
    ("N19", Drop, "our loop header", FINE.add(("X-Ssl-Triage-Loop", US.instance)),
     FINE.add(("X-Ssl-Triage-Loop", "help@another.example.org"))),
    ("N20", Hold, "an answer to our note", past(thread_answers=1).with_(outcome=NOTHING_NEW, text="thanks"),
     past(thread_answers=1)),
    ("N20", Hold, "the fourth command of a day",
     past(thread_answers=1, thread_case=1, commands_day=3).with_(outcome=NOTHING_NEW, text="再確認"),
     past(thread_answers=1, thread_case=1, commands_day=2).with_(outcome=NOTHING_NEW, text="再確認")),
    ("N21", Drop, "an id of ours", FINE.put("Message-ID", "<triage.0a1b@triage.example.net>"),
     FINE.put("Message-ID", "<triage.0a1b@example.jp>")),
    ("N21", Drop, "an id of our domain from elsewhere", FINE.put("Message-ID", "<x@triage.example.net>"),
     FINE.from_("colleague@triage.example.net").put("Message-ID", "<x@triage.example.net>")),
    ("N22", Hold, "quotes our note", FINE.with_(outcome=NOTHING_NEW, text=f"I am away\n> {US.address} wrote:"),
     FINE.with_(text=f"{US.address} said")),
    ("N23", Drop, "51 hops", FINE.add(*[("Received", "from a by b; x")] * 50), FINE.add(*[("Received", "from a by b; x")] * 49)),
    ("N23", Drop, "twice in our inbox", FINE.add(("Delivered-To", US.address)),
     FINE.add(("Delivered-To", "owner@example.jp"))),
    ("N23", Drop, "back from another server",
     FINE.add(("Received", "from c by mx.triage.example.net; x"), ("Received", "from b by c.example.org; x")),
     FINE.add(("Received", "from x by mx.triage.example.net; x"))),
    ("N24", Drop, "answered already", past(content_answered=True), FINE),
    ("N24", Drop, "but commands are all alike", past(content_answered=True).with_(outcome=NOTHING_NEW, text="再確認"),
     past(content_answered=True, thread_answers=1).with_(outcome=NOTHING_NEW, text="再確認")),
    ("N25", Drop, "the same notice two days ago", past(notice_answered=NOW - timedelta(days=2)),
     past(notice_answered=NOW - timedelta(days=8))),
    ("N26", Hold, "three in an hour", past(address_hour=3), past(address_hour=2)),
    ("N26", Hold, "ten in a day", past(address_day=10), past(address_day=9)),
    ("N26", Hold, "thirty for a domain", past(domain_day=30), past(domain_day=29)),
    ("N26", Hold, "but not for free mail", past(domain_day=30),
     past(domain_day=30).from_("a@gmail.com").with_(policy=Policy(senders=("@gmail.com",)))),
    ("N26", Hold, "sixty for all in an hour", past(all_hour=60), past(all_hour=59)),
    ("N26", Hold, "three hundred for all in a day", past(all_day=300), past(all_day=299)),
    ("N27", Drop, "suppressed", past(suppressed="hard bounce"), FINE),
    ("N28", Hold, "from before the service", past(first_start=NOW + timedelta(days=2)), past(first_start=NOW)),
    ("N28", Hold, "older than a week", FINE.with_(now=NOW + timedelta(days=7, minutes=10)),
     FINE.with_(now=NOW + timedelta(days=6))),
    ("N28", Hold, "an old date on a mail that came now", FINE.put("Date", "Sat, 14 Nov 2026 11:00:00 +0900"),
     FINE.put("Date", "Wed, 25 Nov 2026 11:00:00 +0900")),
    ("N28", Hold, "dated ahead", FINE.put("Date", "Mon, 30 Nov 2026 11:00:00 +0900"),
     FINE.put("Date", "Sun, 29 Nov 2026 10:00:00 +0900")),
    ("N28", Hold, "one of an old mailbox", past(backlog=101), past(backlog=100)),
    ("N29", Hold, "addressed to somebody else", FINE.drop("Delivered-To").put("To", "x@example.org"),
     FINE.put("To", "x@example.org")),
    ("N29", Hold, "a look-alike of our address", FINE.drop("Delivered-To").put("To", "x" + US.address),
     FINE.drop("Delivered-To").put("To", "ssl+secret@triage.example.net")),
    ("N30", Hold, "the host itself", FINE.with_(forwarded=None).put("Subject", "SSL").from_("cpanel@agency.example.com"),
     FINE.from_("taro@agency.example.com")),
    ("N30", Hold, "but somebody listed by address is a person",
     FINE.with_(forwarded=None).put("Subject", "SSL").from_("x@agency.example.com"),
     FINE.with_(forwarded=None).put("Subject", "SSL")),
    ("N31", Hold, "a filter of nobody registered", filtered(policy=Policy()), filtered()),
    ("N31", Hold, "a filter of another owner", filtered().put("X-Forwarded-For", "x@example.org")
     .put("To", "x@example.org").put("Return-Path", "<x@example.org>"), filtered()),
    ("N31", Hold, "the owner of other domains", filtered(outcome=Notices((a_notice("example.org"),), "x")), filtered()),
    ("N31", Hold, "not proven that the host wrote it", filtered(vouched=None), filtered()),
    ("N32", Hold, "a stranger", FINE.from_("x@example.org"), FINE.from_("x@agency.example.com")),
    ("N32", Hold, "a sub-domain is another domain", FINE.from_("x@sub.agency.example.com"), FINE),
    ("N32", Hold, "full-width letters are other letters", FINE.with_(policy=Policy(senders=("ｏwner@example.jp",))), FINE),
    ("N34", Hold, "Gmail's confirmation", FINE.from_("forwarding-noreply@google.com"), FINE.from_("forwarding@google.com")),
    ("N35", Hold, "21 recipients", FINE.put("To", f"{US.address}, {MANY}"), FINE.put("To", MANY)),
    ("N35", Hold, "nobody is named", FINE.put("To", ""), FINE),
    ("A1", Hold, "nobody vouches", FINE.with_(vouched=None), FINE),
    ("A1", Hold, "vouched for another domain", FINE.with_(vouched="example.org"), FINE.with_(vouched="mail.example.jp")),
    ("A24", Hold, "51 names", FINE.with_(outcome=Notices((a_notice(*[f"a{n}.example.jp" for n in range(51)]),), "x")),
     FINE.with_(outcome=Notices((a_notice(*[f"a{n}.example.jp" for n in range(50)]),), "x"))),
]  # fmt: skip


@pytest.mark.parametrize(("number", "outcome", "name", "mail", "nearest"), ROWS, ids=[f"{r[0]} {r[2]}" for r in ROWS])
def test_a_condition_and_its_nearest_neighbor(number: str, outcome: type, name: str, mail: Mail, nearest: Mail) -> None:
    known = {(c.number, c.outcome) for c in CONDITIONS}
    assert (number, outcome) in known
    assert number in refusals(mail.asked)
    assert number not in refusals(nearest.asked) or _outcomes(nearest, number) != _outcomes(mail, number)
    decision = decide(mail)
    assert isinstance(decision, Drop | Hold)


# Every word of the lists in facts never-answer 1, and the nearest that is none of them.
LISTED = {
    "N10": [("Precedence", v) for v in ("bulk", "junk", "list", "auto_reply", "Bulk", "auto-reply")],
    "N11": [
        (name, "x")
        for name in ("List-Id", "List-Post", "List-Help", "List-Subscribe", "List-Unsubscribe", "List-Owner",
                     "List-Archive", "Mailing-List", "X-Mailing-List", "X-BeenThere", "X-Mailman-Version",
                     "X-Google-Group-Id")
    ],
    "N12": [
        (name, "yes")
        for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Autoresponder", "X-AutoReply-From",
                     "X-Mail-Autoreply", "X-Auto-Reply-From", "X-Autogenerated", "X-Auto-Generated", "X-Vacation")
    ],
    "N9": [("X-Auto-Response-Suppress", v) for v in ("All", "AutoReply", "OOF", "DR, AutoReply", "oof")],
}  # fmt: skip
MACHINES = (
    "mailer-daemon", "daemon", "root", "nobody", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply",
    "bounce", "bounces", "bounce+1", "owner+caf_=ssl=triage", "prvs=0123=owner", "SRS0=a=b=c=o", "SRS1=a=b=c=o",
    "owner-web", "web-owner", "web-request", "web-errors", "web-bounces", "listserv", "majordomo", "mailman", "abuse",
    "autoreply", "auto-confirm", "notification", "notifications", "alert", "alerts",
)  # fmt: skip
PERSONS = (
    "owner",
    "web",
    "webmaster",
    "info",
    "support",
    "hostmaster",
    "postbote",
    "rooty",
    "alerta",
    "abuser",
    "prvs",
)
PHRASES = (
    "Auto: x", "Automatic reply: x", "Out of Office", "Autosvar: x", "Abwesenheitsnotiz: x", "自動返信", "自動応答",
    "不在通知", "【自動返信】x", "【自動配信】x", "Undeliverable: x", "Delivery Status Notification (Failure)",
    "Returned mail: see transcript", "配信不能", "配信エラー", "メール送信エラー", "開封済み: x", "Read: x",
)  # fmt: skip
REPORTS = ("multipart/report", "message/delivery-status", "message/disposition-notification",
           "message/feedback-report", "application/dmarc", "application/tlsrpt+gzip")  # fmt: skip


@pytest.mark.parametrize(
    ("number", "header"),
    [(n, h) for n, headers in LISTED.items() for h in headers],
    ids=lambda v: ": ".join(v) if isinstance(v, tuple) else v,
)
def test_every_listed_header(number: str, header: tuple[str, str]) -> None:
    name, value = header
    for mail in (FINE.add((name.upper(), f" {value} (a comment)")), FINE.add(("X-Before", "1"), (name, value))):
        assert number in refusals(mail.asked)
    assert refusals(FINE.add((f"X-Not-{name}", value)).asked) == ()


@pytest.mark.parametrize("local", MACHINES)
def test_n14_every_listed_address(local: str) -> None:
    assert "N14" in refusals(FINE.from_(f"{local}@example.jp").asked)


@pytest.mark.parametrize("local", PERSONS)
def test_n14_not_an_address_near_by(local: str) -> None:
    assert "N14" not in refusals(FINE.from_(f"{local}@example.jp").asked)


@pytest.mark.parametrize("subject", PHRASES)
def test_n15_every_listed_phrase(subject: str) -> None:
    assert "N15" in refusals(FINE.put("Subject", f"Re: {subject}").asked)
    assert "N15" not in refusals(FINE.put("Subject", f"SSL: {subject}").asked)


@pytest.mark.parametrize("kind", REPORTS)
def test_n16_every_listed_report(kind: str) -> None:
    assert "N16" in refusals(FINE.put("Content-Type", f"{kind}; boundary=x").asked)
    assert "N16" in refusals(FINE.with_(parts=("multipart/mixed", "text/plain", kind)).asked)
    assert "N16" not in refusals(FINE.with_(parts=("multipart/mixed", "text/plain", "message/rfc822", kind)).asked)


def test_every_number_has_its_row() -> None:
    wanted = {f"N{n}" for n in range(1, 36)}
    elsewhere = {"N5", "N33"}  # below
    assert {row[0] for row in ROWS} | elsewhere >= wanted
    assert {c.number for c in CONDITIONS} <= {row[0] for row in ROWS}


def test_the_mail_that_all_rows_start_from_is_answered() -> None:
    assert decide(FINE) == Reply(PERSON, "asked by an authenticated sender")
    assert refusals(FINE.asked) == ()


@pytest.mark.parametrize("number", sorted({c.number for c in CONDITIONS}))
def test_a_condition_decides_and_says_why(number: str) -> None:
    """In one row at least it is the first that holds, and the decision carries its reason."""
    reasons = {c.because for c in CONDITIONS if c.number == number}
    tried = [mail for row in ROWS if row[0] == number for mail in (row[3], row[3].with_(policy=Policy(anyone=True)))]
    decisions = [decide(mail) for mail in tried]
    assert {d.because for d in decisions if isinstance(d, Drop | Hold)} & reasons


# ---- N5: asked by settle, since it needs DNS


def dns(**answers: DnsAnswer | Failure) -> Observations:
    return Observations(Observation(AskDns("example.jp", type), answer, NOW) for type, answer in answers.items())


def records(type: str, *values: str) -> DnsAnswer:
    return DnsAnswer("NOERROR", tuple(Record("example.jp", type, 60, value) for value in values))


NONE = DnsAnswer("NOERROR")
ELSEWHERE = (Report((a_diagnosis("example.org"),), a_notice("example.org")),)
ITSELF = (Report((a_diagnosis("www.example.jp"),), a_notice("www.example.jp")),)


@pytest.mark.parametrize(
    ("seen", "reports", "decision"),
    [
        pytest.param(dns(MX=records("MX", "0 .")), ELSEWHERE, Hold, id="N5 held: a null MX"),
        pytest.param(dns(MX=records("MX", "0 .")), ITSELF, Hold, id="N5 held: a null MX is a statement of its own"),
        pytest.param(dns(MX=NONE, A=NONE, AAAA=NONE), ELSEWHERE, Hold, id="N5 held: neither MX nor address"),
        pytest.param(dns(MX=records("MX", "10 mx")), ELSEWHERE, Reply, id="answered: an exchanger"),
        pytest.param(dns(MX=NONE, A=records("A", "192.0.2.1"), AAAA=NONE), ELSEWHERE, Reply, id="answered: an address"),
        pytest.param(dns(MX=NONE, A=Failure(Fault.TIMEOUT), AAAA=NONE), ELSEWHERE, Reply, id="answered: one is silent"),
        pytest.param(dns(MX=Failure(Fault.TIMEOUT)), ELSEWHERE, Reply, id="answered: could not ask"),
        pytest.param(dns(MX=DnsAnswer("SERVFAIL")), ELSEWHERE, Reply, id="answered: the resolver could not tell"),
        pytest.param(dns(MX=NONE, A=NONE, AAAA=NONE), ITSELF, Reply, id="answered: no address is what the notice is about"),
        pytest.param(Observations(), ELSEWHERE, Reply, id="answered: nothing was asked"),
    ],
)  # fmt: skip
def test_n5_the_domain_takes_no_mail(seen: Observations, reports: tuple[Report, ...], decision: type) -> None:
    assert isinstance(settle(Reply(PERSON, "asked"), reports, seen), decision)


# ---- N33 and good news: what the mail says


@pytest.mark.parametrize(
    ("outcome", "decision"),
    [
        (Unrecognized("not-a-notice", "an invoice"), Hold("no notice")),
        (Unrecognized("unclear", "two domains"), Hold("not clear whether this is a notice")),
        (Unrecognized("not-a-notice", "a fake, sent by its author", ("phishing",)), Hold("no notice")),
    ],
)  # fmt: skip
def test_n33_nothing_to_look_at_is_kept_for_a_person(outcome: Notices | Unrecognized, decision: Hold) -> None:
    forwarded = None if isinstance(outcome, Unrecognized) and outcome.signs else FINE.forwarded
    assert decide(FINE.with_(outcome=outcome, forwarded=forwarded)) == decision


FAKE = Unrecognized("not-a-notice", "its sender only looks like xserver", ("phishing",))


def test_a_forwarded_fake_is_told_to_the_person_who_forwarded_it_and_to_nobody_else() -> None:
    owners = (Owner((Domain("example.jp"),), ("boss@example.jp",), mode="forward"),)
    mail = FINE.with_(outcome=FAKE, policy=replace(POLICY, owners=owners))
    assert decide(mail) == Reply(PERSON, "an authenticated sender forwarded what looks like phishing")


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(FINE.with_(outcome=FAKE, vouched=None), id="held: nobody vouches"),
        pytest.param(FINE.with_(outcome=FAKE).from_("stranger@example.org"), id="held: not registered"),
        pytest.param(FINE.with_(outcome=FAKE, forwarded=Forwarded("automatic")), id="held: a filter sent it on"),
        pytest.param(FINE.with_(outcome=FAKE, text="recheck"), id="held: a command, not a forward"),
    ],
)
def test_a_fake_is_answered_to_nobody_else(mail: Mail) -> None:
    assert isinstance(decide(mail), Hold)


def test_a_notice_without_a_name_is_answered() -> None:
    nameless = Notices((replace(a_notice(), names=(), nameless="only a lineage"),), "certbot")
    assert isinstance(decide(FINE.with_(outcome=nameless)), Reply)


def test_n25_a_notice_about_something_else_is_answered() -> None:
    assert isinstance(decide(past(notice_answered=None)), Reply)


def test_caps_are_those_of_the_configuration() -> None:
    mail = past(address_hour=3).with_(policy=replace(POLICY, caps=Caps(per_address_hour=4)))
    assert isinstance(decide(mail), Reply)


def test_an_owner_may_ask_without_standing_among_the_senders() -> None:
    owners = (Owner((Domain("example.com"),), ("boss@example.com",)),)
    assert isinstance(decide(FINE.from_("boss@example.com").with_(policy=Policy(owners=owners))), Reply)


def test_only_the_outer_header_counts() -> None:
    """An attached notice is automatic itself, and its parts are not the mail's own."""
    parts = ("multipart/mixed", "text/plain", "message/rfc822", "multipart/report")
    assert isinstance(decide(FINE.with_(parts=parts, forwarded=Forwarded("attached"))), Reply)


def decide(mail: Mail) -> Decision:
    a = mail.asked
    return admit(a.reading, a.arrived, a.authentication, a.identity, a.policy, a.history, a.now)


def _outcomes(mail: Mail, number: str) -> set[str]:
    return {c.because for c in CONDITIONS if c.number == number and c.holds(mail.asked)}
