"""People as a mail program printed them in the text of a forward go in; Addresses come out."""

import re

from triage.model import Address
from triage.unwrap.headers import clean

_MOST = 100
# Outlook prints every link twice in plain text: `a@b.test<mailto:a@b.test>`.
_MAILTO = re.compile(r"\s?[<\[(]mailto:\s?([^<>\[\]()\s]{1,320})[>\])]", re.IGNORECASE)
_BRACKETED = re.compile(r"[<(\[＜]\s*([^\s<>()\[\]@,;＜＞]{1,250}@[^\s<>()\[\]@,;＜＞]{1,250})\s*[>)\]＞]")
_BARE = re.compile(r"[^\s<>()\[\]@,;:\"'＜＞]{1,250}@[^\s<>()\[\]@,;:\"'＜＞]{1,250}")
_QUOTES = "\"'“”„‟«»‘’‚「」* \t\u3000"


def one_person(text: str) -> Address | None:
    """The first person. A name without an address is kept with an empty one: some programs print no more."""
    people = many_people(text)
    if people:
        return people[0]
    name = _name(text)
    return Address(name, "") if name else None


def many_people(text: str) -> tuple[Address, ...]:
    """Everyone who has an address. Names may hold commas, quoted or not, so the addresses divide the text."""
    text = _without_links(text)
    people: list[Address] = []
    at = 0
    while len(people) < _MOST:
        bracketed, bare = _BRACKETED.search(text, at), _BARE.search(text, at)
        if bare is None:
            break
        if bracketed is not None and (bare.start() >= bracketed.start() or _names(text, bare, bracketed)):
            people.append(Address(_name(text[at : bracketed.start()]), clean(bracketed[1])))
            at = bracketed.end()
        else:
            people.append(Address(None, clean(bare[0])))
            at = bare.end()
    return tuple(people)


def _without_links(text: str) -> str:
    """Some print the link behind the address that it repeats, some print nothing else: `N. N. [mailto:n@n.test]`."""

    def plain(link: re.Match[str]) -> str:
        before = re.split("[;,]", text[max(0, link.start() - 400) : link.start()])[-1]
        return "" if link[1].lower() in before.lower() else f" <{link[1]}>"

    return _MAILTO.sub(plain, text)


def _names(text: str, bare: re.Match[str], bracketed: re.Match[str]) -> bool:
    """An address that serves as the name of the address in brackets behind it: `a@b.test <a@b.test>`."""
    between = text[bare.end() : bracketed.start()]
    return "," not in between and ";" not in between and "@" not in between


def _name(text: str) -> str | None:
    text = text.strip(" \t,;\u3000、").removesuffix("<").strip(_QUOTES)
    if "@" in text and " " not in text:
        return None
    return clean(text)[:200] or None
