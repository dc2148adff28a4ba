"""The simulated internet answers as the real one would; each row was compared with Knot, Unbound and nginx."""

import asyncio
from datetime import UTC, datetime

import pytest

from triage.demo import Unsimulated, WorldProbes
from triage.demo.tree import MUTE, NOBODY, ODD, SHARED, TLD_SERVER
from triage.demo.world import World, world_of
from triage.model import (
    AskAuthority,
    AskDns,
    AskHttp,
    AskRegistry,
    AskTls,
    AuthorityAnswer,
    DnsAnswer,
    Failure,
    Fault,
    HttpAnswer,
    Observation,
    Question,
    RegistryAnswer,
    TlsAnswer,
)

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
CHALLENGE = "/.well-known/acme-challenge/{token}"


def a_world(**parts: object) -> World:
    return world_of(parts, NOON)


NAMES = a_world(
    zones={
        "fine.com": "@ A 5.9.1.10\nwww CNAME @\nout CNAME www.other.net.\n*.wild A 5.9.1.11\na.b A 5.9.1.12",
        "other.net": "www CNAME far.other.net.\nfar A 5.9.1.13\nloop CNAME loop2\nloop2 CNAME loop",
        "signed.com": {"records": "@ A 5.9.1.10", "signed": True},
        "lame.com": {"records": "@ A 5.9.1.10", "fault": "lame"},
        "mute.com": {"records": "@ A 5.9.1.10", "fault": "silent"},
        "sick.com": {"records": "@ A 5.9.1.10", "fault": "servfail"},
        "bogus.com": {"records": "@ A 5.9.1.10", "fault": "bogus"},
        "late.com": {"records": "@ A 5.9.1.10", "fault": "expired"},
        "stale.com": {"records": "@ A 5.9.1.10", "fault": "stale-ds"},
        "held.com": {"records": "@ A 5.9.1.10", "fault": "undelegated"},
        "nocaa.com": {"records": "@ A 5.9.1.10", "fails": {"CAA": "notimp"}},
        "half.com": {
            "records": "@ NS ns1\n@ NS ns2\nns1 A 5.9.9.1\nns2 A 5.9.9.2\n@ A 5.9.1.10",
            "at": {"ns2.half.com": "lame"},
        },
        "split.com": {
            "records": "@ NS ns1\n@ NS ns2\nns1 A 5.9.9.3\nns2 A 5.9.9.4\n@ A 5.9.1.10",
            "at": {"ns2.split.com": "@ NS ns1\n@ NS ns2\nns1 A 5.9.9.3\nns2 A 5.9.9.4\n@ A 5.9.1.99"},
        },
    },
    registry={"gone.com": {"registered": False}},
    server=[{"address": "5.9.1.10", "reverse": "www.fine.com"}, {"address": "2a01:4f8::1"}],
)


def said(world: World, question: Question) -> str:
    """The answer in short: rcode or fault, flags, values of the answer, and what the authority section holds."""
    answer, _ = WorldProbes(world).answer(question)
    if isinstance(answer, Failure):
        return answer.fault
    assert isinstance(answer, DnsAnswer)
    flags = ("aa",) * answer.authoritative + ("ad",) * answer.validated
    values = [r.value for r in answer.answer] + [f"({r.type} {r.name})" for r in answer.authority]
    errors = [f"ede{code}" for code, _ in answer.errors]
    return " ".join([answer.rcode, *flags, *values, *errors])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (AskDns("fine.com", "A"), "NOERROR 5.9.1.10"),
        (AskDns("FINE.com.", "A"), "NOERROR 5.9.1.10"),
        (AskDns("www.fine.com", "A"), "NOERROR fine.com 5.9.1.10"),
        (AskDns("out.fine.com", "A"), "NOERROR www.other.net far.other.net 5.9.1.13"),
        (AskDns("www.fine.com", "CNAME"), "NOERROR fine.com"),
        (AskDns("fine.com", "AAAA"), "NOERROR (SOA fine.com)"),
        (AskDns("b.fine.com", "A"), "NOERROR (SOA fine.com)"),
        (AskDns("no.fine.com", "A"), "NXDOMAIN (SOA fine.com)"),
        (AskDns("x.y.wild.fine.com", "A"), "NOERROR 5.9.1.11"),
        (AskDns("loop.other.net", "A"), "SERVFAIL"),
        (AskDns("gone.com", "A"), "NXDOMAIN ad (SOA com)"),
        (AskDns("com", "CAA"), "NOERROR ad (SOA com)"),
        (AskDns("signed.com", "A"), "NOERROR ad 5.9.1.10"),
        (AskDns("lame.com", "A"), "SERVFAIL ede22"),
        (AskDns("mute.com", "A"), "SERVFAIL ede22"),
        (AskDns("bogus.com", "A"), "SERVFAIL ede9"),
        (AskDns("bogus.com", "A", unchecked=True), "NOERROR 5.9.1.10"),
        (AskDns("late.com", "A"), "SERVFAIL ede7"),
        (AskDns("stale.com", "A"), "SERVFAIL ede9"),
        (AskDns("stale.com", "DNSKEY", unchecked=True), "NOERROR (SOA stale.com)"),
        (AskDns("held.com", "A"), "NXDOMAIN ad (SOA com)"),
        (AskDns("nocaa.com", "CAA"), "SERVFAIL ede22"),
        (AskDns("nocaa.com", "A"), "NOERROR 5.9.1.10"),
        (AskDns("half.com", "A"), "NOERROR 5.9.1.10"),
        (AskDns("10.1.9.5.in-addr.arpa", "PTR"), "NOERROR ad www.fine.com"),
        (AskDns("13.1.9.5.in-addr.arpa", "PTR"), "NXDOMAIN ad (SOA arpa)"),
    ],
    ids=lambda v: f"{v.name} {v.type}{' unchecked' if v.unchecked else ''}" if isinstance(v, AskDns) else "",
)
def test_by_recursion(question: AskDns, answer: str) -> None:
    assert said(NAMES, question) == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (AskDns("fine.com", "A", SHARED), "NOERROR aa 5.9.1.10"),
        (AskDns("www.fine.com", "A", SHARED), "NOERROR aa fine.com 5.9.1.10"),
        (AskDns("out.fine.com", "A", SHARED), "NOERROR aa www.other.net"),
        (AskDns("fine.com", "A", TLD_SERVER), "NOERROR (NS fine.com)"),
        (AskDns("bogus.com", "DS", TLD_SERVER), "NOERROR aa"),
        (AskDns("fine.com", "DS", TLD_SERVER), "NOERROR aa (SOA com)"),
        (AskDns("gone.com", "NS", TLD_SERVER), "NXDOMAIN aa (SOA com)"),
        (AskDns("held.com", "NS", TLD_SERVER), "NXDOMAIN aa (SOA com)"),
        (AskDns("lame.com", "A", NOBODY), "REFUSED"),
        (AskDns("mute.com", "A", MUTE), "timeout"),
        (AskDns("fine.com", "A", MUTE), "timeout"),
        (AskDns("sick.com", "A", SHARED), "SERVFAIL"),
        (AskDns("nocaa.com", "CAA", ODD), "NOTIMP"),
        (AskDns("nocaa.com", "A", ODD), "NOERROR aa 5.9.1.10"),
        (AskDns("half.com", "A", "5.9.9.1"), "NOERROR aa 5.9.1.10"),
        (AskDns("half.com", "A", "5.9.9.2"), "REFUSED"),
        (AskDns("split.com", "A", "5.9.9.4"), "NOERROR aa 5.9.1.99"),
        (AskDns("fine.com", "A", "5.9.1.10"), "refused"),
    ],
    ids=lambda v: f"{v.name} {v.type} at {v.at}" if isinstance(v, AskDns) else "",
)
def test_a_server_asked_directly(question: AskDns, answer: str) -> None:
    got = said(NAMES, question)
    assert got.startswith(answer) if question.type == "DS" else got == answer


@pytest.mark.parametrize(
    "question",
    [
        AskDns("unheard-of.com", "A"),
        AskDns("unheard-of.zone", "A"),
        AskDns("fine.com", "A", "5.9.200.1"),
        AskDns("1.200.9.5.in-addr.arpa", "PTR"),
        AskHttp("http", "fine.com", "5.9.200.1", CHALLENGE),
        AskTls("fine.com", "5.9.200.1"),
        AskRegistry("unheard-of.com"),
    ],
    ids=repr,
)
def test_what_the_world_does_not_describe_is_never_no_record(question: Question) -> None:
    with pytest.raises(Unsimulated):
        WorldProbes(NAMES).answer(question)
    answer, _ = WorldProbes(NAMES, "lenient").answer(question)
    assert isinstance(answer, Failure)
    assert answer.fault is Fault.NOT_ASKED


# ---- web


def web(**entry: object) -> World:
    return a_world(server=[{"address": "5.9.1.10", **entry}])


@pytest.mark.parametrize(
    ("world", "target", "outcome"),
    [
        (web(), CHALLENGE, 404),
        (web(), "/", 200),
        (web(behavior="password"), CHALLENGE, 401),
        (web(behavior="denied"), "/", 403),
        (web(behavior="status", status=503), CHALLENGE, 503),
        (web(behavior="parking"), CHALLENGE, 200),
        (web(port=443), CHALLENGE, Fault.REFUSED),
        (web(behavior="silent"), CHALLENGE, Fault.TIMEOUT),
        (web(behavior="unreachable"), CHALLENGE, Fault.UNREACHABLE),
        (web(behavior="reset"), CHALLENGE, Fault.RESET),
        (web(behavior="closed"), CHALLENGE, Fault.CLOSED),
        (web(behavior="garbled"), CHALLENGE, Fault.GARBLED),
        (web(behavior="drip"), CHALLENGE, Fault.STALLED),
        (web(behavior="tls"), CHALLENGE, 400),
        (web(behavior="slow", seconds=9), CHALLENGE, 404),
        (web(behavior="slow", seconds=11), CHALLENGE, Fault.STALLED),
        (web(behavior="denied", path="/.well-known/"), CHALLENGE, 403),
        (web(behavior="denied", path="/.well-known/"), "/", 404),
        (web(behavior="denied", agent="ca"), CHALLENGE, 404),
        (web(behavior="denied", name=["other.com"]), CHALLENGE, 404),
    ],
    ids=str,
)
def test_http(world: World, target: str, outcome: int | Fault) -> None:
    answer, _ = WorldProbes(world).answer(AskHttp("http", "fine.com", "5.9.1.10", target))
    assert (answer.fault if isinstance(answer, Failure) else getattr(answer, "status", None)) == outcome


@pytest.mark.parametrize(
    ("to", "location"),
    [
        ("https://{host}{path}", f"https://fine.com{CHALLENGE}"),
        ("https://other.com/", "https://other.com/"),
        ("http://fine.com{path}?n=1", f"http://fine.com{CHALLENGE}?n=1"),
    ],
)
def test_a_redirect_keeps_the_path_or_drops_it(to: str, location: str) -> None:
    answer, _ = WorldProbes(web(behavior="redirect", to=to)).answer(AskHttp("http", "fine.com", "5.9.1.10", CHALLENGE))
    assert isinstance(answer, HttpAnswer)
    assert (answer.status, answer.header("location")) == (301, location)


def test_redirects_one_after_the_other() -> None:
    probes, target, hops = WorldProbes(web(behavior="redirects", count=3)), CHALLENGE, 0
    while True:
        answer, _ = probes.answer(AskHttp("http", "fine.com", "5.9.1.10", target))
        assert isinstance(answer, HttpAnswer)
        if answer.status == 404:
            break
        target, hops = (answer.header("location") or "").removeprefix("http://fine.com"), hops + 1
    assert hops == 3


def test_a_user_agent_filter_sees_only_the_shape_of_the_ca() -> None:
    probes = WorldProbes(web(behavior="denied", agent="ca"))
    plain, _ = probes.answer(AskHttp("http", "fine.com", "5.9.1.10", CHALLENGE))
    like_ca, _ = probes.answer(AskHttp("http", "fine.com", "5.9.1.10", CHALLENGE, like_ca=True))
    assert (getattr(plain, "status", 0), getattr(like_ca, "status", 0)) == (404, 403)


@pytest.mark.parametrize(
    ("entry", "outcome"),
    [
        ({"name": ["fine.com"]}, None),
        ({"name": ["fine.com"], "certificate": {"since": "-90 days", "until": "-1 day"}}, "expired"),
        ({"certificate": {"names": ["other.com"]}}, "wrong name"),
        ({"certificate": {"names": ["*.com"]}}, None),
        ({"name": ["fine.com"], "certificate": {"self_signed": True}}, "self-signed"),
        ({"behavior": "http"}, Fault.TLS),
        ({"behavior": "tls-alert"}, Fault.TLS),
        ({"port": 80}, Fault.REFUSED),
        ({"behavior": "silent"}, Fault.TIMEOUT),
    ],
    ids=str,
)
def test_tls(entry: dict[str, object], outcome: str | Fault | None) -> None:
    answer, _ = WorldProbes(web(**entry)).answer(AskTls("fine.com", "5.9.1.10"))
    if isinstance(answer, TlsAnswer):
        assert answer.certificate.fault == outcome
    else:
        assert isinstance(answer, Failure)
        assert answer.fault == outcome


# ---- registry, CA, time


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (AskRegistry("gone.com"), RegistryAnswer(False, source="rdap.nic.com")),
        (AskRegistry("fine.com"), RegistryAnswer(True, source="rdap.nic.com")),
        (AskRegistry("late.jp"), Failure(Fault.NOT_ASKED, "the registry of jp offers no rdap")),
        (AskRegistry("late.jp", "whois"), RegistryAnswer(True, NOON, ("suspended",), None, "whois.nic.jp")),
        (AskRegistry("mute.com"), Failure(Fault.TIMEOUT)),
        (AskAuthority("letsencrypt.org"), AuthorityAnswer(True, "All Systems Operational")),
        (AskAuthority("sectigo.com"), AuthorityAnswer(False, "down", NOON)),
        (AskAuthority("pki.goog"), Failure(Fault.NOT_ASKED, "no status page of pki.goog is known")),
    ],
    ids=str,
)
def test_registry_and_ca(question: Question, answer: object) -> None:
    world = a_world(
        zones={"fine.com": "@ A 5.9.1.10"},
        registry={
            "gone.com": {"registered": False},
            "late.jp": {"expires": "now", "status": "suspended"},
            "mute.com": {"fault": "timeout"},
        },
        authority={"sectigo.com": {"operational": False, "words": "down", "since": "now"}},
    )
    assert WorldProbes(world).answer(question)[0] == answer


def asked(world: World, questions: list[Question], deadline: float = 11.0) -> list[Observation]:
    async def run() -> list[Observation]:
        async with WorldProbes(world).round(deadline) as round:
            round.start(questions)
            round.start(questions)
            return [o async for o in round]

    return asyncio.run(run())


def test_answers_come_in_the_order_of_simulated_time_each_once() -> None:
    world = a_world(
        zones={"fine.com": "@ A 5.9.1.10"},
        server=[{"address": "5.9.1.10"}, {"address": "5.9.1.11", "behavior": "silent"}],
    )
    slow = AskHttp("http", "fine.com", "5.9.1.11", "/")
    quick = AskDns("fine.com", "A")
    assert [(o.question, o.seconds) for o in asked(world, [slow, quick])] == [(quick, 0.05), (slow, 10.0)]


def test_the_deadline_is_one_of_simulated_time() -> None:
    world = a_world(server=[{"address": "5.9.1.11", "behavior": "silent"}])
    (only,) = asked(world, [AskHttp("http", "fine.com", "5.9.1.11", "/")], deadline=4.0)
    assert (only.answer, only.seconds) == (Failure(Fault.CUT_OFF), 4.0)


def test_a_thousand_questions_take_no_time() -> None:
    questions: list[Question] = [AskDns(f"h{n}.fine.com", "A") for n in range(1000)]
    answered = asked(NAMES, questions)
    assert len(answered) == 1000
    assert max(one.seconds for one in answered) < 1.0  # of the simulated clock
