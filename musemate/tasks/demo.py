"""The whole way on the bundled fragment: train, make takes, export them and draw a sheet of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from musemate import paths
from musemate.audio.files import read_clip
from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Exported, FileRefused, FragmentAdded, RunFinished, TakeMade, Working
from musemate.errors import AudioFileError
from musemate.language import _, number
from musemate.project.records import Fragment, Take
from musemate.project.store import Project
from musemate.tasks.analyse_fragment import analyse_fragment
from musemate.tasks.export_takes import export_takes
from musemate.tasks.generate import generate
from musemate.tasks.import_audio import import_audio
from musemate.tasks.picture import Sound, draw_sheet
from musemate.tasks.train import train

FRAGMENT_FILE = "demo.flac"
N_TAKES = 4


def demo(
    folder: str,
    preset: str = "sketch",
    device: str = "auto",
    options: dict[str, Any] | None = None,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Make a project in `folder` and do the main job in it.

    The last event is an `Exported` with the sheet (a PNG file); each `Exported` before it is a take.

    Parameters
    ----------
    folder : str
        Folder of the demo project; when it holds one already, a new run is added to it.
    preset, device, options
        See `train`.
    cancelled : callable
        Asked all the way; what is finished stays.

    Raises
    ------
    MuseMateError
        As the tasks that it is made of.
    """
    fragment = ""
    source = str(paths.resource(FRAGMENT_FILE))
    for event in import_audio(folder, [source], length_s=60.0, reuse=True, cancelled=cancelled):
        if isinstance(event, FileRefused):
            raise AudioFileError(event.error, hint=_("Install MuseMate again: its demo fragment is damaged."))
        if isinstance(event, FragmentAdded):
            fragment = event.fragment
        yield event
    yield from analyse_fragment(folder, fragment, cancelled=cancelled)
    run = ""
    for event in train(folder, fragment, preset=preset, device=device, options=options, cancelled=cancelled):
        if isinstance(event, RunFinished):
            run = event.run
        yield event
    if cancelled():
        return
    takes = []
    for event in generate(folder, run, count=N_TAKES, device=device, cancelled=cancelled):
        if isinstance(event, TakeMade):
            takes.append(event.take)
        yield event
    yield from export_takes(folder, takes, cancelled=cancelled)
    if not cancelled():
        yield Working(_("Drawing the takes"), 0.9)
        yield Exported(str(_draw(folder, fragment, takes)))


def _draw(folder: str, fragment_id: str, take_ids: list[str]) -> Path:
    with Project.open(folder) as store:
        fragment = store.fragment(fragment_id)
        clip = read_clip(store.audio_path(fragment.audio), fragment.start_s, fragment.length_s)
        sounds = [Sound(_("fragment: {name}").format(name=fragment.name), _facts(fragment), clip, is_take=False)]
        for take in map(store.take, take_ids):
            clip = read_clip(store.audio_path(take.audio), min_s=0.0, allow_silence=True)
            sounds.append(Sound(take.shown_name, _settings(take), clip, is_take=True))
        return draw_sheet(store.exports_path / f"{fragment.name}_takes.png", sounds, _("A fragment and its takes"))


def _facts(fragment: Fragment) -> str:
    beats = fragment.beats
    parts = [_(fragment.key), _("{n} bpm").format(n=round(beats.bpm)) if beats and beats.is_sure else ""]
    return " · ".join(part for part in parts if part)


def _settings(take: Take) -> str:
    kind = _("new material")
    if take.mode != "new":
        kind = _("variation, closeness {closeness}").format(closeness=number(take.closeness, "g"))
    seed = _("seed {n}").format(n=take.seed)
    return f"{kind} · {seed} · {take.run}"
