"""Reports → letters and the case they belong to. What is written here is recorded by the caller in one piece."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from triage import decide
from triage.explain import explain
from triage.model import (
    Case,
    CaseState,
    Decision,
    Event,
    Forward,
    Identity,
    Language,
    Letter,
    News,
    Notice,
    Policy,
    Provider,
    Reading,
    Reply,
    Report,
    Sequel,
    Wording,
    Written,
)
from triage.ports import Clock, Ledger
from triage.service.investigate import leading, story
from triage.service.told import MailRoom


@dataclass(frozen=True, slots=True)
class Writer:
    ledger: Ledger
    mail_room: MailRoom
    providers: Mapping[str, Provider]
    wording: Wording
    identity: Identity
    policy: Policy
    clock: Clock

    async def answer(self, reading: Reading, raw: bytes, reports: tuple[Report, ...], decision: Decision) -> Written:
        """The letters that answer a mail; none where it is to be held after all."""
        if not isinstance(decision, Reply | Forward):
            return Written(decision, chapters=story(reports, self.clock(), "not answered"))
        if not any(report.diagnoses for report in reports):
            return self._once(reading, raw, reports, decision)
        language = decide.language(reading, self.policy, self.identity)
        recipients = (decision.to,) if isinstance(decision, Reply) else decision.to
        looked = tuple(report for report in reports if report.diagnoses)
        known = [await self.ledger.case(decide.case_key(recipients[0], _notice(report))) for report in looked]
        cases = [
            self._case(case, report, recipients, language, reading) for case, report in zip(known, looked, strict=True)
        ]
        original = raw if isinstance(decision, Forward) else None
        letters = self._letters(cases[0], reports, reading.outcome.signs, original, _sequel(known, looked))
        causes = leading(d for report in reports for d in report.diagnoses)
        return Written(decision, causes, letters, tuple(cases), self._waits, story(reports, self.clock(), "answered"))

    def _once(self, reading: Reading, raw: bytes, reports: tuple[Report, ...], decision: Reply | Forward) -> Written:
        """One letter about a mail that nothing was asked for, a fake or a notice without a name: there is no case."""
        signs = reading.outcome.signs
        to = (decision.to,) if isinstance(decision, Reply) else decision.to
        notice = reading.notices[0] if reading.notices else Notice("unknown", Event.RENEWAL_FAILED)
        nobody = Case(
            0, f"once {decide.content_key(raw)}", to[0], notice.provider, (), None,
            decide.language(reading, self.policy, self.identity), CaseState.CLOSED, self.clock(),
            self.mail_room.thread_of(reading.message), notice, notes=1, to=to,
        )  # fmt: skip
        words = "phishing" if "phishing" in signs else "nameless"
        return Written(decision, words, self._letters(nobody, reports or (Report(()),), signs, None), (), self._waits)

    def update(self, case: Case, report: Report, news: News, before: tuple[str, ...]) -> Written:
        """The letters that tell a case's owner what a look has shown. `case` is already one note further; `before` is
        what the last note told of each name."""
        sequel = Sequel(news, _by_name((report,), before))
        letters = self._letters(case, (report,), (), None, sequel)
        return Written(Reply(case.owner, news), letters=letters, waiting=self._waits)

    @property
    def _waits(self) -> bool:
        return self.policy.mode == "approve"

    def _case(
        self, known: Case | None, report: Report, recipients: tuple[str, ...], language: Language, reading: Reading
    ) -> Case:
        """The case of this notice, one note further, with its next look planned."""
        notice, now = _notice(report), self.clock()
        thread = self.mail_room.thread_of(reading.message)
        case = known or Case(
            0, decide.case_key(recipients[0], notice), recipients[0],
            notice.provider, notice.names, notice.expires, language, CaseState.OPEN, now,
            thread, notice, to=recipients,
        )  # fmt: skip
        written = replace(case, notes=case.notes + 1, notice=notice, thread=thread, language=language)
        return decide.after_note(written, report.diagnoses, now)

    def _letters(
        self,
        case: Case,
        reports: tuple[Report, ...],
        signs: tuple[str, ...],
        original: bytes | None,
        sequel: Sequel | None = None,
    ) -> tuple[Letter, ...]:
        now = self.clock()
        note = explain(
            reports, self.wording, case.language, now,
            providers=self.providers, watching=case.state is not CaseState.CLOSED, signs=signs,
            sequel=sequel,
        )  # fmt: skip
        return tuple(
            self.mail_room.compose(
                note, to, case.thread, self.identity, self._message_id(case, to), now,
                forward=original is not None, original=original,
            )
            for to in case.to
        )  # fmt: skip

    def _message_id(self, case: Case, to: str) -> str:
        key = case.key if to == case.owner else f"{case.key} {to.lower()}"
        return self.mail_room.message_id(self.identity, key, case.notes)


def _sequel(known: list[Case | None], reports: tuple[Report, ...]) -> Sequel | None:
    """A notice about certificates that are all being watched: their owner has read the whole text already."""
    watched = [case for case in known if case is not None and case.state is CaseState.WATCHING]
    if not reports or len(watched) < len(known):
        return None
    before = {
        name: code
        for case, report in zip(watched, reports, strict=True)
        for name, code in _by_name((report,), case.leading).items()
    }
    changed = any(
        decide.compared(case.leading, report.diagnoses) == "changed"
        for case, report in zip(watched, reports, strict=True)
    )
    return Sequel("changed" if changed else "again", before)


def _by_name(reports: tuple[Report, ...], leading: tuple[str, ...]) -> dict[str, str]:
    """What was told of each name; nothing where the notice now has other names than then."""
    diagnoses = tuple(d for report in reports for d in report.diagnoses)
    return dict(zip((d.name.text for d in diagnoses), leading, strict=False)) if len(diagnoses) == len(leading) else {}


def _notice(report: Report) -> Notice:
    assert report.notice is not None, "a report on a mail has its notice"
    return report.notice
