"""CAA: may this CA issue? The choice of the record set and its reading, by Boulder's rules (va/caa.go).

asked    the name and every parent up to the TLD, all at once; CNAMEs are followed by the resolver
counts   the nearest name with any CAA record; a failed look-up nearer than that is fatal, one above it is nothing
tags     without case; unknown with bit 128 or 1: refused. issuewild only for wildcards, and there before issue
value    the CA's name exactly, then `; tag=value` pairs; a malformed record authorizes nobody
"""

import re
from dataclasses import dataclass

from triage.diagnose.found import NOTHING_TO_SAY, Judged, hinted, listed, shown
from triage.diagnose.lookup import Kind, kind
from triage.diagnose.scene import Scene
from triage.model import AskDns, DnsAnswer, Finding, Question, Record

CODES = (
    "caa-other-ca", "caa-wildcard-forbidden", "caa-critical-unknown", "caa-malformed", "caa-other-account",
    "caa-other-method", "caa-lookup-fails",
)  # fmt: skip
_KNOWN_TAGS = frozenset(("issue", "issuewild", "iodef", "issuemail", "issuevmc"))
_CRITICAL = 128 | 1  # bit 0 as RFC 8659 counts, and the 1 that many write by mistake
_PRESENTED = re.compile(r'(\d+)\s+(\S+)\s+(?:"((?:[^"\\]|\\.)*)"|(\S*))\s*\Z', re.DOTALL)
_ESCAPE = re.compile(r"\\(\d{3}|.)", re.DOTALL)
_PARAMETER_TAG = re.compile(r"[A-Za-z0-9]+\Z")
_PARAMETER_VALUE = re.compile(r"[\x21-\x3a\x3c-\x7e]*\Z")


@dataclass(frozen=True, slots=True)
class Caa:
    """One CAA record, and the name at which it sits."""

    flags: int
    tag: str  # lower case
    value: str
    where: str

    @property
    def text(self) -> str:
        return f'{self.flags} {self.tag} "{self.value}"'

    @property
    def is_critical_unknown(self) -> bool:
        return self.tag not in _KNOWN_TAGS and bool(self.flags & _CRITICAL)


@dataclass(frozen=True, slots=True)
class Issuer:
    """The value of issue or issuewild, read: who may issue, under which parameters."""

    ca: str
    parameters: tuple[tuple[str, str], ...] = ()

    def all(self, tag: str) -> tuple[str, ...]:
        return tuple(value for name, value in self.parameters if name == tag)


def levels(name: str) -> tuple[str, ...]:
    labels = name.split(".")
    return tuple(".".join(labels[n:]) for n in range(len(labels)))


def read(record: Record) -> Caa | None:
    found = _PRESENTED.match(record.value)
    if not found:
        return None
    value = found[3] if found[3] is not None else found[4]
    return Caa(int(found[1]), found[2].strip('"').lower(), _ESCAPE.sub(_unescaped, value), record.name)


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1])) if len(found[1]) == 3 else found[1]


def issuer(value: str) -> Issuer | None:
    """None where the value is malformed. `letsencrypt.org;` is fine, a `;` after a parameter is not."""
    domain, semicolon, rest = value.partition(";")
    ca = domain.strip(" \t")
    if any(c in " \t" for c in ca):
        return None
    if not semicolon or not rest.strip(" \t"):
        return Issuer(ca)
    pairs = [part.strip(" \t").partition("=") for part in rest.split(";")]
    if not all(eq and _PARAMETER_TAG.match(tag) and _PARAMETER_VALUE.match(val) for tag, eq, val in pairs):
        return None
    return Issuer(ca, tuple((tag, val) for tag, _, val in pairs))


@dataclass(frozen=True, slots=True)
class Tree:
    """What the levels came to. `fatal` is the level whose failure stops the CA; `unsure` one that we could not ask."""

    records: tuple[Caa, ...] = ()
    fatal: str | None = None
    unsure: bool = False
    pending: bool = False
    evidence: tuple[Question, ...] = ()


def tree(scene: Scene) -> Tree:
    """The nearest set of records, or the failure that comes before it."""
    asked: list[Question] = []
    for level in levels(scene.name):
        question = AskDns(level, "CAA")
        asked.append(question)
        answer = scene.seen.dns(level, "CAA")
        found = kind(answer, "CAA")
        if found is Kind.PENDING:
            return Tree(pending=True, evidence=tuple(asked))
        if found is Kind.UNASKED:
            return Tree(unsure=True, evidence=tuple(asked))
        if found is Kind.BROKEN or (found is Kind.ABSENT and "." not in level):
            return Tree(fatal=level, evidence=(question,))
        if isinstance(answer, DnsAnswer) and found is Kind.FULL:
            records = tuple(c for r in answer.answer if r.type == "CAA" and (c := read(r)))
            return Tree(records, evidence=(question,))
    return Tree(evidence=tuple(asked))


def permits(scene: Scene) -> bool:
    """Every level was asked, and nothing that was heard forbids."""
    return not tree(scene).pending and not any(f.shown and f.blocks for f in judge(scene).findings)


def judge(scene: Scene) -> Judged:
    looked = tree(scene)
    if looked.pending or looked.unsure:
        return NOTHING_TO_SAY
    all_codes = frozenset(CODES)
    if looked.fatal:
        return _lookup_failed(scene, looked)
    finding = _objection(scene, looked)
    if finding is None:
        return Judged((), all_codes, looked.evidence)
    if finding.code == "caa-other-account":
        return Judged((finding,), all_codes - {finding.code}, looked.evidence)
    return Judged((finding,), all_codes - {finding.code}, looked.evidence)


def _lookup_failed(scene: Scene, looked: Tree) -> Judged:
    """Only a cause of its own where the address is found; else the name servers are to blame for both."""
    where = looked.fatal or ""
    answer = scene.answer(AskDns(where, "CAA"))
    rcode = answer.rcode if isinstance(answer, DnsAnswer) else getattr(answer, "fault", "")
    facts = {"where": where, "fault": str(rcode), "nameservers": listed(scene.name_servers), "zone": scene.zone}
    if not scene.found.addresses:
        return NOTHING_TO_SAY
    if where != scene.name and not scene.name_servers and "." not in where:
        return Judged((hinted("caa-lookup-fails", looked.evidence, **facts),))
    return Judged((shown("caa-lookup-fails", looked.evidence, **facts),))


def _objection(scene: Scene, looked: Tree) -> Finding | None:
    """Why this set does not let the CA issue, or None."""
    records = looked.records
    critical = next((r for r in records if r.is_critical_unknown), None)
    if critical:
        return _found(scene, looked, "caa-critical-unknown", (critical,))
    wild = tuple(r for r in records if r.tag == "issuewild")
    plain = tuple(r for r in records if r.tag == "issue")
    relevant = wild if scene.inquiry.name.is_wildcard and wild else plain
    if not relevant:
        return None
    refusals = [_refusal(scene, record) for record in relevant]
    if None in refusals:
        return None
    # The record that comes nearest to a permission is the one to mend.
    code = min((r for r in refusals if r), key=_NEAREST.index)
    meant = tuple(record for record, refusal in zip(relevant, refusals, strict=True) if refusal == code)
    if code == "caa-other-ca" and relevant is wild:
        code = "caa-wildcard-forbidden"
    return _found(scene, looked, code, meant)


_NEAREST = ("caa-other-account", "caa-other-method", "caa-malformed", "caa-other-ca")


def _refusal(scene: Scene, record: Caa) -> str | None:
    """Why one issue or issuewild record does not authorize, or None where it does."""
    allowed = scene.inquiry.provider.caa or (scene.inquiry.ca,)
    parsed = issuer(record.value)
    if parsed is None:
        return "caa-malformed" if _names_one_of(allowed, record.value) else "caa-other-ca"
    if parsed.ca not in allowed:
        return "caa-malformed" if parsed.ca.lower().rstrip(".") in allowed else "caa-other-ca"
    accounts, methods = parsed.all("accounturi"), parsed.all("validationmethods")
    if len(accounts) > 1 or len(methods) > 1:
        return "caa-malformed"
    if methods and not _method_fits(scene, methods[0]):
        return "caa-other-method"
    return "caa-other-account" if accounts else None


def _names_one_of(allowed: tuple[str, ...], value: str) -> bool:
    return any(ca in value.lower() for ca in allowed)


def _method_fits(scene: Scene, listed_methods: str) -> bool:
    named = listed_methods.split(",")
    methods = scene.inquiry.provider.methods or (("dns-01",) if scene.inquiry.name.is_wildcard else ("http-01",))
    return any(method in named for method in methods)


def _found(scene: Scene, looked: Tree, code: str, records: tuple[Caa, ...]) -> Finding:
    where = records[0].where
    facts = {
        "record": listed(r.text for r in records),
        "where": where,
        "ca": scene.inquiry.ca,
        "nameservers": listed(scene.name_servers),
        "zone": scene.zone,
        "cname": where if where != scene.name and where not in levels(scene.name) else None,
    }
    if code == "caa-other-account":  # which account the provider uses is not known from outside
        return hinted(code, looked.evidence, **facts)
    return shown(code, looked.evidence, **facts)
