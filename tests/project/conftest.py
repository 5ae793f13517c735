"""Sounds and projects for the tests of the store."""

from __future__ import annotations

import numpy as np
import pytest

from musemate.audio.clip import AudioClip
from musemate.audio.files import write_wav
from musemate.project.store import Project


@pytest.fixture
def make_wav(tmp_path):
    """Return a function that writes a quiet noise of a length, always the same for the same seed."""

    def make(name="song.wav", seconds=1.0, rate_hz=8000, channels=2, seed=0):
        noise = np.random.default_rng(seed).uniform(-0.3, 0.3, (channels, round(seconds * rate_hz)))
        return write_wav(tmp_path / name, AudioClip(noise.astype(np.float32), rate_hz), "24", overwrite=True)

    return make


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "Mein Lied ✓") as project:
        yield project


@pytest.fixture
def add_run(project, make_wav):
    """Return a function that adds a run of a new fragment."""

    def add(**changes):
        fragment = project.add_fragment(make_wav())
        settings = {"engine": "frames", "preset": "sketch", "device": "cpu", "seed": 7, "start_s": 0.0, "length_s": 1.0}
        return project.add_run(fragment.id, **{**settings, **changes})

    return add
