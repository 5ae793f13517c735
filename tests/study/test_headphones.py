"""The tones of the headphone check are what they should be, and the music before the first trial is as loud as it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from made_study import sample

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.audio.loudness import integrated_lufs
from musemate.study.checksounds import level_music, make_check_sounds
from musemate.study.headphones import GAP_S, N_TONES, N_TRIALS, TONE_HZ, TONE_S, outcome, tone_at, tone_trials


def tones(clip: AudioClip) -> list[np.ndarray]:
    step, length = round((TONE_S + GAP_S) * clip.rate_hz), round(TONE_S * clip.rate_hz)
    return [clip.samples[:, place * step : place * step + length] for place in range(N_TONES)]


def test_each_trial_has_one_softer_tone_and_one_that_is_turned() -> None:
    softest, turned = [], []
    for trial in tone_trials(3):
        levels = [float(np.sqrt(np.mean(tone[0] ** 2))) for tone in tones(trial.clip)]
        ordered = sorted(levels)
        assert levels.index(ordered[0]) == trial.softest
        assert 20 * np.log10(ordered[0] / ordered[1]) == pytest.approx(-6.0, abs=0.01)
        assert ordered[1] == pytest.approx(ordered[2])
        sums = [float(np.abs(tone.sum(axis=0)).max()) for tone in tones(trial.clip)]
        assert sums.index(min(sums)) != trial.softest and min(sums) == 0, "over a single loudspeaker it vanishes"
        softest.append(trial.softest)
        turned.append(sums.index(min(sums)))
    assert len(softest) == N_TRIALS
    assert Counter(softest) == Counter(turned) == {0: 2, 1: 2, 2: 2}


def test_a_tone_has_its_pitch_and_no_click() -> None:
    tone = tones(tone_trials(1)[0].clip)[0][0]
    spectrum = np.abs(np.fft.rfft(tone))
    assert int(spectrum.argmax()) / TONE_S == pytest.approx(TONE_HZ, abs=1)
    assert abs(tone[0]) < 1e-3 and abs(tone[-1]) < 1e-3


def test_the_order_is_another_one_each_time() -> None:
    orders = {tuple(trial.softest for trial in tone_trials(seed)) for seed in range(8)}
    assert len(orders) > 4
    assert [t.softest for t in tone_trials(5)] == [t.softest for t in tone_trials(5)]


def test_it_is_known_which_tone_sounds() -> None:
    assert [tone_at(at) for at in (0.5, 1.2, 1.6, 3.9, 4.1)] == [0, -1, 1, 2, -1]


def test_five_of_six_pass() -> None:
    assert [outcome(n) for n in (4, 5, 6)] == ["failed", "passed", "passed"]


def test_the_music_is_as_loud_as_the_samples(tmp_path: Path) -> None:
    loud = sample(1, 3.0)
    like = AudioClip(0.5 * loud.samples, loud.rate_hz)
    assert integrated_lufs(level_music(like)) == pytest.approx(integrated_lufs(like), abs=0.1)
    loud = AudioClip(np.sign(like.samples).astype(np.float32), like.rate_hz)
    assert level_music(loud).peak < 1.0, "never distorted, whatever the samples are"
    like_file = write_wav(tmp_path / "like.wav", like)
    (tmp_path / "none").mkdir()
    assert make_check_sounds(tmp_path / "none", like_file, None).tones == ()
    sounds = make_check_sounds(tmp_path, like_file, 1)
    assert len(sounds.tones) == N_TRIALS
    music = read_clip(sounds.level[0])
    assert integrated_lufs(music) == pytest.approx(integrated_lufs(like), abs=0.1)
    assert music.duration_s == pytest.approx(sounds.level[1])
