"""Every line of the label table in every shape in which a block arrives: quoted, starred, folded, as HTML …"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import pytest

from tests.unwrap.samples import folded, html_mail, wrapped
from triage.unwrap import unwrap
from triage.unwrap.labels import BLOCKS

BODY = "Dear customer,\n\nthe certificate of example.jp could not be renewed.\nReason: DNS problem\n\n-- \nThe host"
SENDER, TO, DATE, SUBJECT = (
    "Host Support <support@host.test>",
    "owner@example.jp",
    "2026-11-28 10:15",
    "A certificate: example.jp",
)
NOTE = "What does this mean?\n\nRegards"


@dataclass(frozen=True)
class Row:
    program: str
    language: str
    title: str
    labels: tuple[str, ...]  # from, date, to, cc, subject

    def pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.labels, (SENDER, DATE, TO, TO, SUBJECT), strict=True))


def rows() -> list[Row]:
    """The first and the last of the words that each line of the table gives for a field."""
    found: list[Row] = []
    for line in BLOCKS.strip().splitlines():
        program, language, titles, *labels = ([w.strip() for w in cell.split(",")] for cell in line.split("|"))
        for pick in (0, -1):
            heading = "" if titles == ["-"] else titles[pick]
            row = Row(program[0], language[0], heading, tuple(words[pick] for words in labels))
            if row not in found and len(set(row.labels)) == 5:
                found.append(row)
    return found


def title(row: Row) -> str:
    return f"---------- {row.title} ---------\n" if row.title else ""


def block(row: Row, line: str = "{}: {}", between: str = "\n") -> str:
    return between.join(line.format(*pair) for pair in row.pairs())


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


def forward(row: Row, head: str) -> str:
    return f"{NOTE}\n\n{title(row)}{head}\n\n{BODY}\n"


def folded_block(row: Row) -> str:
    return block(row).replace("<support", "\n <support").replace("2026-11-28 10:15", "2026-11-28\n 10:15")


def subject_first(row: Row) -> str:
    lines = block(row).split("\n")
    return "\n".join([lines[4], lines[1], lines[0], *lines[2:4]])


SHAPES: dict[str, Callable[[Row], str]] = {
    "as it is": lambda r: forward(r, block(r)),
    "lines end in CR LF": lambda r: forward(r, block(r)).replace("\n", "\r\n"),
    "quoted": lambda r: f"{NOTE}\n\n" + quoted(f"{title(r)}{block(r)}\n\n{BODY}") + "\n",
    "quoted without a blank": lambda r: SHAPES["quoted"](r).replace("\n> ", "\n>"),
    "title bare, rest quoted": lambda r: f"{NOTE}\n\n{r.title or 'x'}:\n\n" + quoted(f"{block(r)}\n\n{BODY}"),
    "block bare, body quoted": lambda r: f"{NOTE}\n\n{title(r)}{block(r)}\n\n{quoted(BODY)}\n",
    "below an underscore rule": lambda r: f"{NOTE}\n{'_' * 32}\n{block(r)}\n\n{BODY}\n",
    "without a title": lambda r: f"{NOTE}\n\n{block(r)}\n\n{BODY}\n",
    "no empty line after the block": lambda r: f"{NOTE}\n\n{title(r)}{block(r)}\n{BODY}\n",
    "labels in stars": lambda r: forward(r, block(r, "*{}:* {}")),
    "labels in stars, colon outside": lambda r: forward(r, block(r, "*{}*: {}")),
    "labels in brackets": lambda r: forward(r, block(r, "【{}】 {}")),
    "full-width colons": lambda r: forward(r, block(r, "{}：{}")),
    "blank before the colon": lambda r: forward(r, block(r, "{} : {}")),
    "tabs after the colon": lambda r: forward(r, block(r, "{}: \t{}") + "\n\n"),
    "no-break blanks": lambda r: forward(r, block(r, "{}:\xa0{}") + "\n\xa0"),
    "indented": lambda r: forward(r, block(r, "  {}: {}")),
    "capital labels": lambda r: forward(r, "\n".join(f"{label.upper()}: {value}" for label, value in r.pairs())),
    "an empty line between the labels": lambda r: forward(r, block(r, between="\n\n")),
    "values folded": lambda r: forward(r, folded_block(r)),
    "recipients folded without indent": lambda r: forward(r, block(r).replace(TO, f"{TO},\nsecond@example.jp")),
    "subject first": lambda r: forward(r, subject_first(r) + "\n"),
    "a nested forward below": lambda r: forward(r, block(r)) + f"\n{title(r)}{block(r).replace('supp', 'x')}\n\nold\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_program_and_language_is_read_in_this_shape(shape: str) -> None:
    failures = {
        (row.program, row.language, row.title): wrong
        for row in rows()
        if (wrong := _wrong(wrapped(SHAPES[shape](row), f"Fwd: {SUBJECT}"), shape))
    }
    assert failures == {}


def html_title(row: Row) -> str:
    return f"---------- {row.title or 'x'} ---------"


def cells(row: Row, line: str, between: str = "") -> str:
    return between.join(line.format(label, escape(value)) for label, value in row.pairs())


NOTE_HTML, BODY_HTML = NOTE.replace("\n", "<br>"), BODY.replace("\n", "<br>")
HTML: dict[str, Callable[[Row], str]] = {
    "lines with br": lambda r: (
        f"<div>{NOTE_HTML}</div><div>{html_title(r)}<br>{cells(r, '{}: {}', '<br>')}<br></div>"
        f"<br><div>{BODY_HTML}</div>"
    ),
    "bold labels after a rule": lambda r: (
        f"<p>{NOTE_HTML}</p><hr><div>{cells(r, '<b>{}:</b> {}', '<br>')}<div>&nbsp;</div></div><div>{BODY_HTML}</div>"
    ),
    "a paragraph each": lambda r: (
        f"<p>{NOTE_HTML}</p><p>{html_title(r)}</p>{cells(r, '<p><b>{}:</b> {}</p>')}<p>{BODY_HTML}</p>"
    ),
    "a table": lambda r: (
        f"<p>{NOTE_HTML}</p>{html_title(r)}<table><tbody>"
        f"{cells(r, '<tr><th>{}: </th><td>{}</td></tr>')}</tbody></table><br><br>{BODY_HTML}"
    ),
    "in a blockquote": lambda r: (
        f"<div>{NOTE_HTML}</div><blockquote type=cite>"
        f"{f'<div>{r.title}:</div><br>' if r.title else ''}{cells(r, '<div><b>{}: </b>{}<br></div>')}"
        f"<br><div>{BODY_HTML}</div></blockquote>"
    ),
}


@pytest.mark.parametrize("shape", HTML)
def test_every_program_and_language_is_read_as_html(shape: str) -> None:
    failures = {
        (row.program, row.language, row.title): wrong
        for row in rows()
        if (wrong := _wrong(html_mail(HTML[shape](row), subject=f"Fwd: {SUBJECT}"), shape))
    }
    assert failures == {}


def yahoo(row: Row) -> str:
    sender, date, to, cc, subject = block(row).replace(TO, f'"{TO}" <{TO}>').split("\n")
    return f"{NOTE}\n   ----- {row.title} ----- {sender}{to}{cc}{date}{subject}\n {BODY}"


def test_yahoo_puts_all_labels_on_one_line() -> None:
    ours = [row for row in rows() if row.program == "Yahoo"]
    failures = {(row.language, row.labels): wrong for row in ours if (wrong := _wrong(wrapped(yahoo(row)), "yahoo"))}
    assert failures == {}
    assert len(ours) > 20


def _wrong(raw: bytes, shape: str) -> dict[str, object]:
    found = unwrap(raw).forwarded
    if found is None:
        return {"how": None}
    body = BODY + ("" if shape != "a nested forward below" else found.body[len(BODY) :])
    expected = {
        "how": "inline",
        "from": ("Host Support", "support@host.test"),
        "to": TO,
        "subject": SUBJECT,
        "date": "2026-11-28T10:15:00+09:00",
        "body": folded(body),
        "note": folded(NOTE),
    }
    got = {
        "how": found.how,
        "from": (found.sender.name, found.sender.address) if found.sender else None,
        "to": found.to[0].address if found.to else None,
        "subject": folded(found.subject),
        "date": found.date.isoformat() if found.date else None,
        "body": folded(found.body),
        "note": folded(found.note),
    }
    return {key: got[key] for key in expected if got[key] != expected[key]}
