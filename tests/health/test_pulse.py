"""What is counted, and that nothing of a mail becomes a label."""

from datetime import UTC, datetime

from prometheus_client import generate_latest

from tests.health.house import Said
from triage.health import Pulse
from triage.model import AskDns, Diagnosis, DnsAnswer, Failure, Fault, Inquiry, Observation, Observations
from triage.names import Domain

NOW = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)


def counted(*said: Said) -> list[str]:
    pulse = Pulse(lambda: NOW)
    for one in said:
        pulse.hear(one)
    lines = generate_latest(pulse.registry).decode().splitlines()
    # Creation times and what the kernel says of the process are the library's.
    return [ln for ln in lines if ln.startswith("triage_") and "_created" not in ln and "_bucket" not in ln]


def test_outcomes_by_reason() -> None:
    found = counted(
        Said("dropped", "bulk mail"),
        Said("dropped", "bulk mail"),
        Said("held", "bounce: empty return path"),
        Said("admitted", "reply to owner@example.jp: asked by an authenticated sender"),
        Said("aside", "KeyError: 'secret of owner@example.jp'"),
        Said("held", "cannot write to owner@example.jp"),
        Said("held", "example.jp takes no mail"),
    )
    assert [ln for ln in found if ln.startswith("triage_mails_total")] == [
        'triage_mails_total{outcome="dropped",reason="bulk mail"} 2.0',
        'triage_mails_total{outcome="held",reason="bounce: empty return path"} 1.0',
        'triage_mails_total{outcome="admitted",reason="asked by an authenticated sender"} 1.0',
        'triage_mails_total{outcome="aside",reason="failed three times"} 1.0',
        'triage_mails_total{outcome="held",reason="other"} 2.0',
    ]


def test_a_flood_of_reasons_is_bounded() -> None:
    found = counted(*(Said("held", f"reason {n}") for n in range(1000)))
    series = [ln for ln in found if ln.startswith("triage_mails_total")]
    assert len(series) == 101
    assert series[-1] == 'triage_mails_total{outcome="held",reason="other"} 900.0'


def test_moments_letters_and_troubles() -> None:
    found = counted(
        Said("polled", "inbox"), Said("round"), Said("sent", "x"), Said("put-off", "x"), Said("trouble", "x"),
        Said("looked", "x"), Said("journaled", "x"),
    )  # fmt: skip
    assert found == [
        'triage_letters_total{outcome="sent"} 1.0',
        'triage_letters_total{outcome="put-off"} 1.0',
        "triage_troubles_total 1.0",
        "triage_looks_total 1.0",
        'triage_last_good_poll_timestamp_seconds{mailbox="inbox"} 1.7958315e+09',
        "triage_last_good_round_timestamp_seconds 1.7958315e+09",
    ]


def test_probe_times_and_faults() -> None:
    seen = Observations(
        (
            Observation(AskDns("example.jp", "A"), DnsAnswer("NOERROR"), NOW, 0.02),
            Observation(AskDns("example.jp", "AAAA"), Failure(Fault.TIMEOUT), NOW, 5.0),
        )
    )
    found = counted(Said("diagnosed", "x", (Diagnosis(Inquiry(Domain("example.jp")), "unknown", None, (), seen=seen),)))
    assert 'triage_probe_seconds_count{kind="dns"} 2.0' in found
    assert 'triage_probe_seconds_sum{kind="dns"} 5.02' in found
    assert 'triage_probe_failures_total{fault="timeout",kind="dns"} 1.0' in found
