"""The duties of rules, checked on their samples: what is missing or too loose, in words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from triage.config.reading import bundled_rules, read
from triage.config.rulebook import ABOUT, load_rules
from triage.model import LookalikeRule, NoticeRule, Notices, Pattern, Rulebook, Unrecognized


@dataclass(frozen=True, slots=True)
class Examined:
    """One sample, read with all rules: which of them claim it, and which of their patterns hit."""

    claimed: tuple[str, ...]
    hits: frozenset[tuple[str, str]]  # rule and pattern
    outcome: Notices | Unrecognized


__all__ = ["Examine", "Examined", "check_rules", "load_rules"]

Examine = Callable[[bytes, Rulebook], Examined]


class _Sample(BaseModel):
    """NN-name.toml: the notice that NN-name.eml is, or why it is none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    rule: str | None = None
    match: bool = True
    why: str = ""
    names: list[str] | None = None
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class _Pair:
    provider: str
    path: Path  # of the .toml
    expected: _Sample

    @property
    def rule(self) -> str | None:
        return f"{self.provider}/{self.expected.rule}" if self.expected.rule else None

    @property
    def title(self) -> str:
        return f"{self.provider}/samples/{self.path.stem}"


def check_rules(folders: Sequence[Path] = (), examine: Examine | None = None) -> tuple[str, ...]:
    """A line for each duty that is not kept, by our rules and those of `folders`.

    Without `examine` only that samples exist is checked; with it, that each is read as it says. Raises Permanent where
    a file cannot be loaded at all.
    """
    rulebook = load_rules(folders)
    pairs = tuple(pair for root in (bundled_rules(), *folders) for pair in _pairs(root))
    findings = [*_without_samples(rulebook, pairs), *_without_lookalikes(rulebook, pairs), *_half(pairs)]
    if examine is not None:
        findings += _misread(rulebook, pairs, examine)
    return tuple(findings)


def _pairs(root: Path) -> Iterator[_Pair]:
    for path in sorted((root / "providers").glob("*/samples/*.toml")):
        yield _Pair(path.parent.parent.name, path, read(path, _Sample, ABOUT))


def _without_samples(rulebook: Rulebook, pairs: Sequence[_Pair]) -> Iterator[str]:
    proven = {pair.rule for pair in pairs}
    for rule in _all(rulebook):
        if rule.id not in proven:
            yield f"{rule.id}: has no sample; add one to {rule.provider}/samples/"


def _without_lookalikes(rulebook: Rulebook, pairs: Sequence[_Pair]) -> Iterator[str]:
    lookalikes = {rule.id for rule in rulebook.lookalikes}
    warned = {pair.provider for pair in pairs if pair.rule is None or pair.rule in lookalikes}
    for provider in sorted({rule.provider for rule in rulebook.rules} - warned):
        yield f"{provider}: has no look-alike; add the nearest mail that is none to {provider}/samples/"


def _half(pairs: Sequence[_Pair]) -> Iterator[str]:
    for pair in pairs:
        if not pair.path.with_suffix(".eml").is_file():
            yield f"{pair.title}: the mail beside it is missing"
        if pair.expected.rule is None and (pair.expected.match or not pair.expected.why):
            yield f"{pair.title}: name the rule that it is for, or say match = false and why"


def _misread(rulebook: Rulebook, pairs: Sequence[_Pair], examine: Examine) -> Iterator[str]:
    hit = set[tuple[str, str]]()
    for pair in pairs:
        mail = pair.path.with_suffix(".eml")
        if mail.is_file():
            examined = examine(mail.read_bytes(), rulebook)
            hit |= examined.hits
            yield from _wrong(pair, examined)
    for rule in _all(rulebook):
        for pattern in (*rule.signature.subject, *rule.signature.body_all, *rule.signature.body_alone):
            if (rule.id, pattern.pattern) not in hit:
                yield f"{rule.id}: no sample is hit by {_as_written(pattern)}"
        yield from _holding_nothing(rule, hit)


def _holding_nothing(rule: NoticeRule | LookalikeRule, hit: set[tuple[str, str]]) -> Iterator[str]:
    """Mails of one provider share labels, so a pattern that stands in several of its rules is proven once for all."""
    proven = {pattern for owner, pattern in hit if owner.partition("/")[0] == rule.provider}
    if isinstance(rule, LookalikeRule):
        return
    held = [(f"the field {field.name},", pattern) for field in rule.fields for pattern in field.patterns]
    for what, pattern in [*held, *(("certificate,", pattern) for pattern in rule.certificate)]:
        if pattern.pattern not in proven:
            yield f"{rule.id}: no sample is hit by {what} {_as_written(pattern)}"


def _as_written(pattern: Pattern) -> str:
    return pattern.pattern.removeprefix("(?m)")


def _wrong(pair: _Pair, examined: Examined) -> Iterator[str]:
    outcome, expected = examined.outcome, pair.expected
    if pair.rule is None:
        if isinstance(outcome, Notices):
            yield f"{pair.title}: is taken for a notice ({outcome.because}), but {expected.why}"
        return
    if examined.claimed != (pair.rule,):
        yield f"{pair.title}: ought to be {pair.rule}, is claimed by {', '.join(examined.claimed) or 'no rule'}"
        return
    if expected.names is None:
        return
    if isinstance(outcome, Unrecognized):
        yield f"{pair.title}: is not read as a notice: {outcome.because}"
        return
    names = sorted(name.text for notice in outcome.notices for name in notice.names)
    if names != sorted(expected.names):
        yield f"{pair.title}: its names are read as {', '.join(names) or 'none'}"
    expires = outcome.notices[0].expires
    if (expires.isoformat() if expires else None) != expected.expires:
        yield f"{pair.title}: its expiry is read as {expires}"


def _all(rulebook: Rulebook) -> tuple[NoticeRule | LookalikeRule, ...]:
    return (*rulebook.rules, *rulebook.lookalikes)
