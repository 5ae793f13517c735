"""Plays into a real, if virtual, sound device and compares what came out with what went in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from patience import HANG_S
from recorded import clips_heard, heard_whole, likeness, offset
from virtual_sound import SINK_RATE_HZ, NullSink, null_sink

from musemate.audio.clip import AudioClip
from musemate.audio.files import write_wav

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("play_to_device.py")
LENGTH_S = 1.5


@pytest.fixture(scope="module")
def sink() -> Iterator[NullSink]:
    with null_sink() as running:
        yield running


def _music(seed: int, seconds: float = LENGTH_S, rate_hz: int = SINK_RATE_HZ) -> AudioClip:
    """Return decaying plucks over soft noise, stereo: it has attacks, and no two places are alike."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    sound = 0.02 * rng.standard_normal((2, len(time_s)))
    for start_s in np.arange(0.0, seconds, 0.125):
        since_s = np.maximum(0.0, time_s - start_s)
        pluck = np.sin(2 * np.pi * rng.uniform(80, 2000) * since_s) * np.exp(-12 * since_s) * (time_s >= start_s)
        sound += rng.uniform(0.05, 0.25, (2, 1)) * pluck
    return AudioClip(sound.astype(np.float32), rate_hz)


def _play(sink: NullSink, *arguments: str) -> tuple[dict[str, object], np.ndarray]:
    """Play in a process of its own, for PortAudio reads its environment only once; return its report and the sound."""
    env = {**sink.env, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, str(SCRIPT), *arguments]

    def once() -> tuple[dict[str, object], np.ndarray]:
        with sink.recording() as recording:
            done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=HANG_S, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), recording.samples

    return heard_whole(once)


def test_the_device_plays_the_clip_whole_and_unchanged(sink: NullSink, tmp_path: Path) -> None:
    clip = _music(seed=1)
    report, recorded = _play(sink, str(write_wav(tmp_path / "song.wav", clip)))
    assert report == {"available": True, "started": True, "end_s": pytest.approx(LENGTH_S, abs=1e-6), "grows": True}
    at = offset(recorded, clip.samples)
    heard = recorded[:, at : at + clip.n_frames]
    assert likeness(heard, clip.samples) > 0.9998
    assert np.abs(heard - clip.samples).max() < 0.01  # the same loudness, and no click


def test_switching_keeps_the_position(sink: NullSink, tmp_path: Path) -> None:
    take, fragment = _music(seed=1), _music(seed=2)
    files = [str(write_wav(tmp_path / f"{i}.wav", clip)) for i, clip in enumerate((take, fragment))]
    report, recorded = _play(sink, *files, "0.5")
    assert report["available"] and report["end_s"] == pytest.approx(LENGTH_S, abs=1e-6)
    head = round(0.45 * SINK_RATE_HZ)
    at = offset(recorded, take.samples[:, :head])
    assert likeness(recorded[:, at : at + head], take.samples[:, :head]) > 0.9998
    heard = clips_heard(recorded[:, at:], [take.samples, fragment.samples])
    assert [clip for clip, _ in heard if clip >= 0] == [0, 1], "at the same second, to the sample"
    assert sum(n_blocks for clip, n_blocks in heard if clip < 0) <= 2, "while they cross-fade"


def test_another_rate_keeps_its_pitch_and_length(sink: NullSink, tmp_path: Path) -> None:
    clip = _music(seed=3, rate_hz=48_000)
    report, recorded = _play(sink, str(write_wav(tmp_path / "48k.wav", clip)))
    assert report["end_s"] == pytest.approx(LENGTH_S, abs=1e-6)
    expected = clip.resampled(SINK_RATE_HZ).samples
    at = offset(recorded, expected)
    # the system converts with a filter of its own, so it is like our conversion but not the same
    assert likeness(recorded[:, at : at + expected.shape[1]], expected) > 0.98


def test_a_machine_without_a_device_is_said_and_not_raised(fresh_python: Callable[..., str]) -> None:
    code = (
        "import json; from musemate.audio.player import Player; p = Player(); "
        "print(json.dumps([p.available, p.reason, p.play(), p.is_playing, p.position_s])); p.close()"
    )
    available, reason, *rest = json.loads(fresh_python(code))
    if available:
        pytest.skip("this machine has a sound device")
    if "PortAudio was not found" in reason:
        pytest.skip("this machine has no PortAudio, which the next test says something about")
    assert reason == "No sound device was found, so nothing can be played. Everything else works."
    assert rest == [False, False, 0.0]


def test_a_machine_without_portaudio_is_said_and_not_raised(fresh_python: Callable[..., str]) -> None:
    code = (
        "import sys; sys.modules['sounddevice'] = None; from musemate.audio.player import Player; "
        "p = Player(); print(p.available, p.play(), p.reason)"
    )
    said = fresh_python(code)
    assert said.startswith("False False The sound library PortAudio was not found, so nothing can be played.")
    assert ("apt install libportaudio2" in said) == (sys.platform == "linux")
