"""`triage read`: what a mail says, without any network."""

import json
from collections.abc import Sequence
from pathlib import Path

from triage.cli.files import Unusable, raw_mail
from triage.cli.shapes import of_reading
from triage.cli.standing import standing
from triage.cli.voice import Exit, plain, say, say_trouble
from triage.cli.wiring import a_reader, would_answer
from triage.model import Decision, Drop, Forward, Forwarded, Hold, Notice, Permanent, Reading, Reply, Unrecognized
from triage.ports import Unreadable


async def read_files(files: Sequence[str], *, as_json: bool, verbose: bool, config: Path | None) -> Exit:
    """One object or one paragraph a file, in the order of the files. The worst exit counts."""
    stand = standing(config)
    reader = a_reader(stand.rule_folders)
    worst = Exit.DONE
    try:
        for file in files:
            try:
                reading = await reader.read(raw_mail(file))
            except (Unusable, Unreadable) as error:
                worst = Exit.COULD_NOT_WORK
                _say_error(file, str(error), as_json)
                continue
            answer = would_answer(stand, reading)
            if as_json:
                say(json.dumps(of_reading(file, reading, answer), ensure_ascii=False))
            else:
                _print(file, reading, answer, verbose)
    finally:
        await reader.close()
    return worst


def _say_error(file: str, reason: str, as_json: bool) -> None:
    if as_json:
        say(json.dumps({"file": file, "error": reason}, ensure_ascii=False))
    else:
        say_trouble(Permanent(f"{file}: {reason}", "give a whole mail as a file, headers and all (.eml)"))


def _print(file: str, reading: Reading, answer: Decision, verbose: bool) -> None:
    outcome = reading.outcome
    verdict = outcome.verdict if isinstance(outcome, Unrecognized) else "notice"
    rows = [(plain(file), f"{verdict}: {outcome.because}")]
    if outcome.signs:
        rows.append(("  signs", ", ".join(outcome.signs)))
    if reading.message.forwarded:
        rows.append(("  forwarded", _forward_in_words(reading.message.forwarded)))
    for notice in reading.notices:
        rows.extend(_notice_rows(notice, verbose))
    rows.append(("  would", _answer_in_words(answer)))
    rows.extend(("  repaired", repair) for repair in reading.message.repairs if verbose)
    for label, text in rows:
        say(f"{label:<14} {plain(text)}")


def _notice_rows(notice: Notice, verbose: bool) -> list[tuple[str, str]]:
    names = ", ".join(n.text for n in notice.names) or f"none: {notice.nameless or 'the mail names none'}"
    rows = [("  provider", notice.provider), ("  event", notice.event.value), ("  names", names)]
    if notice.service_names:
        rows.append(("  service names", ", ".join(n.text for n in notice.service_names)))
    if notice.expires:
        rows.append(("  expires", notice.expires.isoformat()))
    if notice.stated_error:
        rows.append(("  stated", notice.stated_error))
    if notice.stated_cause:
        rows.append(("  cause", notice.stated_cause))
    if verbose:
        rows.extend(("  matched", f"{m.rule} {m.field}: {m.pattern} ← {m.text}") for m in notice.matches)
    return rows


def _forward_in_words(forwarded: Forwarded) -> str:
    sender = f", from {forwarded.sender.address}" if forwarded.sender else ""
    when = f", {forwarded.date.isoformat()}" if forwarded.date else ""
    return f"{forwarded.how}{sender}{when}"


def _answer_in_words(answer: Decision) -> str:
    match answer:
        case Reply(to=to, because=because):
            return f"reply to {to}: {because}"
        case Forward(to=to, because=because):
            return f"forward to {', '.join(to)}: {because}"
        case Hold(because=because):
            return f"hold: {because}"
        case Drop(because=because):
            return f"drop: {because}"
