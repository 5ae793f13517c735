"""Makes takes with a trained run and stores them in the project."""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator
from dataclasses import asdict

from musemate.engine import manifests
from musemate.engine.base import CPU, MAX_TAKE_S, Cancelled, Layer, LayeredModel, Model, TakeRequest
from musemate.engine.events import Event, TakeMade, Warned, Working
from musemate.engine.registry import get_engine
from musemate.errors import DeviceMemoryError, ProjectError, SettingsError
from musemate.language import _
from musemate.project.records import Layer as KeptLayer
from musemate.project.records import Run
from musemate.project.store import Project
from musemate.tasks.draw_pictures import draw_waveform

MAX_TAKES = 100
N_SEEDS = 1_000_000
"""Drawn seeds stay short enough to be read and typed."""
_said: set[Warned] = set()
"""What this process said about devices: takes are made often, and once is enough."""


def generate(
    project: str,
    run: str | None = None,
    count: int = 4,
    seconds: float | None = None,
    mode: str = "new",
    closeness: float = 0.5,
    seed: int | None = None,
    device: str = "auto",
    metre: bool = True,
    scale: int | None = None,
    layers: bool = True,
    at_steps: int | None = None,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Make takes; each is in the project before the next begins.

    Parameters
    ----------
    project, run : str
        The project's folder, and the run to make them with; without one the newest with something trained.
    count : int
        Number of takes, 1 to 100; a reconstruction is always the same and made once.
    seconds : float, optional
        Length of each, 1 to 300 s; that of the trained region when not given.
    mode, closeness : str, float
        See `TakeRequest`.
    seed : int, optional
        Seed of the first take, the others count on from it; drawn when not given.
    device : str
        "auto", "cpu", "cuda" or "cuda:1".
    metre : bool
        Keep to the fragment's beats and bars where they are sure.
    scale : int, optional
        Of a variation: the finest scale whose real signal is given; see `TakeRequest`.
    layers : bool
        Keep the signal of every scale too, where the engine's scales are signals.
    at_steps : int, optional
        Make them as the training was after so many steps of each part, where that point was kept.
    cancelled : callable
        Asked inside and between takes; a take that is not complete is not kept.

    Raises
    ------
    SettingsError
        Number, length, mode, closeness, scale or training point are not possible.
    ProjectError, CheckpointError, DeviceError
        There is nothing trained, it cannot be loaded, or the device is missing.
    """
    if not 1 <= count <= MAX_TAKES:
        raise _impossible_count(count)
    with Project.open(project) as store:
        record = store.run(run) if run else _newest_trained(store)
        length_s = min(max(1.0, record.length_s), MAX_TAKE_S) if seconds is None else seconds
        known = {take.seed for take in store.takes(run=record.id)}
        seeds = _seeds(1 if mode == "reconstruction" else count, seed, known)
        requests = [TakeRequest(length_s, mode, closeness, s, metre, scale, at_steps) for s in seeds]
        yield from _takes(store, record, requests, device, layers, cancelled)


def _impossible_count(count: int) -> SettingsError:
    return SettingsError(
        _("{count} takes at once are not possible.").format(count=count),
        hint=_("Choose 1 to {most}.").format(most=MAX_TAKES),
    )


def _takes(
    store: Project, run: Run, requests: list[TakeRequest], device: str, layers: bool, cancelled: Cancelled
) -> Iterator[Event]:
    yield Working(_("Loading the training"), 0.0)
    from musemate.engine.device import choose_device

    chosen, warnings = choose_device(device)
    yield from [warned for warned in warnings if warned not in _said]
    _said.update(warnings)
    yield from manifests.warnings(store.run_path(run.id))
    maker = _Maker(store, run, chosen.name, layers, cancelled)
    for index, request in enumerate(requests):
        yield Working(_("Making take {n} of {count}").format(n=index + 1, count=len(requests)), index / len(requests))
        made = yield from maker.make(request)
        if cancelled():
            return
        kept = [KeptLayer(layer.name, store.store_clip(layer.clip), layer.clip.rate_hz) for layer in made]
        audio, seconds = kept[-1].audio, made[-1].clip.duration_s
        take = store.add_take(
            run.id, audio, asdict(request), seconds=seconds, device=maker.device, layers=kept[:-1] and kept
        )
        draw_waveform(store, audio, made[-1].clip)
        yield TakeMade(take.id, str(store.audio_path(audio)), seconds, take.seed)


class _Maker:
    """Makes takes on a device, and on the CPU from the moment on when that has no memory left."""

    def __init__(self, store: Project, run: Run, device: str, layers: bool, cancelled: Cancelled) -> None:
        self._store, self._run, self._layers, self._cancelled = store, run, layers, cancelled
        self._model: Model | None = None
        self.device = device

    def make(self, request: TakeRequest) -> Generator[Event, None, list[Layer]]:
        """Return the take as the last of its layers; yield what should be said about it."""
        try:
            return self._make(request)
        except DeviceMemoryError:
            if self.device == CPU:
                raise
        self._model, self.device = None, CPU
        from musemate.engine.memory import release_memory

        release_memory()  # out here, where the failure no longer holds what it was computed with
        yield Warned(
            _("The graphics card ran out of memory; MuseMate goes on with the CPU."),
            _("Closing other programs frees memory."),
        )
        return self._make(request)

    def _make(self, request: TakeRequest) -> list[Layer]:
        if self._model is None:
            folder = self._store.run_path(self._run.id)
            self._model = get_engine(self._run.engine).load(folder, self.device, request.at_steps)
        if self._layers and isinstance(self._model, LayeredModel):
            return self._model.layers(request, self._cancelled)
        return [Layer("", self._model.generate(request, self._cancelled))]


def _newest_trained(store: Project) -> Run:
    usable = [run for run in store.runs() if run.is_usable]
    trained = [run for run in usable if not run.is_instant]
    if trained:
        return trained[-1]
    hint = _("Train variations of a fragment first.")
    if usable:
        hint = _("Train variations of a fragment first, or name the run {run} for more instant takes.")
        hint = hint.format(run=usable[-1].id)
    raise ProjectError(_('Nothing is trained yet in the project "{name}".').format(name=store.name), hint=hint)


def _seeds(count: int, first: int | None, known: set[int]) -> list[int]:
    """Return distinct seeds: counted from `first`, or drawn among those that no take of the run has."""
    if first is not None:
        return list(range(first, first + count))
    drawn = random.sample(range(N_SEEDS), count + len(known))
    return [seed for seed in drawn if seed not in known][:count]
