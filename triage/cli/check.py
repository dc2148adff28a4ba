"""`triage check`: names given by hand, diagnosed side by side, told in the order in which they were given."""

import asyncio
import gc
import json
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, aclosing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from triage.cli.evidence import in_words
from triage.cli.picture import Picture
from triage.cli.progress import Progress
from triage.cli.shapes import of_diagnosis
from triage.cli.standing import Standing, network_probes, of_the_terminal, refuse_unknown, standing, utc_now
from triage.cli.voice import Exit, plain, say, say_trouble, screen, stop
from triage.cli.watched import WatchedProbes
from triage.explain import explain
from triage.model import (
    UNKNOWN_PROVIDER,
    Diagnosis,
    Inquiry,
    Language,
    Note,
    Observation,
    Permanent,
    Problem,
    Report,
    Temporary,
)
from triage.names import Domain, InvalidName
from triage.ports import Probes
from triage.probes import CRT_SH
from triage.service import investigate

AT_ONCE = 64  # names in flight: enough to keep the loop busy while each waits for its slowest server
MOST_NAMES = 100_000
LONGEST_ERROR = 20_000  # characters of --from-error
MOST_NOTES = 5  # names that are told of at length; of more, a line or two for each


Aside = Callable[[], AbstractContextManager[None]]  # while a result is printed


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
    logs: bool = False  # the CT logs as well
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
    probes = network_probes(stand.settings, _log_url(wish, stand))
    common = _without_name(wish, stand)
    inquiries = [replace(common, name=name) for name in names]
    teller = Teller(wish, stand, language, len(inquiries))
    try:
        with _on_lookers(probes, wish, len(inquiries)) as (watched, aside):
            async with aclosing(_diagnosed(watched, inquiries)) as found:
                async for diagnosis in found:
                    with aside():
                        teller.tell(diagnosis)
                        worst = max(worst, _exit(diagnosis))
    finally:
        await probes.close()
    teller.sum_up()
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


def _log_url(wish: Wish, stand: Standing) -> str:
    own = stand.settings.probes.ct_log if stand.settings else None
    return (own or CRT_SH) if wish.logs else ""


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
def _on_lookers(probes: Probes, wish: Wish, count: int) -> Generator[tuple[Probes, Aside]]:
    """With -v every answer is a line on standard error; on a terminal what is under way is shown while it runs."""
    if wish.verbose:
        yield WatchedProbes(probes, lambda _: None, _print_line), nullcontext
    elif screen.is_terminal and not wish.as_json and count:
        with Progress(screen, count) as progress:
            yield WatchedProbes(probes, progress.asked, progress.seen), progress.aside
    else:
        yield probes, nullcontext


def _print_line(observation: Observation) -> None:
    say(f"  {in_words(observation)}", err=True)


# ---- telling


def _say_wrong(text: str, reason: str, as_json: bool) -> None:
    if as_json:
        say(json.dumps({"name": text[:253], "error": reason}, ensure_ascii=False))
    else:
        say_trouble(Permanent(f"{text[:253]}: {reason}", "give a domain name, such as example.jp"))


class Teller:
    """Tells of one name after the other, at length of a few, in a line or two of each of many."""

    def __init__(self, wish: Wish, stand: Standing, language: Language, count: int) -> None:
        self._as_json = wish.as_json
        self._brief = count > MOST_NOTES and not wish.verbose
        self._stand = stand
        self._language: Language = language
        self._picture = Picture(stand.wording, language)
        self._verdicts: list[str] = []
        self._first: Diagnosis | None = None  # of those of which there is more to say

    def tell(self, diagnosis: Diagnosis) -> None:
        if self._as_json:
            say(json.dumps(of_diagnosis(diagnosis, utc_now()), ensure_ascii=False))
            return
        self._verdicts.append(diagnosis.verdict)
        if not self._brief:
            say(f"{self._picture.whole(diagnosis)}\n\n{plain(self._note(diagnosis).text).rstrip()}\n")
            return
        say(self._picture.line(diagnosis))
        if diagnosis.leading:
            self._first = self._first or diagnosis
            say(f"    {plain(self._note(diagnosis).title)}")

    def sum_up(self) -> None:
        if len(self._verdicts) < 2:
            return
        say(self._picture.summary(self._verdicts))
        if self._brief and self._first:
            say(self._picture.more(self._first))

    def _note(self, diagnosis: Diagnosis) -> Note:
        providers = self._stand.rulebook.providers
        reports = (Report((diagnosis,)),)
        return explain(reports, self._stand.wording, self._language, utc_now(), providers=providers)
