"""How clear the approved notes are: length of sentences, reading grade, share of kanji.

    python -m tests.bench.clearness          a line for each language and host, and the hardest notes
    python -m tests.bench.clearness --all    every note

Ends with 1, and names them, where notes are beyond the limits.

English: Flesch-Kincaid grade, 0.39 words per sentence + 11.8 syllables per word - 15.59 (Kincaid et al., 1975),
syllables by pyphen. Japanese: characters per sentence and the share of kanji among them. Counted is prose: what stands
before the list of checks, without names, addresses, amounts, menu words in quotes, and the text for the host.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import pyphen

NOTES = Path(__file__).parent.parent / "notes"
CHECKS = {"ja": "確認したこと", "en": "What we checked"}
_LABELS = re.compile(
    r"^(?:原因|通知では|推定|結果|期限|このあと|Cause|Stated|Likely|Result|By when|Next)  +|^ *(?:\d+\.|-|■) ", re.M
)
_NOT_PROSE = re.compile(
    r"^  \|.*$|^ +[^ :]+(?: [^ :]+)?: \S+(?:, \S+)*$|https?://\S+|「[^」]*」|“[^”]*”|\"[^\"]*\"|[\w*.-]*[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+|\b[0-9a-f]*::[0-9a-f]*\b|→",
    re.M,
)
GRADE = 8  # of English; CHARACTERS of a mean Japanese sentence
CHARACTERS = 40
_HYPHENS = pyphen.Pyphen(lang="en_US")


@dataclass(frozen=True, slots=True)
class Score:
    path: str
    sentence: float  # words (en) or characters (ja) of a mean sentence
    measure: float  # reading grade (en) or share of kanji (ja)


def sentences(text: str, language: str) -> list[str]:
    """The prose of a note, sentence by sentence."""
    body = text.split("\n" + CHECKS[language])[0]
    parts: list[str] = []
    for block in re.split(r"\n(?=\n| *\d+\. | *- |\S{2,8}  )", _LABELS.sub("\n", body)):
        joined = ("" if language == "ja" else " ").join(
            line.strip() for line in _NOT_PROSE.sub(" ", block).splitlines()
        )
        parts += re.split(r"(?<=。)" if language == "ja" else r"(?<=[.?!])\s+", joined)
    return [part.strip() for part in parts if len(part.strip()) > 1]


def syllables(word: str) -> int:
    return len(_HYPHENS.positions(word.lower())) + 1


def english(text: str) -> tuple[float, float]:
    counted = [re.findall(r"[A-Za-z][A-Za-z'’-]*", s) for s in sentences(text, "en")]
    counted = [words for words in counted if words]
    words = [word for one in counted for word in one]
    length = len(words) / len(counted)
    return length, 0.39 * length + 11.8 * mean(syllables(word) for word in words) - 15.59


def japanese(text: str) -> tuple[float, float]:
    found = ["".join(s.split()) for s in sentences(text, "ja")]
    characters = "".join(found)
    kanji = sum("\u4e00" <= c <= "\u9fff" for c in characters)
    return mean(len(s) for s in found), kanji / len(characters)


def score(path: Path) -> Score:
    measure = japanese if path.stem.endswith(".ja") else english
    return Score(str(path.relative_to(NOTES)), *measure(path.read_text(encoding="utf-8")))


def scores() -> list[Score]:
    return [score(path) for path in sorted(NOTES.glob("*/*.txt")) if path.parent.name != "weaker"]


def too_hard(found: list[Score]) -> list[Score]:
    """Those beyond the limit of their language."""
    return [
        one for one in found if (one.measure > GRADE if one.path.endswith(".en.txt") else one.sentence > CHARACTERS)
    ]


def main() -> int:
    found = scores()
    for language, what, unit in (("ja", "share of kanji", "characters"), ("en", "reading grade", "words")):
        ours = [s for s in found if s.path.endswith(f".{language}.txt")]
        if not ours:
            continue
        print(
            f"{language}: {len(ours)} notes, mean sentence {mean(s.sentence for s in ours):.1f} {unit} "
            f"(longest {max(s.sentence for s in ours):.1f}), {what} {mean(s.measure for s in ours):.2f} "
            f"(highest {max(s.measure for s in ours):.2f})"
        )
        hardest = sorted(ours, key=lambda s: s.sentence if language == "ja" else s.measure, reverse=True)
        for one in hardest if "--all" in sys.argv else hardest[:5]:
            print(f"    {one.sentence:5.1f} {one.measure:5.2f}  {one.path}")
    hard = too_hard(found)
    for one in hard:
        print(f"TOO HARD: {one.path}: sentence {one.sentence:.1f}, measure {one.measure:.2f}")
    print(f"{len(hard)} of {len(found)} notes are too hard (en above grade {GRADE}, ja above {CHARACTERS} characters)")
    return int(bool(hard))


if __name__ == "__main__":
    sys.exit(main())
