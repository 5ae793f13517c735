"""Waveform and mel spectrogram of what is heard, for studies that show them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QVBoxLayout, QWidget

from musemate.audio.clip import AudioClip
from musemate.gui.background import Background
from musemate.gui.canvas import Canvas
from musemate.gui.lanes import MEL, WAVE, Side
from musemate.gui.region import Region
from musemate.gui.timeline import Timeline
from musemate.language import _
from musemate.tasks.draw_pictures import Picture, draw_picture

HEIGHT = 144


class PictureView(QWidget):
    """The two pictures of one sample, in the same colours for all."""

    def __init__(self) -> None:
        super().__init__()
        self._side = Side()
        self.timeline, region = Timeline(self), Region(self)
        self.canvas = Canvas(self.timeline, region)
        self.canvas.grid.is_shown = False
        self.canvas.setAccessibleName(_("Waveform and spectrogram"))
        self.canvas.set_lanes([self._side.lanes[layer] for layer in (WAVE, MEL)])
        self.setFixedHeight(HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)

    def begin(self, duration_s: float) -> None:
        """Prepare for the pictures of a sample of that length."""
        self._side.clear()
        self.timeline.set_duration(duration_s)
        self.canvas.redraw()

    def show_picture(self, picture: Picture) -> None:
        """Show one."""
        self._side.show(picture)
        self.canvas.redraw()

    def set_cursor(self, position_s: float) -> None:
        """Move the cursor."""
        self.canvas.set_cursor(position_s)


class Pictures(QObject):
    """Draws in the background what is heard."""

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._clip: AudioClip | None = None
        self.view = PictureView()

    def clear(self) -> None:
        """Show nothing: another sample comes."""
        self._clip = None
        self.view.begin(1.0)

    def draw(self, clip: AudioClip) -> None:
        """Draw the pictures of a clip, unless they are there."""
        if clip is self._clip:
            return
        self._clip = clip
        self.view.begin(clip.duration_s)
        for layer in (WAVE, MEL):
            self._background.run(partial(_drawn, layer, clip), partial(self._on_drawn, clip), lambda error: None)

    def _on_drawn(self, clip: AudioClip, picture: Picture) -> None:
        if clip is self._clip:
            self.view.show_picture(picture)


def _drawn(layer: str, clip: AudioClip) -> Picture:
    """Draw a picture, and measure here, off the window's thread, what painting it will ask for."""
    picture = draw_picture(layer, clip)
    if layer == MEL:
        measured = picture.levels, picture.contrast  # type: ignore[union-attr]
        assert measured
    return picture
