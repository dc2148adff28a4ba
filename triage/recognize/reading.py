"""A decoded mail and the rulebook → its notices, or why there are none. The surest source is read first."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial

from triage.model import (
    UNKNOWN_PROVIDER,
    Address,
    Event,
    Forwarded,
    LookalikeRule,
    Message,
    Notice,
    Notices,
    Provider,
    Rulebook,
    Unrecognized,
)
from triage.names import Domain
from triage.recognize.fields import Unclear, notices_from
from triage.recognize.generic import is_settled, is_talk, speaks_of_one, unknown_notice
from triage.recognize.hosts import names_in
from triage.recognize.match import Claim, claims, field_hits, hits
from triage.recognize.signs import PHISHING, Domains, Suspect, automatic, imitation
from triage.recognize.text import Text, read, without_older, without_prefixes, without_quote_marks, without_quotes

MOST_ATTACHED = 10  # attached mails of one mail that are read
DEEPEST = 3
OLD = timedelta(days=100)  # the longest life of a certificate from 2027 on
_REPLY = re.compile(r"\s*(?:re|aw|sv|odp|antw|回复|答复)\s?[:：]", re.IGNORECASE)
ANSWERED = timedelta(days=30)  # what stands above a mail so much older is an answer to it, no forward


@dataclass(frozen=True, slots=True)
class Source:
    """One text in which the notice may stand."""

    subject: str
    body: str
    sender: Address | None
    dated: datetime | None


def recognize(message: Message, rulebook: Rulebook) -> Notices | Unrecognized:
    """Whose notice the mail is, for which names, and what it says.

    `not-a-notice` where we know that it is something else, `unclear` where we cannot tell. Nothing outside of the mail
    is asked, and no name is taken from where it only happens to stand.
    """
    because = automatic(message)
    if because:
        return Unrecognized("not-a-notice", because)
    attached = _attached(message)
    if len(attached) > 1:
        return _together([_one(inner, rulebook, DEEPEST) for inner in attached])
    return _one(message, rulebook, DEEPEST)


def hitting(message: Message, rulebook: Rulebook) -> tuple[tuple[str, ...], frozenset[tuple[str, str]]]:
    """For those who check rules: which rules claim the mail, and every (rule, pattern) that hits it.

    The patterns of fields count only where their rule claims the mail.
    """
    source = next(_sources(message))
    text = read(source.subject, source.body)
    claiming = tuple(claim.rule for claim in claims(text, rulebook))
    rules = (*rulebook.rules, *rulebook.lookalikes)
    of_signatures = {(rule.id, pattern) for rule in rules for pattern in hits(text, rule)}
    of_fields = {(rule.id, pattern) for rule in claiming for pattern in field_hits(text, rule)}
    return tuple(rule.id for rule in claiming), frozenset(of_signatures | of_fields)


def _attached(message: Message) -> tuple[Message, ...]:
    return message.attached[:MOST_ATTACHED]


def _one(message: Message, rulebook: Rulebook, depth: int) -> Notices | Unrecognized:
    inner = message.forwarded.message if message.forwarded else None
    if inner is None and message.attached:
        inner = message.attached[0]
    if inner is not None and depth:
        within = _one(inner, rulebook, depth - 1)
        if isinstance(within, Notices) or within.signs or automatic(inner):
            return within
        around = _alone(message, rulebook)
        return around if isinstance(around, Notices) else within
    return _alone(message, rulebook)


def _alone(message: Message, rulebook: Rulebook) -> Notices | Unrecognized:
    """This mail by its own text."""
    known = _by_rules(message, rulebook)
    if known is None or (isinstance(known, Notices) and _is_old(message)):
        return _by_its_words(message, rulebook)
    over = _over(message, known, rulebook) if isinstance(known, Notices) else None
    return over or known


def _over(message: Message, known: Notices, rulebook: Rulebook) -> Notices | None:
    """What is left of a failure where somebody answers that all is well by now, and names no other site."""
    remarks = list(_remarks(message))
    newest = _newest(remarks, message.links, rulebook)
    if newest is None:
        return _settled(known) if remarks and is_settled(remarks[0].body) else None
    said, failed = _sites(newest) or _spoken_of(newest), _sites(known)
    if not all(notice.event.is_good for notice in newest.notices) or (said and not failed <= said):
        return None
    return newest if _sites(newest) and not failed else _settled(known)


def _sites(outcome: Notices) -> frozenset[str]:
    return _plain(name for notice in outcome.notices for name in notice.names)


def _say_the_same(answer: Notices, whole: Notices) -> bool:
    """The answer only bears the subject of what it quotes, which says more."""
    events = [{notice.event for notice in outcome.notices} for outcome in (answer, whole)]
    return events[0] == events[1] and _sites(answer) == _sites(whole)


def _spoken_of(outcome: Notices) -> frozenset[str]:
    """Sites in the words by which it was understood, though those do not tie them to a certificate."""
    return _plain(name for notice in outcome.notices for match in notice.matches for name in names_in(match.text))


def _plain(names: Iterable[Domain]) -> frozenset[str]:
    return frozenset(name.base.text.removeprefix("www.") for name in names)


def _by_rules(message: Message, rulebook: Rulebook) -> Notices | Unrecognized | None:
    for source in _sources(message):
        newer = _above_quotes(source)
        outcome = _known(newer, message.links, rulebook) if newer else None
        whole = _known(source, message.links, rulebook)
        if isinstance(outcome, Notices) and any(notice.names for notice in outcome.notices):
            return whole if isinstance(whole, Notices) and _say_the_same(outcome, whole) else outcome
        if whole is not None:
            return whole
    return None


def _by_its_words(message: Message, rulebook: Rulebook) -> Notices | Unrecognized:
    """What an answer says itself, else what it quotes, unless that is old or thanked for."""
    remarks = list(_remarks(message))
    remark = _newest(remarks, message.links, rulebook)
    if remark and any(notice.names or notice.event.is_good for notice in remark.notices):
        return remark
    if not remark and _is_old(message):
        return Unrecognized("unclear", "it answers an old mail, and says nothing of a certificate itself")
    outcome = _unknown(next(_sources(message)), message.links, rulebook)
    if remark:  # "look, it failed again" above the mail that names it
        return outcome if isinstance(outcome, Notices) else remark
    if remarks and is_settled(remarks[0].body):
        return _settled(outcome) if isinstance(outcome, Notices) else outcome
    if isinstance(outcome, Unrecognized) and not outcome.signs and (own := _own_words(message, rulebook)):
        return own
    good = isinstance(outcome, Notices) and all(notice.event.is_good for notice in outcome.notices)
    if good and remarks and speaks_of_one(remarks[0].body):
        return Unrecognized("unclear", "an answer to good news speaks of the certificate again")
    return outcome


def _own_words(message: Message, rulebook: Rulebook) -> Notices | None:
    """What who forwards a complaint found out: it says nothing of a certificate, and they name the site."""
    forwarded = message.forwarded
    if forwarded is None or forwarded.how != "inline" or not forwarded.note or speaks_of_one(forwarded.body):
        return None
    said = _unknown(Source(without_prefixes(message.subject), forwarded.note, None, message.date), (), rulebook)
    return said if isinstance(said, Notices) and _sites(said) else None


def _newest(remarks: list[Source], links: tuple[str, ...], rulebook: Rulebook) -> Notices | None:
    """The first that says something. Good news are over where a newer remark speaks of the certificate again."""
    spoken = False
    for source in remarks:
        outcome = _unknown(source, links, rulebook, is_answer=True)
        if isinstance(outcome, Notices) and not (spoken and all(n.event.is_good for n in outcome.notices)):
            return outcome
        spoken = spoken or speaks_of_one(source.body)
    return None


def _remarks(message: Message) -> Iterator[Source]:
    """What somebody wrote above a mail that they quote: the newer news, unless what they quote is a known notice."""
    forwarded = message.forwarded
    if forwarded is not None and forwarded.how in ("quoted", "pasted") and forwarded.note:
        yield Source(without_prefixes(message.subject), forwarded.note, None, message.date)
    elif forwarded is None and (own := without_quotes(message.text)):
        yield Source(without_prefixes(message.subject), own, None, message.date)
    elif forwarded is None and _REPLY.match(message.subject):  # without what it answers
        yield Source(without_prefixes(message.subject), message.text, None, message.date)
    outer = forwarded
    while outer is not None and (inner := outer.inner) is not None:
        if inner.note and outer.date and inner.date and outer.date - inner.date > ANSWERED:
            yield Source(without_prefixes(outer.subject or message.subject), inner.note, outer.sender, outer.date)
        outer = inner
    for source in _sources(message):
        if (newer := _above_quotes(source)) is not None:
            yield newer
        elif forwarded is not None and source.body is forwarded.body and (above := without_older(source.body)):
            yield replace(source, body=above)


def _settled(outcome: Notices) -> Notices:
    """Thanks above the mail that told of a failure: it is over, and what it said of the end and of errors with it."""
    over = (
        replace(notice, event=Event.RENEWED, expires=None, stated_error=None, stated_cause=None, problems=())
        for notice in outcome.notices
    )
    return replace(outcome, notices=tuple(over))


def _is_old(message: Message) -> bool:
    """It quotes what was written long before: no certificate that is spoken of there is still the same."""
    forwarded = message.forwarded
    if forwarded is None or forwarded.how != "quoted" or forwarded.date is None or message.date is None:
        return False
    return message.date.date() - forwarded.date.date() > OLD


def _above_quotes(source: Source) -> Source | None:
    """What an answer says above the mail that it quotes; None where nothing, or next to nothing, is quoted."""
    own = without_quotes(source.body)
    return replace(source, body=own) if own else None


def _sources(message: Message) -> Iterator[Source]:
    """The forwarded text, then the whole text without quote marks: fields are found where a block is not understood."""
    forwarded = message.forwarded
    outer = without_prefixes(message.subject)
    sender = message.sender[0] if len(message.sender) == 1 else None
    for inner in reversed(_inner(forwarded)):
        yield Source(without_prefixes(inner.subject or outer), inner.body, inner.sender, inner.date)
    if forwarded is not None and forwarded.body:
        subject = without_prefixes(forwarded.subject) if forwarded.subject else outer
        yield Source(subject, forwarded.body, forwarded.sender, forwarded.date)
        if forwarded.how == "automatic" or len(forwarded.body) >= len(message.text):
            return
    yield Source(outer, without_quote_marks(message.text), None if forwarded else sender, message.date)


def _inner(forwarded: Forwarded | None) -> list[Forwarded]:
    """The forwards within a forward, the outer before the inner."""
    found = list[Forwarded]()
    while forwarded is not None and (forwarded := forwarded.inner) is not None:
        found.append(forwarded)
    return [inner for inner in found if inner.body]


def _known(source: Source, links: tuple[str, ...], rulebook: Rulebook) -> Notices | Unrecognized | None:
    """What the rules make of one source; None where no rule claims it."""
    text = read(source.subject, source.body)
    found = claims(text, rulebook)
    if not found:
        return None
    best = found[0]
    if not best.by_subject and (because := is_talk(text)):
        return Unrecognized("not-a-notice", because)
    if isinstance(best.rule, LookalikeRule):
        return Unrecognized("not-a-notice", best.rule.because)
    try:
        in_other_words = partial(_in_other_words, source, text, links, best.rule.provider, rulebook)
        notices = notices_from(best, text, source.dated, source.subject, in_other_words)
    except Unclear as unclear:
        fake = _fake(source, text, links, (), best.rule.provider, rulebook)
        return fake or Unrecognized("unclear", str(unclear))
    names = tuple(name for notice in notices for name in notice.names)
    fake = _fake(source, text, links, names, best.rule.provider, rulebook)
    return fake or Notices(notices, _because(best, len(names), sum(notice.unread for notice in notices)))


def _in_other_words(
    source: Source, text: Text, links: tuple[str, ...], provider: str, rulebook: Rulebook
) -> Notice | None:
    """The failure of which a mail speaks in words that no rule knows. What a fake names is of no interest."""
    if _fake(source, text, links, (), provider, rulebook):
        return None
    outcome = _by_words(source, text, rulebook, is_answer=False)
    first = outcome.notices[0] if isinstance(outcome, Notices) else None
    return None if first is None or first.event.is_good else first


def _unknown(
    source: Source, links: tuple[str, ...], rulebook: Rulebook, *, is_answer: bool = False
) -> Notices | Unrecognized:
    text = read(source.subject, source.body)
    provider = _writer(source.sender, _everyone(rulebook))
    outcome = _by_words(source, text, rulebook, is_answer=is_answer)
    if isinstance(outcome, Unrecognized) and outcome.verdict == "not-a-notice":
        return outcome
    names = outcome.notices[0].names if isinstance(outcome, Notices) else ()
    return _fake(source, text, links, names, provider.id, rulebook) or outcome


def _by_words(source: Source, text: Text, rulebook: Rulebook, *, is_answer: bool) -> Notices | Unrecognized:
    everyone = _everyone(rulebook)
    provider, known = _writer(source.sender, everyone).id, everyone.domains.official
    return unknown_notice(
        text, source.dated, source.subject, provider, known, source.sender, rulebook.locales, is_answer=is_answer
    )


@dataclass(frozen=True, slots=True)
class _Everyone:
    domains: Domains
    writers: Mapping[str, Provider]  # by the domain that it writes from


@lru_cache(maxsize=4)
def _everyone(rulebook: Rulebook) -> _Everyone:
    providers = tuple(rulebook.providers.values())
    return _Everyone(
        Domains(
            official=frozenset(domain for p in providers for domain in p.domains),
            fakes=frozenset(domain for p in providers for domain in p.fakes),
        ),
        {d: p for p in reversed(providers) if p.kind in ("host", "panel", "platform", "ca") for d in p.domains},
    )


def _writer(sender: Address | None, everyone: _Everyone) -> Provider:
    """Whose address the notice bears. It gives a known mail its provider's words; it recognizes nothing."""
    domain = sender.domain if sender else ""
    while domain:
        if domain in everyone.writers:
            return everyone.writers[domain]
        domain = domain.partition(".")[2]
    return UNKNOWN_PROVIDER


def _fake(
    source: Source, text: Text, links: tuple[str, ...], names: tuple[Domain, ...], provider: str, rulebook: Rulebook
) -> Unrecognized | None:
    suspect = Suspect(text, source.sender, links, names)
    because = imitation(suspect, rulebook.providers.get(provider, UNKNOWN_PROVIDER), _everyone(rulebook).domains)
    return Unrecognized("not-a-notice", because, (PHISHING,)) if because else None


def _because(claim: Claim, read: int, unread: int) -> str:
    where = "by its subject" if claim.by_subject else "by its words"
    cut = f"; only {read} of {read + unread} names were read" if unread else ""
    return f"recognized {where} as {claim.rule.id}{cut}"


def _together(outcomes: list[Notices | Unrecognized]) -> Notices | Unrecognized:
    """Several attached mails: every notice among them; if there is none, what the first was."""
    notices: list[Notice] = [notice for o in outcomes if isinstance(o, Notices) for notice in o.notices]
    if not notices:
        return outcomes[0]
    because = next(o.because for o in outcomes if isinstance(o, Notices))
    return Notices(tuple(notices), because)
