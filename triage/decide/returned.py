"""Bounces that tell it in words alone: qmail's, Exim's, Exchange's, Gmail's, those of Japanese carriers.

Before RFC 3464, and beside it, each mail server has words of its own. They are only looked for in a mail that came to a
letter's own address and that a mail server wrote: what a person or a holiday responder says of addresses is no bounce.
"""

import re
from typing import Literal

from triage.model import Message

Kind = Literal["hard", "soft", "nothing"]

READ = 8192  # characters of the text that are looked at
_SERVERS = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|mdaemon|mmdf|uucp)@", re.IGNORECASE)
# Below these stands the letter itself, and whatever it says.
_COPY = re.compile(
    r"(?im)^[ \t>]*(?:-{2,}[ \t]*(?:below this line|this is a copy|original message|returned message|copy of)"
    r"|original message headers?:|元のメッセージ|return-path:|received:|reporting-mta:)"
)
_STILL_TRYING = re.compile(
    r"not yet been delivered|warning message only|will retry|will keep trying|will be retried|temporary problem"
    r"|delivery (?:attempts|incomplete)|message .{1,60} delayed|再送を試み|引き続き.{0,20}(?:再送|配信)",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45])\d\d(?=[ \-])(?! (?:bytes|octets|kb))", re.IGNORECASE)
_SOFT = re.compile(
    r"quota|mailbox (?:is )?full|too long in the queue|in the queue too long|retry timeout|timed out|could not connect"
    r"|wasn't able to establish|connection refused|いっぱい|容量",
    re.IGNORECASE,
)
_HARD = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient|address)|no mailbox here|address not found"
    r"|couldn't be found|could not be found|does(?: not|n't) exist|doesn't have an? [\w.-]+ account|account is disabled"
    r"|mailbox unavailable|unrouteable address|宛先不明|存在しません|存在しない|見つかりません",
    re.IGNORECASE,
)


def returned(message: Message) -> tuple[Kind, str]:
    """What the words of a mail server tell, and the status (RFC 3463) where they hold one."""
    if not _from_a_server(message):
        return "nothing", ""
    text = message.text[:READ]
    copy = _COPY.search(text)
    told = text[: copy.start()] if copy else text
    if _STILL_TRYING.search(f"{message.subject[:200]}\n{told}"):
        return "nothing", ""
    if status := _STATUS.search(told):
        return ("hard" if status[1].startswith("5") else "soft"), status[1]
    if _SOFT.search(told):
        return "soft", ""
    if _HARD.search(told):
        return "hard", ""
    if (reply := _REPLY.search(told)) is None:
        return "nothing", ""
    return ("hard" if reply[1] == "5" else "soft"), ""


def _from_a_server(message: Message) -> bool:
    senders = (a.address for a in message.sender)
    return bool(message.all("x-failed-recipients")) or any(_SERVERS.match(address) for address in senders)
