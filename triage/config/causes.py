"""Words from disk: rules/causes/*.toml and rules/words/*.toml, ours first, then the user's own, which win."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from triage.model import FACTS, CauseRule, CauseWords, Permanent, Wording

_SANDBOX = ImmutableSandboxedEnvironment()


def _template(text: str) -> str:
    try:
        _SANDBOX.parse(text)
    except TemplateSyntaxError as error:
        raise ValueError(f"is no valid template: {error.message}") from error
    return text


def _known_facts(example: dict[str, str]) -> dict[str, str]:
    unknown = sorted(set(example) - FACTS)
    if unknown:
        raise ValueError(f"names facts that no finding has: {', '.join(unknown)}")
    return example


_Template = Annotated[str, AfterValidator(_template)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Words(_Strict):
    title: _Template
    why: _Template
    steps: list[_Template] = []
    time: _Template = ""
    ask: _Template = ""
    unsure: _Template = ""
    roads: list[_Template] = []
    support: _Template = ""
    values: list[_Template] = []
    check: _Template = ""
    then: _Template = ""

    def value(self) -> CauseWords:
        return CauseWords(
            title=self.title,
            why=self.why,
            steps=tuple(self.steps),
            time=self.time,
            ask=self.ask,
            unsure=self.unsure,
            roads=tuple(self.roads),
            support=self.support,
            values=tuple(self.values),
            check=self.check,
            then=self.then,
        )


class _Example(_Strict):
    facts: Annotated[dict[str, str], AfterValidator(_known_facts)] = {}
    ja: list[str] = []
    en: list[str] = []


class _Cause(_Strict):
    blocks: bool | Literal["now and then"]
    area: str = ""
    from_here: bool = True
    example: _Example
    ja: _Words | None = None
    en: _Words | None = None

    def value(self, code: str) -> CauseRule:
        return CauseRule(
            code=code,
            blocks=self.blocks if isinstance(self.blocks, bool) else None,
            words={lang: words.value() for lang, words in (("ja", self.ja), ("en", self.en)) if words},
            area=self.area,
            from_here=self.from_here,
            example=self.example.facts,
            says={"ja": tuple(self.example.ja), "en": tuple(self.example.en)},
        )


class _Check(_Strict):
    ok: _Template = ""
    bad: _Template = ""
    unknown: _Template = ""


class _Frame(_Strict):
    """rules/words/<language>.toml: all that is said around the words of a cause."""

    phrases: dict[str, _Template] = Field(default_factory=dict)
    notes: dict[str, _Words] = Field(default_factory=dict)
    checks: dict[str, _Check] = Field(default_factory=dict)
    terms: dict[str, str] = Field(default_factory=dict)


def load_wording(folders: Sequence[Path] = ()) -> Wording:
    """All words. Each folder is laid out as our rules/ is; a cause in a later folder replaces that of an earlier one.

    A file of words/ replaces only the entries that it has. Raises Permanent, which names file and key.
    """
    roots = (bundled_rules(), *folders)
    causes = {path.stem: _cause(path) for root in roots for path in _files(root / "causes")}
    frames: dict[str, _Frame] = {}
    for path in (path for root in roots for path in _files(root / "words")):
        frames[path.stem] = _over(frames.get(path.stem, _Frame()), _read(path, _Frame))
    return Wording(
        causes=causes,
        notes={lang: {key: words.value() for key, words in frame.notes.items()} for lang, frame in frames.items()},
        phrases={lang: frame.phrases for lang, frame in frames.items()},
        checks={lang: {k: c.model_dump() for k, c in frame.checks.items()} for lang, frame in frames.items()},
        terms={lang: frame.terms for lang, frame in frames.items()},
    )


def bundled_rules() -> Path:
    """Our own rules: beside the package in a wheel, else in the repository."""
    package = Path(__file__).parent.parent
    shipped = package / "rules"
    return shipped if shipped.is_dir() else package.parent / "rules"


def _files(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob("*.toml"))


def _cause(path: Path) -> CauseRule:
    return _read(path, _Cause).value(path.stem)


def _over(under: _Frame, over: _Frame) -> _Frame:
    return _Frame(
        phrases={**under.phrases, **over.phrases},
        notes={**under.notes, **over.notes},
        checks={**under.checks, **over.checks},
        terms={**under.terms, **over.terms},
    )


_Shape = TypeVar("_Shape", bound=BaseModel)


def _read(path: Path, shape: type[_Shape]) -> _Shape:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return shape.model_validate(table)
    except OSError as error:
        raise Permanent(f"{path}: {error.strerror}", "check that the file may be read") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Permanent(f"{path}: {error}", "rules/README.md shows what such a file looks like") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(step) for step in first["loc"])
        raise Permanent(f"{path}: {key}: {_plainly(first)}", 'rules/README.md, "a cause", lists the keys') from error


def _plainly(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "extra_forbidden":
        return "is no key of such a file"
    if fault["type"] == "missing":
        return "is missing"
    return str(fault["msg"]).removeprefix("Value error, ")
