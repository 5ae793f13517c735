"""Writes a run's losses as a table for people and spreadsheets."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import TextIO

from musemate.engine.events import Progressed

FILE_NAME = "losses.csv"
COLUMNS = ("seconds", "part", "step", "loss", "value")
INTERVAL_S = 1.0
"""Shortest time between two looks."""


class LossLog:
    """Appends to `losses.csv` in a run's folder; a log that cannot be written never stops a training.

    Parameters
    ----------
    folder : Path
        The run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._began_s = time.monotonic()
        self._last_s = float("-inf")
        self._file: TextIO | None = None
        try:
            self._file = (folder / FILE_NAME).open("a", newline="", encoding="utf-8", buffering=1)
            if self._file.tell() == 0:
                csv.writer(self._file).writerow(COLUMNS)
        except OSError:
            self.close()

    def note(self, part: str, event: Progressed) -> None:
        """Write the losses of one look, one row each."""
        now_s = time.monotonic()
        if self._file is None or (now_s - self._last_s < INTERVAL_S and event.step < event.n_steps):
            return
        self._last_s = now_s
        seconds = f"{now_s - self._began_s:.1f}"
        rows = [(seconds, part, event.step, name, f"{value:.6g}") for name, value in event.losses.items()]
        try:
            csv.writer(self._file).writerows(rows)
        except OSError:
            self.close()

    def close(self) -> None:
        """Close the file; may be called twice."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError:
                return  # a full disk: the rows are lost, the training goes on
