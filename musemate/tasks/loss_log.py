"""Writes a run's losses as a table for people and spreadsheets."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from musemate.engine.events import Progressed

FILE_NAME = "losses.csv"
COLUMNS = ("seconds", "part", "step", "loss", "value")
INTERVAL_S = 1.0
"""Shortest time between two looks."""


class LossLog:
    """Appends to `losses.csv` in a run's folder; a log that cannot be written never stops a training.

    A part that goes on from an earlier step than its last row makes the rows from there on void: they are taken out,
    so that each step stands there once.

    Parameters
    ----------
    folder : Path
        The run's folder.
    seconds : float
        What the run was trained for before.
    """

    def __init__(self, folder: Path, seconds: float = 0.0) -> None:
        self._path = folder / FILE_NAME
        self._began_s = time.monotonic() - seconds
        self._last_s = float("-inf")
        self._last_step: dict[str, int] = {}
        self._file: TextIO | None = None
        self._open()

    def note(self, part: str, event: Progressed) -> None:
        """Write the losses of one look, one row each; nothing where there are none."""
        now_s = time.monotonic()
        if self._file is None or not event.losses:
            return
        if event.step <= self._last_step.get(part, event.step):
            self._cut(part, event.step)
        elif now_s - self._last_s < INTERVAL_S and event.step < event.n_steps:
            return
        self._last_s, self._last_step[part] = now_s, event.step
        seconds = f"{now_s - self._began_s:.1f}"
        rows = [(seconds, part, event.step, name, f"{value:.6g}") for name, value in event.losses.items()]
        self._write(rows)

    def sync(self) -> None:
        """Bring what is written to the disk, so that a power cut does not take it."""
        if self._file is not None:
            with suppress(OSError):
                os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; may be called twice."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError:
                return  # a full disk: the rows are lost, the training goes on

    def _open(self) -> None:
        try:
            self._file = self._path.open("a", newline="", encoding="utf-8", buffering=1)
            if self._file.tell() == 0:
                csv.writer(self._file).writerow(COLUMNS)
        except OSError:
            self.close()

    def _write(self, rows: Iterable[Sequence[object]]) -> None:
        if self._file is None:
            return
        try:
            csv.writer(self._file).writerows(rows)
        except OSError:
            self.close()

    def _cut(self, part: str, step: int) -> None:
        """Take the rows of a part out that tell of this step or later ones, and what a crash cut off in the middle."""
        beside = self._path.with_name(f".{FILE_NAME}.{os.getpid()}.tmp")
        try:
            with self._path.open(newline="", encoding="utf-8", errors="replace") as file:
                rows = list(csv.reader(file))
            kept = [row for row in rows if len(row) == len(COLUMNS) and not _is_void(row, part, step)]
            if kept == rows:
                return
            with beside.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(kept)
                file.flush()
                os.fsync(file.fileno())
            self.close()
            beside.replace(self._path)
        except (OSError, csv.Error):
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        if self._file is None:
            self._open()


def _is_void(row: list[str], part: str, step: int) -> bool:
    return row[1] == part and row[2].isdigit() and int(row[2]) >= step
