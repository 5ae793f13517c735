"""Starting the application: what it loads, what it opens, how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

FreshPython = Callable[..., str]

RUN = """
import json, signal
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from musemate import app
from musemate.gui.window import Window

seen = {}

def look():
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, Window))
    if window.session.fragments():
        seen["fragment"] = window.session.fragments()[0].name
        QTimer.singleShot(0, broken)
        listen(window)
    else:
        QTimer.singleShot(50, look)

def listen(window):
    window.parts.messages.dismiss() if window.parts.messages.level == "warning" else None
    seen["message"] = window.parts.messages.text
    if seen["message"]:
        signal.raise_signal(signal.SIGINT)
    else:
        QTimer.singleShot(20, lambda: listen(window))

def broken():
    raise RuntimeError("nobody expected this")

def made():
    application = make_app()
    QTimer.singleShot(200, look)
    return application

make_app, app.make_app = app.make_app, made
seen["code"] = app.run([PATH])
print(json.dumps(seen))
"""


def test_nothing_heavy_is_loaded_before_the_window_is_up(fresh_python: FreshPython) -> None:
    heavy = ("torch", "librosa", "numba", "scipy", "sounddevice", "matplotlib")
    printed = fresh_python(
        "import sys; from musemate.app import make_app; from musemate.gui.window import Window; app = make_app();"
        f"window = Window(warm=False); print([name for name in {heavy} if name in sys.modules]); window.close()"
    )
    assert printed.strip() == "[]"


@pytest.mark.x11
def test_application_opens_a_file_says_what_it_did_not_expect_and_ends_on_ctrl_c(
    fresh_python: FreshPython, project_with_takes: Path
) -> None:
    seen = json.loads(fresh_python(RUN.replace("PATH", repr(str(project_with_takes)))).splitlines()[-1])
    assert seen["code"] == 0
    assert seen["fragment"] == "My song"
    assert seen["message"].startswith("Something went wrong that MuseMate did not expect.")
