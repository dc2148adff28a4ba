"""The second look: when to look at a case again, and when what was seen is worth a letter.

    after a note        1 h, 6 h, then daily; in the last three days every 6 h, on the last day every 3 h
    a letter is due     renewed (the case is closed) · the cause changed, at most once a day
                        · 7, 3 and 1 days before the expiry, while it still fails · expired, once
    the watch ends      renewed · stopped by the owner · two weeks after the expiry · 60 days after it began

What could not be found out is no change: only verdicts that were shown are compared.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from triage.model import Case, CaseState, Diagnosis

FIRST = (timedelta(hours=1), timedelta(hours=6))  # after a note
DAILY = timedelta(days=1)
CLOSE_TO_EXPIRY = ((timedelta(days=1), timedelta(hours=3)), (timedelta(days=3), timedelta(hours=6)))
REMINDERS = (7, 3, 1)  # days before the expiry
AFTER_EXPIRY = timedelta(days=14)
LONGEST_WATCH = timedelta(days=60)
BETWEEN_CHANGES = timedelta(hours=20)

Said = Literal["", "renewed", "changed", "reminder", "expired"]


def after_note(case: Case, diagnoses: tuple[Diagnosis, ...], now: datetime) -> Case:
    """The case once a note was written: watched from here on, or closed where nothing is left to watch."""
    told = replace(case, leading=causes(diagnoses), looked=now, looks=0, told=now)
    if _renewed(diagnoses):
        return _closed(told, "renewed")
    left = _days_left(told, now)
    reminded = min((d for d in REMINDERS if left is not None and left <= d), default=None)
    watched = replace(told, state=CaseState.WATCHING, because="", reminded=reminded)
    return replace(watched, next_look=next_look(watched, now))


def next_look(case: Case, now: datetime) -> datetime | None:
    """When this case is looked at again, counted from `now`; None where it is not watched."""
    if case.state is CaseState.CLOSED:
        return None
    pause = FIRST[case.looks] if case.looks < len(FIRST) else DAILY
    if case.expires is not None:
        left = _end_of(case.expires) - now
        if left > timedelta(0):
            pause = min([pause, *(often for within, often in CLOSE_TO_EXPIRY if left <= within)])
    return now + pause


def look(case: Case, diagnoses: tuple[Diagnosis, ...], now: datetime) -> tuple[Case, Said]:
    """The case after one more look, and what is to be said about it; "" where there is nothing to say."""
    said = _worth_saying(case, diagnoses, now)
    seen = replace(case, looked=now, looks=case.looks + 1)
    if said == "renewed":
        return _closed(replace(seen, leading=causes(diagnoses), notes=case.notes + 1, told=now), "renewed"), said
    if said:
        left = _days_left(case, now)
        reached = (
            0 if said == "expired" else min((d for d in REMINDERS if left is not None and left <= d), default=None)
        )
        reminded = case.reminded if reached is None else reached
        seen = replace(seen, leading=causes(diagnoses), notes=case.notes + 1, told=now, reminded=reminded)
    if _is_over(case, now):
        return _closed(seen, "nothing more to watch"), said
    return replace(seen, next_look=next_look(seen, now)), said


def compared(before: tuple[str, ...], diagnoses: tuple[Diagnosis, ...]) -> Literal["changed", "same"]:
    """For an owner who asks: is it as we told, or otherwise? What cannot be found out now is no "same"."""
    return "same" if before == causes(diagnoses) else "changed"


def stopped(case: Case, because: str) -> Case:
    return _closed(case, because)


def causes(diagnoses: tuple[Diagnosis, ...]) -> tuple[str, ...]:
    """What was shown for each name, in order: a cause, "clear", or "" where it could not be found out."""
    shown = {"will-fail": "", "no-obstacle": "clear", "already-renewed": "renewed", "unknown": ""}
    return tuple((d.leading or "") if d.verdict == "will-fail" else shown[d.verdict] for d in diagnoses)


def _worth_saying(case: Case, diagnoses: tuple[Diagnosis, ...], now: datetime) -> Said:
    if _renewed(diagnoses):
        return "renewed"
    left, failing = _days_left(case, now), any(_is_failing(d) for d in diagnoses)
    if left is not None and left < 0:
        return "expired" if case.reminded != 0 else ""
    due = [d for d in REMINDERS if left is not None and left <= d and (case.reminded is None or d < case.reminded)]
    if due and failing:
        return "reminder"
    told_long_ago = case.told is None or now - case.told >= BETWEEN_CHANGES
    return "changed" if told_long_ago and _changed(case.leading, causes(diagnoses)) else ""


def _is_failing(diagnosis: Diagnosis) -> bool:
    """The old certificate is still there for all to see, and something is in the way, shown or not."""
    return diagnosis.verdict == "will-fail" or (diagnosis.verdict == "unknown" and diagnosis.certificate is not None)


def _changed(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Some name has another cause than we told, or none any more; where either is not known, nothing has changed."""
    if len(before) != len(after):
        return False
    return any(old and new and old != new for old, new in zip(before, after, strict=True))


def _renewed(diagnoses: tuple[Diagnosis, ...]) -> bool:
    return bool(diagnoses) and all(d.verdict == "already-renewed" for d in diagnoses)


def _is_over(case: Case, now: datetime) -> bool:
    long_expired = case.expires is not None and now > _end_of(case.expires) + AFTER_EXPIRY
    return long_expired or now - case.opened > LONGEST_WATCH + _until_expiry(case)


def _until_expiry(case: Case) -> timedelta:
    return max(_end_of(case.expires) - case.opened, timedelta(0)) if case.expires else timedelta(0)


def _closed(case: Case, because: str) -> Case:
    return replace(case, state=CaseState.CLOSED, because=because, next_look=None)


def _days_left(case: Case, now: datetime) -> int | None:
    return None if case.expires is None else (case.expires - now.date()).days


def _end_of(day: date) -> datetime:
    """The notice prints a day without a time zone: the whole day counts, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)
