"""May we act on this mail? Every condition has a number, a reason and an outcome; the first that holds decides.

What the mail says about itself comes first: a machine's mail is dropped before anyone wonders who sent it, so that
automatic mail never reaches a person's digest. Then come the questions for a person (hold). The numbers are those
of the table in SECURITY.md; N5 needs a look at DNS and is asked by `settle`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from triage.decide import automatic, foreign, loops, sender
from triage.decide.asked import Asked, same_address
from triage.decide.commands import command
from triage.model import (
    Authentication,
    Decision,
    Drop,
    Forward,
    History,
    Hold,
    Identity,
    Owner,
    Policy,
    Reading,
    Reply,
    Unrecognized,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """`because` is short and stable, since reasons are counted."""

    number: str
    outcome: type[Drop] | type[Hold]
    because: str
    holds: Callable[[Asked], bool]


def _unless_filtered(holds: Callable[[Asked], bool]) -> Callable[[Asked], bool]:
    """In a notice that a filter sent on, a machine's marks are the host's: its note only goes to a registered owner."""
    return lambda asked: not asked.by_filter and holds(asked)


# These two still tell something about a case: see `service.watch`.
GOOD_NEWS = Drop("good news: nothing to find out")
SAME_AGAIN = Drop("the same notice was answered within 7 days")

# Stopping loops and machines.
_SILENT = (
    Condition("N1", Drop, "bounce: empty return path", sender.empty_return_path),
    Condition("N16", Drop, "bounce or report", automatic.report),
    Condition("N19", Drop, "our own mail came back", loops.our_loop_mark),
    Condition("N6", Drop, "sent from one of our own addresses", sender.our_own_address),
    Condition("N21", Drop, "carries a message-id of ours", loops.our_message_id),
    Condition("N23", Drop, "went in circles between servers", loops.went_in_circles),
    Condition("N34", Hold, "a mail provider asks to confirm a forward", foreign.forwarding_confirmation),
    Condition("N8", Drop, "auto-submitted mail", _unless_filtered(automatic.auto_submitted)),
    Condition("N9", Drop, "asks for no automatic response", _unless_filtered(automatic.asks_for_no_response)),
    Condition("N10", Drop, "bulk mail", _unless_filtered(automatic.bulk)),
    Condition("N11", Hold, "came through our own group address", _unless_filtered(automatic.from_our_own_group)),
    Condition("N11", Drop, "mail from a list", _unless_filtered(automatic.from_a_list)),
    Condition("N12", Drop, "mail from an automatic responder", _unless_filtered(automatic.from_a_responder)),
    Condition("N13", Drop, "declines automatic answers", automatic.declines_answers),
    Condition("N14", Drop, "sent from a machine's address", _unless_filtered(automatic.from_a_machine)),
    Condition("N18", Drop, "marked as spam by our server", automatic.marked_as_spam),
    Condition("N24", Drop, "answered already", loops.answered_before),
    Condition("N27", Drop, "the address is suppressed", loops.suppressed),
)
# Left to a person: is there somebody to answer, who is it, and is it meant for us?
_DOUBTFUL = (
    Condition("N3", Hold, "not exactly one sender", sender.not_one_from),
    Condition("N4", Hold, "the sender's address cannot be used", sender.unusable_address),
    Condition("N2", Hold, "no return path", sender.no_return_path),
    Condition("N14", Hold, "sent by a postmaster", _unless_filtered(automatic.from_postmaster)),
    Condition("N15", Hold, "the subject is an automatic answer's", _unless_filtered(automatic.subject_of_a_machine)),
    Condition("N17", Hold, "an invitation or a sealed body", automatic.nothing_to_read),
    Condition("N35", Hold, "sent to many", foreign.many_recipients),
    Condition("N29", Hold, "not addressed to us", foreign.not_addressed_to_us),
    Condition("N28", Hold, "part of an old mailbox", loops.backlog),
    Condition("N28", Hold, "too old, or dated ahead", loops.out_of_time),
    Condition("N31", Hold, "forwarded by a filter, for nobody registered", foreign.filtered_for_nobody),
    Condition("N31", Hold, "forwarded by a filter, without proof of its source", foreign.filtered_without_proof),
    Condition("N30", Hold, "comes from the host itself", foreign.from_the_host),
    Condition("N7", Hold, "the return path differs, and nobody vouches", sender.nobody_vouches_and_paths_differ),
    Condition("N32", Hold, "the sender is not registered", foreign.not_registered),
    # No answer without it, whatever else is in order: a forged sender would make us write to a stranger.
    Condition("A1", Hold, "the sender is not authenticated", sender.nobody_vouches),
    Condition("N20", Hold, "answers our note without a new notice", loops.continues_our_thread),
    Condition("N20", Hold, "too many commands today", loops.too_many_commands),
    Condition("N22", Hold, "quotes our note without a new notice", loops.quotes_our_note),
    Condition("A24", Hold, "names too many domains", foreign.too_many_names),
)  # fmt: skip
# Asked last: only mails that would be answered count.
_MEASURED = (
    Condition("N25", Drop, SAME_AGAIN.because, loops.same_notice_again),
    Condition("N26", Hold, "too many answers already", loops.over_a_cap),
)
CONDITIONS = (*_SILENT, *_DOUBTFUL, *_MEASURED)


def admit(
    reading: Reading,
    arrived: datetime,
    authentication: Authentication,
    identity: Identity,
    policy: Policy,
    history: History,
    now: datetime,
) -> Decision:
    """Whether and to whom this mail may be answered, before anything is asked of the network.

    `arrived` is the mailbox's time, `now` the service's. With `Policy(anyone=True)`, `Identity("")` and
    `History()` only the rules about headers, authentication and content apply: `triage read` without --config.
    """
    asked = Asked(reading, arrived, authentication, identity, policy, history, now)
    for condition in (*_SILENT, *_DOUBTFUL):
        if condition.holds(asked):
            return condition.outcome(condition.because)
    content = _worth_an_answer(asked)
    if content is not None:
        return content
    for condition in _MEASURED:
        if condition.holds(asked):
            return condition.outcome(condition.because)
    return _to_whom(asked)


def warns_of_a_fake(reading: Reading, policy: Policy) -> bool:
    """A person has forwarded what looks like phishing: the answer is a warning, to that person and nobody else."""
    outcome, forwarded = reading.outcome, reading.message.forwarded
    by_hand = forwarded is not None and forwarded.how != "automatic"
    looks_so = isinstance(outcome, Unrecognized) and "phishing" in outcome.signs
    return looks_so and by_hand and command(reading.message, policy.locales) is None


def refusals(asked: Asked) -> tuple[str, ...]:
    """The numbers of every condition that holds, not only of the first: for tests and for a person who wonders."""
    return tuple(c.number for c in CONDITIONS if c.holds(asked))


def _worth_an_answer(asked: Asked) -> Decision | None:
    """N33 and good news. Somebody who passes on "your certificate was renewed" expects nothing, so nothing is sent."""
    outcome = asked.reading.outcome
    if warns_of_a_fake(asked.reading, asked.policy):
        return None
    if isinstance(outcome, Unrecognized):
        if asked.command is not None and asked.history.thread_case is not None:
            return None
        return Hold("no notice" if outcome.verdict == "not-a-notice" else "not clear whether this is a notice")
    if outcome.notices and all(notice.event.is_good for notice in outcome.notices):
        return GOOD_NEWS
    return None


def _to_whom(asked: Asked) -> Decision:
    if asked.by_filter:
        owner = foreign.owners_on_path(asked)[0]
        return Forward(owner.addresses, "forwarded by a filter for its registered owner")
    owner = _owner_in_charge(asked)
    if owner is not None:
        return Forward(owner.addresses, "the registered owner gets the notes for these domains")
    if warns_of_a_fake(asked.reading, asked.policy):
        return Reply(asked.sender.address, "an authenticated sender forwarded what looks like phishing")
    return Reply(asked.sender.address, "asked by an authenticated sender")


def _owner_in_charge(asked: Asked) -> Owner | None:
    """The one owner of all names that wants notes to go to it, whoever forwards a notice."""
    owners = [o for o in asked.owners if o.mode == "forward"]
    if len(owners) != 1 or same_address(asked.sender.address, owners[0].addresses):
        return None
    covers = all(any(name.base.within(d) for d in owners[0].domains) for name in asked.names)
    return owners[0] if covers else None
