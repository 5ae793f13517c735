"""The two pictures of a clip: they draw exactly the visible stretch, one column a screen pixel.

What was drawn is kept as an image, so that the moving cursor costs one copy and no new drawing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from musemate.analysis.peaks import BLOCK, Peaks
from musemate.analysis.spectra import MelPicture
from musemate.audio.clip import AudioClip
from musemate.gui import palette

QUIET_PEAK = 0.25
"""Quieter clips are not magnified more than to this peak: a whisper should not look like a scream."""
MIN_BAR_PX = 14


class PictureItem(pg.GraphicsObject):
    """Base of the pictures: keeps the drawn image, shades what lies outside the region, draws bar lines."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._key: tuple[float, ...] = ()
        self._region = (0.0, 0.0)
        self._bars: npt.NDArray[np.float64] = np.empty(0)

    def forget(self) -> None:
        """Draw anew at the next paint."""
        self._key = ()
        self.update()

    def set_region(self, start_s: float, end_s: float) -> None:
        """Show everything outside of this stretch darker; an empty stretch darkens nothing."""
        self._region = (start_s, end_s)
        self.update()

    def set_bars(self, times_s: npt.NDArray[np.float64]) -> None:
        """Draw a faint line at each of these times."""
        self._bars = times_s
        self.update()

    def boundingRect(self) -> QRectF:
        """Cover whatever is visible (Qt's hook)."""
        view = self.getViewBox()
        return QRectF() if view is None else view.viewRect()

    def viewRangeChanged(self) -> None:
        """Follow zoom and scroll (pyqtgraph's hook)."""
        self.prepareGeometryChange()
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Copy the kept image, drawing it first if the view changed (Qt's hook)."""
        view = self.boundingRect()
        target = painter.worldTransform().mapRect(view)
        density = painter.device().devicePixelRatioF()
        key = (view.left(), view.right(), target.width(), target.height(), density)
        if target.width() < 2 or target.height() < 2:
            return
        if key != self._key:
            self._image = self._drawn(view.left(), view.right(), target, density)
            self._key = key
        painter.save()
        painter.resetTransform()
        if self._image is not None:
            painter.drawImage(target, self._image)
        self._paint_over(painter, view, target)
        painter.restore()

    def _paint_over(self, painter: QPainter, view: QRectF, target: QRectF) -> None:
        def place(time_s: float) -> float:
            return target.left() + (time_s - view.left()) / view.width() * target.width()

        self._paint_bars(painter, view, target, place)
        start, end = self._region
        if end <= start:
            return
        shade = palette.colour(palette.WINDOW, 0.62)
        left, right = place(start), place(end)
        if left > target.left():
            painter.fillRect(QRectF(target.left(), target.top(), left - target.left(), target.height()), shade)
        if right < target.right():
            painter.fillRect(QRectF(right, target.top(), target.right() - right, target.height()), shade)

    def _paint_bars(self, painter: QPainter, view: QRectF, target: QRectF, place: Callable[[float], float]) -> None:
        visible = self._bars[(self._bars >= view.left()) & (self._bars <= view.right())]
        if visible.size < 1 or target.width() / visible.size < MIN_BAR_PX:
            return
        painter.setPen(palette.colour(palette.TEXT, 0.10))
        for time_s in visible:
            x = round(place(float(time_s))) + 0.5
            painter.drawLine(QPointF(x, target.top()), QPointF(x, target.bottom()))

    def _drawn(self, start_s: float, end_s: float, target: QRectF, density: float) -> QImage | None:
        raise NotImplementedError


class WaveItem(PictureItem):
    """Waveform: the span from smallest to largest sample faintly, the RMS of each column strongly."""

    def __init__(self) -> None:
        super().__init__()
        self._peaks: Peaks | None = None
        self._clip: AudioClip | None = None
        self.colour: str = palette.FRAGMENT

    def set_peaks(self, peaks: Peaks | None, colour: str) -> None:
        """Show this envelope in that colour."""
        self._peaks, self._clip, self.colour = peaks, None, colour
        self.forget()

    def set_clip(self, clip: AudioClip) -> None:
        """Add the samples themselves, for zooms closer than the envelope."""
        self._clip = clip
        self.forget()

    def _drawn(self, start_s: float, end_s: float, target: QRectF, density: float) -> QImage | None:
        if self._peaks is None:
            return None
        width, height = round(target.width() * density), round(target.height() * density)
        image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        columns = self._columns(start_s, end_s, width)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lane = height / columns.shape[1]
        gain = 1.0 / max(QUIET_PEAK, float(np.abs(self._peaks.levels[-1][:2]).max(initial=0.0)))
        for channel in range(columns.shape[1]):
            self._paint_lane(painter, columns[:, channel] * gain, lane * (channel + 0.5), lane * 0.46)
        painter.end()
        return image

    def _columns(self, start_s: float, end_s: float, width: int) -> npt.NDArray[np.float32]:
        assert self._peaks is not None
        fine = (end_s - start_s) * self._peaks.rate_hz / width < BLOCK
        if fine and self._clip is not None:
            return sample_columns(self._clip, start_s, end_s, width)
        return self._peaks.columns(start_s, end_s, width)

    def _paint_lane(self, painter: QPainter, columns: npt.NDArray[np.float32], middle: float, half: float) -> None:
        low, high, rms = columns
        painter.setPen(palette.colour(palette.LINE))
        painter.drawLine(QPointF(0, middle), QPointF(len(low), middle))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.colour(self.colour, 0.42))
        painter.drawPolygon(_band(middle - high * half, middle - low * half))
        painter.setBrush(palette.colour(self.colour, 0.95))
        inner_high, inner_low = np.minimum(rms, high), np.maximum(-rms, low)
        painter.drawPolygon(_band(middle - inner_high * half, middle - inner_low * half))


class MelItem(PictureItem):
    """Mel spectrogram: low notes at the bottom, loud ones bright."""

    def __init__(self) -> None:
        super().__init__()
        self._mel: MelPicture | None = None
        self._lowest, self._highest = 0, 255

    def set_mel(self, mel: MelPicture | None) -> None:
        """Show this spectrogram."""
        self._mel = mel
        # the 5th percentile becomes the darkest colour and the loudest band the brightest: a loud mix is not one
        # bright field, a soft one not a black one
        if mel is not None:
            lowest, highest = np.percentile(mel.image[:, :: max(1, mel.image.shape[1] // 2000)], (5, 99.9))
            self._lowest = min(150, int(lowest))
            self._highest = max(self._lowest + 80, int(highest))
        self.forget()

    def _drawn(self, start_s: float, end_s: float, target: QRectF, density: float) -> QImage | None:
        if self._mel is None:
            return None
        columns = self._mel.columns(start_s, end_s, round(target.width() * density))[::-1]
        span = self._highest - self._lowest
        stretched = np.clip(columns.astype(np.int32) - self._lowest, 0, span) * 255 // span
        rows, width = columns.shape
        levels = np.zeros((rows, -(-width // 4) * 4), dtype=np.uint8)  # QImage wants rows of whole 32-bit words
        levels[:, :width] = stretched
        image = QImage(levels.data, width, rows, levels.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(palette.mel_table())
        size = (width, max(1, round(target.height() * density)))
        coloured = image.convertToFormat(QImage.Format.Format_RGB32)  # its own copy: `levels` ends here
        return coloured.scaled(*size, mode=Qt.TransformationMode.SmoothTransformation)


def sample_columns(clip: AudioClip, start_s: float, end_s: float, n_columns: int) -> npt.NDArray[np.float32]:
    """Measure columns of the samples themselves.

    Parameters
    ----------
    clip : AudioClip
        The sound.
    start_s, end_s : float
        The stretch in seconds; outside the clip everything is zero.
    n_columns : int
        Columns wanted.

    Returns
    -------
    ndarray, shape (3, channels, n_columns), float32
        Minimum, maximum and, in place of the RMS, the larger of both: so close up, the line itself is solid.
    """
    edges = np.linspace(start_s, end_s, n_columns + 1) * clip.rate_hz
    frames = np.clip(edges, 0, clip.n_frames - 1)
    # between two samples the sound is drawn as a straight line; each column reaches to its neighbour
    first, last = int(frames[0]), int(np.ceil(frames[-1])) + 1
    part = clip.samples[:, first : last + 1]
    at = np.stack([np.interp(frames - first, np.arange(part.shape[1]), row) for row in part])
    low, high = np.minimum(at[:, :-1], at[:, 1:]), np.maximum(at[:, :-1], at[:, 1:])
    starts = np.minimum(np.ceil(frames[:-1] - first).astype(np.int64), part.shape[1] - 1)
    holds = np.ceil(frames[:-1]) < frames[1:]  # columns with at least one sample inside
    low = np.where(holds, np.minimum(low, np.minimum.reduceat(part, starts, axis=1)), low)
    high = np.where(holds, np.maximum(high, np.maximum.reduceat(part, starts, axis=1)), high)
    outside = (edges[1:] <= 0) | (edges[:-1] >= clip.n_frames)
    low[:, outside] = high[:, outside] = 0.0
    rms = np.maximum(np.abs(low), np.abs(high))
    return np.stack([low, high, rms]).astype(np.float32)


def _band(top: npt.NDArray[np.float32], bottom: npt.NDArray[np.float32]) -> QPolygonF:
    """Return the outline between two curves, at least one pixel high."""
    thin = np.maximum(0.0, 1.0 - (bottom - top)) / 2
    x = np.arange(len(top)) + 0.5
    outline_x = np.concatenate([x, x[::-1]])
    outline_y = np.concatenate([top - thin, (bottom + thin)[::-1]])
    return pg.functions.arrayToQPolygonF(outline_x, outline_y.astype(np.float64))
