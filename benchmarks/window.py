"""Measures the window: time until it is on the screen, frames a second while zooming, stalls while training runs.

Run with `python benchmarks/window.py`, with or without a screen; prints a table.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen" if not os.environ.get("DISPLAY") else "")
if not os.environ["QT_QPA_PLATFORM"]:
    del os.environ["QT_QPA_PLATFORM"]

N_STARTS = 5
LONG_S, LONG_RATE_HZ = 300, 48_000
N_FRAMES = 120
TICK_MS = 16
TRAIN_S = 40.0
N_CANCELS = 10
START = """
import sys, time
began = float(sys.argv[1])
from PySide6.QtCore import QTimer
from musemate.app import make_app
from musemate.gui.window import Window
app = make_app()
window = Window(warm=False)
def painted():
    print(time.time() - began)
    window.close()
    app.quit()
window.painted.connect(lambda: QTimer.singleShot(0, painted))
window.show()
app.exec()
"""
Row = tuple[str, str, str]


def start_times() -> list[Row]:
    """Start the window several times in fresh interpreters; the first start may read from a cold disk."""
    times = []
    for _ in range(N_STARTS):
        command = [sys.executable, "-c", START, str(time.time())]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
        times.append(float(done.stdout.split()[-1]))
    median = statistics.median(times)
    return [("window on the screen, median", f"{median:.2f} s", "2 s"), ("  slowest", f"{max(times):.2f} s", "")]


class Bench:
    """A window on a project of its own."""

    def __init__(self, folder: Path) -> None:
        from musemate.app import make_app
        from musemate.gui.window import Window

        self.app = make_app()
        self.window = Window(warm=False)
        self.window.session.analyse = lambda fragment_id: None  # type: ignore[method-assign]
        self.window.first_takes.is_wanted = False  # pictures and a training are measured here, alone
        self.window.comparing.is_wanted = False
        self.window.show()
        self.window.session.create_project(folder / "project")

    def wait(self, done: Callable[[], bool], limit_s: float = 120.0) -> float:
        """Run the event loop until something is so; return how long it took."""
        began = time.perf_counter()
        while not done():
            if time.perf_counter() - began > limit_s:
                raise TimeoutError
            self.app.processEvents()
            time.sleep(0.001)
        return time.perf_counter() - began

    def pictures(self, file: Path) -> list[Row]:
        """Load a file; measure the first picture, then zooming and scrolling."""
        self.window.session.lanes.quick.warm()
        self.wait(lambda: self.window.audition.reason != "Playback is being prepared.")
        self.window.open_paths([file])
        view = self.window.parts.stage.view
        self.wait(lambda: not view.mel.is_empty)
        fragment = self.window.listening.fragment
        assert fragment is not None and self.window.session.project is not None
        for picture in self.window.session.project.cache_path(fragment.audio).glob("*.npy"):
            picture.unlink()
        self.window.session.pictures.set_project(self.window.session.project)
        self.window.listening.show_nothing()
        self.window.listening.show_fragment(fragment)
        first_s = self.wait(lambda: not view.wave.is_empty)
        mel_s = first_s + self.wait(lambda: not view.mel.is_empty)
        return [
            ("5 min at 48 kHz stereo: waveform drawn", f"{first_s:.2f} s", "1 s"),
            ("  mel picture drawn", f"{mel_s:.2f} s", ""),
            ("  zooming", f"{self._rate(self._zoomed):.0f} frames/s", "30"),
            ("  scrolling", f"{self._rate(self._scrolled):.0f} frames/s", "30"),
            ("  cursor moving", f"{self._rate(self._played):.0f} frames/s", "30"),
        ]

    def _rate(self, step: Callable[[int], None]) -> float:
        view = self.window.parts.stage.view
        times = []
        for index in range(N_FRAMES):
            began = time.perf_counter()
            step(index)
            view.viewport().repaint()
            times.append(time.perf_counter() - began)
        return 1.0 / statistics.median(times)

    def _zoomed(self, index: int) -> None:
        width = LONG_S * 0.93 ** min(index, N_FRAMES - index)
        self.window.parts.stage.view.show_stretch(150 - width / 2, 150 + width / 2)

    def _scrolled(self, index: int) -> None:
        self.window.parts.stage.view.show_stretch(index * 2.0, index * 2.0 + 30.0)

    def _played(self, index: int) -> None:
        self.window.parts.stage.view.set_cursor(238.0 + index * 0.2)

    def stalls(self, seconds: float) -> list[Row]:
        """Train in the worker; measure how late a timer of 16 ms is, once nothing runs and once during training."""
        rest = self._lateness_ms(min(seconds, 5.0))
        self.window.parts.stage.bar.edited.emit(10.0, 30.0)
        self.window.trainer.options = None
        self.window.parts.train.preset.value = "sketch"
        self.window.parts.train.train.click()
        self.wait(lambda: self.window.parts.train.losses.n_points > 0, limit_s=300.0)
        busy = self._lateness_ms(seconds)
        self.window.trainer.stop()
        self.wait(lambda: not self.window.trainer.is_running)
        return [
            ("stall of the event loop at rest, 95th percentile", f"{_percentile(rest, 95):.1f} ms", ""),
            ("  while training runs, 95th percentile", f"{_percentile(busy, 95):.1f} ms", "50 ms"),
            ("  while training runs, worst", f"{max(busy):.1f} ms", ""),
        ]

    def cancels(self, n: int) -> list[Row]:
        """Stop trainings at random moments; measure how long the window waits for the word, and for the worker."""
        answered: list[float] = []
        ended: list[float] = []
        dice = random.Random(n)
        for _ in range(n):
            self.window.parts.train.train.click()
            self.wait(lambda: self.window.parts.train.losses.n_points > 0, limit_s=300.0)
            self._lateness_ms(dice.uniform(0.1, 1.5))
            job = self.window.session.lanes.train.jobs[0]
            job.cancelled.connect(lambda: answered.append(time.perf_counter()))
            began = time.perf_counter()
            self.window.trainer.stop()
            self.wait(lambda: not self.window.trainer.is_running)
            answered[-1] -= began
            ended.append(time.perf_counter() - began)
        return [
            (f"cancel of a training is answered, worst of {n}", f"{max(answered):.2f} s", "1 s"),
            ("  median", f"{statistics.median(answered):.2f} s", ""),
            (f"  the training has ended, worst of {n}", f"{max(ended):.2f} s", ""),
        ]

    def _lateness_ms(self, seconds: float) -> list[float]:
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        late: list[float] = []
        last = time.perf_counter()

        def tick() -> None:
            nonlocal last
            now = time.perf_counter()
            late.append(max(0.0, (now - last) * 1000 - TICK_MS))
            last = now

        timer = QTimer(interval=TICK_MS)
        timer.timeout.connect(tick)
        timer.start()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()
        timer.stop()
        return late


def training_rows(train_s: float = TRAIN_S, n_cancels: int = N_CANCELS) -> list[Row]:
    """Measure what a songwriter feels of a training: stalls of the window, and how soon a stop is answered."""
    with tempfile.TemporaryDirectory(prefix="musemate-bench-") as name:
        os.environ["MUSEMATE_HOME"] = name
        bench = Bench(Path(name))
        bench.window.open_paths([_long_file(Path(name))])
        bench.wait(lambda: bench.window.parts.train.train.isEnabled())
        rows = bench.stalls(train_s) + bench.cancels(n_cancels)
        bench.window.close()
    return rows


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


def _long_file(folder: Path) -> Path:
    import numpy as np

    from musemate.audio.clip import AudioClip
    from musemate.audio.files import write_wav

    rng = np.random.default_rng(1)
    beat = np.exp(-6 * (np.arange(LONG_RATE_HZ // 2) / LONG_RATE_HZ))
    envelope = np.tile(beat, LONG_S * 2).astype(np.float32)
    samples = 0.2 * rng.standard_normal((2, LONG_S * LONG_RATE_HZ), dtype=np.float32) * envelope
    return write_wav(folder / "long.wav", AudioClip(samples, LONG_RATE_HZ), "24")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train-s", type=float, default=TRAIN_S, help="seconds of training to watch, 0 for none")
    train_s = parser.parse_args().train_s
    rows = start_times()
    with tempfile.TemporaryDirectory(prefix="musemate-bench-") as name:
        os.environ["MUSEMATE_HOME"] = name
        bench = Bench(Path(name))
        rows += bench.pictures(_long_file(Path(name)))
        if train_s:
            rows += bench.stalls(train_s) + bench.cancels(N_CANCELS)
        bench.window.close()
    print(f"{'measured':<52}{'value':>16}{'goal':>10}")
    for what, value, goal in rows:
        print(f"{what:<52}{value:>16}{goal:>10}")


if __name__ == "__main__":
    main()
