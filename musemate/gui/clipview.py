"""All pictures of the current clip on one time axis, with the region, the cursor, zoom, scroll and a read-out."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from musemate.audio.clip import AudioClip
from musemate.gui.clipcanvas import ClipCanvas
from musemate.gui.lanes import MEL, WAVE, Lanes, Picture
from musemate.gui.maplane import MapLane
from musemate.gui.overview import Overview
from musemate.gui.readout import Readout
from musemate.gui.region import Region
from musemate.gui.ruler import Ruler
from musemate.gui.timeline import CLOSEST_ZOOM_S, Timeline
from musemate.gui.wavelane import WaveLane
from musemate.language import _
from musemate.project.records import Beats


class ClipView(QWidget):
    """The pictures of the current clip, and of what it is compared with.

    Times are seconds of what is shown; whoever shows it knows what 0 means.
    """

    seeked = Signal(float)
    region_changed = Signal(float, float)
    """Start and end while the region moves."""
    region_chosen = Signal(float, float)
    """Start and end when the mouse lets go."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.timeline, self.region = Timeline(self), Region(self)
        self.lanes = Lanes()
        self.canvas = ClipCanvas(self.timeline, self.region)
        self.canvas.setAccessibleName(_("Waveform and spectrogram"))
        self.ruler, self.overview = Ruler(self.timeline), Overview(self.timeline, self.lanes.main.wave)
        self.readout = Readout(self.canvas)
        self.setFocusProxy(self.canvas)
        self.setMinimumSize(360, 200)
        self._build()
        self._connect()
        self._choose()

    # what is shown -------------------------------------------------------------------------------------

    @property
    def wave(self) -> WaveLane:
        """The waveform of the clip."""
        return self.lanes.main.wave

    @property
    def mel(self) -> MapLane:
        """The mel spectrogram of the clip."""
        return self.lanes.main.maps[MEL]

    @property
    def duration_s(self) -> float:
        """Length of the clip."""
        return self.timeline.duration_s

    def show_nothing(self, duration_s: float, *, is_take: bool = False) -> None:
        """Prepare for a clip of that length whose pictures are still to come."""
        self.lanes.has_other = False
        for side in (self.lanes.main, self.lanes.other):
            side.clear()
        self.lanes.main.place(is_take=is_take)
        self.region.is_take = is_take
        self.canvas.grid.set_beats(None)
        self.timeline.set_duration(duration_s)
        self.region.set_bounds(duration_s)
        self.set_cursor(0.0)
        self._choose()

    def compare(self, offset_s: float, names: tuple[str, str]) -> None:
        """Prepare for the pictures of a second sound.

        Parameters
        ----------
        offset_s : float
            Where it begins on the time axis.
        names : tuple of str
            What the clip and the second sound are called.
        """
        is_take = self.wave.is_take
        self.lanes.has_other = True
        self.lanes.other.clear()
        self.lanes.main.place(is_take=is_take, name=names[0])
        self.lanes.other.place(is_take=not is_take, offset_s=offset_s, name=names[1])
        self._choose()

    def show_picture(self, picture: Picture, *, of_other: bool = False) -> None:
        """Show a picture of the clip, or of the second sound."""
        (self.lanes.other if of_other else self.lanes.main).show(picture)
        self.canvas.redraw()
        if picture.layer == WAVE and not of_other:
            self.overview.redraw()

    def show_samples(self, clip: AudioClip) -> None:
        """Add the samples for the closest zooms."""
        self.wave.set_clip(clip)
        self.canvas.redraw()

    def set_mode(self, mode: str) -> None:
        """Choose how two sounds are shown; see `lanes.MODES`."""
        self.lanes.mode = mode
        self._choose()

    def set_layers(self, layers: Collection[str]) -> None:
        """Choose which pictures are shown; see `lanes.LAYERS`."""
        self.lanes.layers = frozenset(layers)
        self._choose()

    def set_beats(self, beats: Beats | None) -> None:
        """Show beats and bars of this metre, where it is sure."""
        self.canvas.grid.set_beats(beats)
        self.canvas.redraw()

    def show_grid(self, shown: bool) -> None:
        """Show or hide beats and bars."""
        self.canvas.grid.is_shown = shown
        self.canvas.redraw()

    def set_cursor(self, position_s: float) -> None:
        """Move the cursor."""
        self.canvas.set_cursor(position_s)

    def place_of(self, time_s: float, row: int = 0) -> QPoint:
        """Return where a time lies in a picture, in pixels of `viewport()`."""
        return self.canvas.place_of(time_s, row)

    def viewport(self) -> QWidget:
        """Return the widget that the mouse works on."""
        return self.canvas

    # zoom ----------------------------------------------------------------------------------------------

    @property
    def visible_s(self) -> tuple[float, float]:
        """Start and end of the visible stretch."""
        return self.timeline.visible_s

    def show_all(self) -> None:
        """Zoom out to the whole clip."""
        self.timeline.show_all()

    def show_stretch(self, start_s: float, end_s: float) -> None:
        """Zoom to a stretch."""
        self.timeline.show(start_s, max(end_s, start_s + CLOSEST_ZOOM_S))

    def show_region(self) -> None:
        """Zoom to the region with some air around it."""
        start, end = self.region.span
        air = 0.06 * (end - start)
        self.show_stretch(max(0.0, start - air), min(self.duration_s, end + air))

    def zoom(self, factor: float) -> None:
        """Zoom in (over 1) or out around the middle."""
        self.timeline.zoom(factor)

    def sizeHint(self) -> QSize:
        """Ask for room for two pictures (Qt's hook)."""
        return QSize(720, 360)

    # building ------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        self.canvas.set_lanes(self.lanes.chosen())
        self.overview.redraw()

    def _build(self) -> None:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.canvas)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addWidget(self.ruler)
        layout.addWidget(self.overview)
        layout.addWidget(self.readout)

    def _connect(self) -> None:
        self.canvas.resized.connect(self._on_resized)
        self.canvas.seeked.connect(self.seeked)
        self.canvas.pointed.connect(self._on_pointed)
        self.canvas.unpointed.connect(self.readout.clear_place)
        self.region.changed.connect(self.region_changed)
        self.region.chosen.connect(self.region_chosen)

    def _on_resized(self) -> None:
        self.ruler.set_plot_width(self.canvas.plot_width)
        self.overview.set_plot_width(self.canvas.plot_width)

    def _on_pointed(self, place: QPointF) -> None:
        self.readout.show_place(place)
