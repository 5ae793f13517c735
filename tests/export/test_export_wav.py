"""Exporting takes: names, regions, depths, and what goes wrong."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musemate.audio import safe_write
from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.errors import AudioFileError, ExportError, SettingsError, TooShortError
from musemate.export.wav import FADE_S, export_take

RATE_HZ = 44_100


@pytest.fixture
def take(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    samples = rng.uniform(-0.8, 0.8, (2, 2 * RATE_HZ)).astype(np.float32)
    return write_wav(tmp_path / "take.wav", AudioClip(samples, RATE_HZ))


def _export(take: Path, folder: Path, **changes: object) -> Path:
    settings: dict[str, object] = {"song": "Song", "bpm": 120.0, "take_name": "take 3", "depth": "32f"}
    return export_take(take, folder, **{**settings, **changes})  # type: ignore[arg-type]


def test_a_whole_take_is_exported_sample_for_sample(take: Path, tmp_path: Path) -> None:
    path = _export(take, tmp_path / "to" / "my songs")
    assert path == tmp_path / "to" / "my songs" / "Song_120bpm_take-03.wav"
    assert np.array_equal(read_clip(path).samples, read_clip(take).samples)


@pytest.mark.parametrize(("depth", "subtype"), [("16", "PCM_16"), ("24", "PCM_24"), ("32f", "FLOAT")])
def test_the_depth_is_the_one_asked_for(take: Path, tmp_path: Path, depth: str, subtype: str) -> None:
    path = _export(take, tmp_path, depth=depth)
    assert soundfile.info(path).subtype == subtype
    largest = {"16": 1.5 / 2**15, "24": 0.5 / 2**23, "32f": 0.0}[depth]
    assert np.abs(read_clip(path).samples - read_clip(take).samples).max() <= largest


def test_nothing_is_ever_overwritten(take: Path, tmp_path: Path) -> None:
    names = [_export(take, tmp_path / "out", depth=depth).name for depth in ("16", "24", "32f")]
    assert names == ["Song_120bpm_take-03.wav", "Song_120bpm_take-03 2.wav", "Song_120bpm_take-03 3.wav"]
    assert [soundfile.info(tmp_path / "out" / name).subtype for name in names] == ["PCM_16", "PCM_24", "FLOAT"]


def test_a_region_is_faded_at_cut_edges_only(take: Path, tmp_path: Path) -> None:
    whole, n = read_clip(take).samples, round(FADE_S * RATE_HZ)
    middle = read_clip(_export(take, tmp_path, start_s=0.5, length_s=1.0)).samples
    source = whole[:, RATE_HZ // 2 : RATE_HZ // 2 + RATE_HZ]
    assert middle.shape == source.shape
    assert np.array_equal(middle[:, n:-n], source[:, n:-n])
    assert not middle[:, [0, -1]].any()
    ramp = np.abs(middle[:, :n]) / np.abs(source[:, :n]).clip(1e-6)
    np.testing.assert_allclose(ramp[0], 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n), atol=1e-4)

    head = read_clip(_export(take, tmp_path, length_s=1.0)).samples
    assert np.array_equal(head[:, :-n], whole[:, : RATE_HZ - n])
    assert not head[:, -1].any()
    tail = read_clip(_export(take, tmp_path, start_s=1.0)).samples
    assert np.array_equal(tail[:, n:], whole[:, RATE_HZ + n :])
    assert not tail[:, 0].any()


def test_a_very_short_region_is_possible(take: Path, tmp_path: Path) -> None:
    assert read_clip(_export(take, tmp_path, start_s=0.5, length_s=0.02), min_s=0.01).n_frames == 882


def test_what_is_limited_is_said(tmp_path: Path) -> None:
    samples = np.full((1, RATE_HZ), 0.5, dtype=np.float32)
    samples[0, 100:110] = 1.2
    loud = write_wav(tmp_path / "loud.wav", AudioClip(samples, RATE_HZ))
    said: list[tuple[str, str]] = []
    export_take(loud, tmp_path, song="Song", bpm=None, take_name="take 1", on_warning=lambda *w: said.append(w))
    assert said == [
        (
            '10 samples of "Song_take-01.wav" were above full scale and were limited.',
            "Export it as 32-bit float to keep them.",
        )
    ]
    said.clear()
    kept = export_take(
        loud, tmp_path, song="S", bpm=None, take_name="x", depth="32f", on_warning=lambda *w: said.append(w)
    )
    assert said == []
    assert np.array_equal(read_clip(kept).samples, samples)


def test_a_silent_take_can_be_exported(tmp_path: Path) -> None:
    silence = write_wav(tmp_path / "silence.wav", AudioClip(np.zeros((1, RATE_HZ), dtype=np.float32), RATE_HZ))
    assert soundfile.info(_export(silence, tmp_path / "out", depth="16")).frames == RATE_HZ


def test_a_long_song_name_can_be_exported_again_and_again(take: Path, tmp_path: Path) -> None:
    written = [_export(take, tmp_path / "out", song="曲" * 200) for _ in range(3)]
    assert len({path.name for path in written}) == 3
    assert all("_120bpm_take-03" in path.name for path in written)


# ---- what goes wrong


def test_a_missing_take_is_said(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match=r'^"gone.wav" was not found\.$'):
        _export(tmp_path / "gone.wav", tmp_path)


def test_a_region_outside_the_take_is_said(take: Path, tmp_path: Path) -> None:
    with pytest.raises(TooShortError, match=r'^The region starts at 9\.00 s, after the end of "take 3"\.$'):
        _export(take, tmp_path, start_s=9.0)


def test_an_unknown_depth_makes_no_folder(take: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r'^There is no depth "20"\.$'):
        _export(take, tmp_path / "new", depth="20")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["song.txt", "song.txt/inside"])
def test_a_file_in_the_folders_place_is_said(take: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "song.txt").touch()
    with pytest.raises(ExportError, match=r"it is, or lies inside, a file\.$"):
        _export(take, tmp_path / name)


def test_a_folder_that_cannot_be_made_is_said(take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(ExportError) as caught:
        _export(take, tmp_path / "closed")
    assert caught.value.message == 'The folder "closed" cannot be made.'
    assert caught.value.hint == "Choose a folder of your own."


def test_a_full_disk_leaves_nothing_behind(take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(safe_write.os, "fsync", refuse)
    with pytest.raises(ExportError) as caught:
        _export(take, tmp_path / "out")
    assert caught.value.message == (
        'There is no room left on the disk for "Song_120bpm_take-03.wav" (it needs 706 KB).'
    )
    assert list((tmp_path / "out").iterdir()) == []
