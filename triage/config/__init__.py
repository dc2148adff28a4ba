"""Settings, rules and words from disk; refuses what it does not know, and says what it expected."""

from triage.config.settings import Settings, load_settings

__all__ = ["Settings", "load_settings"]
