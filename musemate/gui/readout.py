"""One quiet line below the pictures: time, bar and beat, frequency, note and level under the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QSizePolicy

from musemate.gui.canvas import Canvas
from musemate.gui.ruler import LEFT_PX, minutes
from musemate.language import _

HEIGHT_PX = 20


class Readout(QLabel):
    """Always there and always of the same height, so that nothing moves when the mouse comes."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas
        self._place: QPointF | None = None
        self.setObjectName("small")
        self.setTextFormat(Qt.TextFormat.PlainText)  # it names clips
        self.setAccessibleName(_("Values under the mouse"))
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setIndent(LEFT_PX)
        canvas.drawn.connect(self._refresh, Qt.ConnectionType.QueuedConnection)
        font = QFont(self.font())
        font.setFeature(QFont.Tag("tnum"), 1)
        self.setFont(font)

    def show_place(self, place: QPointF) -> None:
        """Describe what is drawn there, now and after every change of the view."""
        self._place = place
        found = self._canvas.lane_at(place.y())
        x = place.x()
        if found is None or not LEFT_PX <= x <= LEFT_PX + self._canvas.plot_width:
            self.setText("")
            return
        lane, part = found
        time_s = self._canvas.time_of(x)
        facts = [minutes(time_s, 3), self._canvas.grid.place(time_s)]
        facts += [lane.name if lane.is_paired else "", lane.value_at(time_s, part)]
        self.setText("   ".join(fact for fact in facts if fact))

    def clear_place(self) -> None:
        """The mouse is gone: say nothing."""
        self._place = None
        self.setText("")

    def _refresh(self) -> None:
        if self._place is not None:
            self.show_place(self._place)
