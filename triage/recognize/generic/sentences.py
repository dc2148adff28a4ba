"""The sentences of a mail → what they say of a certificate: that its renewal failed, and for which name."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import re2

from triage.model import Event
from triage.names import Domain, beginning
from triage.recognize.dates import PLAIN, Habits, begins, dates_with_places
from triage.recognize.generic.words import (
    ACTION,
    AGAIN,
    ASKED,
    CAUSE,
    CAUSE_FIRST,
    CERTIFICATE,
    CLOSED,
    DEFERRED,
    DO,
    ENDS,
    ISSUED,
    MAYBE,
    MEANWHILE,
    NEW,
    NONE_ROW,
    NOT,
    NOT_BEFORE,
    NOT_YET,
    NOW_FINE,
    OTHER_UPDATES,
    OUTRIGHT,
    OVER,
    POLICY,
    QUESTION,
    REDUCED,
    REGISTRATION,
    RENEWAL,
    RENEWED,
    RENEWS,
    REOPENED,
    RESOLVED,
    RUNS_OUT,
    SAYS_RESOLVED,
    SEEN_BY_PEOPLE,
    SETTLED,
    SPARED,
    STILL_FINE,
    SUPPOSED,
    THAT_DAY,
    TOPIC,
    UNAFFECTED,
    UNDONE,
    UNLESS,
    UNRESOLVED,
    without,
)
from triage.recognize.hosts import names_in, unique

LONGEST_SENTENCE = 500
LONG = timedelta(days=60)  # no host waits until less than that is left; a new certificate lasts longer
LONGEST_CAUSE = 80  # with which a sentence begins; a comma further on divides something else
FAR = 45  # days left from which on nobody is warned
_DAYS_LEFT = re.compile(r"(\d{1,4}) ?(?:days?\b|d\b|日|tage\b|días\b|jours\b)", re.IGNORECASE)
_LEFT = re.compile(r"(?:あと|残り) ?\d{1,2} ?日")
_PATH = re.compile(r"(?<![\w/:.])/(?:[\w.-]+/)+[\w.-]*")  # `/etc/ssl/private` is about no certificate
MOST_SENTENCES = 400
KEPT = 2 * MOST_SENTENCES  # sentences of which it is remembered what they say: each is asked for many times

_END = re.compile(
    r"[。!?！？]+|(?<=[\w)])(?<!\bincl)(?<!\binkl)(?<!\bNr)\.(?=\s|$)|\n\n"
    r"|\n(?=[-*•・■◆●▼▽◇○] ?\S|\(?\d{1,2}[.)、](?!\d) ?\S|:\w{1,30}: \S|[A-Z]{4,} \d"
    r"|(?:FAIL|PASS|WARN|OK|ERROR|INFO|CRITICAL)\b)"
)
_SIGN = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Cf}\p{M}0-9_-]"
A_NAME = rf"(?:\*\.)?{_SIGN}+(?:\.{_SIGN}+)+"
_AND = (
    r"(?:[」』]?(?: ?\((?:incl(?:\.|uding)?|inklusive|inkl\.|also|plus|with|mit|avec) | ?[,、] ?(?:and )?"
    r"| (?:and|und|et|y|e|en|och|og|oraz|и) | & |と|及び|および)[\"'“「『]?)"
)
_LIST = rf"(?P<value>{A_NAME}(?:{_AND}{A_NAME}[\"'”」』]?)*)"
_Q = r"[\"'“”‘’「『(\[<]?(?:https?://)?"
_OF = r"(?:for|of|on|covering|protecting|securing|named|called|de|du|für|för|pour|di|voor|van|per|dla|для)"
_KIND = (
    r"(?:the|your|following|domains?|host|hostname|site|website|names?|zone|its|custom|new|address|property|Ihre|Domain|dominio|domínio|domeny"
    r"|domänen|домена)"
)
_SAID = tuple(
    re2.compile(f"(?i){pattern}")
    for pattern in (
        rf"{CERTIFICATE}(?: ?\w+){{0,2}}? {_OF}(?: {_KIND}){{0,3}}:? {_Q}{_LIST}",
        rf"(?:covering|covers?|valid for|issued for|protect(?:s|ing)|secures) {_Q}{_LIST}",
        rf"HTTPS {_OF} {_Q}{_LIST}",
        rf"(?:domain|hostname|host|site|website|zone|dominio|domínio|domaine)(?: name)? {_Q}{_LIST}",
        rf"(?:renew\w*|obtain\w*|issu\w*|secure|validate|request\w*)(?: \w+){{0,4}}? (?:for|of) {_Q}{_LIST}",
        rf"{_Q}{_LIST}[\"'“”‘’)\]>]?(?:'s|’s)? (?:\w+ ){{0,3}}?(?:SSL|TLS|HTTPS|certificate)",
        rf"{CERTIFICATE}(?:\s?の)?\s?{_Q}{_LIST}",
        rf"{_Q}{_LIST}[」』)\]”\"]?\s?(?:様)?(?::|の|に対する|向け|用|に設定|で(?:ご)?利用|へ|について|における|は|が|を)"
        rf"[^。\n]{{0,20}}?(?:証明書|SSL)",
        rf"(?:ドメイン|ホスト|サイト|ホームページ|アドレス|対象|URL|域名|도메인)(?:名|は)?\s?{_Q}{_LIST}",
    )
)
# `Certificate 'shop.example.jp' expired`: no other name can be meant.
_OF_ONE = re2.compile(rf"(?i)(?:{CERTIFICATE}(?: (?:for|of|named))? [\"'“‘]|\bsubject ?[=:] ?/?CN ?= ?){_LIST}")
# A page of the site, whose certificate the sentence speaks of.
_LINKED = re2.compile(
    rf"(?i)https?://(?P<value>{A_NAME})(?::\d+)?(?:/[^\s「」『』()]*)?[\s)」』]{{0,3}}[^。\n]{{0,8}}?(?:の|に対する|で(?:ご)?(?:使|利用)[^。、\n]{{1,8}})\s?"
    rf"(?:[^。、\n]{{1,15}})?(?:SSL|TLS|サーバー?|独自|{CERTIFICATE})"
)
_LINKED_OF = re2.compile(
    rf"(?i){CERTIFICATE}(?: \w+)? {_OF} (?:the |your )?(?:site |page )?https?://(?P<value>{A_NAME})(?::\d+)?/\S"
)
_LINKED_SHOWS = re2.compile(
    rf"(?i)https?://(?P<value>{A_NAME})(?::\d+)?(?:/\S*)?\s(?:is|now|has|shows?|throws?|gives?)\b"
    rf"[^.]{{0,60}}(?:ERR_CERT|certificate|not secure|not private)"
)
# Whom the mail is written to: the one who uses that name.
_USED_BY = re2.compile(
    rf"(?i)\byou(?:['’]ve| have)? (?:recently |just )?(?:connected|added|mapped) (?:the domain )?"
    rf"{_Q}(?P<yours>{A_NAME}(?:{_AND}{A_NAME})*)"
    rf"|ご利用(?:中)?の\s?{_Q}{_LIST}|{_Q}(?P<owner>{A_NAME})[」』]?\s?(?:ご担当|様|さま|御中)"
)
# Japanese knows no blanks: a name in its own letters ends where its quotes do.
_IN_QUOTES = re2.compile(
    r"[「『【(\[\"“]([^\s「」『』【】()\[\]\"“”@:/]{1,100}\.[^\s「」『』【】()\[\]\"“”@:/]{1,100})[」』】)\]\"”]"
)
_OPENED = re.compile(
    r"[「『【]([^\s「」『』【】()\[\]\"“”@:/]{1,100}\.[A-Za-z]{2,24})\s"
)  # a name with which a quotation begins
_URL = re.compile(r"https?://[\x21-\x7e]+")
_ITS = re.compile(
    r"(?:its|their|both)\b|(?:こ|そ)の(?:サイト|ドメイン)?の?(?:証明書|SSL)|同(?:サイト|ドメイン)", re.IGNORECASE
)
_SEEN = re.compile(r"ERR_CERT_")  # a browser's own word: somebody saw it
_LOG_TIME = re.compile(r"\[[^\[\]]{0,40}\d\d:\d\d[^\[\]]{0,20}\]")  # when a line was written
_DUE = re.compile(
    r"(?<!有効)期限日[\]】]? ?[:：]? ?[\d/.-]+|\bdue(?: date)? ?: ?[\w/.-]{4,20}", re.IGNORECASE
)  # of a task
_NOT_ITS_OWN = ("仮", "旧", "初期", "共有")  # `仮ドメイン`: what the host lends, or what was before
_EACH = re.compile(
    r"は ?(?:\d{1,2}月\d{1,2}日|\d{1,2}/\d{1,2})、[^、。]{1,30}は ?\d{1,2}[月/]"
)  # `A は12月2日、B は12月8日`
_OTHER_PORT = re.compile(r":(?!443\b)\d")  # `example.jp:443` is the site itself
_ANY_NAME = re2.compile(rf"(?i){A_NAME}")
# A word goes on: `certïra.test` holds no `ïra.test`. Japanese needs no blank before a name.
_GLUED = re.compile(r"[A-Za-z0-9_]?-|[0-9A-Za-z_\u00aa-\u052f]{2}")
_DOTTED = re.compile(r"[^\s.]\.[^\s.]")  # without one, no name


def sentences_of(subject: str, lines: Sequence[str]) -> list[str]:
    """The subject first. A line break within a paragraph ends nothing; mailers wrap where they like."""
    pieces = _END.split("\n".join(lines).replace("\u3000", " "), maxsplit=MOST_SENTENCES)
    return [_PATH.sub(" ", subject), *(_one_line(piece) for piece in pieces if piece.strip())]


def _one_line(piece: str) -> str:
    joined = (
        re.sub(r"(?<=[^\x00-\x7f])\n(?=[^\x00-\x7f])", "", beginning(piece, LONGEST_SENTENCE))
        .replace("\n", " ")
        .strip()
    )
    return _PATH.sub(" ", joined) if "/" in joined else joined


# ---- what happened


@lru_cache(maxsize=KEPT)
def says_failed(sentence: str) -> bool:
    """A certificate that runs out and is "not yet" renewed has not failed; nobody tried."""
    sentence = without(NONE_ROW, _URL.sub(" ", sentence))
    if OTHER_UPDATES.search(sentence):
        return False
    if not (TOPIC.search(sentence) and DO.search(sentence) and NOT.search(sentence)) or MAYBE.search(sentence):
        return False
    if MEANWHILE.search(sentence):
        return False
    return not (NOT_YET.search(sentence) and RUNS_OUT.search(sentence))


@lru_cache(maxsize=KEPT)
def warns(subject: str, sentence: str) -> bool:
    """It runs out soon; the subject may say that a certificate is meant."""
    told = _ANY_NAME.search(sentence) or _LEFT.search(sentence)
    if REGISTRATION.search(sentence):
        return False
    about = TOPIC.search(sentence) or (TOPIC.search(subject) and told)
    ends = (
        about
        and not SUPPOSED.search(sentence)
        and RUNS_OUT.search(without(NONE_ROW, _URL.sub(" ", sentence)))
        and not STILL_FINE.search(sentence)
    )
    return bool(ends) and not _is_far(sentence)


@lru_cache(maxsize=KEPT)
def says_failed_of(sentence: str) -> bool:
    """The same where other sentences say that certificates are meant: `x.test の renew に失敗しました`."""
    return bool(
        RENEWS.search(sentence)
        and NOT.search(without(NONE_ROW, sentence))
        and _ANY_NAME.search(sentence)
        and not MAYBE.search(sentence)
        and not SPARED.search(sentence)
        and not OTHER_UPDATES.search(sentence)
        and not REGISTRATION.search(sentence)
        and not (NOT_YET.search(sentence) and RUNS_OUT.search(sentence))
    )


def says_so_under(subject: str, sentence: str) -> bool:
    """`Last renewal attempt: failed`, where the subject alone says that certificates are meant."""
    return bool(
        TOPIC.search(subject)
        and RENEWAL.search(sentence)
        and NOT.search(without(NONE_ROW, sentence))
        and not MAYBE.search(sentence)
    )


def says_undone(sentence: str) -> bool:
    """`Reason: failed to renew`, where a label says whose certificate is meant."""
    return bool(
        RENEWS.search(sentence)
        and NOT.search(without(NONE_ROW, sentence))
        and not MAYBE.search(sentence)
        and not OTHER_UPDATES.search(sentence)
        and not NOT_YET.search(sentence)
    )


def event_of(sentences: Sequence[str], *, is_answer: bool = False, fails: bool = False) -> tuple[Event | None, str]:
    """The subject before the body, in each the failure before the success before the warning; and who says so.

    `is_answer`: the subject is that of an older mail, so that good news in the body are the newer ones. `fails`: a list
    or a quoted error says that something failed, so that good news are not all.
    """
    subject = sentences[0]
    resolved = SAYS_RESOLVED.search(subject)
    if resolved and (TOPIC.search(subject) or not resolved.group("ticket")):
        return Event.RENEWED, subject
    over = (s for s in sentences[1:] if CLOSED.search(s) and not NOT_BEFORE.search(s))
    closed = next(over, None) if TOPIC.search(subject) and not REOPENED.search(subject) else None
    if closed is not None:
        return Event.RENEWED, closed
    if RESOLVED.search(subject) and not REOPENED.search(subject) and not UNRESOLVED.search(subject):
        fine = (s for s in sentences[1:] if NOW_FINE.search(s))
        done = next((s for s in fine if not (fails and _ANY_NAME.search(s))), None)  # some of them are well, not all
        if done is not None:
            return Event.RENEWED, done
    over = None if fails else _over(sentences, is_answer=is_answer)
    if over is not None:
        return Event.RENEWED, over
    for group in (sentences[1:],) if is_answer else (sentences[:1], sentences[1:]):
        for sentence in group:
            if REDUCED.search(sentence) and not MAYBE.search(sentence):
                return Event.REDUCED_COVERAGE, sentence
        for sentence in group:
            if says_failed(sentence) or says_so_under(subject, sentence):
                return _kind_of_failure(sentences, sentence), sentence
        for sentence in group:
            if (event := _success(sentence)) is not None and not _of_others(subject, sentence):
                return event, sentence
        if any(map(says_failed, sentences[1:])):
            continue
        for sentence in group:
            if warns(subject, sentence):
                return Event.RENEWAL_FAILED if says_failed_of(sentence) else Event.EXPIRY_WARNING, sentence
    told = sentences[1:] if is_answer else sentences
    waiting = next((s for s in told if TOPIC.search(s) and DEFERRED.search(s)), None)
    if waiting:
        return Event.DEFERRED, waiting
    asking = next((s for s in sentences if ACTION.search(s)), None) if DO.search(subject) else None
    if asking:
        return Event.VALIDATION_NEEDED, asking
    failing = next((s for s in told if says_failed_of(s)), None)
    return (Event.RENEWAL_FAILED, failing) if failing else (None, "")


def _over(sentences: Sequence[str], *, is_answer: bool) -> str | None:
    """The sentence that says that what failed is well by now, where no other one says that something fails."""
    body = sentences[1:]
    over = next((s for s in body if OVER.search(s) and not MAYBE.search(s) and not _is_of_several(s)), None)
    settled = next((s for s in body if is_answer and SETTLED.search(s) and not ASKED.search(s)), None)
    if any(says_failed(s) for s in body if s is not over and s is not settled):
        return None
    if over is not None or not is_answer:
        return over
    if settled is not None:
        return settled
    about = body if TOPIC.search(sentences[0]) else [s for s in body if TOPIC.search(s)]
    return next((s for s in about if RENEWED.search(s) and not UNLESS.search(s) and not QUESTION.search(s)), None)


def _is_of_several(sentence: str) -> bool:
    """`a.test failed, but b.test has been renewed`."""
    hits = (hit for hit in _ANY_NAME.finditer(sentence) if stands_alone(sentence, hit.start(), hit.end()))
    return len({str(hit.group(0)).lower() for hit in hits}) > 1


def _is_far(sentence: str) -> bool:
    """`valid, expires in 68 days`: what a monitor prints of a certificate that is well."""
    days = [int(hit[1]) for hit in _DAYS_LEFT.finditer(sentence)]
    return bool(days) and min(days) > FAR


def _kind_of_failure(sentences: Sequence[str], sentence: str) -> Event:
    """Where the owner has to prove something first, nothing has failed yet, unless the mail says so outright."""
    asked = any(ACTION.search(s) and not MAYBE.search(s) for s in sentences)
    if asked and not any(OUTRIGHT.search(s) and not MAYBE.search(s) for s in sentences):
        return Event.VALIDATION_NEEDED
    return Event.DEFERRED if DEFERRED.search(sentence) and not OUTRIGHT.search(sentence) else Event.RENEWAL_FAILED


def _of_others(subject: str, sentence: str) -> bool:
    """It names sites, and none of those that the subject names."""
    own, named = ({str(hit.group(0)).lower() for hit in _ANY_NAME.finditer(text)} for text in (subject, sentence))
    return bool(own and named) and own.isdisjoint(named)


def _success(sentence: str) -> Event | None:
    hit = RENEWED.search(sentence)
    if hit is None or not TOPIC.search(sentence) or NOT.search(hit.group(0)) or MAYBE.search(sentence):
        return None
    if UNDONE.search(sentence) or QUESTION.search(sentence):
        return None  # `設定に失敗しました` ends like a success, and a condition is none
    first = ISSUED.search(hit.group(0)) and not re.search(r"renew|更新", sentence, re.IGNORECASE)
    return Event.ISSUED if first else Event.RENEWED


def says_so_of_one(event: Event, words: str, sentences: Sequence[str], day: date | None) -> bool:
    """It speaks of some certificate of the reader's, not of certificates: what it warns of has a day."""
    plain = _URL.sub(" ", words)
    about = TOPIC.search(plain) or (TOPIC.search(sentences[0]) and _LEFT.search(plain))
    if not about or SPARED.search(plain) or POLICY.search(sentences[0]):
        return False
    return (
        event is not Event.EXPIRY_WARNING
        or day is not None
        or _is_seen(words, sentences)
        or any(_DAYS_LEFT.search(s) for s in sentences)
    )


def _is_seen(words: str, sentences: Sequence[str]) -> bool:
    return bool(_SEEN.search(words)) or any(SEEN_BY_PEOPLE.search(s) and not MAYBE.search(s) for s in sentences)


# ---- for which name


def names_said(sentences: Iterable[str]) -> tuple[Domain, ...]:
    """Names that a sentence ties to a certificate, a domain or a renewal. What it says of a cause is left out."""
    spoken = (_without_cause(s) for s in sentences if _DOTTED.search(s))
    return unique(name for part in spoken if _DOTTED.search(part) for p in _SAID for name in _said(p, part))


def names_certified(sentences: Iterable[str]) -> tuple[Domain, ...]:
    """Names in quotes behind the word certificate: stronger than the machine on which a monitor found it."""
    return unique(name for sentence in sentences if _DOTTED.search(sentence) for name in _said(_OF_ONE, sentence))


def names_linked(sentences: Iterable[str]) -> tuple[Domain, ...]:
    """Sites of which a page stands in the sentence, with what it says of their certificate."""
    linked = [s for s in sentences if "://" in s]
    hits = (hit for s in linked for pattern in (_LINKED, _LINKED_OF, _LINKED_SHOWS) for hit in pattern.finditer(s))
    return unique(name for hit in hits for name in names_in(str(hit.group("value"))))


def names_seen(sentences: Iterable[str]) -> tuple[Domain, ...]:
    """Sites of which people say what their browser shows them."""
    return names_told([s for s in sentences if SEEN_BY_PEOPLE.search(s) and _DOTTED.search(s)])


def names_addressed(sentences: Iterable[str]) -> tuple[Domain, ...]:
    """Whom the mail is written to by the name that they use."""
    hits = (hit for s in sentences if _DOTTED.search(s) for hit in _USED_BY.finditer(s))
    return unique(
        name for hit in hits for name in names_in(str(hit.group("value") or hit.group("owner") or hit.group("yours")))
    )


def names_before(sentences: Sequence[str], telling: Sequence[str]) -> tuple[Domain, ...]:
    """The site of the sentence before, where one that tells of a failure begins with `its`."""
    before = (sentences[at - 1] for at, s in enumerate(sentences) if at > 1 and s in telling and _ITS.match(s))
    found = [names for sentence in before if (names := names_told([sentence]))]
    return found[0] if len(found) == 1 else ()


def names_told(sentences: Iterable[str]) -> tuple[Domain, ...]:
    """All names of sentences that are known to tell of the failure."""
    return unique(
        name
        for sentence in sentences
        for part in [_without_cause(sentence)]
        for name in (
            *(
                name
                for hit in _ANY_NAME.finditer(part)
                if stands_alone(part, hit.start(), hit.end())
                for name in names_in(str(hit.group(0)))
            ),
            *names_quoted(part),
        )
    )


def names_quoted(text: str) -> tuple[Domain, ...]:
    hits = (hit for pattern in (_IN_QUOTES, _OPENED) for hit in pattern.finditer(text))
    return unique(name for hit in hits for name in names_in(str(hit.group(1))))


def _without_cause(sentence: str) -> str:
    """English names the cause last, Japanese first; a name in it is that of another server."""
    hit = CAUSE.search(sentence)
    if hit and not hit.start():
        cause, comma, rest = sentence.partition(", ")  # `Since this morning …`, `Because x.test moved, y.test …`
        return rest if comma and len(cause) <= LONGEST_CAUSE else sentence
    if hit:
        return sentence[: hit.start()]
    last = None
    for hit in CAUSE_FIRST.finditer(sentence):
        last = hit if sentence[hit.end() : hit.end() + 1] != "す" else last  # `なのですが`
    if last is not None and _ANY_NAME.search(sentence[last.end() :]):
        return sentence[last.end() :]
    return sentence


def _said(pattern: Any, flow: str) -> list[Domain]:
    found: list[Domain] = []
    value = pattern.groupindex["value"]  # this engine's start() and end() know groups by number only
    for _, hit in zip(range(50), pattern.finditer(flow), strict=False):
        if flow[: hit.start()].endswith(_NOT_ITS_OWN):
            continue
        start, end = hit.start(value), hit.end(value)
        if stands_alone(flow, start, end):
            found += names_in(hit.group("value"))
    return found


def stands_alone(text: str, start: int, end: int) -> bool:
    """Not part of an address, a path, a port, or a longer word that the pattern could not see."""
    before, after = text[start - 1 : start], text[end : end + 2]
    if text[start - 3 : start] == "://":  # a sentence may write its site as a plain URL; a path makes it a link
        return not re.match(r"[@:]|/\S", after)
    return (
        before not in ("@", "/", ".", "-", "=")
        and not (before == ":" and text[max(0, start - 2) : start - 1].isascii())
        and not _GLUED.match(text, max(0, start - 1), start + 1)
        and not after.startswith(("@", "/", "-"))
        and not _OTHER_PORT.match(text, end)
    )


# ---- until when


def _first_of_several(sentences: Sequence[str], habits: Habits) -> date | None:
    """The first day of certificates each of which a sentence names."""
    days = {s: _first_end([s], habits) for s in sentences if ENDS.search(s) and _ANY_NAME.search(s)}
    found = [day for day in days.values() if day]
    return min(found) if len(found) > 1 else None


def end_said(sentences: Iterable[str], habits: Habits = PLAIN) -> date | None:
    """The day on which a sentence says that the certificate ends; a date that belongs to the next try is none."""
    said = [s for s in sentences if not UNAFFECTED.search(s)]
    of_one = [s for s in said if TOPIC.search(s)]
    return _first_of_several(of_one, habits) or _first_end(of_one, habits) or _first_end(said, habits)


def _first_end(sentences: Iterable[str], habits: Habits) -> date | None:
    before = ""
    for sentence in sentences:
        sentence = _DUE.sub(" ", _LOG_TIME.sub(" ", sentence))
        hit = ENDS.search(sentence)
        if hit is not None and THAT_DAY.search(sentence):
            sentence, hit = f"{sentence} {before}", hit  # the date stands in the sentence above
        before = sentence
        days = [] if hit is None else dates_with_places(sentence, habits)
        days = [(day, at) for day, at in days if not _is_of_a_try(sentence, at) and not begins(sentence, at, days)]
        if hit is not None and days and _EACH.search(sentence):
            return min(day for day, _ in days)
        if hit is not None and days:
            return min(days, key=lambda found: (found[1] < hit.start(), abs(found[1] - hit.start())))[0]
    return None


def lasts(sentences: Sequence[str], habits: Habits, *, is_answer: bool) -> str | None:
    """The sentence by which a certificate ends so late that it is a new one, below all that says that something failed.

    An answer need not call it new.
    """
    if habits.dated is None or REOPENED.search(sentences[0]) or (not is_answer and says_failed(sentences[0])):
        return None
    failed = [at for at, sentence in enumerate(sentences) if at and says_failed(sentence)]
    for sentence in sentences[max(failed, default=0) + 1 :]:
        if not (is_answer or NEW.search(sentence)) or SUPPOSED.search(sentence) or NOT_YET.search(sentence):
            continue
        end = _first_end([sentence], habits)
        if end is None or end <= habits.dated + LONG:
            continue
        if not any(_of_others(sentences[at], sentence) for at in failed):
            return sentence
    return None


def _is_of_a_try(sentence: str, at: int) -> bool:
    """A word of trying again stands in the same clause as the date, and no word of ending."""
    start = max((sentence.rfind(sign, 0, at) for sign in ",、;;:("), default=-1) + 1
    ends = [end for sign in ",、;;(" if (end := sentence.find(sign, at)) >= 0]
    clause = sentence[start : min(ends, default=len(sentence))]
    return bool(AGAIN.search(clause)) and not ENDS.search(clause)
