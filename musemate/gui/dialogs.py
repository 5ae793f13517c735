"""The few questions that the window asks in dialogs of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QGridLayout, QPushButton, QVBoxLayout, QWidget

from musemate import __version__
from musemate.audio.files import READABLE_SUFFIXES
from musemate.gui.widgets import label
from musemate.language import _
from musemate.paths import fresh_project_folder, log_folder, projects_folder

LEAST_WIDTH = 400


def ask_audio(parent: QWidget) -> list[str]:
    """Ask for sound files; an empty list when the songwriter changed their mind."""
    patterns = " ".join(f"*{suffix}" for suffix in READABLE_SUFFIXES)
    sounds, everything = _("Sound files"), _("All files")
    return QFileDialog.getOpenFileNames(parent, _("Open audio"), "", f"{sounds} ({patterns});;{everything} (*)")[0]


def ask_project(parent: QWidget) -> Path | None:
    """Ask for the folder of a project."""
    with _projects_folder_there():
        folder = QFileDialog.getExistingDirectory(parent, _("Open a project"), str(projects_folder()))
    return Path(folder) if folder else None


def ask_new_project(parent: QWidget) -> Path | None:
    """Ask for name and place of a new project."""
    proposed = fresh_project_folder(_("My song"))
    title, kind = _("New project: choose its name"), _("Project folder")
    with _projects_folder_there():
        name = QFileDialog.getSaveFileName(parent, title, str(proposed), f"{kind} (*)")[0]
    return Path(name) if name else None


@contextmanager
def _projects_folder_there() -> Iterator[None]:
    """Have the folder of projects while it is asked for: Qt shows wherever the program was started instead.

    Nothing is left behind when nothing was put into it.
    """
    folder = projects_folder()
    is_new = not folder.exists()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        if is_new:
            with suppress(OSError):
                folder.rmdir()


def show_about(parent: QWidget) -> QDialog:
    """Show the version and where the log is."""
    grid = QGridLayout()
    grid.setVerticalSpacing(8)
    texts = (
        f"MuseMate {__version__}",
        _("Turns a fragment of your own music into new material and variations in your own sound."),
        _("Everything is computed on this computer; nothing is sent anywhere."),
        _("Log files: {folder}").format(folder=log_folder()),
    )
    for row, text in enumerate(texts):
        shown = label(text, "" if row == 0 else "muted", wrap=True)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(shown, row, 0)
    return _shown(parent, _("About MuseMate"), grid)


def _shown(parent: QWidget, title: str, content: QGridLayout) -> QDialog:
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setMinimumWidth(LEAST_WIDTH)
    close = QPushButton(_("Close"))
    close.clicked.connect(dialog.accept)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(26, 22, 26, 20)
    layout.setSpacing(16)
    layout.addWidget(label(title, "title"))
    layout.addLayout(content)
    layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
    dialog.open()
    return dialog
