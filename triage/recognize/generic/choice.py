"""Names by the places where they stand in a mail → those that it is about, or that two places contradict each other."""

import re
from collections.abc import Iterable, Mapping, Sequence

import re2

from triage.model import Event
from triage.names import Domain
from triage.recognize.generic.entries import Entry, Outcome
from triage.recognize.generic.sentences import (
    A_NAME,
    names_addressed,
    names_before,
    names_certified,
    names_linked,
    names_quoted,
    names_said,
    names_seen,
    names_told,
    says_failed,
    says_failed_of,
    stands_alone,
    warns,
)
from triage.recognize.generic.words import RENEWED, SPARED
from triage.recognize.hosts import is_file, name_of, unique
from triage.recognize.text import Text

Names = tuple[Domain, ...]
# The surest first. A list counts only where a line announces it.
ORDER = ("certified", "label", "subject", "url", "list", "sentence", "error", "page", "seen", "addressed", "before")
_SERVER = re.compile(r"(?:ns|dns)\d+\.")
_IN_SUBJECT = re2.compile(rf"(?i){A_NAME}")


def places_of(
    text: Text,
    entries: Sequence[Entry],
    sentences: Sequence[str],
    quoted: Names,
    known: frozenset[str],
    event: Event,
    own: Domain | None,
    *,
    is_answer: bool,
) -> dict[str, Names]:
    """What each place names, without what belongs to a provider in `known`. `quoted`: the names of quoted errors."""
    body = sentences[1:] if is_answer else sentences
    failing = [s for s in body if says_failed(s) or says_failed_of(s)]
    spoken = [s for s in body if event.is_good or not SPARED.search(s)]
    warning = [s for s in spoken if warns(sentences[0], s)]
    said = [names_told(failing), names_said(spoken), names_told(warning)]
    if event.is_good:
        said.append(names_told([s for s in body if RENEWED.search(s)]))
    if event is Event.EXPIRY_WARNING:
        said.insert(0, names_said(warning))
    each = [theirs(names, known) for names in said]
    told = next((names for names in each if names), ())
    led = [entry for entry in entries if entry.led]
    climbed = told and all(any(name.base.within(error.base) for error in quoted) for name in told)
    here = bool(told or led or quoted)  # and the subject is that of an older mail
    return {
        "certified": theirs(names_certified([*failing, *warning]), known),
        "label": _of([entry for entry in entries if not entry.more], "label"),
        "subject": () if is_answer and here else theirs(_in_subject(text.subject), known),
        "url": _of(entries, "url"),
        # Links to the writer's own pages are where one reads on.
        "list": unique((*_of(led, "row"), *_foreign(_of(led, "link"), own))),
        "sentence": told,
        # A CA climbs to the parents when it looks for CAA; the sentence knows which name it is about.
        "error": () if climbed else quoted,
        "page": theirs(names_linked(sentences), known),
        "seen": theirs(names_seen(sentences), known),
        "addressed": theirs(names_addressed(sentences), known),
        "before": theirs(names_before(sentences, [*failing, *warning]), known),
    }


def theirs(names: Iterable[Domain], known: frozenset[str]) -> Names:
    return unique(name for name in names if not is_file(name) and not _is_known(name, known))


def _is_known(name: Domain, known: frozenset[str]) -> bool:
    return any(".".join(name.base.labels[n:]) in known for n in range(len(name.base.labels) - 1))


def choose(
    places: Mapping[str, Names], entries: Sequence[Entry], event: Event, own: Domain | None, *, subject_speaks: bool
) -> tuple[str, Names] | None:
    """The place and its names; ("", ()) where none is named; None where two places cannot both be right.

    `own` is the writer's domain: its sites and panels stand in every mail of its, so that they are meant only where
    nothing else can be. `subject_speaks`: of a certificate; a subject that does not names a customer or a site.
    """
    failed = () if event.is_good else _failed(entries, event)
    if failed and (ordered := _ordered(failed, entries, own)):
        return "label", ordered
    listed = (places[where] for where in ("label", "subject", "url", "list"))
    foreign = _foreign(failed, own)
    told = places["sentence"]
    if failed and set(failed) < set(told) and _plain(failed) == _plain(told):
        return "sentence", told
    if failed and (foreign or not any(_foreign(names, own) for names in listed)):
        return "row", failed if len(failed) > 2 * len(foreign) else foreign  # or else a service watches its own names
    fine = frozenset(() if event.is_good else _with(entries, "fine")) - frozenset(places["sentence"])
    left = {where: tuple(name for name in places[where] if name not in fine) for where in ORDER}
    others = {where: _foreign(names, own) for where, names in left.items()}
    if event.is_good and not any(left.values()):
        return "row", _with(entries, "fine")  # nothing announces the list of a script that tells how each went
    return _surest(others if any(others.values()) else left, entries, subject_speaks=subject_speaks)


def _failed(entries: Sequence[Entry], event: Event) -> Names:
    """The names whose row or label says that it went wrong, and those whose end is near beside them."""
    failed = _without_servers(_with(entries, "failed"))
    dated = [entry for entry in entries if entry.how == "row" and entry.expires]
    if event is Event.EXPIRY_WARNING:
        failed = unique((*failed, *_with(entries, "expired")))  # of what failed it would be a reason
        several = [entry for entry in entries if entry.how == "label" and entry.expires and not entry.more]
        dated += several if len(several) > 1 else []
        ending = (name for entry in dated if not entry.outcome for name in entry.names)
    else:
        ending = (name for entry in dated if entry.outcome == "expired" for name in entry.names)
    return unique((*failed, *ending)) if failed else ()


def _without_servers(names: Names) -> Names:
    """A list of what is set and what should be: where other names stand, name servers are the reason."""
    return tuple(name for name in names if not _SERVER.match(name.text)) or names


def _ordered(failed: Names, entries: Sequence[Entry], own: Domain | None) -> Names:
    """All names of the order, where a label gives them: one was refused, and with it the certificate."""
    refused = set(_foreign(failed, own) or failed)
    wanted = (entry.names for entry in entries if entry.how == "label" and not entry.outcome)
    order = next((names for names in wanted if refused < set(names)), ())
    only = _only_order(entries)
    return order or (only if set(failed) < set(only) else ())


def _surest(places: Mapping[str, Names], entries: Sequence[Entry], *, subject_speaks: bool) -> tuple[str, Names] | None:
    order = ORDER if subject_speaks else tuple(sorted(ORDER, key=lambda where: where == "subject"))
    where = next((where for where in order if places[where]), "")
    where, best = _widened(where, places)
    more = _of([entry for entry in entries if entry.more], "label")
    if best and all(any(name.base.within(known.registrable or known.base) for known in best) for name in more):
        best = unique((*best, *more))
    elif more and not best:
        where, best = "label", more
    if where == "certified" or set(best) & set(places["subject"]):
        return where, best  # an error, or a monitor's subject, may name another machine
    rivals = (places["subject"], () if where == "sentence" else places["error"])
    return None if any(best and rival and not _related(best, rival) for rival in rivals) else (where, best)


def _widened(where: str, places: Mapping[str, Names]) -> tuple[str, Names]:
    """A subject names the first of several; a list, a sentence or the errors name all of them."""
    best = places.get(where, ())
    if where in ("", "label"):
        return where, best
    wider = [("list", places["list"])]
    if where != "certified":
        wider.append(("sentence", places["sentence"]))
    if where == "subject" and places["sentence"] and _lie_below(places["sentence"], best):
        where, best = "sentence", places["sentence"]  # the subject names the site, the sentence what of it failed
    if where == "subject":
        wider.append(("error", tuple(n for n in places["error"] if not any(_is_parent(n, of) for of in best))))
    for other, names in wider:
        if set(best) < set(names):
            where, best = other, names
    return where, best


def _only_order(entries: Sequence[Entry]) -> Names:
    """The names of the one certificate that the mail's labels describe, where they describe only one."""
    labelled = [entry for entry in entries if entry.how == "label" and not entry.more]
    return labelled[0].names if len(labelled) == 1 and labelled[0].outcome != "fine" else ()


def _of(entries: Sequence[Entry], how: str) -> Names:
    return unique(name for entry in entries if entry.how == how for name in entry.names)


def _with(entries: Sequence[Entry], outcome: Outcome) -> Names:
    return unique(name for entry in entries if entry.outcome == outcome for name in entry.names)


def _foreign(names: Names, own: Domain | None) -> Names:
    return tuple(name for name in names if own is None or not name.base.within(own))


def _in_subject(subject: str) -> Iterable[Domain]:
    yield from names_quoted(subject)
    for hit in _IN_SUBJECT.finditer(subject):
        name = name_of(str(hit.group(0))) if stands_alone(subject, hit.start(), hit.end()) else None
        if name:
            yield name


def _lie_below(names: Names, others: Names) -> bool:
    return all(any(_is_parent(other, name) for other in others) for name in names)


def _plain(names: Names) -> frozenset[str]:
    return frozenset(name.text.removeprefix("www.") for name in names)


def _is_parent(name: Domain, of: Domain) -> bool:
    """A CA that looks for CAA climbs there."""
    return name.base != of.base and of.base.within(name.base)


def _related(best: Names, other: Names) -> bool:
    return any(a.base.within(b.base) or b.base.within(a.base) for a in best for b in other)
