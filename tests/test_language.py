"""The catalogues are whole and true to the source, and the language in use reaches numbers and workers."""

from __future__ import annotations

import ast
import string

import pytest
from babel.messages.pofile import read_po

from installers import translations
from musemate import language

OTHERS = [code for code in language.LANGUAGES if code != "en"]


@pytest.fixture(autouse=True)
def english_afterwards(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "en")
    yield
    language.use("en")


def catalogue(code):
    with (translations.FOLDER / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def strings(value):
    return (value,) if isinstance(value, str) else tuple(value)


def fields(text):
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name is not None})


@pytest.mark.parametrize("code", OTHERS)
def test_catalogue_is_up_to_date_and_complete(code):
    file = translations.FOLDER / f"{code}.po"
    fresh = translations.merged(file, translations.collected())
    assert translations.missing(fresh) == []
    assert translations.po_bytes(fresh) == file.read_bytes(), "run python installers/translations.py"
    assert translations.mo_bytes(catalogue(code)) == file.with_suffix(".mo").read_bytes()


@pytest.mark.parametrize("code", OTHERS)
def test_translations_fill_in_the_same_fields(code):
    for message in catalogue(code):
        if message.id:
            wanted = fields(strings(message.id)[-1])
            for translated in strings(message.string):
                assert fields(translated) == wanted, f"{message.id!r} and {translated!r}"


def test_unknown_languages_and_texts_stay_english():
    language.use("xx")
    assert language.in_use() == "en"
    language.use("de")
    assert language._("No such text in any catalogue") == "No such text in any catalogue"
    assert language._("") == ""


def test_the_systems_first_language_that_is_there_is_taken():
    assert language.best(["fr-FR", "de-AT", "en-GB"]) == "de"
    assert language.best(["de_CH"]) == "de"
    assert language.best(["fr"]) == "en"
    assert language.best([]) == "en"


def test_numbers_follow_the_language():
    assert language.number(12345.678, ",.1f") == "12,345.7"
    language.use("de")
    assert language.number(12345.678, ",.1f") == "12.345,7"


def test_a_process_started_from_here_speaks_the_same(monkeypatch):
    language.use("de")
    language._catalogue, language._code = None, "en"  # as in a new process
    language.use_parents()
    assert language.in_use() == "de"


def test_texts_are_not_marked_inside_f_strings():
    # there the collector of some Python versions does not see them
    hidden = [
        f"{file.name}:{call.lineno}"
        for file in sorted((translations.ROOT / "musemate").rglob("*.py"))
        for text in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in translations.KEYWORDS
        if isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []
