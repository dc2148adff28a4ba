"""What happens to one mail, top to bottom: the file to read first.

    list → journal → read → admit → diagnose → write → send → file

Each arrow is one transaction of the ledger, so that after a crash the round goes on where it was; what is found in
which state stands in `triage.ledger`. The verbs (decide, diagnose, explain) are called here and nowhere else; the
nouns come in through the constructor. Only this file catches Exception: one bad mail never stops the others.
"""

import asyncio
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from triage import decide
from triage.diagnose import conclude, next_questions
from triage.explain import explain
from triage.model import (
    UNKNOWN_PROVIDER,
    AskDns,
    Authentication,
    Case,
    CaseState,
    Decision,
    Delivery,
    DeliveryState,
    Diagnosis,
    Drop,
    Entry,
    Forward,
    Hold,
    Identity,
    Inquiry,
    Letter,
    Listed,
    Message,
    Note,
    Notice,
    Observations,
    Permanent,
    Policy,
    Provider,
    Question,
    Reading,
    Reply,
    Report,
    Temporary,
    Thread,
    Trouble,
    Uncertain,
    Wording,
    Written,
)
from triage.names import Domain, InvalidName
from triage.ports import Clock, Ledger, Mailbox, Outbox, Probes, Reader

DEADLINE = 11.0  # seconds for one name: the CA's own dial takes 10
POSTAL_DEADLINE = 5.0  # seconds to learn whether a domain takes mail
WHOLE = 10_000_000  # octets; of a larger mail only the beginning is fetched
BEGINNING = 262_144
BATCH = 500  # mails taken in from one mailbox in one round, so that none starves another
HANDS = 8  # mails worked on side by side
TRIES = 3
GIVE_UP = 110  # tries to send one letter: with these pauses, five days
PAUSES = (300.0, 4000.0)  # seconds between them, doubling; Postfix's own


class Compose(Protocol):
    def __call__(
        self,
        note: Note,
        to: str,
        thread: Thread,
        identity: Identity,
        message_id: str,
        now: datetime,
        *,
        forward: bool = False,
        original: bytes | None = None,
    ) -> Letter: ...


@dataclass(frozen=True, slots=True)
class MailRoom:
    """What the mail room knows without touching anything: whose mail it is, and how a letter is written."""

    authenticate: Callable[[Message, Identity], Authentication]
    thread_of: Callable[[Message], Thread]
    message_id: Callable[[Identity, str, int], str]
    compose: Compose


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one mail, for a terminal and for the log. `mail` is its number in the ledger; 0: of no one mail."""

    mail: int
    step: str  # journaled, read, admitted, diagnosed, held, dropped, aside, sent, put-off, refused, filed, trouble
    words: str
    diagnoses: tuple[Diagnosis, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """What one round did. `troubles` kept it from doing everything; the rest was done."""

    journaled: int = 0
    worked: int = 0
    sent: int = 0
    troubles: tuple[Trouble, ...] = ()


def say_nothing(_: Step) -> None: ...


@dataclass(frozen=True)
class Service:
    mailboxes: tuple[Mailbox, ...]
    reader: Reader
    probes: Probes
    outbox: Outbox
    ledger: Ledger
    mail_room: MailRoom
    providers: Mapping[str, Provider]
    wording: Wording
    identity: Identity
    policy: Policy
    clock: Clock
    tell: Callable[[Step], None] = say_nothing
    keep_days: int = 90
    _hands: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HANDS))
    # History is read and a decision written as one: else two mails at once could both be the last under a cap.
    _desk: asyncio.Lock = field(default_factory=asyncio.Lock)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Finish what is in hand and begin nothing new; the round then comes to its end."""
        self._stop.set()

    async def round(self) -> Tally:
        """One round: take in, work off, send, file. Raises Trouble only where the ledger itself cannot go on."""
        await self.ledger.claim()
        taken = await asyncio.gather(*(self._take_in(mailbox) for mailbox in self.mailboxes))
        worked = await self._work_off()
        sent, undelivered = await self._send()
        unfiled = await self._file()
        troubles = (*(t for _, t in taken if t), *undelivered, *unfiled)
        return Tally(sum(n for n, _ in taken), worked, sent, troubles)

    # ---- list → journal

    async def _take_in(self, mailbox: Mailbox) -> tuple[int, Trouble | None]:
        """How many mails were journaled, and what kept us from more. Nothing is done with a mail before that."""
        count = 0
        try:
            listed = await mailbox.list()
        except Trouble as trouble:
            return 0, self._report(trouble)
        for mail in (await self.ledger.unknown(listed, self.clock()))[:BATCH]:
            if self._stop.is_set():
                break
            try:
                count += await self._journal(mailbox, mail)
            except (Temporary, Permanent) as trouble:
                return count, self._report(trouble)
        return count, None

    async def _journal(self, mailbox: Mailbox, mail: Listed) -> int:
        arrival = await mailbox.fetch(mail.key, WHOLE if mail.size <= WHOLE else BEGINNING)
        if arrival is None:
            return 0
        number = await self.ledger.journal(arrival, decide.content_key(arrival.raw), self.clock())
        self.tell(Step(number, "journaled", f"{mailbox.name} {mail.key.uid}, {mail.size} octets"))
        return 1

    # ---- read → admit → diagnose → write

    async def _work_off(self) -> int:
        """Every unfinished mail. Those that were in hand when we died are tried alone: one of them may be why."""
        mails = await self.ledger.open_mails()
        try:
            async with asyncio.TaskGroup() as group:
                for entry in (m for m in mails if m.attempts == 0):
                    group.create_task(self._try(entry))
        except ExceptionGroup as group:  # only Trouble comes this far, and the first tells as much as all
            raise group.exceptions[0] from group
        for entry in (m for m in mails if m.attempts > 0):
            await self._try(entry)
        return len(mails)

    async def _try(self, entry: Entry) -> None:
        """At most three tries, counted on disk before each: a mail that kills the service is counted, too."""
        last, trace = "the service died while at work on it", ""
        async with self._hands:
            while not self._stop.is_set():
                if await self.ledger.attempt(entry.id) > TRIES:
                    await self.ledger.set_aside(entry.id, f"failed three times: {last}", trace, self.clock())
                    self.tell(Step(entry.id, "aside", last))
                    return
                try:
                    await self._work(entry)
                except Trouble:
                    raise
                except Exception as error:  # noqa: BLE001 - here, and nowhere else
                    last, trace = f"{type(error).__name__}: {error}", traceback.format_exc()
                else:
                    return

    async def _work(self, entry: Entry) -> None:
        raw = await self.ledger.raw(entry.id)
        reading = await self.reader.read(raw)
        decision = await self._admit(entry, reading)
        if isinstance(decision, Hold | Drop):
            return
        reports, postal = await asyncio.gather(self._diagnose(reading), self._postal(decision))
        diagnoses = tuple(d for report in reports for d in report.diagnoses)
        self.tell(Step(entry.id, "diagnosed", _leading(diagnoses) or "nothing found", diagnoses))
        await self._write(entry, reading, raw, reports, decide.settle(decision, reports, postal))

    async def _admit(self, entry: Entry, reading: Reading) -> Decision:
        message, now = reading.message, self.clock()
        asking = replace(decide.asking(reading, self.policy), mail=entry.id)
        understood = decide.understood(reading)
        async with self._desk:
            sender = message.sender[0].address if message.sender else ""
            await self.ledger.read(entry.id, sender, message.subject, understood, asking.notices)
            self.tell(Step(entry.id, "read", understood))
            history = await self.ledger.history(asking, now)
            vouched = self.mail_room.authenticate(message, self.identity)
            decision = decide.admit(reading, entry.arrived, vouched, self.identity, self.policy, history, now)
            if isinstance(decision, Hold | Drop):
                await self.ledger.ended(entry.id, decision, now)
            else:
                await self.ledger.admitted(entry.id, asking.sender, decision, now)
        self._tell_decision(entry, decision)
        return decision

    async def _diagnose(self, reading: Reading) -> tuple[Report, ...]:
        """A report for each notice that is bad news; at most `names_per_mail` names in all."""
        left, plan = self.policy.caps.names_per_mail, list[tuple[Notice, tuple[Inquiry, ...]]]()
        for notice in reading.notices:
            if not notice.event.is_good:
                plan.append((notice, inquiries(notice, self.providers, left)))
                left -= len(plan[-1][1])
        found = await asyncio.gather(*(investigate(self.probes, i, self.clock) for _, asked in plan for i in asked))
        results = iter(found)
        return tuple(Report(tuple(next(results) for _ in asked), notice) for notice, asked in plan)

    async def _postal(self, decision: Reply | Forward) -> Observations:
        """Does the domain that we would write to take mail at all?"""
        domain = (decision.to if isinstance(decision, Reply) else decision.to[0]).rpartition("@")[2].lower()
        questions = [AskDns(domain, type) for type in ("MX", "A", "AAAA")]
        async with self.probes.round(POSTAL_DEADLINE) as round:
            round.start(questions)
            return Observations([o async for o in round])

    async def _write(
        self, entry: Entry, reading: Reading, raw: bytes, reports: tuple[Report, ...], decision: Decision
    ) -> None:
        async with self._desk:
            if isinstance(decision, Hold | Drop):
                written = Written(decision)
            else:
                written = await self._letters(reading, raw, reports, decision)
            await self.ledger.diagnosed(entry.id, written, self.clock())
        self._tell_decision(entry, decision)

    async def _letters(
        self, reading: Reading, raw: bytes, reports: tuple[Report, ...], decision: Reply | Forward
    ) -> Written:
        now, language = self.clock(), decide.language(reading, self.policy, self.identity)
        thread = self.mail_room.thread_of(reading.message)
        recipients = (decision.to,) if isinstance(decision, Reply) else decision.to
        cases = [await self._case(report, recipients, thread, language, now) for report in reports if report.notice]
        note = explain(reports, self.wording, language, now, providers=self.providers, signs=reading.outcome.signs)
        forward = isinstance(decision, Forward)
        letters = tuple(
            self.mail_room.compose(
                note, to, thread, self.identity, self._message_id(cases[0], to), now,
                forward=forward, original=raw if forward else None,
            )
            for to in recipients
        )  # fmt: skip
        leading = _leading(d for report in reports for d in report.diagnoses)
        return Written(decision, leading, letters, tuple(cases), self.policy.mode == "approve")

    async def _case(
        self, report: Report, recipients: tuple[str, ...], thread: Thread, language: str, now: datetime
    ) -> Case:
        """The case of this notice, one note further."""
        notice = report.notice
        assert notice is not None
        key = decide.case_key(recipients[0], notice)
        leading = tuple(d.leading or "" for d in report.diagnoses)
        known = await self.ledger.case(key)
        if known is not None:
            return replace(known, notes=known.notes + 1, leading=leading, looked=now, thread=thread, notice=notice)
        return Case(
            0, key, recipients[0], notice.provider, notice.names, notice.expires, "en" if language == "en" else "ja",
            CaseState.OPEN, now, thread, notice, notes=1, leading=leading, looked=now, to=recipients,
        )  # fmt: skip

    def _message_id(self, case: Case, to: str) -> str:
        key = case.key if to == case.owner else f"{case.key} {to.lower()}"
        return self.mail_room.message_id(self.identity, key, case.notes)

    # ---- send

    async def _send(self) -> tuple[int, tuple[Trouble, ...]]:
        """Every letter that is due. Three refusals in a row are the outbox's fault, and end this round's sending."""
        count, troubles, in_a_row = 0, list[Trouble](), 0
        for delivery in await self.ledger.unsent(self.clock()):
            if self._stop.is_set():
                break
            try:
                await self._deliver(delivery)
                count, in_a_row = count + 1, 0
            except Temporary as trouble:
                in_a_row += 1
                troubles.append(self._report(trouble))
                if in_a_row == TRIES:
                    break
        return count, tuple(troubles)

    async def _deliver(self, delivery: Delivery) -> None:
        """One letter. What was being sent when we died is looked for, and else sent again under the same Message-ID."""
        if delivery.state is DeliveryState.SENDING and await self._was_sent(delivery.letter):
            await self._sent(delivery)
            return
        attempts = await self.ledger.sending(delivery.id)
        try:
            await self.outbox.send(delivery.letter)
        except Uncertain:
            raise  # it stays `sending`, as if we had died here
        except Temporary as trouble:
            await self._put_off(delivery, attempts, trouble)
            raise
        except Permanent as refusal:
            await self.ledger.failed(delivery.id, str(refusal), self.clock())
            self.tell(Step(delivery.mail or 0, "refused", f"{delivery.letter.to}: {refusal}"))
        else:
            await self._sent(delivery)

    async def _sent(self, delivery: Delivery) -> None:
        await self.ledger.sent(delivery.id, self.clock())
        self.tell(Step(delivery.mail or 0, "sent", f"{delivery.letter.to} {delivery.letter.message_id}"))

    async def _put_off(self, delivery: Delivery, attempts: int, trouble: Temporary) -> None:
        if attempts >= GIVE_UP:
            await self.ledger.failed(delivery.id, f"given up after {attempts} tries: {trouble}", self.clock())
            return
        pause = trouble.wait or min(PAUSES[0] * 2 ** (attempts - 1), PAUSES[1])
        await self.ledger.put_off(delivery.id, self.clock() + timedelta(seconds=pause), str(trouble))
        self.tell(Step(delivery.mail or 0, "put-off", f"{delivery.letter.to}: again in {pause:.0f} s: {trouble}"))

    async def _was_sent(self, letter: Letter) -> bool:
        return any([await mailbox.has_sent(letter.message_id) for mailbox in self.mailboxes])

    # ---- file

    async def _file(self) -> tuple[Trouble, ...]:
        """The move in the mailbox comes last. Done twice, it does no harm."""
        boxes, troubles = {mailbox.name: mailbox for mailbox in self.mailboxes}, dict[str, Trouble]()
        for key, place in await self.ledger.unfiled():
            mailbox = boxes.get(key.account)
            if mailbox is None or key.account in troubles:
                continue
            try:
                await mailbox.file(key, place)
            except (Temporary, Permanent) as trouble:
                troubles[key.account] = self._report(trouble)
                continue
            await self.ledger.filed(key)
            self.tell(Step(0, "filed", f"{key.account} {key.uid} {place}"))
        return tuple(troubles.values())

    async def tidy(self) -> int:
        """Forget what is older than `keep_days`; how many mails that were."""
        return await self.ledger.tidy(self.clock() - timedelta(days=self.keep_days))

    async def close(self) -> None:
        """Let go of everything, in the order in which it depends on each other."""
        for noun in (*self.mailboxes, self.outbox, self.probes, self.reader, self.ledger):
            await noun.close()

    # ---- telling

    def _report(self, trouble: Trouble) -> Trouble:
        self.tell(Step(0, "trouble", str(trouble)))
        return trouble

    def _tell_decision(self, entry: Entry, decision: Decision) -> None:
        match decision:
            case Reply(to=to):
                self.tell(Step(entry.id, "admitted", f"reply to {to}: {decision.because}"))
            case Forward(to=to):
                self.tell(Step(entry.id, "admitted", f"forward to {', '.join(to)}: {decision.because}"))
            case Hold():
                self.tell(Step(entry.id, "held", decision.because))
            case Drop():
                self.tell(Step(entry.id, "dropped", decision.because))


# ---- diagnosing: also what `triage check` and `triage explain` use


async def investigate(probes: Probes, inquiry: Inquiry, clock: Clock, deadline: float = DEADLINE) -> Diagnosis:
    """Ask all that matters about one name. There is no barrier: each answer that arrives may start more questions."""
    seen, asked = Observations(), set[Question]()
    async with probes.round(deadline) as round:

        def ask() -> None:
            questions = next_questions(inquiry, seen, asked)
            asked.update(questions)
            round.start(questions)

        ask()
        async for observation in round:
            seen += observation
            ask()
    return replace(conclude(inquiry, seen, clock()), seen=seen, seconds=_seconds(seen))


def inquiries(notice: Notice, providers: Mapping[str, Provider], limit: int = 10) -> tuple[Inquiry, ...]:
    """What has to be found out about a notice: an inquiry for each name, main names before service names."""
    provider = providers.get(notice.provider, UNKNOWN_PROVIDER)
    known = provider is not UNKNOWN_PROVIDER and notice.provider != "unknown"
    main = [name for name in notice.names if name not in notice.service_names]
    names = tuple(dict.fromkeys((*main, *notice.names)))
    return tuple(
        Inquiry(
            name=name,
            provider=provider,
            ca=provider.ca or "letsencrypt.org",
            assumed=(*(() if known else ("provider",)), *(() if provider.ca else ("ca",))),
            names=notice.names,
            first_domain=_first_domain(provider, notice),
            since=notice.dated,
            event=notice.event,
            expires=notice.expires,
            problems=tuple(p for p in notice.problems if p.name == name or p.name is None),
            atlas=tuple(providers.values()),
        )
        for name in names[: max(limit, 0)]
    )


def _first_domain(provider: Provider, notice: Notice) -> Domain | None:
    """The host's own name for the account's server. What the mail gave is checked before it becomes a name."""
    if provider.first_domain is None:
        return None
    text = provider.first_domain
    for key, value in notice.account.items():
        if not (value.isascii() and value.replace("-", "").isalnum()):
            continue
        text = text.replace("{" + key + "}", value)
    try:
        return Domain.parse(text)
    except InvalidName:  # an account that the notice does not print leaves its braces behind
        return None


def _leading(diagnoses: Iterable[Diagnosis]) -> str:
    return ", ".join(f"{d.name} {d.leading or d.verdict}" for d in diagnoses)


def _seconds(seen: Observations) -> float:
    """From the first question to the last answer, by the observations' own times."""
    begun = [o.asked_at for o in seen]
    ended = [o.asked_at + timedelta(seconds=o.seconds) for o in seen]
    return (max(ended) - min(begun)).total_seconds() if begun else 0.0
