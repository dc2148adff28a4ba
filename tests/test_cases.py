"""Every folder of tests/cases: a mail or an inquiry and a small internet in, all findings and the reply out.

    NN-name/mail.eml or inquiry.toml     what came in; keys of inquiry.toml: see `Asked`
    NN-name/world.toml                   the internet (format: triage/demo/world.py)
    NN-name/findings.txt                 everything that is found, compared whole
    NN-name/reply.ja.txt, reply.en.txt   the note, where there is one to compare
    NN-name/why.md                       why this case exists

TRIAGE_APPROVE=1 writes findings.txt and the replies that are there; read the difference before it is committed.
"""

import asyncio
import os
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from triage.config import load_rules, load_wording
from triage.demo import World, WorldProbes, load_world
from triage.explain import explain
from triage.model import Diagnosis, Event, Finding, Inquiry, Notice, Provider, Reading, Report, Rulebook
from triage.names import Domain
from triage.recognize import problems_in, recognize
from triage.service import inquiries, investigate
from triage.unwrap import unwrap

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())
REPLIES = [(folder, path.name) for folder in FOLDERS for path in sorted(folder.glob("reply.*.txt"))]
APPROVE = os.environ.get("TRIAGE_APPROVE") == "1"


class Asked(BaseModel):
    """inquiry.toml: a notice in short. Times are as in world.toml."""

    model_config = ConfigDict(extra="forbid")
    name: str
    names: tuple[str, ...] = ()  # of the certificate, where they are more
    service_names: tuple[str, ...] = ()  # those of them that only a panel uses
    provider: str = "unknown"
    account: dict[str, str] = {}
    since: str | None = None
    expires: str | None = None
    event: Event = Event.RENEWAL_FAILED
    error: str = ""  # what the CA or the host says, in its words


@cache
def _rulebook() -> Rulebook:
    return load_rules(())


def _notices(folder: Path, world: World) -> tuple[Notice, ...]:
    mail = folder / "mail.eml"
    if mail.exists():
        return _read(mail).notices
    return (notice_of(Asked.model_validate(tomllib.loads((folder / "inquiry.toml").read_text())), world),)


def _read(mail: Path) -> Reading:
    message = unwrap(mail.read_bytes())
    return Reading(message, recognize(message, _rulebook()))


def notice_of(asked: Asked, world: World) -> Notice:
    names = tuple(Domain.parse(text) for text in (asked.names or (asked.name,)))
    expires = world.maybe(asked.expires)
    return Notice(
        asked.provider,
        asked.event,
        names,
        tuple(Domain.parse(text) for text in asked.service_names),
        expires=expires.date() if expires else None,
        account=asked.account,
        stated_error=asked.error or None,
        problems=problems_in(asked.error) if asked.error else (),
        dated=world.maybe(asked.since),
    )


async def _diagnosed(folder: Path) -> tuple[tuple[Report, ...], World]:
    world = load_world(folder / "world.toml")
    probes = WorldProbes(world)
    reports = [
        Report(tuple([await investigate(probes, i, lambda: world.now) for i in _asked(notice)]), notice)
        for notice in _notices(folder, world)
        if not notice.event.is_good or (folder / "inquiry.toml").exists()  # who asks by hand is told; a mail is dropped
    ]
    return tuple(reports), world


def _asked(notice: Notice) -> tuple[Inquiry, ...]:
    return inquiries(notice, providers())


def providers() -> Mapping[str, Provider]:
    return _rulebook().providers


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_all_that_is_found_and_nothing_else(folder: Path) -> None:
    reports, _ = asyncio.run(_diagnosed(folder))
    found = "\n".join(_page(d) for report in reports for d in report.diagnoses)
    assert found == _expected(folder / "findings.txt", found)


@pytest.mark.parametrize(("folder", "file"), REPLIES, ids=lambda value: getattr(value, "name", value))
def test_the_reply_says_it_in_plain_words(folder: Path, file: str) -> None:
    reports, world = asyncio.run(_diagnosed(folder))
    note = explain(reports, load_wording(), file.split(".")[1], world.now, providers=providers())
    text = f"{note.title}\n\n{note.text}"
    assert text == _expected(folder / file, text)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_case_says_why_it_exists(folder: Path) -> None:
    assert len((folder / "why.md").read_text().split()) >= 6
    assert (folder / "mail.eml").exists() != (folder / "inquiry.toml").exists()


def _expected(path: Path, found: str) -> str:
    if APPROVE:
        path.write_text(found)
    return path.read_text() if path.exists() else ""


# ---- findings as text: one a line, so that a change is a line of a diff


def _page(diagnosis: Diagnosis) -> str:
    """What is shown, or unknown for a reason that can be told, by blame; then the codes of the rest."""
    head = f"{diagnosis.name}: {diagnosis.verdict}, leading {diagnosis.leading or 'none'}"
    if guess := diagnosis.inquiry.guess:
        head += f"\nguessed: {diagnosis.inquiry.provider.id}, by {guess.by} {guess.seen}"
    telling = [f for f in diagnosis.findings if f.shown or (f.certainty == "unknown" and f.facts)]
    unknown = (f for f in diagnosis.findings if f.certainty == "unknown" and not f.facts)
    out = (f for f in diagnosis.findings if f.certainty == "ruled-out")
    return "\n".join([head, *map(_line, telling), _codes("unknown", unknown), _codes("ruled-out", out), ""])


def _codes(certainty: str, findings: Iterable[Finding]) -> str:
    return f"{certainty}: {' '.join(sorted(f.code for f in findings)) or '-'}"


def _line(finding: Finding) -> str:
    blocks = {True: "blocks", False: "does not block", None: "now and then"}[finding.blocks]
    facts = " ".join(f"{key}={value!r}" for key, value in sorted(finding.facts.items()))
    return f"{finding.certainty} {finding.code} ({blocks}, {finding.basis}) {facts}".rstrip()
