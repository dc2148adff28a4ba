"""A decoded mail goes in; the mail that it forwards comes out, or None.

In this order, since each is better evidence than the next: an attached mail; a header block or an attribution line
in the text, whichever comes first; the headers of automatic forwarding; a subject that says so; quote marks alone.
"""

import re
from dataclasses import replace
from textwrap import dedent

from triage.model import Forwarded, Message
from triage.unwrap.attribution import Attribution, find_attribution
from triage.unwrap.block import OPENINGS, Block, find_block, opening_above
from triage.unwrap.dates import moment
from triage.unwrap.labels import CLOSINGS, FORWARD_PREFIXES, REPLY_PREFIXES
from triage.unwrap.lines import depth, is_blank, is_ruler, joined, titled, unquote
from triage.unwrap.people import many_people, one_person

DEEPEST = 3  # forwards of forwards in one text that are opened
_PREFIX = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?([^\s:：\[\]()]{1,14}?)\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s?[:：]\s*"
)
_AUTOMATIC = ("x-forwarded-for", "x-forwarded-to", "resent-from", "resent-to", "x-ms-exchange-generated-message-source")
_FORWARD = frozenset(FORWARD_PREFIXES.casefold().split())
_REPLY = frozenset(REPLY_PREFIXES.casefold().split())
_CLOSINGS = tuple(CLOSINGS.strip().splitlines())
_CLOSING_ENDS = frozenset("-=で*")
_CAF = re.compile(r"\+caf_=", re.IGNORECASE)


def open_forwards(message: Message) -> Message:
    """The message with `forwarded` filled in, in every attached mail as well."""
    if message.attached:
        message = replace(message, attached=tuple(open_forwards(inner) for inner in message.attached))
    forwarded = find_forward(message)
    return replace(message, forwarded=forwarded) if forwarded else message


def find_forward(message: Message) -> Forwarded | None:
    if message.parts[:1] == ("multipart/report",):
        return None  # a bounce returns our own mail; it forwards nothing (RFC 6522)
    if message.attached:
        return _attached(message)
    lines = message.text.split("\n")
    found = _in_text(message, lines)
    return _with_inner(message, found, DEEPEST) if found else _automatic(message) or _pasted(message, lines)


def _with_inner(message: Message, found: Forwarded, depth: int) -> Forwarded:
    """The forward and, where its subject says so, the one that it forwards."""
    if not depth or subject_core(found.subject or "")[1] != "forward":
        return found
    within = replace(message, subject=found.subject or "", text=found.body, date=found.date or message.date)
    inner = _in_text(within, found.body.split("\n"))
    return replace(found, inner=_with_inner(within, inner, depth - 1)) if inner else found


def subject_core(subject: str) -> tuple[str, str | None]:
    """The subject without its first prefix, and what that says: "forward", "reply" or None."""
    found = _PREFIX.match(subject)
    word = found[1].casefold() if found else ""
    if found and word in _FORWARD:
        return subject[found.end() :].strip(), "forward"
    if found and word in _REPLY:
        return subject[found.end() :].strip(), "reply"
    return subject.strip(), None


def _attached(message: Message) -> Forwarded:
    inner = message.attached[0]
    return Forwarded(
        how="attached",
        sender=inner.sender[0] if inner.sender else None,
        to=inner.to,
        cc=inner.cc,
        subject=inner.subject or None,
        date=inner.date,
        date_text=inner.first("date"),
        body=inner.text.strip("\n"),
        note=message.text.strip() or None,
        message=inner,
    )


# ---- in the text


def _in_text(message: Message, lines: list[str]) -> Forwarded | None:
    core, says = subject_core(message.subject)
    is_reply = says == "reply" or (says is None and message.first("in-reply-to") is not None)
    block = find_block(lines, core, announced=says is not None)
    attribution = find_attribution(lines if block is None else lines[: block.opening])
    if attribution is not None and block is not None and block.says_forwarded and block.depth <= attribution.depth:
        attribution = None  # a quote above the forward, with which the forwarder begins
    if attribution is not None and (says == "forward" or is_reply):
        return _from_attribution(message, lines, attribution, core if says == "forward" else None)
    if block is not None:
        return _from_block(message, lines, block, "quoted" if is_reply and not block.says_forwarded else "inline")
    return None


def _from_block(message: Message, lines: list[str], block: Block, how: str) -> Forwarded:
    values = block.values
    date_text = values.get("date") or None
    core = subject_core(message.subject)[0]
    subject = values.get("subject") or None
    if subject and "".join(subject.split()) == "".join(core.split()):
        subject = core  # the mail's own subject shows where the folded one has a blank
    return Forwarded(
        how="quoted" if how == "quoted" else "inline",
        sender=one_person(values.get("from", "")),
        to=many_people(values.get("to", "")),
        cc=many_people(values.get("cc", "")),
        subject=subject,
        date=moment(date_text, block.languages, message.date) if date_text else None,
        date_text=date_text,
        body=_body(_without_frame(lines, block), block.depth),
        note=_note(lines[: block.opening]),
    )


def _from_attribution(message: Message, lines: list[str], found: Attribution, subject: str | None) -> Forwarded:
    return Forwarded(
        how="quoted" if subject is None else "inline",
        sender=found.sender,
        subject=subject,
        date=moment(found.date_text, frozenset(), message.date) if found.date_text else None,
        date_text=found.date_text or None,
        body=dedent(_body(lines[found.end :], found.depth)),
        note=_note(lines[: opening_above(lines, found.start, found.depth)[0]]),
    )


def _without_frame(lines: list[str], block: Block) -> list[str]:
    """The lines below the block. Zoho repeats the title there, SquirrelMail draws a line; both belong to the block."""
    body = lines[block.end :]
    first = next((n for n, line in enumerate(body[:3]) if not is_blank(line)), 0)
    if block.titled and body and (body[first] == lines[block.opening] or _FRAME.match(body[first])):
        return body[first + 1 :]
    return body


_FRAME = re.compile(r"-{60,}\s*\Z")


def _note(lines: list[str]) -> str | None:
    return joined(lines).strip(" \t\u3000\ufeff\n") or None


def _body(lines: list[str], level: int) -> str:
    """What stands below the block, without its quote marks, up to the line with which some programs close it."""
    lines = _until_closing(lines)
    first = next((n for n, line in enumerate(lines) if line.strip("> \t")), 0)
    if level == 0 and first < len(lines) and depth(lines[first]) and _mostly_quoted(lines):
        level = 1  # Missive, MailMate, Apple Mail: the block is bare and the body is quoted
    if level:
        lines = [unquote(line, level) for line in _without_answer_below(lines, level)]
    if first < len(lines) and lines[first].strip() == "----":
        lines = lines[first + 1 :]  # Becky! closes the block with four dashes
    return joined(lines)


def _until_closing(lines: list[str]) -> list[str]:
    """A closing line ends the forward, but not where it closes another one within."""
    within = 0
    for at, line in enumerate(lines):
        if line[-1:] not in _CLOSING_ENDS or not line.strip():
            continue
        if any(closing in line.casefold() for closing in _CLOSINGS):
            if not within:
                return lines[:at]
            within -= 1
        elif (title := titled(line)) is not None and _opens(title[0]):
            within += 1
    return lines


def _opens(title: str) -> bool:
    return title in OPENINGS or title.startswith("forwarded message from")


def _mostly_quoted(lines: list[str]) -> bool:
    filled = [line for line in lines if not line.isspace() and line]
    return bool(filled) and sum(map(bool, map(depth, filled))) * 5 >= len(filled) * 4


def _without_answer_below(lines: list[str], level: int) -> list[str]:
    """Text below the last quoted line is the forwarder's, unless it is the rest of a line that was wrapped."""
    last = max((n for n, line in enumerate(lines) if depth(line) >= level), default=-1)
    end = last + 1
    while end < len(lines) and not is_blank(lines[end]):
        end += 1
    return lines[:end] if last >= 0 else lines


# ---- without a block


def _automatic(message: Message) -> Forwarded | None:
    """The mail was sent on by a filter or a server: From is still the host's (facts: ja-31, RFC 5322 section 3.6.6)."""
    if not any(message.first(name) for name in _AUTOMATIC) and not any(
        _CAF.search(value) for name in ("return-path", "received", "x-envelope-from") for value in message.all(name)
    ):
        return None
    return Forwarded(
        how="automatic",
        sender=message.sender[0] if message.sender else None,
        to=message.to,
        cc=message.cc,
        subject=message.subject or None,
        date=message.date,
        date_text=message.first("date"),
        body=message.text.strip("\n"),
    )


def _pasted(message: Message, lines: list[str]) -> Forwarded | None:
    """A forward of which only the text is left: the subject says so, or most of the text is quoted and no reply."""
    core, says = subject_core(message.subject)
    if says == "reply":
        return _quoted(message, lines)
    if not message.text.strip():
        return None
    quoted = [n for n, line in enumerate(lines) if depth(line)]
    if len(quoted) >= 3 and _mostly_quoted(lines[quoted[0] :]) and not _introduced(lines, quoted[0]):
        start = quoted[0]
        return Forwarded(
            how="pasted",
            subject=core if says == "forward" else None,
            body=_body(lines[start:], 1),
            note=_note(lines[:start]),
        )
    if says != "forward":
        start = _announced(lines)
        if start is None:
            return None
        return Forwarded(how="pasted", body=joined(lines[start:]), note=_note(lines[:start]))
    ruler = next((n for n, line in enumerate(lines) if is_ruler(line)), 0)
    return Forwarded(how="pasted", subject=core, body=joined(lines[ruler:]), note=_note(lines[:ruler]))


def _quoted(message: Message, lines: list[str]) -> Forwarded | None:
    """A reply of which the line above the quote could not be read, or is missing."""
    marked = [n for n, line in enumerate(lines) if depth(line)]
    if len(marked) < 3 or not _mostly_quoted(lines[marked[0] : marked[-1] + 1]):
        return None
    return Forwarded(how="quoted", body=_body(lines[marked[0] :], 1), note=_note(lines[: marked[0]]))


_ANNOUNCING = re.compile(
    r"(?:次|以下|下記|こ)の(?:ような)?[^。\n]{0,20}(?:メール|通知|お知らせ|連絡|案内)[^。\n]{0,16}(?:来|届|受け|受信|いただ|頂)[^。\n]{0,20}[。:：]?\s*\Z"
    r"|\b(?:got|received)\b[^.\n]{0,20}\b(?:this|the following|these)\b[^.\n]{0,20}"
    r"\b(?:e-?mails?|messages?|notices?|notifications?)\b[^.\n]{0,40}:\s*\Z",
    re.IGNORECASE,
)
_SHORTEST = 4  # lines of a notice that was pasted below such a line


def _announced(lines: list[str]) -> int | None:
    """The first line of what somebody pasted below "I got this mail:"."""
    at = next((n for n, line in enumerate(lines[:20]) if _ANNOUNCING.search(line[:200])), None)
    if at is None or sum(not is_blank(line) for line in lines[at + 1 :]) < _SHORTEST:
        return None
    return at + 1


def _introduced(lines: list[str], first: int) -> bool:
    """A line that ends in a colon above the quote: a reply in a language whose attribution we do not read."""
    around = [line for line in lines[max(0, first - 3) : first + 1] if not is_blank(line)]
    return any(line.rstrip("> \t").endswith((":", "：")) for line in around)
