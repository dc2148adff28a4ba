"""The words that an owner may answer with, in the thread of a note."""

import re
import unicodedata
from typing import Literal

from triage.model import Message

Command = Literal["recheck", "stop", "wrong"]

_WORDS: dict[str, Command] = {
    "再確認": "recheck", "再チェック": "recheck", "recheck": "recheck", "check again": "recheck",
    "停止": "stop", "stop": "stop",
    "違います": "wrong", "違う": "wrong", "wrong": "wrong",
}  # fmt: skip
_QUOTE = re.compile(
    r"(?:>|-{2,}|_{5,}|On .{1,200} wrote:|.{0,120}(?:のメール|wrote|書きました)\s*[:：])", re.IGNORECASE
)


def command(message: Message) -> Command | None:
    """The command that the first written line consists of, or None. What stands below it is a quoted note."""
    for line in message.text.splitlines()[:20]:
        plain = unicodedata.normalize("NFKC", line[:200]).strip().strip("。.!！「」\"'").strip().casefold()
        if not plain:
            continue
        return None if _QUOTE.match(line) else _WORDS.get(plain)
    return None
