"""What reading costs beside mail-parser alone, in one run: `python -m tests.bench.reading`.

Prints ratios. Absolute times depend on the machine; mails of about 20 KB are made from the samples by lengthening.
"""

import asyncio
import sys
import time
from base64 import encodebytes
from collections.abc import Callable, Sequence
from email import message_from_bytes
from pathlib import Path
from quopri import encodestring

import mailparser

from triage.config import load_rules
from triage.reader import WorkerReader
from triage.recognize import recognize
from triage.unwrap import unwrap

DATA = Path(__file__).parent.parent / "data"
SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[0].endswith("reading.py") else 1.0


def mails() -> list[tuple[str, bytes]]:
    """Samples of the commonest shapes, brought to about 20 KB by more text of their own kind."""
    names = (
        "notices/cpanel-autossl-deferred-potential-reduced",
        "notices/neg-phishing-cpanel-en",
        "notices/fwd-attachment-rfc822-cpanel",
        "notices/fwd-gmail-inline-xserver",
        "forwards/ja-03-outlook-desktop-plain",
        "forwards/ja-06-owa",
        "forwards/ja-13-thunderbird-inline-utf8",
    )
    return [(name.split("/")[1], lengthened((DATA / f"{name}.eml").read_bytes())) for name in names]


# What long mails consist of: a thread and a footer below the text, and the markup of a layout around it.
THREAD = "いつもお世話になっております。先日の件、ご確認をお願いいたします。\n> Thank you, I will look into it.\n"
LAYOUT = (
    '<tr><td style="padding:0 24px 12px 24px;font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:22px;'
    'color:#333333;mso-line-height-rule:exactly" align="left" valign="top">All rights reserved.</td></tr>\n'
)


def lengthened(raw: bytes) -> bytes:
    """Its text parts made longer, each in its own charset and encoding, until the mail has about 20 KB."""
    mail = message_from_bytes(raw)
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text" and part.get_payload(decode=True)]
    for part in parts:
        charset = part.get_content_charset() or "utf-8"
        text = part.get_payload(decode=True).decode(charset)
        piece = LAYOUT if part.get_content_subtype() == "html" else THREAD
        wanted = (20_000 - len(raw)) * 3 // 4 // len(parts)
        more = piece * max(0, wanted // len(piece.encode(charset, "replace")))
        head, end, tail = text.rpartition("</body>")
        body = (head + more + end + tail if end else text + more).encode(charset, "replace")
        encoding = str(part["content-transfer-encoding"] or "7bit").lower()
        encoded = {"base64": encodebytes, "quoted-printable": encodestring}.get(encoding, bytes)(body)
        part.set_payload(encoded.decode("ascii", "surrogateescape"))
    return mail.as_bytes()


def seconds_each(actions: Sequence[Callable[[bytes], object]], raw: bytes) -> list[float]:
    """Of the processor. The best of several runs of each, in turns: what else the machine does only ever adds."""
    best = [float("inf")] * len(actions)
    until = time.perf_counter() + SECONDS * len(actions)
    while time.perf_counter() < until:
        for at, action in enumerate(actions):
            started = time.process_time()
            for _ in range(5):
                action(raw)
            best[at] = min(best[at], (time.process_time() - started) / 5)
    return best


def alone(raw: bytes) -> object:
    parsed = mailparser.parse_from_bytes(raw)
    return parsed.subject, parsed.from_, parsed.date, parsed.text_plain, parsed.text_html


def in_worker(mail: list[bytes]) -> float:
    """Seconds a mail through one worker, one after the other."""

    async def read() -> float:
        reader = WorkerReader(load_rules, recognize, workers=1)
        await reader.read(mail[0])
        started = time.perf_counter()
        for _ in range(20):
            for raw in mail:
                await reader.read(raw)
        spent = time.perf_counter() - started
        await reader.close()
        return spent / 20 / len(mail)

    return asyncio.run(read())


def main() -> None:
    rules = load_rules()

    def whole(raw: bytes) -> object:
        return recognize(unwrap(raw), rules)

    print(f"{'mails a second, mail-parser alone = 1':48} {'KB':>5} {'alone ms':>9} {'unwrap':>7} {'+ recognize':>12}")
    totals = [0.0, 0.0]
    for name, raw in mails():
        base, ours, all_of_it = seconds_each((alone, unwrap, whole), raw)
        totals = [totals[0] + base, totals[1] + all_of_it]
        print(f"{name:48} {len(raw) / 1024:5.1f} {base * 1e3:9.3f} {base / ours:7.2f} {base / all_of_it:12.2f}")
    print(f"{'all of them':48} {'':>5} {totals[0] * 1e3:9.3f} {'':>7} {totals[0] / totals[1]:12.2f}")
    hop = in_worker([raw for _, raw in mails()])
    print(f"through a worker: {hop * 1e3:.2f} ms a mail, {hop * len(mails()) / totals[1]:.1f} times in-process")
    print("time for 64, 128 and 256 KiB, 64 = 1:")
    for name, line in GROWTH.items():
        times = [
            seconds_each((unwrap,), b"Subject: Fwd: x\n\n" + line * (size * 1024 // len(line)))[0] for size in SIZES
        ]
        print(f"  {name:46} {times[1] / times[0]:5.2f} {times[2] / times[0]:5.2f}  ({times[2] * 1e3:.0f} ms)")


SIZES = (64, 128, 250)  # the text is cut at 256 KiB
GROWTH = {
    "plain text": b"This line is here for its length.\n",
    "From: x": b"From: x\n",
    "labels in turn": b"From: a@b.test\nTo: x\nDate: y\n",
    "> x": b"> x\n",
    "---------- Forwarded message ---------": b"---------- Forwarded message ---------\n",
    "attributions": b"On 28/10/2021 12:46, A <a@b.test> wrote\n",
}

if __name__ == "__main__":
    main()
