"""The demonstration's mails through the real reader, real rules and the simulated internet: what becomes of each."""

import os
import shutil
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path

from tests.service.house import MAIL_ROOM, PLACES, wording
from triage.cli.demo import IDENTITY, POLICY
from triage.config import load_rules
from triage.demo import WorldProbes, load_world
from triage.ledger import open_ledger
from triage.mail import MaildirMailbox, MaildirOutbox
from triage.reader import WorkerReader
from triage.recognize import recognize
from triage.service import Service

DEMO = Path(__file__).parents[2] / "triage" / "demo"
ANSWERED = {"reply", "forward"}
OTHERWISE = {"09": "drop", "10": "drop", "11": "forward", "12": "hold"}


async def test_every_sample_mail_ends_as_it_should(tmp_path: Path) -> None:
    world = load_world(DEMO / "world.toml")
    inbox = tmp_path / "in"
    for name in ("new", "cur", "tmp"):
        (inbox / name).mkdir(parents=True)
    samples = sorted((DEMO / "mails").glob("*.eml"))
    for sample in samples:
        target = inbox / "new" / sample.name
        shutil.copyfile(sample, target)
        moment = parsedate_to_datetime(message_from_bytes(sample.read_bytes())["Date"]).timestamp()
        os.utime(target, (moment, moment))
    service = Service(
        mailboxes=(MaildirMailbox("demo", inbox, PLACES),),
        reader=WorkerReader(partial(load_rules, ()), recognize, workers=1),
        probes=WorldProbes(world),
        outbox=MaildirOutbox(tmp_path / "out"),
        ledger=open_ledger(f"sqlite:///{tmp_path}/triage.db"),
        mail_room=MAIL_ROOM,
        providers=load_rules(()).providers,
        wording=wording(),
        identity=IDENTITY,
        policy=POLICY,
        clock=lambda: world.now,
    )
    try:
        await service.round()
        entries = {entry.key.uid[:2]: entry for entry in await service.ledger.entries()}
    finally:
        await service.close()
    expected = {sample.name[:2]: OTHERWISE.get(sample.name[:2], "reply") for sample in samples}
    assert {number: entry.decision for number, entry in entries.items()} == expected
    assert {str(entry.state) for entry in entries.values() if entry.decision in ANSWERED} == {"answered"}
    assert list((inbox / "new").iterdir()) == []
