"""The door of the room: reports in, a whole note out."""

from collections.abc import Mapping
from datetime import datetime

from triage.explain.answers import Answer, Kind, answers
from triage.explain.context import Frame
from triage.explain.html import as_html
from triage.explain.page import glossed, page
from triage.explain.terms import glossary
from triage.explain.text import as_text
from triage.model import Language, Note, Provider, Report, Wording


def explain(
    reports: tuple[Report, ...],
    wording: Wording,
    language: Language,
    now: datetime,
    *,
    providers: Mapping[str, Provider],
    watching: bool = False,
    signs: tuple[str, ...] = (),
) -> Note:
    """The note for these reports, of which there is at least one.

    `watching` says that the service looks again by itself and reads replies; else nothing of the kind is promised.
    `signs` are those of the mail, such as "phishing".
    """
    frame = Frame(wording, language, now, providers, watching)
    fake = "phishing" in signs and not any(report.notice or report.diagnoses for report in reports)
    # Nothing of a fake was looked at, so the warning is all that the note says.
    told = (Answer(Kind.HARMLESS, "phishing", ()),) if fake else answers(reports, wording, language, now, providers)
    plain = page(told, frame, () if fake else signs)
    whole = glossed(plain, glossary(wording.terms[language], spaced=language != "ja"))
    return Note(plain.title, as_text(whole, frame.phrases), as_html(whole, frame), language)
