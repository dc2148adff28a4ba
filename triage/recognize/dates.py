"""A printed date → the day that it names, unconverted; None where more than one day could be meant."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

_MONTHS = (
    ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",), ("jun", "june"),
    ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"), ("oct", "october"), ("nov", "november"),
    ("dec", "december"),
)  # fmt: skip
# What other locales of cPanel and Plesk print; facts notices 4.1.
_FOREIGN = {
    "januar": 1, "januari": 1, "janvier": 1, "janeiro": 1, "enero": 1, "gennaio": 1, "ocak": 1,
    "februar": 2, "februari": 2, "février": 2, "fevereiro": 2, "febrero": 2, "febbraio": 2, "şubat": 2,
    "märz": 3, "maart": 3, "mars": 3, "março": 3, "marzo": 3, "mart": 3,
    "avril": 4, "abril": 4, "aprile": 4, "nisan": 4, "mai": 5, "mei": 5, "maio": 5, "mayo": 5, "maggio": 5,
    "mayıs": 5, "juni": 6, "juin": 6, "junho": 6, "junio": 6, "giugno": 6, "haziran": 6,
    "juli": 7, "juillet": 7, "julho": 7, "julio": 7, "luglio": 7, "temmuz": 7,
    "augustus": 8, "août": 8, "agosto": 8, "ağustos": 8, "septembre": 9, "setembro": 9, "septiembre": 9,
    "settembre": 9, "eylül": 9, "oktober": 10, "octobre": 10, "outubro": 10, "octubre": 10, "ottobre": 10, "ekim": 10,
    "novembre": 11, "novembro": 11, "noviembre": 11, "kasım": 11,
    "dezember": 12, "décembre": 12, "dezembro": 12, "diciembre": 12, "dicembre": 12, "aralık": 12, "okt": 10, "dez": 12,
}  # fmt: skip
_MONTH = _FOREIGN | {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_WORD = r"(?P<month>[^\W\d_]{3,10})\.?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4}) ?年 ?(?P<m>\d{1,2}) ?月 ?(?P<d>\d{1,2}) ?日",
        r"(?:令和|\bR\.?) ?(?P<era>\d{1,2}|元) ?年 ?(?P<m>\d{1,2}) ?月 ?(?P<d>\d{1,2}) ?日",
        r"(?<![\w.])R(?P<era>\d{1,2})[./](?P<m>\d{1,2})[./](?P<d>\d{1,2})(?![\d.])",
        r"(?P<y>\d{4}) ?년 ?(?P<m>\d{1,2}) ?월 ?(?P<d>\d{1,2}) ?일",
        r"(?<!\d)(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)",
        rf"\b{_WORD} {{1,2}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})\b",
        rf"\b{_WORD} {{1,2}}(?P<d>\d{{1,2}}) \d\d:\d\d:\d\d (?P<y>\d{{4}})\b",
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|[º°]|er)?\.?(?: de| of)?[ -]{_WORD}(?: de)?[ -](?P<y>\d{{4}}|\d\d)\b",
        r"(?<!\d)(?P<d>\d{1,2})(?P<s>[-.])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4})(?!\d)",
        r"(?<!\d)(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4})(?!\d)",
        r"(?<![\w-])(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?![\w-])",  # `MOC-20261111-0042` is a number
    )
)
# Without a year: only where the writer's own date tells which one is meant.
_YEARLESS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?:(?<![\d年])|(?<=[本今]年))(?P<m>\d{1,2}) ?月 ?(?P<d>\d{1,2}) ?日",
        r"(?<![\d/\[])(?P<m>\d{1,2})/(?P<d>\d{1,2})(?![\d/\]])",  # `[2/3]` counts
        rf"\b{_WORD} {{1,2}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,? ?\d{{4}}|:)",
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|[º°]|\.)?(?: de| of)? {_WORD}\b(?!,?(?: de)? ?\d{{4}})",
    )
)
_DIGITS = "一二三四五六七八九"
_KANJI = re.compile(f"[{_DIGITS}]?十[{_DIGITS}]?(?=[年月日])|[{_DIGITS}](?=[年月日])")
_SHORT = re.compile(r"(?<![\d/.-])(\d\d)[/.-](\d\d)[/.-](\d\d)(?![\d/.-])")
_THIS_MONTH = re.compile(r"(今|来)月の? ?(?=\d{1,2} ?日)")
_UP_TO = re.compile(r"(?:[~〜–—]|(?<=[\d )]) ?- ?|から|\b(?:to|until|till|bis|au|al)\b)\s*\Z")
LONGEST_TIME = 40  # characters from the one end of a time to the other
_AHEAD = timedelta(days=200)  # the longest life of a certificate
_BACK = timedelta(days=60)  # a certificate that ran out is written about for that long at most


@dataclass(frozen=True, slots=True)
class Habits:
    """How the writer prints days. `day_first`: 03/04/2027 is the third of April; `dated`: when the mail was written."""

    day_first: bool = False
    dated: date | None = None


PLAIN = Habits()


def dates_in(text: str, habits: Habits = PLAIN) -> Iterator[date]:
    """Every day printed in `text`, the forms in order of how sure they are; at most 1,000 characters are read."""
    return (day for day, _ in dates_with_places(text, habits))


def dates_with_places(text: str, habits: Habits = PLAIN) -> list[tuple[date, int]]:
    """The same, each with where it begins."""
    text = _KANJI.sub(_in_digits, text[:1000])
    if habits.dated is not None:
        text = _THIS_MONTH.sub(partial(_month_of, habits.dated), text)
    hits = ((hit, _day(hit.groupdict(), habits)) for form in _FORMS for hit in form.finditer(text))
    found = [(day, hit.start()) for hit, day in hits if day]
    if found or habits.dated is None:
        return found
    short = [(day, hit.start()) for hit in _SHORT.finditer(text) if (day := _of_three(hit, habits.dated))]
    if short:
        return short
    near = ((hit, _next(hit.groupdict(), habits.dated)) for form in _YEARLESS for hit in form.finditer(text))
    return [(day, hit.start()) for hit, day in near if day]


def end_date(text: str, habits: Habits = PLAIN) -> date | None:
    """The first day, or the second where both are the ends of a time: `2026/09/07 ~ 2026/12/06`."""
    days = sorted(dates_with_places(text, habits), key=lambda found: found[1])
    for (_, start), (day, end) in pairwise(days):
        if _UP_TO.search(text[start:end]):
            return day
    return first_date(text, habits)


def begins(text: str, at: int, days: Iterable[tuple[date, int]]) -> bool:
    """The day at `at` begins a time of which a later one is the end."""
    return any(other > at and _UP_TO.search(text[at:other]) and other - at < LONGEST_TIME for _, other in days)


def first_date(text: str, habits: Habits = PLAIN) -> date | None:
    return next(dates_in(text, habits), None)


def _of_three(hit: re.Match[str], dated: date) -> date | None:
    """26/11/28: year, month and day in whatever order makes a day that the mail can speak of."""
    a, b, c = int(hit[1]), int(hit[2]), int(hit[3])
    return _only((_valid(2000 + a, b, c), _valid(2000 + c, b, a), _valid(2000 + c, a, b)), dated)


def _month_of(dated: date, hit: re.Match[str]) -> str:
    """`今月` and `来月` as the number of the month."""
    return f"{dated.month if hit[1] == '今' else dated.month % 12 + 1}月"


def _in_digits(hit: re.Match[str]) -> str:
    """`九` → 9, `十二` → 12, `二十一` → 21."""
    tens, ten, ones = hit[0].rpartition("十")
    unit = _DIGITS.index(ones) + 1 if ones else 0
    return str((_DIGITS.index(tens) + 1 if tens else 1) * 10 + unit if ten else unit)


def _next(parts: dict[str, str | None], dated: date) -> date | None:
    """The day of that month and number that is to come, or was a short while ago."""
    earliest = dated - _BACK
    days = (_day({**parts, "y": str(year)}, PLAIN) for year in (earliest.year, earliest.year + 1))
    return next((day for day in days if day and day >= earliest), None)


def _day(parts: dict[str, str | None], habits: Habits) -> date | None:
    if parts.get("a"):
        return _either(int(parts["y"] or 0), int(parts["a"] or 0), int(parts["b"] or 0), habits)
    name = parts.get("month")
    month = _MONTH.get(name.lower(), 0) if name else int(parts.get("m") or 0)
    return _valid(_year(parts), month, int(parts.get("d") or 0))


def _either(year: int, a: int, b: int, habits: Habits) -> date | None:
    """03/04/2027 is two days, depending on who wrote it; it is one, where a mail of that day can speak of only one."""
    day_first, month_first = _valid(year, b, a), _valid(year, a, b)
    if day_first is None or month_first is None or day_first == month_first or habits.day_first:
        return day_first or month_first
    return _only((day_first, month_first), habits.dated)


def _only(days: Iterable[date | None], dated: date | None) -> date | None:
    """The one of which a mail of that day can speak; none, where several could be meant."""
    likely = {day for day in days if day and dated and dated - _BACK <= day <= dated + _AHEAD}
    return likely.pop() if len(likely) == 1 else None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(parts: dict[str, str | None]) -> int:
    if era := parts.get("era"):
        return 2018 + (1 if era == "元" else int(era))  # Reiwa 1 is 2019
    year = int(parts.get("y") or 0)
    return year + 2000 if year < 100 else year  # "05 Apr 17": Let's Encrypt, facts notices 11
