"""What is installed is what was locked: every package by version and hash, and nothing that is not locked."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
WANTED = {
    "requirements.lock": PROJECT["project"]["dependencies"],
    "requirements-dev.lock": [*PROJECT["project"]["dependencies"], *GROUPS["dev"]],
    "requirements-build.lock": GROUPS["build"],
}


def locked(text: str) -> dict[str, list[str]]:
    """`name==version` → its hashes."""
    found: dict[str, list[str]] = {}
    for entry in text.replace("\\\n", " ").splitlines():
        if entry.strip() and not entry.lstrip().startswith("#"):
            found[entry.split()[0]] = re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)
    return found


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", name)[0]).lower()


@pytest.mark.parametrize("lock", WANTED)
def test_every_package_has_one_version_and_its_hashes(lock: str) -> None:
    found = locked((ROOT / lock).read_text(encoding="utf-8"))
    assert {
        name for name, hashes in found.items() if not hashes or not re.fullmatch(r"[\w.\[\]-]+==\S+", name)
    } == set()
    assert {plain(name) for name in WANTED[lock]} - {plain(name) for name in found} == set()


def test_a_lock_without_a_hash_is_found() -> None:
    assert locked("x==1 \\\n    --hash=sha256:" + "0" * 64 + "\ny==2\n") == {"x==1": ["0" * 64], "y==2": []}


def test_what_builds_the_wheel_is_what_is_locked_for_it() -> None:
    assert PROJECT["build-system"]["requires"] == GROUPS["build"]


def test_every_way_to_install_asks_for_hashes_and_every_lock_is_audited() -> None:
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in make.splitlines() if "install" in line and "-r " in line]
    assert installs
    assert all("--require-hashes" in line for line in installs)
    audit = make.partition("\naudit:")[2].partition("\n\n")[0]
    assert [lock for lock in WANTED if lock not in audit] == []
