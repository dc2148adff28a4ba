"""Mailboxes in, notes out, and who sent a mail."""

from triage.mail.authentication import authenticate
from triage.mail.imap import ImapMailbox
from triage.mail.letter import compose, message_id_for, thread_of
from triage.mail.maildir import MaildirMailbox, MaildirOutbox
from triage.mail.signatures import Signatures
from triage.mail.smtp import SmtpOutbox

__all__ = [
    "ImapMailbox",
    "MaildirMailbox",
    "MaildirOutbox",
    "Signatures",
    "SmtpOutbox",
    "authenticate",
    "compose",
    "message_id_for",
    "thread_of",
]
