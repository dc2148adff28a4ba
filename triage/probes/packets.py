"""DNS messages: a question into octets, octets into a DnsAnswer. Touches nothing.

Read by hand and not by dnspython, which takes six times as long over a message (tests/bench/probing.py) where a name
needs forty of them; rare record types go through dnspython, and a test holds both readings against each other.
"""

import base64
import socket
import struct
from functools import lru_cache

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from triage.model import DnsAnswer, Fault, Record
from triage.probes.failing import Failed, plain

EDNS_PAYLOAD = 1232  # octets; the size of the DNS flag day 2020, never fragmented
MOST_RECORDS = 500  # of one section
MOST_HOPS = 64  # pointers within one name

_RCODES = {
    0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN", 7: "YXRRSET",
    8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 16: "BADVERS", 23: "BADCOOKIE",
}  # fmt: skip
_OPT = 41
_EDE = 15
QR, AA, TC, RD, AD, CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0020, 0x0010


class Malformed(ValueError):
    """The octets are no DNS message."""


def query(number: int, name: str, type: str, flags: int, edns: bool) -> bytes:
    """One question. `flags` of RD, AD, CD. Raises Failed where the name or type cannot be asked."""
    head = struct.pack("!HHHHHH", number, flags, 1, 0, 0, 1 if edns else 0)
    tail = b"\0" + struct.pack("!HHIH", _OPT, EDNS_PAYLOAD, 0, 0) if edns else b""
    return head + question(name, type) + tail


@lru_cache(maxsize=4096)
def question(name: str, type: str) -> bytes:
    """The question section: name, type, class IN."""
    return _name_octets(name) + struct.pack("!HH", _type_number(type), 1)


def answers(sent: bytes, octets: bytes) -> bool:
    """Is this the answer to what was sent? Anything else on the socket is ignored, as forged packets must be."""
    if len(octets) < 12 or octets[:2] != sent[:2] or not octets[2] & 0x80 or octets[2] & 0x78:
        return False
    if octets[4:6] == b"\0\0":  # servers that choke on the question leave it out
        return octets[3] & 0x0F != 0
    end = sent.index(b"\0", 12) + 5
    return octets[4:6] == b"\0\1" and octets[12:end].lower() == sent[12:end].lower()


def truncated(octets: bytes) -> bool:
    return bool(octets[2] & 0x02)


def rcode(octets: bytes) -> int:
    """The four bits in the header; the upper ones are in the OPT record."""
    return octets[3] & 0x0F


def read(octets: bytes) -> DnsAnswer:
    """A whole message as a value. Raises Malformed."""
    try:
        return _read(octets)
    except (struct.error, IndexError, ValueError, dns.exception.DNSException) as error:
        raise Malformed(plain(str(error)) or type(error).__name__) from error


def _read(octets: bytes) -> DnsAnswer:
    flags, questions, *counts = struct.unpack_from("!xxHHHHH", octets)
    at = 12
    for _ in range(questions):
        at = _skip_name(octets, at) + 4
    sections: list[tuple[Record, ...]] = []
    code, errors = flags & 0x0F, ()
    for count in counts:
        records: list[Record] = []
        for _ in range(count):
            owner, at = _name(octets, at)
            number, _, ttl, length = struct.unpack_from("!HHIH", octets, at)
            at += 10
            if at + length > len(octets):
                raise Malformed("a record reaches beyond the message")
            if number == _OPT:
                code |= ttl >> 24 << 4
                errors = _extended_errors(octets[at : at + length])
            elif len(records) < MOST_RECORDS:
                records.append(Record(owner, _type_text(number), ttl, _value(octets, at, length, number)))
            at += length
        sections.append(tuple(records))
    answer, authority, additional = sections
    rcode = _RCODES.get(code, f"RCODE{code}")
    return DnsAnswer(rcode, answer, authority, additional, bool(flags & AA), bool(flags & AD), errors)


def _extended_errors(options: bytes) -> tuple[tuple[int, str], ...]:
    """RFC 8914: an info code and words, within the OPT record."""
    found: list[tuple[int, str]] = []
    at = 0
    while at + 4 <= len(options):
        code, length = struct.unpack_from("!HH", options, at)
        if code == _EDE and length >= 2:
            number = struct.unpack_from("!H", options, at + 4)[0]
            words = options[at + 6 : at + 4 + length].decode("utf-8", "replace").rstrip("\0")
            found.append((number, plain(words)))
        at += 4 + length
    return tuple(found)


def _value(octets: bytes, at: int, length: int, number: int) -> str:
    """The presentation form of a record, names in lower case and without their final dot."""
    data = octets[at : at + length]
    if number == 1 and length == 4:
        return socket.inet_ntoa(data)
    if number == 28 and length == 16:
        return socket.inet_ntop(socket.AF_INET6, data)
    if number in (2, 5, 12, 39):  # NS, CNAME, PTR, DNAME
        return _name(octets, at)[0]
    if number == 6:
        return _soa(octets, at)
    if number == 15:
        return f"{struct.unpack_from('!H', data)[0]} {_name(octets, at + 2)[0]}"
    if number == 16:
        return _text(data)
    if number == 257:
        return _caa(data)
    if number in (43, 59) and length > 4:  # DS, CDS
        return "{} {} {} {}".format(*struct.unpack_from("!HBB", data), data[4:].hex())
    if number in (48, 60) and length > 4:  # DNSKEY, CDNSKEY
        return "{} {} {} {}".format(*struct.unpack_from("!HBB", data), base64.b64encode(data[4:]).decode())
    rdata = dns.rdata.from_wire(dns.rdataclass.IN, dns.rdatatype.RdataType.make(number), octets, at, length)
    return plain(rdata.to_text())


def _soa(octets: bytes, at: int) -> str:
    primary, at = _name(octets, at)
    person, at = _name(octets, at)
    return f"{primary} {person} {' '.join(str(n) for n in struct.unpack_from('!IIIII', octets, at))}"


def _text(data: bytes) -> str:
    """The strings of a TXT record in one piece, as the CA joins them (RFC 8555 section 8.4)."""
    joined, at = b"", 0
    while at < len(data):
        joined += data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]
    return _decoded(joined)


def _caa(data: bytes) -> str:
    """`0 issue "letsencrypt.org"`: tag and value as they are, since the CA looks at their case."""
    tag_length = data[1]
    if tag_length == 0 or 2 + tag_length > len(data):
        raise Malformed("a CAA record without a tag")
    value = _decoded(data[2 + tag_length :]).replace("\\", "\\\\").replace('"', '\\"')
    return f'{data[0]} {_decoded(data[2 : 2 + tag_length])} "{value}"'


def _decoded(octets: bytes) -> str:
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        text = octets.decode("latin-1")
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def _name(octets: bytes, at: int) -> tuple[str, int]:
    """The name at `at`, and where what follows it begins. Pointers only lead backwards, so this ends."""
    labels: list[str] = []
    end, hops, size = 0, 0, 0
    while True:
        length = octets[at]
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | octets[at + 1]
            end, hops = end or at + 2, hops + 1
            if target >= at or hops > MOST_HOPS:
                raise Malformed("a name that points forward")
            at = target
            continue
        if length > 63:
            raise Malformed("a label of an unknown kind")
        at += 1
        if length == 0:
            return ".".join(labels), end or at
        size += length + 1
        if size > 255:
            raise Malformed("a name of more than 255 octets")
        labels.append(_label(octets[at : at + length]))
        at += length


def _skip_name(octets: bytes, at: int) -> int:
    while (length := octets[at]) and length < 64:
        at += length + 1
    return at + 2 if length >= 0xC0 else at + 1


@lru_cache(maxsize=8192)
def _label(octets: bytes) -> str:
    """Lower case; whatever is no letter, digit, hyphen, underscore or asterisk is escaped as in a zone file."""
    return (
        "".join(
            chr(b) if chr(b).isalnum() or b in b"-_*" else f"\\{chr(b)}" if 32 < b < 127 else f"\\{b:03d}"
            for b in octets.lower()
        )
        if not _is_plain(octets)
        else octets.decode().lower()
    )


def _is_plain(octets: bytes) -> bool:
    return octets.isascii() and octets.replace(b"-", b"").replace(b"_", b"").isalnum()


def _name_octets(name: str) -> bytes:
    text = name.removesuffix(".")
    try:
        labels = [label.encode("ascii") for label in text.split(".")] if text else []
    except UnicodeEncodeError:
        raise Failed(Fault.NOT_ASKED, "the name is not in its DNS form") from None
    if any(not 0 < len(label) < 64 for label in labels) or sum(len(label) + 1 for label in labels) > 254:
        raise Failed(Fault.NOT_ASKED, "no name of this length can be asked")
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\0"


@lru_cache(maxsize=256)
def _type_number(text: str) -> int:
    try:
        return dns.rdatatype.from_text(text)
    except (dns.exception.DNSException, ValueError):
        raise Failed(Fault.NOT_ASKED, "no such record type") from None


@lru_cache(maxsize=256)
def _type_text(number: int) -> str:
    return dns.rdatatype.to_text(dns.rdatatype.RdataType.make(number))
