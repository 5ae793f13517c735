"""Reading: good files give their samples, bad ones a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bad_files import RATE_HZ, BadFile, lie_about_size, make_bad_files, make_odd_files, make_tone, write_tone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musemate.audio import container, ffmpeg, files
from musemate.audio.files import READABLE_SUFFIXES, probe, read_clip
from musemate.errors import AudioFileError, MuseMateError, SettingsError, TooShortError

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory: pytest.TempPathFactory) -> list[BadFile]:
    return make_bad_files(tmp_path_factory.mktemp("bad"))


def test_bad_files_are_refused_with_the_right_sentence(bad_files: list[BadFile]) -> None:
    wrong = []
    for bad in bad_files:
        with pytest.raises(AudioFileError) as caught:
            read_clip(bad.path)
        if not bad.is_said_by(caught.value):
            wrong.append((bad.path.name[:40], caught.value.message, caught.value.hint))
    assert wrong == []


def test_a_look_at_a_bad_file_says_nothing_else_than_reading_it(bad_files: list[BadFile]) -> None:
    found = 0
    for bad in bad_files:
        try:
            probe(bad.path)
        except AudioFileError as error:
            assert bad.is_said_by(error), (bad.path.name[:40], error.message)
            found += 1
    assert found >= 25  # the others are bad further inside, or only too short


def test_one_bad_file_does_not_stop_the_others(bad_files: list[BadFile], tmp_path: Path) -> None:
    loaded = []
    for path in [*(bad.path for bad in bad_files), write_tone(tmp_path / "good.wav")]:
        try:
            loaded.append(read_clip(path))
        except AudioFileError:
            continue
    assert len(loaded) == 1


def test_odd_files_load_whole(tmp_path: Path) -> None:
    for odd in make_odd_files(tmp_path):
        clip, info = read_clip(odd.path), probe(odd.path)
        assert (clip.rate_hz, clip.samples.shape) == (odd.rate_hz, odd.samples.shape), odd.path.name
        assert np.abs(clip.samples - odd.samples).max() <= odd.tolerance, odd.path.name
        assert (info.rate_hz, info.n_channels, info.n_frames) == (odd.rate_hz, *odd.samples.shape), odd.path.name
        assert info.duration_s == clip.duration_s


@pytest.mark.parametrize("ending", ["ogg", "mp3"])
def test_lossy_files_sound_like_their_source(tmp_path: Path, ending: str) -> None:
    path, tone = tmp_path / f"song.{ending}", make_tone()
    soundfile.write(path, tone.T, RATE_HZ)
    clip = read_clip(path)
    assert clip.samples.shape == tone.shape
    assert np.corrcoef(clip.samples.ravel(), tone.ravel())[0, 1] > 0.97


def test_a_header_that_promises_4_gb_allocates_none(tmp_path: Path) -> None:
    path = lie_about_size(write_tone(tmp_path / "lie.wav", seconds=2.0), 0xFFFFFFF0)
    tracemalloc.start()
    with pytest.raises(AudioFileError, match=r"6 h 45 min of sound, but only 2\.00 s"):
        read_clip(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_a_file_with_a_large_header_promise_inside_rf64_is_read_by_its_long_size(tmp_path: Path) -> None:
    path = tmp_path / "song.rf64"
    soundfile.write(path, make_tone().T, RATE_HZ, format="RF64")
    chunk = container.find_sound_chunk(path)
    assert chunk is not None
    assert chunk.promised == RATE_HZ * 2 * 2
    assert np.array_equal(read_clip(path).samples, make_tone())


def test_a_few_missing_frames_are_no_damage(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "song.wav")
    path.write_bytes(path.read_bytes()[:-400])
    assert read_clip(path).n_frames == RATE_HZ - 100


def test_a_region_is_cut_to_the_sample_and_limited_to_the_end(tmp_path: Path) -> None:
    tone = make_tone(3.0)
    for ending in ("wav", "flac"):
        path = tmp_path / f"song.{ending}"
        soundfile.write(path, tone.T, RATE_HZ)
        assert np.array_equal(read_clip(path, 1.0, 0.75).samples, tone[:, 44_100 : 44_100 + 33_075])
        assert np.array_equal(read_clip(path, 2.0, 99.0).samples, tone[:, 88_200:])
        assert np.array_equal(read_clip(path, 2.0).samples, tone[:, 88_200:])


@pytest.mark.parametrize("ending", ["ogg", "mp3"])
def test_a_region_of_a_lossy_file_is_the_same_sound_as_in_the_whole(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"song.{ending}"
    soundfile.write(path, make_tone(3.0).T, RATE_HZ)
    whole = read_clip(path).samples
    np.testing.assert_allclose(read_clip(path, 1.0, 1.0).samples, whole[:, 44_100:88_200], atol=1e-5)


def test_a_long_file_is_read_in_blocks_that_fit_together(tmp_path: Path) -> None:
    tone = make_tone(8.0, n_channels=1)
    soundfile.write(tmp_path / "long.wav", tone.T, RATE_HZ)
    assert tone.shape[1] > 4 * 65_536
    assert np.array_equal(read_clip(tmp_path / "long.wav").samples, tone)


@pytest.mark.parametrize(
    ("start_s", "length_s", "error", "message"),
    [
        (-1.0, None, SettingsError, "A region cannot start at -1 s."),
        (float("nan"), None, SettingsError, "A region cannot start at nan s."),
        (0.0, 0.0, SettingsError, "A region cannot be 0 s long."),
        (0.0, float("inf"), SettingsError, "A region cannot be inf s long."),
        (5.0, None, TooShortError, 'The region starts at 5.00 s, after the end of "song.wav".'),
        (0.9, None, TooShortError, 'The region of "song.wav" is only 0.10 s long; MuseMate needs at least 0.5 s.'),
        (0.501, None, TooShortError, 'The region of "song.wav" is only 0.49 s long; MuseMate needs at least 0.5 s.'),
        (0.0, 0.2, TooShortError, 'The region of "song.wav" is only 0.20 s long; MuseMate needs at least 0.5 s.'),
    ],
)
def test_regions_without_meaning(
    tmp_path: Path, start_s: float, length_s: float | None, error: type[MuseMateError], message: str
) -> None:
    path = write_tone(tmp_path / "song.wav")
    with pytest.raises(error) as caught:
        read_clip(path, start_s, length_s)
    assert caught.value.message == message
    assert caught.value.hint


def test_internal_callers_may_read_short_and_silent_sounds(tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros((441, 1)), RATE_HZ)
    assert read_clip(path, min_s=0.005, allow_silence=True).n_frames == 441


def test_a_silent_region_of_a_sounding_file_is_named(tmp_path: Path) -> None:
    sound = np.concatenate([np.zeros((2, RATE_HZ), dtype=np.float32), make_tone()], axis=1)
    soundfile.write(tmp_path / "song.wav", sound.T, RATE_HZ)
    with pytest.raises(AudioFileError, match=r'^"song\.wav" is silent in the chosen region\.$'):
        read_clip(tmp_path / "song.wav", 0.0, 0.9)


def test_a_file_that_is_too_long_to_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_SAMPLES", 200_000)
    path = write_tone(tmp_path / "concert.wav", seconds=4.0)
    too_long = r'^"concert.wav" is longer than the 2\.27 s that MuseMate can load'
    with pytest.raises(AudioFileError, match=too_long):
        read_clip(path)
    with pytest.raises(AudioFileError, match=too_long):
        read_clip(path, 0.5, 3.0)
    assert read_clip(path, 3.0, 1.0).duration_s == 1.0


def test_a_file_that_is_too_long_and_does_not_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_tone(tmp_path / "concert.wav", seconds=4.0)
    monkeypatch.setattr(files, "MAX_SAMPLES", 200_000)
    monkeypatch.setattr(files, "_check_room", lambda *_: None)
    with pytest.raises(AudioFileError, match=r'^"concert.wav" is longer than the 2\.97 s that MuseMate can load'):
        read_clip(path)


def test_a_device_is_not_opened(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(AudioFileError, match=r'^"pipe.wav" is a device, not an audio file\.$'):
        read_clip(tmp_path / "pipe.wav")


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    try:
        path.write_bytes(b"")
    except (OSError, UnicodeError):
        pytest.skip("this file system only takes names that are text")
    with pytest.raises(AudioFileError, match=r'^"caf\?\.wav" is empty'):
        read_clip(path)
    write_tone(tmp_path / "song.wav").replace(path)
    assert read_clip(path).n_frames == RATE_HZ


def test_a_name_with_a_null_in_it() -> None:
    with pytest.raises(AudioFileError, match=r'^"a\?b.wav" has a name or path that this computer cannot open\.$'):
        read_clip("a\0b.wav")


NO_PERMISSION = '"secret.wav" may not be read: permission was denied.'


def test_no_permission(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "secret.wav")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything; see the next tests")
    with pytest.raises(AudioFileError) as caught:
        read_clip(path)
    assert caught.value.message == NO_PERMISSION


def test_no_permission_as_another_user() -> None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can become another user")
    code = (
        "import os, sys, soundfile; from musemate.audio.files import read_clip; from musemate.errors import *\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: read_clip(sys.argv[1])\n"
        "except AudioFileError as error: print(error.message); print(error.hint)\n"
    )
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to other users as a whole
        folder = Path(name)
        folder.chmod(0o755)
        path = write_tone(folder / "secret.wav")
        path.chmod(0o600)
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], cwd=REPOSITORY, capture_output=True, text=True, timeout=180
        )
    hint = "Change its permissions, or copy it to a folder of your own."
    assert done.stdout.splitlines() == [NO_PERMISSION, hint], done.stderr


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (PermissionError(13, "Permission denied"), NO_PERMISSION),
        (OSError(5, "Input/output error"), '"secret.wav" could not be read from its disk.'),
        (FileNotFoundError(2, "No such file"), '"secret.wav" was not found.'),
    ],
)
def test_the_system_refuses_to_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, message: str
) -> None:
    path = write_tone(tmp_path / "secret.wav")

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AudioFileError) as caught:
        read_clip(path)
    assert caught.value.message == message


# ---- what ffmpeg decodes


@pytest.fixture(scope="module")
def m4a(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if not ffmpeg.has_ffmpeg():
        pytest.skip("ffmpeg is not installed")
    folder = tmp_path_factory.mktemp("m4a")
    source = write_tone(folder / "song.wav", seconds=2.0)
    path = folder / "song – 曲.m4a"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(source), "-movflags", "+faststart", str(path)]
    subprocess.run(command, check=True, timeout=180)
    yield path


def test_m4a_is_decoded_by_ffmpeg(m4a: Path) -> None:
    clip, info, tone = read_clip(m4a), probe(m4a), make_tone(2.0)
    assert (clip.rate_hz, clip.n_channels) == (RATE_HZ, 2)
    assert clip.duration_s == pytest.approx(2.0, abs=0.05)
    assert np.corrcoef(clip.samples[:, :80_000].ravel(), tone[:, :80_000].ravel())[0, 1] > 0.97
    assert info.needs_ffmpeg
    assert info.n_frames == clip.n_frames
    assert np.array_equal(read_clip(m4a, 1.0, 0.5).samples, clip.samples[:, 44_100:66_150])


def test_m4a_without_ffmpeg_says_so(m4a: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(AudioFileError) as caught:
        read_clip(m4a)
    assert caught.value.message == '"song – 曲.m4a" needs the free program ffmpeg, which is not installed here.'
    assert caught.value.hint == "Install ffmpeg (ffmpeg.org) and open the file again, or convert it to WAV."


def test_no_program_is_taken_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / ("ffmpeg.exe" if sys.platform == "win32" else "ffmpeg")
    planted.write_text("#!/bin/sh\n")
    planted.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ffmpeg.has_ffmpeg()
    monkeypatch.chdir(tmp_path)
    assert not ffmpeg.has_ffmpeg()
    monkeypatch.setenv("PATH", ".")
    assert not ffmpeg.has_ffmpeg()


def test_a_cut_m4a_is_damaged(m4a: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.m4a"
    path.write_bytes(m4a.read_bytes()[:12_000])
    with pytest.raises(AudioFileError, match=r'^"cut.m4a" is damaged or cut off and cannot be decoded\.$') as caught:
        read_clip(path)
    assert caught.value.detail


def test_a_video_without_sound(tmp_path: Path) -> None:
    if not ffmpeg.has_ffmpeg():
        pytest.skip("ffmpeg is not installed")
    path = tmp_path / "video.mp4"
    source = ["-f", "lavfi", "-i", "testsrc=duration=1:size=64x64:rate=5"]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *source, str(path)], check=True, timeout=180)
    with pytest.raises(AudioFileError, match=r'^"video.mp4" holds no sound\.$'):
        read_clip(path)


def test_a_region_behind_the_end_of_an_m4a(m4a: Path) -> None:
    with pytest.raises(TooShortError, match=r"^The region starts at 30\.0 s, after the end of"):
        read_clip(m4a, 30.0)


def test_an_mp3_of_unknown_length_is_decoded_whole(tmp_path: Path) -> None:
    if not ffmpeg.has_ffmpeg():
        pytest.skip("ffmpeg is not installed")
    source, path = write_tone(tmp_path / "song.wav", seconds=4.0), tmp_path / "song.mp3"
    silence_first = ["-af", "volume=0:enable='lt(t,1)'"]  # so that the first bit rate says nothing about the others
    options = ["-write_xing", "0", "-q:a", "2", str(path)]
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(source), *silence_first, *options]
    subprocess.run(command, check=True, timeout=180)
    assert not container.mp3_knows_its_length(path)
    assert soundfile.info(path).duration != pytest.approx(4.0, abs=0.1)
    assert read_clip(path).duration_s == pytest.approx(4.0, abs=0.1)


# ---- whatever else is in a file


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 200), value=st.binary(min_size=1, max_size=8), keep=st.integers(0, 60_000))
def test_a_broken_header_never_raises_anything_else(tmp_path: Path, at: int, value: bytes, keep: int) -> None:
    data = bytearray(write_tone(tmp_path / "song.wav", seconds=0.6).read_bytes())
    data[at : at + len(value)] = value
    path = tmp_path / "broken.wav"
    path.write_bytes(data[:keep] if keep < 50_000 else data)
    try:
        clip = read_clip(path)
    except MuseMateError as error:
        assert error.message.startswith('"broken.wav" ')
        assert error.hint
    else:
        assert np.isfinite(clip.samples).all()


def test_every_recording_of_the_shared_set_is_decoded_whole(shared_audio: Path) -> None:
    found = sorted(shared_audio.glob("*.flac"))
    assert len(found) == 14
    for path in found:
        info = soundfile.info(path)
        if info.samplerate < 8000:
            with pytest.raises(AudioFileError, match=r"has a sample rate of 4000 Hz, which is not supported\.$"):
                read_clip(path)
            continue
        clip = read_clip(path)
        assert (clip.n_channels, clip.n_frames, clip.rate_hz) == (info.channels, info.frames, info.samplerate)
        assert np.array_equal(clip.samples, soundfile.read(path, dtype="float32", always_2d=True)[0].T)


def test_the_endings_of_the_promised_formats_are_offered() -> None:
    assert {".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3", ".m4a", ".aac", ".wma"} <= set(READABLE_SUFFIXES)
