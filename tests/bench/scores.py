"""What is read as a careful person reads it, by set, host and mail program: `python -m tests.bench.scores`"""

import re
from collections import Counter, defaultdict
from pathlib import Path

from tests.test_mails import Row, differences, rows

WHAT = ("verdict", "event", "names", "expires", "provider", "cause", "forward")
# How a mail program is called in the names of the files of `known`.
_PROGRAM = re.compile(r"\d+-[^-]+(?:-[^-]+)*?-(?P<program>[a-z0-9]+(?:-(?:us|ja|de|fr|es|ru|tr|pl|sv|zh|it|nl|pt))?)\Z")


def asked(row: Row, what: str) -> bool:
    """Whether the row says anything of it."""
    if what == "verdict":
        return True
    if what == "forward":
        return bool(row.get("forward"))
    if row["verdict"] != "notice":
        return False
    return any(row.get(what, ())) if what in ("provider", "cause") else True


def count(groups: dict[str, list[tuple[Path, Row]]]) -> None:
    print(f"{'':28} {'mails':>5} " + " ".join(f"{what:>9}" for what in WHAT))
    for name, mails in sorted(groups.items()):
        right, of = Counter[str](), Counter[str]()
        for path, row in mails:
            wrong = differences(path, row)
            for what in WHAT:
                if asked(row, what):
                    of[what] += 1
                    right[what] += what not in wrong
        cells = (f"{right[what]}/{of[what]}" if of[what] else "-" for what in WHAT)
        print(f"{name:28} {len(mails):5} " + " ".join(f"{cell:>9}" for cell in cells))


def main() -> None:
    sets, hosts, programs = (defaultdict[str, list[tuple[Path, Row]]](list) for _ in range(3))
    for path, row in rows():
        sets[path.parent.name].append((path, row))
        if path.parent.name.startswith("known"):
            hosts[str((row.get("provider") or ["none"])[0])].append((path, row))
            if row.get("forward") and (hit := _PROGRAM.match(path.stem)):
                programs[hit["program"]].append((path, row))
    for groups in (sets, hosts, programs):
        count(groups)
        print()


if __name__ == "__main__":
    main()
