"""Prints what 1,000 providers cost beside 30: `python tests/bench/rules_growth.py`."""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from triage.config.rules import load_rules
from triage.model import Rulebook
from triage.recognize import recognize
from triage.unwrap import unwrap

DATA = Path(__file__).parent.parent / "data" / "notices"
RULE = """
event = "renewal-failed"
language = "ja"
subject = ['【Host{n:04}】.{{0,20}}SSL証明書(?:の)?更新(?:失敗|エラー)']
body_all = ['証明書']
body_alone = ['Host{n:04}をご利用いただき.{{0,200}}証明書の更新に失敗']

[fields.names]
patterns = ['コモンネーム ?: ?(?P<value>\\S+)']
"""
ROUNDS = 20


def rulebook_with(count: int) -> Rulebook:
    """Ours, and as many invented ones as are missing to `count`."""
    with tempfile.TemporaryDirectory() as folder:
        for n in range(count):
            home = Path(folder) / "providers" / f"host{n:04}"
            home.mkdir(parents=True)
            (home / "renewal-failed.toml").write_text(RULE.format(n=n), encoding="utf-8")
        return load_rules((Path(folder),))


def milliseconds(rules: Rulebook) -> float:
    mails = [unwrap(path.read_bytes()) for path in sorted(DATA.glob("*.eml"))]
    for mail in mails:
        recognize(mail, rules)
    best = 1e9
    for _ in range(ROUNDS):
        begun = time.process_time()
        for mail in mails:
            recognize(mail, rules)
        best = min(best, time.process_time() - begun)
    return best / len(mails) * 1000


def main() -> None:
    few, many = rulebook_with(30), rulebook_with(1000)
    a, b = milliseconds(few), milliseconds(many)
    print(f"recognize, a mail: {a:.3f} ms with ours and 30 providers, {b:.3f} ms with ours and 1,000: {b / a:.2f} x")


if __name__ == "__main__":
    main()
