"""Runs as a process of its own: opens a project in the real window and plays it on the machine's default device.

Usage: play_in_window.py PROJECT; presses the play button, waits for the end, prints the last position in seconds.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from musemate.app import make_app
from musemate.gui.memory import Memory
from musemate.gui.window import Window

LIMIT_MS = 180_000


def main(project: str) -> int:
    app = make_app()
    Memory().put("output_buffer_ms", 200)  # for a machine that is busy with other tests
    window = Window(warm=False)
    window.session.analyse = lambda fragment_id: None  # type: ignore[method-assign]
    window.show()
    window.open_paths([Path(project)])
    positions: list[float] = []

    def look() -> None:
        audition = window.audition
        positions.append(audition.position_s)
        if not positions[:-1] or not audition.is_playing:
            if max(positions) > 0.5:  # it has played to its end
                app.quit()
            elif window.parts.transport.play.isEnabled() and audition._is_loaded and not audition.is_playing:
                window.parts.transport.play.click()

    watch = QTimer(interval=20)
    watch.timeout.connect(look)
    watch.start()
    QTimer.singleShot(LIMIT_MS, lambda: app.exit(1))
    code = app.exec()
    window.close()
    print(max(positions))
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
