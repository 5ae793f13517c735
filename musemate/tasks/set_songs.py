"""What goes into sets: chosen takes by their songs, with the stretches that they were made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from musemate.export.grid import TakeGrids
from musemate.export.piece import Grid
from musemate.export.setplan import Mark
from musemate.export.songgrid import bar_marks, in_song
from musemate.language import _
from musemate.project.records import Fragment, Run, Take
from musemate.project.store import Project
from musemate.tasks.export_sources import grids_of


@dataclass(frozen=True, eq=False)
class Source:
    """A sound of the project that goes into a set.

    Parameters
    ----------
    title : str
    path : Path
        Its file in the project.
    run : Run
        That made the take; for a stretch, one that learnt it.
    grids : TakeGrids
        Of the run.
    take : Take, optional
        None is the run's stretch of the song.
    """

    title: str
    path: Path
    run: Run
    grids: TakeGrids
    take: Take | None = None


@dataclass(frozen=True, eq=False)
class Song:
    """A song's part in an export.

    Parameters
    ----------
    fragment : Fragment
        That of the first take.
    stretches, takes : tuple of Source
    grid : Grid, optional
        In the song's time; None where tempo or bar lines are not sure.
    """

    fragment: Fragment
    stretches: tuple[Source, ...]
    takes: tuple[Source, ...]
    grid: Grid | None

    @property
    def name(self) -> str:
        """The song's name."""
        return self.fragment.name

    def marks(self) -> Iterator[Mark]:
        """Yield the stretches, and the bar lines in them."""
        runs = [source.run for source in self.stretches]
        for source in self.stretches:
            yield Mark(source.run.start_s, source.title, source.run.length_s)
        if self.grid:
            yield from bar_marks(self.grid, [(run.start_s, run.start_s + run.length_s) for run in runs])


def by_song(store: Project, takes: Sequence[Take]) -> list[Song]:
    """Sort takes by the file that their fragments were chosen in, in the order of the first take of each."""
    songs: dict[str, list[Take]] = {}
    runs = {run: store.run(run) for run in dict.fromkeys(take.run for take in takes)}
    fragments = {run.id: store.fragment(run.fragment) for run in runs.values()}
    for take in takes:
        songs.setdefault(fragments[take.run].audio, []).append(take)
    return [_song(store, parts, runs, fragments) for parts in songs.values()]


def _song(store: Project, takes: Sequence[Take], runs: dict[str, Run], fragments: dict[str, Fragment]) -> Song:
    of_runs = {take.run: (runs[take.run], fragments[take.run]) for take in takes}
    grids = {run.id: grids_of(store, run, fragment) for run, fragment in of_runs.values()}
    # two trainings may have learnt the same stretch
    learnt = {(run.start_s, run.length_s): (run, fragment) for run, fragment in reversed(of_runs.values())}
    stretches = tuple(
        Source(fragment.name if len(learnt) > 1 else _("Fragment"), _file(store, fragment), run, grids[run.id])
        for run, fragment in reversed(learnt.values())
    )
    parts = tuple(
        Source(take.full_name, store.audio_path(take.audio), runs[take.run], grids[take.run], take) for take in takes
    )
    known = ((run, grids[run.id].fragment.grid) for run, _fragment in of_runs.values())
    grid = next((in_song(grid, run.start_s) for run, grid in known if grid is not None), None)
    return Song(fragments[takes[0].run], stretches, parts, grid)


def _file(store: Project, fragment: Fragment) -> Path:
    return store.audio_path(fragment.audio)
