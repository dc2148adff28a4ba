"""One observation in one line: for the ledger, `--json`, `check -v` and `cases show`."""

from triage.model import (
    AskAuthority,
    AskDns,
    AskHttp,
    AskLog,
    AskRegistry,
    AskTls,
    AuthorityAnswer,
    Certainty,
    Diagnosis,
    DnsAnswer,
    Failure,
    HttpAnswer,
    LogAnswer,
    Observation,
    Question,
    RegistryAnswer,
    TlsAnswer,
)

LONGEST = 300  # characters of an answer that a line shows
MOST_LINES = 60  # of one name's evidence that are kept


def in_words(observation: Observation) -> str:
    """`12:00:03 A example.jp → 192.0.2.1 (20 ms)`; time in UTC."""
    answer = _answered(observation)[:LONGEST]
    took = f"{observation.seconds * 1000:.0f} ms"
    text = f"{observation.asked_at:%H:%M:%S} {asked(observation.question)} → {answer} ({took})"
    return text if text.isprintable() else "".join(c if c.isprintable() else "�" for c in text)


def asked(question: Question) -> str:
    match question:
        case AskDns(name=name, type=type, at=at, unchecked=unchecked):
            return f"{type} {name}" + (f" at {at}" if at else "") + (" without DNSSEC" if unchecked else "")
        case AskHttp():
            port = f":{question.port}" if question.port else ""
            shape = " as the CA would" if question.like_ca else ""
            return f"GET {question.scheme}://{question.host}{port}{question.target} at {question.address}{shape}"
        case AskTls(name=name, address=address):
            return f"certificate of {name} at {address}"
        case AskRegistry(name=name, by=by):
            return f"{by} {name}"
        case AskAuthority(ca=ca):
            return f"status of {ca}"
        case AskLog(name=name):
            return f"certificates of {name} in the logs"


def _answered(observation: Observation) -> str:
    match observation.answer:
        case Failure(fault=fault, detail=detail):
            return fault.value + (f": {detail}" if detail else "")
        case DnsAnswer() as dns:
            records = ", ".join([f"{r.type} {r.value}" for r in dns.answer])
            errors = "".join([f" [{code}: {text}]" for code, text in dns.errors])
            return (records or dns.rcode) + errors
        case HttpAnswer() as http:
            location = http.header("location")
            return str(http.status) + (f" to {location}" if location else "")
        case TlsAnswer(certificate=certificate):
            fault = f", {certificate.fault}" if certificate.fault else ""
            return f"{certificate.issuer}, until {certificate.not_after:%Y-%m-%d}{fault}"
        case RegistryAnswer() as entry:
            until = f" until {entry.expires:%Y-%m-%d}" if entry.expires else ""
            statuses = f" ({', '.join(entry.statuses)})" if entry.statuses else ""
            return ("registered" if entry.registered else "not registered") + until + statuses
        case LogAnswer(certificates=certificates):
            newest = f", the newest of {certificates[0].not_before:%Y-%m-%d}" if certificates else ""
            return f"{len(certificates)} found{newest}"
        case AuthorityAnswer(operational=operational, words=words):
            return words or ("operational" if operational else "in trouble")


def evidence(diagnosis: Diagnosis) -> tuple[str, ...]:
    """Every finding that is not ruled out, each with the observations behind it; at most `MOST_LINES` lines."""
    lines = list[str]()
    for finding in diagnosis.findings:
        if finding.certainty is Certainty.RULED_OUT:
            continue
        lines.append(f"{finding.code}: {finding.certainty.value}, {finding.basis}")
        found = (diagnosis.seen.get(question) for question in finding.evidence)
        lines += [f"  {in_words(observation)}" for observation in found if observation is not None]
    return tuple(lines[:MOST_LINES])
