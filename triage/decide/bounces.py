"""Notes that came back: the envelope address that tells which one it was, and what the returned mail says of it.

Each letter leaves with an envelope sender of its own, `bounce+NUMBER-KEY@…` (VERP). The key is made from the letter's
number with a secret of the ledger's: whoever has not had that letter cannot say that it bounced. The number alone says
whom we wrote to; what the returned mail claims about addresses is not believed.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

from triage.decide.returned import Kind, returned
from triage.model import Identity, Message

KEY_LENGTH = 20  # hexadecimal digits: 80 bits; `_TAG` knows it, too
READ = 262_144  # octets of a bounce that are looked at
LONGEST_STATUS = 20_000  # octets of the part that tells the status
_TAG = re.compile(r"([0-9]{1,12})-([0-9a-f]{20})")
_ADDRESS = re.compile(r"[^\s<>,;:\"()]{1,254}@[^\s<>,;:\"()]{1,254}")
_PART = re.compile(rb"(?im)^content-type:[ \t]{0,9}message/(?:global-)?delivery-status")
_FIELD = re.compile(r"(?im)^(final-recipient|action|status):[ \t]*([^\r\n]{0,300})")
_STATUS = re.compile(r"([245])\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail to our bounce address. `delivery` None: the key is forged, or there is none."""

    delivery: int | None
    kind: Kind  # nothing: only delayed, delivered after all, or no report at all
    status: str = ""  # RFC 3463: 5.1.1

    @property
    def because(self) -> str:
        if self.delivery is None:
            return "bounce: unknown key"
        return "bounce: no report of a failure" if self.kind == "nothing" else f"bounce: {self.kind}"


def envelope(address: str, delivery: int, secret: bytes) -> str:
    """`bounce@example.jp` → `bounce+12-6f0c…@example.jp`, the sender on the envelope of delivery 12."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{delivery}-{_key(delivery, secret)}@{domain}"


def bounced(message: Message, raw: bytes, identity: Identity, secret: bytes) -> Bounce | None:
    """What came to our bounce address, or None for a mail that did not. The outermost headers alone count."""
    tags = _tags(message, identity.bounce or identity.address)
    if not tags:
        return None
    kind, status = _report(raw[:READ])
    if kind == "nothing" and _PART.search(raw[:READ]) is None:
        kind, status = returned(message)
    return Bounce(next((n for tag in tags if (n := _number(tag, secret)) is not None), None), kind, status)


def _tags(message: Message, address: str) -> list[str]:
    """What stands behind the plus in every address of ours that looks like a letter's own."""
    local, _, domain = address.lower().rpartition("@")
    headers = ("delivered-to", "x-original-to", "envelope-to", "to")
    found = (a.lower() for h in headers for value in message.all(h)[:5] for a in _ADDRESS.findall(value[:2000]))
    ours = (a for a in found if a.startswith(local + "+") and a.endswith("@" + domain))
    return [tag for a in ours if _TAG.match(tag := a[len(local) + 1 : -len(domain) - 1])]


def _number(tag: str, secret: bytes) -> int | None:
    parts = _TAG.fullmatch(tag)
    if parts is None:
        return None
    number = int(parts[1])
    return number if hmac.compare_digest(_key(number, secret), parts[2]) else None


def _key(delivery: int, secret: bytes) -> str:
    return hmac.new(secret, b"bounce %d" % delivery, hashlib.sha256).hexdigest()[:KEY_LENGTH]


# ---- RFC 3464


def _report(raw: bytes) -> tuple[Kind, str]:
    """The failure that a delivery report tells, by its Action and Status; its addresses are not needed."""
    for fields in _recipients(raw):
        found = _STATUS.match(fields.get("status", ""))
        if fields.get("action", "").split(" ")[0].lower() == "failed" and found and found[1] in "45":
            return ("hard" if found[1] == "5" else "soft"), found[0]
    return "nothing", ""


def _recipients(raw: bytes) -> list[dict[str, str]]:
    """The fields of each recipient; the first block speaks of the mail as a whole, and has none of them."""
    part = _PART.search(raw)
    if part is None:
        return []
    head, _, rest = raw[part.start() :].replace(b"\r\n", b"\n").partition(b"\n\n")
    body = rest.partition(b"\n--")[0][:LONGEST_STATUS]
    if re.search(rb"(?i)content-transfer-encoding:[ \t]{0,9}base64", head[:2000]):
        try:
            body = base64.b64decode(body)
        except binascii.Error:
            return []
    blocks = body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n\n")
    return [{k.lower(): v.strip() for k, v in _FIELD.findall(block)} for block in blocks[:20]]
