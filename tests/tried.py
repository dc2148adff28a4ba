"""The tables of SECURITY.md, printed, or with --write put there: `python -m tests.tried`

The conditions come from the code and the rows of their tests; the tests are marked with the attacks that they make.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.decide.test_conditions import ROWS
from triage.decide import CONDITIONS

ROOT = Path(__file__).parent
BEGIN, END = "<!-- python -m tests.tried -->\n", "<!-- end -->\n"
# These stand beside the table of conditions, in tests of their own.
BESIDE = {
    "N5": ("held", "the sender's domain takes no mail", "10"),
    "N33": ("held", "no notice, or not clear whether it is one", "3"),
}


@dataclass(frozen=True, slots=True)
class Attack:
    number: int
    tried: str
    happened: str


ATTACKS = (
    Attack(1, "forged From, forged or doubled Authentication-Results", "held; nobody is written to"),
    Attack(2, "Reply-To names a victim", "ignored"),
    Attack(3, "several or disguised addresses in From", "held (N3)"),
    Attack(4, "look-alike letters in the address", "the attacker's own domain is authenticated, and not registered"),
    Attack(5, "an address in the forwarded block", "never written to"),
    Attack(
        6,
        "a filter forwards, the host stands in From; Resent-From forged",
        "held, or to the proven and registered owner (N30, N31)",
    ),
    Attack(7, "another responder in copy", "one answer"),
    Attack(8, "forged bounces", "counted; nobody is suppressed"),
    Attack(9, "a mail bomb", "caps (N26); others come first, and are answered (the clock: the last table)"),
    Attack(10, "a known Message-ID sent first; one mail many times", "the real one is answered, copies are not"),
    Attack(11, "two responders without headers, 1,000 rounds", "three answers at most"),
    Attack(12, "10,000 old mails after a UIDVALIDITY change", "none is answered"),
    Attack(13, "failures that flood the operator", "one alarm per cause and hour, over restarts, too"),
    Attack(14, "a subject that decodes to line breaks and Bcc", "one line; no header begins"),
    Attack(15, "the same in ids, names and references", "one line; no header begins"),
    Attack(16, "HTML in what a note tells", "escaped; no link but official ones"),
    Attack(17, "phishing text to be relayed", "nothing of the mail's words is repeated"),
    Attack(18, "template code in values", "stays text"),
    Attack(19, "line breaks and escapes for the log", "one harmless line"),
    Attack(20, "formulas in exported tables", "there is no CSV; JSON is written by the standard library"),
    Attack(21, "a name that leads into our own network", "not contacted, by any hop"),
    Attack(22, "hostile DNS: huge, slow, silent", "bounded; other names go on"),
    Attack(23, "homographs, full-width dots, invisible characters", "folded, or no name"),
    Attack(24, "10,000 domains in one mail", "50 are read and ten looked at; above 50 it is held, and none is"),
    Attack(25, "names that are none: ports, addresses, wildcards", "not asked"),
    Attack(
        26,
        "somebody else's domain: a scanner on demand",
        "ten answers a day, with those held in the end, of ten names each; for strangers none",
    ),
    Attack(
        27,
        "different domains in subject, field and link",
        "held where subject and field differ; a link counts only where nothing else names a domain",
    ),
    Attack(28, "size, and a server that lies about it", "octets are counted; the beginning alone is fetched"),
    Attack(29, "nesting, parts, headers, boundaries without end", "refused before a parser sees it"),
    Attack(30, "archives and documents", "never opened"),
    Attack(31, "HTML bombs", "read in a moment, with limits"),
    Attack(32, "text that makes patterns slow", "linear time; a worker that hangs is killed"),
    Attack(33, "surrogates, NUL, marks without end", "cleaned"),
    Attack(34, "dates that are none", "unknown; the mail is read all the same"),
    Attack(35, "paths as names of attachments", "no file is ever named by a mail"),
    Attack(36, "a mail that crashes its reader; all hostile samples", "three tries, then set aside; the others go on"),
    Attack(37, "an IMAP server that says anything", "nothing but a trouble comes out"),
    Attack(38, "lines cut, STARTTLS stripped, wrong certificates", "no password in clear; the mail is filed once"),
    Attack(39, "kill -9 at every step of a round", "the same answers; a repeat only in SMTP's gap"),
    Attack(40, "secrets and bodies in logs", "hidden, never written"),
)


Word = Literal["attack", "fault"]
AT_EVERY_LINE = "by IMAP the mail is in its folder once; by SMTP the letter is sent once, put off, or perhaps sent"
FAULTS = (
    ("a line of the dialogue is cut: every line in turn", AT_EVERY_LINE),
    ("the line falls silent: at every line in turn", AT_EVERY_LINE),
    ("a line is garbled: every line in turn", AT_EVERY_LINE + "; a command that was garbled may be refused for good"),
    ("lines and literals come octet by octet", "nothing is different"),
    ("NO and BAD to each command of IMAP", "trouble with its reason; the mail is filed once, afterwards"),
    ("BYE, to each command and while listening", "a new connection; the mail is filed once"),
    ("other programs expunge and move mails, in the middle of a fetch or a move", "the mail is gone; no trouble"),
    ("EXISTS together with the continuation of IDLE", "heard"),
    ("IDLE on a dead line: an empty answer at once", "a new connection, after a pause; it does not spin"),
    ("IDLE that lasts", "begun again within nine minutes"),
    ("a token expires or is revoked", "refreshed once and tried again; else the reason, and the letters are kept"),
    ("throttling that names a time", "left alone for that long"),
    ("a folder is missing, read-only, or removed by somebody", "the reason is told; our own folders are made again"),
    ("quota full on the move", "the mail stays, the reason is told; filed once there is room"),
    ("no MOVE, no UIDPLUS", "copied and flagged; nothing of others is expunged"),
    ("UIDVALIDITY changes", "old keys mean no mail any more"),
    ("STARTTLS stripped, PREAUTH in clear", "no password is sent"),
    ("a certificate that nobody we know signed, or itself alone; expired; of another host", "no password is sent"),
    ("SMTP 4xx and 5xx at each step", "put off, or left to a person"),
    ("greylisting", "sent later"),
    ("silence, a break or garbage after the dot", "perhaps sent: looked for in Sent, else once more, under one id"),
    ("a letter larger than SIZE", "not begun; left to a person"),
    ("no 8BITMIME, no extensions at all", "sent in 7 bits, the original whole"),
    ("a password that is refused", "said once, tried ever more rarely"),
    ("the mail server crashes and comes back, or closes idle connections", "the next poll goes on"),
    ("one mailbox hangs or fails", "the others are served"),
    ("a round that does not end", "the watchdog says so, again and again"),
)  # fmt: skip


def marked(word: Word) -> Mapping[int, tuple[str, ...]]:
    """`@pytest.mark.attack(number=…)` above a test, or for its whole file, says which attack it makes."""
    found: dict[int, list[str]] = {}
    for path in sorted(ROOT.rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if f"mark.{word}" not in source:
            continue
        name = path.relative_to(ROOT).as_posix()
        for node in ast.parse(source).body:
            for number in _numbers(node, word):
                function = f"::{node.name}" if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ""
                found.setdefault(number, []).append(f"`{name}{function}`")
    return {number: tuple(tests) for number, tests in found.items()}


def _numbers(node: ast.stmt, word: Word) -> Iterator[int]:
    marked: Iterable[ast.AST] = ()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        marked = node.decorator_list
    elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
        marked = (node.value,)
    for call in (found for root in marked for found in ast.walk(root) if isinstance(found, ast.Call)):
        if ast.unparse(call.func) == f"pytest.mark.{word}":
            yield from (k.value.value for k in call.keywords if isinstance(k.value, ast.Constant))  # type: ignore[misc]


def tables() -> str:
    return "".join(f"{line}\n" for line in (*_conditions(), "", *_attacks(), "", *_faults()))


def _conditions() -> Iterator[str]:
    tried = Counter((row[0], row[1]) for row in ROWS)
    yield "| condition | what happens | because | mails tried |"
    yield "|---|---|---|---|"
    for condition in CONDITIONS:
        outcome = {"Drop": "dropped", "Hold": "held"}[condition.outcome.__name__]
        yield f"| {condition.number} | {outcome} | {condition.because} | {tried[condition.number, condition.outcome]} |"
    for number, (outcome, because, mails) in BESIDE.items():
        yield f"| {number} | {outcome} | {because} | {mails} |"


def _attacks() -> Iterator[str]:
    tests = marked("attack")
    yield "| attack | what was tried | what happened | tests |"
    yield "|---|---|---|---|"
    for attack in ATTACKS:
        yield f"| {attack.number} | {attack.tried} | {attack.happened} | {' '.join(tests[attack.number])} |"


def _faults() -> Iterator[str]:
    tests = marked("fault")
    yield "| fault | what was tried | what happened | tests |"
    yield "|---|---|---|---|"
    for number, (tried, happened) in enumerate(FAULTS, start=1):
        yield f"| {number} | {tried} | {happened} | {' '.join(tests[number])} |"


def _write() -> None:
    security = ROOT.parent / "SECURITY.md"
    before, _, rest = security.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    security.write_text(f"{before}{BEGIN}\n{tables()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    _write() if "--write" in sys.argv else print(tables(), end="")
