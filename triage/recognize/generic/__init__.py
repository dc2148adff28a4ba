"""A mail that no rule knows → what it says of a certificate, or why that cannot be said.

Careful on purpose: a name counts only in a labelled field, a row of a list, the subject, a quoted CA error, or where a
sentence says whose certificate it speaks of. A name that merely occurs (a signature, a link, an advertisement) never
counts, and the writer's own domain only where nothing else can be meant. A failure for which no name stands in such a
place is a notice without names.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from triage.model import Address, Event, Locales, Match, Notice, Notices, Problem, Unrecognized
from triage.names import Domain, InvalidName
from triage.recognize.dates import Habits
from triage.recognize.errors import problems_in
from triage.recognize.fields import language_of
from triage.recognize.generic.choice import choose, places_of, theirs
from triage.recognize.generic.entries import SICK, Entry, entries_in
from triage.recognize.generic.kinds import LEARNING, PAID, TALK, in_words, something_else
from triage.recognize.generic.sentences import (
    end_said,
    event_of,
    lasts,
    says_so_of_one,
    says_undone,
    sentences_of,
)
from triage.recognize.generic.words import (
    AMONG_PEOPLE,
    ASKED,
    DO,
    ENDS,
    EXERCISE,
    ISSUED,
    MAYBE,
    NONE_ROW,
    NOT,
    PAYMENT,
    REGISTRATION,
    RENEWS,
    RUNS_OUT,
    SETTLED,
    TOPIC,
)
from triage.recognize.hosts import MOST_NAMES, is_service, unique
from triage.recognize.text import Text

_RULE = "generic"
_OF_A_CA = re.compile(r"\bCA\b|urn:|challenge|\bDCV\b|認証局|\bACME\b", re.IGNORECASE)
_PIECE = re.compile(r"(?<=[。.??!!\n])")
_TRIED = re.compile(r"error|エラー|fail|失敗", re.IGNORECASE)
SOON = timedelta(days=45)  # a certificate with more than that left is not warned of where another has less
# Languages in which 03/04/2027 is the third of April.
_DAY_FIRST = re.compile(
    r"\b(?:der|und|nicht|vous|votre|pour|domínio|certificados?|su|het|niet|il|della|dd/mm(?:/yyyy)?)\b", re.IGNORECASE
)


def unknown_notice(
    text: Text,
    dated: datetime | None,
    subject: str,
    provider: str,
    known: frozenset[str],
    sender: Address | None,
    locales: Locales,
    *,
    is_answer: bool = False,
) -> Notices | Unrecognized:
    """`known`: domains of the providers themselves, which are never the sick ones in free text.

    `is_answer`: the text stands above a mail that it answers, under that mail's subject.
    """
    if not TOPIC.search(text.whole):
        return Unrecognized("not-a-notice", "it does not speak of a certificate")
    habits = Habits(bool(_DAY_FIRST.search(text.whole[:4000])), dated.date() if dated else None)
    table = entries_in(text.lines.split("\n"), habits)
    sentences = sentences_of(text.subject, table.prose)
    rows = any(entry.outcome == "failed" for entry in table.entries)
    labelled = any(entry.how == "label" for entry in table.entries)
    because = something_else(text, sentences, rows=rows, labelled=labelled, is_answer=is_answer)
    if because:
        return Unrecognized("not-a-notice", because)
    entries = [kept for entry in table.entries if (kept := replace(entry, names=theirs(entry.names, known))).names]
    entries = _near_ones(entries, habits.dated)
    errors = problems_in(text.lines)
    if not errors and not any(words.search(text.whole) for words in (RENEWS, RUNS_OUT, ISSUED, ENDS, DO)):
        entries = [entry for entry in entries if entry.outcome != "failed"]  # backups fail, too
    event, words = _event(entries, sentences, habits.dated, is_answer=is_answer, errors=errors)
    if not errors and not any(e.outcome == "failed" for e in entries) and (event is None or not event.is_good):
        lasting = lasts(sentences, habits, is_answer=is_answer)
        event, words = (Event.RENEWED, lasting) if lasting else (event, words)
    if event is Event.RENEWAL_FAILED and _only_dated(entries) and not _speaks_of_a_try(text):
        event = Event.EXPIRY_WARNING  # NG and × in a list of days
    if event is None:
        return Unrecognized("not-a-notice", "it does not say that a certificate was not renewed or runs out")
    if event is Event.EXPIRY_WARNING and NONE_ROW.search(text.subject) and not any(e.outcome in SICK for e in entries):
        return Unrecognized("not-a-notice", "its subject says that all is well")
    problems = () if event.is_good else errors
    quoted = unique(p.name for p in problems if p.name)
    own = _own_domain(sender)
    places = places_of(text, entries, sentences, quoted, known, event, own, is_answer=is_answer)
    refused: tuple[Domain, ...] = ()
    if words not in sentences and any(words == p.error for p in errors):
        # Only a quoted error says that something failed: a name that any other sentence mentions is none of its.
        within = (p.name for p in errors if p.name and p.name.base.text in p.error.lower())
        refused = theirs(unique(within), known)
        places["sentence"] = ()
    choice = (
        ("error", refused)
        if refused
        else choose(places, entries, event, own, subject_speaks=bool(TOPIC.search(text.subject)))
    )
    if choice is None:
        return Unrecognized("unclear", "it speaks of a certificate, but its subject and text name different domains")
    where, names = choice
    days = [day for day in (_only_day(entries), table.expires, end_said(sentences, habits)) if day]
    near = [day for day in days if dated and day <= dated.date() + SOON]
    until = next(iter(days if event.is_good else near or sorted(days)), None)  # the far one is that of a registration
    soon = until if until and (dated is None or until <= dated.date() + SOON) else None
    all_well = (event.is_good and not is_answer) or any(entry.outcome == "fine" for entry in entries)
    if not names and (all_well or not (event.is_good or says_so_of_one(event, words, sentences, soon))):
        return Unrecognized("unclear", "it speaks of a certificate, but does not say for which domain")
    kept = names[:MOST_NAMES]
    problems = _named(problems, kept)
    groups = _by_day([e for e in entries if event.is_good or e.outcome != "fine"], kept)
    notices = tuple(
        Notice(
            provider=provider,
            event=event,
            names=together,
            service_names=tuple(name for name in together if is_service(name)),
            expires=day or until,
            language=language_of(text.whole, locales),
            stated_error="; ".join(dict.fromkeys(p.error for p in own))[:500] or None,
            stated_cause=next((p.cause for p in own if p.cause), None),
            problems=own,
            unread=0 if at else len(names) - len(kept),
            dated=dated,
            subject=subject,
            matches=(
                Match(_RULE, "event", "", words[:200]),
                *(Match(_RULE, where, "", name.text) for name in together[:1]),
            ),
            nameless=None if together else "no domain stands where the mail speaks of the certificate",
        )
        for at, (day, together) in enumerate(groups)
        for own in [problems if len(groups) == 1 else _about(problems, together)]
    )
    return Notices(notices, f"it says so in words of its own: {words[:120]}")


def is_talk(text: Text) -> str | None:
    """Why what is quoted here is no news: an exercise, an invoice for the repair, a mailing list."""
    subject = in_words(text.subject)
    if EXERCISE.search(subject):
        return LEARNING
    if PAYMENT.search(subject):
        return PAID
    return TALK if AMONG_PEOPLE.search(text.lines) else None


def speaks_of_one(text: str) -> bool:
    """Of a certificate, or of its end."""
    return bool(TOPIC.search(text) or ENDS.search(text))


def is_settled(text: str) -> bool:
    """It thanks, or says that all is well by now, and complains of nothing."""
    settled = any(SETTLED.search(piece) and not ASKED.search(piece) for piece in _PIECE.split(text))
    return settled and not NOT.search(text)


def _event(
    entries: Sequence[Entry],
    sentences: Sequence[str],
    dated: date | None,
    *,
    is_answer: bool,
    errors: Sequence[Problem],
) -> tuple[Event | None, str]:
    """A row that says that it failed outweighs a mail that merely warns, not one that tells of something narrower."""
    fails = any(entry.outcome == "failed" for entry in entries)
    event, words = event_of(sentences, is_answer=is_answer, fails=fails or bool(errors))
    if fails and (event is None or not event.is_good):
        narrower = event in (Event.DEFERRED, Event.VALIDATION_NEEDED, Event.REDUCED_COVERAGE)
        return event if narrower else Event.RENEWAL_FAILED, words or "a row of its list says so"
    refused = next((p.error for p in errors if p.cause and (p.name or _OF_A_CA.search(p.error))), None)
    if event is None and refused:
        return Event.RENEWAL_FAILED, refused
    labelled = any(entry.how == "label" for entry in entries)
    undone = next((s for s in sentences if labelled and says_undone(s)), None)
    if event is None and undone and not any(REGISTRATION.search(s) for s in sentences):
        return Event.RENEWAL_FAILED, undone
    if event is None and any(entry.outcome == "expired" for entry in entries):
        return Event.EXPIRY_WARNING, "a row of its list says that it expired"
    renewed = TOPIC.search(sentences[0]) and RENEWS.search(sentences[0])
    if event is None and renewed and entries and all(e.outcome == "fine" for e in entries):
        return Event.RENEWED, "its list says that all went well"
    soon = [e for e in entries if e.expires and dated and e.expires <= dated + SOON and e.outcome != "fine"]
    days_left = RUNS_OUT.search(sentences[0]) and not any(REGISTRATION.search(s) for s in sentences)
    told = days_left and any(TOPIC.search(s) and ENDS.search(s) for s in sentences)
    if event is None and soon and (told or TOPIC.search(sentences[0])):
        return Event.EXPIRY_WARNING, "its list gives days that are near"
    return event, words


def _only_dated(entries: Sequence[Entry]) -> bool:
    failed = [entry for entry in entries if entry.outcome == "failed"]
    return bool(failed) and all(entry.expires and entry.how == "row" for entry in failed)


def _speaks_of_a_try(text: Text) -> bool:
    lines = (text.subject, *text.lines.split("\n"))
    return any((RENEWS.search(line) or _TRIED.search(line)) and not MAYBE.search(line) for line in lines)


def _near_ones(entries: list[Entry], dated: date | None) -> list[Entry]:
    """Without rows that have months left beside rows that have not: a list of all certificates warns of the nearest."""
    if dated is None:
        return entries
    soon = dated + SOON
    if not any(entry.expires and entry.expires <= soon for entry in entries):
        return entries
    return [e for e in entries if e.outcome in SICK or e.expires is None or e.expires <= soon]


def _by_day(entries: Sequence[Entry], names: tuple[Domain, ...]) -> list[tuple[date | None, tuple[Domain, ...]]]:
    """One certificate for each day on which rows say that one ends; names of no row are with the first."""
    days = dict[date | None, list[Domain]]()
    for name in names:
        found = [entry.expires for entry in entries if entry.expires and name in entry.names]
        days.setdefault(min(found, default=None), []).append(name)
    if len(days) > 1 and None in days:
        rest = days.pop(None)
        first = min(day for day in days if day)
        days[first] = [name for name in names if name in rest or name in days[first]]
    return [(day, tuple(together)) for day, together in days.items()] or [(None, ())]


def _only_day(entries: Sequence[Entry]) -> date | None:
    """The day that stands beside names, where there is only one: the names may have been taken from elsewhere."""
    days = {entry.expires for entry in entries if entry.expires and entry.outcome != "fine"}
    return days.pop() if len(days) == 1 else None


def _about(problems: tuple[Problem, ...], names: tuple[Domain, ...]) -> tuple[Problem, ...]:
    """The problems of these names; one that names nobody is about all."""
    return tuple(problem for problem in problems if problem.name is None or problem.name in names)


def _own_domain(sender: Address | None) -> Domain | None:
    """What the writer registered: the names of its own sites and panels stand in every mail of its.

    Names that stand in for others (`host.example.jp`; RFC 2606) are taken for one writer each.
    """
    try:
        domain = Domain.parse(sender.domain) if sender else None
    except InvalidName:
        return None
    if domain is None:
        return None
    registered = domain.registrable or Domain(".".join(domain.labels[-2:]))
    more = registered.labels[0] == "example"
    return Domain(".".join(domain.labels[-len(registered.labels) - more :]))


def _named(problems: tuple[Problem, ...], names: tuple[Domain, ...]) -> tuple[Problem, ...]:
    """An error that names nobody is about the only name that the mail is about."""
    if len(names) != 1:
        return problems
    return tuple(problem if problem.name else replace(problem, name=names[0]) for problem in problems)
