"""Measures how fast pictures are drawn: the moving cursor, zooming and scrolling, a few pictures and all of them.

    python benchmarks/drawing.py [--minutes 10] [--steps 240] [--play 5]

Runs with or without a screen; a 60 s and a 10 min stereo file at 44.1 kHz are made up. A redraw is the time from the
change to the end of the paint, once by the clock and once as the processor's time, which others who share the machine
do not lengthen (much). Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))
if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

RATE_HZ = 44_100
SHORT_S = 60.0
SIZE = (1000, 480)
TICK_MS = 16
Row = tuple[str, str, str, str, str, str]


def song(seconds: float) -> np.ndarray:
    """Return decaying noise over a chord, shape (2, frames)."""
    rng = np.random.default_rng(1)
    n_frames = round(seconds * RATE_HZ)
    time_s = np.arange(n_frames, dtype=np.float32) / RATE_HZ
    pulse = np.exp(-8.0 * (time_s % 0.5))
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (110.0, 164.8, 220.0, 261.6))
    noise = rng.standard_normal((2, n_frames), dtype=np.float32)
    return np.asarray(0.2 * noise * pulse + 0.05 * chord, dtype=np.float32)


class Bench:
    """The pictures of one sound, alone on a window."""

    def __init__(self, seconds: float) -> None:
        from PySide6.QtWidgets import QApplication

        from musemate.app import make_app
        from musemate.audio.clip import AudioClip
        from musemate.gui.clipview import ClipView
        from musemate.gui.lanes import LAYERS
        from musemate.project.records import Beats
        from musemate.tasks.draw_pictures import draw_picture

        self.app = QApplication.instance() or make_app()
        self.seconds = seconds
        clip = AudioClip(song(seconds), RATE_HZ)
        self.view = ClipView()
        self.view.resize(*SIZE)
        self.view.show_nothing(seconds)
        for layer in LAYERS:
            self.view.show_picture(draw_picture(layer, clip))
        self.view.show_samples(clip)
        self.view.set_beats(Beats(120.0, 0.9, tuple(np.arange(0.0, seconds, 0.5))))
        self.view.region.set_span(0.0, seconds)
        self.view.show()
        self.app.processEvents()

    def redraws_ms(self, n_steps: int, step: Callable[[float], None]) -> tuple[list[float], list[float]]:
        """Time steps (each gets its part of the way, 0-1) with all the painting that they cause.

        Returns
        -------
        tuple of list of float
            Milliseconds by the clock, and of the processor.
        """
        by_clock, of_processor = [], []
        for index in range(n_steps):
            began, began_cpu = time.perf_counter(), time.thread_time()
            step(index / n_steps)
            self.app.processEvents()
            by_clock.append(1000 * (time.perf_counter() - began))
            of_processor.append(1000 * (time.thread_time() - began_cpu))
        return by_clock[n_steps // 20 :], of_processor[n_steps // 20 :]

    def zoom(self, part: float) -> None:
        """Zoom in to a tenth of a second and out again."""
        width = self.seconds * (0.1 / self.seconds) ** (1 - abs(2 * part - 1))
        middle = 0.37 * self.seconds
        self.view.show_stretch(middle - width / 2, middle + width / 2)

    def scroll(self, part: float) -> None:
        """Scroll through the clip with a tenth of it visible."""
        start = 0.9 * self.seconds * part
        self.view.show_stretch(start, start + 0.1 * self.seconds)

    def cursor(self, part: float) -> None:
        """Play from the start to the end, all of it visible."""
        self.view.set_cursor(part * self.seconds)

    def rate_while_playing(self, seconds: float) -> float:
        """Move the cursor with the clock by a timer of 16 ms; return how many paints a second there were, median."""
        from PySide6.QtCore import QEvent, QObject, Qt, QTimer

        class Watch(QObject):
            times: list[float]

            def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
                if event.type() == QEvent.Type.Paint:
                    self.times.append(time.perf_counter())
                return False

        watch = Watch()
        watch.times = []
        self.view.show_all()
        self.app.processEvents()
        self.view.canvas.installEventFilter(watch)
        began = time.perf_counter()
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: self.view.set_cursor(time.perf_counter() - began))
        timer.start(TICK_MS)
        while time.perf_counter() - began < seconds:
            self.app.processEvents()
            time.sleep(0.0005)
        timer.stop()
        self.view.canvas.removeEventFilter(watch)
        # a machine that is too busy to paint twice has no rate
        return 1.0 / statistics.median(np.diff(watch.times)) if len(watch.times) > 1 else 0.0


def measured(bench: Bench, name: str, layers: tuple[str, ...], n_steps: int, play_s: float) -> list[Row]:
    """Measure one choice of pictures."""
    bench.view.set_layers(layers)
    bench.view.show_all()
    bench.app.processEvents()
    rows = []
    if play_s:
        rows.append((name, "playing, paints a second, median", f"{bench.rate_while_playing(play_s):.0f}", "", "", ""))
    for what, step in (("cursor", bench.cursor), ("zooming", bench.zoom), ("scrolling", bench.scroll)):
        bench.view.show_all()
        bench.app.processEvents()
        times = bench.redraws_ms(n_steps, step)
        values = [value for kind in times for value in (statistics.median(kind), np.percentile(kind, 95))]
        rows.append((name, what, *(f"{value:.2f} ms" for value in values)))
    return rows


def main() -> None:
    """Measure and print."""
    from musemate.gui.lanes import LAYERS, USUAL

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="length of the long file")
    parser.add_argument("--steps", type=int, default=240, help="redraws to measure of each kind")
    parser.add_argument("--play", type=float, default=5.0, help="seconds to play, 0 for none")
    options = parser.parse_args()
    choices = [("waveform, mel", USUAL), ("all five", LAYERS)]
    choices[1:1] = [(f"waveform, mel, {layer}", (*USUAL, layer)) for layer in LAYERS if layer not in USUAL]
    rows: list[Row] = []
    for label, seconds in (("60 s", SHORT_S), (f"{options.minutes:g} min", 60 * options.minutes)):
        bench = Bench(seconds)
        for name, layers in choices:
            rows += measured(bench, f"{label}: {name}", layers, options.steps, options.play)
        bench.view.close()
    print("| pictures | what | median | p95 | processor, median | p95 |\n|---|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
