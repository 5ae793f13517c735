"""Waveform above mel spectrogram on one time axis, with the region, the cursor, zoom and scroll."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsSceneWheelEvent, QWidget

from musemate.analysis.peaks import Peaks
from musemate.analysis.spectra import MelPicture
from musemate.audio.clip import AudioClip
from musemate.gui import palette
from musemate.gui.pictures import MelItem, PictureItem, WaveItem
from musemate.gui.regionitem import RegionPair
from musemate.gui.timeaxis import TimeAxis, frequency_ticks, side_axis, soften

CLOSEST_ZOOM_S = 0.02
ZOOM_STEP = 1.6
SEEK_STEP_S = 1.0


class TimeBox(pg.ViewBox):
    """A plot area in which the wheel zooms time, a click seeks and a drag draws a region."""

    clicked = Signal(float)
    drawn = Signal(float, float, bool)
    """Where the mouse went down and where it is now, in seconds; True when it is let go."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.setMouseEnabled(x=True, y=False)
        self.setDefaultPadding(0.0)

    def mouseClickEvent(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        """Seek (pyqtgraph's hook)."""
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.clicked.emit(self.mapSceneToView(event.scenePos()).x())

    def mouseDragEvent(self, event: pg.GraphicsScene.mouseEvents.MouseDragEvent, axis: int | None = None) -> None:
        """Draw a region with the left button, move the view with the others (pyqtgraph's hook)."""
        event.accept()
        if event.button() == Qt.MouseButton.LeftButton:
            start = self.mapSceneToView(event.buttonDownScenePos()).x()
            end = self.mapSceneToView(event.scenePos()).x()
            self.drawn.emit(start, end, event.isFinish())
            return
        here = self.mapSceneToView(event.scenePos()).x()
        before = self.mapSceneToView(event.lastScenePos()).x()
        self.translateBy(x=before - here)

    def wheelEvent(self, event: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:
        """Zoom around the mouse; with Shift, or sideways, scroll (Qt's hook)."""
        event.accept()
        width = self.viewRange()[0][1] - self.viewRange()[0][0]
        sideways = event.orientation() == Qt.Orientation.Horizontal
        if sideways or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.translateBy(x=-event.delta() / 120 * width * 0.1)
            return
        centre = self.mapSceneToView(event.scenePos())
        factor = ZOOM_STEP ** (-event.delta() / 240)
        self.scaleBy(x=factor, center=QPointF(centre.x(), 0))


class ClipView(pg.GraphicsLayoutWidget):
    """Both pictures of the current clip.

    Times are seconds of what is shown; whoever shows it knows what 0 means.
    """

    seeked = Signal(float)
    region_changed = Signal(float, float)
    """Start and end while the region moves."""
    region_chosen = Signal(float, float)
    """Start and end when the mouse lets go."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Waveform and spectrogram")
        self.setToolTip("")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(360, 200)
        self.duration_s = 0.0
        self.wave, self.mel = WaveItem(), MelItem()
        self._boxes: list[TimeBox] = []
        self._plots = [self._plot(0, self.wave, None), self._plot(1, self.mel, TimeAxis())]
        self._boxes[1].setXLink(self._boxes[0])
        self.ci.layout.setContentsMargins(4, 4, 8, 2)
        self.ci.layout.setSpacing(4)
        self.region = RegionPair(self._boxes)
        self.region.changed.connect(self._on_region_changed)
        self.region.chosen.connect(self.region_chosen)
        self._cursors = [self._cursor(box) for box in self._boxes]
        self._colour()

    # what is shown -------------------------------------------------------------------------------------

    def show_nothing(self, duration_s: float) -> None:
        """Prepare for a clip of that length whose pictures are still to come."""
        self.duration_s = duration_s
        self.wave.set_peaks(None, palette.FRAGMENT)
        self.mel.set_mel(None)
        self.set_bars(np.empty(0))
        for box in self._boxes:
            box.setLimits(xMin=0, xMax=duration_s, minXRange=min(CLOSEST_ZOOM_S, duration_s), maxXRange=duration_s)
        self.region.set_bounds(duration_s)
        self.set_cursor(0.0)
        self.show_all()

    def show_peaks(self, peaks: Peaks, colour: str) -> None:
        """Show the waveform."""
        self.wave.set_peaks(peaks, colour)
        ticks = [(0.75, "L"), (0.25, "R")] if peaks.n_channels == 2 else []
        self._plots[0].getAxis("left").setTicks([ticks])

    def show_mel(self, mel: MelPicture) -> None:
        """Show the mel spectrogram."""
        self.mel.set_mel(mel)
        self._plots[1].getAxis("left").setTicks(frequency_ticks(mel.edges_hz))

    def show_samples(self, clip: AudioClip) -> None:
        """Add the samples for the closest zooms."""
        self.wave.set_clip(clip)

    def set_bars(self, times_s: npt.NDArray[np.float64]) -> None:
        """Show where bars start."""
        for item in (self.wave, self.mel):
            item.set_bars(times_s)

    def set_cursor(self, position_s: float) -> None:
        """Move the cursor."""
        for cursor in self._cursors:
            cursor.setPos(position_s)

    # zoom ----------------------------------------------------------------------------------------------

    @property
    def visible_s(self) -> tuple[float, float]:
        """Start and end of the visible stretch."""
        first, last = self._boxes[0].viewRange()[0]
        return float(first), float(last)

    def show_all(self) -> None:
        """Zoom out to the whole clip."""
        self.show_stretch(0.0, self.duration_s)

    def show_stretch(self, start_s: float, end_s: float) -> None:
        """Zoom to a stretch."""
        self._boxes[0].setXRange(start_s, max(end_s, start_s + CLOSEST_ZOOM_S), padding=0)

    def show_region(self) -> None:
        """Zoom to the region with some air around it."""
        start, end = self.region.span
        air = 0.06 * (end - start)
        self.show_stretch(max(0.0, start - air), min(self.duration_s, end + air))

    def zoom(self, factor: float) -> None:
        """Zoom in (over 1) or out around the middle."""
        self._boxes[0].scaleBy(x=1 / factor)

    # events --------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Seek with the arrow keys (Qt's hook)."""
        steps: dict[int, float] = {Qt.Key.Key_Left: -SEEK_STEP_S, Qt.Key.Key_Right: SEEK_STEP_S}
        if event.key() in steps and not event.modifiers():
            self.seeked.emit(self._limited(float(self._cursors[0].value()) + steps[event.key()]))
        elif event.key() == Qt.Key.Key_Home:
            self.seeked.emit(0.0)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn sideways wheels into a scroll: the scene would lose them (Qt's hook)."""
        sideways = event.angleDelta().x()
        if sideways and not event.angleDelta().y():
            first, last = self.visible_s
            self._boxes[0].translateBy(x=-sideways / 120 * (last - first) * 0.1)
            event.accept()
            return
        super().wheelEvent(event)

    def _limited(self, time_s: float) -> float:
        return min(max(0.0, time_s), self.duration_s)

    def _on_clicked(self, time_s: float) -> None:
        self.seeked.emit(self._limited(time_s))

    def _on_region_changed(self, start_s: float, end_s: float) -> None:
        for item in (self.wave, self.mel):
            item.set_region(start_s, end_s)
        self.region_changed.emit(start_s, end_s)

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the colours of the scheme in use (Qt's hook)."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_cursors"):
            self._colour()

    # building ------------------------------------------------------------------------------------------

    def _plot(self, row: int, item: PictureItem, axis: TimeAxis | None) -> pg.PlotItem:
        box = TimeBox()
        axes = {"left": side_axis(), **({"bottom": axis} if axis else {})}
        plot = pg.PlotItem(viewBox=box, axisItems=axes)
        plot.hideButtons()
        if axis is None:
            plot.hideAxis("bottom")
        box.setYRange(0, 1, padding=0)
        box.addItem(item, ignoreBounds=True)
        box.clicked.connect(self._on_clicked)
        box.drawn.connect(lambda anchor, mouse, done: self.region.draw(anchor, mouse, done))
        self._boxes.append(box)
        self.addItem(plot, row, 0)
        return plot

    def _colour(self) -> None:
        self.setBackground(palette.colour(palette.PANEL))
        for box, plot, cursor in zip(self._boxes, self._plots, self._cursors, strict=True):
            box.setBackgroundColor(palette.colour(palette.WINDOW))
            cursor.setPen(pg.mkPen(palette.TEXT, width=1))
            for side in ("left", "bottom"):
                soften(plot.getAxis(side))
        for item in (self.wave, self.mel):
            item.forget()
        self.region.colour_anew()

    @staticmethod
    def _cursor(box: TimeBox) -> pg.InfiniteLine:
        line = pg.InfiniteLine(0.0, angle=90, movable=False)
        line.setZValue(30)
        box.addItem(line, ignoreBounds=True)
        return line
