"""A template and its values in, text out. Sandboxed, strict, and blind to everything but its values."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from triage.model import Language, Wording

LONGEST = 2000  # characters of one rendered phrase

_PLAIN = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_SPACE = re.compile(r"[ \t\r\n]+")
_WIDE = r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uff60]"
_BETWEEN_WIDE = re.compile(rf"(?<={_WIDE}) (?={_WIDE})")


@lru_cache(maxsize=4096)
def _compiled(source: str) -> Template:
    return _PLAIN.from_string(source)


def render(source: str, values: Mapping[str, object]) -> str:
    """One paragraph. Line breaks in a template are only there for whoever edits it."""
    text = _SPACE.sub(" ", _compiled(source).render(values)).strip()
    return _BETWEEN_WIDE.sub("", text)[:LONGEST]


def phrase(wording: Wording, language: Language, key: str, values: Mapping[str, str]) -> str:
    """One phrase of the words in one language: for what is printed around a note."""
    return render(wording.phrases[language][key], values)


def render_lines(source: str, values: Mapping[str, object]) -> tuple[str, ...]:
    """Several lines, as the template has them: for a text that is sent on as it stands."""
    lines = _compiled(source).render(values)[:LONGEST].strip("\n").split("\n")
    return tuple(_SPACE.sub(" ", line).rstrip() for line in lines)


class Blanks(Mapping[str, str]):
    """A mapping in which what is missing is empty: a template asks for it with `or`."""

    def __init__(self, of: Mapping[str, str]) -> None:
        self._of = of

    def __getitem__(self, key: str) -> str:
        return self._of.get(key, "")

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)


class Phrases(Mapping[str, str]):
    """Phrases that other words are made of, rendered when they are asked for. A phrase that is missing is an error."""

    def __init__(self, sources: Mapping[str, str], values: Callable[[], Mapping[str, object]]) -> None:
        self._sources = sources
        self._values = values

    def __getitem__(self, key: str) -> str:
        return render(self._sources[key], self._values())

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)
