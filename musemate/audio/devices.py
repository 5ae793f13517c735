"""Which sound devices there are, and at which rates they play."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from musemate.errors import PlaybackError
from musemate.language import _, mark

NO_DEVICE = mark("No sound device was found, so nothing can be played. Everything else works.")


@dataclass(frozen=True)
class Device:
    """An output.

    Parameters
    ----------
    name : str
        As the system calls it.
    index : int or None
        PortAudio's number of it, good until PortAudio is started again; None for the system's default.
    n_channels : int
        1 or 2.
    rate_hz : int
        Its own sample rate.
    """

    name: str
    index: int | None
    n_channels: int
    rate_hz: int


def load_backend() -> Any:
    """Import sounddevice, which starts PortAudio.

    Raises
    ------
    PlaybackError
        PortAudio is not installed or does not start.
    """
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        remedy = _("Install it with: {command}").format(command="sudo apt install libportaudio2")
        raise PlaybackError(
            _("The sound library PortAudio was not found, so nothing can be played. Everything else works."),
            hint=remedy if sys.platform == "linux" else "",
            detail=repr(error),
        ) from error
    return sounddevice


def find_device(backend: Any, wanted: str = "") -> Device:
    """Return the wanted output, or the system's default where it is not there or none is wanted.

    Raises
    ------
    PlaybackError
        There is no output at all.
    """
    try:
        default = backend.query_devices(kind="output")
        named = [entry for entry in _outputs(backend, default) if entry["name"] == wanted]
    except (backend.PortAudioError, ValueError) as error:
        raise PlaybackError(_(NO_DEVICE), detail=repr(error)) from error
    chosen = named[0] if named else default
    n_channels = min(2, int(chosen["max_output_channels"]))
    if n_channels < 1:
        raise PlaybackError(_(NO_DEVICE), detail=repr(chosen))
    index = int(chosen["index"]) if named else None
    return Device(str(chosen["name"]), index, n_channels, round(chosen["default_samplerate"]))


def output_names(backend: Any) -> tuple[str, ...]:
    """Return the names of the outputs that belong to the same system of drivers as the default; none on failure.

    Windows lists each device once for each of its driver systems; one of them is enough to choose from.
    """
    try:
        default = backend.query_devices(kind="output")
        return tuple(dict.fromkeys(str(entry["name"]) for entry in _outputs(backend, default)))
    except (backend.PortAudioError, ValueError):
        return ()


def plays_rate(backend: Any, device: Device, rate_hz: int) -> bool:
    """Return whether a device takes sound of that rate."""
    try:
        backend.check_output_settings(
            device=device.index, channels=device.n_channels, dtype="float32", samplerate=rate_hz
        )
    except (backend.PortAudioError, ValueError):
        return False
    return True


def _outputs(backend: Any, default: Any) -> list[Any]:
    return [
        entry
        for entry in backend.query_devices()
        if entry["max_output_channels"] > 0 and entry["hostapi"] == default["hostapi"]
    ]
