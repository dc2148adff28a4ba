"""Octets of a mail go in; the standard parser's tree comes out.

That parser cuts every body into lines, holds each against every open boundary, and joins them again. So long bodies
are taken out before it sees the mail and put back into its tree: it needs only the lines that could be headers or
boundaries. Where we cannot be sure which those are, it is given everything.
"""

import re
from email import message_from_bytes
from email.message import Message as Mime

from triage.unwrap.limits import TooMuch

_EMPTY_LINE = re.compile(rb"\n\r?\n")
_LONE_RETURN = re.compile(rb"\r(?!\n)")  # a line end to the parser, which we do not look for
_SHORTEST = 200  # octets of a body that is worth taking out
_MARK = b"\0%d\0"
_MARKS = re.compile("\0([0-9]+)\0")
# Parts whose text is headers beyond the first empty line, or whose own parts are mails without saying so.
_ODD = (b"/delivery-status", b"/digest")


def parsed(octets: bytes) -> Mime:
    """Raises TooMuch, and RecursionError where mails or parts are too deep within each other."""
    short, bodies = _without_bodies(octets)
    try:
        tree = message_from_bytes(short)
    except UnicodeError as error:
        raise TooMuch("a boundary is written in what decodes to no text") from error  # `boundary*=idna''…`
    if bodies:
        _put_back(tree, bodies)
    return tree


def _without_bodies(octets: bytes) -> tuple[bytes, list[bytes]]:
    """The mail with marks for bodies, and what the marks stand for.

    A body lies between the empty line below a head, which begins where a boundary may be, and the next such place.
    """
    lowered = octets.lower()
    if b"\0" in octets or _LONE_RETURN.search(octets) or any(kind in lowered for kind in _ODD):
        return octets, []
    divided = b"boundary" in lowered
    pieces, bodies, at = list[bytes](), list[bytes](), 0
    while at < len(octets):
        end = (octets.find(b"\n--", at) + 1 if divided else 0) or len(octets)
        body = _body(octets, lowered, at, end)
        close = end - (2 if octets[end - 2 : end] == b"\r\n" else octets[end - 1 : end] == b"\n")
        if close - body > _SHORTEST:
            # The line end before a boundary is the boundary's.
            pieces += [octets[at:body], _MARK % len(bodies), octets[close:end]]
            bodies.append(octets[body:close])
        else:
            pieces.append(octets[at:end])
        at = end
    return b"".join(pieces), bodies


def _body(octets: bytes, lowered: bytes, at: int, end: int) -> int:
    """Where the body begins of what begins `at`; `end` where that cannot be seen. That of a mail has a head, too."""
    while (empty := _EMPTY_LINE.search(octets, at, end)) is not None:
        if b"message/" not in lowered[at : empty.start()]:
            return empty.end()
        at = empty.end() - 1
    return end


def _put_back(tree: Mime, bodies: list[bytes]) -> None:
    def body(mark: re.Match[str]) -> str:
        return bodies[int(mark[1])].decode("ascii", "surrogateescape")

    for part in tree.walk():
        # Not `get_payload`, which decodes what is not ASCII by whatever the part declares.
        text: object = part._payload  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
        if isinstance(text, str) and "\0" in text:
            part.set_payload(_MARKS.sub(body, text))
