"""A technical term carries its plain twin where it stands first, unless the author has said it already."""

import pytest

from tests.explain.makers import WORDING
from triage.explain.terms import glossary

JA = {"ネームサーバー": "ドメインの案内役", "DNS": "行き先のしくみ", "CAA": "発行元を限る設定"}
EN = {"name server": "the signposts", "A record": "the line with the address", "CA": "the issuer"}

ROWS = [
    ("the first use gets it", JA, "ネームサーバーを変えます", "ネームサーバー(ドメインの案内役)を変えます"),
    ("the second does not", JA, "DNSとDNS", "DNS(行き先のしくみ)とDNS"),
    ("in brackets behind plain words it is explained", JA, "案内役(ネームサーバー)です", "案内役(ネームサーバー)です"),
    ("menu words stay as the screen shows them", JA, "「DNS」を開く", "「DNS」を開く"),
    ("a host's name is no term", JA, "ns1.DNS.example です", "ns1.DNS.example です"),
    ("a term inside a longer one is no use of it", EN, "CAA is not meant", "CAA is not meant"),
    ("plural and capitals count", EN, "Name servers differ", "Name servers (the signposts) differ"),
    ("English quotes too", EN, "press “A record” now", "press “A record” now"),
]


@pytest.mark.parametrize(("why", "terms", "text", "expected"), ROWS, ids=[r[0] for r in ROWS])
def test_twins(why: str, terms: dict[str, str], text: str, expected: str) -> None:
    assert glossary(terms, WORDING.locales["en" if terms is EN else "ja"])(text) == expected


def test_a_term_is_explained_once_in_a_whole_note() -> None:
    gloss = glossary(EN, WORDING.locales["en"])
    assert [gloss("An A record."), gloss("The A record.")] == [
        "An A record (the line with the address).",
        "The A record.",
    ]
