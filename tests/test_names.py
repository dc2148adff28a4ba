"""One name, one form: what is a name, what is none, and which names a public CA may certify."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.names import Domain, InvalidName, beginning, ineligible, organization

pytestmark = [pytest.mark.attack(number=23)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Example.JP", "example.jp"),
        ("example.jp.", "example.jp"),
        ("*.Example.jp", "*.example.jp"),
        ("例え.jp", "xn--r8jz45g.jp"),
        ("ＥＸＡＭＰＬＥ．ｊｐ", "example.jp"),
        ("example。jp", "example.jp"),
        ("XN--R8JZ45G.jp", "xn--r8jz45g.jp"),
        ("_acme-challenge.example.jp", "_acme-challenge.example.jp"),
        ("localhost", "localhost"),
        (" example.jp ", "example.jp"),
    ],
)
def test_a_name_in_its_one_form(text: str, name: str) -> None:
    assert Domain.parse(text) == Domain(name)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("*.", "it contains characters that a name cannot have"),
        ("192.0.2.1", "it is an address, not a name"),
        ("[2001:db8::1]", "it is an address, not a name"),
        ("256.256.256.256", "its last label is a number"),
        ("example..jp", "it has an empty label"),
        ("example.jp:443", "it contains characters that a name cannot have"),
        ("user@example.jp", "it contains characters that a name cannot have"),
        ("http://example.jp/", "it contains characters that a name cannot have"),
        ("-example.jp", "it contains characters that a name cannot have"),
        ("a.*.example.jp", "it contains characters that a name cannot have"),
        ("exam\u200bple.jp", "it contains invisible or control characters"),
        ("\u202eelpmaxe.jp", "it contains invisible or control characters"),
        ("example\r\nBcc.jp", "it contains invisible or control characters"),
        (f"{'a' * 64}.jp", "a label is longer than 63 characters"),
        (".".join(["abcdefghi"] * 26), "it is longer than 253 characters"),
        ("a" * 2000, "it is too long for a name"),
        ("♥.jp", "it is no valid internationalized name"),
    ],
)
def test_what_is_no_name(text: str, why: str) -> None:
    with pytest.raises(InvalidName, match=why):
        Domain.parse(text)


@pytest.mark.parametrize(
    ("name", "registrable"),
    [
        ("example.jp", "example.jp"),
        ("www.shop.example.co.jp", "example.co.jp"),
        ("*.example.jp", "example.jp"),
        ("someone.github.io", "github.io"),  # the ICANN part only: that is what was registered
        ("www.日本.個人.hk", "xn--wgv71a.xn--gmqw5a.hk"),  # a suffix of U-labels
        ("xn--gmqw5a.hk", None),
        ("co.jp", None),
        ("jp", None),
        ("example.test", None),
    ],
)
def test_what_somebody_registered(name: str, registrable: str | None) -> None:
    found = Domain.parse(name).registrable
    assert (found.text if found else None) == registrable


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("www.example.jp", None),
        ("*.example.jp", None),
        ("xn--r8jz45g.jp", None),
        ("localhost", "it is a single label"),
        ("a_b.example.jp", "it contains an underscore"),
        ("ab--c.example.jp", "a label has hyphens in its third and fourth place"),
        ("xn--a.example.jp", "a label is malformed punycode"),
        ("printer.local", "it does not end in a public suffix"),
        ("co.jp", "it is a public suffix itself"),
        ("1.2.3.4.5.6.7.8.9.example.jp", "it has more than 10 labels"),
    ],
)
def test_whom_no_ca_may_certify(name: str, why: str | None) -> None:
    assert ineligible(Domain.parse(name)) == why


def test_above_a_name_lie_all_its_parents() -> None:
    assert Domain("*.www.example.jp").ancestors == (Domain("example.jp"), Domain("jp"))


def test_a_name_lies_within_itself_and_its_parents_only() -> None:
    name = Domain("www.example.jp")
    assert [name.within(Domain(z)) for z in ("www.example.jp", "example.jp", "ample.jp")] == [True, True, False]


@given(st.text(max_size=300))
def test_a_name_reads_back_as_itself_or_is_refused(text: str) -> None:
    try:
        name = Domain.parse(text)
    except InvalidName:
        return
    assert Domain.parse(name.text) == name


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mail.Example.co.jp", "example.co.jp"),
        ("a.someone.github.io", "someone.github.io"),  # two customers are two organizations
        ("github.io", None),
        ("mail.xn--wgv71a.xn--gmqw5a.hk", "xn--wgv71a.xn--gmqw5a.hk"),
        ("", None),
        ("not a name", None),
    ],
)
def test_the_organization_that_a_name_belongs_to(name: str, found: str | None) -> None:
    assert organization(name) == found


@pytest.mark.parametrize(
    ("text", "longest", "kept"),
    [
        ("for shop.example.com and more", 16, "for "),
        ("for shop.example.com and more", 20, "for shop.example.com"),
        ("for shop.example.com", 20, "for shop.example.com"),
        ("証明書shop.example.com", 18, "証明書"),
        ("x" * 600, 300, "x" * 300),  # no name is as long as that
    ],
)
def test_a_limit_cuts_no_name_into_another(text: str, longest: int, kept: str) -> None:
    assert beginning(text, longest) == kept
