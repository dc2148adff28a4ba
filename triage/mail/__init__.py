"""Mailboxes in, notes out, and who sent a mail."""

from triage.mail.authentication import authenticate, writes_on_top
from triage.mail.imap import ImapMailbox
from triage.mail.letter import announce, compose, message_id_for, thread_of
from triage.mail.maildir import MaildirMailbox, MaildirOutbox
from triage.mail.signatures import Signatures
from triage.mail.smtp import SmtpOutbox
from triage.mail.token import OAuth, Tokens

__all__ = [
    "ImapMailbox",
    "MaildirMailbox",
    "MaildirOutbox",
    "OAuth",
    "Signatures",
    "SmtpOutbox",
    "Tokens",
    "announce",
    "authenticate",
    "compose",
    "message_id_for",
    "thread_of",
    "writes_on_top",
]
