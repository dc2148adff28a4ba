"""Set-ups by people who had not seen `diagnose`: the verdict, the cause that leads, what must and must not be shown.

tests/worlds/NAME.world.toml is the internet (format: triage/demo/world.py), NAME.toml the inquiry and the truth:
`verdict` and `leading` list what would be right, where the facts leave more than one answer ("" stands for no cause).
"""

import asyncio
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from tests.test_cases import Asked, notice_of, providers
from triage.demo import WorldProbes, load_world
from triage.model import Diagnosis, Verdict
from triage.service import inquiries, investigate

WORLDS = Path(__file__).parent / "worlds"
FILES = sorted(path for path in WORLDS.glob("*.toml") if not path.name.endswith(".world.toml"))


class Truth(BaseModel):
    """What a file says beside its world."""

    model_config = ConfigDict(extra="forbid")
    why: str
    inquiry: Asked
    verdict: tuple[Verdict, ...] = ()
    leading: tuple[str, ...] | None = None
    shown: frozenset[str] = frozenset()
    not_shown: frozenset[str] = frozenset()


def diagnosed(path: Path, truth: Truth) -> Diagnosis:
    world = load_world(path.with_suffix(".world.toml"))
    notice = notice_of(truth.inquiry, world)
    inquiry = next(i for i in inquiries(notice, providers()) if i.name.text == truth.inquiry.name)
    return asyncio.run(investigate(WorldProbes(world), inquiry, lambda: world.now))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_the_matter_here(path: Path) -> None:
    truth = Truth.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    diagnosis = diagnosed(path, truth)
    shown = {finding.code for finding in diagnosis.findings if finding.shown}
    assert {
        "verdict": diagnosis.verdict in (truth.verdict or (diagnosis.verdict,)),
        "leading": truth.leading is None or (diagnosis.leading or "") in truth.leading,
        "missing": truth.shown - shown,
        "surplus": truth.not_shown & shown,
    } == {"verdict": True, "leading": True, "missing": set(), "surplus": set()}, (diagnosis.verdict, diagnosis.leading)
