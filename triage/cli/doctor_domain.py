"""The DNS of our own mail address → whether others will believe our answers: SPF, DKIM, DMARC, and a way back."""

from collections.abc import Iterator, Mapping

from triage.cli.checked import Checked
from triage.model import Answer, AskDns, DnsAnswer, Failure, Question

# What the large senders and mail servers call their keys; a key's name cannot be listed, only guessed.
SELECTORS = (
    "default", "mail", "dkim", "google", "selector1", "selector2", "s1", "s2", "k1", "k2", "key1", "fm1", "2024",
    "2025", "2026", "x", "smtp", "mx",
)  # fmt: skip
Answers = Mapping[Question, Answer | Failure]
UNKNOWN = "could not be asked: "


def questions(domain: str, bounces: str = "") -> tuple[AskDns, ...]:
    asked = (
        _mx(domain), AskDns(domain, "A"), AskDns(domain, "AAAA"), AskDns(domain, "TXT"),
        AskDns(f"_dmarc.{domain}", "TXT"), *_keys(domain),
    )  # fmt: skip
    more = (_mx(bounces), AskDns(bounces, "A"), AskDns(bounces, "AAAA"), AskDns(bounces, "TXT")) if bounces else ()
    return tuple(dict.fromkeys((*asked, *more)))


def own_domain(domain: str, answers: Answers, bounces: str = "") -> tuple[Checked, ...]:
    """`bounces` is the domain of the envelope, where that is another one: SPF and the way back are its own."""
    envelope = (
        (("MX", _way_back(bounces, answers)), ("SPF", _spf(bounces, answers))) if bounces not in ("", domain) else ()
    )
    return _own(domain, answers) + tuple(
        Checked(f"{what} of {bounces}", good, words, hint) for what, (good, words, hint) in envelope
    )


def _own(domain: str, answers: Answers) -> tuple[Checked, ...]:
    return tuple(
        Checked(f"{what} of {domain}", good, words, hint)
        for what, (good, words, hint) in (
            ("MX", _way_back(domain, answers)),
            ("SPF", _spf(domain, answers)),
            ("DKIM", _dkim(domain, answers)),
            ("DMARC", _dmarc(domain, answers)),
        )
    )


Verdict = tuple[bool | None, str, str]


def _way_back(domain: str, answers: Answers) -> Verdict:
    mx = answers[_mx(domain)]
    hint = f"publish an MX record at {domain}: without one nobody can forward a notice, and bounces get lost"
    if (lost := _lost(mx)) is not None:
        return lost
    assert isinstance(mx, DnsAnswer)
    hosts = [value.split()[-1].rstrip(".") for value in mx.of("MX")]
    if hosts == [""]:
        return False, "the domain says that it takes no mail (RFC 7505)", hint
    if hosts:
        return True, ", ".join(hosts), ""
    by_address = [answers[AskDns(domain, t)] for t in ("A", "AAAA")]
    if any(isinstance(a, DnsAnswer) and a.answer for a in by_address):
        return None, "none: mail goes to the domain's own address", hint
    return False, "none", hint


def _spf(domain: str, answers: Answers) -> Verdict:
    hint = f'publish a TXT record at {domain}, such as "v=spf1 mx -all", that names the servers of your outbox'
    records = _texts(answers[AskDns(domain, "TXT")], "v=spf1")
    if not isinstance(records, list):
        return records
    if len(records) > 1:
        return False, f"{len(records)} records: together they count as an error (RFC 7208 4.5)", "leave one of them"
    if not records:
        return False, "none", hint
    if set(records[0].split()) & {"all", "+all"}:
        return False, f"{records[0]}: allows the whole world", "end it with -all or ~all"
    return True, records[0], ""


def _dkim(domain: str, answers: Answers) -> Verdict:
    hint = f"let your mail server sign what it sends for {domain}, and publish its key under _domainkey.{domain}"
    below, *named = (answers[question] for question in _keys(domain))
    found = [
        selector
        for selector, answer in zip(SELECTORS, named, strict=True)
        if isinstance(answer, DnsAnswer) and any("p=" in text for text in answer.of("TXT"))
    ]
    if found:
        return True, f"key {', '.join(found)}", ""
    if (lost := _lost(below)) is not None:
        return lost
    # RFC 8020: where the name itself is denied there is nothing below it.
    if isinstance(below, DnsAnswer) and below.rcode == "NXDOMAIN":
        return False, f"no key: _domainkey.{domain} does not exist", hint
    return None, "no key under the usual names; look at the DKIM-Signature of a mail that was sent", hint


def _dmarc(domain: str, answers: Answers) -> Verdict:
    hint = f'publish a TXT record at _dmarc.{domain}: "v=DMARC1; p=reject", so that nobody answers in our name'
    records = _texts(answers[AskDns(f"_dmarc.{domain}", "TXT")], "v=dmarc1")
    if not isinstance(records, list):
        return records
    if len(records) != 1:
        return False, f"{len(records)} records: none of them counts (RFC 7489 6.6.3)" if records else "none", hint
    policy = next(_tags(records[0], "p"), "none")
    if policy == "none":
        return None, f"{records[0]}: asks for nothing", hint
    return True, records[0], ""


def _tags(record: str, tag: str) -> Iterator[str]:
    for part in record.lower().split(";"):
        name, _, value = part.partition("=")
        if name.strip() == tag:
            yield value.strip()


def _texts(answer: Answer | Failure, begins: str) -> list[str] | Verdict:
    """The records of that kind, or why there is no telling."""
    if (lost := _lost(answer)) is not None:
        return lost
    assert isinstance(answer, DnsAnswer)
    texts = (unquoted(value) for value in answer.of("TXT"))
    return [text for text in texts if text.lower().split(" ")[0].split(";")[0].strip() == begins]


def unquoted(value: str) -> str:
    """A TXT record as a zone file has it → its text: the strings are joined without anything between (RFC 7208 3.3)."""
    parts = value.split('"')
    return "".join(parts[1::2]) if len(parts) > 2 else value


def _lost(answer: Answer | Failure) -> Verdict | None:
    """What could not be asked is not missing."""
    if isinstance(answer, DnsAnswer) and answer.rcode in ("NOERROR", "NXDOMAIN"):
        return None
    words = answer.fault.value if isinstance(answer, Failure) else getattr(answer, "rcode", "no answer")
    return None, UNKNOWN + words, "look at the line that begins with dns"


def _mx(domain: str) -> AskDns:
    return AskDns(domain, "MX")


def _keys(domain: str) -> tuple[AskDns, ...]:
    return (
        AskDns(f"_domainkey.{domain}", "TXT"),
        *(AskDns(f"{selector}._domainkey.{domain}", "TXT") for selector in SELECTORS),
    )
