"""Values → the JSON shapes that other programs rely on. Keys may be added, meanings never change."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from triage.cli.evidence import in_words
from triage.model import (
    Address,
    Certificate,
    Decision,
    Diagnosis,
    Drop,
    Finding,
    Forward,
    Forwarded,
    Hold,
    Notice,
    Problem,
    Question,
    Reading,
    Reply,
    Unrecognized,
)
from triage.names import Domain

Json = dict[str, Any]


def of_reading(file: str, reading: Reading, answer: Decision) -> Json:
    outcome = reading.outcome
    forwarded = reading.message.forwarded
    return {
        "file": file,
        "verdict": outcome.verdict if isinstance(outcome, Unrecognized) else "notice",
        "because": outcome.because,
        "signs": list(outcome.signs),
        "forwarded": _of_forwarded(forwarded) if forwarded else None,
        "notices": [_of_notice(n) for n in reading.notices],
        "answer": _of_decision(answer),
        "repairs": list(reading.message.repairs),
    }


def _of_forwarded(forwarded: Forwarded) -> Json:
    return {
        "how": forwarded.how,
        "from": _of_address(forwarded.sender),
        "to": [_of_address(a) for a in forwarded.to],
        "cc": [_of_address(a) for a in forwarded.cc],
        "subject": forwarded.subject,
        "date": _when(forwarded.date),
        "date_text": forwarded.date_text,
        "body": forwarded.body,
        "note": forwarded.note,
    }


def _of_address(address: Address | None) -> Json | None:
    return {"name": address.name, "address": address.address} if address else None


def _of_notice(notice: Notice) -> Json:
    return {
        "provider": notice.provider,
        "event": notice.event.value,
        "names": _texts(notice.names),
        "service_names": _texts(notice.service_names),
        "expires": notice.expires.isoformat() if notice.expires else None,
        "deferred_until": notice.deferred_until.isoformat() if notice.deferred_until else None,
        "language": notice.language,
        "account": dict(notice.account),
        "stated_error": notice.stated_error,
        "stated_cause": notice.stated_cause,
        "problems": [_of_problem(p) for p in notice.problems],
        "nameless": notice.nameless,
    }


def _of_problem(problem: Problem) -> Json:
    return {
        "name": problem.name.text if problem.name else None,
        "error": problem.error,
        "cause": problem.cause,
        "address": problem.address,
        "url": problem.url,
        "secondary": problem.secondary,
        "retry_after": problem.retry_after,
    }


def _of_decision(decision: Decision) -> Json:
    match decision:
        case Reply(to=to, because=because):
            return {"decision": "reply", "to": [to], "because": because}
        case Forward(to=to, because=because):
            return {"decision": "forward", "to": list(to), "because": because}
        case Hold(because=because):
            return {"decision": "hold", "to": [], "because": because}
        case Drop(because=because):
            return {"decision": "drop", "to": [], "because": because}


def of_diagnosis(diagnosis: Diagnosis, now: datetime) -> Json:
    inquiry = diagnosis.inquiry
    said = {o.question: in_words(o) for o in diagnosis.seen}  # most findings name the same few
    return {
        "name": diagnosis.name.text,
        "verdict": diagnosis.verdict,
        "leading": diagnosis.leading,
        "provider": inquiry.provider.id,
        "ca": inquiry.ca,
        "assumed": list(inquiry.assumed),
        "guess": {"by": inquiry.guess.by, "seen": inquiry.guess.seen} if inquiry.guess else None,
        "findings": [_of_finding(f, said) for f in diagnosis.findings],
        "road": [{"step": s.kind, "seen": s.seen, "state": s.state} for s in diagnosis.road],
        "certificate": _of_certificate(diagnosis.certificate, now) if diagnosis.certificate else None,
        "seconds": round(diagnosis.seconds, 2),
    }


def _of_finding(finding: Finding, said: Mapping[Question, str]) -> Json:
    return {
        "code": finding.code,
        "certainty": finding.certainty.value,
        "blocks_renewal": finding.blocks,
        "basis": finding.basis,
        "facts": dict(finding.facts),
        "evidence": [said[q] for q in finding.evidence if q in said],
    }


def _of_certificate(certificate: Certificate, now: datetime) -> Json:
    return {
        "issuer": certificate.issuer,
        "not_before": _when(certificate.not_before),
        "not_after": _when(certificate.not_after),
        "names": list(certificate.names),
        "days_left": (certificate.not_after - now).days,
    }


def _texts(names: Iterable[Domain]) -> list[str]:
    return [name.text for name in names]


def _when(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
