"""Conditions N19 to N28: have we answered this before, is it our own voice, and is it too much or too old?"""

from datetime import timedelta

from triage.decide.asked import Asked, same_address, without_tag
from triage.decide.headers import without_comments
from triage.model import ID_PREFIX, LOOP_HEADER

HOPS = 50  # Received lines; Postfix's hopcount_limit
AGE = timedelta(days=7)
AHEAD = timedelta(days=1)
# Whoever installs the service first sends a mail and then starts it: that one is no old mail.
BEFORE_START = timedelta(days=1)
BACKLOG = 100  # mails in a folder that we see for the first time; more are an old mailbox, not people asking
REPEAT = timedelta(days=7)  # RFC 3834 section 2
TOP = 40  # lines of a body in which a quoted note of ours would stand

# Anybody can have an address at these, so a cap on the domain would let strangers silence each other.
FREE_MAIL = frozenset(
    [
        "gmail.com", "googlemail.com", "yahoo.co.jp", "ymail.ne.jp", "yahoo.com", "outlook.com", "outlook.jp",
        "hotmail.com", "hotmail.co.jp", "live.com", "live.jp", "msn.com", "icloud.com", "me.com", "mac.com",
        "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "i.softbank.jp", "ymobile.ne.jp", "rakuten.jp",
        "biglobe.ne.jp", "nifty.com", "so-net.ne.jp", "ocn.ne.jp", "plala.or.jp", "aol.com", "gmx.de", "gmx.net",
        "web.de", "proton.me", "protonmail.com", "fastmail.com", "zoho.com", "mail.ru", "qq.com", "163.com",
    ]
)  # fmt: skip


def our_loop_mark(asked: Asked) -> bool:
    """Our own header with our instance in it, however often the mail went round."""
    own = asked.identity.instance.lower()
    return bool(own) and any(own in value.lower() for value in asked.message.all(LOOP_HEADER.lower()))


def continues_our_thread(asked: Asked) -> bool:
    """An answer to a note of ours, without anything new to look at. A command of one word is not that."""
    return asked.history.thread_answers > 0 and not asked.is_notice and asked.command is None


def too_many_commands(asked: Asked) -> bool:
    return asked.command is not None and asked.history.commands_day >= 3


def our_message_id(asked: Asked) -> bool:
    """An id that only we could have given. A colleague's mail program may use our domain in its ids, too."""
    local, _, domain = (asked.message.message_id or "").strip("<> ").rpartition("@")
    own = asked.identity.address.rpartition("@")[2].lower()
    if not own or domain.lower() != own:
        return False
    return local.startswith(ID_PREFIX) or asked.sender.domain != own


def quotes_our_note(asked: Asked) -> bool:
    if asked.is_notice or not asked.identity.address:
        return False
    top = "\n".join(asked.message.text.splitlines()[:TOP]).lower()
    return asked.identity.address.lower() in top


def went_in_circles(asked: Asked) -> bool:
    """Too many hops, our inbox twice, or our server with another between."""
    received = asked.message.all("received")
    delivered = [v.strip(" <>").lower() for v in asked.message.all("delivered-to")]
    own = [d for d in delivered if same_address(without_tag(d), [without_tag(a) for a in asked.own_addresses])]
    return len(received) > HOPS or len(own) > 1 or _came_back(received, asked.identity.authserv_id)


def _came_back(received: tuple[str, ...], host: str) -> bool:
    """Several lines of our own server in a row are its inner steps; another server between them is a circle."""
    if not host:
        return False
    lines = (without_comments(value).lower().replace(";", " ").split() for value in received)
    ours = [f" by {host.lower()} " in f" {' '.join(line)} " for line in lines]
    return "+-+" in "".join(sorted_runs(ours))


def sorted_runs(marks: list[bool]) -> list[str]:
    """`[True, True, False, True]` → `["+", "-", "+"]`."""
    return ["+" if m else "-" for n, m in enumerate(marks) if n == 0 or marks[n - 1] != m]


def answered_before(asked: Asked) -> bool:
    """Commands are all alike, and have a limit of their own."""
    obeyed = asked.history.thread_answers > 0 and asked.command is not None and not asked.is_notice
    return asked.history.content_answered and not obeyed


def same_notice_again(asked: Asked) -> bool:
    last = asked.history.notice_answered
    return last is not None and asked.now - last < REPEAT


def over_a_cap(asked: Asked) -> bool:
    caps, past = asked.policy.caps, asked.history
    domain_counts = asked.sender.domain not in FREE_MAIL and not asked.by_filter
    return (
        past.address_hour >= caps.per_address_hour
        or past.address_day >= caps.per_address_day
        or (domain_counts and past.domain_day >= caps.per_domain_day)
        or past.all_hour >= caps.all_hour
        or past.all_day >= caps.all_day
    )


def suppressed(asked: Asked) -> bool:
    return asked.history.suppressed is not None


def out_of_time(asked: Asked) -> bool:
    """Older than a week or than the service, or dated in the future."""
    dated = asked.message.date or asked.arrived
    started = asked.history.first_start
    before_us = started is not None and asked.arrived < started - BEFORE_START
    return before_us or asked.now - min(dated, asked.arrived) > AGE or dated - asked.now > AHEAD


def backlog(asked: Asked) -> bool:
    return asked.history.backlog > BACKLOG
