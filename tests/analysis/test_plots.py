"""The pictures of a report: what their axes reach over."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.image import imread

from musemate import language
from musemate.analysis import plots
from musemate.analysis.mfcc import N_KEPT
from musemate.analysis.notenames import note_names
from musemate.analysis.plots import BOTTOM, LEFT, RIGHT, TOP, Scales, Subject, draw
from musemate.analysis.portrait import Portrait, portray
from musemate.audio.clip import AudioClip


def noise(rate_hz: int) -> Portrait:
    samples = np.random.default_rng(1).uniform(-0.5, 0.5, (1, rate_hz)).astype(np.float32)
    return portray(AudioClip(samples, rate_hz), np.zeros((40, N_KEPT)))[0]


@pytest.mark.parametrize(("rates_hz", "top_hz"), [([16_000], 8_000), ([16_000, 22_050], 11_025), ([48_000], 20_000)])
def test_spectrograms_reach_to_half_the_highest_sample_rate(rates_hz: list[int], top_hz: float) -> None:
    scales = Scales.of([noise(rate_hz) for rate_hz in rates_hz], np.ones((4, N_KEPT)))
    assert scales.top_hz == top_hz


def test_noise_fills_the_spectrogram_of_a_file_of_16_khz() -> None:
    portrait = noise(16_000)
    scales = Scales.of([portrait], np.ones((4, N_KEPT)))
    image = imread(io.BytesIO(draw("spectrogram", Subject(portrait, 1.0, is_take=False), scales)), format="png")
    height, width = image.shape[:2]
    across = slice(int(LEFT * width) + 4, int(RIGHT * width) - 4)
    for part in (0.05, 0.5, 0.95):  # of the axis, from its bottom
        row = height - int((BOTTOM + part * (TOP - BOTTOM)) * height)
        assert image[row, across, :3].mean() < 0.7, "noise is dark at every height"


def test_axes_speak_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(language.VARIABLE, "de")
    language.use("de")
    try:
        figure, axes = plots._empty()
        axes.set_ylim(0.0, 1.0)
        figure.canvas.draw()
        assert [label.get_text() for label in axes.get_yticklabels()][1] == "0,2"
        assert note_names()[-2:] == ("B", "H")
    finally:
        language.use("en")
    assert note_names()[-2:] == ("B♭", "B")
