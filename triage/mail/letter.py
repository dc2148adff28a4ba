"""Note → the bytes of a mail: everything that an automatic answer must carry, and nothing that it must not.

The lines are written here and not by a library: a library folds, encodes and refuses as it sees fit, and a header
that came from outside must never be able to start another one. Sources: RFC 3834, RFC 5322, facts never-answer 2.
"""

import base64
import hashlib
import quopri
import re
import unicodedata
from datetime import datetime
from email.header import Header as EncodedHeader
from email.utils import format_datetime

from triage.model import ID_PREFIX, LOOP_HEADER, Identity, Letter, Message, Note, Thread
from triage.names import Domain, InvalidName

LONGEST_SUBJECT = 120  # characters, "Re: " included
LONGEST_ID = 250  # octets of a Message-ID that we repeat
MOST_REFERENCES = 20
LONGEST_REFERENCES = 2048  # octets in all
LARGEST_NOTE = 60_000  # octets without the original; RFC 3834 section 2 asks for a few KB
LARGEST_ORIGINAL = 5_000_000  # octets; of a larger mail only the headers go along

_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")  # no blanks, no brackets inside; RFC 5322 section 3.6.4 without quotes
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}\Z")
_PREFIXES = re.compile(
    r"\s*(?:\[\s*)?(?:re|fwd?|aw|wg|tr|rv|sv|vs|vb|rif|enc|odp|antw|返信|転送)\s*(?:\[\d+\])?\s*[:\uff1a]\s*", re.I
)
_EIGHT_BIT = b"Content-Transfer-Encoding: 8bit\r\n"
_RFC822 = b"Content-Type: message/rfc822\r\n" + _EIGHT_BIT + b"Content-Disposition: attachment\r\n\r\n"


def compose(
    note: Note,
    to: str,
    thread: Thread,
    identity: Identity,
    message_id: str,
    now: datetime,
    *,
    forward: bool = False,
    original: bytes | None = None,
) -> Letter:
    """The letter that carries `note` to `to`. The same arguments give the same bytes.

    `original`, whole, goes along as an attachment; only ever for a registered owner. Raises ValueError where `to` is
    no plain ASCII address or `message_id` is none: both are ours to choose, so that is a bug and not a mail's fault.
    """
    recipient = _plain_address(to)
    if not _is_id(message_id):
        raise ValueError("the Message-ID is not one")
    subject = _line(note.title, LONGEST_SUBJECT) if forward else reply_subject(thread.subject, note.title)
    lines = _head(identity, recipient, subject, message_id, now, note.language, "auto-replied", thread)
    # Made from all that it separates, so that no mail can contain it.
    seed = hashlib.sha256(repr((message_id, note, original)).encode("utf-8", "replace")).hexdigest()[:24]
    body = _alternative(note, "note-" + seed)
    if original is not None:
        body = _mixed(body, original, "with-" + seed)
    return Letter(
        envelope_from=identity.bounce or identity.address,
        to=recipient,
        message_id=message_id,
        raw="".join(line + "\r\n" for line in lines).encode("ascii") + body,
    )


def announce(note: Note, to: str, identity: Identity, message_id: str, now: datetime) -> Letter:
    """A letter that answers nobody, such as the operator's digest; raises as `compose` does."""
    recipient = _plain_address(to)
    if not _is_id(message_id):
        raise ValueError("the Message-ID is not one")
    subject = _line(note.title, LONGEST_SUBJECT)
    lines = _head(identity, recipient, subject, message_id, now, note.language, "auto-generated", Thread(""))
    seed = hashlib.sha256(repr((message_id, note)).encode("utf-8", "replace")).hexdigest()[:24]
    raw = "".join(line + "\r\n" for line in lines).encode("ascii") + _alternative(note, "note-" + seed)
    return Letter(identity.bounce or identity.address, recipient, message_id, raw)


def thread_of(message: Message) -> Thread:
    """What an answer to `message` refers to; ids that are not valid are left out (RFC 5322 section 3.6.4)."""
    ids = _ids(message.all("message-id"))
    references = _ids(message.all("references")) or _ids(message.all("in-reply-to"))
    return Thread(message.subject, ids[0] if len(ids) == 1 else None, references[-MOST_REFERENCES:])


def message_id_for(identity: Identity, key: str, number: int) -> str:
    """The Message-ID of the `number`th note of `key`: always the same, so that a repeat can be told."""
    digest = hashlib.sha256("\0".join((identity.instance, key, str(number))).encode()).hexdigest()[:32]
    return f"<{ID_PREFIX}{digest}@{_domain(identity.address)}>"


def reply_subject(subject: str, otherwise: str) -> str:
    """`Re: ` and the subject without its Re, Fwd, 転送 …; `otherwise` where nothing is left of it."""
    plain = _line(subject, 10 * LONGEST_SUBJECT)
    while found := _PREFIXES.match(plain):
        plain = plain[found.end() :]
    return _line("Re: " + (plain or otherwise), LONGEST_SUBJECT)


def seven_bit(raw: bytes) -> bytes:
    """The same letter for a server without 8BITMIME: an 8-bit original becomes a file in base64."""
    head, found, rest = raw.partition(_RFC822)
    original, end, tail = rest.rpartition(b"\r\n--with-")
    if not (found and end):
        return raw
    return head.replace(_EIGHT_BIT, b"", 1) + _as_file(original) + end + tail


# ---- headers


def _head(
    identity: Identity,
    to: str,
    subject: str,
    message_id: str,
    now: datetime,
    language: str,
    submitted: str,
    thread: Thread,
) -> list[str]:
    """The lines of a letter's head, but for those of its body. `submitted`: see RFC 3834 section 5."""
    return [
        f"Date: {format_datetime(now)}",
        f"From: {_sender(identity)}",
        f"To: {to}",
        f"Subject: {_encoded('Subject', subject)}",
        f"Message-ID: {message_id}",
        *_threading(thread),
        f"Auto-Submitted: {submitted}",
        "X-Auto-Response-Suppress: All",
        "Precedence: bulk",
        f"{LOOP_HEADER}: {_line(identity.instance, 200)}",
        f"Content-Language: {language}",
        "MIME-Version: 1.0",
    ]


def _line(text: str, longest: int) -> str:
    """One line of text for a header: nothing invisible, nothing that turns the direction, cut between characters."""
    blank = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Zs") else c for c in text[: 20 * longest])
    plain = "".join(c for c in blank if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    plain = " ".join(plain.split())
    if len(plain) <= longest:
        return plain
    end = longest - 1
    while end > 1 and unicodedata.combining(plain[end]):
        end -= 1
    return plain[:end].rstrip() + "…"


def _encoded(name: str, text: str) -> str:
    if text.isascii() and len(name) + len(text) < 76 and "=?" not in text:
        return text
    return EncodedHeader(text, "utf-8", maxlinelen=76, header_name=name).encode(linesep="\r\n")


def _sender(identity: Identity) -> str:
    name = _line(identity.name, 60)
    if not name:
        return _plain_address(identity.address)
    plain = re.fullmatch(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+", name) and "=?" not in name
    if not plain and name.isascii() and "=?" not in name:
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    elif not plain:
        name = EncodedHeader(name, "utf-8", maxlinelen=76, header_name="From").encode(linesep="\r\n")
    return f"{name}\r\n <{_plain_address(identity.address)}>"


def _threading(thread: Thread) -> list[str]:
    own = thread.message_id if thread.message_id and _is_id(thread.message_id) else None
    chain = [i for i in thread.references if _is_id(i) and i != own][-MOST_REFERENCES:]
    chain += [own] if own else []
    while sum(len(i) + 3 for i in chain) > LONGEST_REFERENCES:
        chain.pop(0)
    lines = [f"In-Reply-To: {own}"] if own else []
    return lines + (["References: " + "\r\n ".join(chain)] if chain else [])


def _ids(values: tuple[str, ...]) -> tuple[str, ...]:
    found = (i for value in values for i in _ID.findall(value[:65536]))
    return tuple(dict.fromkeys(i for i in found if _is_id(i)))


def _is_id(text: str) -> bool:
    return len(text) <= LONGEST_ID and text.count("@") == 1 and _ID.fullmatch(text) is not None


def _plain_address(address: str) -> str:
    """The address with its domain in A-labels. A local part in quotes is legal, and nobody has one."""
    local = address.rpartition("@")[0]
    if not _LOCAL.match(local):
        raise ValueError("the address has a local part that cannot be written to")
    return f"{local}@{_domain(address)}"


def _domain(address: str) -> str:
    try:
        return Domain.parse(address.rpartition("@")[2]).text
    except InvalidName as error:
        raise ValueError(f"the domain of the address cannot be written to: {error}") from error


# ---- bodies


def _alternative(note: Note, boundary: str) -> bytes:
    html = _text_part("html", note.html)
    room = LARGEST_NOTE - 4096  # for the headers
    text = _text_part("plain", _fitting(note.text, room))
    # Text alone is a whole note; HTML alone would not be.
    parts = [text, html] if note.html and len(text) + len(html) <= room else [text]
    return _multipart("alternative", boundary, parts)


def _fitting(text: str, room: int) -> str:
    """Whole lines from the top; base64 takes four octets for three, and CRLF after each 76."""
    longest = room * 3 // 4 * 76 // 78 - 200
    octets = text.encode("utf-8", "replace")
    if len(octets) <= longest:
        return text
    return octets[:longest].decode("utf-8", "ignore").rpartition("\n")[0] + "\n…\n"


def _text_part(subtype: str, text: str) -> bytes:
    octets = re.sub(r"\r\n?|\n", "\r\n", text.rstrip() + "\n").encode("utf-8", "replace")
    # Mostly ASCII stays legible in the raw mail; anything else is shorter in base64.
    if sum(o > 127 for o in octets) * 6 < len(octets):
        coding, body = "quoted-printable", quopri.encodestring(octets.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    else:
        coding, body = "base64", _base64(octets)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    return head.encode("ascii") + body


def _mixed(body: bytes, original: bytes, boundary: str) -> bytes:
    attached = _attached(original)
    whole = _multipart("mixed", boundary, [body, attached])
    return whole if attached.isascii() else _EIGHT_BIT + whole  # RFC 2045 section 6.4: no part says more than the whole


def _attached(original: bytes) -> bytes:
    whole = re.sub(rb"\r\n|\n", b"\r\n", original)
    if len(whole) > LARGEST_ORIGINAL:
        head = re.split(rb"\r\n\r\n", whole[:200_000], maxsplit=1)[0]
        return b"Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: base64\r\n\r\n" + _base64(head)
    # RFC 2046 section 5.2.1 forbids base64 for message/rfc822, and SMTP forbids these lines.
    if b"\0" in whole or re.search(rb"\r(?!\n)|[^\n]{999}", whole):
        return _as_file(whole)
    return (_RFC822 if not whole.isascii() else _RFC822.replace(b"8bit", b"7bit")) + whole


def _as_file(original: bytes) -> bytes:
    return (
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="original.eml"\r\n\r\n' + _base64(original)
    )


def _multipart(subtype: str, boundary: str, parts: list[bytes]) -> bytes:
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    fence = f"--{boundary}".encode("ascii")
    return head + b"".join(fence + b"\r\n" + part + b"\r\n" for part in parts) + fence + b"--\r\n"


def _base64(octets: bytes) -> bytes:
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")
