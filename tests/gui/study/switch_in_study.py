"""Runs as a process of its own: hears a pair on the machine's default device, and goes from A to B in the middle.

Usage: switch_in_study.py STUDY; prints one JSON line: the tokens of A and B, and the answers as they are kept.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from study_listener import Listener, Waiter

from musemate.app import make_app
from musemate.gui.memory import Memory
from musemate.gui.study.runner import Runner

LIMIT_MS = 90_000
SWITCH_S = 0.6


def main(folder: str) -> int:
    app = make_app()
    memory = Memory()
    memory.put("output_buffer_ms", 200)  # for a machine that is busy with other tests
    memory.put("volume", 0)  # the music before it is no part of the scene
    window = Runner(Path(folder), memory=memory)
    window.show()
    listener = Listener(window, Waiter())

    def scene() -> None:
        listener.begin()
        sound, audition = window.sound, window.audition
        sound.replay()
        window.before.level.volume.setValue(100)
        listener.until(lambda: audition.clips.kept(sound._sounds[sound._tokens[1]]) is not None)
        listener.until(lambda: audition.position_s > SWITCH_S)
        listener.type("b")
        listener.until(lambda: sound.side == 1 and not sound.is_playing)
        heard = sound.heard
        print(json.dumps({"tokens": sound._tokens, "heard_s": heard.heard_s, "plays": heard.plays}), flush=True)
        window.close()
        app.quit()

    QTimer.singleShot(0, scene)
    QTimer.singleShot(LIMIT_MS, lambda: app.exit(1))
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
