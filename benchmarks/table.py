"""Measures the table of takes with a thousand takes: opening, sorting, filtering, scrolling, choosing, rating.

    python benchmarks/table.py [--takes 1000] [--runs 20]

A real window (QT_QPA_PLATFORM=offscreen where there is no screen) on a project whose takes share a few short sounds,
with figures, stars, tags and notes. Each action is timed until the table is painted, in milliseconds: by the clock, and
by what the window's thread computed, which a busy machine changes less.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musemate.analysis.figures import Figures
from musemate.analysis.peaks import Peaks
from musemate.audio.clip import AudioClip
from musemate.audio.files import write_wav
from musemate.project.store import Project

if TYPE_CHECKING:
    from musemate.gui.window import Window

RATE_HZ = 22_050
N_SOUNDS = 40
WORDS = ("dark", "chorus", "bridge", "slow", "keep", "bright", "odd")
Row = tuple[str, list[float], list[float]]
"""What was done, and for each time the clock and the computing of the window's thread, ms."""


def make_project(folder: Path, n_takes: int) -> Path:
    """Make a project with one fragment and that many takes; their sounds are few, and their pictures are drawn."""
    random = np.random.default_rng(0)

    def sound(seconds: float) -> AudioClip:
        pulse = np.tile(np.exp(-6 * np.arange(RATE_HZ // 2) / RATE_HZ), round(seconds * 2))
        return AudioClip((0.2 * random.standard_normal((1, len(pulse))) * pulse).astype(np.float32), RATE_HZ)

    with Project.create(folder) as project:
        fragment = project.add_fragment(write_wav(folder / "song.wav", sound(4.0)))
        run = project.add_run(
            fragment.id, engine="frames", preset="sketch", device="cpu", seed=1, start_s=0.0, length_s=4.0,
            state="finished", scales=("sound",), n_finished=1,
        )  # fmt: skip
        files = []
        for _ in range(N_SOUNDS):
            clip = sound(3.0)
            files.append(project.store_clip(clip))
            Peaks.of(clip).save(project.cache_path(files[-1]) / "peaks.npy")
        for number in range(n_takes):
            request = {"seconds": 3.0, "mode": "new", "closeness": 0.5, "seed": number}
            take = project.add_take(run.id, files[number % N_SOUNDS], request, device="cpu")
            similarity, novelty, tempo = (float(value) for value in random.uniform(0.1, 0.9, 3))
            traits = tuple(float(value) for value in random.normal(0, 0.2, 44).round(3))
            project.set_figures(take.id, Figures(similarity, novelty, tempo, -14.0, traits))
            tags = [WORDS[number % len(WORDS)], WORDS[number // 7 % len(WORDS)]]
            project.change_takes({take.id: {"stars": number % 6, "tags": tags, "note": f"note {number % 50}"}})
    return folder


class Bench:
    """A window on that project."""

    def __init__(self, project: Path, runs: int) -> None:
        from musemate.app import make_app
        from musemate.gui.window import Window

        self.app, self.runs = make_app(), runs
        self.window: Window = Window(warm=False)
        self.window.session.analyse = lambda fragment_id: None  # type: ignore[method-assign]
        self.window.first_takes.is_wanted = self.window.estimator.is_wanted = False
        self.window.show()
        self._settle()
        self.takes = self.window.parts.takes
        self.rows: list[Row] = []
        self.measure("open the project", lambda n: self.window.open_paths([project]), once=True)
        self._settle(1.5)

    def _settle(self, seconds: float = 0.3) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.app.processEvents()

    def _painted(self) -> None:
        self.app.processEvents()
        self.window.parts.takes.table.viewport().repaint()

    def measure(self, what: str, action: Callable[[int], object], *, once: bool = False) -> None:
        """Time an action, its painting included."""
        clock, computing = [], []
        for number in range(1 if once else self.runs):
            began = time.perf_counter(), time.thread_time()
            action(number)
            self._painted()
            clock.append((time.perf_counter() - began[0]) * 1000)
            computing.append((time.thread_time() - began[1]) * 1000)
        self.rows.append((what, clock, computing))
        self._settle()

    def run(self) -> list[Row]:
        """Measure everything."""
        from musemate.gui.takeorder import PROPOSALS, Filter, Order

        takes, table = self.takes, self.takes.table
        columns = ("similarity", "novelty", "stars", "tags", "length")
        self.measure("sort by a column", lambda n: takes._on_order(Order("", columns[n % 5], n % 2 == 0)))
        for name, (title, _) in PROPOSALS.items():
            self.measure(f"order: {title.lower()}", lambda n, name=name: takes._on_order(Order(name)))  # type: ignore[misc]
            takes._on_order(Order())
        texts = ("d", "da", "dar", "dark", "dark b", "")
        self.measure("filter, a letter more", lambda n: takes.filter.text.setText(texts[n % 6]))
        takes.filter.clear()
        self.measure("filter by stars", lambda n: takes.model.set_filter(Filter(stars=n % 6)))
        takes.filter.clear()
        bar = table.verticalScrollBar()
        self.measure("scroll by half a page", lambda n: bar.setValue(bar.value() + table.viewport().height() // 2))
        self.measure("scroll anywhere", lambda n: bar.setValue(n * 7919 % max(1, bar.maximum())))
        n_takes = len(takes.ids)
        self.measure("choose a take: all panels", lambda n: self.window.view._show_take(takes.ids[n * 37 % n_takes]))
        self.measure("choose the next take with the keyboard", lambda n: self._down())
        self.measure("give stars to one take", lambda n: self.window.choosing.give_stars([takes.ids[n]], n % 5 + 1))
        some = takes.ids[:100]
        self.measure("give stars to a hundred takes", lambda n: self.window.choosing.give_stars(some, n % 5 + 1))
        self.measure("undo that", lambda n: self.window.choosing.undo())
        self.measure("choose all", lambda n: table.selectAll() if n % 2 else table.clearSelection())
        self.measure("show the whole project again", lambda n: self.window.view.refresh())
        return self.rows

    def _down(self) -> None:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        QTest.keyClick(self.takes.table, Qt.Key.Key_Down)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--takes", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="musemate-bench-") as name:
        os.environ["MUSEMATE_HOME"] = name
        if not os.environ.get("DISPLAY"):
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        bench = Bench(make_project(Path(name) / "project", options.takes), options.runs)
        rows = bench.run()
        bench.window.close()
    print(f"{f'{options.takes} takes, ms':<44}{'median':>12}{'95 %':>12}{'computing':>12}{'95 %':>12}")
    for what, *kinds in rows:
        figures = (figure for times in kinds for figure in (statistics.median(times), float(np.quantile(times, 0.95))))
        print(f"{what:<44}" + "".join(f"{figure:>12.1f}" for figure in figures))


if __name__ == "__main__":
    main()
