"""The language of the window: chosen in the menu, kept for the next start, Qt's own texts and numbers included."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator

import pytest

from musemate import language
from musemate.gui.actions import MENUS
from musemate.gui.languagechoice import NAMES, TELLS, systems
from musemate.gui.window import Window
from musemate.settings import Settings, load_settings, save_settings

FreshPython = Callable[..., str]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")  # offscreen has no window manager

SPEAKS = """
import json, os
os.environ.pop("MUSEMATE_LANGUAGE", None)
os.environ.update(CHANGES)
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialogButtonBox, QDoubleSpinBox
from musemate import language
from musemate.app import make_app

app = make_app()
buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Save)
native = QKeySequence.SequenceFormat.NativeText
print(json.dumps({
    "language": language.in_use(),
    "workers": os.environ["MUSEMATE_LANGUAGE"],
    "buttons": sorted(button.text().replace("&", "") for button in buttons.buttons()),
    "number": QDoubleSpinBox().textFromValue(1.5),
    "key": QKeySequence("Ctrl+O").toString(native),
}))
"""
ENGLISH = {"language": "en", "workers": "en", "buttons": ["Cancel", "Save"], "number": "1.50", "key": "Ctrl+O"}
GERMAN = {"language": "de", "workers": "de", "buttons": ["Abbrechen", "Speichern"], "number": "1,50", "key": "Strg+O"}


def spoken(fresh_python: FreshPython, **changes: str) -> dict[str, object]:
    """Return what an application that starts anew in this environment speaks."""
    return dict(json.loads(fresh_python(SPEAKS.replace("CHANGES", repr(changes))).splitlines()[-1]))


def checked(window: Window) -> list[str]:
    return [name for name in NAMES if window.actions_by_name[f"language_{name}"].isChecked()]


def test_choice_is_kept_and_told_in_its_own_language(window: Window) -> None:
    assert checked(window) == ["auto"]
    for code, own_name in language.LANGUAGES.items():
        window.actions_by_name[f"language_{code}"].trigger()
        assert load_settings().language == code
        assert checked(window) == [code]
        assert window.parts.messages.text == language.translated(TELLS, code).format(language=own_name)
    assert language.in_use() == "en"  # until the next start
    window.actions_by_name["language_auto"].trigger()
    assert load_settings().language == "auto"
    assert language.LANGUAGES[systems()] in window.parts.messages.text


def test_menu_shows_what_was_chosen_before(make_window: Callable[..., Window]) -> None:
    save_settings(Settings(language="de"))
    assert checked(make_window()) == ["de"]
    save_settings(Settings(language="xx"))  # of a newer version
    assert checked(make_window()) == ["auto"]


def test_qt_speaks_the_chosen_language_too(fresh_python: FreshPython) -> None:
    save_settings(Settings(language="de"))
    assert spoken(fresh_python, LC_ALL="C.UTF-8") == GERMAN
    assert spoken(fresh_python, LC_ALL="de_DE.UTF-8", MUSEMATE_LANGUAGE="en") == ENGLISH


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's language is no variable")
def test_system_is_followed_unless_another_language_is_chosen(fresh_python: FreshPython) -> None:
    assert spoken(fresh_python, LC_ALL="de_AT.UTF-8", LANGUAGE="") == GERMAN
    assert spoken(fresh_python, LC_ALL="de_CH.UTF-8", LANGUAGE="") == GERMAN  # with a point there, elsewhere a comma
    assert spoken(fresh_python, LC_ALL="fr_FR.UTF-8", LANGUAGE="") == ENGLISH
    save_settings(Settings(language="en"))
    assert spoken(fresh_python, LC_ALL="de_AT.UTF-8", LANGUAGE="") == ENGLISH


def scopes() -> Iterator[list[str]]:
    """Yield the texts that are open at once: the menu bar, each menu, each of its submenus."""
    yield list(MENUS)
    for entries in MENUS.values():
        choices = dict.fromkeys(entry.choice for entry in entries if entry.choice)
        yield [entry.text for entry in entries if entry.name and not entry.choice] + list(choices)
        for choice in choices:
            yield [entry.text for entry in entries if entry.choice == choice]


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_letters_to_press_are_unique_in_each_menu(code: str) -> None:
    for texts in scopes():
        letters = [re.findall("&(.)", language.translated(text, code).lower()) for text in texts]
        assert all(len(found) == 1 for found in letters), texts
        assert len({letter for (letter,) in letters}) == len(texts), sorted(zip(letters, texts, strict=True))


def test_tests_read_english() -> None:
    assert os.environ[language.VARIABLE] == language.in_use() == "en"
