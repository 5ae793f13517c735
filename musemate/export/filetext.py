"""What a file says of itself in words, brought into what the formats can hold."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from musemate import __version__
from musemate.export.piece import Notes, Piece
from musemate.export.plainletters import plain_letters

MAKER = "MuseMate"
SOFTWARE = f"{MAKER} {__version__}"

_MOST_CHARACTERS = 1000
_NO_XML = "\ufffe\uffff"


@dataclass(frozen=True)
class FileText:
    """The texts of a file, without anything that no file may hold.

    Parameters
    ----------
    title, song, description : str
    made : datetime or None
        When, by this computer's clock; None where that is not known.
    bpm : float
        0 where the tempo is not sure.
    """

    title: str
    song: str
    description: str
    made: datetime | None
    bpm: float

    @property
    def tempo(self) -> str:
        """The tempo with at most two decimals; "" where it is not sure."""
        return f"{round(self.bpm, 2):g}" if self.bpm else ""

    @property
    def day(self) -> str:
        """The day in the form 2026-11-22; "" where it is not known."""
        return self.made.date().isoformat() if self.made else ""


def text_of(piece: Piece, notes: Notes) -> FileText:
    """Return what the file of a piece says in words."""
    title = one_line(notes.title)
    return FileText(
        title=f"{title} ({piece.part})" if piece.part else title,
        song=one_line(notes.song),
        description=one_line(notes.description),
        made=_local(notes.created),
        bpm=piece.grid.bpm if piece.grid else 0.0,
    )


def one_line(text: str) -> str:
    """Return a text without control characters and whatever else no encoding and no XML may hold.

    Line ends become spaces; halves of characters, which names of files may hold, become "?". What is longer than any
    description is cut off.
    """
    text = " ".join(text.split()).encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in text if unicodedata.category(c) != "Cc" and c not in _NO_XML)[:_MOST_CHARACTERS]


def ascii_bytes(text: str) -> bytes:
    """Return a text as the fields hold it that know ASCII only."""
    return plain_letters(text).encode("ascii")


def _local(created: str) -> datetime | None:
    """Return a time as clocks here show it, for files cannot tell in which zone their times are."""
    try:
        made = datetime.fromisoformat(created)
        return (made if made.tzinfo else made.replace(tzinfo=UTC)).astimezone()
    except (ValueError, OverflowError, OSError):
        return None
