"""Fetches the samples of what is seen from so near that its envelope no longer does."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from musemate.analysis.peaks import BLOCK
from musemate.audio.clip import LOWEST_RATE_HZ, AudioClip
from musemate.errors import MuseMateError
from musemate.gui.background import Background
from musemate.gui.clipview import ClipView
from musemate.gui.lanes import Side

LONGEST_S = 180.0
"""Longer sounds are read for listening only: their samples come from there."""


class Closeup(QObject):
    """Watches the zoom; reads each file once, in the background."""

    def __init__(self, view: ClipView, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view, self._background = view, background
        self._files: list[tuple[Side, Path]] = []
        self._asked: set[Path] = set()
        view.timeline.changed.connect(self.look)

    def set_files(self, files: list[tuple[Side, Path]]) -> None:
        """Say where the samples of what is shown now lie."""
        self._files = files
        self._asked.clear()

    def look(self) -> None:
        """Ask for samples where the pictures are closer than their envelopes."""
        per_pixel_s = self._view.timeline.width_s / self._view.canvas.plot_width
        for side, path in self._files:
            lane = side.wave
            if lane.rate_hz and per_pixel_s * lane.rate_hz < BLOCK and not lane.has_samples:
                self._ask(side, path, lane.duration_s)

    def _ask(self, side: Side, path: Path, duration_s: float) -> None:
        if path not in self._asked and duration_s <= LONGEST_S:
            self._asked.add(path)
            self._background.run(partial(_read, path), partial(self._on_read, side, path), _forget)

    def _on_read(self, side: Side, path: Path, clip: AudioClip) -> None:
        if (side, path) in self._files and not side.wave.has_samples:
            side.show_samples(clip)
            self._view.canvas.redraw()


def _forget(error: MuseMateError) -> None:
    """Leave it to the player to say that the file is gone: the envelope is still there to see."""


def _read(path: Path) -> AudioClip:
    from musemate.audio.files import read_clip

    return read_clip(path, min_s=0.0, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)
