"""Carries takes out of the window: dragged into a DAW, copied, sent to a folder, or shown where they lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from musemate.export.profile import stored_profile
from musemate.gui import wording
from musemate.gui.dragging import drag_files, file_data
from musemate.gui.layout import Parts
from musemate.gui.listening import Listening
from musemate.gui.memory import Memory
from musemate.gui.readyfiles import ReadyFiles, Then, Wish
from musemate.gui.revealing import reveal, show_folder
from musemate.gui.session import Session
from musemate.language import _, ngettext
from musemate.settings import load_settings

FOLDER = "send_folder"
"""Name of the remembered folder."""


class Carrying(QObject):
    """Knows what is to be carried, and does it when its files are there.

    Files are written when the mouse has begun to move, not at the click that chooses a take: few takes are exported.

    Parameters
    ----------
    session : Session
    parts : Parts
        Where takes and regions are chosen.
    listening : Listening
        Knows the take that is heard.
    memory : Memory
        Keeps the folder that takes are sent to.
    window : QWidget
        The one that a dialogue belongs to.
    """

    dragged = Signal(object)
    """A drag ended: with the `Qt.DropAction` that the target chose, for none took it where that is to ignore it."""

    def __init__(self, session: Session, parts: Parts, listening: Listening, memory: Memory, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._parts, self._listening, self._memory = session, parts, listening, memory
        self._window = window
        self.files = ReadyFiles(session, self)
        self.dialog: QFileDialog | None = None
        self._late: tuple[Wish, QWidget] | None = None
        """What was dragged before its files were there, and from where."""
        self._connect()

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the window's actions call."""
        return {
            "copy_files": self.copy,
            "send": self.send,
            "send_elsewhere": self.send_elsewhere,
            "show_files": self.show,
            "show_folder": self.show_project,
        }

    # what is carried -----------------------------------------------------------------------------------

    def _wish(self, takes: list[str], folder: str = "") -> Wish:
        return Wish(tuple(takes), folder=folder, profile=tuple(stored_profile(load_settings()).values().items()))

    def _region(self, folder: str = "") -> Wish:
        """Return the chosen region of the take in the pictures; all of the take where the region leaves nothing out."""
        stage = self._parts.stage
        if not stage.can_carry or stage.subject is None:
            return Wish(())
        wish = self._wish([stage.subject.id], folder)
        start, end = stage.span
        return replace(wish, start_s=start, length_s=end - start) if stage.is_partial else wish

    def _chosen(self, folder: str = "") -> Wish:
        """Return the region where the keyboard is in the pictures, else the chosen takes, or the one that is heard."""
        region = self._region(folder)
        if region.takes and self._parts.stage.view.canvas.hasFocus():
            return region
        heard = [self._listening.take.id] if self._listening.take else []
        return self._wish(self._parts.takes.selected or heard, folder)

    def _title(self, wish: Wish) -> str:
        project = self._session.project
        if len(wish.takes) != 1 or project is None:
            return ngettext("{n} take", "{n} takes", len(wish.takes))
        return wording.take_name(project.take(wish.takes[0]), full=False)

    def _want(self, wish: Wish, then: Then) -> None:
        if self._session.project is None or not wish.takes:
            self._parts.messages.say(_("Choose a take first."), level="warning")
        else:
            self.files.want(wish, then)

    # dragging ------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        table, canvas = self._parts.takes.table, self._parts.stage.view.canvas
        table.action_asked.connect(lambda name: self.handlers()[name]())
        table.approached.connect(self.files.get_ready)
        canvas.approached.connect(self.files.get_ready)
        table.carry_meant.connect(lambda takes: self._prepare(self._wish(takes)))
        table.carry_asked.connect(lambda takes: self._drag(self._wish(takes), table.viewport()))
        canvas.carry_meant.connect(lambda: self._prepare(self._region()))
        canvas.carry_asked.connect(lambda: self._drag(self._region(), canvas))
        self.files.ended.connect(self._on_ended)

    def _prepare(self, wish: Wish) -> None:
        """Have files written as soon as the mouse begins to move."""
        if self._session.project is not None and wish.takes:
            self.files.want(wish)

    def _drag(self, wish: Wish, source: QWidget) -> None:
        """Drag the files if they are there; else the mouse's next move asks again."""
        files = self.files.ready(wish)
        if files:
            self._late = None
            self._parts.stage.view.canvas.carried()
            self.dragged.emit(drag_files(source, files, self._title(wish)))
        elif self.files.is_coming(wish):
            self._late = (wish, source)
            source.setCursor(Qt.CursorShape.BusyCursor)

    def _on_ended(self, wish: Wish) -> None:
        if self._late is None or self._late[0] != wish:
            return
        self._late[1].unsetCursor()
        self._late = None
        if self.files.ready(wish) and not QGuiApplication.mouseButtons():
            self._parts.messages.say(_("{take} is ready now: drag it again.").format(take=self._title(wish)))

    # actions -------------------------------------------------------------------------------------------

    def copy(self) -> None:
        """Put the files of what is chosen on the clipboard."""
        wish = self._chosen()
        self._want(wish, partial(self._copied, wish))

    def show(self) -> None:
        """Show the file of what is chosen in the system's file manager."""
        self._want(self._chosen(), lambda files: reveal(files[0]))

    def show_project(self) -> None:
        """Show the project's folder."""
        if self._session.project is not None:
            show_folder(self._session.project.folder)

    def send(self) -> None:
        """Put files of what is chosen into the folder that was chosen the last time."""
        folder = self._memory.get(FOLDER, "")
        if folder:
            self._send(folder)
        else:
            self.send_elsewhere()

    def send_elsewhere(self) -> None:
        """Ask for the folder that takes are sent to, and send what is chosen there."""
        if not self._chosen().takes:
            self._parts.messages.say(_("Choose a take first."), level="warning")
            return
        dialog = QFileDialog(self._window, _("Send to"), self._memory.get(FOLDER, ""))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_folder)
        self.dialog = dialog
        dialog.open()

    def _on_folder(self, folder: str) -> None:
        self._memory.put(FOLDER, folder)
        self._send(folder)

    def _send(self, folder: str) -> None:
        wish = self._chosen(folder)
        self._want(wish, partial(self._sent, wish))

    def _copied(self, wish: Wish, files: list[Path]) -> None:
        QGuiApplication.clipboard().setMimeData(file_data(files))
        text = _("{take} is on the clipboard: paste it into your DAW or into a folder.")
        self._parts.messages.say(text.format(take=self._title(wish)), level="done")

    def _sent(self, wish: Wish, files: list[Path]) -> None:
        text = _('{take} is in the folder "{folder}" now.')
        text = text.format(take=self._title(wish), folder=Path(wish.folder).name or wish.folder)
        self._parts.messages.say(text, level="done", action=(_("Show folder"), partial(reveal, files[0])))
