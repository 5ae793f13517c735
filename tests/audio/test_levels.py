"""The meter's figures: written by the callback, read when they are heard."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musemate.audio.deck import Deck
from musemate.audio.levels import Level, Levels


def _block(left: float, right: float, n: int = 100) -> np.ndarray:
    return np.tile(np.array([[left, right]], dtype=np.float32), (n, 1))


def test_peak_and_rms_are_those_of_the_blocks_that_were_heard() -> None:
    levels = Levels(1000)
    levels.note(_block(0.5, -0.25), heard_at_s=1.0)
    levels.note(_block(0.1, 1.5, n=300), heard_at_s=2.0)
    assert levels.heard(0.9) is None, "given to the device, but not heard yet"
    assert levels.heard(1.0) == Level((0.5, 0.25), (0.5, 0.25))
    assert levels.heard(1.5) is None, "nothing since"
    level = levels.heard(2.0)
    assert level is not None
    assert level.peak == pytest.approx((0.1, 1.5))


def test_rms_weighs_blocks_by_their_length() -> None:
    levels = Levels(1000)
    levels.note(_block(1.0, 0.0, n=100), heard_at_s=1.0)
    levels.note(_block(0.0, 1.0, n=300), heard_at_s=2.0)
    level = levels.heard(3.0)
    assert level is not None
    assert level.rms == pytest.approx((0.5, np.sqrt(0.75)))


def test_mono_counts_for_both_sides() -> None:
    levels = Levels(1000)
    levels.note(np.full((10, 1), 0.5, dtype=np.float32), 1.0)
    assert levels.heard(1.0) == Level((0.5, 0.5), (0.5, 0.5))


def test_a_reader_that_comes_late_gets_the_newest_blocks() -> None:
    levels = Levels(1000)
    for index in range(3000):
        levels.note(_block(index / 1000, 0.0, n=1), heard_at_s=float(index))
    level = levels.heard(5000.0)
    assert level is not None
    assert level.peak[0] == pytest.approx(2.999)
    assert levels.heard(5000.0) is None


def test_the_deck_measures_what_it_gives_out_with_the_volume() -> None:
    deck = Deck(8000)
    samples = np.full((1, 8000), 0.8, dtype=np.float32)
    deck.wish = dataclasses.replace(deck.wish, samples=samples, playing=True, play_serial=1, gain=0.5)
    out = np.zeros((4000, 2), dtype=np.float32)
    deck.render(out, heard_at_s=0.1)
    deck.levels.heard(0.3)  # the volume itself came in without a step
    level = deck.levels.heard(1.0)
    assert level is not None
    assert level.peak == pytest.approx((0.4, 0.4))
    assert level.rms == pytest.approx((0.4, 0.4), rel=1e-4)
