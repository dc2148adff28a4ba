"""CAA: the rows of ca-rules 5, and laws over random record sets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagnose.net import NAME, Net, an_inquiry, failed, rcode, records, verdict_of
from triage.diagnose.caa import Issuer, issuer
from triage.model import Fault, Provider

LE, OTHER = '0 issue "letsencrypt.org"', '0 issue "ca.example.net"'

ALLOWED = {
    "no record": (),
    "the CA": (LE,),
    "the CA beside another": (OTHER, LE),
    "only iodef": ('0 iodef "mailto:a@example.com"',),
    "only issuewild": ('0 issuewild ";"',),
    "a tag in capitals": ('0 ISSUE "letsencrypt.org"',),
    "a semicolon without parameter": ('0 issue "letsencrypt.org;"',),
    "blanks around a parameter": ('0 issue "letsencrypt.org ; validationmethods=http-01"',),
    "the method among others": ('0 issue "letsencrypt.org; validationmethods=dns-01,http-01"',),
    "an unknown tag that is not critical": ('0 future "x"', LE),
    "known tags for mail": ('128 issuemail ";"',),
}
REFUSED = {
    "caa-other-ca: another CA": (OTHER,),
    "caa-other-ca: nobody": ('0 issue ";"',),
    "caa-malformed: capitals in the CA's name": ('0 issue "LetsEncrypt.org"',),
    "caa-malformed: a semicolon behind a parameter": ('0 issue "letsencrypt.org; validationmethods=http-01;"',),
    "caa-malformed: _ in a parameter's name": ('0 issue "letsencrypt.org; a_b=1"',),
    "caa-malformed: a blank inside a value": ('0 issue "letsencrypt.org; a=1 2"',),
    "caa-malformed: a parameter twice": (
        '0 issue "letsencrypt.org; validationmethods=http-01; validationmethods=http-01"',
    ),
    "caa-other-method: dns-01 only": ('0 issue "letsencrypt.org; validationmethods=dns-01"',),
    "caa-critical-unknown: 128": ('128 future "x"', LE),
    "caa-critical-unknown: 1": ('1 future "x"', LE),
}


def at(name: str, *values: str) -> Net:
    return Net(dns={(name, "CAA"): records(name, "CAA", *values)})


@pytest.mark.parametrize("row", ALLOWED, ids=str)
def test_a_set_that_lets_the_ca_issue(row: str) -> None:
    assert verdict_of(at(NAME, *ALLOWED[row])) == ("no-obstacle", None, ())


@pytest.mark.parametrize("row", REFUSED, ids=str)
def test_a_set_that_does_not(row: str) -> None:
    code = row.partition(":")[0]
    assert verdict_of(at(NAME, *REFUSED[row])) == ("will-fail", code, (code,))


def test_an_account_is_not_known_from_outside() -> None:
    bound = at(NAME, '0 issue "letsencrypt.org; accounturi=https://x/1"')
    assert verdict_of(bound) == ("unknown", "caa-other-account", ())


def test_any_identifier_of_the_provider_will_do() -> None:
    provider = Provider("host", caa=("sectigo.com", "letsencrypt.org"))
    assert verdict_of(at(NAME, '0 issue "sectigo.com"'), an_inquiry(provider=provider))[0] == "no-obstacle"


WILDCARDS = {
    "issuewild forbids": (('0 issuewild ";"', LE), ("will-fail", "caa-wildcard-forbidden")),
    "issue counts where there is no issuewild": ((LE,), ("no-obstacle", None)),
    "issuewild allows, whatever issue says": (('0 issuewild "letsencrypt.org"', OTHER), ("no-obstacle", None)),
}


@pytest.mark.parametrize("row", WILDCARDS, ids=str)
def test_a_wildcard(row: str) -> None:
    values, expected = WILDCARDS[row]
    assert verdict_of(at(NAME, *values), an_inquiry(f"*.{NAME}"))[:2] == expected


FAILURES = {
    "shown: SERVFAIL at the name": (NAME, rcode("SERVFAIL"), ("will-fail", "caa-lookup-fails", ("caa-lookup-fails",))),
    "shown: NOTIMP at the name": (NAME, rcode("NOTIMP"), ("will-fail", "caa-lookup-fails", ("caa-lookup-fails",))),
    "shown: silence at the name": (
        NAME,
        failed(Fault.TIMEOUT),
        ("will-fail", "caa-lookup-fails", ("caa-lookup-fails",)),
    ),
    "ruled out: NXDOMAIN is no record": (NAME, rcode("NXDOMAIN"), ("no-obstacle", None, ())),
    "unknown: we could not ask": (NAME, failed(Fault.CUT_OFF), ("unknown", None, ())),
}


@pytest.mark.parametrize("row", FAILURES, ids=str)
def test_a_look_up_that_fails(row: str) -> None:
    name, answer, expected = FAILURES[row]
    assert verdict_of(Net(dns={(name, "CAA"): answer})) == expected


def test_an_error_above_a_record_that_was_found_is_nothing() -> None:
    net = Net(dns={(NAME, "CAA"): records(NAME, "CAA", LE), ("com", "CAA"): rcode("SERVFAIL")})
    assert verdict_of(net)[0] == "no-obstacle"


tags = st.sampled_from(("issue", "issuewild", "iodef", "ISSUE", "future"))
values = st.sampled_from(
    ("letsencrypt.org", "ca.example.net", ";", "letsencrypt.org;", "letsencrypt.org; a=b", "LetsEncrypt.org", "x y")
)
a_record = st.builds(lambda flag, tag, value: f'{flag} {tag} "{value}"', st.sampled_from((0, 1, 128)), tags, values)


@given(st.lists(a_record, max_size=5), st.randoms())
@settings(deadline=None, max_examples=100)
def test_the_order_of_the_records_changes_nothing(found: list[str], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert verdict_of(at(NAME, *found))[:2] == verdict_of(at(NAME, *shuffled))[:2]


@given(st.lists(a_record, max_size=5).filter(lambda found: not any("future" in r for r in found)))
@settings(deadline=None, max_examples=100)
def test_one_plain_permission_is_enough(found: list[str]) -> None:
    assert verdict_of(at(NAME, *found, LE))[0] == "no-obstacle"


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(value: str) -> None:
    found = issuer(value)
    assert found is None or isinstance(found, Issuer)
