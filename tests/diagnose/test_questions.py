"""The plan: what is asked at once, what follows, and that it comes to an end."""

import time
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.diagnose.net import ATLAS, HOST, NAME, NOW, A, Net, an_inquiry, http, rcode, records, seen_of, to
from triage.diagnose import conclude, next_questions
from triage.diagnose.questions import MOST_DNS, MOST_HTTP
from triage.model import (
    AskAuthority,
    AskDns,
    AskHttp,
    AskRegistry,
    AskTls,
    AuthorityAnswer,
    DnsAnswer,
    Event,
    Failure,
    Fault,
    HttpAnswer,
    Inquiry,
    Observation,
    Observations,
    Problem,
    Question,
    Record,
    RegistryAnswer,
    TlsAnswer,
)
from triage.names import Domain

_names = st.sampled_from((NAME, f"www.{NAME}", "ns1.other.net", "shop.net", "com", "x.example.com"))
_values = st.one_of(st.sampled_from((A, "10.0.0.1", "2a01:4f8::1", "5.9.1.20")), _names)
_types = st.sampled_from(("A", "AAAA", "CNAME", "NS", "SOA", "CAA", "DS", "PTR"))
_records = st.lists(st.builds(Record, _names, _types, st.integers(0, 9999), _values), max_size=4).map(tuple)
_rcodes = st.sampled_from(("NOERROR", "NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED"))
_dns = st.builds(DnsAnswer, _rcodes, _records, _records, _records, st.booleans())
_locations = st.sampled_from(
    ("", "/next", "https://example.com/", "http://shop.net/", "?n=1", "http://example.com/{token}")
)
_http = st.builds(
    lambda status, location, body: HttpAnswer(status, (("location", location),), body, len(body)),
    st.sampled_from((200, 301, 302, 303, 401, 403, 404, 429, 500, 503)),
    _locations,
    st.sampled_from(("", "<html>", "aes.js", "parked free", "{token}")),
)
_failures = st.builds(Failure, st.sampled_from(tuple(Fault)))


def _answer(data: st.DataObject, question: Question) -> object:
    match question:
        case AskDns():
            return data.draw(st.one_of(_dns, _dns, _failures))
        case AskHttp():
            return data.draw(st.one_of(_http, _http, _failures))
        case AskRegistry():
            return data.draw(st.one_of(st.builds(RegistryAnswer, st.booleans()), _failures))
        case AskTls():
            return data.draw(st.one_of(_failures, st.none().map(lambda _: _certificate())))
        case _:
            return data.draw(st.one_of(st.builds(AuthorityAnswer, st.booleans()), _failures))


def _certificate() -> TlsAnswer:
    from tests.diagnose.net import certificate

    return certificate()


_inquiries = st.sampled_from(
    (
        an_inquiry(),
        an_inquiry(f"www.{NAME}", provider=HOST, event=Event.RENEWAL_FAILED, since=NOW - timedelta(days=1)),
        an_inquiry(f"*.{NAME}"),
        an_inquiry(names=(Domain(NAME), Domain(f"www.{NAME}")), first_domain=Domain("id.xsrv.jp"), provider=HOST),
        an_inquiry(
            problems=(Problem(None, "403", "access-denied", secondary=True), Problem(None, "x", "dns01-wrong-value"))
        ),
    )
)


@given(st.data(), _inquiries)
@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_whatever_is_answered_the_asking_ends_within_its_limits(data: st.DataObject, inquiry: Inquiry) -> None:
    seen, asked, waiting = Observations(), set[Question](), list[Question]()
    for _ in range(MOST_DNS + MOST_HTTP + 30):
        new = next_questions(inquiry, seen, asked)
        assert not asked.intersection(new)
        asked.update(new)
        waiting += new
        if not waiting:
            break
        question = waiting.pop()
        seen += Observation(question, _answer(data, question), NOW)  # type: ignore[arg-type]
    assert not waiting
    assert sum(isinstance(q, AskDns) for q in asked) <= MOST_DNS
    assert sum(isinstance(q, AskHttp) for q in asked) <= MOST_HTTP
    found = conclude(inquiry, seen, NOW)
    assert (found.verdict == "will-fail") == any(
        f.shown and f.blocks is True and f.code != "ca-outage" for f in found.findings
    ) or found.verdict == "already-renewed"


@given(st.sampled_from((Fault.NOT_ASKED, Fault.CUT_OFF, Fault.FORBIDDEN)))
def test_what_we_could_not_ask_shows_nothing(fault: Fault) -> None:
    seen, asked = Observations(), set[Question]()
    while new := next_questions(an_inquiry(), seen, asked):
        asked.update(new)
        for question in new:
            seen += Observation(question, Failure(fault), NOW)
    found = conclude(an_inquiry(), seen, NOW)
    assert (found.verdict, [f.code for f in found.findings if f.shown]) == ("unknown", [])


def test_the_first_questions_need_nothing_but_the_name() -> None:
    first = next_questions(an_inquiry(f"www.{NAME}"), Observations(), set())
    assert set(first) == {
        AskDns(f"www.{NAME}", "A"),
        AskDns(f"www.{NAME}", "AAAA"),
        AskDns(NAME, "NS"),
        *(AskDns(level, "CAA") for level in (f"www.{NAME}", NAME, "com")),
    }


def test_the_ca_is_asked_where_it_is_blamed_or_nothing_else_is_left_to_blame() -> None:
    def asked(net: Net, **known: object) -> bool:
        return any(isinstance(o.question, AskAuthority) for o in seen_of(net, an_inquiry(**known)))

    denied = Net(http={(A, ""): http(403)})
    maintenance = Problem(None, "The service is down for maintenance", "ca-outage")
    listed = Problem(None, "・SSLサーバー証明書の発行元によるメンテナンス作業中", "ca-outage")
    other_ca = Net(dns={(NAME, "CAA"): records(NAME, "CAA", '0 issue "digicert.com"')})
    assert [
        asked(Net()),
        asked(denied),
        asked(other_ca),
        asked(denied, problems=(maintenance,)),
        asked(denied, problems=(listed,)),
    ] == [True, False, False, True, False]


def test_the_registry_is_asked_only_where_the_domain_itself_is_in_question() -> None:
    def asked(net: Net, **known: object) -> bool:
        return any(isinstance(o.question, AskRegistry) for o in seen_of(net, an_inquiry(**known)))

    gone = Net(dns={(NAME, t): rcode("NXDOMAIN", soa="com") for t in ("A", "AAAA", "NS")})
    assert [asked(Net(), event=Event.RENEWAL_FAILED), asked(gone), asked(Net(), event=Event.EXPIRY_WARNING)] == [
        False,
        True,
        True,
    ]


def test_a_name_that_no_ca_may_certify_is_not_asked_for() -> None:
    assert next_questions(an_inquiry("_x.example.com"), Observations(), set()) == ()


def test_an_address_is_contacted_as_soon_as_it_is_known_without_waiting_for_the_rest() -> None:
    net, inquiry = Net(), an_inquiry()
    seen = Observations(Observation(q, net.answer(q), NOW) for q in (AskDns(NAME, "A"), AskDns(NAME, "AAAA")))
    asked = set(next_questions(inquiry, Observations(), set()))
    new = next_questions(inquiry, seen, asked)
    assert [(type(q), getattr(q, "target", "")) for q in new] == [
        (AskTls, ""),
        (AskHttp, "/.well-known/acme-challenge/{token}"),
        (AskHttp, "/"),
        (AskDns, ""),  # whose address is it: nobody told the host
    ]


def test_nothing_is_asked_at_an_a_while_the_aaaa_may_still_come() -> None:
    seen = Observations((Observation(AskDns(NAME, "A"), Net().answer(AskDns(NAME, "A")), NOW),))
    assert not any(isinstance(q, AskHttp | AskTls) for q in next_questions(an_inquiry(), seen, set()))


def test_private_addresses_are_never_contacted() -> None:
    net = Net(dns={(NAME, "A"): records(NAME, "A", "10.0.0.5", "127.0.0.1")})
    assert not any(isinstance(o.question, AskHttp | AskTls) for o in seen_of(net, an_inquiry()))


def test_the_other_agent_is_tried_only_where_we_are_turned_away() -> None:
    def tried(net: Net) -> bool:
        asked = (o.question for o in seen_of(net, an_inquiry()))
        return any(isinstance(q, AskHttp) and q.like_ca and q.target != "/" for q in asked)

    assert [tried(Net()), tried(Net(http={(A, ""): http(403)})), tried(Net(http={(A, ""): to("/x")}))] == [
        False,
        True,
        False,
    ]


def test_the_parents_and_the_zones_own_servers_are_asked_where_recursion_is_not_clean() -> None:
    seen = seen_of(Net(dns={(NAME, "A"): rcode("SERVFAIL"), (NAME, "AAAA"): rcode("SERVFAIL")}), an_inquiry())
    asked = {o.question for o in seen}
    assert {
        AskDns(NAME, "A", unchecked=True),
        AskDns(NAME, "DS"),
        AskDns(NAME, "NS", at="192.5.6.30"),
        AskDns(NAME, "SOA", at="5.9.9.1"),
        AskRegistry(NAME),
    } <= asked


def test_one_call_costs_little() -> None:
    """60 names for each second of the CPU leave about 50 µs for a call; the bound here is ten times as wide."""
    seen = seen_of(Net(), an_inquiry())
    asked = {o.question for o in seen}
    inquiry = an_inquiry()
    begun = time.process_time()
    for _ in range(200):
        assert next_questions(inquiry, seen, asked) == ()
    assert (time.process_time() - begun) / 200 < 500e-6


def test_the_atlas_is_indexed_once() -> None:
    from triage.diagnose.atlas import atlas_of

    assert atlas_of(ATLAS) is atlas_of(ATLAS)
