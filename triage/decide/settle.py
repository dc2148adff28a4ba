"""After the diagnosis: does the note go out, to whom, in which language, and when do we look again?"""

from triage.model import (
    Decision,
    DnsAnswer,
    Drop,
    Forward,
    Hold,
    Identity,
    Language,
    Observations,
    Policy,
    Reading,
    Reply,
    Report,
    written,
)
from triage.names import Domain


def settle(admitted: Decision, reports: tuple[Report, ...], postal: Observations) -> Decision:
    """What becomes of an admitted mail, now that everything was asked.

    `postal` holds the MX, A and AAAA answers for the domain that would be written to (N5). A question that failed
    holds nothing up: mail to a domain that cannot be looked up now waits in the outbox's own queue.
    """
    if isinstance(admitted, Hold | Drop):
        return admitted
    if any(report.notice and report.notice.names for report in reports) and not any(r.diagnoses for r in reports):
        return Hold("no name of the notice was looked at")
    if _takes_no_mail(_domain(admitted), postal, reports):
        return Hold("the sender's domain takes no mail")
    return admitted


def language(reading: Reading, policy: Policy, identity: Identity) -> Language:
    """The owner's own choice; else that of the forwarder's words, of the notice, of the configuration."""
    names = [name for notice in reading.notices for name in notice.names]
    for owner in policy.owners:
        if owner.language and any(name.base.within(d) for name in names for d in owner.domains):
            return owner.language
    forwarded = reading.message.forwarded
    own_words = written(forwarded.note, policy.locales) if forwarded and forwarded.note else None
    stated = reading.notices[0].language if reading.notices else None
    known = stated if stated in policy.locales else None
    return own_words or known or identity.language


def _domain(admitted: Reply | Forward) -> str:
    to = admitted.to if isinstance(admitted, Reply) else admitted.to[0]
    return to.rpartition("@")[2].lower()


def _takes_no_mail(domain: str, postal: Observations, reports: tuple[Report, ...]) -> bool:
    """A null MX (RFC 7505), or neither MX nor address, each said by an answer and not by silence.

    A name that does not exist is no reason: our own server has just verified the sender by that domain's DNS, so
    it is our view that is wrong. Nor is a missing address where that domain is the sick one.
    """
    mx, *addresses = (postal.dns(domain, type) for type in ("MX", "A", "AAAA"))
    if not isinstance(mx, DnsAnswer) or mx.rcode != "NOERROR":
        return False
    exchangers = [value.split()[-1].rstrip(".") for value in mx.of("MX")]
    if exchangers:
        return exchangers == [""]
    if any(d.name.base.registrable == Domain(domain).registrable for report in reports for d in report.diagnoses):
        return False
    return all(isinstance(a, DnsAnswer) and a.rcode == "NOERROR" and not a.answer for a in addresses)
