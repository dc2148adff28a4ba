"""A diagnosis → the lines that `triage check` prints above the note: verdict, host, road, findings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from rich.cells import cell_len

from triage.cli.voice import plain
from triage.explain import phrase
from triage.model import Certainty, Diagnosis, Finding, Language, Step, Wording

_KNOWN = ("zone", "nameservers")  # the road shows them
LONGEST = 200  # characters of one fact
SIGNS: Mapping[str, str] = {"fine": "✓", "broken": "✗", "doubtful": "?", "beyond": " "}
Kind = Literal["blocks", "sometimes", "harmless"]
_KINDS: Mapping[bool | None, tuple[str, Kind]] = {
    True: ("✗", "blocks"), None: ("!", "sometimes"), False: ("·", "harmless"),
}  # fmt: skip


class Picture:
    """The words of one language; `line` for one name among many, `whole` for one that was asked alone."""

    def __init__(self, wording: Wording, language: Language) -> None:
        self._wording = wording
        self._language: Language = language

    def line(self, diagnosis: Diagnosis) -> str:
        """`example.jp  will fail: stale-aaaa  (0.3 s)`"""
        because = f": {diagnosis.leading}" if diagnosis.leading else ""
        verdict = self._say(f"verdict_{diagnosis.verdict}")
        return f"{plain(diagnosis.name.unicode)}  {verdict}{because}  ({diagnosis.seconds:.1f} s)"

    def whole(self, diagnosis: Diagnosis) -> str:
        rows = [("", self._say("host"), self._host(diagnosis)), *map(self._step, diagnosis.road)]
        column = max(cell_len(label) for _, label, _ in rows)
        lines = [f" {sign or ' '} {_padded(label, column)}  {plain(text)}" for sign, label, text in rows]
        if told := list(self._findings(diagnosis)):
            lines += ["", f"   {self._say('findings')}", *told]
        return "\n".join([self.line(diagnosis), "", *lines])

    def summary(self, diagnoses: Iterable[str]) -> str:
        """How many names got which verdict."""
        counts = Counter(diagnoses)
        parts = ", ".join(f"{n} {self._say(f'verdict_{verdict}')}" for verdict, n in counts.most_common())
        return self._say("sum", count=str(counts.total()), parts=parts)

    def more(self, diagnosis: Diagnosis) -> str:
        return self._say("more", name=diagnosis.name.text)

    def _say(self, key: str, **values: str) -> str:
        return phrase(self._wording, self._language, f"hand_{key}", values)

    def _host(self, diagnosis: Diagnosis) -> str:
        inquiry = diagnosis.inquiry
        if inquiry.provider.id == "unknown":
            return self._say("unknown_host")
        called = inquiry.provider.called(self._language)
        if inquiry.guess is None:
            return called
        return f"{called} ({self._say(f'guessed_{inquiry.guess.by}', seen=inquiry.guess.seen)})"

    def _step(self, step: Step) -> tuple[str, str, str]:
        return SIGNS[step.state], self._say(f"step_{step.kind}"), step.seen

    def _findings(self, diagnosis: Diagnosis) -> Iterator[str]:
        """What is shown, the leading cause first; then what was hinted at and could not be proved."""
        lead = [diagnosis.lead] if diagnosis.lead else []
        shown = [f for f in diagnosis.findings if f.shown and f not in lead]
        hinted = [f for f in diagnosis.findings if _is_hint(f) and f not in lead]
        yield from (self._finding(f) for f in (*lead, *shown, *hinted))

    def _finding(self, finding: Finding) -> str:
        sign, kind = _KINDS[finding.blocks]
        sign, said = (sign, self._say(f"shown_{kind}")) if finding.shown else ("?", self._say("open"))
        if finding.basis == "stated":
            said += f", {self._say('stated')}"
        told = ((key, value) for key, value in finding.facts.items() if key not in _KNOWN)
        facts = "".join(f"\n     {key} {plain(value)[:LONGEST]}" for key, value in told)
        return f" {sign} {finding.code} ({said}){facts}"


def _is_hint(finding: Finding) -> bool:
    return finding.certainty is Certainty.UNKNOWN and bool(finding.facts)


def _padded(label: str, columns: int) -> str:
    return label + " " * (columns - cell_len(label))
