"""What the nastiest mails cost to read, and a worker's memory: `python -m tests.bench.hostile`.

Each shape is repeated until it fills 64, 128 and 256 KiB and read as a whole, unwrapped and recognized; the time is the
processor's, the best of a few. Linear is 2 and 4; what is cut at a limit grows less. Memory is the most that a worker
process ever held while it read that very mail (VmHWM). Prints in the end what is beyond a limit.
"""

import asyncio
import os
import time
from pathlib import Path

from tests.recognize.test_hostile import HEAD, SHAPES
from tests.unwrap.samples import html_mail, wrapped
from tests.unwrap.test_limits import CUT, HOSTILE_HTML, HOSTILE_TEXTS, REFUSED
from triage.config import load_rules
from triage.ports import Unreadable
from triage.reader import WorkerReader
from triage.recognize import recognize
from triage.unwrap import TooMuch, unwrap

KIB = 1024
SIZES = (64, 128, 256)
MOST_GROWTH = 8.0  # over two doublings: linear work grows by 4, quadratic by 16
SMALL = 0.030  # seconds; below that the fixed cost of a mail hides how it grows
MOST_MEMORY = 150.0  # MB


def filled(piece: str, size: int) -> str:
    return (piece * (size // len(piece.encode()) + 1))[:size]


def grown() -> dict[str, list[bytes]]:
    """A mail of each size for every shape."""
    texts = {name: (HEAD + text, wrapped) for name, text in HOSTILE_TEXTS.items()}
    rules = {f"rules: {name}": (HEAD + piece * (4_096 // len(piece)), wrapped) for name, piece in SHAPES}
    found = {
        name: [make(filled(text, size * KIB), "Fwd: SSL証明書の更新に失敗しました") for size in SIZES]
        for name, (text, make) in (texts | rules).items()
    }
    for name, html in HOSTILE_HTML.items():
        found[f"html: {name}"] = [html_mail(filled(html, size * KIB), subject="Fwd: x") for size in SIZES]
    return found


def seconds(raw: bytes, rulebook: object) -> float:
    best = 9e9
    for _ in range(3):
        started = time.process_time()
        recognize(unwrap(raw), rulebook)  # pyright: ignore[reportArgumentType]
        best = min(best, time.process_time() - started)
    return best


def large() -> dict[str, bytes]:
    """Mails at a limit and beyond it."""
    files = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n" + b"".join(
        b"--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n%b\r\n"
        % (b"A" * 76 + b"\r\n")
        * n
        for n in (30_000, 30_000, 30_000)
    )
    mails = {f"refused: {name}": raw for name, (raw, _) in REFUSED.items()}
    mails |= {f"cut: {name}": raw for name, (raw, _) in CUT.items()}
    return mails | {
        "10 MB of files": files[:10_240_000] + b"\r\n--b--\r\n",
        "10 MB of 8-bit text on short lines": b"Subject: x\r\n\r\n"
        + ("証明書の更新に失敗\r\n" * 199_000).encode()[:10_000_000],
        "10 MB of text on one line": b"Subject: x\r\n\r\n" + b"x" * 10_000_000,
        "10 MB in 900 parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + (b"--b\r\n\r\n" + b"text of a part\r\n" * 200) * 900,
    }


async def peaks(mails: dict[str, bytes]) -> dict[str, float]:
    """MB that a worker held at most while it read each of them."""
    reader = WorkerReader(load_rules, recognize, workers=1, seconds=60, cpu_seconds=60)
    found: dict[str, float] = {}
    for name, raw in mails.items():
        await reader.read(b"Subject: x\r\n\r\nx")  # the worker is there, with its rules
        worker = _child()
        (worker / "clear_refs").write_text("5")
        watched = asyncio.create_task(_watched(worker))
        try:
            await reader.read(raw)
        except Unreadable as reason:
            name += f" ({reason})"
        watched.cancel()
        found[name] = max(_highest(worker), _HIGHEST.pop(worker, 0.0))
    await reader.close()
    return found


_HIGHEST: dict[Path, float] = {}


async def _watched(worker: Path) -> None:
    """A worker that grew is replaced by a new one after its mail, and then nobody can ask it any more."""
    while True:
        _HIGHEST[worker] = max(_HIGHEST.get(worker, 0.0), _highest(worker))
        await asyncio.sleep(0.01)


def _child() -> Path:
    here = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return Path("/proc", here[-1])


def _highest(process: Path) -> float:
    try:
        lines = (process / "status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def main() -> None:
    rulebook, beyond = load_rules(), list[str]()
    print(f"{'time for 64, 128 and 256 KiB, 64 = 1':46} {'':>5} {'':>5} {'ms':>6}")
    mails = grown()
    for name, sizes in mails.items():
        try:
            times = [seconds(raw, rulebook) for raw in sizes]
        except TooMuch as reason:
            print(f"{name:46} refused: {reason}")
            continue
        growth = times[2] / times[0]
        print(f"{name:46} {times[1] / times[0]:5.2f} {growth:5.2f} {times[2] * 1e3:6.0f}")
        if growth > MOST_GROWTH and times[2] > SMALL:
            beyond.append(f"{name}: grows by {growth:.1f}")
    print("\nMB that a worker held at most")
    for name, megabytes in asyncio.run(peaks({n: sizes[-1] for n, sizes in mails.items()} | large())).items():
        print(f"{name[:100]:100} {megabytes:6.1f}")
        if megabytes > MOST_MEMORY:
            beyond.append(f"{name}: {megabytes:.0f} MB")
    print("\nbeyond a limit: " + ("; ".join(beyond) or "nothing"))


if __name__ == "__main__":
    main()
