"""Trains variations of a fragment and keeps the state of the run in the project, scale by scale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip
from musemate.engine import manifests
from musemate.engine.base import Cancelled, TrainRequest, check_seed
from musemate.engine.clock import Pauses
from musemate.engine.events import (
    DeviceChanged,
    Event,
    Progressed,
    RunFinished,
    RunStarted,
    ScaleFinished,
    StateStored,
    Warned,
    Working,
)
from musemate.engine.fitting import check_fits
from musemate.engine.previews import fragment_file, preview_file
from musemate.engine.registry import get_engine
from musemate.errors import AudioFileError, DeviceError, MuseMateError, SettingsError
from musemate.language import _
from musemate.project import sums
from musemate.project.records import Run
from musemate.project.recovery import INTERRUPTED
from musemate.project.states import has_state
from musemate.project.store import Project
from musemate.tasks.loss_log import LossLog
from musemate.tasks.memory import PeakMemory
from musemate.tasks.presets import resolved
from musemate.tasks.regions import checked_region, region_warnings


def train(
    project: str,
    fragment: str = "",
    start_s: float | None = None,
    length_s: float | None = None,
    engine: str = "frames",
    preset: str | None = None,
    device: str = "auto",
    seed: int = 0,
    options: dict[str, Any] | None = None,
    run: str | None = None,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Train on a region of a fragment, or go on with a stopped run.

    Parameters
    ----------
    project : str
        The project's folder.
    fragment : str
        Id of the fragment; not needed with `run`.
    start_s, length_s : float, optional
        Region of 2 to 120 s; the fragment's own when not given.
    engine : str
        The method.
    preset : str, optional
        The effort, built in or saved; the engine's usual one when not given.
    device : str
        "auto", "cpu", "cuda" or "cuda:1".
    seed : int
        Same region, settings, seed and device: same result.
    options : dict, optional
        The engine's own parameters that replace the preset's.
    run : str, optional
        Id of a stopped run to go on with; region and settings are then those of the run.
    cancelled : callable
        Asked between steps; what is finished stays.

    Raises
    ------
    SettingsError, TooShortError
        Region or settings are not possible.
    DeviceMemoryError
        Less memory is free than the training needs at least; nothing is stored then.
    ProjectError, AudioFileError, DeviceError, TrainingError
        The project, its file, the device or the training itself fails.
    """
    yield Working(_("Preparing"))  # loading torch takes a while
    with Project.open(project) as store:
        if run is None:
            record, warnings = _new_run(
                store, fragment, start_s, length_s, engine, preset, seed, options, device=device
            )
        else:
            record, warnings = _old_run(store, run, device)
            warnings = [*warnings, *manifests.warnings(store.run_path(run))]
        yield from warnings
        yield from _Training(store, record, cancelled).events()


def _new_run(
    store: Project,
    fragment: str,
    start_s: float | None,
    length_s: float | None,
    engine: str,
    preset: str | None,
    seed: int,
    options: dict[str, Any] | None,
    *,
    device: str,
) -> tuple[Run, list[Warned]]:
    source = store.fragment(fragment)
    start_s, length_s = checked_region(source, start_s, length_s)
    check_seed(seed)
    # what is not possible is refused before a run of it is stored
    method = get_engine(engine)
    preset, options, left_out = resolved(engine, preset, options)
    method.check(TrainRequest(preset, seed, options=options))
    device, warnings = _chosen(device)
    request = TrainRequest(preset, seed, device, options)
    check_fits(method.needs(source.rate_hz, source.n_channels, length_s, request), engine)
    run = store.add_run(
        source.id,
        engine=engine,
        preset=preset,
        device=device,
        seed=seed,
        start_s=start_s,
        length_s=length_s,
        options=options,
    )
    return run, [*left_out, *warnings, *region_warnings(source, start_s, length_s)]


def _old_run(store: Project, run_id: str, device: str) -> tuple[Run, list[Warned]]:
    run = store.run(run_id)
    if run.state == "finished":
        raise SettingsError(
            _("Run {run} is finished; there is nothing left to train.").format(run=run_id),
            hint=_("Make takes, or start a new training."),
        )
    name, warnings = _same_device(run) if device == "auto" else _chosen(device)
    return replace(run, device=name), warnings


def _same_device(run: Run) -> tuple[str, list[Warned]]:
    """Choose the run's own device, which gives the same result as training straight through, else the best one left."""
    try:
        return _chosen(run.device)
    except DeviceError as error:
        name, _warnings = _chosen("auto")
        return name, [Warned(error.message, _("The training goes on with {name}.").format(name=name))]


def _chosen(wanted: str) -> tuple[str, list[Warned]]:
    from musemate.engine.device import choose_device

    device, warnings = choose_device(wanted)
    return device.name, warnings


class _Training:
    """One training from its claim on the run to its last word in the project."""

    def __init__(self, store: Project, run: Run, cancelled: Cancelled) -> None:
        self._store, self._run = store, run
        self._cancelled = self._pauses = Pauses(cancelled)
        self._began_s = self._pauses.now_s()
        self._n_finished = run.n_finished
        self._scales = run.scales
        self._device = run.device
        self._peak = PeakMemory(run.device)

    def events(self) -> Iterator[Event]:
        """Train, and store the state after every finished scale and at the end, however it comes."""
        store, run = self._store, self._run
        with store.training(run.id) as folder:
            store.update_run(run.id, device=run.device)
            request = TrainRequest(run.preset, run.seed, run.device, run.options)
            sums.forget(folder, self._heard(folder, range(run.n_finished)))
            losses = LossLog(folder, run.seconds)
            reason = ""
            try:
                for event in get_engine(run.engine).train(self._clip(), request, folder, self._cancelled):
                    yield self._noted(event, losses)
                if not self._cancelled():  # counts parts too that were stored but not noted before a crash
                    self._n_finished = len(self._scales)
            except MuseMateError as error:
                reason = error.message
                raise
            finally:
                losses.close()
                sums.complete(folder)
                complete = self._store_end(reason)
        stored = store.run(run.id)
        yield RunFinished(run.id, round(stored.seconds, 2), round(stored.peak_mib, 1), self._device, complete)

    def _clip(self) -> AudioClip:
        """Return the region; the song's name, not that of its file here, says which one is silent."""
        fragment = self._store.fragment(self._run.fragment)
        source = self._store.audio_path(fragment.audio)
        clip = read_clip(source, self._run.start_s, self._run.length_s, allow_silence=True)
        if clip.is_silent:
            raise AudioFileError(
                _('"{name}" is silent in the chosen region.').format(name=fragment.name),
                hint=_("Choose a region that can be heard."),
            )
        return clip

    @staticmethod
    def _heard(folder: Path, scales: Iterable[int]) -> list[str]:
        """Return the names of the files in which finished scales can be heard; nothing changes them any more."""
        return [file(folder, scale).name for scale in scales for file in (preview_file, fragment_file)]

    @property
    def _seconds(self) -> float:
        """Time trained, that before an interruption included, that of pauses not."""
        return self._run.seconds + self._pauses.now_s() - self._began_s

    @property
    def _peak_mib(self) -> float:
        """Peak of the memory, that before an interruption included."""
        return max(self._run.peak_mib, self._peak.mib())

    def _noted(self, event: Event, losses: LossLog) -> Event:
        """Store what an event means for the run, and return it with the run's id."""
        if isinstance(event, RunStarted):
            self._scales = tuple(event.scales)
            self._store.update_run(self._run.id, scales=self._scales)
            return replace(event, run=self._run.id)
        if isinstance(event, Progressed):
            losses.note(self._scales[event.scale], event)
        if isinstance(event, DeviceChanged):
            self._device = event.device
        if isinstance(event, ScaleFinished):
            folder = self._store.run_path(self._run.id)
            sums.note(folder, self._heard(folder, [event.scale]))
            self._n_finished = max(self._n_finished, event.scale + 1)
        if isinstance(event, ScaleFinished | StateStored):
            losses.sync()
            self._store_progress()
        return event

    def _store_progress(self, **changes: Any) -> None:
        self._store.update_run(
            self._run.id,
            n_finished=self._n_finished,
            seconds=self._seconds,
            peak_mib=self._peak_mib,
            **changes,
        )

    def _store_end(self, reason: str) -> bool:
        """Store how the training ended and return whether it is complete."""
        complete = bool(self._scales) and self._n_finished >= len(self._scales)
        if complete:
            state = "finished"
        elif self._n_finished or self._cancelled() or has_state(self._store.run_path(self._run.id)):
            state = "stopped"
        else:
            state = "failed"
            reason = reason or INTERRUPTED
        # memory may be free again when a stopped training goes on: it begins where it was asked to
        device = self._device if complete else self._run.device
        self._store_progress(state=state, reason=reason, device=device)
        return complete
