"""Emits and paints what has aborted the process under one Qt binding; run in a process of its own."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, Signal

N_EMITS = 20_000
N_MOVES = 1_000


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
    """Move a line over a waveform, painting every time; return where it ends."""
    app = pg.mkQApp()
    plot = pg.PlotWidget()
    plot.plot(np.sin(np.linspace(0, 60, 2_000)))
    line = plot.addLine(x=0)
    plot.show()
    for position in range(N_MOVES):
        line.setValue(position)
        plot.viewport().repaint()
        app.processEvents()
    plot.close()
    return float(line.value())


if __name__ == "__main__":
    print(emit_many(), move_playhead())
