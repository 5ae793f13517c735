import numpy as np
import pytest
from analysis.material import RATE_HZ, clicks, demo, noise, shared, tones

from musemate.analysis.clicks import find_clicks
from musemate.analysis.fading import course, fading
from musemate.analysis.tones import foreign_tones
from musemate.audio.clip import AudioClip

CHORDS = [(45, 57, 64), (41, 53, 60), (48, 55, 64), (43, 50, 59)]


def plus(clip, samples):
    return AudioClip(clip.samples + np.asarray(samples, dtype=np.float32), clip.rate_hz)


def sine(clip, hz, level):
    return level * np.sin(2 * np.pi * hz * np.arange(clip.n_frames) / clip.rate_hz)


def impulses(clip, frames, level):
    samples = np.zeros(clip.n_frames)
    samples[frames] = level
    return samples


# clicks


def ringing():
    """A chord that is struck once: chords that follow each other without a pause meet with a click."""
    return tones([CHORDS[0]], seconds_each=6.0)


def test_inserted_clicks_are_found_where_they_are():
    fragment = ringing()
    frames = np.array([20_011, 50_000, 50_700, 90_123])
    found = find_clicks(plus(fragment, impulses(fragment, frames, 0.05)), fragment)
    assert found == pytest.approx(frames / RATE_HZ, abs=3 / RATE_HZ)


def test_a_jump_in_the_wave_is_a_click():
    fragment = ringing()
    sound = fragment.samples[0]
    first = 40_000 + int(np.argmax(sound[40_000:41_000]))
    jumped = np.concatenate([sound[:first], sound[first + 137 :]])  # about half a wave of the bass is missing
    found = find_clicks(AudioClip(jumped, RATE_HZ), fragment)
    assert found == pytest.approx([first / RATE_HZ], abs=0.002)


def test_outbreaks_within_two_milliseconds_are_one_click():
    fragment = ringing()
    found = find_clicks(plus(fragment, impulses(fragment, [50_000, 50_010, 50_020], 0.05)), fragment)
    assert len(found) == 1


def test_strokes_noise_and_hard_ends_are_no_clicks():
    times = np.arange(0.5, 7.5, 0.5)
    assert len(find_clicks(clicks(times, 8.0), clicks(times + 0.1, 8.0))) == 0  # bursts of 30 ms are drums
    assert len(find_clicks(noise(8.0), ringing())) == 0
    assert len(find_clicks(noise(8.0, level=0.001), noise(8.0))) == 0
    music = demo()
    assert len(find_clicks(music.region(3.3, 5.1), music)) == 0


def test_what_crackles_in_the_fragment_is_no_fault():
    sound = ringing()
    crackling = plus(sound, impulses(sound, [30_000, 60_000], 0.3))
    assert len(find_clicks(crackling.region(1.0), crackling)) == 0
    assert len(find_clicks(crackling, sound)) == 2


# foreign tones


def test_a_quiet_sine_is_found_in_music_with_its_level():
    fragment = demo()
    (tone,) = foreign_tones(plus(fragment, sine(fragment, 3_030.0, 0.006)), fragment)
    assert tone.hz == pytest.approx(3_030.0, abs=2.0)
    assert tone.level_db == pytest.approx(20 * np.log10(0.006), abs=4.0)
    assert tone.over_db > 10


def test_a_tone_is_found_in_the_section_where_it_is():
    fragment = noise(30.0)
    samples = sine(fragment, 1_500.0, 0.02)
    samples[: 20 * RATE_HZ] = 0.0
    (tone,) = foreign_tones(plus(fragment, samples), fragment)
    assert tone.hz == pytest.approx(1_500.0, abs=2.0)
    assert tone.start_s == pytest.approx(20.0, abs=0.5)


def test_the_fragments_own_tones_are_not_foreign():
    hum = noise(20.0)
    hum = plus(hum, sine(hum, 1_500.0, 0.02))
    other = noise(12.0)
    assert foreign_tones(plus(other, sine(other, 1_506.0, 0.02)), hum) == ()  # 7 cents off
    assert len(foreign_tones(plus(other, sine(other, 1_600.0, 0.02)), hum)) == 1


def test_music_in_another_order_has_no_foreign_tone():
    fragment = tones(CHORDS * 5)
    assert foreign_tones(tones(list(reversed(CHORDS)) * 5), fragment) == ()
    music = demo()
    assert foreign_tones(AudioClip(np.roll(music.samples, 9 * 44_100, axis=1), 44_100), music) == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["guitar_real", "sax_real", "hungarian_dance_5", "lets_go_fishin", "vibe_ace"])
def test_half_of_a_clip_has_no_faults_against_the_other(name):
    clip = shared(f"{name}.flac").region(0.0, 25.0)
    half_s = clip.duration_s / 2
    first, second = clip.region(0.0, half_s), clip.region(half_s)
    assert len(find_clicks(second, first)) == 0
    assert foreign_tones(second, first) == ()


# fading


def test_levels_and_noisiness_are_those_of_known_sounds():
    tone = tones([(69,)], seconds_each=4.0)
    level_db, flatness_db = course(noise(10.0)).looks(0.0, 10.0)
    assert level_db == pytest.approx(-20.0 + 10 * np.log10((0.45 * RATE_HZ - 40) / (RATE_HZ / 2)), abs=0.3)
    assert flatness_db == pytest.approx(-2.5, abs=0.3)  # a chi square of two degrees of freedom
    assert course(tone).looks(0.5, 3.0)[1] < -30
    loud = AudioClip(sine(tone, 1_000.0, 1.0), RATE_HZ)
    assert course(loud).looks(0.5, 3.0)[0] == pytest.approx(-3.01, abs=0.1)


def test_a_steady_take_stays_inside():
    fragment = tones(CHORDS * 10)
    steady = fading(tones(CHORDS * 30), fragment)
    assert steady.level_change_db == pytest.approx(0.0, abs=0.1)
    assert steady.level_outside_db == pytest.approx(0.0, abs=0.1)
    assert steady.flatness_outside_db == pytest.approx(0.0, abs=0.5)


def test_a_fade_to_noise_shows_in_level_and_flatness():
    fragment = tones(CHORDS * 10)
    take = tones(CHORDS * 30)
    gain = np.linspace(0.0, -20.0, take.n_frames)
    faded = plus(AudioClip(take.samples * 10 ** (gain / 20), RATE_HZ), noise(60.0, level=0.001).samples)
    shown = fading(faded, fragment)
    # the middles of first and last 20 s of 60 s are 40 s apart: two thirds of the fall
    assert shown.level_change_db == pytest.approx(-13.3, abs=1.0)
    assert shown.level_outside_db == pytest.approx(-18.3, abs=1.5)
    assert shown.flatness_change_db > 5
    assert shown.flatness_outside_db > 10


def test_a_burst_in_the_middle_is_the_worst_window():
    fragment = tones(CHORDS * 10)
    take = tones(CHORDS * 30)
    gain = np.ones(take.n_frames)
    gain[25 * RATE_HZ : 35 * RATE_HZ] = 2.0
    shown = fading(AudioClip(take.samples * gain, RATE_HZ), fragment)
    assert shown.level_outside_db == pytest.approx(6.0, abs=0.3)
    assert abs(shown.level_change_db) < 0.1


def test_silence_is_quiet_but_has_no_colour():
    fragment = tones(CHORDS * 10)
    silent = AudioClip(np.zeros(30 * RATE_HZ, np.float32), RATE_HZ)
    shown = fading(silent, fragment)
    assert shown.level_outside_db < -60
    assert np.isnan(shown.flatness_outside_db)
