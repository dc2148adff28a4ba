"""A mail that no rule knows → a rule to finish, and the mail as a sample without people, accounts and domains.

What it cannot find it leaves for the writer to fill in; nothing of a person may stay in a sample.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from triage.model import Locales, Message, Notices, Rulebook
from triage.recognize.fields import language_of
from triage.recognize.reading import recognize
from triage.recognize.text import Text, read, without_prefixes, without_quote_marks

_STAND_INS = ("example.jp", "example.com", "example.net", "example.org")
_PERSON = re.compile(r"[^\s@<>()\"'、。:「」]{1,64}@[A-Za-z0-9.-]{1,255}")
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|(?i:\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}\b)")
_ACCOUNT = re.compile(
    r"(?im)((?:[^\s:\n]{0,20}(?:ID|番号|アカウント|ユーザー名?)|customer|account|user(?:name)?|login|server|order|contract)"
    r"(?: ?(?:id|no\.?|number|name))?[】\]]? ?[:=#] ?)[A-Za-z0-9_-]{2,40}"
)
_GREETED = re.compile(
    r"(?m)^.{1,40}?(?= ?様$)|(?<=^Dear ).{1,40}?(?=,$)|(?<=^Hello ).{1,40}?(?=,$)|(?<=^Hi ).{1,40}?(?=,$)"
)
_HOST = re.compile(r"(?i)\b(?:[a-z0-9_-]{1,63}\.){1,8}[a-z]{2,24}\b")
_ABOUT = re.compile(r"(?i)certificate|\bSSL\b|\bTLS\b|証明書")
_DATED = re.compile(r"(?i)expir|valid (?:until|to)|not after|期限|失効|満了")
_EDGES = ' :()[]「」【】"'
LONGEST_PHRASE = 80
LONGEST_LABEL = 30  # of one that stands above its value: a longer line is a sentence
_ESCAPED = re.compile(r"([\\.+*?()\[\]{}|^$])")


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of <event>.toml and of the sample's .toml, and the sample's subject and body."""

    event: str
    rule: str
    expected: str
    subject: str
    body: str


def draft_rule(message: Message, rulebook: Rulebook) -> Draft:
    """A rule for mails like this one, with the phrases and fields that were found."""
    outcome = recognize(message, rulebook)
    notice = outcome.notices[0] if isinstance(outcome, Notices) else None
    sites = _stand_ins([(name.registrable or name.base).text for name in notice.names] if notice else [])
    subject, body = _own_text(message)
    text = _anonymous(read(subject, body), sites)
    names = [_stand_in(name.text, sites) for name in notice.names] if notice else []
    event = notice.event.value if notice else "renewal-failed"
    return Draft(event, _rule(text, event, names, rulebook.locales), _expected(event, names), text.subject, text.lines)


def _own_text(message: Message) -> tuple[str, str]:
    inner = message.forwarded.message if message.forwarded else None
    inner = inner or (message.attached[0] if message.attached else None)
    if inner is not None:
        return _own_text(inner)
    forwarded = message.forwarded
    if forwarded is not None and forwarded.body:
        return without_prefixes(forwarded.subject or message.subject), forwarded.body
    return without_prefixes(message.subject), without_quote_marks(message.text)


def _stand_ins(domains: Sequence[str]) -> dict[str, str]:
    sites = dict[str, str]()
    for domain in sorted(domains, key=len):
        if not any(domain.endswith(f".{site}") or domain == site for site in sites):
            sites[domain] = _STAND_INS[len(sites) % len(_STAND_INS)]
    return sites


def _stand_in(host: str, sites: Mapping[str, str]) -> str:
    for site, stand_in in sites.items():
        if host.lower() == site or host.lower().endswith(f".{site}"):
            return host[: -len(site)] + stand_in
    return "host.test"


def _anonymous(text: Text, sites: Mapping[str, str]) -> Text:
    """The sick domains become example.jp and so on; every other host, person, address and account a plain stand-in."""

    def plain(part: str) -> str:
        part = _PERSON.sub("owner@host.test", part)
        part = _ADDRESS.sub("192.0.2.1", part)
        part = _HOST.sub(lambda hit: _stand_in(hit[0], sites), part)
        part = _GREETED.sub("Owner", part)
        return _ACCOUNT.sub(r"\1abc123", part)

    return read(plain(text.subject), plain(text.lines))


def _rule(text: Text, event: str, names: Sequence[str], locales: Locales) -> str:
    phrases = [_phrase(line, names) for line in text.lines.split("\n") if _ABOUT.search(line)]
    phrases = [phrase for phrase in phrases if len(phrase) >= 6][:2]
    fields = {"names": _labels(text.lines, names), "expires": _dates(text.lines)}
    return "\n".join(
        (
            f'event = "{event}"',
            f'language = "{language_of(text.whole, locales)}"',
            "# To finish: keep the core of the subject and what no other mail says; cut the rest.",
            f"subject = [{_literal(_phrase(text.subject, names))}] # 01-first",
            "body_all = [",
            *(f"  {_literal(phrase)}, # 01-first" for phrase in phrases),
            "]",
            *(
                f"\n[fields.{name}]\npatterns = [\n" + "".join(f"  {_literal(p)}, # 01-first\n" for p in found) + "]"
                for name, found in fields.items()
                if found
            ),
            "",
        )
    )


def _phrase(line: str, names: Sequence[str]) -> str:
    """The longest part of a line that holds no name and no number, as a pattern."""
    without = re.split("|".join([*map(re.escape, names), r"\S+\.test\S*", r"[\d.,:/-]{2,}", "'"]), line)
    longest = max(without, key=len).strip(_EDGES)
    return _escaped(longest[:LONGEST_PHRASE].strip())


def _labels(lines: str, names: Sequence[str]) -> list[str]:
    """`label: name` lines as patterns. A sentence is left to the writer."""
    found = [_behind(label, r"\S+", below=below) for label, value, below in _labelled(lines) if value in names]
    return list(dict.fromkeys(found))[:5]


def _dates(lines: str) -> list[str]:
    dated = (row for row in _labelled(lines) if _DATED.search(row[0]) and re.search(r"\d", row[1]))
    return [_behind(label, r"[^\n]{4,60}", below=below) for label, _, below in dated][:1]


def _labelled(lines: str) -> Iterator[tuple[str, str, bool]]:
    """`label: value`, and a short line whose value stands below it."""
    filled = [line for line in lines.split("\n") if line]
    for line, following in zip(filled, [*filled[1:], ""], strict=True):
        label, divider, value = line.partition(":")
        label, value = label.strip(), value.strip()
        if 0 < len(label) <= LONGEST_PHRASE and "'" not in label:
            below = not (divider and value)
            if not below or len(label) <= LONGEST_LABEL:
                yield label, following if below else value, below


def _behind(label: str, value: str, *, below: bool) -> str:
    return (
        rf"{_escaped(label)} ?:?\n{{1,2}}(?P<value>{value})" if below else rf"{_escaped(label)} ?: ?(?P<value>{value})"
    )


def _escaped(text: str) -> str:
    return _ESCAPED.sub(r"\\\1", text)


def _literal(pattern: str) -> str:
    return f"'{pattern}'"


def _expected(event: str, names: Sequence[str]) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f'rule = "{event}"\nnames = [{listed}] # to check: those that are affected, and no others\n'
