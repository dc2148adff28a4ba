"""What `triage check` prints: verdict, host, road and findings of one name; a line each of many; progress meanwhile."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from triage.cli.check import MOST_NOTES, Teller, Wish
from triage.cli.picture import Picture
from triage.cli.progress import Progress
from triage.cli.standing import Standing, standing
from triage.demo import WorldProbes
from triage.demo.world import world_of
from triage.model import AskDns, Diagnosis, DnsAnswer, Failure, Fault, Inquiry, Language, Observation, Problem
from triage.names import Domain
from triage.service import investigate

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WORLD = world_of(
    {
        "zones": {
            "example.jp": "@ NS ns1.other-host.net.\n@ A 85.131.208.10",
            "example.com": "@ NS ns1.other-host.net.\n@ A 5.9.1.20",
        },
        "server": [
            {"address": "85.131.208.10", "reverse": "sv100.xserver.jp", "behavior": "password"},
            {"address": "5.9.1.20"},
        ],
    },
    NOW,
)


@pytest.fixture(scope="module")
def stand() -> Standing:
    return standing(None)


def looked_at(stand: Standing, name: str, **known: object) -> Diagnosis:
    inquiry = replace(Inquiry(Domain(name), atlas=tuple(stand.rulebook.providers.values())), **known)  # type: ignore[arg-type]
    return asyncio.run(investigate(WorldProbes(WORLD), inquiry, lambda: NOW))


ENGLISH = """\
example.jp  will fail: password-protected  (S s)

   host          Xserver (guessed from the server's own name, sv100.xserver.jp)
 ✓ name          example.jp
 ✓ name servers  ns1.other-host.net
 ✓ address       85.131.208.10
 ✗ answer        401

   findings
 ✗ password-protected (stops the renewal)
     url http://example.jp/.well-known/acme-challenge/{token}
     address 85.131.208.10
     status 401
     server nginx
     title 401"""
JAPANESE = """\
example.com  更新できません: rate-limited  (S s)

   サーバー会社    不明(--provider で指定できます)
 ✓ 名前            example.com
 ✓ ネームサーバー  ns1.other-host.net
 ✓ 行き先          5.9.1.20
 ✓ 応答            404
 ✗ 発行元          rate-limited

   見つかったこと
 ✗ rate-limited (更新を妨げる, 示された文面による)
     error too many certificates"""


def test_the_whole_answer_of_one_name(stand: Standing) -> None:
    stated = (Problem(Domain("example.com"), "too many certificates", "rate-limited"),)
    one, other = looked_at(stand, "example.jp"), looked_at(stand, "example.com", problems=stated)
    told = [Picture(stand.wording, "en").whole(one), Picture(stand.wording, "ja").whole(other)]
    assert [re.sub(r"\(\d+\.\d s\)", "(S s)", text) for text in told] == [ENGLISH, JAPANESE]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_of_many_names_each_gets_a_line_or_two_and_a_sum(
    language: Language, stand: Standing, capsys: pytest.CaptureFixture[str]
) -> None:
    teller = Teller(Wish(()), stand, language, MOST_NOTES + 1)
    sick, healthy = looked_at(stand, "example.jp"), looked_at(stand, "example.com")
    for diagnosis in (healthy, sick, healthy):
        teller.tell(diagnosis)
    teller.sum_up()
    said = [re.sub(r"  \(.*", "", line) for line in capsys.readouterr().out.splitlines()]
    assert (
        said
        == {
            "en": [
                "example.com  nothing in the way",
                "example.jp  will fail: password-protected",
                "    example.jp asks for a password",
                "example.com  nothing in the way",
                "3 names: 2 nothing in the way, 1 will fail",
                "the whole answer: triage check example.jp",
            ],
            "ja": [
                "example.com  妨げなし",
                "example.jp  更新できません: password-protected",
                "    example.jp にパスワードがかかっています",
                "example.com  妨げなし",
                "3件: 2 妨げなし, 1 更新できません",
                "詳しくは: triage check example.jp",
            ],
        }[language]
    )


def test_progress_shows_each_question_and_leaves_nothing_behind() -> None:
    file = StringIO()
    screen = Console(file=file, force_terminal=True, width=80, height=20, color_system=None)
    a, caa = AskDns("example.jp", "A"), AskDns("example.jp", "CAA")
    with Progress(screen, 1) as progress:
        for question in (a, caa):
            progress.asked(question)
        progress.seen(Observation(a, DnsAnswer("NOERROR"), NOW, 0.012))
        progress.draw()
        drawn = file.getvalue()
        progress.seen(Observation(caa, Failure(Fault.TIMEOUT, "\x1b[2J"), NOW, 5.0))
        with progress.aside():
            file.write("RESULT")
    for line in ("✓ A example.jp → NOERROR (12 ms)", "… CAA example.jp (0.0 s)", "1 question under way"):
        assert line in drawn
    last = file.getvalue().rpartition("RESULT")
    assert last[0].count("\x1b[2J") == 0
    assert "✓" not in last[2]
