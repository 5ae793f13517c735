"""The waveform: from smallest to largest sample faintly, the RMS strongly, and single samples when close."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from musemate.analysis.peaks import BLOCK, Peaks
from musemate.audio.clip import AudioClip
from musemate.gui import palette
from musemate.gui.lane import Lane
from musemate.language import _, number

QUIET_PEAK = 0.25
"""Quieter clips are not magnified more than to this peak: a whisper should not look like a scream."""
FILL, OUTLINE = "fill", "outline"
_SPAN, _INNER = 0.42, 0.95
"""Opacity between the extremes and within the RMS."""
_LINE_PX, _DOT_PX, _DOTS_FROM_PX = 1.4, 5.0, 8.0
_SMOOTH_PX = 2
"""An outline follows the largest of so many columns to both sides."""


class WaveLane(Lane):
    """Waveform of a clip, one lane a channel."""

    weight, least_px = 2.0, 40

    def __init__(self) -> None:
        super().__init__()
        self._peaks: Peaks | None = None
        self._clip: AudioClip | None = None
        self.is_take = False
        self.partner: WaveLane | None = None
        """A lane beside which this one is drawn at the same height."""

    def set_peaks(self, peaks: Peaks | None) -> None:
        """Show this envelope."""
        self._peaks, self._clip = peaks, None

    def set_clip(self, clip: AudioClip) -> None:
        """Add the samples themselves, for zooms closer than the envelope."""
        self._clip = clip

    @property
    def is_empty(self) -> bool:
        """Whether its picture is still to come."""
        return self._peaks is None

    @property
    def has_samples(self) -> bool:
        """Whether it can be drawn closer than its envelope."""
        return self._clip is not None

    @property
    def rate_hz(self) -> int:
        """Sample rate, 0 while its picture is still to come."""
        return self._peaks.rate_hz if self._peaks is not None else 0

    @property
    def duration_s(self) -> float:
        """Length of the clip, 0 while its picture is still to come."""
        return self._peaks.duration_s if self._peaks is not None else 0.0

    @property
    def peak(self) -> float:
        """The largest absolute sample."""
        return 0.0 if self._peaks is None else float(np.abs(self._peaks.levels[-1][:2]).max(initial=0.0))

    def ticks(self, height: float) -> list[tuple[float, str]]:
        """Return labels for both channels."""
        return [(0.75, "L"), (0.25, "R")] if self._peaks is not None and self._peaks.n_channels == 2 else []

    def value_at(self, time_s: float, part: float) -> str:
        """Describe the level around a time."""
        if self._peaks is None:
            return ""
        at, half = time_s - self.offset_s, max(0.005, BLOCK / self._peaks.rate_hz)
        low, high, rms = self._peaks.columns(at - half, at + half, 1)[:, :, 0]
        peak = max(float(high.max()), -float(low.min()))
        top = _("peak {level}").format(level=decibels(peak))
        return f"{top}  ·  RMS {decibels(float(np.sqrt(np.mean(rms**2))))}"

    def paint(self, painter: QPainter, rect: QRect, start_s: float, end_s: float) -> None:
        """Draw a stretch of time (Lane's hook)."""
        self.paint_as(painter, rect, start_s, end_s, FILL)

    def paint_as(self, painter: QPainter, rect: QRect, start_s: float, end_s: float, style: str) -> None:
        """Draw a stretch of time, filled or only its outline."""
        if self._peaks is None or rect.width() < 2 or rect.height() < 2:
            return
        start_s, end_s = start_s - self.offset_s, end_s - self.offset_s
        columns = self._columns(start_s, end_s, rect.width()) * self._gain()
        lane = rect.height() / columns.shape[1]
        colour = palette.colour(palette.TAKE if self.is_take else palette.FRAGMENT)
        ink = np.zeros((rect.height(), rect.width()), dtype=np.uint8)
        for channel in range(columns.shape[1]):
            first, last = round(lane * channel), round(lane * (channel + 1))
            ink[first:last] = channel_ink(columns[:, channel], last - first, style)
            middle = rect.top() + (first + last) / 2
            painter.fillRect(rect.left(), round(middle), rect.width(), 1, palette.colour(palette.LINE))
        painter.drawImage(rect.topLeft(), tinted(ink, colour))
        if self._clip is not None:
            self._paint_dots(painter, rect, start_s, end_s, colour)

    def _gain(self) -> float:
        return 1.0 / max(QUIET_PEAK, self.peak, self.partner.peak if self.partner else 0.0)

    def _columns(self, start_s: float, end_s: float, width: int) -> npt.NDArray[np.float32]:
        assert self._peaks is not None
        fine = (end_s - start_s) * self._peaks.rate_hz / width < BLOCK
        if fine and self._clip is not None:
            return sample_columns(self._clip, start_s, end_s, width)
        return self._peaks.columns(start_s, end_s, width)

    def _paint_dots(self, painter: QPainter, rect: QRect, start_s: float, end_s: float, colour: QColor) -> None:
        """Mark the samples where there is room between them."""
        clip = self._clip
        assert clip is not None
        if rect.width() < _DOTS_FROM_PX * (end_s - start_s) * clip.rate_hz:
            return
        first, last = max(0, int(start_s * clip.rate_hz)), min(clip.n_frames, int(end_s * clip.rate_hz) + 2)
        frames = np.arange(first, max(first, last))
        x = rect.left() + (frames / clip.rate_hz - start_s) / (end_s - start_s) * rect.width()
        lane = rect.height() / clip.n_channels
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, _DOT_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for channel, row in enumerate(clip.samples[:, first:last]):
            y = rect.top() + lane * (channel + 0.5) - row * self._gain() * lane * 0.46
            painter.drawPoints([QPointF(*place) for place in zip(x.tolist(), y.tolist(), strict=True)])


def channel_ink(columns: npt.NDArray[np.float32], height: int, style: str) -> npt.NDArray[np.uint8]:
    """Return how much ink each pixel of a channel gets, smooth at its edges.

    Parameters
    ----------
    columns : ndarray, shape (3, width)
        Smallest, largest and RMS value of each column, -1 to 1.
    height : int
        Pixels; the values reach over 92 % of them.
    style : str
        "fill", or "outline" for the edges only.

    Returns
    -------
    ndarray, shape (height, width), uint8
    """
    low, high, rms = columns
    middle, half = np.float32(height / 2), np.float32(height * 0.46)
    rows = np.arange(height, dtype=np.float32)[:, None]
    top, bottom = middle - high * half, middle - low * half
    thin = np.maximum(0.0, 1.0 - (bottom - top)) / 2  # at least one pixel of ink
    span = _covered(rows, top - thin, bottom + thin)
    if style == OUTLINE:
        return _outlined(rows, top, bottom)
    inner_top, inner_bottom = middle - np.minimum(rms, high) * half, middle - np.maximum(-rms, low) * half
    inner = _covered(rows, inner_top - thin, inner_bottom + thin)
    span *= 255.0 * _SPAN
    inner *= 255.0 * (_INNER - _SPAN)
    span += inner
    return span.astype(np.uint8)


def _outlined(
    rows: npt.NDArray[np.float32], top: npt.NDArray[np.float32], bottom: npt.NDArray[np.float32]
) -> npt.NDArray[np.uint8]:
    """Return the ink of two lines around a channel; single columns do not make them jagged."""
    result = np.zeros((len(rows), len(top)), dtype=np.float32)
    for curve, outer in ((top, np.minimum), (bottom, np.maximum)):
        padded = np.pad(curve, _SMOOTH_PX, mode="edge")
        hull = outer.reduce(np.lib.stride_tricks.sliding_window_view(padded, 2 * _SMOOTH_PX + 1), axis=-1)
        before = np.concatenate([hull[:1], hull[:-1]])
        low, high = np.minimum(hull, before), np.maximum(hull, before)
        np.maximum(result, _covered(rows, low - _LINE_PX / 2, high + _LINE_PX / 2), out=result)
    return np.asarray(255.0 * result, dtype=np.uint8)


def _covered(
    rows: npt.NDArray[np.float32], top: npt.NDArray[np.float32], bottom: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """How much of each pixel lies between two curves, 0-1, shape (rows, width)."""
    result = np.minimum(rows + 1, bottom)
    result -= np.maximum(rows, top)
    return np.asarray(np.clip(result, 0.0, 1.0, out=result))


def tinted(ink: npt.NDArray[np.uint8], colour: QColor) -> QImage:
    """Return ink of one colour as a picture that lets the paper through, shape (height, width)."""
    height, width = ink.shape
    alpha = np.arange(256, dtype=np.uint32)
    parts = [(alpha * part + 127) // 255 for part in (colour.red(), colour.green(), colour.blue())]
    table = (alpha << 24) + (parts[0] << 16) + (parts[1] << 8) + parts[2]
    pixels = table.astype(np.uint32)[ink]
    image = QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_ARGB32_Premultiplied)
    image.pixels = pixels  # type: ignore[attr-defined]  # QImage does not keep its memory alive
    return image


def decibels(value: float) -> str:
    """Return a level such as "−12.3 dB"; under -96 dB it is silence."""
    if value < 1.6e-5:
        return _("silence")
    return f"{number(20 * np.log10(value), '.1f')} dB".replace("-", "−")


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
