"""A small soak in each run of the tests; `make soak` runs the big one."""

import os

from tests.bench.soak.__main__ import faults_of, table
from tests.bench.soak.course import soak
from tests.lab.mail import require_mail_servers

MAILS = int(os.environ.get("TRIAGE_SOAK", "500"))


def test_every_mail_ends_in_one_state_and_every_answer_goes_out_once() -> None:
    require_mail_servers()
    outcome = soak(MAILS, seed=2, pause=(0.5, 3.0))
    print(*table(outcome), sep="\n")
    assert (outcome.mails, faults_of(outcome)) == (MAILS, [])
    assert outcome.faults.total() > 3
