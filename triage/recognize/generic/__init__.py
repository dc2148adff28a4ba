"""A mail that no rule knows → what it says of a certificate, in eight languages, or why that cannot be said.

Careful on purpose: a name counts only in a labelled field, a row of a list, the subject, a quoted CA error, or where a
sentence says whose certificate it speaks of. A name that merely occurs (a signature, a link, an advertisement) never
counts, and the writer's own domain only where nothing else can be meant.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from triage.model import Address, Event, Locales, Match, Notice, Notices, Problem, Unrecognized
from triage.names import Domain, InvalidName
from triage.recognize.errors import problems_in
from triage.recognize.fields import language_of
from triage.recognize.generic.choice import choose, places_of, theirs
from triage.recognize.generic.entries import Entry, entries_in
from triage.recognize.generic.kinds import something_else
from triage.recognize.generic.sentences import end_said, event_of, sentences_of
from triage.recognize.generic.words import TOPIC
from triage.recognize.hosts import MOST_NAMES, is_service, unique
from triage.recognize.text import Text

_RULE = "generic"
# Languages in which 03/04/2027 is the third of April.
_DAY_FIRST = re.compile(
    r"\b(?:der|und|nicht|vous|votre|pour|domínio|certificado|su|het|niet|il|della)\b", re.IGNORECASE
)


def unknown_notice(
    text: Text,
    dated: datetime | None,
    subject: str,
    provider: str,
    known: frozenset[str],
    sender: Address | None,
    locales: Locales,
) -> Notices | Unrecognized:
    """`known`: domains of the providers themselves, which are never the sick ones in free text."""
    if not TOPIC.search(text.whole):
        return Unrecognized("not-a-notice", "it does not speak of a certificate")
    entries, prose = entries_in(text.lines.split("\n"))
    sentences = sentences_of(text.subject, prose)
    because = something_else(text, sentences)
    if because:
        return Unrecognized("not-a-notice", because)
    entries = [kept for entry in entries if (kept := replace(entry, names=theirs(entry.names, known))).names]
    event, words = event_of(sentences)
    if any(entry.outcome == "failed" for entry in entries) and (event is None or not event.is_good):
        event = event if event in (Event.DEFERRED, Event.VALIDATION_NEEDED) else Event.RENEWAL_FAILED
        words = words or "a row of its list says so"
    if event is None:
        return Unrecognized("not-a-notice", "it does not say that a certificate was not renewed or runs out")
    problems = () if event.is_good else problems_in(text.lines)
    quoted = unique(p.name for p in problems if p.name)
    choice = choose(places_of(text, entries, sentences, quoted, known), entries, event, _own_domain(sender))
    if choice is None:
        return Unrecognized("unclear", "it speaks of a certificate, but its subject and text name different domains")
    where, names = choice
    if not names:
        return Unrecognized("unclear", "it speaks of a certificate, but does not say for which domain")
    kept = names[:MOST_NAMES]
    problems = _named(problems, kept)
    notice = Notice(
        provider=provider,
        event=event,
        names=kept,
        service_names=tuple(name for name in kept if is_service(name)),
        expires=_expiry(entries, sentences, names, event),
        language=language_of(text.whole, locales),
        stated_error="; ".join(dict.fromkeys(p.error for p in problems))[:500] or None,
        stated_cause=next((p.cause for p in problems if p.cause), None),
        problems=problems,
        unread=len(names) - len(kept),
        dated=dated,
        subject=subject,
        matches=(Match(_RULE, "event", "", words[:200]), Match(_RULE, where, "", kept[0].text)),
    )
    return Notices((notice,), f"it says so in words of its own: {words[:120]}")


def _own_domain(sender: Address | None) -> Domain | None:
    """What the writer registered: the names of its own sites and panels stand in every mail of its."""
    try:
        domain = Domain.parse(sender.domain) if sender else None
    except InvalidName:
        return None
    return (domain.registrable or Domain(".".join(domain.labels[-2:]))) if domain else None


def _named(problems: tuple[Problem, ...], names: tuple[Domain, ...]) -> tuple[Problem, ...]:
    """An error that names nobody is about the only name that the mail is about."""
    if len(names) != 1:
        return problems
    return tuple(problem if problem.name else replace(problem, name=names[0]) for problem in problems)


def _expiry(entries: Sequence[Entry], sentences: Sequence[str], names: tuple[Domain, ...], event: Event) -> date | None:
    """The earliest of the days beside the sick names, else the one that a sentence gives."""
    own = [e.expires for e in entries if e.expires and set(e.names) & set(names)]
    if own:
        return min(own)
    day_first = bool(_DAY_FIRST.search(" ".join(sentences)[:4000]))
    return end_said(sentences, day_first=day_first)
