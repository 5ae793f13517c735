"""Names exported files by a template, so that a DAW's browser shows song, tempo and take."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass

from musemate.audio.safe_write import shorten
from musemate.errors import SettingsError
from musemate.export.plainletters import plain_letters
from musemate.language import _

DEFAULT_TEMPLATE = "{song}_{bpm}bpm_{key}_{take}_{bars}bars"
PLACEHOLDERS = ("song", "bpm", "key", "take", "bars")

_NUMBER_ROOM = 5
"""Bytes kept free for the " 2" or " 999" of a name that is taken."""
_FEWEST_BYTES = 8
"""What is left of a song's or take's name where the whole is too long."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\s]+')
_TAKE_NUMBER = re.compile(r"(?<!\d)(\d)(?!\d)")
_PLACE = re.compile(r"\{([^{}]*)\}")
_PARTS = re.compile(r"([_\s-]*)((?:\([^()]*\)|\[[^][]*\]|[^_\s-])+)")
"""A separator and what it stands before; what is in brackets is one part, spaces and all."""
_OPENING = re.compile(r"[^\w]*$")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
"""Names of Windows' devices; with any ending too."""


@dataclass(frozen=True)
class Named:
    """What a name may say of a piece."""

    song: str
    take: str
    """For instance "take 3"; single digits get a zero in front, so that names sort."""
    bpm: float | None = None
    """None when it is not sure: a wrong one would make DAWs stretch the take."""
    key: str = ""
    """As `analysis.harmony.find_key` names it, "" where it is not known."""
    bars: int = 0
    """0 where it is no whole number of bars."""
    part: str = ""
    """"mid" or "side" for that part of the sound."""

    def values(self) -> dict[str, str]:
        """Return what stands for each placeholder, "" for what is not known."""
        return {
            "song": safe_part(self.song) or "MuseMate",
            "bpm": f"{round(self.bpm, 1):g}" if self.bpm else "",
            "key": safe_part(short_key(self.key)),
            "take": safe_part(_TAKE_NUMBER.sub(r"0\1", self.take)) or "take",
            "bars": str(self.bars) if self.bars else "",
        }


def export_name(
    template: str, named: Named, limit_bytes: int, *, suffix: str = ".wav", ascii_only: bool = False
) -> str:
    """Return the name of an exported file.

    Parameters
    ----------
    template : str
        Text with placeholders in braces, for instance `DEFAULT_TEMPLATE`. "_", "-" and spaces separate its parts
        outside of brackets: a part whose value is not known vanishes with its separator.
    named : Named
        What is known.
    limit_bytes : int
        Longest name that the folder takes, in bytes. The song's name gives way first, then the take's.
    suffix : str
        Ending of the file.
    ascii_only : bool
        Whether every letter is brought to one that the oldest sampler reads.

    Returns
    -------
    str
        A name that Windows, macOS and Linux accept. Nothing is looked up: whoever writes it must not overwrite.

    Raises
    ------
    SettingsError
        The template names something that is not known.
    """
    check_template(template)
    values = {name: value[:limit_bytes] for name, value in named.values().items()}
    if ascii_only:
        template = plain_letters(template)
        values = _in_plain_letters(values)
    ending = f"_{named.part}" if named.part else ""
    room = limit_bytes - _NUMBER_ROOM - len(os.fsencode(ending + suffix))
    return shorten(_allowed(_fitted(template, values, room)), room) + ending + suffix


def check_template(template: str) -> None:
    """Refuse a template that cannot be filled in.

    Raises
    ------
    SettingsError
        It names something that is not known, or a brace has no other.
    """
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    for name in _PLACE.findall(template):
        if name not in PLACEHOLDERS:
            raise SettingsError(
                _("Names of files cannot say {unknown}.").format(unknown=f"{{{name}}}"),
                hint=_("They know: {known}.").format(known=known),
            )
    if not template.strip() or set("{}") & set(_PLACE.sub("", template)):
        raise SettingsError(
            _('"{template}" cannot be made into names of files.').format(template=template),
            hint=_("Write it with any of these in braces: {known}.").format(known=known),
        )


def short_key(key: str) -> str:
    """Return a key as loops are named by it: "A minor" is "Am", "Bb major" is "Bb"."""
    root, _space, mode = key.partition(" ")
    return root + ("m" if mode == "minor" else "")


def safe_part(text: str) -> str:
    """Return a text without what file systems refuse: Unicode letters stay, spaces and separators become "-"."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    text = _FORBIDDEN.sub("-", text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn"))
    return text.strip("-. ")


def _in_plain_letters(values: dict[str, str]) -> dict[str, str]:
    plain = {name: safe_part(plain_letters(value)) for name, value in values.items()}
    return plain | {"song": plain["song"] or "song", "take": plain["take"] or "take"}


def _fitted(template: str, values: dict[str, str], room: int) -> str:
    """Fill a template in, in so many bytes at most."""
    for name in ("song", "take"):
        over = len(os.fsencode(_filled(template, values))) - room
        if over <= 0:
            break
        left = max(len(os.fsencode(values[name])) - over, _FEWEST_BYTES)
        values = values | {name: safe_part(shorten(values[name], left))}
    return shorten(_filled(template, values), room)


def _filled(template: str, values: dict[str, str]) -> str:
    """Fill a template in; parts without a value vanish with their separator, and with plain words after a space."""
    out, has_vanished = "", False
    for separator, text in _PARTS.findall(template):
        word = _word(text, values)
        if has_vanished and separator.isspace() and not _PLACE.search(text):
            continue  # the "bpm" of "{bpm} bpm"
        has_vanished = not word
        if word:
            out += ("_" if "_" in separator else "-") * bool(out) + word
    return safe_part(out) or "MuseMate"


def _word(text: str, values: dict[str, str]) -> str:
    """Fill one part in; with a value that is not known goes the text that belongs to it.

    That is what follows it, and a bracket or the like before it; all that is before it where it is the first.
    """
    texts = _PLACE.split(text)
    for at in range(1, len(texts), 2):
        value = values[texts[at]]
        if not value:
            texts[at - 1] = _OPENING.sub("", texts[at - 1]) if at > 1 else ""
            texts[at + 1] = ""
        texts[at] = value
    return "".join(texts)


def _allowed(stem: str) -> str:
    """Return a name that is none of Windows' devices."""
    base, point, rest = stem.partition(".")
    return f"{base}_{point}{rest}" if _RESERVED.fullmatch(base.strip()) else stem
