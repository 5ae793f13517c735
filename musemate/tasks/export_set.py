"""Writes takes as sets for a DAW: beside their files a Reaper project, a .dawproject and a tempo map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Exported, Warned, Working
from musemate.export.folder import FreshFolder
from musemate.export.naming import DEFAULT_TEMPLATE, check_template
from musemate.export.profile import ExportProfile
from musemate.export.setplan import KINDS, Placed, SetPlan
from musemate.export.sets import check_kinds, set_name, write_set
from musemate.language import _
from musemate.paths import absolute
from musemate.project.store import Project
from musemate.tasks.export_sources import chosen_takes
from musemate.tasks.set_songs import Song, by_song
from musemate.tasks.set_sounds import SoundWriter


def export_set(
    project: str,
    takes: Sequence[str] = (),
    kinds: Sequence[str] = KINDS,
    folder: str = "",
    starred: bool = False,
    kind: str = "wav",
    depth: str = "24",
    rate_hz: int = 0,
    channels: str = "as_is",
    notes: bool = True,
    template: str = "",
    ascii_only: bool = False,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Export takes as a set, one a song: a folder with their files and what puts these into a DAW.

    The fragment is on top, and each take stands where its fragment stands in the song, its bar lines on the song's.
    Nothing is ever overwritten; a set appears whole or not at all.

    Parameters
    ----------
    project : str
        The project's folder.
    takes : sequence of str
        Ids of takes; all with stars if there are none.
    kinds : sequence of str
        Of "rpp", "dawproject" and "midi"; all of them if there are none.
    folder : str
        Where to; the project's own folder for exports when empty.
    starred : bool
        All takes with stars that are not put aside, besides those that are named.
    kind, depth, rate_hz, channels, notes, template, ascii_only
        How the sounds are written: see `musemate.export.profile.ExportProfile`.
    cancelled : callable
        Asked between files.

    Raises
    ------
    ProjectError
        There is no such project or take.
    SettingsError
        No take has a star, or something that is asked for is not possible.
    AudioFileError
        A sound of the project is missing or damaged.
    ExportError
        The folder cannot be written, or the disk is full.
    """
    check_kinds(kinds)
    check_template(template or DEFAULT_TEMPLATE)
    profile = ExportProfile(kind, depth, rate_hz, channels, notes, template=template, ascii_only=ascii_only)
    with Project.open(project) as store:
        # an unknown one is refused before anything is written
        songs = by_song(store, chosen_takes(store, takes, starred or not takes))
        target = absolute(folder) if folder else store.exports_path
        for song in songs:
            yield from _written(song, target, tuple(kinds) or KINDS, profile, cancelled)
            if cancelled():
                return


def _written(
    song: Song, folder: Path, kinds: Sequence[str], profile: ExportProfile, cancelled: Cancelled
) -> Iterator[Event]:
    if song.grid is None:
        said = _('The tempo of "{song}" is not sure or moves: its set claims none, and marks stand at their second.')
        yield Warned(said.format(song=song.name))
    placed: list[Placed] = []
    with FreshFolder(folder) as target:
        writer = SoundWriter(song, target.part, profile)
        sources = [*song.stretches, *song.takes]
        for index, source in enumerate(sources):
            if cancelled():
                return
            yield Working(_("Exporting {take}").format(take=source.title), index / len(sources))
            # takes are alternatives, not layers
            placed.extend(writer.write(source, is_muted=source is not song.takes[0]))
        names = write_set(target, kinds, SetPlan(song.name, tuple(placed), song.grid, tuple(song.marks())))
        if cancelled():
            return
        written = target.finish(set_name(song.name))
    yield from (Warned(message, hint) for message, hint in dict.fromkeys(writer.warnings))
    yield from (Exported(str(written / name)) for name in names)
