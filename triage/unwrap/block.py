"""The header block of an inline forward: where it begins and ends, and what its labels say.

The labels decide, not the program: lines that begin with known labels for different fields, one after the other. Every
attempt looks at a bounded number of lines, so that a text of nothing but labels costs no more than any other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from triage.unwrap.labels import BLOCKS, OTHERS
from triage.unwrap.lines import depth, fold, is_blank, is_ruler, label_of, titled, unquote

_FIELDS = ("from", "date", "to", "cc", "subject")
_LONGEST_BLOCK = 60  # lines
_MOST_CONTINUATIONS = 12  # lines of one value


def _rows() -> Iterator[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]]:
    """Language, openings, and the labels of each field, a row each."""
    for line in BLOCKS.strip().splitlines():
        cells = [tuple(word.strip() for word in cell.split(",")) for cell in line.split("|")]
        yield cells[1][0], cells[2], tuple(cells[3:8])


def _tables() -> tuple[dict[str, str], dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Label → field; label → languages; opening → languages."""
    fields: dict[str, str] = {fold(word): "other" for word in OTHERS.split(",") if word.strip()}
    spoken: dict[str, set[str]] = {}
    openings: dict[str, set[str]] = {}
    for language, titles, labels in _rows():
        for name, words in zip(_FIELDS, labels, strict=True):
            for word in words:
                fields[fold(word)] = name
                spoken.setdefault(fold(word), set()).add(language)
        for title in titles:
            if title != "-":
                openings.setdefault(fold(title), set()).add(language)
    return fields, _frozen(spoken), _frozen(openings)


def _frozen(table: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {word: frozenset(languages) for word, languages in table.items()}


LABELS, LANGUAGES, OPENINGS = _tables()
_ORIGINAL = re.compile(
    "(?i)origin|元の|オリジナル|ursprüng|opprinnelig|oprindelig|oorspronkelijk|původní|pôvodná|исходн|оригін|вихідн|原"
)


@dataclass(frozen=True, slots=True)
class Block:
    """A header block in the lines of a text. `opening` is its first line, `end` the first line of the body."""

    opening: int
    end: int
    depth: int  # quote marks before its labels
    values: dict[str, str] = field(default_factory=dict[str, str])
    languages: frozenset[str] = frozenset()
    titled: bool = False  # a title such as "Forwarded message" stands above it
    says_forwarded: bool = False  # and that title is not the "Original message" that replies have, too


def find_block(lines: list[str], subject: str, *, announced: bool) -> Block | None:
    """The first header block.

    `subject` is the outer one without its prefix: it tells a folded subject from a body. `announced`: the outer subject
    says that something is forwarded or answered, so that less evidence will do.
    """
    for at, line in enumerate(lines):
        name = _field(line)
        block = None
        if name in ("from", "subject", "date", "to"):
            block = _block_at(lines, at, subject, announced)
        elif name is None and "--" in line:
            block = _one_line_block(lines, at) or _bare_block(lines, at) or _unknown_block(lines, at, subject)
        if block is not None:
            return block
    return None


def _field(line: str) -> str | None:
    label = label_of(line)
    return LABELS.get(label[0]) if label else None


# ---- a label a line


def _block_at(lines: list[str], start: int, subject: str, announced: bool) -> Block | None:
    values, labels, end = _read_values(lines, start, subject)
    if len(values) < 2:
        return None
    opening, title = opening_above(lines, start, depth(lines[start]))
    if not _convinces(values, bool(title) and title in OPENINGS, announced or bool(title)):
        return None
    known = _languages([label for label in labels if LABELS[label] != "other"], title)
    return Block(
        opening=opening,
        end=end,
        depth=depth(lines[start]),
        values=values,
        languages=known,
        titled=title is not None,
        says_forwarded=bool(title) and not _ORIGINAL.search(title or ""),
    )


def _read_values(lines: list[str], start: int, subject: str) -> tuple[dict[str, str], list[str], int]:
    values: dict[str, str] = {}
    labels: list[str] = []
    last, at, folded = "", start, 0
    stop = min(len(lines), start + _LONGEST_BLOCK)
    while at < stop:
        label = label_of(lines[at])
        name = LABELS.get(label[0]) if label else None
        if label is not None and (name is None or name in values) and (guess := _by_value(label, values, subject)):
            values[guess] = label[1]
            last, folded, at = guess, 0, at + 1
        elif label is not None and name is not None and (name == "other" or name not in values):
            if name != "other":
                values[name] = label[1]
            labels.append(label[0])
            last, folded, at = name, 0, at + 1
        elif name is not None:
            break
        elif is_blank(lines[at]):
            following = _label_after_blank(lines, at, values)
            if following is None:
                break
            at = following
        elif folded < _MOST_CONTINUATIONS and _continues(lines, at, start, last, values, subject):
            if last != "other":
                joint = "" if last == "subject" and _is_wide(values[last], lines[at]) else " "
                values[last] = (values[last] + joint + unquote(lines[at], depth(lines[at])).strip()).strip()
            folded, at = folded + 1, at + 1
        else:
            break
    return values, labels, at


_A_LABEL = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’/()-]){0,24}\Z")


def _by_value(label: tuple[str, str], values: dict[str, str], subject: str) -> str | None:
    """What an unknown label must stand for, below labels that we know: its value shows it, and it is still missing."""
    if len(values) < 2 or "from" not in values or not _A_LABEL.match(label[0]) or not label[1]:
        return None
    name = _guess(label[1], values, subject)
    return name if name is not None and name != "from" else None


def _label_after_blank(lines: list[str], at: int, values: dict[str, str]) -> int | None:
    """HTML turned to text may leave an empty line between labels. After the subject the body may begin with a label."""
    following = next((n for n in range(at + 1, min(at + 3, len(lines))) if not is_blank(lines[n])), None)
    if following is None:
        return None
    name = _field(lines[following])
    if (
        name is None
        or name == "other"
        or name in values
        or ("subject" in values and "from" in values and "date" in values)
    ):
        return None
    return following


def _continues(lines: list[str], at: int, start: int, last: str, values: dict[str, str], subject: str) -> bool:
    """Does this line, which has no label, belong to the value above it?"""
    if not last or depth(lines[at]) != depth(lines[start]) or is_ruler(lines[at]):
        return False
    line = unquote(lines[at], depth(lines[at]))
    value = values.get(last, "")
    if last in ("to", "cc"):
        return value.rstrip().endswith((",", ";", "<")) or not value or "@" in line or _label_near(lines, at, values)
    if last == "subject":
        if subject and not _same(value, subject) and _same(subject[: len(value)], value):
            return _folded(line) in _folded(subject)
        return not value or line[:1] in " \t" != lines[start][:1] or _label_near(lines, at, values)
    return not value or line[:1] in " \t" or _label_near(lines, at, values)


def _label_near(lines: list[str], at: int, values: dict[str, str]) -> bool:
    """A label of the same block within the next three lines, so that this line lies inside the block."""
    for line in lines[at + 1 : at + 4]:
        if is_blank(line):
            return False
        name = _field(line)
        if name is not None:
            return name != "other" and name not in values
    return False


def _same(one: str, other: str) -> bool:
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()


def _is_wide(value: str, line: str) -> bool:
    """Japanese and Chinese have no blank where a line was folded."""
    following = line.strip("> \t")
    return bool(value) and bool(following) and ord(value[-1]) > 0x2E7F and ord(following[0]) > 0x2E7F


def _convinces(values: dict[str, str], known_title: bool, announced: bool) -> bool:
    """Enough labels for a forward. A certificate's `Subject:`, `From:` and `To:` (its dates) are not."""
    sender = values.get("from", "")
    if not sender or not (values.keys() & {"subject", "date"}):
        return False
    if known_title:
        return len(values) >= 2
    return len(values) >= 3 and ("@" in sender or (announced and len(values) >= 4))


def _languages(labels: list[str], title: str | None) -> frozenset[str]:
    """The languages in which the most of these labels are used.

    Gmail translates the label of the sender and leaves the others in English, so that one limits the choice.
    """
    sender = next((LANGUAGES[label] for label in labels if LABELS[label] == "from"), frozenset[str]())
    votes: dict[str, int] = {}
    for word in labels:
        for language in LANGUAGES.get(word, frozenset[str]()) & sender:
            votes[language] = votes.get(language, 0) + 1
    most = max(votes.values(), default=0)
    known = frozenset(language for language, count in votes.items() if count == most)
    return (known & OPENINGS.get(title or "", known)) or known


# ---- the line above the labels


def opening_above(lines: list[str], start: int, level: int) -> tuple[int, str | None]:
    """The first line that belongs to the block's head, and its folded title; "" for a bare ruler, None for nothing."""
    opening, title = start, None
    at = start - 1
    for _ in range(4):
        blanks = 0
        while at >= 0 and is_blank(lines[at]) and blanks < 3:
            at, blanks = at - 1, blanks + 1
        if at < 0:
            break
        found = _title(lines[at], level)
        if found is None:
            break
        opening, title = at, found or title or ""
        at -= 1
    return opening, title


def _title(line: str, level: int) -> str | None:
    dashed = titled(line)
    if dashed is not None:
        return dashed[0] if not dashed[1].strip() else None
    if is_ruler(line):
        return ""
    words = fold(line.lstrip("> \t"))
    if words in OPENINGS:
        return words
    if words.startswith(("forwarded by", "forwarded message from", "転送者")):
        return words
    # Unknown language: a line that ends in a colon above a quoted block is what introduces it.
    if level and depth(line) <= level and line.rstrip().endswith((":", "：")) and len(line) < 100 and "@" not in line:
        return words
    return None


# ---- all labels on one line (Yahoo)


def _one_line_block(lines: list[str], at: int) -> Block | None:
    head = titled(lines[at])
    if head is None or not head[1].strip():
        return None
    rest = head[1].strip()
    label = label_of(rest)
    if label is None or LABELS.get(label[0]) != "from":
        return None
    languages = (LANGUAGES[label[0]] & OPENINGS.get(head[0], LANGUAGES[label[0]])) or LANGUAGES[label[0]]
    for language in sorted(languages):
        values = _cut_at_labels(rest, language)
        if values is not None:
            return Block(at, at + 1, depth(lines[at]), values, languages, titled=True, says_forwarded=True)
    return None


def _cut_at_labels(text: str, language: str) -> dict[str, str] | None:
    """The values between the labels of one language, which touch them: `…<a@b.test>To: …CETSubject: …`."""
    labels = _one_line_labels()[language]
    found: list[tuple[int, int, str]] = []
    at = 0
    for _ in _FIELDS:
        hits = [
            (hit.start(), hit.end(), name)
            for name, pattern in labels.items()
            if name not in {f[2] for f in found} and (hit := pattern.search(text, at))
        ]
        if not hits:
            break
        # The nearest; of two at one place the longer, since `Kopie` begins like `Kop`.
        hit = min(hits, key=_nearest)
        found.append(hit)
        at = hit[1]
    if len(found) < 3 or found[0][2] != "from" or found[0][0] != 0:
        return None
    ends = [start for start, _, _ in found[1:]] + [len(text)]
    return {name: text[start:end].strip() for (_, start, name), end in zip(found, ends, strict=True)}


def _nearest(hit: tuple[int, int, str]) -> tuple[int, int]:
    return hit[0], -hit[1]


def _one_line_labels() -> dict[str, dict[str, re.Pattern[str]]]:
    return _ONE_LINE


def _build_one_line() -> dict[str, dict[str, re.Pattern[str]]]:
    words: dict[str, dict[str, set[str]]] = {}
    for language, _, labels in _rows():
        for name, alternatives in zip(_FIELDS, labels, strict=True):
            words.setdefault(language, {}).setdefault(name, set()).update(alternatives)
    return {
        language: {name: _one_line_pattern(name, alternatives) for name, alternatives in by_name.items()}
        for language, by_name in words.items()
    }


def _one_line_pattern(name: str, words: set[str]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    if name == "subject":
        # Yahoo in Portuguese leaves the colon out: "CETAssunto Integer".
        return re.compile(rf"(?:{alternatives})(?:\s?[:：]|(?<=Assunto)\s)\s*")
    # A sender without a name has no `>` at its end, and the label touches it: `bot@host.testTo: …`.
    return re.compile(rf"(?:(?<=[>;\s])|^|(?<=[a-z0-9])(?=[A-Z]))(?:{alternatives})\s?[:：]\s*")


_ONE_LINE = _build_one_line()


# ---- labels without a colon, below a title (eM Client)


def _bare_block(lines: list[str], at: int) -> Block | None:
    head = titled(lines[at])
    if head is None or head[0] not in OPENINGS or head[1].strip():
        return None
    level = depth(lines[at])
    values, labels, end = dict[str, str](), list[str](), at + 1
    while end < min(len(lines), at + 8) and (pair := _bare_label(unquote(lines[end], level))) is not None:
        if LABELS[pair[0]] in values or _field(lines[end]) is not None:
            break
        values[LABELS[pair[0]]] = pair[1]
        labels.append(pair[0])
        end += 1
    if len(values) < 3 or "@" not in values.get("from", ""):
        return None
    return Block(at, end, level, values, _languages(labels, head[0]), titled=True, says_forwarded=True)


def _bare_label(line: str) -> tuple[str, str] | None:
    """The label is the first word, or the first two: `보낸 사람`."""
    words = line.strip().split(None, 2)
    for count in (1, 2):
        label = fold(" ".join(words[:count]))
        if len(words) > count and LABELS.get(label, "other") != "other":
            return label, line.strip().split(None, count)[count]
    return None


# ---- labels of a language that we do not know, below a title between dashes


def _unknown_block(lines: list[str], at: int, subject: str) -> Block | None:
    head = titled(lines[at])
    if head is None or head[1].strip() or depth(lines[at]) > 1:
        return None
    start = next((n for n in range(at + 1, min(at + 3, len(lines))) if not is_blank(lines[n])), None)
    if start is None or _field(lines[start]) is not None:
        return None
    values: dict[str, str] = {}
    end = start
    while end < min(len(lines), start + 8) and (label := label_of(lines[end])) and len(label[0]) <= 30:
        name = _guess(label[1], values, subject)
        if name is None and "subject" in values:
            break
        values.setdefault(name or "subject", label[1])
        end += 1
    if len(values) < 3 or "from" not in values:
        return None
    return Block(at, end, depth(lines[start]), values, frozenset(), titled=True, says_forwarded=True)


_DATE_LIKE = re.compile(r"(?=.*\d{1,2}[:.]\d{2})(?=.*(?:\d{4}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2}))")


def _guess(value: str, values: dict[str, str], subject: str) -> str | None:
    if "@" in value and len(value) < 400:
        return next((name for name in ("from", "to", "cc") if name not in values), None)
    if subject and _same(value, subject):
        return "subject"
    return "date" if "date" not in values and _DATE_LIKE.match(value[:120]) else None


def shifted(block: Block, by: int) -> Block:
    return replace(block, opening=block.opening + by, end=block.end + by)
