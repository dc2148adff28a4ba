"""`triage doctor`: each thing that can be wrong on this machine is found and comes with its fix."""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.cli.test_commands import SERVICE, service, triage
from triage.cli.doctor import ENOUGH_DISK, disk
from triage.cli.doctor_domain import SELECTORS, own_domain, questions, unquoted
from triage.cli.doctor_network import WITNESS, network
from triage.config import load_settings
from triage.model import (
    Answer,
    AskDns,
    AskHttp,
    DnsAnswer,
    Failure,
    Fault,
    HttpAnswer,
    Observation,
    Question,
    Record,
    Via,
)

# A resolver that is not there: what concerns the network fails at once, and is tried in tests/lab/test_doctor.py.
OFFLINE = '[probes]\nresolvers = ["127.0.0.1:1"]\n'


def examined(folder: Path, within: Sequence[str] = ()) -> dict[str, str]:
    """Each line's subject with its mark and words; the hint behind it. Of several a line that failed counts."""
    done = triage("doctor", cwd=folder, within=within)
    assert done.stderr == ""
    found, last = dict[str, str](), ""
    for line in done.stdout.splitlines():
        if line.startswith("      hint: "):
            found[last] += " | " + line.strip()
        else:
            last, _, words = line[6:].partition(": ")
            last += " once more" if found.get(last, "").startswith("FAIL") else ""
            found[last] = line[:6].strip() + " " + words
    return found


RULES = Path(__file__).parents[2] / "rules"


def an_installation(folder: Path) -> Path:
    service(folder)
    (folder / "config.toml").write_text(SERVICE + OFFLINE)
    return folder


def test_an_installation_that_is_in_order(tmp_path: Path) -> None:
    found = examined(an_installation(tmp_path))
    here = ("configuration file", "policy", "authentication", "rules", "ledger", "mailbox inbox", "outbox")
    assert {name: found[name].partition(" ")[0] for name in here} == dict.fromkeys(here, "ok")
    assert found["ledger"] == "ok opens; 0 mails are kept, 0 of them are not finished"
    assert found["mailbox inbox"] == "ok 0 mails wait; its 4 folders can be moved into"
    assert sorted(p.name for p in (tmp_path / "in").glob(".*")) == [".Answered", ".Aside", ".Dropped", ".Held"]
    assert found["operator"].startswith("note nobody | hint: set identity.operator")


def test_the_last_line_says_how_much_is_left_to_do(tmp_path: Path) -> None:
    folder = an_installation(tmp_path)
    before = triage("doctor", cwd=folder).stdout.splitlines()
    _with(folder, 'senders = ["@example.jp"]', "")
    after = triage("doctor", cwd=folder).stdout.splitlines()
    fails, notes = (sum(line.startswith(mark) for line in before) for mark in ("FAIL", "note"))
    assert (before[-1], after[-1]) == (
        f"to mend: {fails}, to know of: {notes}",
        f"to mend: {fails + 1}, to know of: {notes}",
    )


@pytest.mark.parametrize(("free", "good"), [(ENOUGH_DISK - 1, False), (ENOUGH_DISK + 1, True)])
def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, good: bool) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": free}))  # no disk is filled for it
    settings = load_settings(an_installation(tmp_path) / "config.toml")
    found = list(disk(settings))
    assert {checked.good for checked in found} == {good}
    assert all("make room" in checked.hint for checked in found)


# Root may write everywhere, unless it gives that up.
OBEYING = ("setpriv", "--inh-caps=-all", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()


def test_a_refresh_token_that_cannot_be_renewed(tmp_path: Path) -> None:
    folder = an_installation(tmp_path)
    _open_token(folder)
    (folder / "token").chmod(0o500)
    found = examined(folder, OBEYING)["refresh token"]
    assert found.startswith("FAIL")
    assert "let this user write into" in found


def test_no_network(tmp_path: Path) -> None:
    done = triage("doctor", cwd=an_installation(tmp_path))
    assert done.returncode == 1
    assert "FAIL  dns: not-asked (our resolver is not there" in done.stdout
    assert "hint: set probes.resolvers to a resolver that answers here" in done.stdout


def _open_secret(folder: Path) -> None:
    (folder / "secret").write_text("x")
    (folder / "secret").chmod(0o644)
    _with(folder, 'path = "out"', 'path = "out"\nuser = "u"\npassword_file = "secret"')


def _no_secret(folder: Path) -> None:
    _with(folder, 'path = "out"', 'path = "out"\nuser = "u"\npassword_file = "secret"')


OAUTH = (
    'oauth = { token_url = "https://login.example.net/token", client_id = "x", refresh_token_file = "token/refresh",'
    ' client_secret_file = "client" }'
)


def _open_token(folder: Path) -> None:
    (folder / "token").mkdir()
    for name in ("token/refresh", "client"):
        (folder / name).write_text("secret token")
        (folder / name).chmod(0o644 if name == "client" else 0o600)
    _with(folder, 'path = "out"', f'path = "out"\nuser = "u"\n{OAUTH}')


def _open_address(folder: Path) -> None:
    (folder / "plus").write_text("0123456789abcdef")
    (folder / "plus").chmod(0o640)
    _with(folder, 'senders = ["@example.jp"]', 'senders = ["@example.jp"]\nsecret_file = "plus"')


def _with(folder: Path, old: str, new: str) -> None:
    config = folder / "config.toml"
    config.write_text(config.read_text().replace(old, new))


def _bad_rule(folder: Path) -> None:
    (folder / "rules" / "providers" / "x").mkdir(parents=True)
    (folder / "rules" / "providers" / "x" / "provider.toml").write_text("nonsense = 1\n")
    _with(folder, "[probes]", '[rules]\nfolders = ["rules"]\n[probes]')


@pytest.mark.parametrize(
    ("spoil", "subject", "words", "hint"),
    [
        (lambda f: (f / "config.toml").chmod(0o666), "configuration file", "others can write it", "chmod go-w"),
        (_open_secret, "secret", "others can read it", "chmod 600"),
        (_open_token, "secret", "client: others can read it", "chmod 600"),
        (_open_address, "secret", "plus: others can read it", "chmod 600"),
        (_no_secret, "secret", "no such file or directory", "write the secret into it"),
        (lambda f: _with(f, 'senders = ["@example.jp"]', ""), "policy", "0 senders", "list addresses or @domains"),
        (lambda f: (f / "triage.db").write_bytes(b"not a database" * 99), "ledger", "", "hint: "),
        (lambda f: _with(f, 'path = "in"', 'path = "none"'), "mailbox inbox", "none", "hint: "),
        (lambda f: (f / "in" / ".Held").write_text("in the way"), "mailbox inbox", ".Held", "hint: "),
        (lambda f: (f / "out").write_text("in the way"), "outbox", "out", "hint: "),
    ],
    ids=[
        "a configuration that others can write",
        "a password that others can read",
        "a client's secret that others can read",
        "an address's secret that others can read",
        "a password that is not there",
        "nobody may ask",
        "a damaged ledger",
        "a mailbox that is not there",
        "a folder that cannot be made",
        "an outbox that cannot be written to",
    ],
)
def test_what_is_wrong_and_how_to_mend_it(
    tmp_path: Path, spoil: Callable[[Path], object], subject: str, words: str, hint: str
) -> None:
    folder = an_installation(tmp_path)
    spoil(folder)
    found = examined(folder)[subject]
    assert found.startswith("FAIL ")
    assert words in found
    assert hint in found


def test_rules_of_ones_own_are_tried_with_their_samples(tmp_path: Path) -> None:
    folder = an_installation(tmp_path)
    own = folder / "rules" / "providers" / "xserver"
    shutil.copytree(RULES / "providers" / "xserver", own)
    sample = next((own / "samples").glob("01-*.toml"))
    sample.write_text(sample.read_text().replace("example.jp", "example.com"))
    _with(folder, "[probes]", '[rules]\nfolders = ["rules"]\n[probes]')
    found = examined(folder)["rules"]
    assert found.startswith("FAIL 1 findings")
    assert "triage rules check" in found


def test_wrong_rules_end_it_at_once(tmp_path: Path) -> None:
    folder = an_installation(tmp_path)
    _bad_rule(folder)
    done = triage("doctor", cwd=folder)
    assert done.returncode in (1, 2)
    assert "hint: " in done.stdout + done.stderr


# ---- name servers, asked past the resolver


class Given:
    """Probes that know their answers; what they do not know is silent."""

    def __init__(self, answers: dict[Question, Answer]) -> None:
        self._answers = answers

    sources: tuple[str, ...] = ()

    @asynccontextmanager
    async def round(self, deadline: float) -> AsyncIterator["Given"]:
        yield Given(self._answers)

    def start(self, questions: Iterable[Question]) -> None:
        self._asked = tuple(questions)

    async def __aiter__(self) -> AsyncIterator[Observation]:
        for question in self._asked:
            answer = self._answers.get(question, Failure(Fault.TIMEOUT))
            yield Observation(question, answer, datetime.now(UTC))

    async def close(self) -> None: ...


def says(question: AskDns, value: str, authoritative: bool = False) -> dict[Question, Answer]:
    record = Record(question.name, question.type, 60, value)
    return {question: DnsAnswer("NOERROR", (record,), authoritative=authoritative)}


FOUND = {
    **says(AskDns(WITNESS, "A"), "192.0.2.1"),
    **says(AskDns(WITNESS, "NS"), "ns.example.net"),
    **says(AskDns("ns.example.net", "A"), "192.0.2.53"),
}
SOA = AskDns(WITNESS, "SOA", "192.0.2.53")


@pytest.mark.parametrize(
    ("answers", "good", "words"),
    [
        (FOUND | says(SOA, "ns x 1 2 3 4 5", True), True, "name servers can be asked directly"),
        (FOUND, False, "ns.example.net: timeout"),
        (FOUND | says(SOA, "ns x 1 2 3 4 5"), False, "somebody on the way answers in the name of ns.example.net"),
        (says(AskDns(WITNESS, "A"), "192.0.2.1"), None, "no name server is known to try it with"),
    ],
    ids=["open", "blocked", "answered by somebody else", "not known"],
)
async def test_port_53(answers: dict[Question, Answer], good: bool | None, words: str) -> None:
    found = {c.what: c for c in await network(Given(answers), HOME)}
    assert (found["port 53"].good, found["port 53"].words) == (good, words)


@pytest.mark.parametrize(
    ("differs", "good"), [(timedelta(seconds=60), True), (timedelta(hours=-9), False)], ids=["right", "nine hours off"]
)
async def test_the_clock_against_that_of_a_site(differs: timedelta, good: bool) -> None:
    date = format_datetime(datetime.now(UTC) + differs, usegmt=True)
    site: Question = AskHttp("http", WITNESS, "192.0.2.1", "/", Via.ROOT)
    found = {c.what: c for c in await network(Given(FOUND | {site: HttpAnswer(301, (("date", date),))}), HOME)}
    assert found["clock"].good is good


# ---- our own domain

HOME = "triage.test"


def seen(**records: str | Failure | tuple[str, ...]) -> tuple[dict[str, bool | None], dict[str, str]]:
    """`spf`, `dmarc`, `mx`, `a`, `key`, `below`: what DNS says; left out: NXDOMAIN for keys, nothing else."""
    asked: dict[Question, Answer | Failure] = {q: DnsAnswer("NOERROR") for q in questions(HOME)}
    asked[AskDns(f"_domainkey.{HOME}", "TXT")] = DnsAnswer("NXDOMAIN")
    for selector in SELECTORS:
        asked[AskDns(f"{selector}._domainkey.{HOME}", "TXT")] = DnsAnswer("NXDOMAIN")
    where = {
        "spf": AskDns(HOME, "TXT"), "dmarc": AskDns(f"_dmarc.{HOME}", "TXT"), "mx": AskDns(HOME, "MX"),
        "a": AskDns(HOME, "A"), "key": AskDns(f"s1._domainkey.{HOME}", "TXT"),
        "below": AskDns(f"_domainkey.{HOME}", "TXT"),
    }  # fmt: skip
    for name, value in records.items():
        question = where[name]
        texts = (value,) if isinstance(value, str) else value
        asked[question] = (
            texts
            if isinstance(texts, Failure)
            else DnsAnswer("NOERROR", tuple(Record(question.name, question.type, 60, t) for t in texts))
        )
    found = {c.what.partition(" ")[0]: c for c in own_domain(HOME, asked)}
    assert all(c.hint for c in found.values() if c.good is False)
    return {k: c.good for k, c in found.items()}, {k: c.words for k, c in found.items()}


def test_a_domain_with_everything() -> None:
    good, words = seen(
        mx="10 mx.triage.test", spf=('"v=spf1 mx -all"', '"other"'), dmarc='"v=DMARC1; p=reject"', key='"v=DKIM1; p=MI"'
    )
    assert good == {"MX": True, "SPF": True, "DKIM": True, "DMARC": True}
    assert words == {"MX": "mx.triage.test", "SPF": "v=spf1 mx -all", "DKIM": "key s1", "DMARC": "v=DMARC1; p=reject"}


def test_a_domain_without_anything() -> None:
    good, words = seen()
    assert good == {"MX": False, "SPF": False, "DKIM": False, "DMARC": False}
    assert words["DKIM"] == "no key: _domainkey.triage.test does not exist"


@pytest.mark.parametrize(
    ("what", "good", "records"),
    [
        ("MX", False, {"mx": "0 ."}),
        ("MX", None, {"a": "192.0.2.1"}),
        ("SPF", False, {"spf": ('"v=spf1 -all"', '"v=spf1 mx -all"')}),
        ("SPF", False, {"spf": '"v=spf1 +all"'}),
        ("SPF", False, {"spf": '"v=spf10 -all"'}),
        ("SPF", True, {"spf": '"v=spf1 include:a" "b.test -all"'}),
        ("DKIM", None, {"below": ()}),
        ("DMARC", None, {"dmarc": '"v=DMARC1; p=none"'}),
        ("DMARC", None, {"dmarc": '"v=DMARC1; sp=reject"'}),
        ("DMARC", False, {"dmarc": ('"v=DMARC1; p=reject"', '"v=DMARC1; p=none"')}),
        ("MX", None, {"mx": Failure(Fault.TIMEOUT)}),
        ("SPF", None, {"spf": Failure(Fault.TIMEOUT)}),
        ("DKIM", None, {"below": Failure(Fault.TIMEOUT)}),
        ("DMARC", None, {"dmarc": Failure(Fault.TIMEOUT)}),
    ],
)
def test_the_three_answers(what: str, good: bool | None, records: dict[str, str]) -> None:
    assert seen(**records)[0][what] is good


def test_bounces_to_another_domain_have_a_way_back_and_an_spf_of_their_own() -> None:
    other = "bounces.triage.test"
    answers: dict[Question, Answer | Failure] = {q: DnsAnswer("NOERROR") for q in questions(HOME, other)}
    answers |= says(AskDns(HOME, "TXT"), "v=spf1 mx -all")
    found = {c.what: c.good for c in own_domain(HOME, answers, other)}
    assert (found[f"SPF of {HOME}"], found[f"SPF of {other}"], found[f"MX of {other}"]) == (True, False, False)
    assert [c.what for c in own_domain(HOME, answers, HOME)] == [c.what for c in own_domain(HOME, answers)]


def test_strings_of_a_record_are_joined() -> None:
    assert unquoted('"v=spf1 include:a" "b.test -all"') == "v=spf1 include:ab.test -all"
