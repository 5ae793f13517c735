"""The deck: what the sound card is given, sample by sample."""

from __future__ import annotations

import dataclasses
import tracemalloc
from typing import Any

import numpy as np
import pytest

from musemate.audio.deck import FADE_S, Deck, Mark
from musemate.audio.seam import Loop, prepare_loop

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
        deck.render(out, now_s + first / RATE_HZ)
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
    assert np.array_equal(sound[:, :3000], samples)
    assert not sound[:, 3000:].any()
    assert deck.has_ended
    assert deck.mark.frame == 3000


def test_nothing_is_silence() -> None:
    deck = Deck(RATE_HZ)
    assert not _render(deck, 500).any()
    assert deck.idle_frames == 500


def test_mono_goes_to_both_ears_and_stereo_to_one_is_its_mean() -> None:
    mono, stereo = _noise(1000, n_channels=1), _noise(1000)
    sound = _render(_playing(mono), 1000)
    assert np.array_equal(sound, np.repeat(mono, 2, axis=0))
    sound = _render(_playing(stereo), 1000, n_channels=1)
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
    assert deck.mark.frame == 1000
    _ask(deck, playing=True, play_serial=2)
    sound = _render(deck, 500)
    assert _largest_step(sound) <= 0.8 / FADE + 1e-6
    assert deck.mark.frame == 1000 + 500 - FADE


def test_switching_clips_crossfades_in_step() -> None:
    take, fragment = _noise(seed=1), _noise(seed=2)
    deck = _playing(take)
    _render(deck, 1000)
    at = 1000
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


def _tone(n_frames: int, hertz: float) -> np.ndarray:
    return (0.7 * np.sin(2 * np.pi * hertz * np.arange(n_frames) / RATE_HZ)).astype(np.float32)[None]


def _loop(samples: np.ndarray, start: int, end: int) -> Loop:
    loop = prepare_loop(samples, start, end, RATE_HZ)
    assert loop is not None
    return loop


def test_a_loop_whose_wrap_is_smooth_repeats_the_clip_to_the_sample() -> None:
    samples = _tone(RATE_HZ, 50.0)  # 160 frames a period
    loop = _loop(samples, 1600, 2400)
    assert loop.seam is None
    sound = _render(_playing(samples, loop=loop, seek_to=1600, seek_serial=1), 3200 + FADE, n_channels=1)[:, FADE:]
    assert np.array_equal(sound, np.tile(samples[:, 1600:2400], 4))


def test_a_loop_whose_wrap_would_click_has_a_seam_inside_of_its_exact_length() -> None:
    samples = _tone(RATE_HZ, 50.0)
    start, end = 1600, 2360  # ends a quarter of a period too early
    loop = _loop(samples, start, end)
    sound = _render(_playing(samples, loop=loop, seek_to=start, seek_serial=1), 4 * 760 + FADE, n_channels=1)[:, FADE:]
    once = samples[:, start:end]
    for turn in range(4):
        heard = sound[:, turn * 760 : (turn + 1) * 760]
        assert np.array_equal(heard[:, :-FADE], once[:, :-FADE]), "the attack and all that is no seam stay whole"
        up = (np.arange(FADE) + 1) / FADE
        expected = once[:, -FADE:] * (1 - up) + samples[:, start - FADE : start] * up
        np.testing.assert_allclose(heard[:, -FADE:], expected, atol=1e-6)
    assert _largest_step(np.tile(once, 4)) > 0.6
    assert _largest_step(sound) < 1.5 * _largest_step(samples)


def test_a_loop_from_the_clips_first_frame_does_not_click_either() -> None:
    samples = np.cos(2 * np.pi * 50.0 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)[None] * 0.7
    loop = _loop(samples, 0, 80 + 40 + 800)
    assert loop.seam is not None
    sound = _render(_playing(samples, loop=loop), 3000, n_channels=1)
    assert _largest_step(sound) < 2 * _largest_step(samples)


def test_a_wrap_between_noises_is_no_click() -> None:
    assert _loop(_noise(), 2000, 3000).seam is None


def test_a_wrap_that_clicks_in_one_ear_gets_a_seam() -> None:
    samples = np.concatenate([_tone(RATE_HZ, 50.0), np.zeros((1, RATE_HZ), dtype=np.float32)])
    assert _loop(samples, 1600, 2360).seam is not None
    assert _loop(samples[::-1], 1600, 2360).seam is not None


def test_switching_clips_in_the_seam_of_a_loop_keeps_to_its_turns() -> None:
    take, fragment = _tone(RATE_HZ, 50.0), _tone(RATE_HZ, 60.0)
    loops = [_loop(samples, 1600, 2360) for samples in (take, fragment)]
    deck = _playing(take, loop=loops[0], seek_to=1600, seek_serial=1)
    first = _render(deck, FADE + 760 - 30, n_channels=1, block=30)
    _ask(deck, samples=fragment, loop=loops[1])
    sound = np.concatenate([first, _render(deck, 760, n_channels=1)], axis=1)[:, FADE:]
    assert _largest_step(sound) < 0.06
    np.testing.assert_array_equal(sound[:, 760 + FADE : 1440], fragment[:, 1600 + FADE : 2280])


def test_a_loop_that_ends_before_the_position_is_entered_in_step_with_its_turns() -> None:
    samples = _noise()
    deck = _playing(samples)
    _render(deck, 3250)
    _ask(deck, loop=Loop(1000, 2000))
    sound = _render(deck, 500)
    assert deck.mark.frame == 1250 + 500 - FADE
    assert np.array_equal(sound[:, FADE:], samples[:, 1250 : 1750 - FADE])


def test_a_seek_behind_the_loop_goes_to_its_start() -> None:
    deck = _playing(_noise(), loop=Loop(1000, 2000))
    _render(deck, 1500)
    _ask(deck, seek_to=5500, seek_serial=1)
    _render(deck, FADE + 100)
    assert deck.mark.frame == 1100


def test_a_loop_that_reaches_past_the_clip_turns_at_the_clips_end() -> None:
    samples = _noise(1000)
    deck = _playing(samples, loop=_loop(samples, 0, 5000))
    _render(deck, 5000)
    assert not deck.has_ended
    assert deck.mark.loop_frames == 1000


def test_a_loop_behind_the_clip_is_none() -> None:
    assert prepare_loop(_noise(1000), 4000, 5000, RATE_HZ) is None


def test_a_change_of_level_is_a_cross_fade_to_exactly_that_level() -> None:
    steady = np.full((1, RATE_HZ), 0.8, dtype=np.float32)
    deck = _playing(steady)
    _render(deck, 1000)
    _ask(deck, level=0.5)
    sound = _render(deck, 500)
    assert _largest_step(sound) <= 0.4 / FADE + 1e-6
    np.testing.assert_allclose(sound[:, FADE:], 0.4, atol=1e-7)
    assert deck.mark.frame == 1500, "at the same position"


def test_clips_of_different_levels_are_switched_with_their_own() -> None:
    take, fragment = _noise(seed=1), _noise(seed=2)
    deck = _playing(take, level=0.5)
    np.testing.assert_array_equal(_render(deck, 1000), 0.5 * take[:, :1000])
    _ask(deck, samples=fragment, level=1.0)
    sound = _render(deck, 500)
    up = (np.arange(FADE) + 1) / FADE
    mixed = 0.5 * take[:, 1000 : 1000 + FADE] * (1 - up) + fragment[:, 1000 : 1000 + FADE] * up
    np.testing.assert_allclose(sound[:, :FADE], mixed, atol=1e-6)
    np.testing.assert_array_equal(sound[:, FADE:], fragment[:, 1000 + FADE : 1500])


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
    loop = _loop(samples, 500, 1500)
    expected = _render(_playing(samples, loop=loop), 5000)
    assert np.array_equal(_render(_playing(samples, loop=loop), 5000, block=block), expected)


def test_a_lead_in_is_silence_before_everything_else() -> None:
    samples = _noise(1000)
    deck = _playing(samples)
    deck.lead_in = 250
    sound = _render(deck, 1500)
    assert not sound[:, :250].any()
    assert np.array_equal(sound[:, 250:1250], samples)


def test_the_mark_tells_what_is_heard_and_not_what_is_buffered() -> None:
    deck = _playing(_noise())
    out = np.zeros((1000, 2), dtype=np.float32)
    deck.render(out, heard_at_s=10.1)
    ends_s = 10.0 + 0.1 + 1000 / RATE_HZ
    assert deck.mark.frame_at(ends_s, RATE_HZ) == 1000
    assert deck.mark.frame_at(ends_s - 0.05, RATE_HZ) == 600
    assert deck.mark.frame_at(ends_s + 5, RATE_HZ) == 1000  # a device that stopped moves no cursor
    assert deck.mark.frame_at(10.0, RATE_HZ) == 0


def test_the_mark_knows_the_other_side_of_a_wrap() -> None:
    mark = Mark(heard_at_s=1.0, frame=2010, floor=2000, loop_frames=1000)
    assert mark.frame_at(1.0, 1000) == 2010
    assert mark.frame_at(0.98, 1000) == 2990
    assert Mark(1.0, 2010, 2000, 0).frame_at(0.98, 1000) == 2000
    short = Mark(heard_at_s=1.0, frame=2010, floor=2000, loop_frames=50)  # shorter than what is buffered
    assert short.frame_at(0.8, 1000) == 2010


def test_the_callback_makes_nothing_that_grows() -> None:
    samples = _noise(8000)
    deck = _playing(samples, loop=_loop(_tone(8000, 50.0), 1600, 2360), level=0.5, gain=0.5)
    out = np.zeros((512, 2), dtype=np.float32)
    for block in range(50):  # what numpy and Python keep for themselves
        deck.render(out, block / 10)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for block in range(500):
            deck.render(out, block / 10)
        now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert now - before < 1_000
    assert peak - before < 3_000, "less than one block: views and numbers only"
