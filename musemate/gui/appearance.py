"""Light or dark: follows the system's setting, or the songwriter's own, while the window is open."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from musemate.gui import palette
from musemate.gui.memory import Memory
from musemate.gui.style import application, apply_style

SYSTEM = "system"
_NATIVE = {
    SYSTEM: Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}
NAMES = tuple(_NATIVE)
_KEY = "appearance"


class Appearance(QObject):
    """The one place that changes the scheme in use.

    Parameters
    ----------
    memory : Memory
        Remembers the choice.
    """

    changed = Signal(str)
    """"light" or "dark" is shown now."""

    def __init__(self, memory: Memory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._memory = memory
        self.choice = SYSTEM
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system)
        self.choose(memory.get(_KEY, SYSTEM))

    def choose(self, choice: str) -> None:
        """Show "light", "dark" or what the "system" wants, now and the next time."""
        self.choice = choice if choice in _NATIVE else SYSTEM
        self._memory.put(_KEY, self.choice)
        # the title bar and the system's own dialogs follow where the system can do that
        QGuiApplication.styleHints().setColorScheme(_NATIVE[self.choice])
        self._show(self.choice if self.choice != SYSTEM else system_scheme())

    def _on_system(self, scheme: Qt.ColorScheme) -> None:
        if self.choice == SYSTEM:
            self._show(_name_of(scheme))

    def _show(self, name: str) -> None:
        if name != palette.current().name:
            palette.use(palette.SCHEMES[name])
            apply_style(application())
            self.changed.emit(name)


def system_scheme() -> str:
    """Return what the system is set to: "light" or "dark"; "dark" where it does not say."""
    return _name_of(QGuiApplication.styleHints().colorScheme())


def _name_of(scheme: Qt.ColorScheme) -> str:
    return "light" if scheme == Qt.ColorScheme.Light else "dark"
