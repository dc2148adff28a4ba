"""Names by the places where they stand in a mail → those that it is about, or that two places contradict each other."""

from collections.abc import Iterable, Mapping, Sequence

import re2

from triage.model import Event
from triage.names import Domain
from triage.recognize.generic.entries import Entry, Outcome
from triage.recognize.generic.sentences import (
    A_NAME,
    names_addressed,
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
from triage.recognize.generic.words import SPARED
from triage.recognize.hosts import is_file, name_of, unique
from triage.recognize.text import Text

Names = tuple[Domain, ...]
# The surest first. A list counts only where a line announces it.
ORDER = ("certified", "label", "subject", "url", "list", "sentence", "error", "page", "seen", "addressed")
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
    failed = () if event.is_good else _with(entries, "failed")
    if event is not Event.EXPIRY_WARNING and failed:
        failed = unique((*failed, *(n for e in entries if e.how == "row" and e.expires for n in _if_expired(e))))
    if event is Event.EXPIRY_WARNING:
        failed = unique((*failed, *_with(entries, "expired")))  # of what failed it would be a reason
        ending = (name for e in entries if e.how == "row" and e.expires and not e.outcome for name in e.names)
        failed = unique((*failed, *ending)) if failed else ()
    fine = frozenset(() if event.is_good else _with(entries, "fine")) - frozenset(places["sentence"])
    whole = _order(entries)
    refused = set(_foreign(failed, own) or failed)
    wanted = next((e.names for e in entries if e.how == "label" and not e.outcome and refused < set(e.names)), ())
    if failed and not event.is_good and wanted:
        return "label", wanted  # all names of the order that failed
    if failed and not event.is_good and set(failed) < set(whole):
        return "label", whole  # one name was refused, and with it the certificate
    listed = (places[where] for where in ("label", "subject", "url", "list"))
    if failed and (_foreign(failed, own) or not any(_foreign(names, own) for names in listed)):
        foreign = _foreign(failed, own)
        return "row", failed if len(failed) > 2 * len(foreign) else foreign  # or else a service watches its own names
    places = {where: tuple(n for n in places[where] if n not in fine) for where in ORDER}
    foreign = {where: _foreign(names, own) for where, names in places.items()}
    places = foreign if any(foreign.values()) else places
    order = ORDER if subject_speaks else tuple(sorted(ORDER, key=lambda where: where == "subject"))
    where = next((where for where in order if places[where]), "")
    best = places.get(where, ())
    for wider in ("list", "sentence"):
        strong = ("", "label", "certified") if wider == "sentence" else ("", "label")
        if where not in strong and set(best) < set(places[wider]):
            where, best = wider, places[wider]  # the subject names the first of them
    quoted = tuple(name for name in places["error"] if not any(_is_parent(name, of) for of in best))
    if where == "subject" and set(best) < set(quoted):
        where, best = "error", quoted
    more = _of([entry for entry in entries if entry.more], "label")
    if best and all(any(name.base.within(known.registrable or known.base) for known in best) for name in more):
        best = unique((*best, *more))
    elif more and not best:
        where, best = "label", more
    if set(best) & set(places["subject"]):
        return where, best  # an error may name another machine
    if where == "certified":
        return where, best
    rivals = (places["subject"], () if where == "sentence" else places["error"])
    return None if any(best and rival and not _related(best, rival) for rival in rivals) else (where, best)


def _order(entries: Sequence[Entry]) -> Names:
    """The names of the one certificate that the mail's labels describe, where they describe only one."""
    labelled = [entry for entry in entries if entry.how == "label" and not entry.more]
    return labelled[0].names if len(labelled) == 1 and labelled[0].outcome != "fine" else ()


def _if_expired(entry: Entry) -> Names:
    return entry.names if entry.outcome == "expired" else ()


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


def _is_parent(name: Domain, of: Domain) -> bool:
    """A CA that looks for CAA climbs there."""
    return name.base != of.base and of.base.within(name.base)


def _related(best: Names, other: Names) -> bool:
    return any(a.base.within(b.base) or b.base.within(a.base) for a in best for b in other)
