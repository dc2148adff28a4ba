"""Observations ↔ JSON: what one run by socket saw, so that a pure run can be given the very same.

A question that was not recorded fails the test instead of counting as "no record".
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from triage.model import (
    AskAuthority,
    AskDns,
    AskHttp,
    AskLog,
    AskRegistry,
    AskTls,
    AuthorityAnswer,
    DnsAnswer,
    Failure,
    HttpAnswer,
    LogAnswer,
    Observation,
    Observations,
    Question,
    RegistryAnswer,
    TlsAnswer,
)

_ASKED = (AskDns, AskHttp, AskTls, AskRegistry, AskAuthority, AskLog)
_GOT = (DnsAnswer, HttpAnswer, TlsAnswer, RegistryAnswer, AuthorityAnswer, LogAnswer, Failure)
QUESTIONS: dict[str, Any] = {c.__name__: TypeAdapter(c) for c in _ASKED}
ANSWERS: dict[str, Any] = {c.__name__: TypeAdapter(c) for c in _GOT}


class NotRecorded(AssertionError):
    """The pure run asks what the run by socket did not."""


def to_json(observation: Observation) -> dict[str, Any]:
    question, answer = type(observation.question).__name__, type(observation.answer).__name__
    return {
        "ask": question,
        "question": QUESTIONS[question].dump_python(observation.question, mode="json", exclude_defaults=True),
        "got": answer,
        "answer": ANSWERS[answer].dump_python(observation.answer, mode="json", exclude_defaults=True),
        "asked_at": observation.asked_at.isoformat(),
        "seconds": round(observation.seconds, 3),
    }


def from_json(value: dict[str, Any]) -> Observation:
    return Observation(
        QUESTIONS[value["ask"]].validate_python(value["question"]),
        ANSWERS[value["got"]].validate_python(value["answer"]),
        datetime.fromisoformat(value["asked_at"]),
        value["seconds"],
    )


def write_recording(path: Path, seen: Iterable[Observation]) -> None:
    lines = ",\n".join(json.dumps(to_json(o), ensure_ascii=False, sort_keys=True) for o in seen)
    path.write_text(f"[\n{lines}\n]\n")


def read_recording(path: Path) -> Observations:
    return Observations(from_json(value) for value in json.loads(path.read_text()))


@dataclass(frozen=True)
class RecordedProbes:
    """A ports.Probes that knows only what was recorded, and gives it in the order in which it came."""

    seen: Observations

    @property
    def sources(self) -> tuple[str, ...]:
        return ("log",) if any(isinstance(o.question, AskLog) for o in self.seen) else ()

    @asynccontextmanager
    async def round(self, deadline: float) -> AsyncGenerator["RecordedRound"]:
        yield RecordedRound(self.seen)

    async def close(self) -> None:
        return None


class RecordedRound:
    """What is asked next depends on what has arrived, so the order of the recording is kept to the letter."""

    def __init__(self, seen: Observations) -> None:
        self._waiting = {observation.question: observation for observation in seen}
        self._started: set[Question] = set()

    def start(self, questions: Iterable[Question]) -> None:
        for question in questions:
            if question not in self._waiting:
                raise NotRecorded(f"not recorded: {question}")
            self._started.add(question)

    async def __aiter__(self) -> AsyncIterator[Observation]:
        while (first := next((q for q in self._waiting if q in self._started), None)) is not None:
            self._started.discard(first)
            yield self._waiting.pop(first)
