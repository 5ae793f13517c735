"""Opens the window."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from musemate.errors import MuseMateError
from musemate.gui.style import apply_style
from musemate.gui.window import Window
from musemate.log import install_excepthook, start_log

LISTEN_MS = 250


class _Uncaught(QObject):
    """Brings what nothing caught, in any thread, to the message bar."""

    happened = Signal(object)


def run(paths: list[str]) -> int:
    """Open the window and return its exit code when it is closed.

    Parameters
    ----------
    paths : list of str
        A project's folder, or sound files, to open at once.
    """
    start_log()
    app = make_app()
    window = Window()
    uncaught = _Uncaught()
    uncaught.happened.connect(window.parts.messages.fail, Qt.ConnectionType.QueuedConnection)
    install_excepthook(lambda error: _tell(uncaught, error))
    window.show()
    if paths:
        window.painted.connect(lambda: QTimer.singleShot(0, lambda: window.open_paths([Path(p) for p in paths])))
    with_ctrl_c = _close_on_ctrl_c(window)
    code = app.exec()
    with_ctrl_c.stop()
    return code


def make_app() -> QApplication:
    """Return the one application, in MuseMate's look."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("MuseMate")
    app.setApplicationDisplayName("MuseMate")
    app.setDesktopFileName("musemate")
    apply_style(app)
    return app


def _tell(uncaught: _Uncaught, error: MuseMateError) -> None:
    uncaught.happened.emit(error)


def _close_on_ctrl_c(window: Window) -> QTimer:
    """Close the window on Ctrl+C in the terminal; Python sees signals only while it runs, hence the timer."""
    signal.signal(signal.SIGINT, lambda *_: window.close())
    timer = QTimer(window, interval=LISTEN_MS)
    timer.timeout.connect(lambda: None)
    timer.start()
    return timer
