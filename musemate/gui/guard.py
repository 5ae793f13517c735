"""Says why a project may only be read, and offers to take it over when the window that had it is gone."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from musemate.gui.messagebar import MessageBar
from musemate.gui.session import Session
from musemate.language import _
from musemate.project.holding import is_free
from musemate.project.protection import HELD

LOOK_MS = 2_000


class Guard(QObject):
    """Watches over a project that is only read.

    Parameters
    ----------
    session : Session
    messages : MessageBar
    window : QObject
        Owner.
    """

    def __init__(self, session: Session, messages: MessageBar, window: QObject) -> None:
        super().__init__(window)
        self._session, self._messages = session, messages
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        session.project_changed.connect(self._on_project)
        session.only_read.connect(self.say)

    @property
    def title(self) -> str:
        """What the window is called: after its project, and whether that is only read."""
        project = self._session.project
        if project is None:
            return "MuseMate"
        name = project.name if project.protection is None else _("{name} (read-only)").format(name=project.name)
        return f"{name} – MuseMate"

    def say(self) -> None:
        """Say why nothing can be changed, or that it can be from now on."""
        protection, project = self._session.protection, self._session.project
        if protection is None or project is None:
            return
        if protection.kind != HELD:
            self._messages.say(protection.message, protection.hint, level="warning")
        elif is_free(project.folder):
            self._say_free()
        else:
            again = (_("Try again"), self.take_over)
            self._messages.say(protection.message, protection.hint, level="warning", action=again)

    def take_over(self) -> None:
        """Open the project once more: to be changed, if nothing speaks against it any more."""
        if self._session.project is not None:
            self._session.open_project(self._session.project.folder)

    def _on_project(self) -> None:
        protection = self._session.protection
        if protection is None:
            self._timer.stop()
            return
        self.say()
        if protection.kind == HELD:
            self._timer.start()

    def _look(self) -> None:
        project = self._session.project
        if project is not None and is_free(project.folder):
            self._timer.stop()
            self._say_free()

    def _say_free(self) -> None:
        self._messages.say(
            _("The other window has let go of this project."),
            _("You can go on with it here."),
            level="done",
            action=(_("Go on here"), self.take_over),
        )
