"""HTML goes in; the text that a person sees comes out, with table rows and list items as lines.

One pass over the tree that lxml built, without recursion. Where lxml gives up (it stops at a depth of 2,048 and
drops all that follows), a linear stripper takes over and says so.
"""

import re
from functools import lru_cache
from html import unescape
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

_BLOCK_TAGS = """
    address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section summary table tbody tfoot
    thead tr ul
"""
_DROPPED_TAGS = "script style head title template noscript svg math object iframe audio video canvas select textarea"
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_CELLS = frozenset({"td", "th"})
_DROPPED = frozenset(_DROPPED_TAGS.split())
_RULE = "________________________________"
_HIDING = re.compile(
    r"(?i)(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(?:\.0*)?\s*(?:;|!|$)"
    r"|font-size\s*:\s*0(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:;|!|$))"
)
_WHITE = r"(?:#fff(?:fff)?\b|white\b|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))"
_WHITE_INK = re.compile(rf"(?i)(?:^|;|\s)color\s*:\s*{_WHITE}")
_WHITE_PAPER = re.compile(rf"(?i)background(?:-color)?\s*:\s*{_WHITE}")
LONGEST_TAG = 8_192  # characters, without what stands in quotes
MOST_ATTRIBUTES = 1_000
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_LAST_TAG = re.compile(r"<[a-zA-Z][^<]*\Z")
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_CELL = re.compile(r" *\t[ \t]*")
_HREF = re.compile(
    r"""(?i)<a\s[^<>]{0,1000}?href\s*=\s*(?:"([^"<>]{1,2000})"|'([^'<>]{1,2000})'|([^\s"'<>]{1,2000}))"""
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})[^<>]*>|<!--|<[!?][^<>]*>")
# A part that is nothing but an XML declaration would otherwise make lxml refuse text with its own encoding.
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")


def html_to_text(html: str, repairs: list[str]) -> str:
    html = _DECLARATION.sub("", html).replace("\x00", " ")
    if len(html) > LONGEST_TAG and _has_endless_tag(html):
        repairs.append("an element of the HTML has too many attributes; its tags were stripped instead")
        return _strip_tags(html)
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(html, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return _strip_tags(html) if html.strip() else ""
    if any(error.level_name == "FATAL" for error in parser.error_log):
        repairs.append("the HTML is nested too deeply; its tags were stripped instead")
        return _strip_tags(html)
    return _tidy(_walk(root, repairs))


def _has_endless_tag(html: str) -> bool:
    """lxml compares every attribute of an element with all before it: 30,000 of them take more than a second."""
    plain = _QUOTED.sub("", html)  # a `>` in a value ends nothing
    stretches = (piece for piece in plain.split(">") if len(piece) > LONGEST_TAG)
    return any(len(tag[0].split()) > MOST_ATTRIBUTES for piece in stretches if (tag := _LAST_TAG.search(piece)))


def links_of(html: str) -> list[str]:
    """Targets of `a` elements, in order. Evidence only."""
    return [unescape(found[1] or found[2] or found[3]).strip() for found in _HREF.finditer(html)]


def _walk(root: Any, repairs: list[str]) -> str:
    out: list[str] = []
    skipping = None
    preformatted = 0
    hidden = False
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag
        if not isinstance(tag, str):
            continue
        if event == "start":
            if skipping is not None:
                continue
            if tag in _DROPPED or _is_hidden(node):
                skipping = node
                hidden |= tag not in _DROPPED
                continue
            preformatted += tag == "pre"
            out.append(_before(tag))
            if node.text:
                out.append(node.text if preformatted else _one_blank(node.text))
        else:
            if skipping is not None and skipping is not node:
                continue
            if skipping is None:
                preformatted -= tag == "pre"
                if tag in _BLOCKS:
                    out.append("\n\n" if tag == "p" else "\n")
            skipping = None
            if node.tail:
                out.append(node.tail if preformatted else _one_blank(node.tail))
    if hidden:
        repairs.append("hidden text in the HTML is left out")
    return "".join(out)


def _one_blank(text: str) -> str:
    """Runs of white space are one blank; between the elements of a layout there is often nothing else."""
    return " " if text.isspace() else _BLANKS.sub(" ", text)


def _before(tag: str) -> str:
    if tag == "br":
        return "\n"
    if tag in _CELLS:
        return "\t"
    if tag == "hr":
        return "\n" + _RULE + "\n"
    return "\n" if tag in _BLOCKS else ""


def _is_hidden(node: Any) -> bool:
    if node.get("hidden") is not None:
        return True
    style = node.get("style")
    return bool(style) and _hides(style)


@lru_cache(maxsize=1024)  # a layout repeats a few styles in every cell
def _hides(style: str) -> bool:
    return bool(_HIDING.search(style) or (_WHITE_INK.search(style) and _WHITE_PAPER.search(style)))


def _tidy(text: str) -> str:
    """Blanks at the ends of lines and more than one empty line are traces of the markup, not of the text."""
    lines: list[str] = []
    for line in text.replace("\xa0", " ").split("\n"):
        line = (_CELL.sub("\t", line) if "\t" in line else line).strip()
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n")


def _strip_tags(html: str) -> str:
    """Text between tags, in one pass, for what no parser accepts. Script and style go, hidden text stays."""
    out: list[str] = []
    lowered = html.lower()
    at = 0
    while True:
        tag = _TAG.search(html, at)
        if tag is None:
            break
        out.append(html[at : tag.start()])
        at = tag.end()
        name = (tag[2] or "").lower()
        if tag[0] == "<!--":
            end = html.find("-->", at)
            at = len(html) if end < 0 else end + 3
        elif name in ("script", "style") and not tag[1]:
            end = lowered.find(f"</{name}", at)
            at = len(html) if end < 0 else end
        elif name in _BLOCKS or name == "br":
            out.append("\n")
        elif name in _CELLS:
            out.append("\t")
    out.append(html[at:])
    return _tidy(unescape("".join(out)))
