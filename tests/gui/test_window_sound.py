"""The real window plays to a real, if virtual, sound device."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from patience import HANG_S
from recorded import BLOCK_FRAMES, clips_heard, heard_whole, likeness, offset
from virtual_sound import SINK_RATE_HZ, NullSink, null_sink

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.audio.loudness import integrated_lufs
from musemate.audio.seam import prepare_loop
from musemate.project.store import Project

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("play_in_window.py")
LISTEN = Path(__file__).with_name("listen_in_window.py")
LOOP_S = (1.0, 3.0)


@pytest.fixture(scope="module")
def sink() -> Iterator[NullSink]:
    with null_sink() as running:
        yield running


def test_play_button_is_heard_on_the_device(sink: NullSink, song: Path, tmp_path: Path) -> None:
    folder = tmp_path / "heard"
    with Project.create(folder) as project:
        project.add_fragment(song)

    def once() -> tuple[float, np.ndarray]:
        command = [sys.executable, str(SCRIPT), str(folder)]
        with sink.recording() as recording:
            env = _env(sink, tmp_path)
            done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=2 * HANG_S, check=False)
        assert done.returncode == 0, done.stderr
        return float(done.stdout.split()[-1]), recording.samples

    end_s, recorded = heard_whole(once)
    assert end_s == pytest.approx(6.0, abs=0.2)
    played = read_clip(song).resampled(44_100).mono()
    heard = recorded.mean(axis=0)
    first = offset(recorded, played[np.newaxis])
    assert np.corrcoef(heard[first : first + len(played)], played)[0, 1] > 0.99


def _music(seed: int, seconds: float, level: float) -> AudioClip:
    """Return held notes over soft noise: no two places are alike, and a loop's wrap clicks."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * SINK_RATE_HZ)) / SINK_RATE_HZ
    sound = 0.002 * rng.standard_normal((2, len(time_s)))
    for start_s in np.arange(0.0, seconds, 0.25):
        heard = (time_s >= start_s) & (time_s < start_s + 0.25)
        sound[:, heard] += np.sin(2 * np.pi * rng.uniform(90, 900) * time_s[heard]) * rng.uniform(0.3, 0.6, (2, 1))
    return AudioClip((level * sound).astype(np.float32), SINK_RATE_HZ)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with a loud fragment and two soft takes of its region."""
    folder = tmp_path / "listened"
    with Project.create(folder) as project:
        fragment = project.add_fragment(write_wav(tmp_path / "loud.wav", _music(1, 6.0, 0.9)))
        project.set_region(fragment.id, LOOP_S[0], LOOP_S[1] - LOOP_S[0])
        facts = {"engine": "frames", "preset": "sketch", "device": "cpu", "seed": 1, "state": "finished"}
        run = project.add_run(fragment.id, **facts, start_s=1.0, length_s=3.0, scales=("sound",), n_finished=1)
        for seed in (2, 3):
            audio = project.store_clip(_music(seed, 3.0, 0.4))
            request = {"seconds": 3.0, "mode": "new", "closeness": 0.5, "seed": seed}
            project.add_take(run.id, audio, request, device="cpu")
    return folder


def _env(sink: NullSink, tmp_path: Path) -> dict[str, str]:
    path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests"), os.environ.get("PYTHONPATH", "")])
    # offscreen: the sound is the point here, and the server may not be reachable from its HOME
    return {**sink.env, "PYTHONPATH": path, "QT_QPA_PLATFORM": "offscreen", "MUSEMATE_HOME": str(tmp_path / "home")}


def _listen(sink: NullSink, scene: str, project: Path) -> tuple[dict[str, Any], np.ndarray]:
    """Play a scene in a window of its own; return its report and the sound, shape (2, frames)."""
    tries = itertools.count()

    def once() -> tuple[dict[str, Any], np.ndarray]:
        copy = shutil.copytree(project, project.with_name(f"try-{next(tries)}"))  # a scene may spoil its project
        command = [sys.executable, str(LISTEN), scene, str(copy)]
        with sink.recording() as recording:
            env = _env(sink, project.parent)
            done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=2 * HANG_S, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1]), recording.samples

    return heard_whole(once)


def test_loop_is_heard_with_its_exact_length_and_without_a_click(sink: NullSink, project: Path) -> None:
    report, recorded = _listen(sink, "loop", project)
    assert report["span"] == pytest.approx(LOOP_S)
    clip = _music(1, 6.0, 0.9)
    loop = prepare_loop(clip.samples, *(round(edge_s * SINK_RATE_HZ) for edge_s in LOOP_S), SINK_RATE_HZ)
    assert loop is not None and loop.seam is not None
    turn = np.concatenate([clip.samples[:, loop.start : loop.seam_start], loop.seam], axis=1)
    first = round(report["from_s"] * SINK_RATE_HZ) - loop.start
    expected = np.concatenate([turn[:, first:], turn, turn[:, : round(0.2 * SINK_RATE_HZ)]], axis=1)
    at = offset(recorded, expected)
    heard = recorded[:, at : at + expected.shape[1]]
    assert likeness(heard, expected) > 0.9995
    for seam in (turn.shape[1] - first, 2 * turn.shape[1] - first):
        near = slice(seam - 500, seam + 500)
        step = np.abs(np.diff(heard[:, near], axis=1)).max()
        assert step < 1.2 * np.abs(np.diff(clip.samples[:, loop.start : loop.end], axis=1)).max()
        np.testing.assert_allclose(heard[:, near], expected[:, near], atol=0.01)


def test_sides_are_heard_at_the_same_position_and_equally_loud(sink: NullSink, project: Path) -> None:
    report, recorded = _listen(sink, "switch", project)
    fragment, take = _music(1, 6.0, 0.9).region(1.0, 3.0), _music(2, 3.0, 0.4)
    gain_db = integrated_lufs(take) - integrated_lufs(fragment)
    assert gain_db < -5
    assert report["gains_db"] == pytest.approx([gain_db, 0.0], abs=0.01)
    head = round(0.4 * SINK_RATE_HZ)
    at = offset(recorded, take.samples[:, :head])
    clips = (take.samples, fragment.samples)
    place, sides = 0, []
    for clip, n_blocks in clips_heard(recorded[:, at:], clips):
        if clip < 0:
            assert n_blocks <= 2, "only while they cross-fade"
        else:
            span = slice(place * BLOCK_FRAMES, (place + n_blocks) * BLOCK_FRAMES)
            heard, played = recorded[:, at:][:, span], clips[clip][:, span]
            gain = 10 ** (gain_db / 20) if clip else 1.0
            assert np.sqrt(np.mean(heard**2) / np.mean(played**2)) == pytest.approx(gain, rel=0.01)
            sides.append(clip)
        place += n_blocks
    assert sides == [0, 1, 0], "at the same position, to the sample"
    assert report["end_s"] == pytest.approx(3.0, abs=0.01), "a deleted file is played to its end"
    assert report["said"] == ""
    assert "its sound file is gone" in report["missing"]
    assert not report["is_playing"]


def test_a_device_that_vanishes_is_said_and_playing_goes_on_when_it_is_back(sink: NullSink, project: Path) -> None:
    command = [sys.executable, str(LISTEN), "vanish", str(project)]
    load = ["load-module", "module-null-sink", "sink_name=musemate", f"rate={SINK_RATE_HZ}", "channels=2"]
    window = subprocess.Popen(
        command, env=_env(sink, project.parent), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with window:
        assert window.stdout is not None and window.stderr is not None
        assert window.stdout.readline() == "playing\n", window.stderr.read()
        sink.control("unload-module", "module-null-sink")
        assert window.stdout.readline() == "gone\n", window.stderr.read()
        sink.control(*load, "format=float32le")
        sink.control("set-default-sink", "musemate")
        assert window.stdout.readline() == "back\n", window.stderr.read()
        report = json.loads(window.stdout.readline())
    assert report["lost_s"] > 0.8
    assert report["said"].startswith("The sound device is gone.")
    assert window.returncode == 0
