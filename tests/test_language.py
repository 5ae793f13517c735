"""The catalogues are whole and true to the source, and the language in use reaches numbers and workers."""

from __future__ import annotations

import ast
import inspect
import string
from datetime import timedelta
from functools import cache

import pytest
from babel.messages.pofile import read_po

from installers import translations
from musemate import errors, language
from musemate.analysis.harmony import KEYS
from musemate.engine.catalogue import parameters
from musemate.engine.facts import FACTS, PARTS
from musemate.engine.frames.config import FramesConfig
from musemate.engine.parameters import UNITS
from musemate.engine.presets import PRESETS
from musemate.project.recovery import INTERRUPTED

SPEAKING = {name for name, kind in vars(errors).items() if inspect.isclass(kind)} | {"Warned", "Working"}
"""What is made of sentences for the songwriter."""
collected = cache(translations.collected)  # reads all modules
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
    fresh = translations.merged(file, collected())
    assert translations.missing(fresh) == []
    assert translations.po_bytes(fresh) == file.read_bytes(), "run python installers/translations.py"
    assert translations.mo_bytes(catalogue(code)) == file.with_suffix(".mo").read_bytes()


@pytest.mark.parametrize("code", OTHERS)
def test_the_same_texts_give_the_same_file_tomorrow(code):
    later, now = catalogue(code), catalogue(code)
    later.creation_date += timedelta(days=1)
    assert translations.mo_bytes(later) == translations.mo_bytes(now)
    assert translations.po_bytes(later) == translations.po_bytes(now)


@pytest.mark.parametrize("code", OTHERS)
def test_translations_fill_in_the_same_fields(code):
    for message in catalogue(code):
        if message.id:
            wanted = [fields(form) for form in strings(message.id)]  # "one take" needs no number
            for translated in strings(message.string):
                assert fields(translated) in wanted, f"{message.id!r} and {translated!r}"
            assert fields(strings(message.string)[-1]) == wanted[-1], f"{message.id!r} for many"


def unmarked(node):
    """Tell whether an expression holds words that no marker gives to the catalogue."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and any(character.isalpha() for character in node.value)
    if isinstance(node, ast.Call):
        is_filled = isinstance(node.func, ast.Attribute) and node.func.attr == "format"
        return is_filled and unmarked(node.func.value)
    parts = {ast.JoinedStr: ("values",), ast.IfExp: ("body", "orelse"), ast.BinOp: ("left", "right"),
             ast.BoolOp: ("values",)}.get(type(node), ())  # fmt: skip
    found = [getattr(node, part) for part in parts]
    return any(unmarked(one) for part in found for one in (part if isinstance(part, list) else [part]))


def sentences(tree):
    """Yield what every error, warning and word of progress is made of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SPEAKING:
            yield from node.args[:2]
            yield from (keyword.value for keyword in node.keywords if keyword.arg in ("message", "hint", "what"))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('Warned("No.")', True),
        ('Warned(f"No {name}.")', True),
        ('Warned("No {name}.".format(name=name))', True),
        ('ProjectError(_("No."), hint="Go." if here else _("Stay."))', True),
        ('errors.ProjectError(_("No {name}.").format(name=name), hint=hint, detail="broken")', False),
        ("Warned(f'{error.message} {error.hint}')", False),
        ('ValueError("Ours, not the songwriter\'s.")', False),
    ],
)
def test_an_unmarked_sentence_is_noticed(code, found):
    assert any(map(unmarked, sentences(ast.parse(code)))) is found


@cache
def trees():
    """Return the syntax tree of every module, by its path in the package."""
    package = translations.ROOT / "musemate"
    files = sorted(package.rglob("*.py"))
    return {file.relative_to(package).as_posix(): ast.parse(file.read_text("utf-8")) for file in files}


def test_every_error_and_warning_can_be_translated():
    windows = {name: tree for name, tree in trees().items() if not name.startswith(("cli", "console"))}
    assert len(windows) > 200
    found = [f"{name}:{part.lineno}" for name, tree in windows.items() for part in sentences(tree) if unmarked(part)]
    assert found == []


def test_what_is_translated_when_it_is_shown_is_in_the_catalogue():
    shown = {*KEYS, *PARTS, *UNITS, INTERRUPTED}
    for engine, facts in FACTS.items():
        shown |= {facts.label, facts.words, facts.smaller}
        shown |= {text for preset in PRESETS.get(engine, ()) for text in (preset.label, preset.words)}
        shown |= {text for one in parameters(engine) for text in (one.words, one.group, one.unit)}
    texts = {message.id for message in collected()}
    assert shown - {"", "Hz"} - texts == set()
    coarser = [factor for factor in FramesConfig().time_scales if factor > 1]
    assert {f"structure 1/{factor}" for factor in coarser} <= set(PARTS)


def test_unknown_languages_and_texts_stay_english():
    language.use("xx")
    assert language.in_use() == "en"
    language.use("de")
    assert language._("No such text in any catalogue") == "No such text in any catalogue"
    assert language._("") == ""


@pytest.mark.parametrize("spoilt", [None, b"", b"no catalogue", "half"])
def test_a_missing_or_damaged_catalogue_leaves_english(spoilt, tmp_path, monkeypatch, caplog):
    file = tmp_path / "de.mo"
    whole = (translations.FOLDER / "de.mo").read_bytes()
    if spoilt is not None:
        file.write_bytes(whole[: len(whole) // 2] if spoilt == "half" else spoilt)
    monkeypatch.setattr(language, "resource", lambda name: file)
    language.use("de")
    assert language._("Close") == "Close"
    assert "the catalogue of de cannot be read" in caplog.text


def test_the_systems_first_language_that_is_there_is_taken():
    assert language.best(["fr-FR", "de-AT", "en-GB"]) == "de"
    assert language.best(["de_CH"]) == "de"
    assert language.best(["fr"]) == "en"
    assert language.best([]) == "en"


def test_numbers_follow_the_language():
    assert language.number(12345.678, ",.1f") == "12,345.7"
    language.use("de")
    assert language.number(12345.678, ",.1f") == "12.345,7"
    assert language.plain("12.345,7") == "12,345.7"
    assert float(language.plain(language.number(0.002))) == 0.002


def test_counted_texts_are_filled_in():
    assert language.ngettext("{n} take of {name}", "{n} takes of {name}", 1, name="Song") == "1 take of Song"
    assert language.ngettext("{n} take of {name}", "{n} takes of {name}", 2, name="Song") == "2 takes of Song"


def test_a_process_started_from_here_speaks_the_same(monkeypatch):
    language.use("de")
    language._catalogue, language._code = None, "en"  # as in a new process
    language.use_parents()
    assert language.in_use() == "de"


def test_texts_are_not_marked_inside_f_strings():
    # there the collector of some Python versions does not see them
    hidden = [
        f"{name}:{call.lineno}"
        for name, tree in trees().items()
        for text in ast.walk(tree)
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in translations.KEYWORDS
        if isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []
