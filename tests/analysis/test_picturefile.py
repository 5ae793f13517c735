"""The files of pictures: read one at a time."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from musemate.analysis.picturefile import load_record, save_record


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
