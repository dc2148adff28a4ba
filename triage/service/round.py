"""What happens to one mail, top to bottom: the file to read first.

    list → journal → read → admit → diagnose → write → send → file        and then: look again at what is watched

Each arrow is one transaction of the ledger, so that after a crash the round goes on where it was; what is found in
which state stands in `triage.ledger`. The verbs (decide, diagnose, explain) are called in this room and nowhere else;
the nouns come in through the constructor. Only this file catches Exception: one bad mail never stops the others.
"""

import asyncio
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from triage import decide
from triage.model import (
    AskDns,
    Authentication,
    Case,
    Decision,
    Drop,
    Entry,
    Forward,
    History,
    Hold,
    Identity,
    Inquiry,
    Listed,
    Notice,
    Observations,
    Policy,
    Provider,
    Reading,
    Reply,
    Report,
    Trouble,
    Wording,
)
from triage.ports import Clock, Ledger, Mailbox, Outbox, Probes, Reader, Vouching
from triage.service.digest import Digest
from triage.service.investigate import inquiries, investigate, leading
from triage.service.post import Post
from triage.service.resting import Resting
from triage.service.told import MailRoom, Step, Tally, Tell, decided, say_nothing
from triage.service.watch import Watch
from triage.service.writer import Writer

POSTAL_DEADLINE = 5.0  # seconds to learn whether a domain takes mail
WHOLE = 10_000_000  # octets; of a larger mail only the beginning is fetched
BEGINNING = 262_144
BATCH = 500  # mails taken in from one mailbox in one round, so that none starves another
OPEN = 2000  # unfinished mails of one mailbox that the ledger may hold; the others wait where they lie
SHIFT, SHIFT_SECONDS = 64, 20.0  # how many mails are begun in one round, and for how long: then newcomers have a turn
PATIENCE = 30.0  # seconds that one mailbox may hold up the others; a command of its own may take longer
HANDS = 8  # mails worked on side by side
TRIES = 3


@dataclass(frozen=True, slots=True)
class _Taken:
    """From one mailbox: how many mails were journaled, how many had to stay, what kept us from more."""

    journaled: int
    left: int = 0
    trouble: Trouble | None = None


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
    tell: Tell = say_nothing
    keep_days: int = 90
    patience: float = PATIENCE
    vouching: Vouching | None = None
    _hands: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HANDS))
    # History is read and a decision written as one: else two mails at once could both be the last under a cap.
    _desk: asyncio.Lock = field(default_factory=asyncio.Lock)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _taking: dict[str, asyncio.Task[_Taken]] = field(default_factory=dict[str, "asyncio.Task[_Taken]"])
    _resting: Resting = field(default_factory=Resting)

    def stop(self) -> None:
        """Finish what is in hand and begin nothing new; the round then comes to its end."""
        self._stop.set()

    async def round(self) -> Tally:
        """One round; `left` in its tally asks for another one at once. While a person has it paused, mails are taken in
        and nothing else is done. Raises Trouble only where the ledger itself cannot go on; others are in the tally.
        """
        await self.ledger.claim()
        taken = await self._take_in_all()
        if because := await self.ledger.paused():
            self.tell(Step(0, "paused", because))
            return Tally(sum(t.journaled for t in taken), troubles=tuple(t.trouble for t in taken if t.trouble))
        worked, left = await self._work_off()
        looked = await self._look_again()
        sent, undelivered = await self._post.send(self._stop)
        unfiled = await self._file()
        troubles = (*(t.trouble for t in taken if t.trouble), *undelivered, *unfiled)
        left += sum(t.left for t in taken)
        if not (troubles or self._taking or left):
            self.tell(Step(0, "round", "nothing left undone"))
        return Tally(sum(t.journaled for t in taken), worked, sent, troubles, looked, left)

    # ---- list → journal

    async def _take_in_all(self) -> list[_Taken]:
        """Side by side. A mailbox that is slow to answer goes on by itself, and is counted in the round it ends in."""
        now, open_mails = self.clock(), Counter(entry.key.account for entry in await self.ledger.open_mails())
        for mailbox in self.mailboxes:
            if mailbox.name not in self._taking and not self._resting.rests(mailbox.name, now):
                room = min(BATCH, max(OPEN - open_mails[mailbox.name], 0))
                self._taking[mailbox.name] = asyncio.create_task(self._take_in(mailbox, room))
        if self._taking:
            await asyncio.wait(self._taking.values(), timeout=self.patience)
        ended = [self._taking.pop(name) for name, task in tuple(self._taking.items()) if task.done()]
        for name in self._taking:
            self.tell(Step(0, "trouble", f"{name}: still busy after {self.patience:.0f} s; the others go on"))
        return await asyncio.gather(*ended)

    async def _take_in(self, mailbox: Mailbox, room: int) -> _Taken:
        """At most `room` mails are journaled, and nothing is done with a mail before that."""
        count = 0
        try:
            listed = await mailbox.list()
        except Trouble as trouble:
            return _Taken(0, trouble=self._rest(mailbox.name, trouble))
        self._resting.worked(mailbox.name)
        self.tell(Step(0, "polled", mailbox.name))
        new = await self.ledger.unknown(listed, self.clock())
        for mail in decide.from_both_ends(new, room):
            if self._stop.is_set():
                break
            try:
                count += await self._journal(mailbox, mail)
            except _MailboxTrouble as wrapped:
                return _Taken(count, trouble=self._report(wrapped.trouble))
        return _Taken(count, max(len(new) - room, 0))

    async def _journal(self, mailbox: Mailbox, mail: Listed) -> int:
        try:
            arrival = await mailbox.fetch(mail.key, WHOLE if mail.size <= WHOLE else BEGINNING)
        except Trouble as trouble:
            raise _MailboxTrouble(trouble) from trouble
        if arrival is None:
            return 0
        content, sender = decide.content_key(arrival.raw), decide.claimed_sender(arrival.raw)
        number = await self.ledger.journal(arrival, content, self.clock(), sender)
        self.tell(Step(number, "journaled", f"{mailbox.name} {mail.key.uid}, {mail.size} octets"))
        return 1

    # ---- read → admit → diagnose → write

    async def _work_off(self) -> tuple[int, int]:
        """One shift of the unfinished mails, senders in turn; how many were worked on, and how many wait for the next.

        Those that were in hand when we died are tried alone: one of them may be why.
        """
        mails = await self.ledger.open_mails()
        fresh = decide.in_turn(m for m in mails if m.attempts == 0)
        ends = asyncio.get_running_loop().time() + SHIFT_SECONDS
        try:
            async with asyncio.TaskGroup() as group:
                begun = [group.create_task(self._in_shift(entry, ends)) for entry in fresh[:SHIFT]]
        except ExceptionGroup as group:  # only Trouble comes this far, and the first tells as much as all
            raise group.exceptions[0] from group
        tried = [m for m in mails if m.attempts > 0]
        for entry in tried:
            await self._try(entry)
        done = sum(task.result() for task in begun)
        return done + len(tried), len(fresh) - done

    async def _in_shift(self, entry: Entry, ends: float) -> bool:
        """False where the shift was over before there was a hand for it."""
        async with self._hands:
            if asyncio.get_running_loop().time() > ends:
                return False
            await self._try(entry)
            return True

    async def _try(self, entry: Entry) -> None:
        """At most three tries, counted on disk before each: a mail that kills the service is counted, too."""
        last, trace = "the service died while at work on it", ""
        while not self._stop.is_set():
            if await self.ledger.attempt(entry.id) > TRIES:
                await self.ledger.set_aside(entry.id, f"failed three times: {last}", trace, self.clock())
                self.tell(Step(entry.id, "aside", last))
                return
            try:
                await self._work(entry)
            except Trouble:
                raise
            except Exception as error:  # noqa: BLE001 - here and in `_look`, and nowhere else
                last, trace = f"{type(error).__name__}: {error}", traceback.format_exc()
            else:
                return

    async def _work(self, entry: Entry) -> None:
        raw = await self.ledger.raw(entry.id)
        reading = await self.reader.read(raw)
        if await self._came_back(entry, reading, raw):
            return
        decision, thread_case = await self._admit(entry, reading, raw)
        if isinstance(decision, Hold | Drop):
            return
        fake = decide.warns_of_a_fake(reading, self.policy)
        if not reading.notices and isinstance(decision, Reply) and not fake:
            await self._watch.obey(entry, reading, decision, thread_case)
            return
        reports, postal = await asyncio.gather(self._diagnose(reading), self._postal(decision))
        diagnoses = tuple(d for report in reports for d in report.diagnoses)
        self.tell(Step(entry.id, "diagnosed", leading(diagnoses) or "nothing found", diagnoses))
        settled = decide.settle(decision, reports, postal)
        async with self._desk:  # the number of a case's next note is read and used as one
            written = await self._writer.answer(reading, raw, reports, settled)
            await self.ledger.diagnosed(entry.id, written, self.clock())
        if settled != decision:
            self.tell(decided(entry.id, settled))

    async def _admit(self, entry: Entry, reading: Reading, raw: bytes) -> tuple[Decision, int | None]:
        """May this mail be answered? Nothing was asked of the network so far, and nothing will be where it may not."""
        message, now = reading.message, self.clock()
        asking = replace(decide.asking(reading, self.policy), mail=entry.id)
        understood = decide.understood(reading, self.policy)
        vouched = await self._vouched(entry, reading, raw)
        async with self._desk:
            sender = message.sender[0].address if message.sender else ""
            await self.ledger.read(entry.id, sender, message.subject, understood, asking.notices)
            self.tell(Step(entry.id, "read", understood))
            history = await self.ledger.history(asking, now)
            decision = decide.admit(reading, entry.arrived, vouched, self.identity, self.policy, history, now)
            if isinstance(decision, Hold | Drop):
                await self._watch.hear(reading, asking.sender, decision)
                await self.ledger.ended(entry.id, decision, now)
            else:
                await self.ledger.admitted(entry.id, asking.sender, decision, now)
        self.tell(decided(entry.id, decision))
        return decision, history.thread_case

    async def _came_back(self, entry: Entry, reading: Reading, raw: bytes) -> bool:
        """Mail to the address of one of our letters is never answered, whatever it says. Told twice, it counts once."""
        if not self.identity.verp:
            return False
        bounce = decide.bounced(reading.message, raw, self.identity, await self.ledger.secret())
        if bounce is None:
            return False
        message, now = reading.message, self.clock()
        sender = message.sender[0].address if message.sender else ""
        await self.ledger.read(entry.id, sender, message.subject, f"{bounce.because} {bounce.status}".strip(), ())
        if bounce.delivery is not None and bounce.kind != "nothing":
            await self.ledger.bounced(bounce.delivery, bounce.kind == "hard", bounce.status, now)
        await self.ledger.ended(entry.id, Drop(bounce.because), now)
        self.tell(decided(entry.id, Drop(bounce.because)))
        return True

    async def _vouched(self, entry: Entry, reading: Reading, raw: bytes) -> Authentication:
        """Who sent it, by our own server's word; else by a proof of our own, where that alone stands in the way."""
        vouched = self.mail_room.authenticate(reading.message, await self._server(reading))
        if self.vouching is None or vouched.domain is not None or vouched.forged or not reading.message.sender:
            return vouched
        proven = Authentication(reading.message.sender[0].domain, "a trial")
        now = self.clock()
        trial = decide.admit(reading, entry.arrived, proven, self.identity, self.policy, History(), now)
        if isinstance(trial, Hold | Drop):
            return vouched
        return await self.vouching.vouch(reading.message, raw)

    async def _server(self, reading: Reading) -> Identity:
        """Where its results are to be looked for: as configured, or as the mails so far have shown."""
        if self.identity.authserv_on_top is not None:
            return self.identity
        seen = self.mail_room.writes_on_top(reading.message, self.identity)
        known = await self.ledger.writes_on_top(self.identity.authserv_id, seen)
        return replace(self.identity, authserv_on_top=known)

    async def _diagnose(self, reading: Reading) -> tuple[Report, ...]:
        """A report for each notice that is bad news; at most `names_per_mail` names in all."""
        left, plan = self.policy.caps.names_per_mail, list[tuple[Notice, tuple[Inquiry, ...]]]()
        for notice in reading.notices:
            if not notice.event.is_good and left > 0:
                plan.append((notice, inquiries(notice, self.providers, left)))
                left -= len(plan[-1][1])
        found = await asyncio.gather(*(investigate(self.probes, i, self.clock) for _, asked in plan for i in asked))
        results = iter(found)
        return tuple(Report(tuple(next(results) for _ in asked), notice) for notice, asked in plan)

    async def _postal(self, decision: Reply | Forward) -> Observations:
        """Does the domain that we would write to take mail at all? Not knowing it holds nothing up."""
        domain = (decision.to if isinstance(decision, Reply) else decision.to[0]).rpartition("@")[2].lower()
        try:
            async with self.probes.round(POSTAL_DEADLINE) as round:
                round.start([AskDns(domain, type) for type in ("MX", "A", "AAAA")])
                return Observations([observation async for observation in round])
        except Exception as error:  # noqa: BLE001 - a side question must not cost the answer
            self.tell(Step(0, "trouble", f"{domain}: {type(error).__name__}: {error}"))
            return Observations()

    # ---- look again

    async def _look_again(self) -> int:
        """Every case whose time has come."""
        cases = await self._watch.due()
        for start in range(0, len(cases), HANDS):
            if self._stop.is_set():
                return start
            await asyncio.gather(*(self._look(case) for case in cases[start : start + HANDS]))
        return len(cases)

    async def _look(self, case: Case) -> None:
        try:
            await self._watch.look(case)
        except Trouble:
            raise
        except Exception as error:  # noqa: BLE001 - the case was put off before the look began
            self.tell(Step(0, "trouble", f"case {case.id}: {type(error).__name__}: {error}"))

    # ---- file

    async def _file(self) -> tuple[Trouble, ...]:
        """The move in the mailbox comes last. Done twice, it does no harm."""
        boxes, troubles = {mailbox.name: mailbox for mailbox in self.mailboxes}, dict[str, Trouble]()
        for key, place in await self.ledger.unfiled():
            if key.account not in boxes or key.account in troubles or key.account in self._taking:
                continue
            if self._resting.rests(key.account, self.clock()):
                continue
            try:
                await boxes[key.account].file(key, place)
            except Trouble as trouble:
                troubles[key.account] = self._report(trouble)
                continue
            number = await self.ledger.filed(key)
            self.tell(Step(number, "filed", f"{key.account} {key.uid} {place}"))
        return tuple(troubles.values())

    async def digest(self) -> bool:
        """The operator's mail of the day, where something waits for a person; at most one a day."""
        written = await Digest(self.ledger, self.mail_room, self.identity, self.wording, self.clock).write()
        if written:
            self.tell(Step(0, "digest", f"to {self.identity.operator}"))
            await self._post.send(self._stop)
        return written

    async def recheck(self, number: int) -> bool:
        """Look at one case now, by hand, and send what there is to say; False where there is no such case."""
        case = await self.ledger.case_numbered(number)
        if case is None:
            return False
        await self._watch.look(case)
        await self._post.send(self._stop)
        return True

    async def tidy(self) -> int:
        """Forget what is older than `keep_days`; how many mails that were."""
        return await self.ledger.tidy(self.clock() - timedelta(days=self.keep_days))

    async def close(self) -> None:
        """Let go of everything, in the order in which it depends on each other."""
        for task in self._taking.values():
            task.cancel()
        await asyncio.gather(*self._taking.values(), return_exceptions=True)
        for noun in (*self.mailboxes, self.outbox, self.probes, self.reader, self.ledger):
            await noun.close()

    @property
    def _post(self) -> Post:
        return Post(self.mailboxes, self.outbox, self.ledger, self.clock, self.tell, self.identity)

    @property
    def _writer(self) -> Writer:
        return Writer(self.ledger, self.mail_room, self.providers, self.wording, self.identity, self.policy, self.clock)

    @property
    def _watch(self) -> Watch:
        return Watch(self.ledger, self.probes, self.providers, self._writer, self.policy, self.clock, self.tell)

    def _rest(self, mailbox: str, trouble: Trouble) -> Trouble:
        """A wrong password, tried every minute, gets an account locked: what a person must mend is tried rarely."""
        pause = self._resting.failed(mailbox, trouble, self.clock())
        self.tell(Step(0, "trouble", f"{trouble}" + (f"; tried again in {pause:.0f} s" if pause else "")))
        return trouble

    def _report(self, trouble: Trouble) -> Trouble:
        self.tell(Step(0, "trouble", str(trouble)))
        return trouble


class _MailboxTrouble(Exception):
    """Tells a mailbox's trouble, which concerns that mailbox alone, from the ledger's, which concerns all."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble
