"""A DNS name in one form: lower-case A-labels without the final dot; a wildcard keeps its `*.`."""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import idna
from publicsuffixlist import PublicSuffixList

LONGEST_NAME = 253  # octets of the text form; RFC 1035 section 2.3.4
LONGEST_LABEL = 63

# The ICANN part only: a zone cut and a registration exist below those suffixes, not below `github.io`. As U-labels:
# to encode the whole list would take a fifth of every start.
_SUFFIXES = PublicSuffixList(only_icann=True, accept_unknown=False, accept_encoded_idn=False)
_DOTS = str.maketrans({"。": ".", "．": ".", "｡": "."})
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\Z")
# RFC 6761, RFC 7686 and RFC 9476: never delegated, so no public CA can look at them.
_RESERVED_TLDS = frozenset({"test", "example", "invalid", "localhost", "local", "internal", "arpa", "onion", "alt"})


def beginning(text: str, longest: int) -> str:
    """At most `longest` characters of `text`, without a name that would be cut: `example.com` is not `example.co`."""
    if len(text) <= longest:
        return text
    end = longest
    while end > max(0, longest - LONGEST_NAME) and "!" <= text[end - 1] <= "~":
        end -= 1
    return text[:end] if "!" <= text[longest] <= "~" and end > longest - LONGEST_NAME else text[:longest]


class InvalidName(ValueError):
    """The text is no DNS name; the message says why, without the text."""


@dataclass(frozen=True, slots=True, order=True)
class Domain:
    """One DNS name. Equal names are equal values, however they were written."""

    text: str

    @staticmethod
    def parse(text: str) -> "Domain":
        """The name that `text` spells, as U-label or A-label, in any case, with or without the final dot.

        Raises InvalidName for addresses, ports, URLs, empty or over-long labels, and for invisible or
        direction-changing characters, which only serve to make one name look like another.
        """
        return _parse(text)

    def __str__(self) -> str:
        return self.text

    @property
    def is_wildcard(self) -> bool:
        return self.text.startswith("*.")

    @property
    def base(self) -> "Domain":
        """The name without its wildcard label."""
        return Domain(self.text[2:]) if self.is_wildcard else self

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.text.split("."))

    @property
    def tld(self) -> str:
        return self.text.rpartition(".")[2]

    @property
    def registrable(self) -> "Domain | None":
        """The part that somebody registered (`example.co.jp`), or None below no public suffix."""
        return _registrable(self.base.text)

    @property
    def ancestors(self) -> tuple["Domain", ...]:
        """Every name above this one, nearest first, down to the TLD."""
        labels = self.base.labels
        return tuple(Domain(".".join(labels[n:])) for n in range(1, len(labels)))

    @property
    def unicode(self) -> str:
        """The name as people of its script write it; the A-labels where they do not decode."""
        try:
            return ("*." if self.is_wildcard else "") + idna.decode(self.base.text)
        except (idna.IDNAError, UnicodeError):
            return self.text

    @property
    def is_public(self) -> bool:
        """Below a suffix where names are registered, and not of a TLD that is reserved for other uses."""
        return self.tld not in _RESERVED_TLDS and self.registrable is not None

    def within(self, zone: "Domain") -> bool:
        """This name is `zone` itself or lies below it."""
        return self.text == zone.text or self.text.endswith("." + zone.text)


def ineligible(name: Domain) -> str | None:
    """Why no public CA may certify this name at all, or None. Boulder's policy (facts: rejectedIdentifier)."""
    labels = name.base.labels
    if len(labels) < 2:
        return "it is a single label"
    if len(labels) > 10:
        return "it has more than 10 labels"
    if any("_" in label for label in labels):
        return "it contains an underscore"
    if any(label[2:4] == "--" and not label.startswith("xn--") for label in labels):
        return "a label has hyphens in its third and fourth place"
    if any(label.startswith("xn--") and not _decodes(label) for label in labels):
        return "a label is malformed punycode"
    if _SUFFIXES.publicsuffix(u_labels := _u_labels(name.base.text)) == u_labels:
        return "it is a public suffix itself"
    return None if name.is_public else "it does not end in a public suffix"


def organization(text: str) -> str | None:
    """The organizational domain of a name in A-labels, as DMARC compares it (RFC 7489 section 3.2).

    The list's private part counts, too: two customers of `github.io` are two organizations. None below no suffix.
    """
    return _below(_organizations(), text)


@lru_cache(maxsize=1)
def _organizations() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, accept_encoded_idn=False)


def _decodes(label: str) -> bool:
    return _u_label(label) is not None


def _u_label(label: str) -> str | None:
    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return None


def _u_labels(text: str) -> str:
    if "xn--" not in text:
        return text
    return ".".join(_u_label(label) or label if label.startswith("xn--") else label for label in text.split("."))


def _below(suffixes: PublicSuffixList, text: str) -> str | None:
    found = suffixes.privatesuffix(_u_labels(text))
    return ".".join(text.lower().split(".")[-found.count(".") - 1 :]) if found else None


@lru_cache(maxsize=4096)
def _registrable(text: str) -> Domain | None:
    found = _below(_SUFFIXES, text)
    return Domain(found) if found else None


@lru_cache(maxsize=4096)
def _parse(text: str) -> Domain:
    if len(text) > 4 * LONGEST_NAME:
        raise InvalidName("it is too long for a name")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for c in text):
        raise InvalidName("it contains invisible or control characters")
    plain = text.strip().translate(_DOTS).removesuffix(".")
    wildcard = plain.startswith("*.")
    plain = plain.removeprefix("*.")
    if not plain:
        raise InvalidName("it is empty")
    if _is_address(plain):
        raise InvalidName("it is an address, not a name")
    ascii_name = _to_ascii(plain)
    if len(ascii_name) > LONGEST_NAME:
        raise InvalidName("it is longer than 253 characters")
    for label in ascii_name.split("."):
        if not label:
            raise InvalidName("it has an empty label")
        if len(label) > LONGEST_LABEL:
            raise InvalidName("a label is longer than 63 characters")
        if not _LABEL.match(label):
            raise InvalidName("it contains characters that a name cannot have")
    if ascii_name.rpartition(".")[2].isdigit():
        raise InvalidName("its last label is a number")
    return Domain(("*." if wildcard else "") + ascii_name)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _to_ascii(text: str) -> str:
    if text.isascii():
        return text.lower()
    try:
        return idna.encode(text, uts46=True, transitional=False).decode().lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidName("it is no valid internationalized name") from error
