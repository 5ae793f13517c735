"""The deck: what the sound card is given, sample by sample."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from musemate.audio.deck import FADE_S, Deck, Mark

RATE_HZ = 8000
FADE = round(FADE_S * RATE_HZ)


def _noise(n_frames: int = RATE_HZ, n_channels: int = 2, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.uniform(-0.9, 0.9, (n_channels, n_frames)).astype(np.float32)


def _ask(deck: Deck, **changes: Any) -> None:
    deck.wish = dataclasses.replace(deck.wish, **changes)


def _render(deck: Deck, n_frames: int, n_channels: int = 2, now_s: float = 0.0, block: int = 100) -> np.ndarray:
    """Return what the deck gives, shape (channels, frames), in blocks that fit no fade."""
    blocks = []
    for first in range(0, n_frames, block):
        out = np.full((min(block, n_frames - first), n_channels), np.nan, dtype=np.float32)
        deck.render(out, now_s + first / RATE_HZ, 0.0)
        blocks.append(out.T)
    return np.concatenate(blocks, axis=1)


def _playing(samples: np.ndarray, **changes: Any) -> Deck:
    deck = Deck(RATE_HZ)
    _ask(deck, samples=samples, playing=True, play_serial=1, **changes)
    return deck


def _largest_step(sound: np.ndarray) -> float:
    return float(np.abs(np.diff(sound)).max())


def test_a_clip_is_given_out_whole_and_then_ends() -> None:
    samples = _noise(3000)
    deck = _playing(samples)
    sound = _render(deck, 4000)
    assert np.array_equal(sound[:, :FADE], np.zeros((2, FADE)))
    assert np.array_equal(sound[:, FADE : FADE + 3000], samples)
    assert not sound[:, FADE + 3000 :].any()
    assert deck.has_ended
    assert deck.mark.frame == 3000


def test_nothing_is_silence() -> None:
    deck = Deck(RATE_HZ)
    assert not _render(deck, 500).any()
    assert deck.idle_frames == 500


def test_mono_goes_to_both_ears_and_stereo_to_one_is_its_mean() -> None:
    mono, stereo = _noise(1000, n_channels=1), _noise(1000)
    sound = _render(_playing(mono), 1000 + FADE)[:, FADE:]
    assert np.array_equal(sound, np.repeat(mono, 2, axis=0))
    sound = _render(_playing(stereo), 1000 + FADE, n_channels=1)[:, FADE:]
    np.testing.assert_allclose(sound[0], stereo.mean(axis=0), atol=1e-6)


def test_play_from_the_middle_fades_in_before_the_position() -> None:
    samples = _noise()
    sound = _render(_playing(samples, seek_to=4000, seek_serial=1), 600)
    assert np.array_equal(sound[:, FADE:], samples[:, 4000 : 4600 - FADE])
    ramp = (np.arange(FADE) + 1) / FADE
    np.testing.assert_allclose(sound[:, :FADE], samples[:, 4000 - FADE : 4000] * ramp, atol=1e-6)


def test_pause_fades_out_and_play_goes_on_where_it_was() -> None:
    samples = np.full((1, RATE_HZ), 0.8, dtype=np.float32)
    deck = _playing(samples)
    _render(deck, 1000)
    _ask(deck, playing=False)
    sound = _render(deck, 500)
    assert _largest_step(sound) <= 0.8 / FADE + 1e-6
    assert not sound[:, FADE:].any()
    assert deck.mark.frame == 1000 - FADE
    _ask(deck, playing=True, play_serial=2)
    sound = _render(deck, 500)
    assert _largest_step(sound) <= 0.8 / FADE + 1e-6
    assert deck.mark.frame == 1000 - FADE + 500 - FADE


def test_switching_clips_crossfades_in_step() -> None:
    take, fragment = _noise(seed=1), _noise(seed=2)
    deck = _playing(take)
    _render(deck, 1000)
    at = 1000 - FADE
    _ask(deck, samples=fragment)
    sound = _render(deck, 1000)
    assert np.array_equal(sound[:, FADE:], fragment[:, at + FADE : at + 1000])
    up = (np.arange(FADE) + 1) / FADE
    mixed = take[:, at : at + FADE] * (1 - up) + fragment[:, at : at + FADE] * up
    np.testing.assert_allclose(sound[:, :FADE], mixed, atol=1e-6)


def test_a_jump_during_a_fade_waits_for_its_end() -> None:
    steady = np.full((1, RATE_HZ), 0.8, dtype=np.float32)
    deck = _playing(steady)
    _render(deck, 1000)
    _ask(deck, seek_to=3000, seek_serial=1)
    first = _render(deck, 10)
    _ask(deck, seek_to=5000, seek_serial=2)
    sound = np.concatenate([first, _render(deck, 500)], axis=1)
    assert _largest_step(sound) <= 1e-6
    assert deck.mark.frame == 5000 + 510 - 2 * FADE


def test_a_loop_repeats_with_its_exact_length_and_keeps_the_attack_at_its_start() -> None:
    samples = _noise()
    start, end = 2000, 3000
    deck = _playing(samples, loop=(start, end), seek_to=start, seek_serial=1)
    sound = _render(deck, 4 * (end - start) + FADE)[:, FADE:]
    once = samples[:, start:end].copy()
    np.testing.assert_array_equal(sound[:, : 1000 - FADE], once[:, :-FADE])
    up = (np.arange(FADE) + 1) / FADE
    wrap = samples[:, end - FADE : end] * (1 - up) + samples[:, start - FADE : start] * up
    for turn in range(1, 4):
        np.testing.assert_array_equal(sound[:, turn * 1000 : turn * 1000 + 1000 - FADE], once[:, :-FADE])
        np.testing.assert_allclose(sound[:, turn * 1000 - FADE : turn * 1000], wrap, atol=1e-6)


def test_a_loop_that_reaches_past_the_clip_turns_at_the_clips_end() -> None:
    deck = _playing(_noise(1000), loop=(0, 5000))
    _render(deck, 5000)
    assert not deck.has_ended
    assert deck.mark.loop_frames == 1000


def test_a_loop_behind_the_clip_is_none() -> None:
    deck = _playing(_noise(1000), loop=(4000, 5000))
    _render(deck, 1500)
    assert deck.has_ended


def test_a_shorter_clip_ends_when_the_position_is_behind_its_end() -> None:
    deck = _playing(_noise(4000))
    _render(deck, 3000)
    _ask(deck, samples=_noise(1000, seed=1))
    sound = _render(deck, 500)
    assert deck.has_ended
    assert not sound[:, FADE:].any()


def test_volume_changes_without_steps() -> None:
    steady = np.full((1, RATE_HZ), 0.8, dtype=np.float32)
    deck = _playing(steady)
    _render(deck, 1000)
    _ask(deck, gain=0.25)
    sound = _render(deck, 1000)
    assert _largest_step(sound) < 0.8 * 0.75 / 100 + 1e-5
    np.testing.assert_allclose(sound[:, 100:], 0.2, atol=1e-6)


@pytest.mark.parametrize("block", [1, 7, 64, 10_000])
def test_the_size_of_the_blocks_changes_nothing(block: int) -> None:
    samples = _noise(3000)
    expected = _render(_playing(samples, loop=(500, 1500)), 5000)
    assert np.array_equal(_render(_playing(samples, loop=(500, 1500)), 5000, block=block), expected)


def test_a_lead_in_is_silence_before_everything_else() -> None:
    samples = _noise(1000)
    deck = _playing(samples)
    deck.lead_in = 250
    sound = _render(deck, 1500)
    assert not sound[:, :250].any()
    assert np.array_equal(sound[:, 250 + FADE : 1250 + FADE], samples)


def test_the_mark_tells_what_is_heard_and_not_what_is_buffered() -> None:
    deck = _playing(_noise())
    out = np.zeros((1000 + FADE, 2), dtype=np.float32)
    deck.render(out, now_s=10.0, latency_s=0.1)
    ends_s = 10.0 + 0.1 + (1000 + FADE) / RATE_HZ
    assert deck.mark.frame_at(ends_s, RATE_HZ) == 1000
    assert deck.mark.frame_at(ends_s - 0.05, RATE_HZ) == 600
    assert deck.mark.frame_at(ends_s + 5, RATE_HZ) == 1000  # a device that stopped moves no cursor
    assert deck.mark.frame_at(10.0, RATE_HZ) == 0


def test_the_mark_knows_the_other_side_of_a_wrap() -> None:
    mark = Mark(heard_at_s=1.0, frame=2010, floor=2000, loop_frames=1000)
    assert mark.frame_at(1.0, 1000) == 2010
    assert mark.frame_at(0.98, 1000) == 2990
    assert Mark(1.0, 2010, 2000, 0).frame_at(0.98, 1000) == 2000
