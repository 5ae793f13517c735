"""Shows files and folders in the system's own file manager."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def show_folder(folder: Path) -> None:
    """Open a folder in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def reveal(file: Path) -> None:
    """Open the folder of a file, with the file chosen in it where the system can do that."""
    command = _revealer(file)
    if command is None or not QProcess.startDetached(command[0], command[1:])[0]:
        show_folder(file.parent)


def _revealer(file: Path) -> list[str] | None:
    """Return the program that chooses a file in its folder, and what it is told; None where every system differs."""
    if sys.platform == "win32":
        return ["explorer.exe", "/select,", str(file)]
    if sys.platform == "darwin":
        return ["open", "-R", str(file)]
    return None
