"""Writes takes as sets for a DAW: beside their files a Reaper project, a .dawproject and a tempo map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from musemate.audio.clip import LOWEST_RATE_HZ
from musemate.audio.files import probe
from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Exported, Warned, Working
from musemate.errors import SettingsError
from musemate.export.folder import FreshFolder
from musemate.export.piece import Grid
from musemate.export.setplan import KINDS, Mark, Placed, SetPlan
from musemate.export.sets import check_kinds, set_name, write_set
from musemate.export.songgrid import bar_marks, song_grid
from musemate.export.wav import export_take
from musemate.language import _
from musemate.paths import absolute
from musemate.project.records import Fragment, Run, Take
from musemate.project.store import Project

SOUNDS = "audio"
"""Folder of the sounds in a set."""


@dataclass(frozen=True)
class Sound:
    """A sound of the project that goes into a set, and its place in the song."""

    name: str
    path: Path
    at_s: float
    start_s: float | None = None
    length_s: float | None = None
    """Region of the file in seconds; None is all of it."""


def export_set(
    project: str,
    takes: Sequence[str] = (),
    kinds: Sequence[str] = KINDS,
    folder: str = "",
    depth: str = "24",
    starred: bool = False,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Export takes as a set, one a song: a folder with their files and what puts these into a DAW.

    The fragment is on top, and each take stands where its fragment stands in the song. Nothing is ever overwritten;
    a set appears whole or not at all.

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
    depth : str
        "16", "24" or "32f".
    starred : bool
        All takes with stars that are not put aside, besides those that are named.
    cancelled : callable
        Asked between files.

    Raises
    ------
    ProjectError
        There is no such project or take.
    SettingsError
        No take has a star, or a kind or depth is not possible.
    ExportError
        The folder cannot be written, or the disk is full.
    """
    check_kinds(kinds)
    with Project.open(project) as store:
        songs = _by_song(store, _chosen(store, takes, starred or not takes))
        target = absolute(folder) if folder else store.exports_path
        for song in songs:
            yield from _written(song, target, tuple(kinds) or KINDS, depth, cancelled)
            if cancelled():
                return


@dataclass(frozen=True)
class Song:
    """A song's part in an export.

    Parameters
    ----------
    name : str
    fragments : tuple of Sound
        Each stretch that takes were made of.
    takes : tuple of Sound
    grid : Grid, optional
    """

    name: str
    fragments: tuple[Sound, ...]
    takes: tuple[Sound, ...]
    grid: Grid | None

    def marks(self) -> Iterator[Mark]:
        """Yield a stretch for each fragment, and the bar lines in them."""
        stretches = [(sound.at_s, sound.length_s or 0.0) for sound in self.fragments]
        for sound, (start_s, length_s) in zip(self.fragments, stretches, strict=True):
            yield Mark(start_s, sound.name, length_s)
        if self.grid:
            yield from bar_marks(self.grid, [(start_s, start_s + length_s) for start_s, length_s in stretches])


def _chosen(store: Project, takes: Sequence[str], starred: bool) -> list[Take]:
    named = [store.take(take) for take in takes]  # an unknown one is refused before anything is written
    others = [take for take in store.takes() if starred and take.stars and not take.rejected and take.id not in takes]
    if not named and not others:
        raise SettingsError(_("No take has a star."), hint=_("Star some takes, or choose them."))
    return named + others


def _by_song(store: Project, takes: Sequence[Take]) -> list[Song]:
    """Sort takes by the file that their fragments were chosen in, in the order of the first take of each."""
    made: dict[str, list[tuple[Take, Run, Fragment]]] = {}
    for take in takes:
        run = store.run(take.run)
        fragment = store.fragment(run.fragment)
        made.setdefault(fragment.audio, []).append((take, run, fragment))
    return [_song(store, parts) for parts in made.values()]


def _song(store: Project, parts: Sequence[tuple[Take, Run, Fragment]]) -> Song:
    stretches = dict.fromkeys((fragment.name, fragment.audio, run.start_s, run.length_s) for _, run, fragment in parts)
    fragments = tuple(
        Sound(_named_fragment(name, len(stretches)), store.audio_path(audio), start_s, start_s, length_s)
        for name, audio, start_s, length_s in stretches
    )
    takes = tuple(Sound(take.full_name, store.audio_path(take.audio), run.start_s) for take, run, _ in parts)
    _take, run, first = parts[0]
    return Song(first.name, fragments, takes, song_grid(first.beats, run.start_s, run.length_s))


def _named_fragment(name: str, n_stretches: int) -> str:
    return name if n_stretches > 1 else _("Fragment")


def _written(song: Song, folder: Path, kinds: Sequence[str], depth: str, cancelled: Cancelled) -> Iterator[Event]:
    sounds: list[Placed] = []
    if song.grid is None:
        yield Warned(
            _('The tempo of "{song}" is not sure: its set says none, and its marks stand at their second.').format(
                song=song.name
            )
        )
    with FreshFolder(folder) as target:
        wanted = [*song.fragments, *song.takes]
        for index, sound in enumerate(wanted):
            if cancelled():
                return
            yield Working(_("Exporting {take}").format(take=sound.name), index / len(wanted))
            warnings: list[Warned] = []
            is_first_take = index == len(song.fragments)
            sounds.append(_placed(song, sound, target.part, depth, warnings, is_muted=not is_first_take))
            yield from warnings
        plan = SetPlan(song.name, tuple(sounds), song.grid, tuple(song.marks()))
        names = write_set(target, kinds, plan)
        if cancelled():
            return
        written = target.finish(set_name(song.name))
    yield from (Exported(str(written / name)) for name in names)


def _placed(song: Song, sound: Sound, folder: Path, depth: str, warnings: list[Warned], *, is_muted: bool) -> Placed:
    """Write a sound and say where it stands. All but one are muted: they are alternatives, not layers."""
    file = export_take(
        sound.path,
        folder / SOUNDS,
        song=song.name,
        bpm=song.grid.bpm if song.grid else None,
        take_name=sound.name,
        depth=depth,
        start_s=sound.start_s,
        length_s=sound.length_s,
        on_warning=partial(_note, warnings),
    )
    info = probe(file, min_rate_hz=LOWEST_RATE_HZ)
    path = f"{SOUNDS}/{file.name}"
    return Placed(path, sound.name, sound.at_s, info.n_frames, info.rate_hz, info.n_channels, is_muted)


def _note(warnings: list[Warned], message: str, hint: str) -> None:
    warnings.append(Warned(message, hint))
