"""From a clip to everything that training and generating need, and to and from a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from musemate.audio.clip import AudioClip
from musemate.engine.classic.config import ClassicConfig
from musemate.engine.classic.scales import Scales, make_scales
from musemate.engine.samples import to_clip, to_mid_side


@dataclass(frozen=True)
class Prepared:
    """A fragment as the engine sees it.

    Parameters
    ----------
    scales : Scales
    gain : float
        Factor from the clip's samples to the ones used here: their peak is 1.
    n_signals : int
        1 (mono) or 2 (mid and side).
    """

    scales: Scales
    gain: float
    n_signals: int

    def clip(self, scale: int, seconds: float) -> AudioClip:
        """Return the fragment's beginning as one scale holds it, at its own rate."""
        rate_hz = self.scales.rates_hz[scale]
        signals = self.scales.signals[scale][:, : round(seconds * rate_hz)]
        return to_clip(signals.cpu().numpy().copy(), self.gain, rate_hz)

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return what a checkpoint stores."""
        return {f"real-{index}": signal for index, signal in enumerate(self.scales.signals)}

    def facts(self) -> dict[str, Any]:
        """Return what a checkpoint's manifest stores."""
        return {"rates_hz": list(self.scales.rates_hz), "gain": self.gain, "n_signals": self.n_signals}

    @classmethod
    def restore(cls, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]) -> Prepared:
        """Undo `tensors` and `facts`."""
        rates = tuple(int(rate) for rate in facts["rates_hz"])
        scales = Scales(rates, [tensors[f"real-{index}"] for index in range(len(rates))])
        return cls(scales, float(facts["gain"]), int(facts["n_signals"]))


def prepare(clip: AudioClip, config: ClassicConfig) -> Prepared:
    """Bring a clip to a peak of 1 and to every rate it is trained at; stereo becomes mid and side (ours).

    Where it comes down to a lower rate first, the peak is taken there, as published.

    Raises
    ------
    TooShortError
        The clip is shorter than what the networks see.
    """
    clip = clip.resampled(min(clip.rate_hz, config.top_rate_hz))
    samples = to_mid_side(clip.samples)
    gain = 1 / float(np.abs(samples).max())
    scales = make_scales(torch.from_numpy(samples * np.float32(gain)), clip.rate_hz, config)
    return Prepared(scales, gain, len(samples))
