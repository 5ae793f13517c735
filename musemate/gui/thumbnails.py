"""Small waveforms of takes: read in the background when a row is first seen, kept as a few bars each."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap

from musemate.analysis.peaks import Peaks
from musemate.errors import MuseMateError
from musemate.gui import palette

if TYPE_CHECKING:
    from musemate.gui.session import Session

N_BARS = 192
"""Bars kept of a take; narrower pictures join some."""
BAR_PX, GAP_PX = 2, 1
MOST_ASKED = 40
"""Waveforms asked for and not there yet: whoever scrolls past a thousand rows does not want them all."""
MOST_DRAWN = 256

Bars = npt.NDArray[np.float32]


class Thumbnails(QObject):
    """Hands out the bars of audio files as soon as they are there."""

    changed = Signal(str)
    """Name of an audio file whose bars came, or whose file is missing."""

    def __init__(self, session: Session | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._bars: dict[str, Bars] = {}
        self._asked: set[str] = set()
        self._drawn: OrderedDict[tuple[str, int, int, float, str], QPixmap] = OrderedDict()
        self._missing: set[str] = set()
        if session is not None:
            session.project_changed.connect(self.clear)
            session.pictures.ready.connect(self._on_picture)

    def clear(self) -> None:
        """Forget everything: another project."""
        for kept in (self._bars, self._asked, self._drawn, self._missing):
            kept.clear()

    def is_missing(self, audio: str) -> bool:
        """Whether the file was looked for and is not there."""
        return audio in self._missing

    def has(self, audio: str) -> bool:
        """Whether the waveform is there."""
        return audio in self._bars

    def pixmap(self, audio: str, width: int, height: int, density: float, colour: str) -> QPixmap | None:
        """Return the waveform in a size and a colour; None, and it is asked for, while it is not there."""
        if audio not in self._bars:
            self._want(audio)
            return None
        key = (audio, width, height, density, str(colour))
        if key not in self._drawn:
            self._drawn[key] = _draw(self._bars[audio], width, height, density, colour)
            while len(self._drawn) > MOST_DRAWN:
                self._drawn.popitem(last=False)
        self._drawn.move_to_end(key)
        return self._drawn[key]

    def put(self, audio: str, peaks: Peaks) -> None:
        """Keep the waveform of an audio file."""
        self._on_bars(audio, measured(peaks))

    def _want(self, audio: str) -> None:
        project = self._session.project if self._session is not None else None
        if project is None or audio in self._asked or audio in self._missing or len(self._asked) >= MOST_ASKED:
            return
        self._asked.add(audio)
        cached = project.folder / "cache" / Path(audio).stem / "peaks.npy"
        look = partial(_look, cached, project.audio_path(audio))
        assert self._session is not None
        self._session.background.run(look, partial(self._on_look, audio), lambda _: self._on_look(audio, None))

    def _on_look(self, audio: str, found: Bars | bool | None) -> None:
        if isinstance(found, np.ndarray):
            self._on_bars(audio, found)
        elif found is False:
            self._asked.discard(audio)
            self._missing.add(audio)
            self.changed.emit(audio)
        elif self._session is not None:  # to be drawn first; `pictures.ready` brings it
            self._session.pictures.want(audio)

    def _on_picture(self, audio: str, picture: object) -> None:
        if isinstance(picture, Peaks) and audio not in self._bars:
            self._on_bars(audio, measured(picture))

    def _on_bars(self, audio: str, bars: Bars) -> None:
        self._asked.discard(audio)
        self._bars[audio] = bars
        self.changed.emit(audio)


def measured(peaks: Peaks) -> Bars:
    """Return the heights of the bars, 0 to 1, shape (N_BARS,)."""
    low, high, rms = peaks.columns(0.0, peaks.duration_s, N_BARS)
    loud = (0.5 * np.maximum(high, -low) + 0.5 * rms).max(axis=0)
    return np.asarray(loud / max(0.1, float(loud.max(initial=0.0))), dtype=np.float32)


def _look(cached: Path, audio: Path) -> Bars | bool | None:
    """Read a cached waveform: None where it has to be drawn first, False where there is nothing to draw."""
    if not audio.is_file():
        return False
    try:
        return measured(Peaks.load(cached))
    except MuseMateError:
        return None


def _draw(bars: Bars, width: int, height: int, density: float, colour: str) -> QPixmap:
    n_bars = max(1, width // (BAR_PX + GAP_PX))
    edges = np.linspace(0, len(bars), n_bars + 1).astype(np.int64)
    heights = np.maximum.reduceat(bars, np.minimum(edges[:-1], len(bars) - 1))
    result = QPixmap(round(width * density), round(height * density))
    result.setDevicePixelRatio(density)
    result.fill(Qt.GlobalColor.transparent)
    with QPainter(result) as painter:
        middle, ink = height / 2, palette.colour(colour)
        for place, tall in enumerate(heights):
            half = max(0.5, float(tall) * middle)
            painter.fillRect(QRectF(place * (BAR_PX + GAP_PX), middle - half, BAR_PX, 2 * half), ink)
    return result
