"""Measures the listening window: from Enter to the next sample, each answer on the disk before it.

    python benchmarks/study_run.py [--trials 30] [--seconds 10]

A real window (QT_QPA_PLATFORM=offscreen where there is no screen) on a study of flat tones, each at a level of its own,
so that what the sound device is given tells which sample it belongs to. The device is software: a thread that asks for
a block of 10 ms every 10 ms. Answers are stored as always, and the study lies on the disk of the temporary folder.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from musemate.app import make_app
from musemate.audio.player import Player
from musemate.gui.study.runner import Runner
from musemate.study import listening
from musemate.study.folder import StudyFolder
from musemate.study.orders import orders
from musemate.study.records import Stimulus, Study, Truth
from musemate.study.template import Question, Rules, SetPlan, Template

RATE_HZ = 48_000
BLOCK_S = 0.01
LIMIT_S = 30.0
PROMISED_MS = 100
RATING = Question("rating", "How good is it?", kind="scale", measures="rating", least=1, most=5)


class Device:
    """A sound device that runs in a thread, and knows when which level was first heard."""

    def __init__(self) -> None:
        sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
        from virtual_sound import FakeSound  # the tests' own

        self.sound = FakeSound((RATE_HZ,))
        self.level = 0.0
        self.heard_at_s = 0.0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def wait_for(self, level: float) -> None:
        """Listen for a level from now on."""
        self.heard_at_s, self.level = 0.0, level

    def close(self) -> None:
        """Stop."""
        self._ends.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ends.wait(BLOCK_S):
            stream = self.sound.streams[-1] if self.sound.streams else None
            if stream is None or not stream.active:
                continue
            block = stream.pump(round(BLOCK_S * RATE_HZ))
            if self.level and not self.heard_at_s and np.any(np.abs(block - self.level) < 1e-3):
                self.heard_at_s = time.perf_counter()


def make_study(folder: Path, n_trials: int, seconds: float) -> dict[str, float]:
    """Make a study of flat tones, and return their levels by token."""
    levels = {hashlib.sha256(bytes([number])).hexdigest()[:12]: 0.1 + 0.02 * number for number in range(n_trials)}
    files, stimuli, truths = {}, [], {}
    for token, level in levels.items():
        files[token] = folder.parent / f"{token}.flac"
        samples = np.full((round(seconds * RATE_HZ), 2), level, dtype=np.float32)
        samples += 1e-4 * np.random.default_rng(1).standard_normal(samples.shape)  # what real sound costs to decode
        soundfile.write(files[token], samples, RATE_HZ, subtype="PCM_24")
        hashed = hashlib.sha256(files[token].read_bytes()).hexdigest()
        stimuli.append(Stimulus(token, "one", seconds, 0.0, hashed))
        truths[token] = Truth(token, False, "take", token)
    template = Template("one", "One", sets=(SetPlan("one"),), questions=(RATING,), rules=Rules(break_after=0))
    trials = orders([("one", dict.fromkeys([(token,) for token in levels], "take"))], 1)
    about = {"created": "2026-01-01T00:00:00+00:00", "version": "0.1.0", "seed": 1}
    study = Study("0" * 32, "One", **about, template=template, stimuli=tuple(stimuli), orders=trials,
                  rate_hz=RATE_HZ, n_channels=2, band_hz=20_000.0)  # fmt: skip
    StudyFolder.create(folder, study, truths, files).close()
    return levels


def until(is_so: Callable[[], object]) -> None:
    """Let the window live until something is so."""
    deadline = time.monotonic() + LIMIT_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(is_so)
        QTest.qWait(1)


def measure(n_trials: int, seconds: float) -> list[tuple[float, float, float]]:
    """Answer a study; return for each trial the ms from key to stored, from Enter to page, and from Enter to sound."""
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = make_app()
    with tempfile.TemporaryDirectory() as name:
        os.environ["MUSEMATE_HOME"] = name
        levels = make_study(Path(name) / "study", n_trials, seconds)
        listening.NEEDED_S = 0.3
        device = Device()
        window = Runner(Path(name) / "study", make_player=lambda: Player(backend=device.sound))
        try:
            window.before.level.volume.setValue(100)
            window.show()
            return _answered(window, device, levels)
        finally:
            window.close()
            device.close()
            app.processEvents()


def _answered(window: Runner, device: Device, levels: dict[str, float]) -> list[tuple[float, float, float]]:
    until(lambda: window.page is window.start and window.before.sounds is not None)
    window.start.name.setText("Anna")
    QTest.keyClick(window.start.name, Qt.Key.Key_Return)
    until(lambda: window.page is window.before.level)
    QTest.keyClick(window.page, Qt.Key.Key_Return)
    course, form = window.sitting.course, window.trial.form  # type: ignore[union-attr]
    assert course is not None
    times = []
    for trial, following in zip(course.trials, course.trials[1:], strict=False):
        until(form.isEnabled)
        stored: list[float] = []
        connection = window.sitting.stored.connect(lambda: stored.append(time.perf_counter()))  # noqa: B023
        began = time.perf_counter()
        QTest.keyClick(window.page, Qt.Key.Key_3)
        until(lambda: stored)  # noqa: B023
        window.sitting.stored.disconnect(connection)
        device.wait_for(levels[following.tokens[0]])
        asked = time.perf_counter()
        QTest.keyClick(window.page, Qt.Key.Key_Return)
        until(lambda: course.step.number != trial.number)  # noqa: B023
        window.repaint()
        ready = time.perf_counter()
        until(lambda: device.heard_at_s)
        times.append((1000 * (stored[0] - began), 1000 * (ready - asked), 1000 * (device.heard_at_s - asked)))
    return times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=10.0)
    wanted = parser.parse_args()
    times = measure(wanted.trials, wanted.seconds)
    names = ("key to answer on the disk", "Enter to next page drawn", "Enter to next sample sounding")
    print(f"{'':32}{'median':>10}{'p95':>10}{'slowest':>10}   promised")
    for place, name in enumerate(names):
        taken = sorted(row[place] for row in times)
        p95 = statistics.quantiles(taken, n=20)[-1]
        promised = f"{PROMISED_MS} ms" if place else ""
        cells = "".join(f"{value:>7.1f} ms" for value in (statistics.median(taken), p95, taken[-1]))
        print(f"{name:32}{cells}   {promised}")


if __name__ == "__main__":
    main()
