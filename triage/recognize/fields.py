"""A claimed text → the notice: names ranked by where they stand, dates as printed, the account, the stated error."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

from triage.model import FieldRule, Language, Locales, Match, Notice, NoticeRule, Problem, fallback, spoken
from triage.names import Domain
from triage.recognize.dates import dates_in
from triage.recognize.errors import problems_in
from triage.recognize.hosts import MOST_NAMES, host_of, is_service, names_in, unique
from triage.recognize.literals import may_hit
from triage.recognize.match import IN_SUBJECT, Claim
from triage.recognize.text import Octets, Text, unwrapped

LONGEST_VALUE = 200  # characters of an account or an error that are kept
MOST_VALUES = 200  # hits of one pattern that are looked at
# Fields with a meaning of their own; every other field of a rule is part of the account.
NAMES, CERTIFICATE, IN_URL = "names", "certificate_names", "url_name"
EXPIRES, DEFERRED, ERROR, NO_NAMES = "expires", "deferred_until", "stated_error", "not_names"
REST = "(?P<rest>"  # in a pattern that begins what is about no certificate: a summary
_OWN = frozenset((NAMES, CERTIFICATE, IN_SUBJECT, IN_URL, EXPIRES, DEFERRED, ERROR, NO_NAMES))
_ADDING_UP = (NAMES, CERTIFICATE)  # the names of one mail may stand in several places, in several forms
_NOT_AFTER = re.compile(rb"not_?after")
_NO_WORD = re.compile(r"[.:]\S|^[^A-Za-z]*$")
_SAN = re.compile(r"\bDNS(?: Name)?[:=]")  # how OpenSSL writes the names of a certificate, and the logs that quote it


class Unclear(Exception):
    """The mail is of a known kind, but two of its places name different things, or a required one is missing."""


@dataclass(frozen=True, slots=True)
class Value:
    text: str
    match: Match


def notices_from(
    claim: Claim, text: Text, dated: datetime | None, subject: str, in_other_words: Callable[[], Notice | None]
) -> tuple[Notice, ...]:
    """One for each certificate that the mail is about, where its rule says what begins the part about one.

    `in_other_words` is asked where a failure's rule finds no name, nor anything where a name should stand, and for the
    end of a certificate that is written as programs print it.
    Raises Unclear.
    """
    rule = claim.rule
    assert isinstance(rule, NoticeRule)
    values = _all_values(rule, text)
    for field in rule.fields:
        if field.required and not values[field.name]:
            raise Unclear(f"it looks like {rule.id}, but its {field.name} cannot be found")
    problems = () if rule.event.is_good else problems_in(text.lines)
    names = _names(values, problems)
    expires = _date(values.get(EXPIRES, ()), earliest=True)
    if (not names or expires is None) and not rule.event.is_good and not text.lines.isascii():
        whole_words = _all_values(rule, unwrapped(text))
        names = names or _names(whole_words, problems)
        expires = expires or _date(whole_words.get(EXPIRES, ()), earliest=True)
    nameless = not names and not _holds_something_else(values)
    endless = expires is None and _NOT_AFTER.search(text.octets.low)
    other = in_other_words() if (nameless or endless) and not rule.event.is_good else None
    if other is not None:
        names, problems = names or other.names, problems or other.problems
        expires = expires or (other.expires if set(other.names) <= set(names) else None)
    kept = names[:MOST_NAMES]
    whole = Notice(
        provider=rule.provider,
        event=rule.event,
        names=kept,
        service_names=_services(kept),
        expires=expires,
        deferred_until=_date(values.get(DEFERRED, ()), earliest=False),
        language=rule.language,
        account=_account(values),
        stated_error=_stated_error(values.get(ERROR, ()), problems),
        stated_cause=_stated_cause(rule, problems),
        problems=problems,
        dated=dated,
        nameless=None if kept else _nameless(values, problems),
        unread=len(names) - len(kept),
        subject=subject,
        matches=(*claim.matches, *(value.match for found in values.values() for value in found[:3])),
    )
    return _by_certificate(rule, text, whole) if rule.certificate and len(kept) > 1 else (whole,)


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a mail about one certificate, and what was found in it."""

    names: tuple[Domain, ...]
    values: dict[str, tuple[Value, ...]]
    problems: tuple[Problem, ...]


def _by_certificate(rule: NoticeRule, text: Text, whole: Notice) -> tuple[Notice, ...]:
    """The notice cut up. A part that names nothing of it is about a certificate that is well."""
    parts = list[_Part]()
    left = dict.fromkeys(whole.names)
    for part in _parts(rule, text):
        values = _all_values(rule, part)
        labelled = _names_of(values.get(NAMES, ())) or _names_of(values.get(CERTIFICATE, ()))
        names = tuple(name for name in labelled if name in left)
        for name in names:
            del left[name]
        if names:
            parts.append(_Part(names, values, problems_in(part.lines)))
    if len(parts) < 2:
        return (whole,)
    parts = _with_rest(parts, tuple(left))
    told = {problem.error for part in parts for problem in part.problems}
    apart = [problem for problem in whole.problems if problem.error not in told]
    return tuple(
        replace(
            whole,
            names=part.names,
            service_names=_services(part.names),
            expires=_date(part.values.get(EXPIRES, ()), earliest=True) or whole.expires,
            stated_error=_stated_error(part.values.get(ERROR, ()), problems),
            stated_cause=_stated_cause(rule, problems),
            problems=problems,
            unread=0 if at else whole.unread,
        )
        for at, part in enumerate(parts)
        for problems in [part.problems or tuple(problem for problem in apart if problem.name in part.names)]
    )


def _with_rest(parts: list[_Part], names: tuple[Domain, ...]) -> list[_Part]:
    """Names that only a summary gives: each with the certificate of its site, or they have one of their own."""
    for name in names:
        at = next((n for n, part in enumerate(parts) if any(_site(name) == _site(own) for own in part.names)), None)
        if at is None:
            parts = [*parts, _Part((name,), {}, ())]
        else:
            parts = [*parts[:at], replace(parts[at], names=(*parts[at].names, name)), *parts[at + 1 :]]
    return parts


def _site(name: Domain) -> Domain:
    return name.registrable or Domain(".".join(name.base.labels[-2:]))


def _parts(rule: NoticeRule, text: Text) -> Iterator[Text]:
    """The text from where a certificate begins to where the next does, or where what is about none does."""
    lines, starts = text.octets.everything, dict[int, bool]()
    for pattern in rule.certificate:
        for hit in islice(pattern.finditer(lines), MOST_VALUES):
            starts[hit.start()] = REST not in pattern.pattern
    for start, end in pairwise([*sorted(starts), len(lines)]):
        part = lines[start:end]
        if starts[start]:
            yield Text("", part.decode("utf-8", "replace"), "", Octets(b"", b"", part, b"", part.lower()))


def _services(names: Iterable[Domain]) -> tuple[Domain, ...]:
    return tuple(name for name in names if is_service(name))


def _all_values(rule: NoticeRule, text: Text) -> dict[str, tuple[Value, ...]]:
    """Every field; what only stands in for the names is not looked for where names were found."""
    values = dict[str, tuple[Value, ...]]()
    for field in sorted(rule.fields, key=lambda field: field.name != NAMES):
        spare = field.name in (CERTIFICATE, IN_URL, NO_NAMES) and values.get(NAMES) and not field.required
        values[field.name] = () if spare else _values(rule, field, text)
    return values


def _values(rule: NoticeRule, field: FieldRule, text: Text) -> tuple[Value, ...]:
    """What each pattern holds. The patterns of names add up; of all other fields the first that hits counts."""
    where = text.octets.subject if field.name == IN_SUBJECT else text.octets.everything
    found: list[Value] = []
    for pattern in field.patterns:
        if not may_hit(pattern.pattern, text.octets.low):
            continue
        first = () if field.name in (*_ADDING_UP, EXPIRES) else (pattern.search(where),)
        for count, hit in enumerate(filter(None, first) if first else pattern.finditer(where)):
            value = _whole(hit, where).decode("utf-8", "ignore").strip()
            if value:
                found.append(Value(value, Match(rule.id, field.name, pattern.pattern, value[:LONGEST_VALUE])))
            if count >= MOST_VALUES:
                break
        settled = field.name != EXPIRES or pattern is field.patterns[-1] or _date(found, earliest=True)
        if found and field.name not in _ADDING_UP and settled:
            break
    return tuple(found)


def _whole(hit: Any, where: bytes) -> bytes:
    """The value; where a pattern's limit cuts a word of it, without that word."""
    start, end = hit.span(_group_of_value(hit.re))
    value = where[start:end] if start >= 0 else b""
    cut = value and where[end : end + 1].isalnum() and value[-1:].isalnum()
    return value[: -len(value.split()[-1])] if cut and len(value.split()) > 1 else value


@lru_cache(maxsize=8192)  # RE2 makes the table of its groups anew each time that it is asked
def _group_of_value(pattern: Any) -> int:
    return int(pattern.groupindex["value"])


def _names(values: dict[str, tuple[Value, ...]], problems: Iterable[Problem]) -> tuple[Domain, ...]:
    """Labelled field, then subject, then a quoted error, then a URL. Two places that differ make the mail unclear."""
    labelled = _names_of(values.get(NAMES, ())) or _names_of(values.get(CERTIFICATE, ()))
    in_subject = _names_of(values.get(IN_SUBJECT, ()))
    if labelled and in_subject and not _agree(labelled, in_subject):
        raise Unclear(f"its subject names {in_subject[0]}, its text {labelled[0]}")
    if labelled or in_subject:
        return labelled or in_subject
    quoted = unique(p.name for p in problems if p.name)
    if quoted:
        return quoted
    hosts = (host_of(value.text) for value in values.get(IN_URL, ()))
    return unique(name for host in hosts if host for name in names_in(host))


def _holds_something_else(values: dict[str, tuple[Value, ...]]) -> bool:
    """An address, a port or a label stands where the name should: the mail's own word that there is none."""
    return bool(values.get(NO_NAMES)) or any(
        _NO_WORD.search(value.text) for field in (NAMES, CERTIFICATE, IN_URL) for value in values.get(field, ())
    )


def _names_of(values: Iterable[Value]) -> tuple[Domain, ...]:
    found: list[Domain] = []
    for value in values:
        host = host_of(value.text)
        found += names_in(host if host else _SAN.sub(" ", value.text))
    return unique(found)


def _agree(labelled: tuple[Domain, ...], in_subject: tuple[Domain, ...]) -> bool:
    """`www.` and `*.` make no difference: a certificate often has both, and its first name is in the subject."""
    plain = {name.base.text.removeprefix("www.") for name in labelled}
    return any(name.base.text.removeprefix("www.") in plain for name in in_subject)


def _date(values: Iterable[Value], *, earliest: bool) -> date | None:
    """The first day of each value; the earliest of them, since the certificate that ends first is the urgent one."""
    days = [day for value in list(values)[:20] if (day := _first_day(" ".join(value.text.split())))]
    if not days:
        return None
    return min(days) if earliest else days[0]


@lru_cache(maxsize=1024)  # asked whether a field holds a day, and then for the day
def _first_day(text: str) -> date | None:
    return next(dates_in(text), None)


def _account(values: dict[str, tuple[Value, ...]]) -> dict[str, str]:
    return {name: found[0].text[:LONGEST_VALUE] for name, found in values.items() if name not in _OWN and found}


def _stated_error(values: tuple[Value, ...], problems: tuple[Problem, ...]) -> str | None:
    if values:
        return " ".join(values[0].text.split())[:500]
    errors = dict.fromkeys(problem.error for problem in problems)
    return "; ".join(errors)[:500] or None


def _stated_cause(rule: NoticeRule, problems: tuple[Problem, ...]) -> str | None:
    return next((problem.cause for problem in problems if problem.cause), rule.cause)


def _nameless(values: dict[str, tuple[Value, ...]], problems: tuple[Problem, ...]) -> str:
    stands = next((value.text for value in values.get(NO_NAMES, ())), None)
    if stands:
        return f"the mail only gives the certificate's label, {stands[:80]}"
    return "the mail names no domain"


def language_of(text: str, locales: Locales) -> Language:
    """The language that shows itself, else the one that is taken for all others."""
    return spoken(text, locales) or fallback(locales)
