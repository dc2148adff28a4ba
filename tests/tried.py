"""The tables of SECURITY.md, printed, or with --write put there: `python -m tests.tried`

The conditions come from the code and the rows of their tests; the attacks name the tests that make them.
"""

import sys
from collections import Counter
from collections.abc import Iterator
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
State = Literal["tested", "in part"]


@dataclass(frozen=True, slots=True)
class Attack:
    number: int
    tried: str
    happened: str
    tests: tuple[str, ...]  # file:function, or file:function and function …
    state: State = "tested"
    lacks: str = ""


def _(number: int, tried: str, happened: str, *tests: str, lacks: str = "") -> Attack:
    return Attack(number, tried, happened, tests, "in part" if lacks else "tested", lacks)


ROUND, CONDITIONS_, AUTH, LETTER = (
    "service/test_round.py:", "decide/test_conditions.py:", "mail/test_authentication.py:", "mail/test_letter.py:",
)  # fmt: skip
ROW = CONDITIONS_ + "test_a_condition_and_its_nearest_neighbor"
INJECTION, LIMITS, PROBES = "explain/test_injection.py:", "unwrap/test_limits.py:", "probes/test_attacks.py:"
ATTACKS = (
    _(1, "forged From, forged or doubled Authentication-Results", "held; nobody is written to",
      ROUND + "test_attack_1_a_forged_sender_reaches_nobody", AUTH + "test_refused"),
    _(2, "Reply-To names a victim", "ignored", ROUND + "test_attack_2_and_5_nobody_but_from_is_written_to"),
    _(3, "several or disguised addresses in From", "held (N3)",
      AUTH + "test_exactly_one_sender", AUTH + "test_two_from_headers_are_no_sender", ROW),
    _(4, "look-alike letters in the address", "the attacker's own domain is authenticated, and not registered",
      AUTH + "test_a_name_that_looks_like_the_owner_authenticates_the_attacker_only", ROW),
    _(5, "an address in the forwarded block", "never written to",
      ROUND + "test_attack_2_and_5_nobody_but_from_is_written_to"),
    _(6, "a filter forwards, the host stands in From", "held, or to the registered owner (N30, N31)", ROW),
    _(7, "another responder in copy", "one answer",
      ROUND + "test_attack_7_we_stop_after_one_answer_to_a_responder_in_copy"),
    _(8, "forged bounces", "counted; nobody is suppressed",
      "service/test_bounces.py:test_attack_8_a_forged_bounce_does_nothing_but_count"),
    _(9, "a mail bomb", "caps (N26); another sender is answered all the same",
      ROUND + "test_attack_9_a_mail_bomb_of_one_sender_leaves_room_for_another", ROW,
      lacks="5,000 mails against the clock"),
    _(10, "a known Message-ID sent first; one mail many times", "the real one is answered, copies are not",
      ROUND + "test_attack_10_a_known_id_sent_first_does_not_suppress_the_real_mail",
      ROUND + "test_the_same_mail_twice_is_answered_once"),
    _(11, "two responders without headers, 1,000 rounds", "three answers at most",
      ROUND + "test_attack_11_two_responders_without_headers_get_three_answers_at_most"),
    _(12, "10,000 old mails after a UIDVALIDITY change", "none is answered",
      ROUND + "test_attack_12_none_of_the_mails_of_a_restored_mailbox_is_answered"),
    _(13, "failures that flood the operator", "one alarm per cause and hour, over restarts, too",
      "health/test_alarm.py:test_once_per_cause_and_hour",
      "health/test_alarm.py:test_a_service_that_starts_again_and_again_does_not_alarm_each_time"),
    _(14, "a subject that decodes to line breaks and Bcc", "one line; no header begins",
      LETTER + "test_no_value_starts_a_header_or_ends_the_head"),
    _(15, "the same in ids, names and references", "one line; no header begins",
      LETTER + "test_no_value_starts_a_header_or_ends_the_head", LETTER + "test_references_keep_the_last_20_and_2_kb"),
    _(16, "HTML in what a note tells", "escaped; no link but official ones",
      INJECTION + "test_a_value_from_outside_stays_text", INJECTION + "test_html_brings_nothing_from_outside",
      INJECTION + "test_an_official_link_is_a_link_only_as_a_whole"),
    _(17, "phishing text to be relayed", "nothing of the mail's words is repeated",
      INJECTION + "test_the_words_of_the_mail_are_never_repeated"),
    _(18, "template code in values", "stays text", INJECTION + "test_a_value_from_outside_stays_text"),
    _(19, "line breaks and escapes for the log", "one harmless line",
      "cli/test_logs.py:test_text_from_outside_stays_one_harmless_line",
      "cli/test_commands.py:test_a_subject_cannot_move_the_cursor"),
    _(20, "formulas in exported tables", "there is no CSV; JSON is written by the standard library",
      "cli/test_commands.py:test_once_takes_mail_and_files_it", lacks="a test of its own"),
    _(21, "a name that leads into our own network", "not contacted, by any hop",
      PROBES + "test_21_a_host_that_would_break_out_of_the_request_is_not_sent", "probes/test_guard.py:",
      "probes/test_never_reached.py:"),
    _(22, "hostile DNS: huge, slow, silent", "bounded; other names go on",
      PROBES + "test_22_an_answer_of_64_kib_is_bounded_and_quick",
      PROBES + "test_22_silent_name_servers_do_not_stop_other_names"),
    _(23, "homographs, full-width dots, invisible characters", "folded, or no name",
      PROBES + "test_22_23_25_a_name_that_is_none_is_not_asked", "test_names.py:"),
    _(24, "10,000 domains in one mail", "50 are read, above that it is held",
      "recognize/test_hostile.py:test_at_most_50_names_are_read_and_the_rest_is_said_to_be_cut", ROW),
    _(25, "names that are none: ports, addresses, wildcards", "not asked",
      PROBES + "test_22_23_25_a_name_that_is_none_is_not_asked"),
    _(26, "somebody else's domain: a scanner on demand", "only registered senders, within caps (N26, N32)", ROW,
      lacks="senders are not tied to domains"),
    _(27, "different domains in subject, field and link", "by the rule's fields",
      "recognize/test_hostile.py:test_no_name_is_taken_from", lacks="a conflict is not always held"),
    _(28, "size, and a server that lies about it", "octets are counted; the beginning alone is fetched",
      "lab/test_imap.py:test_a_literal_larger_than_asked_for_is_not_read"),
    _(29, "nesting, parts, headers, boundaries without end", "refused before a parser sees it",
      LIMITS + "test_refused_before_any_parser_sees_it", LIMITS + "test_cut_and_said_so"),
    _(30, "archives and documents", "never opened", LIMITS + "test_files_are_never_opened"),
    _(31, "HTML bombs", "read in a moment, with limits", LIMITS + "test_hostile_html_is_read_in_a_moment"),
    _(32, "text that makes patterns slow", "linear time; a worker that hangs is killed",
      LIMITS + "test_hostile_text_is_read_in_a_moment",
      "recognize/test_hostile.py:test_twice_the_input_never_takes_much_more_than_twice_the_time",
      "reader/test_pool.py:test_the_kernel_ends_a_spinning_worker_that_nobody_watches"),
    _(33, "surrogates, NUL, marks without end", "cleaned", LIMITS + "test_a_header_value_is_one_harmless_line",
      "unwrap/test_fuzz.py:"),
    _(34, "dates that are none", "unknown; the mail is read all the same", "unwrap/test_dates.py:"),
    _(35, "paths as names of attachments", "no file is ever named by a mail",
      "reader/test_pool.py:test_a_worker_writes_no_files", "mail/test_maildir.py:test_a_folder_name_cannot_lead_out"),
    _(36, "a mail that crashes its reader", "three tries, then set aside; the others go on",
      ROUND + "test_a_poison_mail_is_set_aside_and_the_others_go_on",
      "reader/test_pool.py:test_a_mail_that_breaks_its_reader_costs_that_mail_alone"),
    _(37, "an IMAP server that says anything", "nothing but a trouble comes out",
      "lab/test_imap.py:test_whatever_a_server_throws_in_only_trouble_comes_out"),
    _(38, "lines cut, STARTTLS stripped, wrong certificates", "no password in clear; the mail is filed once",
      "lab/test_imap.py:test_cut_at_every_line_the_mail_ends_in_its_folder_once",
      "lab/test_imap.py:test_starttls_stripped_on_the_way_sends_no_password",
      "lab/test_smtp.py:test_cut_at_every_line_nothing_is_lost_and_nothing_sent_by_surprise"),
    _(39, "kill -9 at every step of a round", "the same answers; a repeat only in SMTP's gap",
      "service/test_crash.py:test_killed_at_any_moment_the_service_ends_with_the_same_answers"),
    _(40, "secrets and bodies in logs", "hidden, never written",
      "cli/test_logs.py:test_a_password_never_gets_through_whoever_logs_it",
      "cli/test_logs.py:test_no_body_and_no_escape_comes_through",
      PROBES + "test_40_nothing_is_logged_or_printed"),
)  # fmt: skip


def tables() -> str:
    return "".join(f"{line}\n" for line in (*_conditions(), "", *_attacks()))


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
    yield "| attack | what was tried | what happened | tests |"
    yield "|---|---|---|---|"
    for attack in ATTACKS:
        lacks = f" — in part; lacks {attack.lacks}" if attack.lacks else ""
        yield f"| {attack.number} | {attack.tried} | {attack.happened}{lacks} | {' '.join(map(_short, attack.tests))} |"


def _short(test: str) -> str:
    file, _, function = test.partition(":")
    return f"`{file}`" if not function else f"`{file}::{function}`"


def _write() -> None:
    security = ROOT.parent / "SECURITY.md"
    before, _, rest = security.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    security.write_text(f"{before}{BEGIN}\n{tables()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    _write() if "--write" in sys.argv else print(tables(), end="")
