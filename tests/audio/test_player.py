"""The player on a device that is pumped by hand: what the window asks for, and what goes wrong with devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
from virtual_sound import FakeSound

from musemate.audio import card, output, player
from musemate.audio.clip import AudioClip
from musemate.audio.player import Player

RATE_HZ = 44_100
FADE = 441
LEAD_IN = round(0.05 * RATE_HZ)


class Clock:
    """A time that stands still unless told otherwise."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(output, "time", clock)
    monkeypatch.setattr(player, "time", clock)
    return clock


@pytest.fixture
def sound() -> FakeSound:
    return FakeSound()


@pytest.fixture
def play(sound: FakeSound, clock: Clock) -> Iterator[Player]:
    player = Player(backend=sound)
    yield player
    player.close()


def _clip(seconds: float = 2.0, seed: int = 0, rate_hz: int = RATE_HZ) -> AudioClip:
    rng = np.random.default_rng(seed)
    return AudioClip(rng.uniform(-0.9, 0.9, (2, round(seconds * rate_hz))).astype(np.float32), rate_hz)


def _pump(sound: FakeSound, clock: Clock, n_frames: int) -> np.ndarray:
    """Play frames, and let the time go by in which they are heard; shape (channels, frames)."""
    played = sound.pump(n_frames)
    clock.now_s += 1.0
    return played.T


def test_plays_a_clip_to_its_end(play: Player, sound: FakeSound, clock: Clock) -> None:
    clip = _clip()
    play.set_clip(clip)
    assert not play.is_playing
    assert play.play() is True
    assert play.is_playing
    sounding = _pump(sound, clock, LEAD_IN + clip.n_frames)[:, LEAD_IN:]
    assert np.array_equal(sounding, clip.samples)
    _pump(sound, clock, 512)
    assert not play.is_playing
    assert play.position_s == 2.0
    assert play.play()  # again from the start
    assert play.position_s == 0.0
    assert np.array_equal(_pump(sound, clock, 1000), clip.samples[:, :1000])


def test_is_playing_until_the_last_sample_is_heard(play: Player, sound: FakeSound, clock: Clock) -> None:
    play.set_clip(_clip(0.5))
    play.play()
    sound.pump(RATE_HZ)
    assert play.is_playing  # given to the device, but not heard
    assert play.position_s < 0.5
    clock.now_s += 1.0
    assert not play.is_playing


def test_seek_while_stopped_and_while_playing(play: Player, sound: FakeSound, clock: Clock) -> None:
    clip = _clip()
    play.set_clip(clip)
    play.seek(1.0)
    assert play.position_s == 1.0
    play.play()
    sounding = _pump(sound, clock, LEAD_IN + 1000)[:, LEAD_IN + FADE :]
    assert np.array_equal(sounding, clip.samples[:, RATE_HZ : RATE_HZ + 1000 - FADE])
    play.seek(0.25)
    assert play.position_s == 0.25  # at once, not only when the device asks again
    _pump(sound, clock, 1000)
    assert play.position_s == pytest.approx(0.25 + (1000 - FADE) / RATE_HZ)


@pytest.mark.parametrize(("asked_s", "reached_s"), [(-3.0, 0.0), (99.0, 2.0)])
def test_seek_stays_inside_the_clip(play: Player, asked_s: float, reached_s: float) -> None:
    play.set_clip(_clip())
    play.seek(asked_s)
    assert play.position_s == reached_s


def test_pause_stays_and_stop_goes_back(play: Player, sound: FakeSound, clock: Clock) -> None:
    play.set_clip(_clip())
    play.play()
    _pump(sound, clock, RATE_HZ)
    play.pause()
    assert not play.is_playing
    _pump(sound, clock, 2000)
    paused_s = play.position_s
    assert paused_s == pytest.approx(1.0 - LEAD_IN / RATE_HZ)
    play.play()
    _pump(sound, clock, FADE)
    assert play.position_s == pytest.approx(paused_s)
    play.stop()
    assert play.position_s == 0.0
    assert not play.is_playing


def test_stop_goes_back_to_the_start_of_a_loop(play: Player, sound: FakeSound, clock: Clock) -> None:
    play.set_clip(_clip())
    play.set_loop(0.5, 1.0)
    play.stop()
    assert play.position_s == 0.5
    play.play()
    _pump(sound, clock, 3 * RATE_HZ)
    assert play.is_playing
    assert 0.5 <= play.position_s < 1.0
    play.set_loop(None)
    _pump(sound, clock, 2 * RATE_HZ)
    assert not play.is_playing


def test_a_tiny_loop_is_none(play: Player, sound: FakeSound, clock: Clock) -> None:
    play.set_clip(_clip(0.5))
    play.set_loop(0.2, 0.2 + player.MIN_LOOP_S / 2)
    play.play()
    _pump(sound, clock, RATE_HZ)
    assert not play.is_playing


def test_switching_keeps_the_position_playing_or_not(play: Player, sound: FakeSound, clock: Clock) -> None:
    take, fragment = _clip(seed=1), _clip(seed=2)
    play.set_clip(take)
    play.seek(0.5)
    play.set_clip(fragment, keep_position=True)
    assert play.position_s == 0.5
    play.play()
    _pump(sound, clock, LEAD_IN + FADE + 1000)
    play.set_clip(take, keep_position=True)
    assert play.is_playing
    at = RATE_HZ // 2 + 1000
    sounding = _pump(sound, clock, 2000)
    assert np.array_equal(sounding[:, FADE:], take.samples[:, at + FADE : at + 2000])
    assert len(sound.streams) == 1
    play.set_clip(fragment)
    assert not play.is_playing
    assert play.position_s == 0.0


def test_a_clip_of_another_rate_is_resampled_while_it_plays_and_native_otherwise(
    play: Player, sound: FakeSound, clock: Clock
) -> None:
    play.set_clip(_clip())
    play.play()
    _pump(sound, clock, RATE_HZ)
    play.set_clip(_clip(rate_hz=48_000), keep_position=True)
    assert play.is_playing
    assert len(sound.streams) == 1
    play.pause()
    _pump(sound, clock, 1000)
    before_s = play.position_s
    play.set_clip(_clip(rate_hz=48_000, seed=1), keep_position=True)
    assert play.position_s == pytest.approx(before_s, abs=1e-4)
    play.play()
    assert [stream.samplerate for stream in sound.streams] == [44_100, 48_000]
    assert sound.streams[0].closed


def test_a_rate_that_the_device_does_not_know_is_resampled(clock: Clock) -> None:
    sound = FakeSound(rates_hz=(48_000,))
    play = Player(backend=sound)
    time_s = np.arange(16_000) / 16_000
    play.set_clip(AudioClip((0.5 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32), 16_000))
    play.play()
    lead_in = round(0.05 * 48_000)
    sounding = _pump(sound, clock, 60_000)[0, lead_in : lead_in + 48_000]
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)
    np.testing.assert_allclose(sounding[1000:-1000], expected[1000:-1000], atol=1e-3)
    assert play.position_s == 1.0
    play.close()


def test_a_coarse_scale_is_resampled_even_where_the_device_promises_its_rate(clock: Clock) -> None:
    sound = FakeSound(rates_hz=(44_100, 320))
    player = Player(backend=sound)
    tone = np.sin(2 * np.pi * 50 * np.arange(640) / 320).astype(np.float32)
    player.set_clip(AudioClip(tone, 320))
    player.play()
    assert sound.streams[-1].samplerate == 44_100
    heard = _pump(sound, clock, 44_100)[0]
    spectrum = np.abs(np.fft.rfft(heard))
    assert int(spectrum.argmax()) == 50
    player.close()


def test_volume_is_limited_and_squared(play: Player, sound: FakeSound, clock: Clock) -> None:
    clip = _clip()
    play.set_clip(clip)
    play.volume = 0.5
    play.play()
    sounding = _pump(sound, clock, 6000)[:, 5000:]
    at = 5000 - LEAD_IN
    np.testing.assert_allclose(sounding, 0.25 * clip.samples[:, at : at + 1000], atol=1e-6)
    play.volume = 7.0
    assert play.volume == 1.0
    play.volume = -1.0
    assert play.volume == 0.0


def test_the_stream_sleeps_in_silence_and_wakes_for_play(play: Player, sound: FakeSound, clock: Clock) -> None:
    play.set_clip(_clip(0.5))
    play.play()
    _pump(sound, clock, 3 * RATE_HZ)
    assert sound.streams[0].active, "the next click is to be heard at once"
    _pump(sound, clock, round(output.STAY_AWAKE_S * RATE_HZ))
    assert not sound.streams[0].active
    assert play.available
    play.play()
    assert sound.streams[0].active
    assert sound.streams[0].calls == ["stop", "start", "stop", "start"]
    assert _pump(sound, clock, 8000)[:, -1].any()


def test_play_in_the_moment_when_the_stream_falls_asleep(play: Player, sound: FakeSound, clock: Clock) -> None:
    play.set_clip(_clip(0.5))
    play.play()
    _pump(sound, clock, RATE_HZ)
    stream = sound.streams[0]
    stream.pump(round((1 + output.STAY_AWAKE_S) * RATE_HZ))
    assert not stream.active
    stream.active = True  # PortAudio still plays its buffers out
    play.play()
    assert stream.calls[-2:] == ["stop", "start"]
    assert play.is_playing


def test_a_stream_that_is_woken_is_not_taken_for_lost_meanwhile(
    play: Player, sound: FakeSound, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    play.set_clip(_clip(0.5))
    play.play()
    _pump(sound, clock, round((2 + output.STAY_AWAKE_S) * RATE_HZ))
    stream, opened = sound.streams[0], play.card.output
    assert opened is not None and not stream.active
    seen = []

    def watched(act: Callable[[], None]) -> None:
        """Look at it before and after each of the device's steps, as the window's thread may at any time."""
        seen.append(opened.runs or opened.ran_out)
        act()
        seen.append(opened.runs or opened.ran_out)

    for name in ("stop", "start"):
        monkeypatch.setattr(stream, name, partial(watched, getattr(stream, name)))
    play.play()
    assert seen == [True] * 4
    assert stream.active


def test_a_device_that_disappears_is_noticed_and_playing_goes_on_when_it_is_back(
    play: Player, sound: FakeSound, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    play.set_clip(_clip())
    play.play()
    _pump(sound, clock, LEAD_IN + RATE_HZ // 2)
    sound.unplug()
    assert play.is_playing is False
    assert not play.available
    assert play.reason == card.GONE
    assert play.position_s == 0.5
    assert play.play() is False
    assert play.reason == "No sound device was found, so nothing can be played. Everything else works."
    sound.n_channels = 2
    assert play.retry() is True
    assert play.reason == ""
    assert play.is_playing, "as before it was lost"
    assert play.position_s == 0.5
    assert "The sound device is gone" in caplog.text
    again = _pump(sound, clock, LEAD_IN + FADE + 1000)
    assert play.position_s == pytest.approx(0.5 + 1000 / RATE_HZ)
    assert again.any()


def test_a_device_that_is_back_much_later_waits_for_play(play: Player, sound: FakeSound, clock: Clock) -> None:
    play.set_clip(_clip())
    play.play()
    _pump(sound, clock, LEAD_IN + RATE_HZ // 2)
    sound.unplug()
    assert play.is_playing is False
    clock.now_s += 60.0
    sound.n_channels = 2
    assert play.retry() is True
    assert not play.is_playing
    assert play.position_s == 0.5
    assert play.play() is True


def test_playing_goes_on_with_the_default_device_when_the_chosen_one_is_pulled_out(clock: Clock) -> None:
    sound = FakeSound(names=("Speakers", "Headphones"))
    play = Player(backend=sound)
    play.choose_output("Headphones", 0.0)
    play.set_clip(_clip())
    play.play()
    assert sound.streams[-1].device == 1
    _pump(sound, clock, LEAD_IN + RATE_HZ // 2)
    sound.unplug("Headphones")
    assert play.is_playing
    assert sound.streams[-1].device is None
    assert play.position_s == 0.5
    assert play.take_notice() == "The sound device “Headphones” is gone, so playing goes on with “Speakers”."
    assert play.take_notice() == ""
    assert _pump(sound, clock, LEAD_IN + FADE + 100)[:, -1].any()
    sound.names = ("Speakers", "Headphones")
    play.retry()
    assert sound.streams[-1].device == 1, "the chosen one, as soon as it is looked for again"
    assert play.is_playing
    play.close()


def test_a_device_that_was_pulled_out_in_silence_is_replaced_when_play_is_pressed(clock: Clock) -> None:
    sound = FakeSound(names=("Speakers", "Headphones"))
    play = Player(backend=sound)
    play.choose_output("Headphones", 0.0)
    play.set_clip(_clip())
    play.warm()
    sound.unplug("Headphones")
    sound.streams[-1].start = lambda: _raise(sound)  # type: ignore[method-assign]
    assert play.play() is True
    assert sound.streams[-1].device is None
    assert _pump(sound, clock, LEAD_IN + 100)[:, -1].any()
    play.close()


def _raise(sound: FakeSound) -> None:
    raise sound.PortAudioError("Unanticipated host error [PaErrorCode -9999]")


def test_device_and_buffer_are_changed_while_it_plays_without_losing_the_position(clock: Clock) -> None:
    sound = FakeSound(names=("Speakers", "Headphones"))
    play = Player(backend=sound)
    assert play.card.names == ("Speakers", "Headphones")
    play.set_clip(_clip())
    play.play()
    assert sound.streams[-1].latency == card.AUTO_LATENCY_S[0]
    _pump(sound, clock, LEAD_IN + RATE_HZ // 2)
    play.choose_output("Headphones", 0.2)
    assert sound.streams[0].closed
    assert (sound.streams[-1].device, sound.streams[-1].latency) == (1, 0.2)
    assert play.is_playing
    assert play.position_s == 0.5
    play.choose_output("Headphones", 0.2)
    assert len(sound.streams) == 2, "the same choice changes nothing"
    play.close()


def test_the_automatic_buffer_grows_while_the_device_drops_out(play: Player, sound: FakeSound, clock: Clock) -> None:
    play.set_clip(_clip(10.0))
    play.play()
    _pump(sound, clock, LEAD_IN + 1000)
    asked = []
    for _ in range(5):
        sound.pump(LEAD_IN + 512)
        sound.streams[-1].status = True
        sound.pump(3 * 512)
        sound.streams[-1].status = False
        assert play.is_playing
        asked.append(sound.streams[-1].latency)
    assert asked == [*card.AUTO_LATENCY_S[1:], card.AUTO_LATENCY_S[-1], card.AUTO_LATENCY_S[-1]]


def test_a_chosen_buffer_stays_when_the_device_drops_out(play: Player, sound: FakeSound, clock: Clock) -> None:
    play.choose_output("", 0.05)
    play.set_clip(_clip())
    play.play()
    sound.streams[-1].status = True
    _pump(sound, clock, LEAD_IN + 5000)
    assert play.is_playing
    assert [stream.latency for stream in sound.streams] == [0.05]


def test_a_rate_that_is_promised_and_refused_is_resampled(play: Player, sound: FakeSound, clock: Clock) -> None:
    sound.refused_on_opening = (48_000,)
    time_s = np.arange(48_000) / 48_000
    play.set_clip(AudioClip((0.5 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32), 48_000))
    play.seek(0.25)
    assert play.play() is True
    assert play.is_playing
    assert [stream.samplerate for stream in sound.streams] == [44_100]
    heard = _pump(sound, clock, LEAD_IN + FADE + 4410)[0, LEAD_IN + FADE :]
    expected = 0.5 * np.sin(2 * np.pi * 440 * (0.25 + np.arange(4410) / 44_100))
    np.testing.assert_allclose(heard, expected, atol=1e-3)


def test_the_level_of_a_clip_is_heard_and_changed(play: Player, sound: FakeSound, clock: Clock) -> None:
    clip = _clip()
    play.set_clip(clip, level=0.5)
    play.play()
    np.testing.assert_array_equal(_pump(sound, clock, LEAD_IN + 1000)[:, LEAD_IN:], 0.5 * clip.samples[:, :1000])
    play.set_level(1.0)
    np.testing.assert_array_equal(_pump(sound, clock, 1000)[:, FADE:], clip.samples[:, 1000 + FADE : 2000])
    level = play.level
    assert level is not None
    assert level.peak == pytest.approx(tuple(np.abs(clip.samples[:, :2000]).max(axis=1)), rel=0.2)


def test_a_warm_device_plays_the_next_click_without_a_lead_in(play: Player, sound: FakeSound, clock: Clock) -> None:
    clip = _clip()
    play.set_clip(clip)
    play.warm()
    assert not _pump(sound, clock, 5000).any()
    play.play()
    assert np.array_equal(_pump(sound, clock, 512), clip.samples[:, :512])


def test_prepared_clips_need_no_resampling_when_they_are_set(
    play: Player, sound: FakeSound, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    low, other = _clip(rate_hz=16_000), _clip(rate_hz=48_000)
    play.prepare(low)
    play.set_clip(_clip())
    play.play()
    play.prepare(other)  # will be switched to while the first one plays
    monkeypatch.setattr(AudioClip, "resampled", None)
    play.set_clip(other, keep_position=True)
    play.set_clip(low)


def test_a_device_that_stops_asking_is_noticed(play: Player, sound: FakeSound, clock: Clock) -> None:
    play.set_clip(_clip(20.0))
    play.play()
    _pump(sound, clock, 1000)
    assert play.is_playing
    sound.n_channels = 0
    clock.now_s += 5.0
    assert not play.is_playing
    assert not play.available


def test_a_device_that_cannot_be_opened_is_said(play: Player, sound: FakeSound) -> None:
    play.set_clip(_clip())
    sound.n_channels = 0
    assert play.play() is False
    assert play.reason == "No sound device was found, so nothing can be played. Everything else works."


def test_a_device_that_another_program_holds_is_said(play: Player, sound: FakeSound) -> None:
    play.set_clip(_clip())
    sound.OutputStream = lambda **_: _raise(sound)  # type: ignore[method-assign]
    assert play.play() is False
    assert play.reason == (
        "The sound device could not be opened, so nothing can be played. "
        "Close other programs that use it, then press play again."
    )


def test_no_device_leaves_everything_else_working(clock: Clock) -> None:
    play = Player(backend=FakeSound(n_channels=0))
    assert not play.available
    assert play.reason == "No sound device was found, so nothing can be played. Everything else works."
    play.set_clip(_clip())
    play.seek(1.0)
    play.set_loop(0.5, 1.5)
    play.volume = 0.3
    assert play.position_s == 1.0  # the cursor can still be set by hand
    assert play.play() is False
    play.pause()
    play.stop()
    assert play.position_s == 0.5
    play.set_clip(None)
    assert play.play() is False
    play.close()


def test_close_frees_the_device_at_once(play: Player, sound: FakeSound, clock: Clock) -> None:
    play.set_clip(_clip())
    play.play()
    _pump(sound, clock, 1000)
    play.close()
    assert sound.streams[0].closed
    assert sound.streams[0].calls[-1] == "abort"
    assert not play.is_playing
