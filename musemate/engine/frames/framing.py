"""From sound to frames: log spectra on a perceptual frequency axis, reduced to the fragment's own principal components.

Stereo sound is described by its mid and side, so that one frame carries timbre, level and stereo picture at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from musemate.audio.clip import AudioClip
from musemate.engine.samples import to_mid_side

HOP_S = 0.016
WINDOW_HOPS = 8
"""Analysis window in hops: 128 ms separate the partials of low notes."""
BAND_Q = 80.0
"""Sharpness of a band: centre frequency over bandwidth, about 3 bands a semitone."""
FLOOR = 1e-4
"""Level under which a band counts as silent, relative to a clip of 0.1 RMS (-60 dB)."""
RMS = 0.1
"""Level that clips are brought to before analysis."""


@dataclass(frozen=True)
class Framing:
    """The grid on which a clip is analysed and rendered.

    Parameters
    ----------
    rate_hz : int
        Sample rate.
    n_channels : int
        1 (mono) or 2 (stereo, held as mid and side).
    """

    rate_hz: int
    n_channels: int

    @property
    def hop_length(self) -> int:
        """Samples from frame to frame, about 16 ms, a multiple of 16."""
        return max(16, round(self.rate_hz * HOP_S / 16) * 16)

    @property
    def frame_rate(self) -> float:
        """Frames a second."""
        return self.rate_hz / self.hop_length

    @property
    def n_fft(self) -> int:
        """Samples of the analysis window."""
        return WINDOW_HOPS * self.hop_length

    def n_frames(self, n_samples: int) -> int:
        """Frames of a signal of `n_samples` (frame t is centred on sample t * hop)."""
        return n_samples // self.hop_length + 1

    def to_tensor(self, clip: AudioClip) -> torch.Tensor:
        """Return mid/side samples, shape (channels, samples), at RMS 0.1 of the louder of both."""
        return torch.from_numpy(to_mid_side(clip.samples) * np.float32(self.gain(clip)))

    @staticmethod
    def gain(clip: AudioClip) -> float:
        """Factor that brings the clip's mid to RMS 0.1 (side, where the mid is the quieter one)."""
        level = float(np.sqrt((to_mid_side(clip.samples).astype(np.float64) ** 2).mean(axis=1)).max())
        return RMS / max(level, 1e-9)

    def log_bands(self, samples: torch.Tensor, delay: int = 0) -> torch.Tensor:
        """Return log band levels, shape (bands of all channels, frames), of mid/side samples (channels, n).

        Each frame is centred `delay` samples later than usual, less than a hop.
        """
        samples = torch.nn.functional.pad(samples[:, delay:], (0, delay))
        window = torch.hann_window(self.n_fft, device=samples.device)
        spectrum = torch.stft(
            samples, self.n_fft, self.hop_length, window=window, pad_mode="constant", return_complex=True
        )
        power = spectrum.abs().square() * (2.0 / self.n_fft)
        weights = torch.from_numpy(self.band_weights()).to(samples.device)
        bands = torch.log(torch.sqrt(weights @ power) + FLOOR)
        return bands.flatten(0, 1)

    def band_weights(self) -> np.ndarray:
        """Return triangular band weights, shape (bands, bins): one bin wide below, constant Q above."""
        step, edges = self.rate_hz / self.n_fft, self._band_edges()
        bins = np.arange(self.n_fft // 2 + 1) * step
        rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
        falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
        weights = np.maximum(0.0, np.minimum(rising, falling))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)

    def powers(self, bands: torch.Tensor) -> torch.Tensor:
        """Return the mean power of log bands (bands of all channels, frames) in each channel, shape (channels,)."""
        edges = self._band_edges()
        widths = torch.from_numpy((edges[2:] - edges[:-2]).astype(np.float32)).to(bands.device)
        amplitudes = (bands.exp() - FLOOR).clamp_min(0).unflatten(0, (self.n_channels, -1))
        power: torch.Tensor = (amplitudes.square() * widths[:, None]).sum(dim=1).mean(dim=1)
        return power

    def _band_edges(self) -> np.ndarray:
        """Return the lower edge, centre and upper edge of each band in turn, in Hz, shape (bands + 2,)."""
        step = self.rate_hz / self.n_fft
        centres = [step]
        while (following := centres[-1] + max(step, centres[-1] / BAND_Q)) < self.rate_hz / 2:
            centres.append(following)
        return np.array([0.0, *centres, self.rate_hz / 2])


@dataclass(frozen=True)
class FrameSpace:
    """The fragment's principal components: turns log bands into frames.

    Parameters
    ----------
    mean : Tensor, shape (bands,)
    axes : Tensor, shape (components, bands)
        Orthonormal, strongest first.
    spread : Tensor, shape (components,)
        Standard deviation of each component in the fragment.
    """

    mean: torch.Tensor
    axes: torch.Tensor
    spread: torch.Tensor

    @classmethod
    def fit(cls, bands: torch.Tensor, n_components: int) -> FrameSpace:
        """Find the components of log bands of shape (bands, frames)."""
        mean = bands.mean(dim=1)
        centred = bands - mean[:, None]
        n = min(n_components, min(centred.shape) - 1)
        # eigenvectors of the small covariance: ten times faster than decomposing all frames
        variances, axes = torch.linalg.eigh((centred.double() @ centred.T.double()) / centred.shape[1])
        axes = axes.flip(1).to(bands.dtype)
        spread = variances.flip(0)[:n].clamp_min(0).sqrt().to(bands.dtype)
        # the sign of a component is arbitrary: fix it, so that the same clip gives the same frames everywhere
        signs = torch.sign(axes[:, :n].sum(dim=0))
        signs[signs == 0] = 1
        return cls(mean, (axes[:, :n] * signs).T.contiguous(), spread.clamp_min(1e-6))

    def frames(self, bands: torch.Tensor) -> torch.Tensor:
        """Project log bands (bands, frames) to frames (components, frames)."""
        return self.axes @ (bands - self.mean[:, None])

    def bands(self, frames: torch.Tensor) -> torch.Tensor:
        """Give the log bands (bands, frames) that frames (components, frames) stand for."""
        return self.axes.T @ frames + self.mean[:, None]

    def to(self, device: torch.device) -> FrameSpace:
        """Return it on a device."""
        return FrameSpace(self.mean.to(device), self.axes.to(device), self.spread.to(device))

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return what a checkpoint stores."""
        return {"mean": self.mean, "axes": self.axes, "spread": self.spread}


def accents(bands: torch.Tensor) -> torch.Tensor:
    """Return how much log bands (bands, frames) rise at each frame, mean over bands, shape (frames,): spectral flux."""
    rise = torch.diff(bands, dim=1, prepend=bands[:, :1]).clamp_min(0)
    return rise.mean(dim=0)
