"""Fragment and take in one waveform: one filled, the other as an outline, so that colour is not all that tells them."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from musemate.gui.lane import Lane
from musemate.gui.wavelane import FILL, OUTLINE, WaveLane
from musemate.language import _


class OverlayLane(Lane):
    """Two waveforms at the same height.

    Parameters
    ----------
    fragment, take : WaveLane
        What is laid over one another; each keeps its own place in time.
    """

    weight, least_px = 2.0, 40

    def __init__(self, fragment: WaveLane, take: WaveLane) -> None:
        super().__init__(_("Fragment filled, take outlined"))
        self._fragment, self._take = fragment, take

    @property
    def is_empty(self) -> bool:
        """Whether both pictures are still to come."""
        return self._fragment.is_empty and self._take.is_empty

    def paint(self, painter: QPainter, rect: QRect, start_s: float, end_s: float) -> None:
        """Draw a stretch of time (Lane's hook)."""
        self._fragment.paint_as(painter, rect, start_s, end_s, FILL)
        self._take.paint_as(painter, rect, start_s, end_s, OUTLINE)

    def ticks(self, height: float) -> list[tuple[float, str]]:
        """Return labels for both channels."""
        return self._take.ticks(height)

    def value_at(self, time_s: float, part: float) -> str:
        """Describe both levels."""
        pairs = ((_("fragment"), self._fragment), (_("take"), self._take))
        return "  ·  ".join(f"{name} {lane.value_at(time_s, part)}" for name, lane in pairs if not lane.is_empty)
