"""The door of the room: reports in, a whole note out."""

from collections.abc import Mapping
from datetime import datetime

from triage.explain.answers import Answer, Kind, answers
from triage.explain.context import Frame
from triage.explain.html import as_html
from triage.explain.page import glossed, page
from triage.explain.sequel import further
from triage.explain.terms import glossary
from triage.explain.text import as_text
from triage.model import Language, Note, Provider, Report, Sequel, Wording


def explain(
    reports: tuple[Report, ...],
    wording: Wording,
    language: Language,
    now: datetime,
    *,
    providers: Mapping[str, Provider],
    watching: bool = False,
    signs: tuple[str, ...] = (),
    sequel: Sequel | None = None,
) -> Note:
    """The note for these reports, of which there is at least one.

    In `language`, where that has words for all that is to be said; else in the one that is taken for all others.
    `watching` says that the service looks again by itself and reads replies; else nothing of the kind is promised.
    `signs` are those of the mail, such as "phishing". `sequel` says what an earlier note has told already.
    """
    fake = "phishing" in signs and not any(report.notice or report.diagnoses for report in reports)
    # Nothing of a fake was looked at, so the warning is all that the note says.
    language = language if language in wording.locales else wording.fallback
    locale = wording.locales[language]
    told = (Answer(Kind.HARMLESS, "phishing", ()),) if fake else answers(reports, wording, locale, now, providers)
    if not _can_say(told, wording, language):
        language = wording.fallback
    frame = Frame(wording, language, now, providers, watching)
    first = page(told, frame, () if fake else signs)
    plain = first if sequel is None else further(first, told, frame, sequel)
    whole = glossed(plain, glossary(wording.terms[language], frame.locale))
    return Note(plain.title, as_text(whole, frame.phrases), as_html(whole, frame), language)


def _can_say(told: tuple[Answer, ...], wording: Wording, language: Language) -> bool:
    """A whole note in another language is better than one in two."""
    return all(a.words not in wording.causes or language in wording.causes[a.words].words for a in told)
