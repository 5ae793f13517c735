"""Room where there is little: on small screens and at large scales, what does not fit scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


def scrolled(widget: QWidget) -> QScrollArea:
    """Return a widget in a frame that scrolls it in both directions once it is larger than the room for it."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(widget)
    area.setMinimumSize(0, 0)
    return area


class Column(QWidget):
    """Widgets below each other that ask for the height which their wrapped texts need at the width they have."""

    def minimumSizeHint(self) -> QSize:
        """Count the lines of wrapped texts too: a scroll area asks only for this (Qt's hook)."""
        least, layout = super().minimumSizeHint(), self.layout()
        if layout is None or not layout.hasHeightForWidth():
            return least
        return QSize(least.width(), max(least.height(), layout.minimumHeightForWidth(self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask anew at another width (Qt's hook)."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()


class Sideways(QScrollArea):
    """Scrolls a bar sideways; as high as the bar, and shown and hidden together with it."""

    def __init__(self, bar: QWidget) -> None:
        super().__init__()
        self._bar = bar
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(bar)
        bar.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the bar (Qt's hook)."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self.setVisible(event.type() == QEvent.Type.ShowToParent)
        elif event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make room for the scroll bar where it is needed (Qt's hook)."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Be content with any width (Qt's hook)."""
        return QSize(0, self.height())

    def _fit(self) -> None:
        bar = self._bar
        least = bar.minimumSizeHint()
        scroll = self.horizontalScrollBar().sizeHint().height() if least.width() > self.width() else 0
        self.setFixedHeight(max(least.height(), bar.sizeHint().height()) + scroll)
