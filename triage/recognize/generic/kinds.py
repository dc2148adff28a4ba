"""Mails that speak of certificates and want something else → what they are, in words for a person; or None."""

import re
from collections.abc import Sequence
from typing import Any

from triage.recognize.errors import problems_in
from triage.recognize.generic.sentences import names_told, says_failed, says_so_under, warns
from triage.recognize.generic.words import (
    ADVERTISING,
    AMONG_PEOPLE,
    APPROVAL,
    ASKS_PASSWORD,
    EDITORIAL,
    EXERCISE,
    FOR_PEOPLE,
    FOR_SIGNING,
    HARD_SELL,
    HOW_TO,
    IN_EARNEST,
    MAINTENANCE,
    NOT_ISSUED,
    OF_A_SERVER,
    ORDER,
    OTHER_CERTIFICATES,
    OTHER_UPDATES,
    PASSWORD,
    PAYMENT,
    POLICY,
    RETRACTED,
    SEEN_BY_PEOPLE,
    STAGING,
    SURVEY,
    TEST,
    TO_READ,
    TOPIC,
    UNSUBSCRIBE,
    YOURS,
)
from triage.recognize.text import Text

TALK = "it is people talking about certificates"
PAID = "it is about a payment"
LEARNING = "it is an exercise or a draft"


def something_else(text: Text, sentences: Sequence[str], *, rows: bool, labelled: bool, is_answer: bool) -> str | None:
    """A plain failure outweighs what a host advertises below it, not what a seller or an editor writes around it.

    `rows`: a label or a list of the mail says that something failed. `labelled`: a label names somebody. `is_answer`:
    the subject is that of what it answers.
    """
    subject = "" if is_answer else in_words(text.subject)
    whole = in_words(text.lines if is_answer else text.whole)
    if FOR_SIGNING.search(subject) or FOR_PEOPLE.search(whole):
        return "it is about a certificate of another kind"
    if OTHER_UPDATES.search(subject) and not TOPIC.search(subject):
        return "it is about an update of something else"
    if OTHER_CERTIFICATES.search(whole) and not OF_A_SERVER.search(OTHER_CERTIFICATES.sub(" ", whole)):
        return "it is about a certificate of another kind"
    if EXERCISE.search(subject):
        return LEARNING
    if RETRACTED.search(subject):
        return "it takes an earlier notice back"
    failures = [s for s in sentences if says_failed(s) or says_so_under(text.subject, s)]
    apart = _Apart(whole, sentences, failures, labelled=labelled)
    if TEST.search(whole) or (apart.says(STAGING) and not IN_EARNEST.search(whole)):
        return "it is about a test certificate"
    if PASSWORD.search(subject) and not TOPIC.search(subject):
        return "it is about a password"
    if ASKS_PASSWORD.search(whole):
        return "it asks for a password"
    if apart.says(PAYMENT) and not problems_in(text.lines):
        return PAID
    if APPROVAL.search(whole) and not (problems_in(text.lines) or NOT_ISSUED.search(whole)):
        return "it asks to approve something"
    if HOW_TO.search(subject) and not names_told([text.subject]):
        return "it is something to read, not the state of a certificate"
    if AMONG_PEOPLE.search(text.lines):
        return TALK
    if TO_READ.search(text.lines):
        return "it explains what certificates are, and is about none"
    masthead = in_words(text.lines.partition("\n")[0])
    edited = EDITORIAL.search(subject) or EDITORIAL.search(masthead)
    if (edited or (EDITORIAL.search(whole) and UNSUBSCRIBE.search(whole))) and not apart.is_the_reader_s:
        return "it is a newsletter"
    told = [*failures, *(s for s in sentences[1:] if warns("", s))]
    if SURVEY.search(subject) and not _is_plain(told, ""):
        return "it asks how content somebody is"
    if MAINTENANCE.search(subject) and not rows and not names_told(failures) and not (failures and labelled):
        return "it announces a change, not the state of one certificate"
    around = UNSUBSCRIBE.search(whole) or HARD_SELL.search(whole)
    selling = ADVERTISING.search(subject) or (ADVERTISING.search(whole) and around)
    plain = (failures and (labelled or rows)) or _is_plain(failures, sentences[0]) or apart.is_the_reader_s
    if selling and not plain:
        return "it is advertising"
    if failures or rows:
        return None
    if ADVERTISING.search(whole):
        return "it is advertising"
    if ORDER.search(whole) and not SEEN_BY_PEOPLE.search(text.whole):
        return "it is about buying or ordering a certificate"
    if POLICY.search(subject):
        return "it announces a change, not the state of one certificate"
    return None


def in_words(text: str) -> str:
    """Without addresses and names of hosts: `newsletter.example.jp` is no newsletter, `root@invoice` no invoice."""
    return _ADDRESSES.sub(" ", text)


class _Apart:
    """What a mail says elsewhere than beside its plain failures: an invoice may end with one."""

    def __init__(self, whole: str, sentences: Sequence[str], failures: Sequence[str], *, labelled: bool) -> None:
        self._whole = whole
        at = [n for n, s in enumerate(sentences) if n and s in failures and _is_of_somebody(s, labelled=labelled)]
        self._beside = [" ".join(sentences[max(1, n - 1) : n + 2]) for n in at]
        self.is_the_reader_s = any(YOURS.search(" ".join(sentences[max(1, n - 2) : n + 1])) for n in at)

    def says(self, words: Any) -> bool:
        """Anywhere; where a failure is told plainly, only beside it."""
        if not words.search(self._whole):
            return False
        return not self._beside or any(words.search(in_words(text)) for text in self._beside)


def _is_of_somebody(sentence: str, *, labelled: bool) -> bool:
    """It names a site outside of any quotes, or announces the names that follow."""
    if _QUOTES & set(sentence):
        return False
    return labelled or bool(names_told([sentence])) or sentence[-1:] in ":：" or bool(_BELOW.search(sentence))


_QUOTES = {'"', "“", "「"}
_BELOW = re.compile(r"下記|以下|次の|\bbelow\b|\bfollowing\b|ci-dessous|folgende|siguiente|seguinte", re.IGNORECASE)

# `/checkout` and `checkout.example.jp` are no words of a text; `vol.12` and `v5.2` are.
_SIGN = r"[A-Za-z0-9\u00c0-\u024f_-]{1,63}"
_ADDRESSES = re.compile(
    rf"https?://[^\s\"'<>「」()]{{1,500}}|[A-Za-z0-9_.+-]{{0,64}}@[\w.-]{{1,200}}|(?:{_SIGN}\.){{1,10}}[A-Za-z\u00c0-\u024f][A-Za-z0-9\u00c0-\u024f-]{{1,62}}"
)


def _is_plain(failures: Sequence[str], subject: str) -> bool:
    """It says so in its subject, or in a sentence of its own of a certain name; a story in quotes is neither."""
    if subject in failures and not ADVERTISING.search(subject) and "?" not in subject:
        return True
    return any(names_told([sentence]) and not _QUOTES & set(sentence) for sentence in failures)
