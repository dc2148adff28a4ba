"""What waits for a person, in one mail a day: open cases, what was held and why, and notes that wait for approval."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from email import message_from_bytes, policy

from triage.model import Case, Delivery, Entry, Identity, Language, Note, Wording
from triage.ports import Clock, Ledger
from triage.service.told import MailRoom

NAME = "digest"
HOUR = 7  # of the local day, before which none is written
MOST = 50  # lines of one kind
LONGEST = 100  # characters of a subject


@dataclass(frozen=True, slots=True)
class Pending:
    """What a person should know of. `cases` are open; `held` are mails that were held or set aside."""

    cases: tuple[Case, ...] = ()
    waiting: tuple[Delivery, ...] = ()
    held: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cases or self.waiting or self.held)


async def pending(ledger: Ledger, since: datetime | None = None) -> Pending:
    """All that is open; of the held mails those that were held after `since`, or all."""
    held = (e for e in await ledger.left(1000) if since is None or e.decided is None or e.decided >= since)
    return Pending(urgent_first(await ledger.cases()), await ledger.waiting(), tuple(held))


def urgent_first(cases: tuple[Case, ...]) -> tuple[Case, ...]:
    """What still fails before what does not, and then by the day on which the certificate ends."""
    return tuple(sorted(cases, key=lambda c: (not is_failing(c), c.expires or date.max, c.id)))


def is_failing(case: Case) -> bool:
    return not case.leading or any(cause not in ("clear", "renewed") for cause in case.leading)


@dataclass(frozen=True, slots=True)
class Digest:
    ledger: Ledger
    mail_room: MailRoom
    identity: Identity
    wording: Wording
    clock: Clock

    async def write(self) -> bool:
        """Makes today's digest due, where there is somebody to read it and something to say; at most once a day."""
        now = self.clock()
        today = now.astimezone()
        last = await self.ledger.announced(NAME)
        if not self.identity.operator or today.hour < HOUR or (last is not None and last >= today.date()):
            return False
        found = await pending(self.ledger, datetime.combine(last, time(HOUR)).astimezone() if last else None)
        if not found:
            return False
        number = self.mail_room.message_id(self.identity, f"{NAME} {today.date()}", 1)
        note = in_words(found, self.wording, self.identity.language, now)
        letter = self.mail_room.announce(note, self.identity.operator, self.identity, number, now)
        return await self.ledger.announce(NAME, letter, today.date(), now)


def in_words(found: Pending, wording: Wording, language: Language, now: datetime) -> Note:
    say = wording.digest.get(language) or wording.digest[wording.fallback]
    counts = {"cases": len(found.cases), "waiting": len(found.waiting), "held": len(found.held)}
    parts = (
        _part(say["cases"].format(**counts), [_case(case, say, now) for case in found.cases], say),
        _part(say["waiting"].format(**counts), [_delivery(delivery, say) for delivery in found.waiting], say),
        _part(say["held"].format(**counts), [_entry(entry, say) for entry in found.held], say),
    )
    text = "\n\n".join(part for part in parts if part) or say["nothing"]
    return Note(say["title"].format(**counts), text + "\n", "", language)


def _part(heading: str, items: list[str], say: Mapping[str, str]) -> str:
    if not items:
        return ""
    more = [say["more"].format(count=len(items) - MOST)] if len(items) > MOST else []
    return "\n".join([heading, *items[:MOST], *more])


def _case(case: Case, say: Mapping[str, str], now: datetime) -> str:
    names = ", ".join(name.text for name in case.names[:3]) + (" …" if len(case.names) > 3 else "")
    causes = ", ".join(dict.fromkeys(cause or say["unknown"] for cause in case.leading)) or say["unknown"]
    days = (case.expires - now.date()).days if case.expires else 0
    until = (
        say["over" if days < 0 else "until"].format(day=case.expires, days=abs(days))
        if case.expires
        else say["no_date"]
    )
    return f"  c{case.id}  {names}: {causes}\n      {until}; {case.owner}; " + say["notes"].format(count=case.notes)


def _delivery(delivery: Delivery, say: Mapping[str, str]) -> str:
    number = delivery.mail if delivery.mail is not None else f"c{delivery.case}"
    return f"  {number}  " + say["to"].format(to=delivery.letter.to, subject=subject_of(delivery.letter.raw))


def _entry(entry: Entry, say: Mapping[str, str]) -> str:
    decided = (entry.decided or entry.arrived).astimezone()
    because = f"{_line(entry.sender or '?')}: {_line(entry.because)}"
    return f"  {entry.id}  {decided:%Y-%m-%d %H:%M}  {because}\n      {_line(entry.subject)}"


def subject_of(raw: bytes) -> str:
    """Of one of our own letters."""
    return _line(str(message_from_bytes(raw, policy=policy.default)["Subject"] or ""))


def _line(text: str) -> str:
    """What strangers wrote, as one short line that moves no cursor."""
    plain = "".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST])
    return " ".join(plain.split())[:LONGEST]
