"""deploy/Containerfile, read line by line: no engine runs in the tests, so its promises are checked as text."""

import re
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "deploy" / "Containerfile"
SECRET = re.compile(r"(?i)password|secret|token|key")


def instructions(text: str) -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", "", "\n".join(ln for ln in text.splitlines() if not ln.lstrip().startswith("#")))
    return [(word.upper(), rest) for word, _, rest in (ln.partition(" ") for ln in joined.splitlines() if ln.strip())]


def complaints(text: str) -> list[str]:
    """What is wrong, in the order of the file; every stage but the last may be root."""
    lines = instructions(text)
    last = max((n for n, (word, _) in enumerate(lines) if word == "FROM"), default=0)
    found = [c for word, rest in lines for c in _of_one(word, rest)]
    user = [rest for word, rest in lines[last:] if word == "USER"]
    if not user or user[-1].split(":")[0] in ("0", "root"):
        found.append("runs as root")
    elif not user[-1].split(":")[0].isdigit():
        found.append("USER is a name: an orchestrator cannot tell that it is not root")
    for word in ("HEALTHCHECK", "ENTRYPOINT"):
        if word not in [w for w, _ in lines[last:]]:
            found.append(f"{word} is missing")
    return found


def _of_one(word: str, rest: str) -> list[str]:
    match word:
        case "FROM" if not re.search(r":[\w.-]*\d|@sha256:", rest):
            return ["FROM without a version"]
        case "ADD":
            return ["ADD: it unpacks and downloads"]
        case "COPY" if rest.split()[-2] == ".":
            return ["COPY of everything"]
        case "ARG" | "ENV" if SECRET.search(rest):
            return [f"{word} that looks like a secret"]
        case "RUN" if any(_takes_anything(command) for command in rest.split("&&")):
            return ["packages without hashes"]
        case "RUN" if re.search(r"(curl|wget)[^|]*\|\s*(ba)?sh", rest):
            return ["runs what it downloads"]
        case "ENTRYPOINT" | "CMD" if not rest.startswith("["):
            return [f"{word} through a shell: signals do not arrive"]
        case _:
            return []


def _takes_anything(command: str) -> bool:
    """By hash, or what was built here."""
    return "pip install" in command and not {"--require-hashes", "--no-index"} & set(command.split())


def test_nothing_is_wrong_with_ours() -> None:
    assert complaints(FILE.read_text()) == []


def test_it_copies_only_what_is_there() -> None:
    root = FILE.parents[1]
    copied = [
        source
        for word, rest in instructions(FILE.read_text())
        if word == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    ]
    assert [source for source in copied if not (root / source).exists()] == []


GOOD = 'FROM python:3.13\nUSER 10001\nHEALTHCHECK NONE\nENTRYPOINT ["x"]\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (GOOD.replace(":3.13", ":latest"), "FROM without a version"),
        (GOOD.replace("USER 10001\n", ""), "runs as root"),
        (GOOD + "USER 0\n", "runs as root"),
        (GOOD + "USER triage\n", "USER is a name: an orchestrator cannot tell that it is not root"),
        (GOOD + "ADD https://example.jp/x /x\n", "ADD: it unpacks and downloads"),
        (GOOD + "COPY . /src\n", "COPY of everything"),
        (GOOD + "ENV IMAP_PASSWORD=x\n", "ENV that looks like a secret"),
        (GOOD + "ARG TOKEN\n", "ARG that looks like a secret"),
        (GOOD + "RUN pip install -r x.txt\n", "packages without hashes"),
        (GOOD + "RUN pip install hatchling\n", "packages without hashes"),
        (GOOD + "RUN pip install --require-hashes -r x.txt && pip install y\n", "packages without hashes"),
        (GOOD + "RUN curl x |\\\n sh\n", "runs what it downloads"),
        (GOOD + "CMD triage run\n", "CMD through a shell: signals do not arrive"),
        (GOOD.replace("HEALTHCHECK NONE\n", ""), "HEALTHCHECK is missing"),
    ],
)
def test_what_would_be_wrong(text: str, complaint: str) -> None:
    assert complaints(GOOD) == []
    assert complaints(text) == [complaint]
