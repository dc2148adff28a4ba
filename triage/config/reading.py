"""One TOML file of rules → a checked shape; its first fault in words, with file and key."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from triage.model import Permanent

_Shape = TypeVar("_Shape", bound=BaseModel)


def bundled_rules() -> Path:
    """Our own rules: beside the package in a wheel, else in the repository."""
    package = Path(__file__).parent.parent
    shipped = package / "rules"
    return shipped if shipped.is_dir() else package.parent / "rules"


def read(path: Path, shape: type[_Shape], about: str = "a cause") -> _Shape:
    """One file of rules. Raises Permanent with the first fault; `about` is the part of rules/README.md that helps."""
    try:
        return shape.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Permanent(f"{path}: {error.strerror}", "check that the file may be read") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Permanent(f"{path}: {error}", "rules/README.md shows what such a file looks like") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(step) for step in first["loc"] if step != "by_language")
        raise refused(path, f"{key}: {_plainly(first)}", about) from error


def refused(path: Path, reason: str, about: str) -> Permanent:
    return Permanent(f"{path}: {reason}", f'rules/README.md, "{about}", lists the keys')


def _plainly(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "extra_forbidden":
        return "is no key of such a file"
    if fault["type"] == "missing":
        return "is missing"
    return str(fault["msg"]).removeprefix("Value error, ")
