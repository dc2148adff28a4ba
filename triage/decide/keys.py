"""By what a mail and a notice are known again: the keys of deduplication."""

import hashlib
import re

from triage.decide.asked import referenced
from triage.decide.commands import command
from triage.model import Asking, Notice, Policy, Reading, Unrecognized

HEAD = 256 * 1024  # octets of the header block that are looked at


def content_key(raw: bytes) -> str:
    """Equal for copies of one mail, however they came: sender, subject and body, no id, no date, no trace.

    The Message-ID alone would not do: anyone can send a known one first, some mails have none, servers change it.
    """
    text = re.sub(rb"\r+\n|\r", b"\n", raw)
    head, blank, body = text.partition(b"\n\n")
    if not blank:  # no body to be found: all of it counts, or mails that are broken alike would pass for copies
        body = head
    unfolded = re.sub(rb"\n[ \t]+", b" ", head[:HEAD])
    lines = [line for line in unfolded.split(b"\n") if line[:8].lower().startswith((b"from:", b"subject:"))]
    known = b"\n".join(sorted(b" ".join(line.split()) for line in lines))
    return hashlib.sha256(known + b"\n\n" + body.rstrip()).hexdigest()


def notice_key(notice: Notice) -> str:
    """Provider, names and expiry: the certificate that a notice is about."""
    names = " ".join(sorted(name.text for name in notice.names))
    return f"{notice.provider} {notice.expires or '-'} {names}"[:2000]


def case_key(owner: str, notice: Notice) -> str:
    """One owner and one certificate, as a short hash that may stand in a Message-ID."""
    return hashlib.sha256(f"{owner.lower()} {notice_key(notice)}".encode()).hexdigest()[:20]


def asking(reading: Reading, policy: Policy) -> Asking:
    """What history has to be asked for this mail. One that a filter sent on counts for its owner, not for its host."""
    return Asking(
        sender=_asker(reading, policy).lower(),
        # Two notices without a name need not be about the same thing.
        notices=tuple(notice_key(n) for n in reading.notices if n.names and not n.event.is_good),
        references=referenced(reading.message),
    )


def understood(reading: Reading, policy: Policy) -> str:
    """The reading in one line, for people: `xserver renewal-failed: example.jp`."""
    if isinstance(reading.outcome, Unrecognized):
        word = command(reading.message, policy.locales)
        if word is not None:
            return f"command: {word}"
        return f"{reading.outcome.verdict}: {reading.outcome.because}"[:300]
    return "; ".join(_in_short(n) for n in reading.notices)[:300]


def _in_short(notice: Notice) -> str:
    names = ", ".join(name.text for name in notice.names[:3]) + (" …" if len(notice.names) > 3 else "")
    return f"{notice.provider} {notice.event}: {names or notice.nameless or 'no name'}"


def _asker(reading: Reading, policy: Policy) -> str:
    message, forwarded = reading.message, reading.message.forwarded
    names = [name for notice in reading.notices for name in notice.names]
    if names and forwarded is not None and forwarded.how == "automatic":
        owners = (o for o in policy.owners if all(any(n.base.within(d) for d in o.domains) for n in names))
        return next((owner.addresses[0] for owner in owners), "")
    return message.sender[0].address if len(message.sender) == 1 else ""
