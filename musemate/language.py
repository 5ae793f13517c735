"""The language that the songwriter reads: looks texts up in the catalogue of the chosen language.

English is the language of the source; what a catalogue lacks stays English. Only the window chooses a language: what
the command line prints is read by scripts and stays as it is. Free of Qt: workers' sentences are translated too.
"""

from __future__ import annotations

import gettext as _gettext
import logging
import os
import struct

from musemate.paths import resource

log = logging.getLogger(__name__)

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Languages by their code, each by its own name; all but English have a catalogue in `resources/translations`."""
VARIABLE = "MUSEMATE_LANGUAGE"
"""Tells worker processes the language of the window that started them; set from outside, it chooses the window's."""
_DECIMAL_COMMA = frozenset({"de"})

_catalogue: _gettext.NullTranslations = _gettext.NullTranslations()
_code = "en"


def use(code: str) -> None:
    """Speak a language from now on, here and in every process started from here; an unknown code means English."""
    global _catalogue, _code
    _code = code if code in LANGUAGES else "en"
    _catalogue = _read(_code)
    os.environ[VARIABLE] = _code


def use_parents() -> None:
    """Speak the language of the process that started this one."""
    use(os.environ.get(VARIABLE, "en"))


def in_use() -> str:
    """Return the code of the language in use."""
    return _code


def best(wanted: list[str]) -> str:
    """Return the first language that is there, of what the system prefers, such as "de-AT"; English when none is."""
    short = [code.replace("_", "-").split("-")[0].lower() for code in wanted]
    return next((code for code in short if code in LANGUAGES), "en")


def translated(text: str, code: str) -> str:
    """Return a marked text in a language that need not be in use."""
    return _read(code).gettext(text)


def _(text: str) -> str:
    """Return a text in the language in use; what changes stands in braces and is filled in afterwards."""
    return _catalogue.gettext(text) if text else text


def ngettext(one: str, many: str, n: int, **fields: object) -> str:
    """Return the text for so many, with "{n}" and further fields filled in."""
    return _catalogue.ngettext(one, many, n).format(n=n, **fields)


def pgettext(context: str, text: str) -> str:
    """Return a text whose meaning the context tells, where one English word is several in other languages."""
    return _catalogue.pgettext(context, text)


def _read(code: str) -> _gettext.NullTranslations:
    """Return the catalogue of a language; that of English is empty, and so is one that is missing or damaged."""
    if code != "en":
        try:
            with resource(f"translations/{code}.mo").open("rb") as file:
                return _gettext.GNUTranslations(file)
        except (OSError, ValueError, struct.error) as error:  # the window opens all the same
            log.warning("the catalogue of %s cannot be read: %s", code, error)
    return _gettext.NullTranslations()


def mark(text: str) -> str:
    """Return the text unchanged, marked for the catalogue: for tables made at import, shown through `_`."""
    return text


def number(value: float | str, form: str = "") -> str:
    """Return a number, or one written as English does, as the language writes it, in a form such as ",.1f"."""
    text = format(value, form)
    return text.translate(str.maketrans(",.", ".,")) if _code in _DECIMAL_COMMA else text


def plain(text: str) -> str:
    """Return a number that was typed as the language writes it as English writes it: the reverse of `number`."""
    return text.translate(str.maketrans(",.", ".,")) if _code in _DECIMAL_COMMA else text
