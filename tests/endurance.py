"""Emits and paints what has aborted the process under one Qt binding; run in a process of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QObject, Signal

sys.path.insert(0, str(Path(__file__).parents[1]))
from musemate.analysis.peaks import Peaks
from musemate.app import make_app
from musemate.audio.clip import AudioClip
from musemate.gui.clipview import ClipView

N_EMITS = 20_000
N_MOVES = 1_000
RATE_HZ = 8_000


class Switch(QObject):
    """Emits the values whose references were dropped."""

    toggled = Signal(bool)
    changed = Signal(object)


def emit_many() -> int:
    """Emit True, False and None many times; return how many values came back unchanged."""
    switch = Switch()
    seen: list[object] = []
    switch.toggled.connect(seen.append)
    switch.changed.connect(seen.append)
    sent: list[object] = []
    for number in range(N_EMITS):
        value = number % 2 == 0
        switch.toggled.emit(value)
        switch.changed.emit(None)
        sent += [value, None]
    assert seen == sent
    return len(seen)


def move_playhead() -> float:
    """Move a line over a waveform, painting every time; return where it ends, in seconds."""
    app = make_app()
    clip = AudioClip(np.sin(np.linspace(0, 60, RATE_HZ, dtype=np.float32))[None], RATE_HZ)
    view = ClipView()
    view.show_nothing(clip.duration_s)
    view.show_picture(Peaks.of(clip))
    view.show()
    for move in range(N_MOVES):
        view.set_cursor(move / N_MOVES)
        view.canvas.repaint()
        app.processEvents()
    view.close()
    return view.canvas.cursor_s


if __name__ == "__main__":
    print(emit_many(), move_playhead())
