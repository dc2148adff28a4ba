"""The sample forwards as the tests need them: raw mails, and what is in them."""

import json
from base64 import b64encode, encodebytes
from pathlib import Path
from typing import Any

FORWARDS = Path(__file__).parent.parent / "data" / "forwards"


def japanese() -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(FORWARDS.glob("ja-*.json"))]


def international() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FORWARDS / "international.jsonl").read_text().splitlines()]


def raw_of(sample: dict[str, Any]) -> bytes:
    return (
        (FORWARDS / sample["file"]).read_bytes()
        if "file" in sample
        else wrapped(sample["body"], sample["outer_subject"])
    )


def wrapped(body: str, subject: str | None = None, **headers: str) -> bytes:
    """A text as a UTF-8 text/plain mail; `headers` with `_` for `-`."""
    lines = [
        "From: Some One <some.one@example.org>",
        "To: ssl-help@triage.example",
        "Date: Sat, 28 Nov 2026 11:02:33 +0900",
        "Message-ID: <outer@example.org>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    if subject is not None:
        lines.append(f"Subject: =?utf-8?B?{b64encode(subject.strip().encode()).decode()}?=")
    return "\r\n".join([*lines, "", ""]).encode() + encodebytes(body.encode())


def html_mail(html: str, **more: str) -> bytes:
    return wrapped(html, **more).replace(b"text/plain", b"text/html")


def folded(text: str | None) -> str:
    return " ".join((text or "").split())
