"""An open stream that asks a deck for blocks."""

from __future__ import annotations

import threading
import time
from typing import Any

from musemate.audio.deck import Deck
from musemate.audio.devices import Device
from musemate.audio.dropouts import Dropouts
from musemate.audio.heardclock import HeardClock
from musemate.errors import PlaybackError
from musemate.language import _

STAY_AWAKE_S = 30.0
"""A silent stream goes on for this long, so that the next click is heard at once."""

_LEAD_IN_S = 0.05
"""Devices lose what they are given first: 20 ms through ALSA and PulseAudio, measured."""

_DISCARD_NAME = "musemate-discard-stream"
_DISCARD_LIMIT_S = 0.2


class Output:
    """An open stream on a device.

    It runs while something sounds and for half a minute more, then stops by itself: a stream that runs keeps some
    computers from going to sleep.

    Parameters
    ----------
    backend : module
        sounddevice.
    deck : Deck
    device : Device
    latency_s : float
        Asked of the device: the time from a block's making to its sounding.

    Raises
    ------
    PlaybackError
        The device cannot be opened.
    """

    def __init__(self, backend: Any, deck: Deck, device: Device, latency_s: float) -> None:
        self._backend = backend
        self.deck, self.device, self.wanted_latency_s = deck, device, latency_s
        self._ran_out = False
        self._is_closed = False
        self.last_call_s = time.monotonic()
        """When the device last asked for a block."""
        self.dropouts = Dropouts()
        self.latency_s = latency_s
        try:
            self._stream = backend.OutputStream(
                device=device.index,
                samplerate=deck.rate_hz,
                channels=device.n_channels,
                dtype="float32",
                latency=latency_s,
                callback=self._fill,
            )
            self.latency_s = float(self._stream.latency)
        except (backend.PortAudioError, ValueError) as error:
            raise PlaybackError(
                _("The sound device could not be opened, so nothing can be played."),
                hint=_("Close other programs that use it, then press play again."),
                detail=repr(error),
            ) from error
        self._clock = HeardClock(self.latency_s, deck.rate_hz)

    @property
    def runs(self) -> bool:
        """Whether the device asks for blocks; False as well when the device is gone."""
        if self._is_closed:
            return False
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
            self.deck.idle_frames = 0
            self.deck.lead_in = round(_LEAD_IN_S * self.deck.rate_hz)
            self.last_call_s = time.monotonic()
            self._clock.restart()
            self._stream.start()
            self._ran_out = False  # only now: who saw it neither run nor have run out would take the device for lost
        except self._backend.PortAudioError as error:
            raise PlaybackError(
                _("The sound device did not start, so nothing can be played."),
                hint=_("Check that it is connected, then press play again."),
                detail=repr(error),
            ) from error

    def close(self) -> None:
        """Stop at once and free the device."""
        self._is_closed = True
        try:
            self._stream.abort()
            self._stream.close()
        except self._backend.PortAudioError:
            pass  # the device is gone; there is nothing left to free

    def discard(self) -> None:
        """Close it in a thread of its own: closing a device that was pulled out may hang."""
        self._is_closed = True
        threading.Thread(target=self.close, name=_DISCARD_NAME, daemon=True).start()

    def _fill(self, out: Any, n_frames: int, _times: Any, status: Any) -> None:
        """Answer the device, on its own thread: copy and count, nothing else."""
        now_s = time.monotonic()
        self.last_call_s = now_s
        deck = self.deck
        if status and deck.lead_in == 0:
            self._clock.restart()
            self.dropouts.note(now_s, deck.wish.playing and not deck.has_ended)
        deck.render(out, self._clock.heard_at(now_s, len(out)))
        if deck.idle_frames > STAY_AWAKE_S * deck.rate_hz:
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
