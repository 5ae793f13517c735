"""Runs as a process of its own: listens in the real window, by mouse and keys, on the machine's default device.

Usage: listen_in_window.py SCENE PROJECT; SCENE is one of the functions below. Prints one JSON line about what it saw.
"vanish" prints "playing", "gone" and "back" as well, each when it has come to that.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from living import live
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from musemate.app import make_app
from musemate.gui.memory import Memory
from musemate.gui.window import Window

LIMIT_S = 180.0
"""Something hangs that takes longer; on a busy machine the workers alone may take a minute to start."""


def until(is_so: Callable[[], Any]) -> None:
    """Let the window live until something is so."""
    deadline = time.monotonic() + LIMIT_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain in line {is_so.__code__.co_firstlineno}")
        live(10)


def click(widget: QWidget, place: QPoint | None = None) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place or widget.rect().center())


def click_play(window: Window, take_id: str) -> None:
    """Click the play sign of a take's row."""
    takes = window.parts.takes
    rect = takes.table.visualRect(takes.model.index(takes.model.place(take_id), 0))
    click(takes.table.viewport(), QPoint(rect.left() + 20, rect.center().y()))


def click_at(window: Window, time_s: float) -> None:
    """Click into the waveform."""
    view = window.parts.stage.view
    click(view.viewport(), view.place_of(time_s))


def press(window: Window, key: Qt.Key) -> None:
    QTest.keyClick(window, key)


def loop(window: Window) -> dict[str, Any]:
    """Loop the region of the fragment, from half a second before its end on."""
    audition = window.audition
    start_s, end_s = window.parts.stage.span
    click(window.parts.transport.loop)
    click_at(window, end_s - 0.5)
    from_s = audition.position_s
    press(window, Qt.Key.Key_Space)
    until(lambda: audition.is_playing and start_s + 0.3 < audition.position_s < end_s - 0.6)
    until(lambda: audition.position_s > end_s - 0.3)
    until(lambda: audition.position_s < end_s - 0.6 and audition.position_s > start_s + 0.3)
    press(window, Qt.Key.Key_Space)
    return {"from_s": from_s, "span": (start_s, end_s)}


def switch(window: Window) -> dict[str, Any]:
    """Hear a take, its fragment, and the take again; then a take whose file is deleted while it plays."""
    audition, listening = window.audition, window.listening
    assert window.parts.transport.volume.value() == 0, "nothing is heard before the gains are known"
    click_play(window, "t1")
    until(lambda: listening.matching.gains_db is not None)
    gains_db = listening.matching.gains_db
    press(window, Qt.Key.Key_S)
    until(lambda: not audition.is_playing)
    live(400)
    window.parts.transport.volume.setValue(100)
    press(window, Qt.Key.Key_Space)
    until(lambda: audition.position_s > 0.5)
    press(window, Qt.Key.Key_A)
    until(lambda: listening.side == "fragment" and audition.position_s > 1.0 + 1.6)
    press(window, Qt.Key.Key_B)
    until(lambda: listening.side == "take" and audition.position_s > 2.0)
    assert audition.sound is not None
    audition.sound.path.unlink()
    until(lambda: not audition.is_playing)
    end_s, said = audition.position_s, window.parts.messages.text
    other = window.session.take_file("t2")
    assert other is not None
    other.unlink()
    click_play(window, "t2")
    until(lambda: window.parts.messages.text)
    return {
        "gains_db": gains_db,
        "end_s": end_s,
        "said": said,
        "missing": window.parts.messages.text,
        "is_playing": audition.is_playing,
    }


def vanish(window: Window) -> dict[str, Any]:
    """Play on when the device has gone and come back."""
    audition = window.audition
    press(window, Qt.Key.Key_Space)
    until(lambda: audition.position_s > 1.0)
    print("playing", flush=True)
    until(lambda: audition.reason)
    lost_s, said = audition.position_s, window.parts.messages.text
    print("gone", flush=True)
    until(lambda: not audition.reason)
    player = audition._player
    assert player is not None
    until(lambda: audition.is_playing or not player.is_waiting)
    if not audition.is_playing:  # it took too long to come back
        press(window, Qt.Key.Key_Space)
    until(lambda: audition.position_s > lost_s + 0.3)
    print("back", flush=True)
    press(window, Qt.Key.Key_Space)
    return {"lost_s": lost_s, "said": said, "back": window.parts.messages.text}


def main(scene: str, project: str) -> None:
    app = make_app()
    memory = Memory()
    memory.put("volume", 0 if scene == "switch" else 100)
    memory.put("output_buffer_ms", 200)  # for a machine that is busy with other tests
    window = Window(warm=False)
    window.session.analyse = lambda fragment_id: None  # type: ignore[method-assign]
    window.first_takes.is_wanted = window.estimator.is_wanted = window.comparing.is_wanted = False
    window.show()
    window.open_paths([Path(project)])
    until(lambda: window.audition._is_loaded and not window.audition.reason)
    until(lambda: window.parts.stage.view.wave._peaks is not None)
    try:
        report = globals()[scene](window)
        live(500)  # what is buffered is heard
        print(json.dumps(report), flush=True)
    finally:
        window.close()
        app.quit()


if __name__ == "__main__":
    main(*sys.argv[1:])
