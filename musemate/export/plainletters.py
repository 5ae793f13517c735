"""Brings names to plain ASCII letters, for samplers and servers that read no others."""

from __future__ import annotations

import unicodedata

_SILENT = "-"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёєіїґјљњћђџ"
_CYRILLIC_SOUNDS = (
    "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya yo ye i yi g j lj nj c dj dz"
)
_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψω"
_GREEK_SOUNDS = "a v g d e z i th i k l m n x o p r s s t y f ch ps o"
_LETTERS = (
    {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "ng"}
    | dict(zip(_CYRILLIC, _CYRILLIC_SOUNDS.split(), strict=True))
    | dict(zip(_GREEK, _GREEK_SOUNDS.split(), strict=True))
)
_SIGNS = {
    "♯": "#",
    "♭": "b",
    "–": "-",
    "—": "-",
    "−": "-",
    "×": "x",
    "·": "-",
    "⁄": "-",
    "‘": "'",
    "’": "'",
    "“": "'",
    "”": "'",
}
_NAMED = ("HIRAGANA LETTER ", "KATAKANA LETTER ", "HANGUL SYLLABLE ")
"""Scripts whose letters Unicode calls by their sound."""


def plain_letters(text: str) -> str:
    """Return a text in ASCII: "Für Elise" is "Fur Elise".

    Accents go; Cyrillic, Greek, Japanese syllables and Korean are written by their sound, as far as single letters tell
    it. What has no such form (Chinese characters, pictures) is left out.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Printable ASCII only; may be empty.
    """
    return "".join(_plain(letter) for letter in unicodedata.normalize("NFC", text))


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter if letter.isprintable() else " " * letter.isspace()
    if letter in _SIGNS:
        return _SIGNS[letter]
    small = letter.lower()
    if small in _LETTERS:
        found = _LETTERS[small].replace(_SILENT, "")
        return found if letter == small else found.capitalize()
    name = unicodedata.name(letter, "")
    for script in _NAMED:
        if name.startswith(script):
            return name.removeprefix(script).removeprefix("SMALL ").lower()
    if letter.isspace():
        return " "
    # letters that fall into a base and accents: é, ά, ﬁ
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(_plain(part) for part in parts if not unicodedata.combining(part)) if parts != letter else ""
