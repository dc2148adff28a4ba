"""An ailment → a plain mail to the operator, marked so that no machine answers it."""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from triage.health.standing import Ailment
from triage.model import ID_PREFIX, LOOP_HEADER, Identity, Letter

LONGEST = 500  # characters of one line


def alarm(ailment: Ailment, identity: Identity, now: datetime, hours: int) -> Letter:
    """The same arguments give the same bytes, so that a second try is the same mail."""
    seed = hashlib.sha256(f"alarm {ailment.cause} {now.isoformat()}".encode()).hexdigest()[:24]
    message_id = f"<{ID_PREFIX}alarm.{seed}@{identity.address.rpartition('@')[2]}>"
    mail = EmailMessage(policy=SMTP)
    mail["Date"] = format_datetime(now)
    mail["From"] = formataddr((identity.name, identity.address))
    mail["To"] = identity.operator
    mail["Subject"] = f"triage: {_line(ailment.words)}"[:120]
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Precedence"] = "bulk"
    mail[LOOP_HEADER] = _line(identity.instance or identity.address)
    again = f"You hear of this cause again in {hours} h at the earliest, as long as it lasts."
    mail.set_content(f"{_line(ailment.words)}\n\nhint: {_line(ailment.hint)}\n\n{again}\n")
    return Letter(identity.bounce or identity.address, identity.operator, message_id, mail.as_bytes())


def _line(text: str) -> str:
    """Error texts come from servers: one line, nothing that is not printed."""
    return "".join(c if c.isprintable() else " " for c in text)[:LONGEST].strip()
