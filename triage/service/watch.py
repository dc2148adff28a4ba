"""The second look: cases that are watched, the words that an owner may answer with, and news from the host."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from triage import decide
from triage.model import (
    Case,
    CaseState,
    Chapter,
    Diagnosis,
    Drop,
    Entry,
    Hold,
    Notice,
    Policy,
    Provider,
    Reading,
    Reply,
    Report,
)
from triage.ports import Clock, Ledger, Probes
from triage.service.investigate import inquiries, investigate, leading, story
from triage.service.told import Step, Tell
from triage.service.writer import Writer

AT_ONCE = 8  # cases looked at side by side
AFTER_FAILURE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Watch:
    ledger: Ledger
    probes: Probes
    providers: Mapping[str, Provider]
    writer: Writer
    policy: Policy
    clock: Clock
    tell: Tell

    async def due(self) -> tuple[Case, ...]:
        return await self.ledger.cases(due=self.clock())

    async def look(self, case: Case) -> None:
        """One look at one case. The next is planned before this one begins: a case that kills us shall not do so again
        at once."""
        await self._keep(replace(case, next_look=self.clock() + AFTER_FAILURE))
        report = await self._report(case)
        seen, said = decide.look(case, report.diagnoses, self.clock())
        written = self.writer.update(seen, report, said, case.leading) if said else None
        await self.ledger.looked(seen, written, self.clock(), self._chapter(report, said))
        self.tell(Step(0, "looked", f"{case.owner}: {leading(report.diagnoses)}: {said or 'nothing new'}"))

    async def hear(self, reading: Reading, asker: str, decision: Drop | Hold) -> None:
        """What an unanswered mail still tells about cases: good news closes them, a repeated notice wakes them."""
        if decision == decide.GOOD_NEWS:
            for case in await self._cases_of(asker, reading.notices):
                await self._stop(case, "the host says that it was renewed")
        if decision == decide.SAME_AGAIN:
            for case in await self._cases_of(asker, reading.notices):
                await self._keep(replace(case, next_look=self.clock()))

    async def obey(self, entry: Entry, reading: Reading, decision: Reply, number: int | None) -> None:
        """A command of one word, in the thread of a note that this very sender got."""
        word, case = decide.command(reading.message, self.policy.locales), await self.ledger.case_numbered(number or 0)
        now = self.clock()
        if case is None or decision.to.lower() not in [to.lower() for to in case.to]:
            await self.ledger.ended(entry.id, Hold("a command for somebody else's case"), now)
        elif word == "recheck":
            await self._recheck(entry, case, decision)
        elif word == "stop":
            await self._stop(case, "stopped by its owner")
            await self.ledger.ended(entry.id, Drop("command: the watch was ended"), now)
        else:
            await self.ledger.ended(entry.id, Hold("the owner says that the note is wrong"), now)

    async def _recheck(self, entry: Entry, case: Case, decision: Reply) -> None:
        """Looks now, and answers even when nothing has changed: the owner has asked."""
        report = await self._report(case)
        seen, said = decide.look(replace(case, state=CaseState.WATCHING), report.diagnoses, self.clock())
        if not said:
            seen = decide.after_note(replace(case, notes=case.notes + 1), report.diagnoses, self.clock())
        news = said or decide.compared(case.leading, report.diagnoses)
        written = self.writer.update(seen, report, news, case.leading)
        told = story((report,), self.clock(), "asked to look again")
        answer = replace(written, decision=decision, leading=leading(report.diagnoses), cases=(seen,), chapters=told)
        await self.ledger.diagnosed(entry.id, answer, self.clock())
        self.tell(Step(entry.id, "diagnosed", answer.leading, report.diagnoses))

    async def _keep(self, case: Case) -> None:
        await self.ledger.looked(case, None, self.clock())

    async def _stop(self, case: Case, because: str) -> None:
        told = Chapter(self.clock(), f"closed: {because}")
        await self.ledger.looked(decide.stopped(case, because), None, self.clock(), told)

    def _chapter(self, report: Report, said: str) -> Chapter | None:
        """A look that has nothing to say is told in a line; its evidence would only repeat what was kept before."""
        told = story((report,), self.clock(), f"looked, and wrote ({said})" if said else "looked, nothing new")
        return next((chapter if said else replace(chapter, lines=()) for chapter in told), None)

    async def _report(self, case: Case) -> Report:
        asked = inquiries(case.notice, self.providers, self.policy.caps.names_per_mail)
        dated = (replace(inquiry, since=inquiry.since or case.opened) for inquiry in asked)
        found: list[Diagnosis] = await asyncio.gather(*(investigate(self.probes, i, self.clock) for i in dated))
        return Report(tuple(found), case.notice)

    async def _cases_of(self, owner: str, notices: tuple[Notice, ...]) -> list[Case]:
        """The owner's open cases about any of these names at this host."""
        about = {(notice.provider, name) for notice in notices for name in notice.names}
        mine = await self.ledger.cases(owner=owner)
        return [c for c in mine if any((c.provider, name) in about for name in c.names)]
