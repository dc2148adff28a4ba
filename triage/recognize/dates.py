"""A printed date → the day that it names, unconverted; None where more than one day could be meant."""

import re
from collections.abc import Iterator
from datetime import date

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
        r"令和 ?(?P<era>\d{1,2}|元) ?年 ?(?P<m>\d{1,2}) ?月 ?(?P<d>\d{1,2}) ?日",
        r"(?<!\d)(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)",
        rf"\b{_WORD} {{1,2}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})\b",
        rf"\b{_WORD} {{1,2}}(?P<d>\d{{1,2}}) \d\d:\d\d:\d\d (?P<y>\d{{4}})\b",
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|º)?\.?(?: de)?[ -]{_WORD}(?: de)?[ -](?P<y>\d{{4}}|\d\d)\b",
        r"(?<!\d)(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})(?!\d)",
        r"(?<!\d)(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4})(?!\d)",
    )
)


def dates_in(text: str, *, day_first: bool = False) -> Iterator[date]:
    """Every day printed in `text`, the forms in order of how sure they are; at most 1,000 characters are read."""
    return (day for day, _ in dates_with_places(text, day_first=day_first))


def dates_with_places(text: str, *, day_first: bool = False) -> list[tuple[date, int]]:
    """The same, each with where it begins. `day_first`: what 03/04/2027 means to the writer."""
    hits = ((hit, _day(hit.groupdict(), day_first)) for form in _FORMS for hit in form.finditer(text[:1000]))
    return [(day, hit.start()) for hit, day in hits if day]


def first_date(text: str, *, day_first: bool = False) -> date | None:
    return next(dates_in(text, day_first=day_first), None)


def _day(parts: dict[str, str | None], day_first: bool) -> date | None:
    if parts.get("a"):
        # 03/04/2027 is two days, depending on who wrote it; 13/04/2027 is one.
        a, b = int(parts["a"] or 0), int(parts["b"] or 0)
        if a <= 12 and b <= 12 and a != b and not day_first:
            return None
        month, day = (b, a) if a > 12 or (day_first and b <= 12) else (a, b)
    else:
        name = parts.get("month")
        month = _MONTH.get(name.lower(), 0) if name else int(parts.get("m") or 0)
        day = int(parts.get("d") or 0)
    try:
        return date(_year(parts), month, day)
    except ValueError:
        return None


def _year(parts: dict[str, str | None]) -> int:
    if era := parts.get("era"):
        return 2018 + (1 if era == "元" else int(era))  # Reiwa 1 is 2019
    year = int(parts.get("y") or 0)
    return year + 2000 if year < 100 else year  # "05 Apr 17": Let's Encrypt, facts notices 11
