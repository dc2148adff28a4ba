"""Thousands of mails through Dovecot, the service and Postfix: python -m tests.bench.soak --mails N --seed S

Samples, mutated, 1 % hostile; faults at random. Prints what became of them; ends with 1 where anything is wrong. Root.
"""

import argparse
import sys

from tests.bench.soak.course import Outcome, soak
from tests.lab.mail import missing

MOST_GROWTH = 0.10  # of resident memory, from the 2,000th mail on


def table(outcome: Outcome) -> list[str]:
    base, end = outcome.base, outcome.end
    rows = {
        "mails": f"{outcome.mails} in {outcome.seconds:.0f} s, {outcome.mails / outcome.seconds:.1f} a second",
        "made as": _counts(outcome.kinds),
        "faults": _counts(outcome.faults),
        "each in one state, one folder": _counts(outcome.states),
        "letters": f"{outcome.letters}; {outcome.twice} went out twice, {outcome.gaps} faults may have led to that",
        "resident memory": f"{base.resident} KiB after {outcome.base_mails} mails, {end.resident} KiB at the end"
        f" ({outcome.growth:+.1%})",
        "files, sockets, threads, children": f"{base.files}, {base.sockets}, {base.threads}, {base.children} → "
        f"{end.files}, {end.sockets}, {end.threads}, {end.children}",
        "stopped on request with": str(outcome.exit),
        "wrong": f"{len(outcome.wrong)}",
    }
    return [f"| {name} | {value} |" for name, value in rows.items()]


def faults_of(outcome: Outcome) -> list[str]:
    """What may not be so, in words."""
    base, end = outcome.base, outcome.end
    found = list(outcome.wrong)
    if outcome.growth >= MOST_GROWTH:
        found.append(f"resident memory grew by {outcome.growth:.1%}")
    if outcome.twice > outcome.gaps:
        found.append(f"{outcome.twice} letters went out twice, and only {outcome.gaps} faults explain that")
    for name in ("files", "sockets", "threads", "children"):
        if getattr(end, name) > getattr(base, name):
            found.append(f"{name}: {getattr(base, name)} after {outcome.base_mails} mails, then {getattr(end, name)}")
    return found + ([f"stopped with {outcome.exit}"] if outcome.exit else [])


def _counts(counts: "dict[str, int]") -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items(), key=lambda item: -item[1]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave the ledger, the log and the mailboxes behind")
    parser.add_argument("--pause", type=float, nargs=2, default=(1.0, 6.0), help="seconds between two faults")
    asked = parser.parse_args()
    if because := missing():
        print(because)
        return 3
    outcome = soak(asked.mails, asked.seed, tuple(asked.pause), keep=asked.keep)
    print(f"seed {asked.seed}", *table(outcome), sep="\n")
    wrong = faults_of(outcome)
    print(*wrong[:50], sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
