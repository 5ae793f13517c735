"""One take on its way into files: read, cut out, converted, named, written with its notes. No project is touched."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from musemate.audio.clip import LOWEST_RATE_HZ, AudioClip
from musemate.audio.files import read_clip
from musemate.audio.safe_write import name_limit
from musemate.audio.wording import shown_name
from musemate.errors import AudioFileError
from musemate.export.converting import converted
from musemate.export.cutting import cut_piece
from musemate.export.givingnames import GivingNames
from musemate.export.naming import DEFAULT_TEMPLATE, Named, export_name
from musemate.export.noting import notes_of
from musemate.export.overs import overs_said
from musemate.export.piece import Piece
from musemate.export.profile import ExportProfile
from musemate.export.soundwriting import ENDINGS, write_sound
from musemate.export.steadiness import Found
from musemate.export.wishes import Cut
from musemate.language import _
from musemate.tasks.export_sources import Source


@dataclass
class Done:
    """What became of a source."""

    files: list[Path] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    """Sentences and hints."""
    error: AudioFileError | None = None
    """Why it cannot be exported; nothing is written then."""


class Exporter:
    """Exports one source after the other into a folder, on as many threads as there are.

    Parameters
    ----------
    folder : Path
        It is there.
    profile : ExportProfile
    cut : Cut
    """

    def __init__(self, folder: Path, profile: ExportProfile, cut: Cut) -> None:
        self._folder, self._profile, self._cut = folder, profile, cut
        self._limit = name_limit(folder)
        self._names = GivingNames()

    def export(self, number: int, source: Source) -> Done:
        """Write the files of a source.

        Parameters
        ----------
        number : int
            From 0 on: names are given in this order.
        source : Source

        Raises
        ------
        ExportError
            The folder cannot be written, or the disk is full.
        SettingsError
            The region or the bars have no meaning.
        """
        try:
            return self._write(number, source, *self._cut_out(source))
        except AudioFileError as error:
            return Done(error=error)
        finally:
            self._names.pass_by(number)

    def _cut_out(self, source: Source) -> tuple[Piece, float, str]:
        """Return the piece, where in the song its take stands, and why no bars were cut where that was asked for."""
        try:
            clip = read_clip(source.path, min_s=0.0, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)
            found = self._grid(source, clip)
            why = found.why if self._cut.on_bars else ""
            return cut_piece(clip, self._cut, found.grid), source.stands_s(found.grid), why
        except AudioFileError as error:  # names the file in the project, whose name is a hash
            said = error.message.replace(shown_name(source.path), source.title)
            raise type(error)(said, hint=error.hint, detail=error.detail) from error

    def _grid(self, source: Source, clip: AudioClip) -> Found:
        if source.grids.fragment.grid is None or not self._wants_grid:
            return source.grids.fragment
        try:
            return source.grids.of(source.take, clip, self._cut)
        except AudioFileError:  # of the fragment's sound, which is needed for nothing else
            return Found(None, _("The fragment's sound cannot be read, so the take's bar lines are not sure."))

    def _write(self, number: int, source: Source, piece: Piece, stands_s: float, why: str) -> Done:
        done = Done()
        if why:
            done.warnings.append((why, _("It is exported as it is: nothing snaps to bars.")))
        done.warnings += [(f"{source.title}: {said}", "") for said in piece.said]
        pieces = converted(piece, self._profile.sound)
        wanted = [self._folder / self._name(source, each) for each in pieces]
        for path, each in zip(self._names.give(number, wanted), pieces, strict=True):
            notes = notes_of(each, source.title, source.take, source.run, source.fragment, stands_s)
            done.files.append(write_sound(path, each, self._profile.sound, notes))
            done.warnings.extend(overs_said(each.clip, self._profile.depth, done.files[-1]))
        return done

    @property
    def _wants_grid(self) -> bool:
        """Whether anything depends on the grid: looking for it takes longer than all the rest."""
        return self._profile.notes or self._cut.on_bars or "{bars}" in self._template

    @property
    def _template(self) -> str:
        return self._profile.template or DEFAULT_TEMPLATE

    def _name(self, source: Source, piece: Piece) -> str:
        bpm = piece.grid.bpm if piece.grid is not None else source.bpm
        named = Named(source.fragment.name, source.title, bpm, source.fragment.key, piece.n_bars, piece.part)
        suffix = ENDINGS[self._profile.kind]
        return export_name(self._template, named, self._limit, suffix=suffix, ascii_only=self._profile.ascii_only)
