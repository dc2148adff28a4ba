"""What reading costs beside mail-parser alone, in one run: `python -m tests.bench.reading`.

Prints ratios. Absolute times depend on the machine; mails of about 20 KB are made from the samples by lengthening.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import mailparser

from triage.unwrap import unwrap

DATA = Path(__file__).parent.parent / "data"
SECONDS = float(sys.argv[1]) if __name__ == "__main__" and len(sys.argv) > 1 else 1.0


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


def lengthened(raw: bytes) -> bytes:
    """More lines at the end of the last part that is not encoded; an encoded mail gets a second text part's worth."""
    filler = b"This line is here so that the mail has the length of an honest one, no more and no less.\r\n"
    head, blank, body = raw.partition(b"\r\n\r\n")
    end = body.rfind(b"\r\n--")
    cut = end if end >= 0 else len(body)
    if b"base64" in raw:
        from base64 import encodebytes

        filler = encodebytes(filler * 40).replace(b"\n", b"\r\n") if end < 0 else b""
    more = filler * max(0, (20_000 - len(raw)) // max(1, len(filler))) if filler else b""
    return head + blank + body[:cut] + (b"\r\n" if more else b"") + more + body[cut:]


def seconds_each(action: Callable[[bytes], object], raw: bytes) -> float:
    """The best of several runs: what else the machine does only ever adds."""
    action(raw)
    best = float("inf")
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        started = time.perf_counter()
        for _ in range(10):
            action(raw)
        best = min(best, (time.perf_counter() - started) / 10)
    return best


def alone(raw: bytes) -> object:
    parsed = mailparser.parse_from_bytes(raw)
    return parsed.subject, parsed.from_, parsed.date, parsed.text_plain, parsed.text_html


if __name__ == "__main__":
    print(f"{'mail':48} {'KB':>5} {'alone ms':>9} {'unwrap':>7} (mails a second, mail-parser alone = 1)")
    for name, raw in mails():
        base, ours = seconds_each(alone, raw), seconds_each(unwrap, raw)
        print(f"{name:48} {len(raw) / 1024:5.1f} {base * 1e3:9.3f} {base / ours:7.2f}")
