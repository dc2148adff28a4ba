"""A page in, a whole HTML document out: tables and inline CSS only, nothing from outside, everything escaped.

Text and ground keep the reader's own colors, so that dark mode needs nothing; only the small badges bring theirs,
and those are readable on white and on black.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from triage.explain.context import Frame
from triage.explain.page import Page
from triage.explain.text import road_line

_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
)

_SHEET = _ENVIRONMENT.from_string("""\
{%- macro text(words) -%}
{% for piece in pieces(words) %}
{%- if piece.href %}<a href="{{ piece.href }}" style="overflow-wrap:anywhere">{{ piece.text }}</a>\
{%- elif piece.lang %}<span lang="{{ piece.lang }}"\
{% if piece.text|length <= 16 %} style="white-space:nowrap"{% endif %}>\
{{ piece.text }}</span>\
{%- else %}{{ piece.text }}{% endif -%}
{% endfor %}
{%- endmacro -%}
{%- macro badge(mark) -%}
<span style="display:inline-block;width:22px;height:22px;line-height:22px;border-radius:11px;text-align:center;\
font-weight:bold;font-size:13px;color:#ffffff;background-color:{{ colors[mark] }}" role="img" \
aria-label="{{ phrases["mark_" ~ mark] }}">{{ signs[mark] }}</span>
{%- endmacro -%}
{%- macro heading(words) -%}
<h2 style="font-size:16px;line-height:1.5;margin:24px 0 8px 0">{{ text(words) }}</h2>
{%- endmacro -%}
{%- macro bullets(lines) -%}
<ul style="margin:0;padding:0 0 0 26px">
{% for line in lines %}
<li style="margin:0 0 6px 0">{{ text(line) }}</li>
{% endfor %}
</ul>
{%- endmacro -%}
<!DOCTYPE html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{{ page.title }}</title>
</head>
<body style="margin:0;padding:0">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td align="center" style="padding:12px">
<!--[if mso]><table role="presentation" width="640" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:640px">
<tr><td align="left" style="font-family:{{ fonts }};font-size:15px;line-height:1.7;text-align:left;\
overflow-wrap:anywhere">
{% if page.warning %}
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 20px 0">
<tr><td style="border:2px solid #d1242f;border-radius:6px;padding:12px 16px">
{% for line in page.warning %}
<p style="margin:0 0 6px 0{% if loop.first %};font-weight:bold{% endif %}">{{ text(line) }}</p>
{% endfor %}
</td></tr></table>
{% endif %}
<h1 style="font-size:20px;line-height:1.5;margin:0 0 16px 0;padding:0 0 0 12px;\
border-left:5px solid {{ tones[page.tone] }}">{{ text(page.opening) }}</h1>
{% for part in page.parts %}
{% if part.heading %}
<h2 style="font-size:18px;line-height:1.5;margin:32px 0 8px 0">{{ text(part.heading) }}</h2>
{% endif %}
<table width="100%" cellpadding="0" cellspacing="0" border="0">
{% for row in part.rows %}
<tr>
<th scope="row" align="left" valign="top" style="text-align:left;white-space:nowrap;\
padding:8px 16px 8px 0;border-top:1px solid #8c959f">{{ row.label }}</th>
<td valign="top" width="100%" style="padding:8px 0;border-top:1px solid #8c959f">
{% for line in row.lines %}
<div{% if loop.first %} style="font-weight:bold"{% endif %}>{{ text(line) }}</div>
{% endfor %}
</td>
</tr>
{% endfor %}
</table>
{% if part.steps %}
{{ heading(part.steps_title) }}
<ol style="margin:0;padding:0 0 0 26px">
{% for step in part.steps %}
<li style="margin:0 0 8px 0">{{ text(step) }}</li>
{% endfor %}
</ol>
{% for line in part.links %}
<p style="margin:0 0 4px 26px">{{ text(line) }}</p>
{% endfor %}
{% endif %}
{% if part.ask %}
<p style="margin:12px 0 0 0">{{ text(part.ask) }}</p>
{% endif %}
{% if part.also %}
{{ heading(phrases.also) }}
{{ bullets(part.also) }}
{% endif %}
{% if part.roads %}
{{ heading(phrases.roads) }}
{{ bullets(part.roads) }}
{% endif %}
{% if part.support %}
{{ heading(phrases.support) }}
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td style="border-left:3px solid #8c959f;padding:4px 0 4px 14px">
{% for line in part.support %}<div>{{ line or "\u00a0" }}</div>{% endfor %}
</td></tr></table>
{% endif %}
{% endfor %}
{% if page.briefly %}
{{ heading(phrases.briefly) }}
{{ bullets(page.briefly) }}
{% endif %}
{% if page.coming %}
{{ heading(page.coming.label) }}
{% for line in page.coming.lines %}<p style="margin:0">{{ text(line) }}</p>{% endfor %}
{% endif %}
{% if page.checks %}
{{ heading(phrases.checks) }}
{% if page.road %}
<table role="img" aria-label="{{ road_line }}" width="100%" cellpadding="0" cellspacing="0" border="0" \
style="table-layout:fixed;margin:0 0 12px 0">
<tr>
{% for stop in page.road %}
<td align="center" valign="top" style="padding:6px 2px;font-size:12px;line-height:1.4;text-align:center;\
border-top:3px {{ "dashed" if stop.mark == "beyond" else "solid" }} {{ colors[stop.mark] }}\
{% if stop.mark == "bad" %};font-weight:bold{% endif %}">{{ badge(stop.mark) }}<br>{{ stop.label }}</td>
{% endfor %}
</tr></table>
{% endif %}
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
{% for check in page.checks %}
<tr>
<td valign="top" width="32" style="padding:4px 0">{{ badge(check.mark) }}</td>
<td valign="top" style="padding:3px 0">{{ text(check.text) }}</td>
</tr>
{% endfor %}
</table>
<p style="font-size:13px;margin:12px 0 0 0">{{ page.checked_at }}</p>
{% endif %}
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</body>
</html>
""")

# Contrast with white is above 4.5, with black above 3.
_COLORS = {"ok": "#1a7f37", "bad": "#cf222e", "unknown": "#9a6700", "beyond": "#6e7781", "start": "#6e7781"}
_TONES = {"bad": "#cf222e", "likely": "#9a6700", "good": "#1a7f37"}
_SIGNS = {"ok": "✓", "bad": "✗", "unknown": "?", "beyond": "–", "start": "●"}
_FONTS = "-apple-system,'Segoe UI',Roboto,'Hiragino Sans','Noto Sans CJK JP','Noto Sans JP',Meiryo,sans-serif"


def as_html(page: Page, frame: Frame) -> str:
    """The whole document. The only links are official ones of our own list, where the words name them."""
    official = tuple(sorted({url for p in frame.providers.values() for url in p.links.values()}, key=len, reverse=True))
    foreign = {locale.quotes: tag for tag, locale in frame.wording.locales.items() if tag != frame.language}
    foreign.pop(frame.locale.quotes, None)

    def pieces(words: str) -> Iterable[Piece]:
        return (part for piece in _linked(words, official) for part in _spoken(piece, foreign))

    return _SHEET.render(
        page=page,
        phrases=frame.phrases,
        language=frame.language,
        pieces=pieces,
        road_line=road_line(page.road),
        colors=_COLORS,
        tones=_TONES,
        signs=_SIGNS,
        fonts=_FONTS,
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, with where they lead and in which other language they are, or "" for both."""

    text: str
    href: str = ""
    lang: str = ""


def _linked(words: str, official: tuple[str, ...]) -> Iterable[Piece]:
    """The text in pieces; a piece that is an official address, to its end, is a link to it."""
    if not any(url in words for url in official):
        return [Piece(words)]
    pattern = "(" + "|".join(re.escape(url) for url in official) + r")(?![A-Za-z0-9/?#&=%._-])"
    found = cast("list[str]", re.split(pattern, words))
    return [Piece(text, text if n % 2 else "") for n, text in enumerate(found) if text]


def _spoken(piece: Piece, foreign: Mapping[str, str]) -> Iterable[Piece]:
    """Menu words in the quotes of another language are in that language: a screen reader has to know."""
    if piece.href or not any(quotes[0] in piece.text for quotes in foreign):
        return [piece]
    pattern = "|".join(f"{re.escape(q[0])}[^{re.escape(q[1])}]*{re.escape(q[1])}" for q in foreign)
    tags = {quotes[0]: tag for quotes, tag in foreign.items()}
    found = cast("list[str]", re.split(f"({pattern})", piece.text))
    return [Piece(text, "", tags.get(text[0], "") if n % 2 else "") for n, text in enumerate(found) if text]
