"""Conditions N29 to N35: the mail was not meant for us, or not sent by anyone who may ask."""

from triage.decide.asked import Asked, same_address, without_tag
from triage.decide.sender import vouched
from triage.model import Owner

RECIPIENTS = 20
NAMES = 50  # distinct names in one mail; more are an attempt to use us as a scanner
_CONFIRMATION = "forwarding-noreply@google.com"


def not_addressed_to_us(asked: Asked) -> bool:
    message = asked.message
    own = tuple(without_tag(a) for a in asked.own_addresses)
    reached = [a.address for a in (*message.to, *message.cc)]
    for name in ("resent-to", "resent-cc", "x-forwarded-to", "delivered-to"):
        reached += [part.strip(" <>") for v in message.all(name) for part in v[:20_000].replace("<", ",").split(",")]
    return bool(own) and not any(same_address(without_tag(a), own) for a in reached)


def from_the_host(asked: Asked) -> bool:
    """The mail is the notice itself: whoever is in From is the host, and must not be answered.

    Somebody who stands in the configuration by address is a person, and so is one whose subject says Fwd.
    """
    if not asked.is_notice or asked.by_filter:
        return False
    direct = asked.message.forwarded is None
    return direct and not asked.is_listed_by_address and not asked.subject_says_forwarded


def filtered_for_nobody(asked: Asked) -> bool:
    """Sent on by a filter, but not by one registered owner, or not for that owner's own domains."""
    return asked.by_filter and len(owners_on_path(asked)) != 1


def filtered_without_proof(asked: Asked) -> bool:
    """X-Forwarded-For can be written by anyone; that the host wrote the notice must be proven by our own server."""
    return asked.by_filter and not vouched(asked)


def owners_on_path(asked: Asked) -> tuple[Owner, ...]:
    """The owners of every name in the notice whose own address the forward came by."""
    path = asked.path
    covering = (o for o in asked.owners if all(any(n.base.within(d) for d in o.domains) for n in asked.names))
    return tuple(o for o in covering if any(same_address(a, path) for a in o.addresses))


def not_registered(asked: Asked) -> bool:
    return not (asked.policy.anyone or asked.by_filter or asked.is_listed)


def forwarding_confirmation(asked: Asked) -> bool:
    """Gmail asks whether we agree to be forwarded to. Only the operator may follow that link."""
    return asked.sender.same_as(_CONFIRMATION)


def many_recipients(asked: Asked) -> bool:
    message = asked.message
    named = len(message.to) + len(message.cc)
    hidden = named == 0 and bool(message.all("delivered-to")) and not asked.by_filter
    return named > RECIPIENTS or hidden


def too_many_names(asked: Asked) -> bool:
    """More than are read from one notice, or as many in several."""
    return any(notice.unread for notice in asked.notices) or len(set(asked.names)) > NAMES
