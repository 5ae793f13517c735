"""Prepared sounds differ in nothing but what is to be judged; measured in the files that are heard."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import soundfile

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip
from musemate.audio.loudness import integrated_lufs
from musemate.errors import StudyError
from musemate.study.band import band_of, limited
from musemate.study.records import Truth
from musemate.study.sounds import Source, prepare
from musemate.study.template import Rules


def noise(seconds=2.0, rate_hz=32_000, channels=2, level=0.1, seed=0, limit_hz=0.0):
    """Return music's rough shape: noise that falls by 6 dB an octave, louder and softer in turn."""
    rng = np.random.default_rng(seed)
    n = round(seconds * rate_hz)
    spectrum = np.fft.rfft(rng.standard_normal((channels, n)))
    frequencies = np.fft.rfftfreq(n, 1 / rate_hz)
    spectrum *= 200 / np.maximum(frequencies, 200)
    samples = np.fft.irfft(spectrum, n) * (1.2 + np.sin(np.arange(n) / rate_hz * 9 + seed))
    clip = AudioClip((level * samples / np.abs(samples).max()).astype(np.float32), rate_hz)
    return limited(clip, limit_hz) if limit_hz else clip


def source(clip, label="x", is_real=False, name="one"):
    return Source(name, Truth("", is_real, "fragment" if is_real else "take", label), lambda: clip)


def made(sources, folder, **rules):
    work = prepare(sources, Rules(**rules), folder)
    shares = []
    while True:
        try:
            shares.append(next(work))
        except StopIteration as stop:
            assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] < 1
            return stop.value


def flac_blocks(data):
    """Return the blocks of metadata of a FLAC file by their types (RFC 9639, section 8)."""
    assert data[:4] == b"fLaC"
    blocks, at, is_last = {}, 4, False
    while not is_last:
        kind, length = data[at] & 0x7F, int.from_bytes(data[at + 1 : at + 4])
        is_last = bool(data[at] & 0x80)
        blocks[kind] = data[at + 4 : at + 4 + length]
        at += 4 + length
    return blocks


STREAM, PADDING, SEEKING, COMMENTS = 0, 1, 3, 4
MIXED = (
    {"seconds": 3.0, "rate_hz": 32_000, "channels": 2, "level": 0.9, "seed": 1},
    {"seconds": 2.0, "rate_hz": 16_000, "channels": 2, "level": 0.02, "seed": 2},
    {"seconds": 2.5, "rate_hz": 22_050, "channels": 1, "level": 0.3, "seed": 3},
)


@pytest.fixture
def mixed():
    return [source(noise(**values), f"sound {index}", index == 0) for index, values in enumerate(MIXED)]


def share_above_db(clip, limit_hz):
    power = np.abs(np.fft.rfft(clip.samples * np.hanning(clip.n_frames))) ** 2
    frequencies = np.fft.rfftfreq(clip.n_frames, 1 / clip.rate_hz)
    return 10 * np.log10(power[:, frequencies > limit_hz].sum() / power.sum())


def test_all_are_equally_long_loud_wide_and_high(mixed, tmp_path):
    ready = made(mixed, tmp_path)
    assert (ready.rate_hz, ready.n_channels, ready.n_frames, ready.band_hz) == (32_000, 1, 64_000, 8_000)
    clips = [read_clip(sound.file) for sound in ready.sounds]
    assert {(clip.rate_hz, clip.n_channels, clip.n_frames) for clip in clips} == {(32_000, 1, 64_000)}
    lufs = [integrated_lufs(clip) for clip in clips]
    assert max(lufs) - min(lufs) <= 0.1 and abs(lufs[0] - ready.lufs) <= 0.05
    assert max(clip.peak for clip in clips) <= 10 ** (-1 / 20)
    assert max(share_above_db(clip, ready.band_hz) for clip in clips) < -60
    for clip in clips:
        assert abs(clip.samples[:, 0]).max() < 1e-3 and abs(clip.samples[:, -1]).max() < 1e-3
    assert ready.notes == ("All sounds are cut off at 8000 Hz, as “sound 1” is.",)


def test_what_is_below_the_limit_stays_as_it_was(tmp_path):
    clip = noise(rate_hz=32_000, channels=1, seed=4)
    (ready,) = made([source(clip)], tmp_path, band_limit="8000").sounds
    heard = read_clip(ready.file).samples[0].astype(np.float64) / 10 ** (ready.stimulus.gain_db / 20)
    inner = slice(2000, -2000)
    before, after = np.fft.rfft(clip.samples[0][inner]), np.fft.rfft(heard[inner])
    kept = np.fft.rfftfreq(len(heard[inner]), 1 / 32_000) < 0.91 * 8000
    assert np.abs(before - after)[kept].max() < 1e-2 * np.abs(before).max()
    assert np.sum(np.abs(before - after)[kept] ** 2) < 1e-5 * np.sum(np.abs(before)[kept] ** 2)


def test_files_hold_only_sound(mixed, tmp_path):
    ready = made(mixed, tmp_path)
    assert {sound.file for sound in ready.sounds} == set(tmp_path.iterdir())
    for sound in ready.sounds:
        info = soundfile.info(sound.file)
        assert (info.format, info.subtype) == ("FLAC", "PCM_24")
        blocks = flac_blocks(sound.file.read_bytes())
        assert blocks.keys() <= {STREAM, PADDING, SEEKING, COMMENTS}
        (n_vendor,) = struct.unpack_from("<I", blocks[COMMENTS])
        assert blocks[COMMENTS][4:].startswith(b"reference libFLAC") and len(blocks[COMMENTS]) == 8 + n_vendor
        assert not any(blocks.get(PADDING, b""))
        assert sound.file.stem == sound.stimulus.token == sound.truth.token
    tokens = {sound.stimulus.token for sound in ready.sounds}
    assert len(tokens) == 3 and all(len(token) == 12 for token in tokens)


def test_a_peaky_sound_lowers_all_instead_of_being_clipped(tmp_path):
    samples = noise(channels=1, level=0.01).samples.copy()
    samples[0, 30_000] = 0.99
    ready = made([source(AudioClip(samples, 32_000), "the click"), source(noise(channels=1, level=0.9))], tmp_path)
    clips = [read_clip(sound.file) for sound in ready.sounds]
    lufs = [integrated_lufs(clip) for clip in clips]
    assert ready.lufs < -30 and max(lufs) - min(lufs) <= 0.1
    assert [note.partition(" LUFS, ")[2] for note in ready.notes] == [
        "so that the peaks of “the click” are not cut off: turn up the volume."
    ]
    assert 10 ** (-1.5 / 20) < clips[0].peak <= 10 ** (-1 / 20)


def test_sounds_with_long_silences_are_matched_too(tmp_path):
    samples = noise(seconds=4.0, channels=1, level=0.5).samples.copy()
    samples[:, 30_000:] *= 1e-3
    ready = made([source(AudioClip(samples, 32_000)), source(noise(4.0, channels=1, seed=6))], tmp_path)
    lufs = [integrated_lufs(read_clip(sound.file)) for sound in ready.sounds]
    assert max(lufs) - min(lufs) <= 0.1


def test_an_anchor_is_a_low_passed_copy_of_a_real_clip(mixed, tmp_path):
    ready = made(mixed, tmp_path, anchor_hz=3500)
    anchor = ready.sounds[-1]
    assert len(ready.sounds) == 4
    assert (anchor.truth.origin, anchor.truth.label) == ("anchor", "sound 0, low-passed at 3500 Hz")
    clips = [read_clip(sound.file) for sound in ready.sounds]
    assert share_above_db(clips[-1], 3500) < -60 < share_above_db(clips[0], 3500)
    lufs = [integrated_lufs(clip) for clip in clips]
    assert max(lufs) - min(lufs) <= 0.1


def test_the_longest_length_counts_and_the_beginning_stays(tmp_path):
    clip = noise(seconds=4.0, channels=1)
    (ready,) = made([source(clip)], tmp_path, longest_s=1.5, band_limit="none").sounds
    heard = read_clip(ready.file)
    assert heard.n_frames == 48_000
    gain = 10 ** (ready.stimulus.gain_db / 20)
    assert np.abs(heard.samples[:, 1000:-1000] - gain * clip.samples[:, 1000:47_000]).max() < 1e-4


def test_one_short_sound_that_cuts_all_others_is_named(tmp_path):
    ready = made([source(noise(4.0)), source(noise(1.2), "the stub"), source(noise(4.0))], tmp_path)
    assert ready.n_frames == 38_400
    assert ready.notes == ("All sounds are cut to 1.20 s, the length of “the stub”.",)


@pytest.mark.parametrize(
    ("clip", "said"),
    [
        (AudioClip(np.zeros((1, 40_000), np.float32), 16_000), "“bad” is silent"),
        (noise(0.9), "“bad” is only 0.90 s long; a study needs at least 1.0 s"),
        (noise(channels=1, level=2e-4), "“bad” is too quiet"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(clip, said, tmp_path):
    with pytest.raises(StudyError, match=said) as caught:
        made([source(noise()), source(clip, "bad")], tmp_path)
    assert caught.value.hint.startswith("Leave it out")


@pytest.mark.parametrize("limit_hz", [4000, 7500, 11_000])
def test_a_cut_is_found_where_it_is(limit_hz):
    assert band_of(noise(rate_hz=32_000, limit_hz=limit_hz)) == pytest.approx(limit_hz, rel=0.08)


def test_a_resampled_sound_is_known_as_narrow(tmp_path):
    assert band_of(noise(rate_hz=16_000).resampled(44_100)) == pytest.approx(8_000, rel=0.08)


def test_a_dark_sound_is_no_narrow_one():
    clip = noise(rate_hz=32_000, channels=1)
    spectrum = np.fft.rfft(clip.samples)
    spectrum *= (300 / np.maximum(np.fft.rfftfreq(clip.n_frames, 1 / 32_000), 300)) ** 2  # 18 dB an octave in all
    assert band_of(AudioClip(np.fft.irfft(spectrum, clip.n_frames).astype(np.float32), 32_000)) == 16_000
