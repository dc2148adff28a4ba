"""DKIM, verified here where our own server does not vouch: message and its bytes → who is proven to have sent it.

The key comes from our own DNS probes, and only for a signature that could prove the domain in From at all (relaxed
alignment). Signature and key then go to a process that can be killed; see `signature_worker`.
"""

import asyncio
import json
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from pathlib import Path

from triage.mail.authentication import aligned, sole_sender
from triage.model import AskDns, Authentication, DnsAnswer, Failure, Message, Observation
from triage.ports import Probes

LARGEST = 2_000_000  # octets of a mail that is verified
LONGEST_BLANK = 500  # blanks in a row; on more of them dkimpy takes the square of their number
LARGEST_KEY = 4096  # characters of a TXT record; a key of 8192 bits has 1,500
MOST_KEYS = 3  # aligned signatures whose keys are asked for
KEY_SECONDS = 5.0
SECONDS = 5.0  # for the worker, its start included
_WORKER = Path(__file__).with_name("signature_worker.py")
_TAG = re.compile(r"(?:^|;)\s*([a-z]+)\s*=\s*([^;\s]+)", re.I)
_SELECTOR = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63}){0,5}")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,20}")


class Signatures:
    """`ports.Vouching` by DKIM. One mail at a time: a flood of signed mails takes one processor, and no more."""

    def __init__(self, probes: Probes, seconds: float = SECONDS) -> None:
        self._probes, self._seconds = probes, seconds
        self._turn = asyncio.Lock()

    async def vouch(self, message: Message, raw: bytes) -> Authentication:
        sender = sole_sender(message)
        if sender is None:
            return Authentication(None, "there is not exactly one From address")
        domain = sender.rpartition("@")[2].lower()
        names = key_names(message, domain)
        if not names or len(raw) > LARGEST or b" " * LONGEST_BLANK in raw.replace(b"\t", b" "):
            return Authentication(None, "no DKIM signature that can be checked could prove the domain in From")
        keys = await self._keys(names)
        if not keys:
            return Authentication(None, "the key of the DKIM signature cannot be found")
        async with self._turn:
            signers = await _verified(raw, keys, self._seconds)
        signer = next((s for s in signers if aligned(s, domain)), None)
        if signer is None:
            return Authentication(None, "no DKIM signature of the domain in From holds")
        return Authentication(domain, f"a DKIM signature of {signer} was verified here")

    async def _keys(self, names: tuple[str, ...]) -> dict[str, str]:
        async with self._probes.round(KEY_SECONDS) as round:
            round.start([AskDns(name, "TXT") for name in names])
            seen: list[Observation] = [observation async for observation in round]
        found = {o.question.name: _key(o.answer) for o in seen if isinstance(o.question, AskDns)}
        return {name: key for name, key in found.items() if key}


def key_names(message: Message, domain: str) -> tuple[str, ...]:
    """Where the keys lie of the signatures that are aligned with `domain`: at most MOST_KEYS names."""
    names: list[str] = []
    for value in message.all("dkim-signature")[:10]:
        tags = {key.lower(): tag.lower() for key, tag in _TAG.findall(value[:8192])}
        selector, signer = tags.get("s", ""), tags.get("d", "").rstrip(".")
        name = f"{selector}._domainkey.{signer}"
        if "l" in tags or not (_SELECTOR.fullmatch(selector) and _NAME.fullmatch(signer)) or len(name) > 253:
            continue
        if aligned(signer, domain):
            names.append(name)
    return tuple(dict.fromkeys(names))[:MOST_KEYS]


def _key(answer: object) -> str | None:
    """RFC 6376 section 3.6.2.2: several records are undefined, so they are none."""
    if isinstance(answer, Failure) or not isinstance(answer, DnsAnswer):
        return None
    records = answer.of("TXT")
    if len(records) != 1 or len(records[0]) > LARGEST_KEY or not records[0].isascii():
        return None
    return records[0]


async def _verified(raw: bytes, keys: dict[str, str], seconds: float) -> tuple[str, ...]:
    """The domains whose signatures hold; none where the mail was too much for the worker."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(_WORKER), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await worker.communicate(json.dumps(keys).encode("ascii") + b"\n" + raw)
    except TimeoutError:
        return ()
    finally:
        with suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()
    try:
        domains = json.loads(said)
    except ValueError:  # it died over the mail
        return ()
    return tuple(d for d in domains if isinstance(d, str))
