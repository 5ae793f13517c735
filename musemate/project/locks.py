"""A lock that tells whether the process that trains a run, or keeps a queue of them, still lives.

The system lets go of the lock when its process ends, however it ends; a copied project folder holds no locks.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_NAME = "training.lock"


class RunLock:
    """Holds the lock of a run's folder until `release` or the end of the process.

    Parameters
    ----------
    folder : Path
        The run's folder; it is made when missing.
    name : str
        The lock's file in it.

    Raises
    ------
    BlockingIOError
        Another process (or another `RunLock`) holds it.
    """

    def __init__(self, folder: Path, name: str = _NAME) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / name).open("ab")
        try:
            _lock(self._file.fileno())
        except BlockingIOError:
            self._file.close()
            raise
        except OSError:
            # Some network drives know no locks: train without one rather than not at all.
            pass

    @staticmethod
    def was_used(folder: Path) -> bool:
        """Whether the run of this folder was ever trained here."""
        return (folder / _NAME).exists()

    def release(self) -> None:
        """Let go of the lock; may be called twice."""
        self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(str(error)) from error

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
