"""Lets a window live for a while, outside pytest-qt."""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, QTimer


def live(milliseconds: int) -> None:
    """Run Qt's event loop for a while, as the app runs it.

    Not `QTest.qWait`: it keeps Python to itself while Qt paints, so that a sound device's callback comes too late.
    """
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
