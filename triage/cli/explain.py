"""`triage explain`: the note that would be sent for a mail. Asks the network, sends nothing."""

import asyncio
from pathlib import Path

from triage import decide
from triage.cli.files import Unusable, raw_mail
from triage.cli.standing import (
    Standing,
    network_probes,
    of_the_terminal,
    refuse_unknown,
    standing,
    utc_now,
)
from triage.cli.voice import Exit, plain, say, stop
from triage.cli.wiring import a_reader
from triage.explain import explain
from triage.model import Identity, Language, Notice, Permanent, Reading, Report, Unrecognized
from triage.ports import Probes, Unreadable
from triage.service import inquiries, investigate


async def explain_file(file: str, *, language: str | None, html: Path | None, config: Path | None) -> Exit:
    stand = standing(config)
    refuse_unknown(language, stand)
    reading = await _read(file, stand)
    if isinstance(reading.outcome, Unrecognized):
        say(f"{plain(file)}: {reading.outcome.verdict}: {plain(reading.outcome.because)}; nothing would be sent")
        return Exit.DONE
    probes = network_probes(stand.settings)
    try:
        reports = await asyncio.gather(*(_report(probes, notice, stand) for notice in reading.notices))
    finally:
        await probes.close()
    speaks = language or _language(reading, stand)
    note = explain(
        tuple(reports),
        stand.wording,
        speaks,
        utc_now(),
        providers=stand.rulebook.providers,
        signs=reading.outcome.signs,
    )
    say(plain(note.text).rstrip())
    if html is not None:
        _write(html, note.html)
    return Exit.WRONG_OUT_THERE if any(d.verdict == "will-fail" for r in reports for d in r.diagnoses) else Exit.DONE


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Permanent(f"{file}: {(error.strerror or '').lower()}", "choose a folder that can be written") from error


async def _read(file: str, stand: Standing) -> Reading:
    reader = a_reader(stand.rule_folders)
    try:
        return await reader.read(raw_mail(file))
    except (Unusable, Unreadable) as error:
        hint = "give a whole mail as a file, headers and all (.eml)"
        stop(Permanent(f"{file}: {error}", hint), Exit.COULD_NOT_WORK)
    finally:
        await reader.close()


async def _report(probes: Probes, notice: Notice, stand: Standing) -> Report:
    asked = inquiries(notice, stand.rulebook.providers)
    return Report(tuple(await asyncio.gather(*(investigate(probes, i, utc_now) for i in asked))), notice)


def _language(reading: Reading, stand: Standing) -> Language:
    if stand.settings:
        return decide.language(reading, stand.who_may_ask(), stand.settings.who_we_are())
    return decide.language(reading, stand.who_may_ask(), Identity("", language=of_the_terminal(stand)))
