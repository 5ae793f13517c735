"""Tells when a block will be heard, although a busy machine asks for it late."""

from __future__ import annotations

_DRIFT = 0.005
"""How much of a block's lateness is believed to be the device's own slower clock rather than a busy machine."""


class HeardClock:
    """Follows the device's own time from the times of its callbacks.

    A callback may come late, but what plays meanwhile plays on: a block is heard when the one before it ends, not so
    much later as it was made late. Without this the playhead steps back under load, at a loop's seam to the wrong end.

    Parameters
    ----------
    latency_s : float
        How long after its making a block is heard, when it is made on time.
    rate_hz : int
    """

    def __init__(self, latency_s: float, rate_hz: int) -> None:
        self._latency_s, self._rate_hz = latency_s, rate_hz
        self._end_s = float("-inf")

    def restart(self) -> None:
        """Forget what was: the device has just started, or has run out of sound."""
        self._end_s = float("-inf")

    def heard_at(self, now_s: float, n_frames: int) -> float:
        """Return when a block's start will be heard.

        Parameters
        ----------
        now_s : float
            When the device asked for it, on a clock that never goes back.
        n_frames : int
            The block's length.
        """
        start_s = now_s + self._latency_s
        late_s = start_s - self._end_s
        if 0 < late_s < self._latency_s:  # later than that, and the device had nothing left to play
            start_s = self._end_s + _DRIFT * late_s
        self._end_s = start_s + n_frames / self._rate_hz
        return start_s
