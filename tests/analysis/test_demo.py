import importlib.resources
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

RESOURCES = Path(__file__).parents[2] / "resources"


@pytest.fixture(scope="module")
def demo():
    samples, rate_hz = soundfile.read(RESOURCES / "demo.flac", dtype="float32")
    return samples.T, rate_hz


@pytest.fixture(scope="module")
def truth():
    return json.loads((RESOURCES / "demo.json").read_text(encoding="utf-8"))


def test_demo_is_twelve_bars_of_stereo(demo, truth):
    samples, rate_hz = demo
    assert (samples.shape, rate_hz) == ((2, 1_058_400), 44_100)
    assert (truth["rate_hz"], truth["n_frames"], truth["bpm"], truth["key"]) == (
        44_100,
        1_058_400,
        120,
        "A minor",
    )
    assert truth["bar_times_s"] == [2.0 * bar for bar in range(12)]
    assert len(truth["chords"]) == 12


def test_demo_is_loud_enough_and_not_clipped(demo):
    samples, rate_hz = demo
    assert pyloudnorm.Meter(rate_hz).integrated_loudness(samples.T) == pytest.approx(-14.0, abs=0.2)
    assert np.abs(samples).max() < 10 ** (-1.0 / 20) + 1e-3
    assert abs(samples.mean()) < 1e-3


def test_demo_is_wide_and_differs_from_bar_to_bar(demo):
    samples, _ = demo
    assert 0.5 < np.corrcoef(samples)[0, 1] < 0.9
    bars = np.abs(np.fft.rfft(samples.mean(axis=0).reshape(12, -1)))[:, :8_000]
    bars /= np.linalg.norm(bars, axis=1, keepdims=True)
    likeness = bars @ bars.T - np.eye(12)
    assert likeness.max() < 0.9


def test_bars_start_with_a_stroke(demo, truth):
    samples, rate_hz = demo
    energy = np.square(samples.mean(axis=0))
    reach = round(0.03 * rate_hz)
    for time_s in truth["bar_times_s"][1:]:
        frame = round(time_s * rate_hz)
        assert energy[frame : frame + reach].sum() > 1.2 * energy[frame - 2 * reach : frame - reach].sum()


def test_demo_loops_without_a_click(demo):
    samples, _ = demo
    round_the_end = np.concatenate([samples[:, -500:], samples[:, :500]], axis=1)
    steps = np.abs(np.diff(round_the_end, axis=1))
    assert steps[:, 499].max() < steps.max()  # the wrap is not the largest step around itself


def test_demo_is_found_as_a_package_resource():
    assert importlib.resources.files("resources").joinpath("demo.flac").is_file()


@pytest.mark.slow
def test_the_script_renders_the_demo_again(tmp_path, demo):
    subprocess.run([sys.executable, RESOURCES / "render_demo.py", tmp_path], check=True)
    again, _ = soundfile.read(tmp_path / "demo.flac", dtype="float32")
    np.testing.assert_allclose(again.T, demo[0], atol=1e-3)
    assert (tmp_path / "demo.json").read_bytes() == (RESOURCES / "demo.json").read_bytes()
