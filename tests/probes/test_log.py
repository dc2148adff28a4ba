"""A search over the CT logs, from a server of our own: read, cut short, and unknown whenever anything goes wrong."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.probes.servers import ask, probes
from tests.probes.test_registries import Pages, services
from triage.model import AskLog, Certificate, Failure, Fault, LogAnswer

SEARCH = "https://status.test/?q={name}&output=json"
Page = tuple[int, dict[str, str], str]
PATH = "status.test/?q=example.com&output=json"
ENTRY = {
    "issuer_name": 'C=US, O="Let\'s Encrypt, Inc.", CN=R11',
    "name_value": "example.com\nWWW.example.com",
    "not_before": "2026-11-20T10:00:00",
    "not_after": "2027-02-18T10:00:00",
    "serial_number": "03ab",
}
READ = Certificate(
    "Let's Encrypt, Inc. R11",
    datetime(2026, 11, 20, 10, tzinfo=UTC),
    datetime(2027, 2, 18, 10, tzinfo=UTC),
    ("example.com", "www.example.com"),
    serial="3ab",
)


async def asked(tmp_path: Path, pages: Pages, url: str = SEARCH, deadline: float = 5.0) -> object:
    async with services(pages, tmp_path=tmp_path) as settings:
        asker = probes(**settings, log_url=url)
        (observation,) = await ask(asker, AskLog("example.com"), deadline=deadline)
        await asker.close()
    return observation.answer


async def test_the_newest_first_and_a_precertificate_is_no_second_one(tmp_path: Path) -> None:
    old = ENTRY | {"serial_number": "01", "not_before": "2026-09-20T10:00:00"}
    body = json.dumps([old, ENTRY, ENTRY | {"id": 7}, {"not_before": "soon"}, "x"])
    found = await asked(tmp_path, {PATH: (200, {}, body)})
    assert isinstance(found, LogAnswer)
    assert found.certificates[0] == READ
    assert [c.serial for c in found.certificates] == ["3ab", "1"]


async def test_no_more_than_twenty_are_kept(tmp_path: Path) -> None:
    body = json.dumps([ENTRY | {"serial_number": f"{n:x}"} for n in range(1, 200)])
    found = await asked(tmp_path, {PATH: (200, {}, body)})
    assert isinstance(found, LogAnswer)
    assert len(found.certificates) == 20


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ((503, {}, ""), Fault.NOT_ASKED),
        ((429, {}, "[]"), Fault.NOT_ASKED),
        ((200, {}, "<html>"), Fault.GARBLED),
        ((200, {}, '{"error": 1}'), Fault.GARBLED),
        ((200, {}, json.dumps([ENTRY] * 4000)), Fault.GARBLED),
    ],
    ids=["busy", "too many of us", "a page", "another form", "more than we read"],
)
async def test_whatever_goes_wrong_is_unknown(
    page: tuple[int, dict[str, str], str], fault: Fault, tmp_path: Path
) -> None:
    found = await asked(tmp_path, {PATH: page})
    assert isinstance(found, Failure)
    assert found.fault in (fault, Fault.TOO_LARGE)


async def test_without_a_url_nobody_is_asked(tmp_path: Path) -> None:
    asker = probes(log_url="")
    (observation,) = await ask(asker, AskLog("example.com"))
    assert (asker.sources, observation.answer) == (
        (),
        Failure(Fault.NOT_ASKED, "no search over certificate logs is configured"),
    )
    assert probes(log_url=SEARCH).sources == ("log",)
