"""Opens the window."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTimer, QTranslator, Signal
from PySide6.QtWidgets import QApplication, QWidget

from musemate import language
from musemate.errors import MuseMateError
from musemate.gui.appearance import Appearance
from musemate.gui.languagechoice import AUTO, systems
from musemate.gui.memory import Memory
from musemate.gui.style import apply_style
from musemate.gui.window import Window
from musemate.log import install_excepthook, start_log
from musemate.paths import settings_file
from musemate.project.keep import sweep
from musemate.settings import load_settings
from musemate.study.folder import is_study
from musemate.tasks.crashes import Running

LISTEN_MS = 250
WARM_MS = 5_000


class _Uncaught(QObject):
    """Brings what nothing caught, in any thread, to the message bar."""

    happened = Signal(object)


def run(paths: list[str]) -> int:
    """Open the window and return its exit code when it is closed.

    Parameters
    ----------
    paths : list of str
        A project's folder, or sound files, to open at once; a study's folder alone opens the listening window instead.
    """
    if len(paths) == 1 and is_study(Path(paths[0])):
        return run_study(Path(paths[0]))
    start_log()
    sweep(settings_file().parent)
    running = Running()
    app = make_app()
    window = Window()
    uncaught = _Uncaught()
    uncaught.happened.connect(window.parts.messages.fail, Qt.ConnectionType.QueuedConnection)
    uncaught.happened.connect(window.diagnosis.collect_soon, Qt.ConnectionType.QueuedConnection)
    install_excepthook(lambda error: _tell(uncaught, error))
    window.show()
    if paths:
        window.painted.connect(lambda: QTimer.singleShot(0, lambda: window.open_paths([Path(p) for p in paths])))
    window.painted.connect(_keep_the_collector_short)
    with_ctrl_c = _close_on_ctrl_c(window)
    code = app.exec()
    with_ctrl_c.stop()
    running.end()
    return code


def run_study(folder: Path) -> int:
    """Open only the listening window, full screen, and return its exit code when it is closed."""
    from musemate.gui.study.runner import Runner

    start_log()
    running = Running()
    app = make_app()
    memory = Memory()
    appearance = Appearance(memory)
    window = Runner(folder, memory=memory)
    appearance.setParent(window)
    uncaught = _Uncaught()
    uncaught.happened.connect(window.messages.fail, Qt.ConnectionType.QueuedConnection)
    install_excepthook(lambda error: _tell(uncaught, error))
    window.show_full()
    with_ctrl_c = _close_on_ctrl_c(window)
    code = app.exec()
    with_ctrl_c.stop()
    running.end()
    return code


def make_app() -> QApplication:
    """Return the one application, in MuseMate's look."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("MuseMate")
    app.setApplicationDisplayName("MuseMate")
    app.setDesktopFileName("musemate")
    _choose_language(app)
    apply_style(app)
    return app


def _choose_language(app: QApplication) -> None:
    """Speak the chosen language, Qt's own dialogs and numbers too, or the system's.

    What the environment says goes first: for one start in another language, and for tests.
    """
    chosen = os.environ.get(language.VARIABLE) or load_settings().language
    language.use(systems() if chosen == AUTO else chosen)
    wanted = QLocale(language.in_use())
    here = QLocale()  # the system's own way of writing the language stays (de-AT, en-GB), but not another decimal sign
    if (here.language(), here.decimalPoint()) != (wanted.language(), wanted.decimalPoint()):
        QLocale.setDefault(wanted)
    qt_texts = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if language.in_use() != "en" and qt_texts.load(f"qtbase_{language.in_use()}", folder):
        app.installTranslator(qt_texts)


def _tell(uncaught: _Uncaught, error: MuseMateError) -> None:
    uncaught.happened.emit(error)


def _keep_the_collector_short() -> None:
    """Let Python's collector pass over what modules hold for good: that took 60 ms, without sound.

    Once now, and once when what the first project needs has been imported.
    """
    gc.freeze()
    QTimer.singleShot(WARM_MS, gc.freeze)


def _close_on_ctrl_c(window: QWidget) -> QTimer:
    """Close the window on Ctrl+C in the terminal, or when the system asks for it as it shuts down.

    Python sees signals only while it runs, hence the timer.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.close())
    timer = QTimer(window, interval=LISTEN_MS)
    timer.timeout.connect(lambda: None)
    timer.start()
    return timer
