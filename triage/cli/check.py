"""`triage check`: names given by hand, diagnosed side by side, told in the order in which they were given."""

import asyncio
import gc
import json
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from triage.cli.evidence import asked, in_words
from triage.cli.shapes import of_diagnosis
from triage.cli.standing import Standing, network_probes, of_the_terminal, refuse_unknown, standing, utc_now
from triage.cli.voice import Exit, plain, say, say_trouble, stop, terminal
from triage.cli.watched import WatchedProbes
from triage.explain import explain
from triage.model import (
    UNKNOWN_PROVIDER,
    Diagnosis,
    Inquiry,
    Language,
    Observation,
    Permanent,
    Problem,
    Question,
    Report,
    Temporary,
)
from triage.names import Domain, InvalidName
from triage.ports import Probes
from triage.service import investigate

AT_ONCE = 64  # names in flight: enough to keep the loop busy while each waits for its slowest server
MOST_NAMES = 100_000
LONGEST_ERROR = 20_000  # characters of --from-error
IN_WORDS = {
    "will-fail": "will fail",
    "no-obstacle": "nothing in the way",
    "already-renewed": "already renewed",
    "unknown": "could not tell",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed."""

    names: tuple[str, ...]
    file: str | None = None
    provider: str | None = None
    since: str | None = None
    from_error: str | None = None
    as_json: bool = False
    verbose: bool = False
    language: str | None = None
    config: Path | None = None


async def check_names(wish: Wish) -> Exit:
    """A verdict for each name. The worst exit counts."""
    stand = standing(wish.config, speaks=not wish.as_json)
    language = _language(wish, stand)
    names, wrong = _parsed(_typed(wish))
    for text, reason in wrong:
        _say_wrong(text, reason, wish.as_json)
    worst = Exit.USAGE if wrong else Exit.DONE
    _spare_the_collector()
    probes = network_probes(stand.settings)
    inquiries = [replace(inquiry, name=name) for inquiry in [_without_name(wish, stand)] for name in names]
    try:
        with _on_lookers(probes, wish, len(inquiries)) as watched:
            async with aclosing(_diagnosed(watched, inquiries)) as found:
                async for diagnosis in found:
                    _tell(diagnosis, wish, stand, language)
                    worst = max(worst, _exit(diagnosis))
    finally:
        await probes.close()
    return worst


def _exit(diagnosis: Diagnosis) -> Exit:
    """A machine without network is told so: "could not tell" for every name would hide it."""
    if diagnosis.seen and all(observation.failed for observation in diagnosis.seen):
        hint = "check this machine's network, or set probes.resolvers in a configuration; triage doctor tells more"
        say_trouble(Temporary(f"{diagnosis.name}: none of {len(diagnosis.seen)} questions got an answer", hint))
        return Exit.COULD_NOT_WORK
    return Exit.WRONG_OUT_THERE if diagnosis.verdict == "will-fail" else Exit.DONE


# ---- what was asked for


def _typed(wish: Wish) -> list[str]:
    lines = list(wish.names)
    if wish.file is not None:
        try:
            with sys.stdin if wish.file == "-" else Path(wish.file).open(encoding="utf-8") as stream:
                lines += [line.split("#")[0].strip() for line in islice(stream, MOST_NAMES)]
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
            stop(Permanent(f"{wish.file}: {reason.lower()}", "give a text file with a name a line"), Exit.USAGE)
    lines = [line for line in lines if line]
    if not lines:
        stop(Permanent("no name was given", "triage check example.jp"), Exit.USAGE)
    return lines


def _parsed(texts: list[str]) -> tuple[list[Domain], list[tuple[str, str]]]:
    names, wrong = dict[Domain, None](), list[tuple[str, str]]()
    for text in texts:
        try:
            names[Domain.parse(text)] = None
        except InvalidName as error:
            wrong.append((text, str(error)))
    return list(names), wrong


def _without_name(wish: Wish, stand: Standing) -> Inquiry:
    """What all names have in common. The name is filled in for each."""
    provider = UNKNOWN_PROVIDER
    if wish.provider is not None:
        known = stand.rulebook.providers
        if wish.provider not in known:
            some = ", ".join(sorted(p.id for p in known.values() if p.kind in ("host", "panel")))
            stop(Permanent(f"--provider: {plain(wish.provider)} is not known", f"one of {some}"), Exit.USAGE)
        provider = known[wish.provider]
    problems = _problems(wish.from_error[:LONGEST_ERROR]) if wish.from_error else ()
    return Inquiry(
        name=Domain("invalid"),
        provider=provider,
        ca=provider.ca or "letsencrypt.org",
        assumed=(*(() if wish.provider else ("provider",)), *(() if provider.ca else ("ca",))),
        since=_moment(wish.since),
        problems=problems,
        atlas=tuple(stand.rulebook.providers.values()),
    )


def _problems(error: str) -> tuple[Problem, ...]:
    from triage.recognize import problems_in  # dozens of patterns, compiled only where they are needed

    return problems_in(error)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        stop(Permanent(f"--since: {plain(text)} is no date", "write it as 2026-11-28"), Exit.USAGE)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _language(wish: Wish, stand: Standing) -> Language:
    """As asked, else as configured, else as the terminal speaks."""
    refuse_unknown(wish.language, stand)
    return wish.language or (stand.settings.identity.language if stand.settings else of_the_terminal(stand))


# ---- asking


def _spare_the_collector() -> None:
    """What was loaded stays, and names leave few cycles behind: a tenth of all CPU (tests/bench/names.py)."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def _diagnosed(probes: Probes, inquiries: list[Inquiry]) -> AsyncGenerator[Diagnosis]:
    """In the order of the names, each as soon as all before it are there; at most AT_ONCE under way."""
    waiting, running = iter(inquiries), list[asyncio.Task[Diagnosis]]()
    try:
        while True:
            for inquiry in islice(waiting, AT_ONCE - len(running)):
                running.append(asyncio.create_task(investigate(probes, inquiry, utc_now)))
            if not running:
                return
            yield await running.pop(0)
    finally:
        for task in running:
            task.cancel()


@contextmanager
def _on_lookers(probes: Probes, wish: Wish, count: int) -> Generator[Probes]:
    """With -v every answer is a line on standard error; on a terminal the latest question is shown while it runs."""
    if wish.verbose:
        yield WatchedProbes(probes, lambda _: None, _print_line)
    elif terminal.is_terminal and not wish.as_json:
        with terminal.status(f"asking about {count} name{'s' if count > 1 else ''}") as status:

            def show(question: Question) -> None:
                status.update(plain(asked(question))[: terminal.width - 4])

            yield WatchedProbes(probes, show, lambda _: None)
    else:
        yield probes


def _print_line(observation: Observation) -> None:
    say(f"  {in_words(observation)}", err=True)


# ---- telling


def _say_wrong(text: str, reason: str, as_json: bool) -> None:
    if as_json:
        say(json.dumps({"name": text[:253], "error": reason}, ensure_ascii=False))
    else:
        say_trouble(Permanent(f"{text[:253]}: {reason}", "give a domain name, such as example.jp"))


def _tell(diagnosis: Diagnosis, wish: Wish, stand: Standing, language: Language) -> None:
    now = utc_now()
    if wish.as_json:
        say(json.dumps(of_diagnosis(diagnosis, now), ensure_ascii=False))
        return
    because = f": {diagnosis.leading}" if diagnosis.leading else ""
    say(f"{diagnosis.name.unicode}  {IN_WORDS[diagnosis.verdict]}{because}  ({diagnosis.seconds:.1f} s)")
    providers = stand.rulebook.providers
    note = explain((Report((diagnosis,)),), stand.wording, language, now, providers=providers)
    say("\n" + plain(note.text).rstrip() + "\n")
