"""Pictures of levels over time: mel spectrogram, STFT, MFCC and chromagram."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from musemate.analysis.gridpicture import CHROMA, MFCC, STFT, GridPicture
from musemate.analysis.notenames import note_names
from musemate.analysis.spectra import FLOOR_DB, TOP_DB, MelPicture
from musemate.gui import colourmaps
from musemate.gui.lane import ColourBar, Lane, image_of
from musemate.gui.notes import hertz, note, short_hertz
from musemate.language import _, mark, number, pgettext

MEL_HZ = (200, 1_000, 3_000, 8_000)
STFT_HZ = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
TICK_PX = 16
"""Least height of a label."""
TITLES = {"mel": mark("Mel spectrogram"), STFT: "STFT", MFCC: "MFCC", CHROMA: mark("Chromagram")}


class MapLane(Lane):
    """Levels over frequency and time, low notes at the bottom."""

    def __init__(self, layer: str) -> None:
        super().__init__(_(TITLES[layer]))
        self.layer = layer
        self.weight = 3.0 if layer in ("mel", STFT) else 1.6
        self.least_px = 48
        self.picture: MelPicture | GridPicture | None = None
        self.partner: MapLane | None = None
        """A lane beside which this one is drawn with the same meaning of the colours."""

    @property
    def is_empty(self) -> bool:
        """Whether its picture is still to come."""
        return self.picture is None

    @property
    def contrast(self) -> tuple[int, int]:
        """The values of the picture that become the first and the last colour."""
        pictures = [lane.picture for lane in (self, self.partner) if lane is not None and lane.picture is not None]
        found = [picture.contrast for picture in pictures] or [(0, 255)]
        return min(low for low, _ in found), max(high for _, high in found)

    def paint(self, painter: QPainter, rect: QRect, start_s: float, end_s: float) -> None:
        """Draw a stretch of time (Lane's hook)."""
        picture = self.picture
        if picture is None or rect.width() < 2 or rect.height() < 2:
            return
        start_s, end_s = start_s - self.offset_s, end_s - self.offset_s
        per_second = picture.rate_hz / picture.hop
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.layer in ("mel", STFT))
        if (end_s - start_s) * per_second >= rect.width():
            image = self._coloured(picture.columns(start_s, end_s, rect.width()))
            painter.drawImage(QRectF(rect), image, QRectF(0, 0, rect.width(), image.height()))
        else:
            # closer than the picture: between two columns the colours run into one another
            first = max(0, int(start_s * per_second + 0.5) - 1)
            last = min(picture.image.shape[1], int(end_s * per_second + 0.5) + 2)
            shift = rect.width() / (end_s - start_s) / per_second
            left = rect.left() + (first - 0.5 - start_s * per_second) * shift
            image = self._coloured(picture.image[:, first:last])
            painter.setClipRect(rect)
            painter.drawImage(QRectF(left, rect.top(), (last - first) * shift, rect.height()), image)
            painter.setClipping(False)

    def ticks(self, height: float) -> list[tuple[float, str]]:
        """Return labels of frequencies, coefficients or pitch classes."""
        if self.picture is None:
            return []
        rows = self.picture.rows
        if self.layer == CHROMA:
            return _spaced([((row + 0.5) / 12, note_names()[row]) for row in (0, 4, 7, 9, 2, 5, 11)], height)
        if self.layer == MFCC:
            return _spaced([((row + 0.5) / len(rows), str(row)) for row in (0, 12, 6, 3, 9)], height)
        shown = MEL_HZ if self.layer == "mel" else STFT_HZ
        places = np.interp(shown, rows, (np.arange(len(rows)) + 0.5) / len(rows))
        pairs = [(float(at), short_hertz(hz)) for at, hz in zip(places, shown, strict=True) if rows[0] < hz < rows[-1]]
        return _spaced(pairs, height)

    def colour_bar(self) -> ColourBar:
        """Return what the colours mean."""
        if self.layer == MFCC:
            return ColourBar(colourmaps.deviations(), pgettext("value", "high"), pgettext("value", "low"))
        if self.layer == CHROMA:
            return ColourBar(colourmaps.levels(), "1", "0")
        bottom, top = (f"{_level_db(value):.0f}".replace("-", "−") for value in self.contrast)
        return ColourBar(colourmaps.levels(), f"{top} dB", bottom)

    def value_at(self, time_s: float, part: float) -> str:
        """Describe the value of the row under the mouse."""
        if self.picture is None:
            return ""
        row = min(len(self.picture.rows) - 1, max(0, int(part * len(self.picture.rows))))
        value = self.picture.value_at(time_s - self.offset_s, row)
        if self.layer == CHROMA:
            return f"{note_names()[row]}  ·  " + _("{n}% of the strongest").format(n=round(100 * value))
        if self.layer == MFCC:
            level = number(value, ".1f").replace("-", "−")
            return _("coefficient {n}").format(n=row) + f"  ·  {level}"
        hz = float(np.interp(part * len(self.picture.rows) - 0.5, np.arange(len(self.picture.rows)), self.picture.rows))
        texts = [hertz(hz), note(hz), f"{value:.0f} dB".replace("-", "−")]
        return "  ·  ".join(text for text in texts if text)

    def _coloured(self, values: npt.NDArray[np.uint8]) -> QImage:
        table = colourmaps.deviations() if self.layer == MFCC else colourmaps.levels()
        low, high = self.contrast
        stretch = np.clip((np.arange(256) - low) * 255 // max(1, high - low), 0, 255)
        return image_of(values, table[stretch])


class DifferenceLane(Lane):
    """By how much each mel band of the take is louder or softer than in the fragment at the same place."""

    weight, least_px = 3.0, 64
    most_db = 24.0
    """Difference that gets the full colour."""

    def __init__(self, fragment: MapLane, take: MapLane) -> None:
        super().__init__(_("Mel spectrogram: take minus fragment"))
        self._fragment, self._take = fragment, take

    @property
    def is_empty(self) -> bool:
        """Whether one of the two pictures is still to come."""
        return self._fragment.is_empty or self._take.is_empty

    def paint(self, painter: QPainter, rect: QRect, start_s: float, end_s: float) -> None:
        """Draw a stretch of time (Lane's hook)."""
        if self.is_empty or rect.width() < 2 or rect.height() < 2:
            return
        difference = self.difference_db(start_s, end_s, rect.width())
        values = np.clip(difference * (127.5 / self.most_db) + 127.5, 0, 255).astype(np.uint8)
        image = image_of(values, colourmaps.differences())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(rect), image, QRectF(0, 0, image.width(), image.height()))

    def difference_db(self, start_s: float, end_s: float, n_columns: int) -> npt.NDArray[np.float32]:
        """Return take minus fragment in dB, shape (n_mels, n_columns); 0 where one of them is not there.

        Levels below the softest colour count as that: what cannot be heard does not differ.
        """
        floor = min(self._fragment.contrast[0], self._take.contrast[0])
        take, fragment = self._take.picture, self._fragment.picture
        assert isinstance(take, MelPicture) and isinstance(fragment, MelPicture)
        levels = []
        for lane, picture in ((self._take, take), (self._fragment, fragment)):
            columns = picture.columns(start_s - lane.offset_s, end_s - lane.offset_s, n_columns)
            levels.append(np.maximum(columns, floor).astype(np.float32))
        difference = levels[0] - levels[1][_nearest(fragment.rows, take.rows)]
        difference *= (take.top_db - take.floor_db) / 255.0
        difference[take.rows > fragment.rows[-1] * 1.03] = 0.0
        times = np.linspace(start_s, end_s, n_columns)
        for lane, picture in ((self._take, take), (self._fragment, fragment)):
            outside = (times < lane.offset_s) | (times > lane.offset_s + picture.duration_s)
            difference[:, outside] = 0.0
        return np.asarray(difference, dtype=np.float32)

    def ticks(self, height: float) -> list[tuple[float, str]]:
        """Return labels of frequencies."""
        return self._take.ticks(height)

    def colour_bar(self) -> ColourBar:
        """Return what the colours mean."""
        return ColourBar(colourmaps.differences(), f"+{self.most_db:.0f} dB", f"−{self.most_db:.0f}")

    def value_at(self, time_s: float, part: float) -> str:
        """Describe the difference under the mouse."""
        if self.is_empty:
            return ""
        column = self.difference_db(time_s, time_s + 0.01, 1)[:, 0]
        row = min(len(column) - 1, max(0, int(part * len(column))))
        value = float(column[row])
        louder = _("take {n} dB louder") if value > 0 else _("take {n} dB softer")
        if abs(value) < 0.5:
            louder = _("as loud")
        place = self._take.value_at(time_s, part).rpartition("  ·  ")[0]
        return f"{place}  ·  {louder.format(n=round(abs(value)))}"


def _nearest(rows: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the row nearest to each wanted frequency."""
    return np.asarray(np.rint(np.interp(wanted, rows, np.arange(len(rows)))), dtype=np.int64)


def _level_db(value: int) -> float:
    """Return the level of a value of a picture of levels."""
    return FLOOR_DB + (TOP_DB - FLOOR_DB) * value / 255.0


def _spaced(pairs: list[tuple[float, str]], height: float) -> list[tuple[float, str]]:
    """Leave out labels that would touch one before them."""
    kept: list[tuple[float, str]] = []
    for at, text in pairs:
        if all(abs(at - other) * height >= TICK_PX for other, _ in kept) and 6 < at * height < height - 4:
            kept.append((at, text))
    return kept
