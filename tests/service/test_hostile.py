"""Every hostile sample, and mails that break their reader, through the service: what becomes of each."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.reader.fakes import no_rules, obey
from tests.service.real import RealHouse, a_mail
from tests.unwrap.samples import html_mail, wrapped
from tests.unwrap.test_limits import HOSTILE_HTML, HOSTILE_TEXTS, REFUSED
from triage.config import load_rules
from triage.model import Entry, MailState
from triage.reader import WorkerReader
from triage.recognize import recognize

NOTICES = Path(__file__).parents[1] / "data" / "notices"
HEAD = a_mail(body="").partition("Subject:")[0].encode()  # an owner's, that our server vouches for
TRIED = "failed three times: Unreadable: "
BREAKS = {
    "hang": "the mail was not read within 1 s",
    "die": "the reader died over it",
    "outgrow": "the mail needs more memory than a reader may have",
}


@pytest.fixture
def house(tmp_path: Path) -> RealHouse:
    return RealHouse(tmp_path, url="sqlite:///:memory:")


@pytest.mark.attack(number=36)
async def test_what_breaks_its_reader_three_times_is_set_aside_and_can_be_replayed(house: RealHouse) -> None:
    service = replace(house.service(), reader=WorkerReader(no_rules, obey, workers=2, seconds=1.0))
    await service.round()
    for subject in (*BREAKS, "hello"):
        house.receives(HEAD + f"Subject: {subject}\r\n\r\nx".encode())
    await service.round()
    entries = list(reversed(await service.ledger.entries()))
    assert [entry.state for entry in entries] == [MailState.ASIDE] * 3 + [MailState.HELD]
    wrong = [e for e, reason in zip(entries, BREAKS.values(), strict=False) if not e.because.startswith(TRIED + reason)]
    assert (wrong, {entry.attempts for entry in entries[:3]}) == ([], {4})
    mended = replace(service, reader=house.service().reader)
    assert await mended.ledger.replay(entries[1].id, house.now)
    await mended.round()
    replayed = await mended.ledger.entry(entries[1].id)
    assert replayed is not None
    assert (replayed.state, replayed.because) == (MailState.HELD, "no notice")
    await service.close()


def hostile() -> Iterator[tuple[str, bytes]]:
    """With what has to become of it: the beginning of the reason for which it is set aside, or "" where it is read."""
    yield from ((TRIED, HEAD + raw) for raw, _ in REFUSED.values() if len(raw) < 2_000_000)
    yield from (("", HEAD + wrapped(text, f"Fwd: {name}")) for name, text in HOSTILE_TEXTS.items())
    yield from (("", HEAD + html_mail(text, subject=f"Fwd: {name}")) for name, text in HOSTILE_HTML.items())
    yield from (("", file.read_bytes()) for file in sorted(NOTICES.glob("neg-*.eml")))


@pytest.mark.attack(number=36)
async def test_every_hostile_mail_ends_in_one_state_and_one_good_mail_is_answered(house: RealHouse) -> None:
    reader = WorkerReader(partial(load_rules, ()), recognize, workers=2)
    service = replace(house.service(), reader=reader)
    await service.round()
    reasons = [reason for reason, _ in hostile()]
    for _, raw in hostile():
        house.receives(raw)
    house.receives(a_mail())
    while (await service.round()).left:
        pass
    *entries, good = sorted(await service.ledger.entries(1000), key=lambda entry: entry.key.uid)
    await service.close()
    assert ([letter.to for letter in house.letters], good.state) == (["owner@example.jp"], MailState.ANSWERED)
    assert [wrong for entry, reason in zip(entries, reasons, strict=True) if (wrong := amiss(entry, reason))] == []


def amiss(entry: Entry, reason: str) -> str:
    """Read mails are held or dropped; the others are set aside for their own reason."""
    if reason:
        right = entry.state == MailState.ASIDE and entry.because.startswith(reason)
    else:
        right = entry.state in (MailState.HELD, MailState.DROPPED)
    return "" if right else f"{entry.subject}: {entry.state}, {entry.because}; and it had to be {reason or 'read'}"
