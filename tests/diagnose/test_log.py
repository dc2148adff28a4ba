"""What the CT logs tell beside the served certificate: a newer one that waits to be installed, and nothing else."""

# ruff: noqa: E501 - a row is a line

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.diagnose.net import NAME, NOW, A, Net, an_inquiry, certificate, diagnose, failed, seen_of
from triage.model import AskLog, Failure, Fault, Inquiry, LogAnswer, TlsAnswer

ISSUER = "Let's Encrypt R11"
SERVED = {A: certificate(-60, 30, issuer=ISSUER)}
WANTED = an_inquiry(sources=("log",))
TOLD = an_inquiry(sources=("log",), since=NOW - timedelta(days=2))


def logged(begun: int, ends: int = 89, *names: str, issuer: str = "Let's Encrypt R12") -> LogAnswer:
    answer = certificate(begun, ends, *names, issuer=issuer)
    return LogAnswer((replace(answer.certificate, serial="7"),))


def net(log: LogAnswer | Failure, tls: dict[str, TlsAnswer | Failure] | None = None) -> Net:
    return Net(log=log, tls=tls if tls is not None else dict(SERVED))  # type: ignore[arg-type]


ROWS: dict[str, tuple[Net, Inquiry, str]] = {
    "a newer one waits": (net(logged(-1)), WANTED, "unknown 2026-11-27"),
    "unreadable here, and issued after the notice": (net(logged(-1), {A: failed(Fault.TLS)}), TOLD, "unknown 2026-11-27"),
    "it is the one that is served": (net(LogAnswer((SERVED[A].certificate,))), WANTED, "unknown "),
    "an older one": (net(logged(-80, 10)), WANTED, "unknown "),
    "by another CA: a CDN's, or another host's": (net(logged(-1, issuer="Google Trust Services WE1")), WANTED, "unknown "),
    "of another name": (net(logged(-1, 89, "other.com")), WANTED, "unknown "),
    "a wildcard of this level": (net(logged(-1, 89, "*.com")), WANTED, "unknown 2026-11-27"),
    "expired already": (net(logged(-50, -1)), WANTED, "unknown "),
    "unreadable here, and nobody said since when": (net(logged(-1), {A: failed(Fault.TLS)}), WANTED, "unknown "),
    "the log cannot be asked": (net(failed(Fault.STALLED)), WANTED, "unknown "),
    "renewed and installed": (net(logged(-1), {A: certificate(-1, 89, issuer=ISSUER)}), TOLD, "shown "),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_newer_certificate_that_waits(row: str) -> None:
    its, inquiry, expected = ROWS[row]
    finding = diagnose(its, inquiry).finding("already-renewed")
    assert finding is not None
    assert f"{finding.certainty.value} {finding.facts.get('logged', '')[:10]}" == expected


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_verdict_never_needs_the_log(row: str) -> None:
    its, inquiry, _ = ROWS[row]
    without = diagnose(its, replace(inquiry, sources=()))
    found = diagnose(its, inquiry)
    assert (found.verdict, found.leading) == (without.verdict, without.leading)


def test_it_is_asked_only_where_that_is_wanted() -> None:
    assert [AskLog(NAME) in seen_of(Net(), i) for i in (WANTED, an_inquiry())] == [True, False]
