"""What an exported file says about itself: where it comes from, where it stands in the song, its bar lines."""

from __future__ import annotations

from musemate import __version__
from musemate.analysis.harmony import KEYS
from musemate.export.piece import Notes, Piece
from musemate.language import _
from musemate.project.records import Fragment, Run, Take

_NOTES_OF_AN_OCTAVE = 12


def notes_of(piece: Piece, title: str, take: Take, run: Run, fragment: Fragment, stands_s: float) -> Notes:
    """Return what the file of a piece says.

    Parameters
    ----------
    piece : Piece
    title : str
        The take's name, or that of one of its scales.
    take, run, fragment
        What the piece was cut out of, what made it, and of which music.
    stands_s : float
        Where in the song the take stands, see `musemate.export.songgrid.stands_at`.
    """
    return Notes(
        title=title,
        song=fragment.name,
        description=describe(take, run),
        created=take.created,
        song_start_s=stands_s + piece.start_s,
        root=root_of(fragment.key),
        marks=bar_lines(piece),
    )


def describe(take: Take, run: Run) -> str:
    """Return how a take was made, in one line for machines and people alike: English, letters of ASCII where it can."""
    method = f"engine {run.engine}" + (f", preset {run.preset}" if run.preset else "")
    made = f"run {run.id}, take {take.id}, {take.mode}, closeness {take.closeness:g}, seed {take.seed}"
    return f"MuseMate {__version__}: {method}, {made}"


def root_of(key: str) -> int | None:
    """Return the pitch class of a key's root (0 is C, 11 is B), None where the key is not known."""
    return KEYS.index(key) % _NOTES_OF_AN_OCTAVE if key in KEYS else None


def bar_lines(piece: Piece) -> tuple[tuple[float, str], ...]:
    """Return the bar lines in a piece: seconds from its start, and the bar's number in the piece.

    The one at its very end is the next piece's, wherever rounding to a frame has put it.
    """
    grid, rate_hz = piece.grid, piece.clip.rate_hz
    if grid is None:
        return ()
    n_most = int(piece.clip.duration_s / grid.bar_s) + 2
    lines = (grid.first_bar_s + index * grid.bar_s for index in range(n_most))
    within = [line for line in lines if 0 <= round(line * rate_hz) < piece.clip.n_frames]
    return tuple((line, _("bar {n}").format(n=number)) for number, line in enumerate(within, 1))
