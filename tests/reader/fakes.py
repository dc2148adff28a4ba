"""Rules and recognizers for the workers of these tests: they must be importable there, so they live in a module."""

import os
import tempfile
import time

from triage.model import Message, Notices, Unrecognized


def no_rules() -> str:
    return "rules"


def broken_rules() -> str:
    raise ValueError("these rules do not load")


def obey(message: Message, rules: str) -> Notices | Unrecognized:
    """Does what the subject says."""
    assert rules == "rules"
    match message.subject:
        case "hang":
            while True:
                time.sleep(0.1)
        case "spin":
            while True:
                pass
        case "die":
            os._exit(9)
        case "stumble":
            raise KeyError(message.text)
        case "outgrow":
            return Unrecognized("unclear", str(len(bytearray(2_000_000_000))))
        case "write":
            with tempfile.TemporaryFile() as file:
                file.write(b"x" * 100_000)
        case "print":
            print("not a reply")
        case "whoami":
            return Unrecognized("unclear", str(os.getpid()))
    return Unrecognized("not-a-notice", message.subject)
