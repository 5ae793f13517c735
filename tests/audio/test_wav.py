"""Writing: what comes back is what went in, and a failure leaves nothing behind."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
import soundfile
from bad_files import RATE_HZ, make_tone
from hypothesis import given, settings
from hypothesis import strategies as st

from musemate.audio import safe_write
from musemate.audio.clip import LOWEST_RATE_HZ, AudioClip
from musemate.audio.files import count_overs, fresh_path, read_clip, write_wav
from musemate.audio.pcm import encoded
from musemate.audio.safe_write import PART_SUFFIX, shorten, write_safely
from musemate.errors import AudioFileError, ExportError, MuseMateError, SettingsError

SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "32f": "FLOAT"}


def _steps(bits: int, n_channels: int = 2, n_frames: int = 70_001) -> AudioClip:
    """Return noise that is exact in so many bits, with both ends of the range in it."""
    full = 1 << (bits - 1)
    steps = np.random.default_rng(bits).integers(-full, full, (n_channels, n_frames))
    steps[:, :4] = [-full, full - 1, 0, -1]
    return AudioClip((steps / full).astype(np.float32), RATE_HZ)


def _fine(seconds: float = 1.0, level: float = 0.5) -> AudioClip:
    rng = np.random.default_rng(3)
    return AudioClip((level * rng.uniform(-1, 1, (2, round(seconds * RATE_HZ)))).astype(np.float32), RATE_HZ)


# ---- samples


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize(("depth", "bits"), [("16", 16), ("24", 24), ("32f", 24)])
def test_samples_come_back_bit_for_bit(tmp_path: Path, depth: str, bits: int, n_channels: int) -> None:
    clip = _steps(bits, n_channels)
    path = write_wav(tmp_path / "song.wav", clip, depth)
    assert np.array_equal(read_clip(path).samples, clip.samples)
    assert np.array_equal(soundfile.read(path, dtype="float32", always_2d=True)[0].T, clip.samples)


@pytest.mark.parametrize("depth", ["16", "24", "32f"])
def test_other_programs_read_the_header(tmp_path: Path, depth: str) -> None:
    path = write_wav(tmp_path / "song.wav", _steps(16, 1, 1000), depth)
    info = soundfile.info(path, verbose=True)
    assert (info.format, info.subtype, info.samplerate) == ("WAV", SUBTYPES[depth], RATE_HZ)
    assert (info.channels, info.frames) == (1, 1000)
    assert "should be" not in info.extra_info  # how libsndfile marks sizes that it had to correct


def test_an_odd_number_of_bytes_is_padded(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "song.wav", _steps(24, 1, 1001), "24")
    size = path.stat().st_size
    assert size == 44 + 3003 + 1
    assert int.from_bytes(path.read_bytes()[4:8], "little") == size - 8
    assert soundfile.info(path).frames == 1001


def test_real_recordings_survive_every_depth(shared_audio: Path, tmp_path: Path) -> None:
    for number, name in enumerate(("vibe_ace", "sax_real")):
        clip = read_clip(shared_audio / f"{name}.flac")
        for depth in ("16", "24", "32f"):
            path = write_wav(tmp_path / f"{number} {depth}.wav", clip, depth)
            assert np.array_equal(read_clip(path).samples, clip.samples)


def test_32_bit_float_keeps_what_is_above_full_scale(tmp_path: Path) -> None:
    clip = _fine(level=3.0)
    path = write_wav(tmp_path / "loud.wav", clip)
    assert np.array_equal(read_clip(path).samples, clip.samples)


@pytest.mark.parametrize(("depth", "bits"), [("16", 16), ("24", 24)])
def test_integers_are_limited_and_never_wrap(tmp_path: Path, depth: str, bits: int) -> None:
    samples = np.array([[1.0, 1.5, -1.0, -1.5, 0.99]], dtype=np.float32).repeat(1000, axis=1)
    clip = AudioClip(samples, RATE_HZ)
    assert count_overs(clip) == 2000
    back = read_clip(write_wav(tmp_path / "loud.wav", clip, depth), min_s=0.1).samples
    np.testing.assert_allclose(back, samples.clip(-1, 1 - 2.0 ** (1 - bits)), atol=2.0 ** (3 - bits))


def test_24_bits_round_to_the_nearest_step(tmp_path: Path) -> None:
    clip = _fine()
    back = read_clip(write_wav(tmp_path / "fine.wav", clip, "24")).samples
    assert np.abs(back - clip.samples).max() <= 0.5 / 2**23


def test_16_bits_are_dithered_with_a_triangle_of_two_steps(tmp_path: Path) -> None:
    quiet = np.full((1, 200_000), 0.3 / 32768, dtype=np.float32)  # below one step: lost without dither
    back = read_clip(write_wav(tmp_path / "quiet.wav", AudioClip(quiet, RATE_HZ), "16"), allow_silence=True).samples
    steps = back.astype(np.float64) * 32768
    assert steps.mean() == pytest.approx(0.3, abs=0.01)  # the level is kept
    error = steps - 0.3
    assert (error**2).mean() == pytest.approx(0.25, abs=0.01)  # TPDF: a quarter of a step squared, at every level
    assert set(np.unique(steps)) == {-1.0, 0.0, 1.0}


def test_the_same_clip_gives_the_same_file(tmp_path: Path) -> None:
    first, second = (write_wav(tmp_path / f"{i}.wav", _fine(), "16").read_bytes() for i in range(2))
    assert first == second


@settings(max_examples=30, deadline=None)
@given(
    steps=st.lists(st.integers(-(1 << 23), (1 << 23) - 1), min_size=1, max_size=50),
    rate_hz=st.integers(8000, 192_000),
)
def test_any_24_bit_samples_come_back(steps: list[int], rate_hz: int) -> None:
    clip = AudioClip(np.array([steps], dtype=np.float32) / (1 << 23), rate_hz)
    data = b"".join(encoded(clip.samples, "24"))
    assert b"".join(encoded(clip.samples, "24", ">")) == bytes(reversed(b"".join(encoded(clip.samples[:, ::-1], "24"))))
    triples = np.frombuffer(data, dtype=np.uint8).reshape(-1, 3).astype(np.int64)
    values = triples @ np.array([1, 256, 65_536])
    assert np.where(values >= 1 << 23, values - (1 << 24), values).tolist() == steps


def test_an_unknown_depth_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        write_wav(tmp_path / "song.wav", _fine(), "8")
    assert (caught.value.message, caught.value.hint) == ('There is no depth "8".', "Choose one of: 16, 24, 32f.")


# ---- names


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "song.wav", _fine())
    before = path.read_bytes()
    with pytest.raises(ExportError) as caught:
        write_wav(path, _steps(16))
    assert caught.value.message == '"song.wav" exists already and was left as it is.'
    assert path.read_bytes() == before
    assert write_wav(path, _steps(16), fresh=True).name == "song 2.wav"
    assert write_wav(path, _steps(16), overwrite=True) == path
    assert path.read_bytes() != before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["song 2.wav", "song.wav"]


def test_fresh_paths_count_on(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    for expected in ("song.wav", "song 2.wav", "song 3.wav"):
        assert fresh_path(path).name == expected
        fresh_path(path).touch()
    (tmp_path / "link.wav").symlink_to(tmp_path / "nowhere")  # writing there would go elsewhere
    assert fresh_path(tmp_path / "link.wav").name == "link 2.wav"


@pytest.mark.parametrize("character", ["x", "ü", "曲", "🎵"])
def test_fresh_paths_keep_to_the_length_that_the_disk_allows(tmp_path: Path, character: str) -> None:
    stem = shorten(character * 300, 255 - 4)
    for _ in range(3):
        path = fresh_path(tmp_path / f"{stem}.wav")
        path.touch()
        assert path.suffix == ".wav"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_name_taken_in_the_last_moment_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"

    def write(file: BinaryIO) -> None:
        file.write(b"ours")
        if not path.exists():
            path.write_bytes(b"theirs")

    assert write_safely(path, write, fresh=True).name == "song 2.wav"
    assert path.read_bytes() == b"theirs"


def test_disks_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = write_wav(tmp_path / "song.wav", _steps(16))
    assert np.array_equal(read_clip(path).samples, _steps(16).samples)
    with pytest.raises(ExportError, match="exists already"):
        write_wav(path, _fine())
    assert [p.name for p in tmp_path.iterdir()] == ["song.wav"]


def test_the_file_has_the_users_own_permissions(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    path = write_wav(tmp_path / "song.wav", _fine())
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode
    assert path.stat().st_nlink == 1


# ---- failures


class _FailingFile:
    """A file whose n-th write fails; everything else goes to the real one."""

    def __init__(self, file: BinaryIO, calls: Iterator[int], fails_at: int, number: int) -> None:
        self._file, self._calls, self._fails_at, self._number = file, calls, fails_at, number

    def write(self, data: bytes) -> int:
        if next(self._calls) == self._fails_at:
            self._file.write(data[: len(data) // 2])
            raise OSError(self._number, os.strerror(self._number))
        return self._file.write(data)

    def __enter__(self) -> _FailingFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.fixture
def fail_write(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], Iterator[int]]:
    """Return a function that lets the n-th write from now on fail with an error number."""
    real_open = Path.open

    def fail(fails_at: int, number: int) -> Iterator[int]:
        calls = itertools.count()

        def open_failing(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            file = real_open(path, mode, *args, **kwargs)
            return _FailingFile(file, calls, fails_at, number) if path.suffix == PART_SUFFIX else file

        monkeypatch.setattr(Path, "open", open_failing)
        return calls

    return fail


NO_ROOM = 'There is no room left on the disk for "song.wav" (it needs 1 MB).'


def test_every_write_may_meet_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fail_write: Callable[[int, int], Iterator[int]]
) -> None:
    path = tmp_path / "song.wav"
    clip = _fine(4.0)
    calls = fail_write(-1, errno.ENOSPC)
    old = write_wav(path, clip).read_bytes()
    n_writes = next(calls)
    assert n_writes == 4  # the header and three blocks
    for fails_at in range(n_writes):
        fail_write(fails_at, errno.ENOSPC)
        with pytest.raises(ExportError) as caught:
            write_wav(path, _fine(4.0, level=0.1), overwrite=True)
        assert caught.value.message == NO_ROOM
        assert caught.value.hint == "Free some space, or choose a folder on another disk."
        assert path.read_bytes() == old
        assert [p.name for p in tmp_path.iterdir()] == ["song.wav"]
        monkeypatch.undo()


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.EDQUOT, NO_ROOM),
        (errno.EIO, '"song.wav" could not be written to its disk.'),
        (errno.EROFS, '"song.wav" cannot be written: the folder "takes" is protected.'),
        (errno.EACCES, '"song.wav" cannot be written: the folder "takes" is protected.'),
    ],
)
def test_other_failures_of_the_disk(
    tmp_path: Path, fail_write: Callable[[int, int], Iterator[int]], number: int, message: str
) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    fail_write(1, number)
    with pytest.raises(ExportError) as caught:
        write_wav(folder / "song.wav", _fine(4.0))
    assert caught.value.message == message
    assert list(folder.iterdir()) == []


def test_a_failing_sync_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(safe_write.os, "fsync", refuse)
    with pytest.raises(ExportError, match=r"^There is no room left on the disk"):
        write_wav(tmp_path / "song.wav", _fine())
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    kept = write_wav(small_disk / "kept.wav", _fine(0.5), "16")
    before = kept.read_bytes()
    with pytest.raises(ExportError) as caught:
        write_wav(small_disk / "song.wav", _fine(4.0))
    assert caught.value.message == NO_ROOM
    assert [p.name for p in small_disk.iterdir()] == ["kept.wav"]
    with pytest.raises(ExportError):
        write_wav(kept, _fine(4.0), overwrite=True)
    assert kept.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere/song.wav", '"song.wav" cannot be written: the folder "nowhere" does not exist.'),
        ("file.txt/song.wav", '"song.wav" cannot be written: the folder "file.txt" does not exist.'),
        ("a\0b.wav", '"a?b.wav" is not a name or path that this computer can write.'),
    ],
)
def test_places_that_are_none(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "file.txt").touch()
    with pytest.raises(MuseMateError) as caught:
        write_wav(tmp_path / name, _fine())
    assert (type(caught.value), caught.value.message) == (ExportError, message)
    assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]


def test_a_name_that_is_too_long_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is not a name or path that this computer can write"):
        write_wav(tmp_path / f"{'x' * 300}.wav", _fine())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_files_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "song.wav").mkdir()
    with pytest.raises(ExportError, match=r'^"song.wav" cannot be written: a folder has that name\.$'):
        write_wav(tmp_path / "song.wav", _fine(), overwrite=True)


def test_a_bug_in_the_writer_leaves_nothing_behind(tmp_path: Path) -> None:
    def write(file: BinaryIO) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_safely(tmp_path / "song.wav", write)
    assert list(tmp_path.iterdir()) == []


def test_make_tone_is_what_the_tests_believe() -> None:
    tone = make_tone()
    assert tone.shape == (2, RATE_HZ)
    assert 0.2 < np.abs(tone).max() < 0.5
    assert np.array_equal(tone * 32768, np.rint(tone * 32768))


def test_a_coarse_scale_keeps_its_rate(tmp_path: Path) -> None:
    clip = AudioClip(np.linspace(-0.5, 0.5, 640, dtype=np.float32), 320)
    path = write_wav(tmp_path / "coarse.wav", clip)
    with pytest.raises(AudioFileError, match="sample rate of 320 Hz, which is not supported"):
        read_clip(path)
    again = read_clip(path, min_rate_hz=LOWEST_RATE_HZ)
    assert (again.rate_hz, again.duration_s) == (320, 2.0)
    assert np.array_equal(again.samples, clip.samples)
    with pytest.raises(AudioFileError, match="99 Hz is not supported"):
        AudioClip(np.zeros((1, 640), dtype=np.float32), 99)
