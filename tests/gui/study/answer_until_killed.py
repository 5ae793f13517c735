"""Runs as a process of its own: gives eight answers by keys, and waits to be killed.

Usage: answer_until_killed.py STUDY; prints "kept N" as soon as an answer is said to be stored.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from study_listener import Listener, Waiter
from virtual_sound import FakeSound

from musemate.app import make_app
from musemate.audio.player import Player
from musemate.gui.study.runner import Runner
from musemate.study import listening

KEYS = "f2e5n"


def main(folder: str) -> None:
    app = make_app()
    listening.NEEDED_S = 0.0
    sound = FakeSound()
    window = Runner(Path(folder), make_player=lambda: Player(backend=sound))
    window.show()
    listener = Listener(window, Waiter())
    n_kept = 0

    def on_stored() -> None:
        nonlocal n_kept
        n_kept += 1
        print(f"kept {n_kept}", flush=True)

    window.sitting.stored.connect(on_stored)

    def answer() -> None:
        listener.begin()
        for keys in (KEYS, KEYS[:3]):
            for key in keys:
                before = n_kept
                listener.type(key)
                listener.until(lambda before=before: n_kept > before)
            if keys == KEYS:
                listener.go_on()

    QTimer.singleShot(0, answer)
    app.exec()


if __name__ == "__main__":
    main(*sys.argv[1:])
