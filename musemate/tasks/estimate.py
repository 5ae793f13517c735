"""Says what a training will take before anybody begins it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from musemate.engine.base import Cancelled, TrainRequest
from musemate.engine.events import Estimated, Event, Working
from musemate.engine.fitting import shortage
from musemate.engine.registry import get_engine
from musemate.errors import ProjectError
from musemate.language import _
from musemate.paths import absolute
from musemate.project.records import Fragment
from musemate.project.store import DEFAULT_REGION_S, Project, is_project
from musemate.tasks.presets import resolved
from musemate.tasks.regions import checked_region


def estimate(
    source: str,
    fragment: str = "",
    start_s: float | None = None,
    length_s: float | None = None,
    engine: str = "frames",
    preset: str | None = None,
    device: str = "auto",
    options: dict[str, Any] | None = None,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Estimate time and memory of a training; nothing is stored.

    Parameters
    ----------
    source : str
        A project's folder, or an audio file.
    fragment : str
        Id of the project's fragment; the newest when empty.
    start_s, length_s, engine, preset, device, options
        See `train`.
    cancelled : callable
        Asked before the device is measured.

    Raises
    ------
    SettingsError, TooShortError
        Region or settings are not possible.
    ProjectError, AudioFileError, DeviceError
        The project or file cannot be read, or the device is missing.
    """
    yield Working(_("Estimating"))  # loading torch takes a while
    sound = _fragment(source, fragment)
    _start, seconds = checked_region(sound, start_s, length_s)
    method = get_engine(engine)
    preset, options, _warnings = resolved(engine, preset, options)  # what was left out is said by the training
    if cancelled():
        return
    from musemate.engine.device import choose_device

    chosen, _warnings = choose_device(device)  # what speaks against others is said by the training
    request = TrainRequest(preset, device=chosen.name, options=options)
    size = sound.rate_hz, sound.n_channels, seconds
    short = shortage(method.needs(*size, request), engine)  # first: measuring takes memory itself
    expected = method.estimate(*size, request)
    yield Estimated(round(expected.seconds, 1), round(expected.mib, 1), expected.device, short)


def _fragment(source: str, fragment: str) -> Fragment:
    """Return a project's fragment, or what a file would be as one."""
    path = absolute(source)
    if is_project(path):
        with Project.open(path) as store:
            if fragment:
                return store.fragment(fragment)
            if not (fragments := store.fragments()):
                raise ProjectError(
                    _('The project "{name}" holds no fragment yet.').format(name=store.name),
                    hint=_("Name an audio file."),
                )
            return fragments[-1]
    from musemate.audio.files import probe

    facts = probe(path, outside=True)
    return Fragment(
        id="",
        name=path.stem,
        source=str(path),
        audio="",
        rate_hz=facts.rate_hz,
        n_channels=facts.n_channels,
        duration_s=facts.duration_s,
        start_s=0.0,
        length_s=min(DEFAULT_REGION_S, facts.duration_s),
        created="",
    )
