"""Settings, rules and words from disk; refuses what it does not know, and says what it expected."""

from triage.config.causes import load_wording
from triage.config.rules import Examined, check_rules, load_rules
from triage.config.settings import MailboxSection, OutboxSection, Settings, load_settings, secret_in

__all__ = [
    "Examined",
    "MailboxSection",
    "OutboxSection",
    "Settings",
    "check_rules",
    "load_rules",
    "load_settings",
    "load_wording",
    "secret_in",
]
