"""Names exported files so that a DAW's browser shows song, tempo and take: "Song_120bpm_take-03.wav"."""

from __future__ import annotations

import os
import re
import unicodedata

from musemate.audio.safe_write import shorten

_NUMBER_ROOM = 5
"""Bytes kept free for the " 2" or " 999" of a name that is taken."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\s]+')
_TAKE_NUMBER = re.compile(r"(?<!\d)(\d)(?!\d)")


def export_name(song: str, bpm: float | None, take_name: str, limit_bytes: int) -> str:
    """Return the file name of an exported take.

    Parameters
    ----------
    song : str
        Name of the song; gives way when the whole is too long.
    bpm : float or None
        Tempo, None when it is not sure: a wrong one would make DAWs stretch the take.
    take_name : str
        For instance "take 3"; single digits get a zero in front, so that names sort.
    limit_bytes : int
        Longest name that the folder takes, in bytes.

    Returns
    -------
    str
        A name that Windows, macOS and Linux accept, ending in ".wav".
    """
    tempo = f"_{round(bpm, 1):g}bpm" if bpm else ""
    take = _TAKE_NUMBER.sub(r"0\1", take_name)
    room = limit_bytes - _NUMBER_ROOM
    ending = shorten(f"{tempo}_{safe_part(take) or 'take'}", room // 2) + ".wav"
    return shorten(safe_part(song) or "MuseMate", room - len(os.fsencode(ending))) + ending


def safe_part(text: str) -> str:
    """Return a text without what file systems refuse: Unicode letters stay, spaces and separators become "-"."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    text = _FORBIDDEN.sub("-", text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn"))
    return text.strip("-. ")
