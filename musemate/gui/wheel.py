"""The mouse's wheel scrolls: it changes a number or a choice only where the keyboard is on it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QSlider, QWidget

KINDS = (QComboBox, QAbstractSpinBox, QSlider)


class _Wheel(QObject):
    """Lets the wheel through to what scrolls."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the wheel from what nobody looks at; ignored, it goes on to what is around it (Qt's hook)."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def calm(around: QWidget) -> None:
    """Let the wheel scroll over every number, choice and slider inside a widget.

    Qt would change what happens to be under the mouse while a panel is scrolled, and give it the keyboard too.
    """
    wheel = _Wheel(around)
    for kind in KINDS:
        for control in around.findChildren(kind):
            control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # a click or Tab, not the wheel
            control.installEventFilter(wheel)
