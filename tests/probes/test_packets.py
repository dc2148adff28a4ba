"""DNS octets to values: held against dnspython, and against hostile octets."""

import contextlib
import struct

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.model import DnsAnswer, Record
from triage.probes import packets
from triage.probes.failing import Failed


def message(*records: str, question: str = "example.com. IN A", authority: tuple[str, ...] = ()) -> dns.message.Message:
    name, _, type = question.split()
    answer = dns.message.make_response(dns.message.make_query(name, type, use_edns=0))
    answer.answer = [dns.rrset.from_text(*line.split(maxsplit=4)) for line in records]  # type: ignore[arg-type]
    answer.authority = [dns.rrset.from_text(*line.split(maxsplit=4)) for line in authority]  # type: ignore[arg-type]
    return answer


VALUES = {
    "Example.COM. 300 IN A 93.184.216.34": ("example.com", "A", "93.184.216.34"),
    "example.com. 300 IN AAAA 2606:4700:0:0::1": ("example.com", "AAAA", "2606:4700::1"),
    "example.com. 300 IN NS NS1.Example.com.": ("example.com", "NS", "ns1.example.com"),
    "www.example.com. 300 IN CNAME Example.com.": ("www.example.com", "CNAME", "example.com"),
    "example.com. 300 IN MX 10 Mail.example.com.": ("example.com", "MX", "10 mail.example.com"),
    "example.com. 300 IN SOA ns1.example.com. Host\\.master.example.com. 7 3600 600 86400 60": (
        "example.com", "SOA", "ns1.example.com host\\.master.example.com 7 3600 600 86400 60"),
    'example.com. 300 IN TXT "v=spf1 " "-all"': ("example.com", "TXT", "v=spf1 -all"),
    'example.com. 300 IN TXT "例"': ("example.com", "TXT", "例"),
    'example.com. 300 IN CAA 0 issue "LetsEncrypt.org"': ("example.com", "CAA", '0 issue "LetsEncrypt.org"'),
    'example.com. 300 IN CAA 128 ISSUE ";"': ("example.com", "CAA", '128 ISSUE ";"'),
    "example.com. 300 IN DS 12345 13 2 " + "ab" * 32: ("example.com", "DS", "12345 13 2 " + "ab" * 32),
    "example.com. 300 IN DNSKEY 257 3 13 AAECAwQF": ("example.com", "DNSKEY", "257 3 13 AAECAwQF"),
    "*.example.com. 300 IN A 93.184.216.34": ("*.example.com", "A", "93.184.216.34"),
    "_acme-challenge.example.com. 5 IN TXT x": ("_acme-challenge.example.com", "TXT", "x"),
    "1.216.184.93.in-addr.arpa. 300 IN PTR SV1.xsrv.jp.": ("1.216.184.93.in-addr.arpa", "PTR", "sv1.xsrv.jp"),
    "example.com. 300 IN SRV 0 5 443 www.example.com.": ("example.com", "SRV", "0 5 443 www.example.com."),
}  # fmt: skip


@pytest.mark.parametrize("line", VALUES, ids=lambda line: " ".join(line.split()[3:5])[:40])
def test_records_in_their_presentation_form(line: str) -> None:
    (record,) = packets.read(message(line).to_wire()).answer
    assert (record.name, record.type, record.value) == VALUES[line]


def test_a_whole_answer() -> None:
    made = message("example.com. 300 IN A 93.184.216.34", authority=("example.com. 60 IN NS ns1.example.com.",))
    made.flags |= dns.flags.AA | dns.flags.AD
    made.use_edns(0, options=[dns.edns.EDEOption(9, "no DNSKEY"), dns.edns.EDEOption(22)])
    assert packets.read(made.to_wire()) == DnsAnswer(
        rcode="NOERROR",
        answer=(Record("example.com", "A", 300, "93.184.216.34"),),
        authority=(Record("example.com", "NS", 60, "ns1.example.com"),),
        authoritative=True,
        validated=True,
        errors=((9, "no DNSKEY"), (22, "")),
    )


@pytest.mark.parametrize("rcode", ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "BADVERS"])
def test_rcodes_by_name(rcode: str) -> None:
    made = message()
    made.set_rcode(dns.rcode.from_text(rcode))
    assert packets.read(made.to_wire()).rcode == rcode


def test_a_query_reads_as_what_was_meant() -> None:
    octets = packets.query(7, "www.example.com", "CAA", packets.RD | packets.CD | packets.AD, edns=True)
    made = dns.message.from_wire(octets)
    assert (made.id, made.question[0].to_text(), made.payload) == (7, "www.example.com. IN CAA", 1232)
    assert made.flags == dns.flags.RD | dns.flags.CD | dns.flags.AD


@pytest.mark.parametrize("name", ["例.jp", "a" * 64 + ".com", "a..com", ".".join(["abcdefgh"] * 30)])
def test_a_name_that_dns_cannot_carry_is_not_asked(name: str) -> None:
    with pytest.raises(Failed):
        packets.query(7, name, "A", 0, edns=True)


ASKED = packets.query(7, "example.com", "A", packets.RD, edns=True)
ANSWER = dns.message.make_response(dns.message.from_wire(ASKED)).to_wire()
OTHERS = {
    "another number": struct.pack("!H", 8) + ANSWER[2:],
    "a question, no answer": ASKED,
    "another name": ANSWER.replace(b"example", b"exemple"),
    "another type": ANSWER[:25] + b"\0\x1c" + ANSWER[27:],
    "no question, no error": ANSWER[:4] + b"\0\0" + ANSWER[6:],
    "cut within the header": ANSWER[:11],
    "nothing": b"",
}


@pytest.mark.parametrize("octets", OTHERS.values(), ids=OTHERS)
def test_what_does_not_answer_the_question_is_ignored(octets: bytes) -> None:
    assert packets.answers(ASKED, ANSWER)
    assert packets.answers(ASKED, ANSWER.replace(b"example", b"EXAMPLE"))
    assert not packets.answers(ASKED, octets)


HOSTILE = {
    "a pointer to itself": ANSWER[:12] + b"\xc0\x0c\0\1\0\1",
    "a pointer forward": ANSWER[:7] + b"\1" + ANSWER[8:29] + b"\xc0\xff" + b"\0" * 300,
    "a count without records": ANSWER[:6] + b"\xff\xff" + ANSWER[8:],
    "a record beyond the end": message("example.com. 300 IN A 93.184.216.34").to_wire()[:-20],
    "an unknown kind of label": ANSWER[:12] + b"\x80" + ANSWER[13:],
}


@pytest.mark.parametrize("octets", HOSTILE.values(), ids=HOSTILE)
def test_hostile_octets_are_malformed_and_not_a_crash(octets: bytes) -> None:
    with pytest.raises(packets.Malformed):
        packets.read(octets[:6] + b"\0\1" + octets[8:])


def test_a_name_made_of_pointers_to_pointers_ends() -> None:
    chain = b"".join(struct.pack("!H", 0xC000 | 12 + 2 * n) for n in range(400))
    octets = ANSWER[:4] + b"\0\0\0\1\0\0\0\0" + b"\0\0" + chain
    with pytest.raises(packets.Malformed):
        packets.read(octets)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_answers_are_read_or_malformed(data: st.DataObject) -> None:
    octets = bytearray(message(*list(VALUES)[:12]).to_wire())
    for _ in range(data.draw(st.integers(1, 6))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(packets.Malformed):
        packets.read(bytes(octets[: data.draw(st.integers(12, len(octets)))]))


def test_the_two_readings_agree() -> None:
    """Ours and dnspython's, on every kind of record above in one compressed message."""
    octets = message(*VALUES).to_wire()
    theirs = [
        (str(s.name).lower().rstrip("."), s.ttl) for s in dns.message.from_wire(octets, one_rr_per_rrset=True).answer
    ]
    assert [(r.name, r.ttl) for r in packets.read(octets).answer] == theirs
