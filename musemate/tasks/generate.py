"""Makes takes with a trained run and stores them in the project."""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from musemate.engine import manifests
from musemate.engine.base import CPU, MAX_TAKE_S, Cancelled, Layer, LayeredModel, Model, TakeRequest
from musemate.engine.events import Event, TakeMade, Warned, Working
from musemate.engine.lineage import lineage_from
from musemate.engine.registry import get_engine
from musemate.errors import DeviceMemoryError, ProjectError, SettingsError
from musemate.language import _
from musemate.project.records import Layer as KeptLayer
from musemate.project.records import Run
from musemate.project.store import Project
from musemate.tasks.draw_pictures import draw_waveform
from musemate.tasks.kindred import RECONSTRUCTION, Wished, wished_like

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
    lineage: Sequence[dict[str, Any]] = (),
    like: Sequence[str] = (),
    distance: float | None = None,
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
    mode, closeness, metre, scale, at_steps, lineage
        See `TakeRequest`; the lineage as its `to_json` gives it, for making a take again.
    seed : int, optional
        Seed of the first take, the others count on from it; drawn when not given.
    device : str
        "auto", "cpu", "cuda" or "cuda:1".
    layers : bool
        Keep the signal of every scale too, where the engine's scales are signals.
    like : sequence of str
        Ids of takes that new ones are made near in turn: with run and request of theirs, and a tag that says so.
    distance : float, optional
        With `like`: 0 gives the very takes, 1 others of their kind; 0.2 when not given.
    cancelled : callable
        Asked inside and between takes; an incomplete one is not kept.

    Raises
    ------
    SettingsError
        Number, length, mode, closeness, scale, training point or distance are not possible.
    ProjectError, CheckpointError, DeviceError
        There is nothing trained, it cannot be loaded, or the device is missing.
    """
    _check_wish(count, run, like, distance)
    with Project.open(project) as store:
        if like:
            seeds = _seeds(count, seed, {take.seed for take in store.takes()})
            wished = wished_like(store, like, seeds, distance, seconds)
        else:
            kind = {"mode": mode, "closeness": closeness, "metre": metre, "scale": scale, "at_steps": at_steps}
            wished = _wished(store, run, count, seconds, seed, kind | {"lineage": lineage_from(lineage)})
        yield from _takes(store, wished, device, layers, cancelled)


def _wished(
    store: Project, run: str | None, count: int, seconds: float | None, seed: int | None, kind: dict[str, Any]
) -> list[Wished]:
    """Return what is to be made with a run; `kind` is the rest of each `TakeRequest`."""
    record = store.run(run) if run else _newest_trained(store)
    length_s = min(max(1.0, record.length_s), MAX_TAKE_S) if seconds is None else seconds
    known = {take.seed for take in store.takes(run=record.id)}
    seeds = _seeds(1 if kind["mode"] == RECONSTRUCTION else count, seed, known)
    return [Wished(record.id, TakeRequest(length_s, seed=own, **kind)) for own in seeds]


def _check_wish(count: int, run: str | None, like: Sequence[str], distance: float | None) -> None:
    if not 1 <= count <= MAX_TAKES:
        raise SettingsError(
            _("{count} takes at once are not possible.").format(count=count),
            hint=_("Choose 1 to {most}.").format(most=MAX_TAKES),
        )
    if like and run:
        raise SettingsError(
            _("Takes like others are made with the run of those."), hint=_("Leave the run out, or the takes.")
        )
    if distance is not None and not like:
        raise SettingsError(
            _("A distance counts from takes, and none are named."),
            hint=_("Name takes that the new ones are to be like."),
        )


def _takes(
    store: Project, wished: Sequence[Wished], device: str, layers: bool, cancelled: Cancelled
) -> Iterator[Event]:
    yield Working(_("Loading the training"), 0.0)
    from musemate.engine.device import choose_device

    chosen, warnings = choose_device(device)
    yield from [warned for warned in warnings if warned not in _said]
    _said.update(warnings)
    for run in dict.fromkeys(wish.run for wish in wished):
        yield from manifests.warnings(store.run_path(run))
    maker = _Maker(store, chosen.name, layers, cancelled)
    for index, wish in enumerate(wished):
        yield Working(_("Making take {n} of {count}").format(n=index + 1, count=len(wished)), index / len(wished))
        made = yield from maker.make(wish)
        if cancelled():
            return
        kept = [KeptLayer(layer.name, store.store_clip(layer.clip), layer.clip.rate_hz) for layer in made]
        audio, seconds = kept[-1].audio, made[-1].clip.duration_s
        take = store.add_take(
            wish.run,
            audio,
            wish.request.to_json(),
            seconds=seconds,
            device=maker.device,
            layers=kept[:-1] and kept,
            tags=wish.tags,
        )
        draw_waveform(store, audio, made[-1].clip)
        yield TakeMade(take.id, str(store.audio_path(audio)), seconds, take.seed)


class _Maker:
    """Makes takes on a device, and on the CPU from the moment on when that has no memory left."""

    def __init__(self, store: Project, device: str, layers: bool, cancelled: Cancelled) -> None:
        self._store, self._layers, self._cancelled = store, layers, cancelled
        self._loaded: tuple[str, int | None] | None = None
        self._model: Model | None = None
        self.device = device

    def make(self, wish: Wished) -> Generator[Event, None, list[Layer]]:
        """Return the take as the last of its layers; yield what should be said about it."""
        try:
            return self._make(wish)
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
        return self._make(wish)

    def _make(self, wish: Wished) -> list[Layer]:
        model = self._model_of(wish.run, wish.request.at_steps)
        if self._layers and isinstance(model, LayeredModel):
            return model.layers(wish.request, self._cancelled)
        return [Layer("", model.generate(wish.request, self._cancelled))]

    def _model_of(self, run: str, at_steps: int | None) -> Model:
        """Return what a take is made with; one is held at a time."""
        if self._model is None or self._loaded != (run, at_steps):
            self._model, self._loaded = None, (run, at_steps)
            engine = get_engine(self._store.run(run).engine)
            self._model = engine.load(self._store.run_path(run), self.device, at_steps)
        return self._model


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
