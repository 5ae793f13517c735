"""The real window plays to a real, if virtual, sound device."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import correlate
from virtual_sound import NullSink, null_sink

from musemate.audio.files import read_clip
from musemate.project.store import Project

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("play_in_window.py")


@pytest.fixture
def sink() -> Iterator[NullSink]:
    with null_sink() as running:
        yield running


def test_play_button_is_heard_on_the_device(sink: NullSink, song: Path, tmp_path: Path) -> None:
    folder = tmp_path / "heard"
    with Project.create(folder) as project:
        project.add_fragment(song)
    env = {**sink.env, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])}
    env["QT_QPA_PLATFORM"] = (
        "offscreen"  # the sound is the point here, and the server may not be reachable from its HOME
    )
    with sink.recording() as recording:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(folder)], env=env, capture_output=True, text=True, timeout=90, check=False
        )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) == pytest.approx(6.0, abs=0.2)
    played = read_clip(song).resampled(44_100).mono()
    heard = recording.samples.mean(axis=0)
    score = correlate(heard, played, mode="valid", method="fft")
    first = int(score.argmax())
    assert np.corrcoef(heard[first : first + len(played)], played)[0, 1] > 0.99
