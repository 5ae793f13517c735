"""Small synthetic clips for the engine's tests."""

import numpy as np

from musemate.audio.clip import AudioClip


def ticking_clip(seconds: float = 4.0, rate_hz: int = 8000, channels: int = 1, bpm: float = 120.0) -> AudioClip:
    """A plucked scale with a click on every beat: tones, attacks and a metre in a few kilobytes."""
    rng = np.random.default_rng(7)
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    beat_s = 60 / bpm
    beat = (t / beat_s).astype(int)
    since = t - beat * beat_s
    pitch = 110 * 2 ** (np.array([0, 3, 5, 7, 10, 12, 7, 5])[beat % 8] / 12)
    tone = sum(np.sin(2 * np.pi * k * pitch * t) / k for k in (1, 2, 3)) * np.exp(-since * 6)
    click = rng.standard_normal(len(t)) * np.exp(-since * 80)
    left = 0.2 * tone + 0.15 * click
    right = 0.15 * tone - 0.1 * click
    return AudioClip(np.stack([left, right])[:channels].astype(np.float32), rate_hz)
