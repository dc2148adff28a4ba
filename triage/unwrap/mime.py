"""One raw mail goes in; a Message comes out, with the mails attached to it as messages of their own.

The tree is the one that mail-parser works on, the standard parser's; mail-parser itself reads the people and the time,
beside us. Text is decoded from the octets of each part by our own ladder, because mail-parser hands back ISO-2022-JP
bodies undecoded and takes the text of an attached mail for the forwarder's.
"""

import re
from dataclasses import dataclass, field, replace
from email.errors import MessageError
from email.message import Message as Mime
from typing import Literal

from mailparser.dates import parse_mail_date
from mailparser.utils import get_addresses

from triage.model import Address, Message
from triage.names import beginning
from triage.unwrap import limits
from triage.unwrap.charset import decode
from triage.unwrap.flowed import unflow
from triage.unwrap.headers import clean, read_addresses, read_date, read_headers
from triage.unwrap.html import html_to_text, links_of
from triage.unwrap.limits import TooMuch
from triage.unwrap.tree import parsed

# A name of plain words or one encoded word, and one address in brackets: most senders there are.
_ONE_READING = re.compile(
    r"(?:[A-Za-z0-9]+(?: [A-Za-z0-9]+){0,9}|\"[A-Za-z0-9 .-]{1,80}\""
    r"|=\?[\w-]{1,40}\?[BbQq]\?[A-Za-z0-9+/=_-]{1,200}\?=)"
    r" <[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+>\Z",
    re.ASCII,
)
_MSG_ID = re.compile(r"<[^<>\s@]{1,250}@[^<>\s@]{1,250}>")
_LINK = re.compile(r"https?://[^\s<>\"'\u3000-\u3015\uff09]{1,2000}")
_META = re.compile(rb"(?i)<meta[^<>]{0,200}charset\s*=\s*[\"']?\s*([a-z0-9_:.-]{2,40})")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# C0 but for tab and line feed, and the first octets of C1 and of surrogates in UTF-8.
_SUSPECT = bytes(o for o in range(0x20) if o not in b"\t\n") + b"\x7f\xc2\xed"
_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029")
_MOST_LINKS = 200
_MOST_REPAIRS = 20
# A text part that only says that there is an HTML part; the shortest honest forward is longer than its header block.
_POOR = 300


@dataclass(frozen=True)
class _Piece:
    """One body part, decoded. HTML is turned to text only where it is used: it costs as much as all the rest."""

    kind: Literal["plain", "html"]
    text: str


@dataclass
class _Budget:
    """What one mail may still have, over all its levels."""

    parts: int = limits.MOST_PARTS
    attached: int = limits.MOST_ATTACHED
    octets: int = limits.LARGEST_TEXTS


@dataclass
class _Found:
    """What the parts of one mail gave so far, besides its text."""

    types: list[str] = field(default_factory=list[str])
    attached: list[Message] = field(default_factory=list[Message])
    links: list[str] = field(default_factory=list[str])
    repairs: list[str] = field(default_factory=list[str])


def parse(raw: bytes) -> Message:
    """The mail, without `forwarded`. Raises TooMuch."""
    limits.check(raw)
    try:
        tree = parsed(raw)
        message = _message(tree, _Budget(), level=0, size=len(raw))
    except RecursionError as error:
        raise TooMuch("the mail is nested too deeply") from error
    return _with_second_opinion(message, tree)


def _with_second_opinion(message: Message, tree: Mime) -> Message:
    """Where mail-parser reads another sender than we do, both are kept: a sender who can be read two ways is no one.

    Its readers of addresses and of dates are asked, not its whole parse: that decodes every part and copies every file.
    """
    try:
        theirs, malformed = _as_mail_parser_reads(tree)
    except (MessageError, ValueError, LookupError, RecursionError):
        # The standard parser below it raises on half an encoded word: `=?utf-8?B?44O?=`.
        return replace(message, repairs=(*message.repairs, "the sender could be read in one way only"))
    repairs = tuple(f"a header is malformed: {kind}" for kind in malformed)
    ours = {a.address.lower() for a in message.sender}
    extra = tuple(a for a in theirs if a.address.lower() not in ours)
    if extra:
        repairs += ("the sender can be read two ways",)
    if not repairs:
        return message
    return replace(message, sender=message.sender + extra, repairs=message.repairs + repairs)


def _as_mail_parser_reads(tree: Mime) -> tuple[list[Address], list[str]]:
    """The people of the first From, and which kinds of headers about people and time are malformed."""
    senders: list[Address] = []
    values = tree.get_all("from", [])
    if len(values) == 1 and _ONE_READING.match(str(values[0])):
        values = []  # nothing that it could read in another way than we do
    diagnostics: list[dict[str, object]] = []
    malformed: list[str] = []
    for at, value in enumerate(values):
        found = get_addresses(value, defects=diagnostics)
        senders += [Address(None, clean(address)) for _, address in found if "@" in address] if not at else []
    for value in tree.get_all("reply-to", []):
        get_addresses(value, defects=diagnostics)
    if diagnostics:
        malformed.append("AddressHeaderDefect")
    if any(parse_mail_date(value).reasons for name, value in tree.raw_items() if name.lower() == "date"):
        malformed.append("DateHeaderDefect")
    return senders, malformed


def _message(mime: Mime, budget: _Budget, level: int, size: int) -> Message:
    found = _Found()
    pieces = _pieces(mime, found, budget, level)
    text, text_from = _body(pieces, found)
    raw = [(name.strip().lower(), str(value)) for name, value in mime.raw_items()]
    headers = read_headers(raw, found.repairs)
    return Message(
        headers=headers,
        sender=_addresses(raw, "from", found.repairs),
        to=_addresses(raw, "to", found.repairs),
        cc=_addresses(raw, "cc", found.repairs),
        subject=next((header.value for header in headers if header.name == "subject"), ""),
        date=read_date(_first(raw, "date")),
        message_id=_message_id(_first(raw, "message-id")),
        text=text,
        text_from=text_from,
        links=tuple(dict.fromkeys(found.links))[:_MOST_LINKS],
        parts=tuple(found.types),
        attached=tuple(found.attached),
        repairs=tuple(dict.fromkeys(found.repairs))[:_MOST_REPAIRS],
        size=size,
    )


def _first(headers: list[tuple[str, str]], name: str) -> str:
    return next((value for key, value in headers if key == name), "")


def _addresses(headers: list[tuple[str, str]], name: str, repairs: list[str]) -> tuple[Address, ...]:
    return tuple(a for key, value in headers if key == name for a in read_addresses(value, repairs))


def _message_id(value: str) -> str | None:
    found = _MSG_ID.search(value)
    return found[0] if found and found[0].isascii() else None


# ---- parts


def _pieces(mime: Mime, found: _Found, budget: _Budget, level: int) -> list[_Piece]:
    """The text of `mime` in reading order. Attached mails, types and links go to `found`."""
    budget.parts -= 1
    if budget.parts < 0:
        raise TooMuch(f"the mail has more than {limits.MOST_PARTS} parts")
    kind = mime.get_content_type()
    found.types.append(kind)
    if kind in ("message/rfc822", "message/global") or _is_mail_file(mime, kind):
        _attach(mime, found, budget, level)
        return []
    if mime.is_multipart():
        children = [_pieces(part, found, budget, level) for part in _children(mime)]
        return _choose(children, found) if kind == "multipart/alternative" else [p for c in children for p in c]
    return _leaf(mime, kind, found, budget)


def _children(mime: Mime) -> list[Mime]:
    payload = mime.get_payload() if mime.is_multipart() else None
    return [part for part in payload if isinstance(part, Mime)] if isinstance(payload, list) else []


def _leaf(mime: Mime, kind: str, found: _Found, budget: _Budget) -> list[_Piece]:
    if mime.get_content_disposition() == "attachment":
        return []
    if kind == "text/html":
        text = _decoded(mime, kind, found, budget)
        found.links += links_of(text) if "href" in text or "HREF" in text else []
        return [_Piece("html", text)]
    if kind == "text/plain" or kind.startswith("multipart/"):
        if kind != "text/plain":
            found.repairs.append(f"{kind} without parts, read as text")
        text = clean_text(_decoded(mime, kind, found, budget))
        if "flowed" in _declared(mime) and str(mime.get_param("format", "")).lower() == "flowed":
            text = unflow(text, delete_space=str(mime.get_param("delsp", "")).lower() == "yes")
        return [_Piece("plain", text)]
    return []


def _decoded(mime: Mime, kind: str, found: _Found, budget: _Budget) -> str:
    octets = _octets(mime)
    if len(octets) > budget.octets:
        found.repairs.append("the text was cut: it is too long")
        octets = octets[: budget.octets]
    budget.octets -= len(octets)
    octets = octets.replace(b"\r\n", b"\n")
    label = mime.get_content_charset() if "charset" in _declared(mime) else None
    if label is None and kind == "text/html":
        declared = _META.search(octets, 0, 4_096)
        label = declared[1].decode("ascii") if declared else None
    return decode(octets, label, found.repairs)


def _declared(mime: Mime) -> str:
    """To see at a glance that a parameter is not there: the standard parser takes the whole header apart for each."""
    return str(mime.get("content-type", "")).lower()


def _octets(mime: Mime) -> bytes:
    octets = mime.get_payload(decode=True)
    return octets if isinstance(octets, bytes) else b""


def _choose(children: list[list[_Piece]], found: _Found) -> list[_Piece]:
    """Of multipart/alternative: the text part where it says something, else the HTML part."""
    pieces = [piece for child in children for piece in child]
    plain = [p for p in pieces if p.kind == "plain" and p.text.strip()]
    html = [p for p in pieces if p.kind == "html"]
    length = sum(len(p.text) for p in plain)
    if html and length < _POOR and len("".join(html_to_text(p.text, []) for p in html)) > 3 * length:
        return html
    return plain or html


def _body(pieces: list[_Piece], found: _Found) -> tuple[str, Literal["plain", "html", "none"]]:
    pieces = [p for p in pieces if p.text.strip()]
    if not pieces:
        return "", "none"
    texts = [p.text if p.kind == "plain" else clean_text(_text_of_html(p.text, found)) for p in pieces]
    text = _cut("\n\n".join(texts) if len(texts) > 1 else texts[0], found)
    found.links += _LINK.findall(text)[:_MOST_LINKS] if "://" in text else []
    return text, "plain" if any(p.kind == "plain" for p in pieces) else "html"


def _text_of_html(html: str, found: _Found) -> str:
    if len(html) > limits.LONGEST_HTML:
        found.repairs.append("the HTML was cut: it is too long")
        html = html[: limits.LONGEST_HTML]
    return html_to_text(html, found.repairs)


def clean_text(text: str) -> str:
    """One kind of line end, and no control characters but tabs. The invisible stays: `recognize` must refuse it."""
    text = text.removeprefix("\ufeff")
    # Scanning octets is many times faster than a pattern over characters, and nearly all mail is clean.
    octets = text.encode("utf-8", "surrogatepass")
    if len(octets.translate(None, _SUSPECT)) == len(octets) and b"\xe2\x80" not in octets:
        return text
    return _CONTROLS.sub(" ", _LINE_ENDS.sub("\n", text))


def _cut(text: str, found: _Found) -> str:
    if len(text) > limits.LONGEST_TEXT:
        found.repairs.append("the text was cut: it is too long")
        text = beginning(text, limits.LONGEST_TEXT)
    if len(text) > limits.LONGEST_LINE and max(map(len, text.split("\n"))) > limits.LONGEST_LINE:
        found.repairs.append("a line was cut: it is too long")
        text = "\n".join(beginning(line, limits.LONGEST_LINE) for line in text.split("\n"))
    return text


# ---- attached mails


def _is_mail_file(mime: Mime, kind: str) -> bool:
    """Some programs attach a saved mail as a file without saying that it is one."""
    if kind != "application/octet-stream":
        return False
    try:
        return (mime.get_filename() or "").lower().endswith(".eml")
    except (UnicodeError, LookupError):
        return False  # `name*=idna''…`: the standard parser decodes by whatever codec Python has


def _attach(mime: Mime, found: _Found, budget: _Budget, level: int) -> None:
    if level >= limits.DEEPEST_ATTACHED or budget.attached <= 0:
        found.repairs.append("an attached mail was not opened: there are too many")
        return
    budget.attached -= 1
    inner, size = _inner_mail(mime)
    if inner is not None:
        message = _message(inner, budget, level + 1, size)
        found.attached.append(message)
        found.repairs += message.repairs


def _inner_mail(mime: Mime) -> tuple[Mime | None, int]:
    """The attached mail. RFC 2046 forbids base64 on message/rfc822, and Gmail's users receive it all the same."""
    encoding = str(mime.get("content-transfer-encoding", "")).strip().lower()
    children = _children(mime)
    if children and (encoding not in ("base64", "quoted-printable", "x-uuencode") or _is_whole(children[0])):
        return children[0], 0
    octets = _unencode(_octets(children[0]), encoding) if children else _octets(mime)
    if not octets.strip():
        return None, 0
    limits.check(octets)
    return parsed(octets), len(octets)


def _is_whole(mime: Mime) -> bool:
    """A mail, and not the encoded octets of one."""
    return bool(mime.keys()) or mime.is_multipart()


def _unencode(octets: bytes, encoding: str) -> bytes:
    carrier = Mime()
    carrier["content-transfer-encoding"] = encoding
    carrier.set_payload(octets.decode("ascii", "surrogateescape"))
    return _octets(carrier)
