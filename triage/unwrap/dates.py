"""A date as a mail program printed it goes in, in any language of `labels`; the moment comes out, or None.

None wherever a person could read it in two ways: 03/04/2026 in English, `srpna` without a language, a zone such as IST.
"""

import re
import unicodedata
from datetime import datetime, timedelta, timezone, tzinfo

# Stems of month names, January first; a language only where one stem means different months in two of them.
_STEMS = (
    "jan ene gen led sty янв січ siječ ocak oca tammi jaan ian ιαν",
    "feb fév fev fév úno lut фев лют velj şub sub helmi veeb φεβ",
    "mar mär mrz maar mrt bře мар бер берез ožu maalis μαρ",
    "apr avr abr ápr dub kwi апр кві tra nis huhti απρ",
    "may mai maj mag mei máj květ kvě мая май трав svi touko μαΐ μαϊ",
    "jun juin giu cze июн черв haz kesä juuni iun jún ιουν",
    "jul juil lug červenec července июл лип tem heinä juuli iul júl ιουλ",
    "aug aoû aou ago sie авг серп kol ağu elo αυγ",
    "sep set szept zář wrz сен вер ruj eyl syys σεπ",
    "oct okt out ott říj paź окт жовт eki loka οκτ",
    "nov ноя лист stu kas marras νοε listopadu",
    "dec déc dic dez des pro gru дек груд pros ara joulu dets δεκ",
)
_MONTHS = {stem: month for month, stems in enumerate(_STEMS, 1) for stem in stems.split()}
_BY_LANGUAGE = {
    ("hr", "lis"): 10, ("pl", "lis"): 11, ("cs", "lis"): 11,
    ("hr", "srp"): 7, ("cs", "srp"): 8,
    ("hr", "lip"): 6, ("pl", "lip"): 7,
    ("cs", "čer"): 6,
}  # fmt: skip
_ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "seč": 1, "cest": 2, "mesz": 2,
    "selč": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "est": -5, "edt": -4,
    "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip
_PM = frozenset({"pm", "p.m.", "p.m", "午後", "下午", "오후", "晚上"})
_AM = frozenset({"am", "a.m.", "a.m", "午前", "上午", "오전", "早上"})

_YMD = re.compile(r"(?<!\d)(\d{4})\s?(?:年|[-/.]|\.\s)\s?(\d{1,2})\s?(?:月|[-/.]|\.\s)\s?(\d{1,2})(?!\d)日?")
_KOREAN = re.compile(r"(\d{4})년\s?(\d{1,2})월\s?(\d{1,2})일")
_REIWA = re.compile(r"(?:令和|(?<!\w)r)\s?(\d{1,2}|元)[年/.-]\s?(\d{1,2})[月/.-]\s?(\d{1,2})(?!\d)日?")  # also R8/11/29
_DMY = re.compile(r"(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_AMERICAN = re.compile(r"\b[ap]m [ecmp][sd]t\b")  # where such a zone is printed, the month comes first
_TIME = re.compile(
    r"(午前|午後|上午|下午|오전|오후)?\s?(?<![\d+-])(\d{1,2})(?:[:.時点h]|시\s?)(\d{2})(?:(?:[:.分]|분\s?)(\d{2}))?(?:分|秒)?(?!\d)"
    r"(?:\s?([ap]\.?m\.?)(?![a-z]))?"
)
_OFFSET = re.compile(r"(?:\b(?:gmt|utc)\s?)?(?<![\d])([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_ZONE_NAME = re.compile(r"(?:^|[\s(])([^\W\d_]{1,5})\)?\s*$")
_BEFORE_YEAR = re.compile(r"\.?,?\s(?:de\s|\d{1,2}\.?,?\s)?\d{4}(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")


def moment(text: str, languages: frozenset[str], outer: datetime | None) -> datetime | None:
    """`outer` is the Date of the forwarding mail: its offset serves where none is printed; no forward is later."""
    text = unicodedata.normalize("NFKC", text[:200]).lower().replace("\u200e", "").replace("\u200f", "")
    day, rest = _day(text, languages, outer)
    time = _time(rest)
    if day is None or time is None:
        return None
    hour, minute, second, after = time
    zone = _zone(after, outer)
    if zone is None:
        return None
    try:
        whole = datetime(*day, tzinfo=zone)
        return whole + timedelta(hours=hour, minutes=minute, seconds=second)
    except (ValueError, OverflowError):
        return None


_Day = tuple[int, int, int]


def _day(text: str, languages: frozenset[str], outer: datetime | None) -> tuple[_Day | None, str]:
    """Year, month and day, and the text without them."""
    for pattern in (_YMD, _KOREAN):
        if found := pattern.search(text):
            return _sane(int(found[1]), int(found[2]), int(found[3])), _without(text, found)
    if found := _REIWA.search(text):
        year = 1 if found[1] == "元" else int(found[1])
        return _sane(2018 + year, int(found[2]), int(found[3])), _without(text, found)
    # `2. november 2021 09.26.50`: with a year of four digits elsewhere, three pairs of digits are a time.
    has_year = _YEAR.search(text) is not None
    found = next((f for f in _DMY.finditer(text) if len(f[4]) == 4 or not has_year), None)
    if found:
        return _numeric(found, languages, outer, _AMERICAN.search(text) is not None), _without(text, found)
    return _named(text, languages)


def _without(text: str, found: re.Match[str]) -> str:
    return text[: found.start()] + " " + text[found.end() :]


def _sane(year: int, month: int, day: int) -> _Day | None:
    return (year, month, day) if 1980 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31 else None


def _numeric(found: re.Match[str], languages: frozenset[str], outer: datetime | None, american: bool) -> _Day | None:
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    year += 2000 if year < 100 else 0
    if len(found[4]) == 2 and languages and languages <= {"ja", "zh", "ko", "hu"}:
        return _sane(2000 + first, second, int(found[4]))
    day_first, month_first = _sane(year, second, first), _sane(year, first, second)
    if found[2] == "." or (languages and "en" not in languages):
        return day_first
    if american and month_first is not None:
        return month_first
    if day_first == month_first or day_first is None or month_first is None:
        return day_first or month_first
    if outer is None:
        return None
    limit = (outer.year, outer.month, outer.day)
    possible = [day for day in (day_first, month_first) if day <= limit]
    return possible[0] if len(possible) == 1 else None


def _named(text: str, languages: frozenset[str]) -> tuple[_Day | None, str]:
    months = [(m, w) for w in _WORD.finditer(text) if (m := _month(w[0], languages))]
    if not months:
        return None, text
    # `mar. 17 nov. 2026` is a Tuesday in French, not a day of March: the month is the word that touches the year.
    number, word = next((found for found in months if _BEFORE_YEAR.match(text, found[1].end())), months[0])
    clock = _TIME.search(text)
    spans = [clock.span()] if clock else []
    numbers = [n for n in _NUMBER.finditer(text) if not any(a <= n.start() < b for a, b in spans)]
    years = [n for n in numbers if len(n[0]) == 4]
    days = [n for n in numbers if len(n[0]) <= 2]
    if not years or not days:
        return None, text
    day = min(days, key=lambda n: abs(n.start() - word.start()))
    rest = text
    for found in sorted((years[0], day, word), key=lambda m: m.start(), reverse=True):
        rest = rest[: found.start()] + " " * len(found[0]) + rest[found.end() :]
    return _sane(int(years[0][0]), number, int(day[0])), rest


def _month(word: str, languages: frozenset[str]) -> int | None:
    by_language = {m for (code, stem), m in _BY_LANGUAGE.items() if word.startswith(stem) and code in languages}
    for length in range(min(len(word), 9), 2, -1):
        found = _MONTHS.get(word[:length])
        if found is not None and (length > 3 or not by_language):
            return found
    return by_language.pop() if len(by_language) == 1 else None


def _time(text: str) -> tuple[int, int, int, str] | None:
    """Hour (0 to 24), minute, second, and what stands after the time."""
    found = _TIME.search(text)
    if found is None:
        return None
    hour, minute, second = int(found[2]), int(found[3]), int(found[4] or 0)
    half = found[1] or found[5] or ""
    if half in _PM and hour < 12:
        hour += 12
    elif half in _AM and hour == 12:
        hour = 0
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute):
        return None
    return hour, minute, min(second, 59), text[found.end() :]


def _zone(after: str, outer: datetime | None) -> tzinfo | None:
    """The printed zone, else the outer mail's. None where a zone is printed that we do not know."""
    if found := _OFFSET.search(after):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes)) if minutes < 24 * 60 else None
    if found := _ZONE_NAME.search(after):
        hours = _ZONES.get(found[1])
        if hours is not None:
            return timezone(timedelta(hours=hours))
        if found[1] not in ("uhr", "h", "р", "г", "am", "pm", "ore") and len(found[1]) >= 3 and found[1].isascii():
            return None
    return outer.tzinfo if outer is not None else None
