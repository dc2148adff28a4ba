"""The CA's walk: Boulder's redirect rules as rows, and as laws over random chains."""

# ruff: noqa: E501 - a row is a line

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagnose.net import NAME, A, Net, an_inquiry, failed, http, rcode, records, seen_of, to
from triage.diagnose.walk import CHALLENGE, MOST_REDIRECTS, End, walk
from triage.model import Answer, Failure, Fault

START = f"http://{NAME}{CHALLENGE}"


def walked(urls: dict[str, Answer | Failure]) -> tuple[End, str | None, int]:
    """Where the walk ends, the cause, and how many requests it made."""
    found = walk(seen_of(Net(urls=urls), an_inquiry()), NAME)
    return found.end, found.code, len(found.hops)


REFUSED = {
    "redirect-status: 303": to("http://example.com/x", 303),
    "redirect-port: 8443": to("https://example.com:8443/x"),
    "redirect-port: 99999": to("https://example.com:99999/x"),
    "redirect-scheme: an app's link": to("myapp://open"),
    "redirect-missing-slash: no / behind the host": to("https://example.com.well-known/acme-challenge/x"),
    "redirect-private: a bare host": to("http://intranet/"),
    "redirect-private: a TLD of nobody": to("http://host.lan/"),
    "redirect-private: a reserved address": to("http://10.0.0.1/"),
    "redirect-private: a reserved IPv6 address": to("http://[fd00::1]/"),
    "redirect-private: no host": to("http:///x"),
    "redirect-loop: the very same URL": to(START),
    "redirect-loop: a path over 2000": to("/" + "a" * 2000),
}


@pytest.mark.parametrize("row", REFUSED, ids=str)
def test_what_the_ca_does_not_follow(row: str) -> None:
    assert walked({START: REFUSED[row]}) == (End.REFUSED, row.partition(":")[0], 1)


FOLLOWED = {
    "301": to("/next"),
    "302": to("/next", 302),
    "307": to("/next", 307),
    "308": to("/next", 308),
    "port 443 written out": to("https://example.com:443/next"),
    "http at port 443": to("http://example.com:443/next"),
    "a public address": to("http://5.9.1.10/next"),
    "capitals in the host": to("http://EXAMPLE.com/next"),
    "a path of 2000": to("/" + "a" * 1999),
    "another query": to("?again=1"),
}


@pytest.mark.parametrize("row", FOLLOWED, ids=str)
def test_what_the_ca_follows(row: str) -> None:
    assert walked({START: FOLLOWED[row]}) == (End.ANSWERED, None, 2)


def test_a_redirect_without_location_is_an_answer() -> None:
    assert walked({START: http(302)}) == (End.ANSWERED, None, 1)


def test_a_target_without_address_ends_the_walk() -> None:
    net = Net(urls={START: to("http://gone.net/")}, dns={("gone.net", "A"): rcode("NXDOMAIN")})
    assert walk(seen_of(net, an_inquiry()), NAME).end is End.NO_ADDRESS


def test_no_second_try_behind_a_redirect() -> None:
    dual = {
        ("shop.net", "AAAA"): records("shop.net", "AAAA", "2a01:4f8::9"),
        ("shop.net", "A"): records("shop.net", "A", A),
    }
    net = Net(urls={START: to("http://shop.net/")}, dns=dual, http={("2a01:4f8::9", ""): failed(Fault.REFUSED)})
    found = walk(seen_of(net, an_inquiry()), NAME)
    assert (found.end, [hop.address for hop in found.hops]) == (End.FAILED, [A, "2a01:4f8::9"])


@given(st.integers(0, 14))
@settings(deadline=None, max_examples=15)
def test_eleven_redirects_are_followed_and_the_twelfth_is_refused(count: int) -> None:
    chain: list[str] = [START, *(f"http://{NAME}/{n}" for n in range(count))]
    urls: dict[str, Answer | Failure] = {a: to(b) for a, b in pairwise(chain)}
    expected = (End.ANSWERED, None) if count <= MOST_REDIRECTS else (End.REFUSED, "too-many-redirects")
    assert walked(urls)[:2] == expected


locations = st.sampled_from(
    ("/a", "/b", "?q=1", START, "https://example.com/", "//shop.net/", "http://10.0.0.1/", "http://[bad", "", "mailto:x",
     "http://exa mple.com/", "https://shop.net:8443/", "http://shop.net.well-known", "http://\u00e9.com/", "http://a%b.com/",
     "http://[fe80::1%25eth0]/", "http://x.com:abc/")
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(("/a", "/b", "/", CHALLENGE)), st.tuples(locations, st.sampled_from((301, 302, 303, 404)))
    )
)
@settings(deadline=None, max_examples=150)
def test_every_chain_ends_somewhere_and_never_asks_twice(table: dict[str, tuple[str, int]]) -> None:
    net = Net(http={("", path): to(location, status) for path, (location, status) in table.items()})
    found = walk(seen_of(net, an_inquiry()), NAME)
    assert found.end is not End.PENDING
    assert len({hop.url for hop in found.hops}) == len(found.hops) <= MOST_REDIRECTS + 1
