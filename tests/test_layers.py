"""The table of rooms, enforced: who may import whom, and that a verb touches nothing."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "triage"

VALUES = {"names", "model", "ports"}
MAY_KNOW = {
    "names": set(),
    "model": {"names"},
    "ports": {"names", "model"},
    "unwrap": VALUES,
    "recognize": VALUES,
    "diagnose": VALUES,
    "explain": VALUES,
    "decide": VALUES,
    "probes": VALUES,
    "mail": VALUES,
    "reader": VALUES | {"unwrap", "recognize"},
    "ledger": VALUES,
    "health": VALUES,
    "config": VALUES,
    "service": VALUES | {"unwrap", "recognize", "diagnose", "explain", "decide"},
    "scheduler": VALUES | {"service"},
}
DOES_EVERYTHING = {"cli", "demo", "__main__", "__init__"}
VERBS = {"names", "model", "ports", "unwrap", "recognize", "diagnose", "explain", "decide"}
WORLD = {
    "socket", "ssl", "os", "pathlib", "time", "random", "secrets", "subprocess", "asyncio", "threading", "logging",
    "shutil", "tempfile", "sqlalchemy", "structlog", "imapclient", "aiosmtplib", "httpx2", "h11", "apscheduler",
    "dns.query", "dns.asyncquery", "dns.resolver", "dns.asyncresolver", "urllib.request", "http.client",
}  # fmt: skip
ACTS = {"open", "print", "input", "now", "today", "utcnow"}


def _room(path: Path) -> str:
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


def _imports(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            names.add(module)
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


FILES = sorted(p for p in ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_knows_only_the_rooms_of_its_row(path: Path) -> None:
    room = _room(path)
    if room in DOES_EVERYTHING:
        return
    assert room in MAY_KNOW, f"{room} has no row in the table"
    known = {name.split(".")[1] for name in _imports(ast.parse(path.read_text())) if name.startswith("triage.")}
    assert known - MAY_KNOW[room] - {room} == set()


def _exported(room: str) -> set[str]:
    """What a package's door hands out. A function may bear the name of the file that it stands in."""
    door = ROOT / room / "__init__.py"
    if not door.exists():
        return set()
    lists = [
        node.value
        for node in ast.walk(ast.parse(door.read_text()))
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
    ]
    return {name for value in lists for name in ast.literal_eval(value)}


def _is_inside(name: str) -> bool:
    """`triage.room.file` or deeper, past the door."""
    _, room, *inner = name.split(".")
    inside = ROOT.joinpath(room, *inner[:1])
    return bool(inner) and inner[0] not in _exported(room) and (inside.is_dir() or inside.with_suffix(".py").exists())


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_door_is_the_only_way_into_a_room(path: Path) -> None:
    names = {name for name in _imports(ast.parse(path.read_text())) if name.startswith("triage.")}
    assert {name for name in names if name.split(".")[1] != _room(path) and _is_inside(name)} == set()


@pytest.mark.parametrize("path", [p for p in FILES if _room(p) in VERBS], ids=lambda p: str(p.relative_to(ROOT)))
def test_a_verb_touches_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text())
    imports = _imports(tree)
    assert {name for name in imports if name in WORLD or any(name.startswith(w + ".") for w in WORLD)} == set()
    called = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert called & ACTS == set()
