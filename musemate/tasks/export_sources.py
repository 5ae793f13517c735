"""Which takes an export is about, and all that is known of each of their sounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from musemate.audio.clip import LOWEST_RATE_HZ
from musemate.audio.files import read_clip
from musemate.errors import SettingsError
from musemate.export.grid import TakeGrids
from musemate.export.piece import Grid
from musemate.export.songgrid import in_song, stands_at
from musemate.language import _
from musemate.project.records import Fragment, Run, Take
from musemate.project.store import Project


@dataclass(frozen=True, eq=False)
class Source:
    """A sound of a take.

    Parameters
    ----------
    path : Path
        Its file in the project.
    title : str
        The take's name, or that of one of its scales, as files are named.
    take : Take
    run : Run
        That made it.
    fragment : Fragment
        That the run was trained on.
    grids : TakeGrids
        Tells the grids of the run's takes.
    """

    path: Path
    title: str
    take: Take
    run: Run
    fragment: Fragment
    grids: TakeGrids

    @property
    def bpm(self) -> float | None:
        """The song's tempo where it is sure."""
        beats = self.fragment.beats
        return beats.bpm if beats and beats.is_sure else None

    def stands_s(self, grid: Grid | None) -> float:
        """Return where in the song the take stands: where the region does, bar lines on the song's.

        Parameters
        ----------
        grid : Grid, optional
            The take's own, where it is sure.
        """
        known, start_s = self.grids.fragment.grid, self.run.start_s
        return stands_at(self.take, grid, in_song(known, start_s) if known else None, start_s)


def chosen_takes(store: Project, takes: Sequence[str], starred: bool) -> list[Take]:
    """Return the takes that are named, and behind them all others with stars that are not put aside.

    Raises
    ------
    ProjectError
        There is no take of one of the names.
    SettingsError
        There is none at all.
    """
    named = store.these_takes(takes)
    others = [take for take in store.takes() if starred and take.stars and not take.rejected and take.id not in takes]
    if not named and not others:
        raise SettingsError(
            _("No take has a star.") if starred else _("No take was chosen."),
            hint=_("Give stars to the takes that are to be exported.") if starred else _("Choose a take first."),
        )
    return named + others


def sources_of(store: Project, takes: Sequence[Take], layers: bool) -> Iterator[Source]:
    """Yield the sounds of takes; with layers, those of their scales behind each, but the last, which is the take."""
    runs: dict[str, tuple[Run, Fragment, TakeGrids]] = {}
    for take in takes:
        if take.run not in runs:
            runs[take.run] = _known_of(store, take.run)
        yield Source(store.audio_path(take.audio), take.full_name, take, *runs[take.run])
        for scale, layer in enumerate(take.layers[:-1] if layers else ()):
            title = f"{take.full_name} scale {scale} {layer.name}"
            yield Source(store.audio_path(layer.audio), title, take, *runs[take.run])


def _known_of(store: Project, run_id: str) -> tuple[Run, Fragment, TakeGrids]:
    run = store.run(run_id)
    fragment = store.fragment(run.fragment)
    return run, fragment, grids_of(store, run, fragment)


def grids_of(store: Project, run: Run, fragment: Fragment) -> TakeGrids:
    """Return what tells the grids of a run's takes; its region is read when that is first asked."""
    path = store.audio_path(fragment.audio)
    region = partial(
        read_clip, path, run.start_s, run.length_s, min_s=0.0, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ
    )
    return TakeGrids(fragment.beats, run.start_s, run.length_s, region)
