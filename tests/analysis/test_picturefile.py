"""The files of pictures: read one at a time."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from musemate.analysis.gridpicture import GridPicture
from musemate.analysis.peaks import Peaks
from musemate.analysis.picturefile import is_whole, load_record, save_record
from musemate.errors import ProjectError


def test_one_file_is_read_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Python 3.11 may fail when two threads read what numpy writes at the head of a file
    save_record(tmp_path / "a.npy", "peaks", rms=np.zeros(3))
    load, inside, most = np.load, [], []
    together = threading.Barrier(4)

    def watched(*args: object, **kwargs: object) -> object:
        inside.append(1)
        most.append(len(inside))
        threading.Event().wait(0.01)  # long enough for another thread to come in, if it could
        inside.pop()
        return load(*args, **kwargs)  # type: ignore[arg-type]

    def read() -> None:
        together.wait()
        load_record(tmp_path / "a.npy", "peaks")

    monkeypatch.setattr(np, "load", watched)
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]


IMAGE = np.zeros((2, 5), dtype=np.uint8)
LINES = np.arange(2.0)
GRID = {"rate_hz": 8000, "n_frames": 4000, "hop": 800, "rows": LINES, "low": LINES, "high": LINES, "image": IMAGE}


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_hz": 0},
        {"rate_hz": np.array([8000])},
        {"n_frames": -5},
        {"hop": 0},
        {"hop": np.nan},
        {"low": np.arange(3.0)},
        {"low": np.array([0.0, np.inf])},
        {"rows": np.zeros(0), "low": np.zeros(0), "high": np.zeros(0), "image": np.zeros((0, 5), dtype=np.uint8)},
        {"image": np.zeros((2, 0), dtype=np.uint8)},
        {"image": np.zeros(5, dtype=np.uint8)},
        {"image": np.zeros((2, 5))},
        {"image": np.array("text")},
    ],
    ids=str,
)
def test_a_picture_that_cannot_be_one(tmp_path: Path, wrong: dict[str, object]) -> None:
    path = tmp_path / "picture.npy"
    save_record(path, "stft", **GRID)
    assert GridPicture.load(path, "stft").hop == 800
    save_record(path, "stft", **{**GRID, **wrong})
    with pytest.raises(ProjectError, match=r'^The picture "picture.npy" cannot be read\.$'):
        GridPicture.load(path, "stft")


@pytest.mark.parametrize("levels", [{}, {"level1": np.zeros((3, 1, 9))}, {"level0": np.zeros((3, 1))}], ids=str)
def test_an_envelope_that_cannot_be_one(tmp_path: Path, levels: dict[str, np.ndarray]) -> None:
    path = tmp_path / "peaks.npy"
    save_record(path, "peaks", rate_hz=8000, n_frames=4000, **levels)
    with pytest.raises(ProjectError, match=r'^The picture "peaks.npy" cannot be read\.$'):
        Peaks.load(path)


def test_a_flipped_bit_anywhere_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    save_record(path, "peaks", rms=np.arange(50, dtype=np.float32))
    whole = path.read_bytes()
    assert load_record(path, "peaks")["rms"][49] == 49.0
    for bit in range(0, 8 * len(whole), 13):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        assert not is_whole(path), bit
        with pytest.raises(ProjectError, match="cannot be read"):
            load_record(path, "peaks")
    for n_bytes in (0, 5, len(whole) - 1):
        path.write_bytes(whole[:n_bytes])
        assert not is_whole(path)


def test_other_programs_read_it_too(tmp_path: Path) -> None:
    save_record(tmp_path / "a.npy", "peaks", rms=np.zeros(3))
    assert np.load(tmp_path / "a.npy")["kind"] == b"peaks"
