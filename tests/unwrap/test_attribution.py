"""The line above a quoted mail. Below a subject that says "forwarded" it makes a forward, below "Re:" a quote."""

import pytest

from tests.unwrap.samples import wrapped
from triage.model import Address
from triage.unwrap import unwrap

SOMEONE = Address("John Doe", "john.doe@host.test")
DATE = "2021-10-28T12:46:00+09:00"

LINES = [
    ('On 28/10/2021 12:46, "John Doe" <john.doe@host.test> wrote:', "28/10/2021 12:46"),
    ("On Thu, Oct 28, 2021 at 12:46 PM John Doe <john.doe@host.test> wrote:", "Thu, Oct 28, 2021 at 12:46 PM"),
    ("On Thu, 28 Oct 2021 at 12:46, John Doe <john.doe@host.test> wrote:", "Thu, 28 Oct 2021 at 12:46"),
    ("On 28 Oct 2021, at 12:46, John Doe <john.doe@host.test> wrote:", "28 Oct 2021, at 12:46"),
    ("Am 28.10.21, 12:46 schrieb \"John Doe\" <john.doe@host.test>:", "28.10.21, 12:46"),
    ("Am 28.10.2021 um 12:46 schrieb John Doe <john.doe@host.test>:", "28.10.2021 um 12:46"),
    ("Am Do., 28. Okt. 2021 um 12:46 Uhr schrieb John Doe <john.doe@host.test>:", "Do., 28. Okt. 2021 um 12:46"),
    ("Le 28/10/2021 12:46, « John Doe » <john.doe@host.test> a écrit :", "28/10/2021 12:46"),
    ("Le jeu. 28 oct. 2021 à 12:46, John Doe <john.doe@host.test> a écrit :", "jeu. 28 oct. 2021 à 12:46"),
    ("El 28/10/21 12:46, \"John Doe\" <john.doe@host.test> escribió:", "28/10/21 12:46"),
    ("El jue, 28 oct 2021 a las 12:46, John Doe (<john.doe@host.test>) escribió:", "jue, 28 oct 2021 a las 12:46"),
    ("Il giorno 28/10/2021, 12:46 \"John Doe\" <john.doe@host.test> ha scritto:", "28/10/2021, 12:46"),
    ("Il giorno gio 28 ott 2021 alle 12:46 John Doe <john.doe@host.test> ha scritto:", "gio 28 ott 2021 alle 12:46"),
    ("Em 28/10/2021 12:46, \"John Doe\" <john.doe@host.test> escreveu:", "28/10/2021 12:46"),
    ("Op 28/10/2021 12:46 heeft John Doe <john.doe@host.test> geschreven:", "28/10/2021 12:46"),
    ("Op do 28 okt. 2021 om 12:46 schreef John Doe <john.doe@host.test>:", "do 28 okt. 2021 om 12:46"),
    ("D. 28/10/2021 12.46 skrev \"John Doe\" <john.doe@host.test>:", "28/10/2021 12.46"),
    ("Den tors 28 okt. 2021 kl 12:46 skrev John Doe <john.doe@host.test>:", "tors 28 okt. 2021 kl 12:46"),
    ("John Doe <john.doe@host.test> skrev følgende den 28.10.2021, 12:46:", "28.10.2021, 12:46"),
    ("John Doe <john.doe@host.test> kirjoitti 28.10.2021 kello 12.46:", "28.10.2021 kello 12.46"),
    ("Dnia 28/10/2021, 12:46 użytkownik „John Doe” <john.doe@host.test> napisał:", "28/10/2021, 12:46"),
    ("czw., 28 paź 2021 o 12:46 John Doe <john.doe@host.test> napisał(a):", "czw., 28 paź 2021 o 12:46"),
    ("Dne 28.10.2021 12:46 uživatel „John Doe“ <john.doe@host.test> napsal:", "28.10.2021 12:46"),
    ("28/10/2021 12:46 používateľ John Doe (<john.doe@host.test>) napísal:", "28/10/2021 12:46"),
    ("28/10/2021 12:46 időpontban John Doe (john.doe@host.test) ezt írta:", "28/10/2021 12:46"),
    ("\"John Doe\" <john.doe@host.test>, 28/10/2021 12:46 tarihinde şunu yazdı:", "28/10/2021 12:46"),
    ("28.10.2021, 12:46, пользователь \"John Doe\" <john.doe@host.test> написал:", "28.10.2021, 12:46"),
    ("чт, 28 жовт. 2021 р. о 12:46 John Doe <john.doe@host.test> пише:", "чт, 28 жовт. 2021 р. о 12:46"),
    ("Pe joi, 28 oct. 2021 la 12:46, John Doe <john.doe@host.test> a scris:", "Pe joi, 28 oct. 2021 la 12:46"),
    ("2021年10月28日(木) 12:46 John Doe <john.doe@host.test>:", "2021年10月28日(木) 12:46"),
    ("2021年10月28日(木) 12:46、John Doe <john.doe@host.test>のメール:", "2021年10月28日(木) 12:46"),
    ("2021/10/28 12:46、John Doe <john.doe@host.test>のメール:", "2021/10/28 12:46"),
    ("2021/10/28 12:46、\"John Doe\" <john.doe@host.test> が書き込みました:", "2021/10/28 12:46"),
    ("On 2021/10/28 12:46, John Doe <john.doe@host.test> wrote:", "2021/10/28 12:46"),
    ("John Doe <john.doe@host.test> 于2021年10月28日周四 12:46写道:", "2021年10月28日周四 12:46"),
    ("John Doe <john.doe@host.test> 於 2021年10月28日 週四 下午12:46寫道:", "2021年10月28日 週四 下午12:46"),
    ("2021년 10월 28일 (목) 오후 12:46, John Doe <john.doe@host.test>님이 작성:", "2021년 10월 28일 (목) 오후 12:46"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "date_text"), LINES, ids=[line for line, _ in LINES])
def test_a_subject_that_says_forwarded_makes_it_a_forward(line: str, date_text: str) -> None:
    found = unwrap(
        wrapped(f"Please help.\n\n\ufeff{line}\n\n    The text.\n    More of it.\n", "FW: The subject")
    ).forwarded
    assert found is not None
    assert (found.how, found.sender, found.date_text) == ("inline", SOMEONE, date_text)
    assert (found.subject, found.note, found.body) == ("The subject", "Please help.", "The text.\nMore of it.")
    assert (found.date.isoformat() if found.date else None) == DATE


@pytest.mark.parametrize(("line", "date_text"), LINES, ids=[line for line, _ in LINES])
def test_a_subject_that_says_answered_makes_it_a_quote(line: str, date_text: str) -> None:
    found = unwrap(wrapped(f"What is this?\n\n{line}\n> The text.\n> \n> More.\n", "Re: The subject")).forwarded
    assert found is not None
    assert (found.how, found.sender, found.date_text) == ("quoted", SOMEONE, date_text)
    assert (found.subject, found.note, found.body) == (None, "What is this?", "The text.\n\nMore.")


@pytest.mark.parametrize(("line", "_"), LINES, ids=[line for line, _ in LINES])
def test_a_line_alone_proves_nothing(line: str, _: str) -> None:
    assert unwrap(wrapped(f"That is true.\n\n{line}\n> The text.\n", "The subject")).forwarded is None


def test_a_line_folded_in_two_is_read_whole() -> None:
    text = "Why?\n\nOn Thu, Oct 28, 2021 at 12:46 PM John Doe\n<john.doe@host.test> wrote:\n\n> The text.\n"
    found = unwrap(wrapped(text, "Re: x")).forwarded
    assert found is not None
    assert (found.how, found.sender, found.note, found.body) == ("quoted", SOMEONE, "Why?", "The text.")


def test_a_reference_to_an_earlier_mail_is_as_good_as_re() -> None:
    text = "Why?\n\nOn 28 Oct 2021, at 12:46, John Doe <john.doe@host.test> wrote:\n\n> The text.\n"
    found = unwrap(wrapped(text, "No prefix", In_Reply_To="<a@host.test>")).forwarded
    assert found is not None
    assert found.how == "quoted"
