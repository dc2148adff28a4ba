"""When a case is looked at again, and when what was seen is worth a letter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.decide.build import a_notice
from tests.decide.reports import a_diagnosis
from triage.decide import after_note, look, next_look, stopped
from triage.model import Case, CaseState, Certificate, Diagnosis, Thread

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
NOTICE = a_notice("example.jp")
FAILS = a_diagnosis("example.jp", "will-fail", "password-protected")
OTHER = a_diagnosis("example.jp", "will-fail", "points-elsewhere")
CLEAR = a_diagnosis("example.jp", "no-obstacle", None)
RENEWED = a_diagnosis("example.jp", "already-renewed", None)
UNKNOWN = a_diagnosis("example.jp", "unknown", "points-elsewhere")


def a_case(**changes: object) -> Case:
    case = Case(
        1, "k", "owner@example.jp", "xserver", NOTICE.names, date(2026, 12, 28), "ja", CaseState.OPEN, NOW,
        Thread("SSL"), NOTICE, notes=1, to=("owner@example.jp",),
    )  # fmt: skip
    return replace(case, **changes)  # pyright: ignore[reportArgumentType]


def watched(*diagnoses: Diagnosis, **changes: object) -> Case:
    return after_note(a_case(**changes), diagnoses or (FAILS,), NOW)


def test_looks_come_after_one_hour_six_hours_and_then_daily() -> None:
    case, now, pauses = watched(), NOW, list[timedelta]()
    for _ in range(5):
        assert case.next_look is not None
        pauses.append(case.next_look - now)
        now = case.next_look
        case, said = look(case, (FAILS,), now)
        assert said == ""
    assert pauses == [timedelta(hours=1), timedelta(hours=6), *[timedelta(days=1)] * 3]


@pytest.mark.parametrize(
    ("expires", "pause"),
    [
        (date(2026, 12, 28), timedelta(days=1)),
        (date(2026, 11, 30), timedelta(hours=6)),
        (date(2026, 11, 28), timedelta(hours=3)),
        (date(2026, 11, 20), timedelta(days=1)),  # past: no hurry any more
        (None, timedelta(days=1)),
    ],
)
def test_looks_come_more_often_before_the_expiry(expires: date | None, pause: timedelta) -> None:
    case = a_case(state=CaseState.WATCHING, looks=5, expires=expires)
    assert next_look(case, NOW) == NOW + pause


def test_what_is_renewed_when_the_note_is_written_is_closed_at_once() -> None:
    case = watched(RENEWED)
    assert (case.state, case.because, case.next_look) == (CaseState.CLOSED, "renewed", None)


def test_renewed_is_said_once_and_closes() -> None:
    case, said = look(watched(), (RENEWED,), NOW + timedelta(hours=1))
    assert (said, case.state, case.notes, case.next_look) == ("renewed", CaseState.CLOSED, 2, None)


def test_one_name_of_two_is_not_renewed() -> None:
    case, said = look(watched(FAILS, FAILS), (RENEWED, FAILS), NOW + timedelta(hours=1))
    assert (said, case.state) == ("", CaseState.WATCHING)


@pytest.mark.parametrize(
    ("before", "after", "hours", "said"),
    [
        pytest.param(FAILS, OTHER, 24, "changed", id="said: another cause"),
        pytest.param(FAILS, CLEAR, 24, "changed", id="said: nothing in the way any more"),
        pytest.param(CLEAR, FAILS, 24, "changed", id="said: something is in the way now"),
        pytest.param(FAILS, FAILS, 24, "", id="nothing: the same cause"),
        pytest.param(FAILS, UNKNOWN, 24, "", id="nothing: could not find out now"),
        pytest.param(UNKNOWN, FAILS, 24, "", id="nothing: could not find out before"),
        pytest.param(FAILS, OTHER, 7, "", id="nothing yet: we wrote today"),
    ],
)
def test_a_change_is_said_where_both_sides_were_shown(
    before: Diagnosis, after: Diagnosis, hours: int, said: str
) -> None:
    assert look(watched(before), (after,), NOW + timedelta(hours=hours))[1] == said


def test_reminders_come_7_3_and_1_days_before_and_once_it_has_expired() -> None:
    case, said = watched(), dict[str, str]()
    for day in range(1, 46):
        now = NOW + timedelta(days=day)
        if case.next_look is None:
            break
        case, words = look(case, (FAILS,), now)
        if words:
            said[now.date().isoformat()] = words
    assert said == {
        "2026-12-21": "reminder",
        "2026-12-25": "reminder",
        "2026-12-27": "reminder",
        "2026-12-29": "expired",
    }
    assert (case.state, case.because) == (CaseState.CLOSED, "nothing more to watch")


def test_nobody_is_reminded_of_what_is_in_order() -> None:
    case = watched(CLEAR)
    assert look(case, (CLEAR,), datetime(2026, 12, 25, tzinfo=UTC))[1] == ""


def test_a_cause_that_is_not_proved_is_reminded_of_where_the_old_certificate_can_be_seen() -> None:
    soon, old = datetime(2026, 12, 25, tzinfo=UTC), Certificate("R11", NOW, NOW + timedelta(days=30), ("example.jp",))
    assert look(watched(UNKNOWN), (replace(UNKNOWN, certificate=old),), soon)[1] == "reminder"
    assert look(watched(UNKNOWN), (UNKNOWN,), soon)[1] == ""


def test_a_note_shortly_before_the_expiry_is_its_own_reminder() -> None:
    case = watched(expires=date(2026, 12, 1))
    assert case.reminded == 3
    assert look(case, (FAILS,), NOW + timedelta(hours=6))[1] == ""
    assert look(case, (FAILS,), NOW + timedelta(days=2))[1] == "reminder"


def test_a_case_without_an_expiry_is_not_watched_for_ever() -> None:
    case, _ = look(watched(expires=None), (FAILS,), NOW + timedelta(days=61))
    assert case.state is CaseState.CLOSED


def test_a_stopped_case_is_not_looked_at() -> None:
    case = stopped(watched(), "stopped by its owner")
    assert (case.state, case.next_look, next_look(case, NOW)) == (CaseState.CLOSED, None, None)
