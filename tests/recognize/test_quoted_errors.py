"""244 quoted errors as certbot, lego, acme.sh, Caddy, Plesk, cPanel, hosts … print and mailers mangle them.

data/errors.jsonl: a text a line, and what it states. `cause_any` where the words alone leave several causes open.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from triage.model import Problem
from triage.recognize import problems_in
from triage.recognize.text import fold

ERRORS = [
    json.loads(line) for line in (Path(__file__).parent.parent / "data" / "errors.jsonl").read_text().splitlines()
]
PLAIN_WORDS = frozenset(e["id"] for e in ERRORS if e["id"].startswith("ja-"))  # the sentence around names the domain


def best(error: dict[str, Any]) -> Problem | None:
    """The problem of the name that the text is about."""
    found = problems_in(fold(error["text"]))
    own = [p for p in found if p.name and p.name.text == error["expect"].get("name")]
    return next(iter(own or found), None)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error["id"])
def test_the_cause_that_the_words_show(error: dict[str, Any]) -> None:
    problem = best(error)
    cause = problem.cause if problem else None
    assert cause in error["expect"].get("cause_any", [error["expect"].get("cause")])


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error["id"])
def test_what_else_is_told(error: dict[str, Any]) -> None:
    problem = best(error) or Problem(name=None, error="")
    told = {
        "address": problem.address,
        "url": problem.url,
        "secondary": problem.secondary,
        "retry_after": problem.retry_after,
        "name": problem.name.text if problem.name else None,
    }
    silent = {"name"} if error["id"] in PLAIN_WORDS or "_" in str(error["expect"].get("name")) else set[str]()
    expected = {key: value for key, value in error["expect"].items() if key in told and key not in silent}
    assert {key: told[key] for key in expected} == expected
