"""Letters that are due → the outbox, each under one Message-ID, and never lost."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from triage.model import Delivery, DeliveryState, Letter, Permanent, Temporary, Trouble, Uncertain
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
            return 0
        return await self._sent(delivery)

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
