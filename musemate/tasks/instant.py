"""Makes instant takes of a region: analyses it once, then splices takes, seconds after its file was loaded."""

from __future__ import annotations

from collections.abc import Iterator

from musemate.engine.base import Cancelled
from musemate.engine.events import Event, RunFinished, Working
from musemate.engine.registry import get_engine
from musemate.language import _
from musemate.project.records import INSTANT
from musemate.project.store import Project
from musemate.tasks.generate import generate
from musemate.tasks.regions import checked_region
from musemate.tasks.train import train

N_TAKES = 3
SAME_REGION_S = 0.001


def instant(
    project: str,
    fragment: str,
    start_s: float | None = None,
    length_s: float | None = None,
    count: int = N_TAKES,
    seconds: float | None = None,
    mode: str = "new",
    closeness: float = 0.5,
    seed: int | None = None,
    metre: bool = True,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Make takes without any training; what was analysed for the same region before is used again.

    Parameters
    ----------
    project : str
        The project's folder.
    fragment : str
        Id of the fragment.
    start_s, length_s : float, optional
        Region of 2 to 120 s; the fragment's own when not given.
    count, seconds, mode, closeness, seed, metre
        See `generate`.
    cancelled : callable
        Asked all the way; takes that are done stay.

    Raises
    ------
    SettingsError, TooShortError
        Region or settings are not possible.
    ProjectError, AudioFileError
        The project or its file fails.
    """
    with Project.open(project) as store:
        start_s, length_s = checked_region(store.fragment(fragment), start_s, length_s)
        run = _known_run(store, fragment, start_s, length_s)
    if not run:
        for event in train(project, fragment, start_s, length_s, INSTANT, device="cpu", cancelled=cancelled):
            if isinstance(event, Working):  # what else a training says is of no use here: it is over in a second
                yield event
            elif isinstance(event, RunFinished):
                run = event.run
    if not cancelled():
        yield from generate(project, run, count, seconds, mode, closeness, seed, "cpu", metre, cancelled=cancelled)


def get_ready(*, cancelled: Cancelled) -> Iterator[Event]:
    """Load what instant takes need, a second's work, ahead of the first file."""
    get_engine(INSTANT)
    yield Working(_("Ready"), 1.0)


def _known_run(store: Project, fragment: str, start_s: float, length_s: float) -> str:
    """Return the instant run of a region, "" when there is none."""
    for run in reversed(store.runs(fragment)):
        is_same = abs(run.start_s - start_s) < SAME_REGION_S and abs(run.length_s - length_s) < SAME_REGION_S
        if run.is_instant and run.is_usable and is_same:
            return run.id
    return ""
