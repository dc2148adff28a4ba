"""A third language is a folder of words: nothing of it stands in the program, and what is missing is said."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.explain.makers import NOW, PROVIDERS, diagnosis, report, says, shown
from triage.cli.rules import check_folder
from triage.config import load_rules, load_settings, load_wording
from triage.decide import command, language
from triage.explain import explain, faults
from triage.model import Forwarded, Identity, Message, Note, Permanent, Policy, Reading, Unrecognized, Wording
from triage.recognize import recognize
from triage.service import Pending, digest_in_words
from triage.unwrap import unwrap

WORDS = """
[locale]
name = "Deutsch"
common = ["der", "die", "das", "und", "ist", "nicht", "für", "bitte", "wurde", "konnte", "wir", "läuft"]
endings = ["e", "en", "s"]
quotes = "„“"
day = "{day}. {month_name} {year}"
moment = "{date}, {clock} Uhr ({zone})"
months = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
  "Dezember"]
zone = "MEZ"
offset = "+01:00"

[commands]
recheck = ["Prüfen"]
stop = ["Stopp"]
wrong = ["Falsch"]

[phrases]
opening_shown = "Wir wissen jetzt, warum das Zertifikat für {{ names }} nicht erneuert wurde."
label_shown = "Ursache"
label_until = "Bis wann"
until = "{{ until }} (noch {{ days }} Tage)."
then = "Danach sehen Besucher eine Warnung."
steps = "Was zu tun ist"
renew = "{{ panel.renew or 'Erneuern Sie das Zertifikat im Kundenbereich.' }}"
checked_at = "Von außen gesehen am {{ moment }}."

[digest]
nothing = "Es gibt nichts zu berichten."

[terms]
"Zertifikat" = "Ausweis der Website"
"""
PASSWORD = """
title = "{{ name }} fragt nach einem Passwort"
why = "Die Ausgabestelle kennt es nicht."
steps = ["Schalten Sie den Schutz ab: {{ panel.password or 'Kundenbereich' }}.", "{{ say.renew }}"]
says = ["nach einem Passwort"]
"""
SILENT = """
title = "{{ name }} ist nicht erreichbar"
why = "Die Ausgabestelle wartet vergeblich."
says = ["vergeblich"]
"""


@pytest.fixture
def german(tmp_path: Path) -> Path:
    return written(tmp_path, {"password-protected": PASSWORD, "unreachable": SILENT})


def written(folder: Path, causes: Mapping[str, str], words: str = WORDS) -> Path:
    (folder / "causes" / "de").mkdir(parents=True)
    (folder / "words").mkdir()
    (folder / "words" / "de.toml").write_text(words, encoding="utf-8")
    for code, text in causes.items():
        (folder / "causes" / "de" / f"{code}.toml").write_text(text, encoding="utf-8")
    return folder


def note_in(wording: Wording, code: str) -> Note:
    return explain((report(diagnosis(shown(code))),), wording, "de", NOW, providers=PROVIDERS)


def test_a_note_comes_out_in_it(german: Path) -> None:
    note = note_in(load_wording([german]), "password-protected")
    assert (note.language, note.title) == ("de", "example.jp fragt nach einem Passwort")
    assert says(
        note.text,
        "Wir wissen jetzt, warum das Zertifikat (Ausweis der Website) für example.jp nicht erneuert wurde.",
        "28. Dezember 2026 (noch 35 Tage)",
        "23. November 2026, 04:00 Uhr (MEZ)",
    )
    assert '<html lang="de">' in note.html


def test_its_menu_words_stand_in_its_quotes(german: Path) -> None:
    host = PROVIDERS["xserver"]
    known = {"xserver": type(host)(id="xserver", panel={"de": {"password": "Sicherheit → Passwortschutz"}})}
    found = report(diagnosis(shown("password-protected"), provider=known["xserver"]))
    text = explain((found,), load_wording([german]), "de", NOW, providers=known).text
    assert says(text, "„Sicherheit“ → „Passwortschutz“")


def test_a_cause_without_words_in_it_gets_a_whole_note_in_english(german: Path) -> None:
    note = note_in(load_wording([german]), "stale-aaaa")
    assert note.language == "en"
    assert says(note.text, "What to do", "By when")
    assert "Bis wann" not in note.text


def test_a_language_that_nobody_knows_gets_english() -> None:
    assert note_in(load_wording(), "stale-aaaa").language == "en"


def test_the_check_names_what_is_missing(german: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_folder(german, None) == 1
    said = capsys.readouterr().out
    for line in (
        "words/de.toml: [phrases] next_work is missing",
        "words/de.toml: [notes.no-obstacle] is missing",
        "words/de.toml: [checks.caa] is missing",
        "words/de.toml: [digest] title is missing",
        "causes/stale-aaaa.toml: [de] is missing; add it, or causes/de/stale-aaaa.toml",
    ):
        assert line in said
    for there in ("[phrases] until is", "causes/password-protected.toml", "causes/unreachable.toml", "[locale]"):
        assert there not in said


LACKING = [
    ("no name", 'name = "Deutsch"', "", "[locale] name is missing"),
    ("nothing to know it by", WORDS[WORDS.index("common") : WORDS.index("endings")], "", "neither letters nor common"),
    ("no date of its own", 'day = "{day}. {month_name} {year}"', "", "[locale] day is missing"),
    ("eleven months", '"Januar", ', "", "[locale] months: name all twelve"),
    ("no word to stop", 'stop = ["Stopp"]', "", "[commands] stop is missing"),
    ("no terms", '"Zertifikat" = "Ausweis der Website"', "", "[terms] is empty"),
]


@pytest.mark.parametrize(("why", "old", "new", "line"), LACKING, ids=[row[0] for row in LACKING])
def test_what_no_other_language_can_lend_is_named(why: str, old: str, new: str, line: str, tmp_path: Path) -> None:
    found = load_wording([written(tmp_path, {}, WORDS.replace(old, new))]).lacking
    assert any(line in gap for gap in found)


def test_words_that_its_note_does_not_say_are_named(tmp_path: Path) -> None:
    folder = written(tmp_path, {"unreachable": SILENT.replace("wartet vergeblich", "wartet")})
    assert "causes/unreachable.toml: the de note does not say 'vergeblich'" in faults(load_wording([folder]))


def test_causes_without_the_words_around_them_are_named(german: Path) -> None:
    (german / "words" / "de.toml").unlink()
    assert any("words/de.toml is missing" in line for line in load_wording([german]).lacking)


WRONG = [
    ("a cause that does not exist", "no-such-cause", SILENT, "there is no cause no-such-cause"),
    ("an unknown key", "unreachable", SILENT + "titel = 'x'", "titel: is no key"),
    ("a broken template", "unreachable", SILENT.replace("{{ name }}", "{{ name"), "title: is no valid template"),
]


@pytest.mark.parametrize(("why", "code", "text", "line"), WRONG, ids=[row[0] for row in WRONG])
def test_a_mistake_in_a_cause_is_refused(why: str, code: str, text: str, line: str, tmp_path: Path) -> None:
    with pytest.raises(Permanent, match=line):
        load_wording([written(tmp_path, {code: text})])


WRONG_WORDS = [
    ("a date with an unknown value", "{day}. {month_name}", "{tag}. {month_name}", "locale.day: may only use"),
    ("a distance that is none", "+01:00", "1 hour", "locale.offset: is no distance from UTC"),
    ("a digest with an unknown value", "Es gibt nichts", "Es gibt {x}", "digest.nothing: may only use"),
]


@pytest.mark.parametrize(("why", "old", "new", "line"), WRONG_WORDS, ids=[row[0] for row in WRONG_WORDS])
def test_a_mistake_in_the_words_around_is_refused(why: str, old: str, new: str, line: str, tmp_path: Path) -> None:
    with pytest.raises(Permanent, match=line):
        load_wording([written(tmp_path, {}, WORDS.replace(old, new))])


def test_ours_lack_nothing() -> None:
    assert load_wording().lacking == ()


# ---- recognized, obeyed, configured


SPOKEN = [
    ("the forwarder's own words", "Bitte prüfen, das ist dringend", "de"),
    ("Japanese beside it", "das ist nicht dringend お願いします", "ja"),
    ("English beside it", "could you please look at this", "en"),
    ("a name shows no language", "Müller", "ja"),
]


@pytest.mark.parametrize(("why", "note", "expected"), SPOKEN, ids=[row[0] for row in SPOKEN])
def test_the_language_of_what_somebody_wrote(why: str, note: str, expected: str, german: Path) -> None:
    reading = Reading(Message(forwarded=Forwarded("inline", note=note)), Unrecognized("unclear", "x"))
    policy = Policy(locales=load_rules([german]).locales)
    assert language(reading, policy, Identity("x", language="ja")) == expected


def test_a_notice_in_it_is_known_to_be_in_it(german: Path) -> None:
    raw = (
        "From: a@host.test\nTo: b@example.jp\nSubject: SSL certificate: example.jp\n"
        "Content-Type: text/plain; charset=utf-8\n\n"
        "Das Zertifikat für example.jp konnte nicht erneuert werden und läuft bald ab.\n"
    ).encode()
    found = recognize(unwrap(raw), load_rules([german]))
    assert not isinstance(found, Unrecognized)
    assert found.notices[0].language == "de"
    assert recognize(unwrap(raw), load_rules()).notices[0].language == "en"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(("word", "meaning"), [("prüfen", "recheck"), ("STOPP!", "stop"), ("„falsch“", "wrong")])
def test_its_commands_are_obeyed(word: str, meaning: str, german: Path) -> None:
    assert command(Message(text=word), load_rules([german]).locales) == meaning
    assert command(Message(text=word), load_rules().locales) is None


def test_the_digest_speaks_it(german: Path) -> None:
    assert digest_in_words(Pending(), load_wording([german]), "de", NOW).text == "Es gibt nichts zu berichten.\n"


CONFIG = """
[identity]
address = "ssl@triage.example.net"
language = "de"
[[mailbox]]
name = "inbox"
kind = "maildir"
path = "in"
[outbox]
kind = "maildir"
path = "out"
"""


def test_it_may_be_configured_where_its_folder_is(german: Path) -> None:
    file = german / "config.toml"
    file.write_text(CONFIG + '[rules]\nfolders = ["."]\n', encoding="utf-8")
    assert load_settings(file).identity.language == "de"
    file.write_text(CONFIG, encoding="utf-8")
    with pytest.raises(Permanent, match="it is none of en, ja"):
        load_settings(file)
