"""The words that an owner may answer with, in the thread of a note."""

import unicodedata

from triage.model import Command, Locales, Message


def command(message: Message, locales: Locales) -> Command | None:
    """The command that the first written line consists of, in any language, or None. Below it stands a quoted note."""
    for line in message.text.splitlines()[:20]:
        plain = unicodedata.normalize("NFKC", line[:200]).strip().strip("。.!！「」„“”«»\"'").strip().casefold()
        if plain:
            return _meant(plain, locales)
    return None


def _meant(plain: str, locales: Locales) -> Command | None:
    for locale in locales.values():
        for meaning, words in locale.commands.items():
            if plain in words:
                return meaning
    return None
