"""Sounds with a known truth, for the tests of this folder."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musemate.audio.clip import AudioClip

ROOT = Path(__file__).parents[2]
SHARED_AUDIO = ROOT.parent / "shared" / "audio"
RATE_HZ = 22_050


def demo():
    return _read(ROOT / "resources" / "demo.flac")


def demo_truth():
    return json.loads((ROOT / "resources" / "demo.json").read_text(encoding="utf-8"))


def shared(name):
    path = SHARED_AUDIO / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return _read(path)


def _read(path):
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    return AudioClip(samples.T, rate_hz)


def clicks(times_s, seconds, rate_hz=RATE_HZ):
    """Short bursts of noise at exact times."""
    random = np.random.default_rng(0)
    samples = np.zeros(round(seconds * rate_hz), dtype=np.float32)
    for time_s in times_s:
        frame = round(time_s * rate_hz)
        burst = random.uniform(-0.5, 0.5, round(0.03 * rate_hz)) * np.linspace(1, 0, round(0.03 * rate_hz))
        samples[frame : frame + len(burst)] += burst[: len(samples) - frame]
    return AudioClip(samples, rate_hz)


def tones(chords, seconds_each=0.5, rate_hz=RATE_HZ, detune=0.0):
    """Chords of tones with six overtones; each chord is a tuple of MIDI notes."""
    time_s = np.arange(round(seconds_each * rate_hz)) / rate_hz
    parts = []
    for chord in chords:
        part = np.zeros(len(time_s))
        for midi in chord:
            hz = 440.0 * 2 ** ((midi + detune - 69) / 12)
            part += sum(np.sin(2 * np.pi * hz * k * time_s) / k for k in range(1, 7))
        parts.append(part * np.exp(-2 * time_s) * 0.1)
    return AudioClip(np.concatenate(parts).astype(np.float32), rate_hz)


def noise(seconds, rate_hz=RATE_HZ, level=0.1):
    random = np.random.default_rng(1)
    return AudioClip(random.normal(0.0, level, round(seconds * rate_hz)).astype(np.float32), rate_hz)
