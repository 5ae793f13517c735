"""A pair as it is heard: through PortAudio into a virtual device, recorded from there."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_study import bundled, make_study
from recorded import BLOCK_FRAMES, clips_heard, heard_whole, offset
from virtual_sound import NullSink, null_sink

from musemate.audio.files import read_clip

REPOSITORY = Path(__file__).resolve().parents[3]
SCRIPT = Path(__file__).parent / "switch_in_study.py"


@pytest.fixture(scope="module")
def sink() -> Iterator[NullSink]:
    with null_sink() as sink:
        yield sink


@pytest.mark.slow
def test_a_pair_is_heard_at_the_same_place(sink: NullSink, tmp_path: Path) -> None:
    tries = itertools.count()
    path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests"), os.environ.get("PYTHONPATH", "")])
    env = {**sink.env, "PYTHONPATH": path, "QT_QPA_PLATFORM": "offscreen", "MUSEMATE_HOME": str(tmp_path / "home")}
    folder = tmp_path / "study"

    def once() -> tuple[dict[str, Any], np.ndarray]:
        nonlocal folder
        folder = tmp_path / f"study {next(tries)}"
        make_study(folder, bundled("which_is_real"), counts=((1, 1),), seconds=2.0).close()
        with sink.recording() as recording:
            command = [sys.executable, str(SCRIPT), str(folder)]
            done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=150, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1]), recording.samples

    report, recorded = heard_whole(once)
    clips = [read_clip(folder / "sounds" / f"{token}.flac", min_s=0.0).samples for token in report["tokens"]]
    end = slice(-BLOCK_FRAMES * 20, None)
    first = offset(recorded, clips[1][:, end]) - (clips[1].shape[1] - BLOCK_FRAMES * 20)
    sides = [(side, n) for side, n in clips_heard(recorded[:, max(0, first) :], clips, more_than=0.999)]
    heard = [side for side, _ in sides if side >= 0]
    assert heard == [0, 1], sides
    assert all(n_blocks <= 2 for side, n_blocks in sides[1:-1] if side < 0), "only while they cross-fade"
    assert report["plays"] == 3
    assert report["heard_s"] == pytest.approx(2.0, abs=0.4)
