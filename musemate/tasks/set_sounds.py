"""Writes the sounds of a set: each with its place in the song, on the song's bar lines where it has its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from musemate import __version__
from musemate.audio.clip import LOWEST_RATE_HZ
from musemate.audio.files import read_clip
from musemate.audio.safe_write import name_limit
from musemate.audio.wording import shown_name
from musemate.errors import AudioFileError
from musemate.export.converting import converted
from musemate.export.cutting import cut_piece
from musemate.export.naming import DEFAULT_TEMPLATE, Named, export_name
from musemate.export.noting import bar_lines, notes_of, root_of
from musemate.export.overs import overs_said
from musemate.export.piece import Notes, Piece
from musemate.export.profile import ExportProfile
from musemate.export.setplan import Placed
from musemate.export.songgrid import stands_at
from musemate.export.soundwriting import ENDINGS, write_sound
from musemate.export.wishes import Cut
from musemate.project.records import Take
from musemate.tasks.set_songs import Song, Source

SOUNDS = "audio"
"""Folder of the sounds in a set."""

_AROUND_S = 0.1
"""Read on either side of a stretch: its edges move to a quiet place near by."""


@dataclass
class SoundWriter:
    """Writes sounds into the folder of a song's set.

    Parameters
    ----------
    song : Song
    folder : Path
        The set's; the sounds go to a folder in it.
    profile : ExportProfile
    """

    song: Song
    folder: Path
    profile: ExportProfile
    warnings: list[tuple[str, str]] = field(default_factory=list)
    """Sentences and hints about what was written."""

    def write(self, source: Source, *, is_muted: bool) -> Iterator[Placed]:
        """Write the files of a sound, two where that is mid and side, and yield where each stands.

        Raises
        ------
        AudioFileError
            The sound's own file is missing or damaged.
        ExportError
            The folder cannot be written, or the disk is full.
        """
        (self.folder / SOUNDS).mkdir(exist_ok=True)
        piece, start_s = _piece(self.song, source)
        for part in converted(piece, self.profile.sound):
            path = self.folder / SOUNDS / self._name(source, part)
            file = write_sound(path, part, self.profile.sound, _notes(self.song, source, part, start_s), fresh=True)
            self.warnings.extend(overs_said(part.clip, self.profile.depth, file))
            title = f"{source.title} {part.part}".rstrip()
            clip = part.clip
            path_in_set = f"{SOUNDS}/{file.name}"
            yield Placed(path_in_set, title, start_s, clip.n_frames, clip.rate_hz, clip.n_channels, is_muted)

    def _name(self, source: Source, piece: Piece) -> str:
        song, grid = self.song.fragment, source.grids.fragment.grid
        named = Named(song.name, source.title, grid.bpm if grid else None, song.key, piece.n_bars, piece.part)
        return export_name(
            self.profile.template or DEFAULT_TEMPLATE,
            named,
            name_limit(self.folder),
            suffix=ENDINGS[self.profile.kind],
            ascii_only=self.profile.ascii_only,
        )


def _piece(song: Song, source: Source) -> tuple[Piece, float]:
    """Return a sound, and where in the song it stands."""
    try:
        return _stretch(source) if source.take is None else _whole(song, source, source.take)
    except AudioFileError as error:  # names the file in the project, whose name is a hash
        said = error.message.replace(shown_name(source.path), f"{song.name}: {source.title}")
        raise type(error)(said, hint=error.hint, detail=error.detail) from error


def _stretch(source: Source) -> tuple[Piece, float]:
    """Return a run's stretch of its song, and where it begins: at a quiet place near by."""
    run, known = source.run, source.grids.fragment.grid
    read_s = max(0.0, run.start_s - _AROUND_S)
    length_s = run.start_s + run.length_s + _AROUND_S - read_s
    clip = read_clip(source.path, read_s, length_s, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)
    grid = replace(known, first_bar_s=(known.first_bar_s + run.start_s - read_s) % known.bar_s) if known else None
    piece = cut_piece(clip, Cut(run.start_s - read_s, run.length_s), grid)
    return piece, read_s + piece.start_s


def _whole(song: Song, source: Source, take: Take) -> tuple[Piece, float]:
    """Return a take, and the place at which its bar lines are the song's."""
    clip = read_clip(source.path, min_s=0.0, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)
    grid = source.grids.of(take, clip).grid
    return cut_piece(clip, Cut(), grid), stands_at(take, grid, song.grid, source.run.start_s)


def _notes(song: Song, source: Source, piece: Piece, start_s: float) -> Notes:
    """Return what a file says about itself."""
    if source.take is not None:
        stands_s = start_s - piece.start_s
        return notes_of(piece, source.title, source.take, source.run, song.fragment, stands_s)
    return Notes(
        title=source.title,
        song=song.name,
        description=f"MuseMate {__version__}",
        song_start_s=start_s,
        root=root_of(song.fragment.key),
        marks=bar_lines(piece),
    )
