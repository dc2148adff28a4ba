"""Letters that are due → the outbox, each under one Message-ID, and never lost."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from triage import decide
from triage.model import Delivery, DeliveryState, Identity, Letter, Permanent, Temporary, Trouble, Uncertain
from triage.ports import Clock, Ledger, Mailbox, Outbox
from triage.service.told import Step, Tell

GIVE_UP = 110  # tries to send one letter: with these pauses, five days
PAUSES = (300.0, 4000.0)  # seconds between them, doubling; Postfix's own
IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Post:
    mailboxes: tuple[Mailbox, ...]
    outbox: Outbox
    ledger: Ledger
    clock: Clock
    tell: Tell
    identity: Identity | None = None

    async def send(self, stop: asyncio.Event) -> tuple[int, tuple[Trouble, ...]]:
        """Every letter that is due. Three failures in a row are the outbox's fault, and end this round's sending."""
        count, troubles, in_a_row = 0, list[Trouble](), 0
        for delivery in await self.ledger.unsent(self.clock()):
            if stop.is_set() or in_a_row == IN_A_ROW:
                break
            try:
                count += await self._deliver(delivery)
                in_a_row = 0
            except Trouble as trouble:
                in_a_row += 1
                troubles.append(trouble)
                self.tell(Step(delivery.mail or 0, "trouble", str(trouble)))
        return count, tuple(troubles)

    async def _deliver(self, delivery: Delivery) -> int:
        """One letter. What was being sent when we died is looked for, and else sent again under the same Message-ID."""
        if delivery.state is DeliveryState.SENDING and await self._was_sent(delivery.letter):
            return await self._sent(delivery)
        attempts = await self.ledger.sending(delivery.id)
        if not attempts:  # a person has discarded it meanwhile, or forgotten its reader
            return 0
        if because := await self.ledger.suppressed(delivery.letter.to, self.clock()):
            return await self._never(delivery, f"the address is suppressed: {because}")
        try:
            await self.outbox.send(await self._addressed(delivery))
        except Uncertain:
            raise  # it stays `sending`, as if we had died here
        except Temporary as trouble:
            await self._put_off(delivery, attempts, trouble)
            raise
        except Permanent as refusal:
            return await self._never(delivery, str(refusal))
        return await self._sent(delivery)

    async def _addressed(self, delivery: Delivery) -> Letter:
        """The letter with an envelope sender of its own, so that we know it when it comes back."""
        letter, identity = delivery.letter, self.identity
        if identity is None or not identity.verp or letter.envelope_from != (identity.bounce or identity.address):
            return letter
        own = decide.envelope(letter.envelope_from, delivery.id, await self.ledger.secret())
        return replace(letter, envelope_from=own)

    async def _never(self, delivery: Delivery, because: str) -> int:
        await self.ledger.failed(delivery.id, because, self.clock())
        self.tell(Step(delivery.mail or 0, "refused", f"{delivery.letter.to}: {because}"))
        return 0

    async def _sent(self, delivery: Delivery) -> int:
        await self.ledger.sent(delivery.id, self.clock())
        self.tell(Step(delivery.mail or 0, "sent", f"{delivery.letter.to} {delivery.letter.message_id}"))
        return 1

    async def _put_off(self, delivery: Delivery, attempts: int, trouble: Temporary) -> None:
        if attempts >= GIVE_UP:
            await self.ledger.failed(delivery.id, f"given up after {attempts} tries: {trouble}", self.clock())
            return
        pause = trouble.wait or min(PAUSES[0] * 2 ** min(attempts - 1, 10), PAUSES[1])
        await self.ledger.put_off(delivery.id, self.clock() + timedelta(seconds=pause), str(trouble))
        self.tell(Step(delivery.mail or 0, "put-off", f"{delivery.letter.to}: again in {pause:.0f} s"))

    async def _was_sent(self, letter: Letter) -> bool:
        """A mailbox that cannot be asked keeps the letter waiting for the next round: better late than twice."""
        return any([await mailbox.has_sent(letter.message_id) for mailbox in self.mailboxes])
