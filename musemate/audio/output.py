"""The sound card as the player sees it: an open stream that asks a deck for blocks."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

from musemate.audio.deck import Deck
from musemate.errors import PlaybackError

LATENCY_S = 0.1
"""Asked of the sound card: enough for a busy Python process, and a cursor can still follow it."""

_IDLE_S = 0.5
_LEAD_IN_S = 0.05
"""Devices lose what they are given first: 20 ms through ALSA and PulseAudio, measured."""

_NO_DEVICE = "No sound device was found, so nothing can be played. Everything else works."
_DISCARD_NAME = "musemate-discard-stream"
_DISCARD_LIMIT_S = 0.2


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
        remedy = "Install it with: sudo apt install libportaudio2" if sys.platform == "linux" else ""
        raise PlaybackError(
            "The sound library PortAudio was not found, so nothing can be played. Everything else works.",
            hint=remedy,
            detail=repr(error),
        ) from error
    return sounddevice


def find_device(backend: Any) -> tuple[int, int]:
    """Return the output channels (1 or 2) and the own sample rate of the default device.

    Raises
    ------
    PlaybackError
        There is none.
    """
    try:
        device = backend.query_devices(kind="output")
    except (backend.PortAudioError, ValueError) as error:
        raise PlaybackError(_NO_DEVICE, detail=repr(error)) from error
    n_channels = min(2, int(device["max_output_channels"]))
    if n_channels < 1:
        raise PlaybackError(_NO_DEVICE, detail=repr(device))
    return n_channels, round(device["default_samplerate"])


def usable_rate(backend: Any, wanted_hz: int, n_channels: int, device_hz: int) -> int:
    """Return the wanted rate where the device plays it, else the device's own."""
    try:
        backend.check_output_settings(channels=n_channels, dtype="float32", samplerate=wanted_hz)
    except (backend.PortAudioError, ValueError):
        return device_hz
    return wanted_hz


class Output:
    """An open stream on the default device.

    It runs while something sounds and stops by itself after half a second of silence, because stopping it from outside
    waits until its buffers are empty, which the window must not.

    Raises
    ------
    PlaybackError
        The device cannot be opened.
    """

    def __init__(self, backend: Any, deck: Deck, n_channels: int) -> None:
        self._backend = backend
        self._deck = deck
        self._ran_out = False
        self.last_call_s = time.monotonic()
        """When the device last asked for a block."""
        self._latency_s = LATENCY_S
        try:
            self._stream = backend.OutputStream(
                samplerate=deck.rate_hz,
                channels=n_channels,
                dtype="float32",
                latency=LATENCY_S,
                callback=self._fill,
            )
            self._latency_s = float(self._stream.latency)
        except (backend.PortAudioError, ValueError) as error:
            raise PlaybackError(
                "The sound device could not be opened, so nothing can be played.",
                hint="Close other programs that use it, then press play again.",
                detail=repr(error),
            ) from error

    @property
    def runs(self) -> bool:
        """Whether the device asks for blocks; False as well when the device is gone."""
        try:
            return bool(self._stream.active)
        except self._backend.PortAudioError:
            return False

    @property
    def ran_out(self) -> bool:
        """Whether it has stopped, or is about to, because of silence."""
        return self._ran_out

    def start(self) -> None:
        """Make sure that it runs.

        Raises
        ------
        PlaybackError
            The device does not start.
        """
        if self.runs and not self._ran_out:
            return
        try:
            self._stream.stop()
            self._ran_out = False
            self._deck.idle_frames = 0
            self._deck.lead_in = round(_LEAD_IN_S * self._deck.rate_hz)
            self.last_call_s = time.monotonic()
            self._stream.start()
        except self._backend.PortAudioError as error:
            raise PlaybackError(
                "The sound device did not start, so nothing can be played.",
                hint="Check that it is connected, then press play again.",
                detail=repr(error),
            ) from error

    def close(self) -> None:
        """Stop at once and free the device."""
        try:
            self._stream.abort()
            self._stream.close()
        except self._backend.PortAudioError:
            pass  # the device is gone; there is nothing left to free

    def discard(self) -> None:
        """Close it in the background: closing a device that was pulled out may hang."""
        threading.Thread(target=self.close, name=_DISCARD_NAME, daemon=True).start()

    def _fill(self, out: Any, n_frames: int, _times: Any, _status: Any) -> None:
        """Answer the device, on its own thread: copy and count, nothing else."""
        now_s = time.monotonic()
        self.last_call_s = now_s
        self._deck.render(out, now_s, self._latency_s)
        if self._deck.idle_frames > (_IDLE_S + self._latency_s) * self._deck.rate_hz:
            self._ran_out = True
            raise self._backend.CallbackStop


def restart_backend(backend: Any) -> bool:
    """Let PortAudio look for devices again (it only does when it starts); False while an old device still hangs."""
    for thread in threading.enumerate():
        if thread.name == _DISCARD_NAME:
            thread.join(_DISCARD_LIMIT_S)
            if thread.is_alive():
                return False
    try:
        backend._terminate()
        backend._initialize()  # the way that sounddevice's author names for new devices
    except backend.PortAudioError:
        return False
    return True
