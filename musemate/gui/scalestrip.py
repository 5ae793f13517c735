"""The scales of a training as a strip of buttons: done ones can be played, the current one is marked."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from musemate.gui import icons, palette, wording
from musemate.gui.style import set_state
from musemate.gui.widgets import describe
from musemate.language import _, mark

PER_ROW = 4
GAP, ICON_GAP = 6, 4
HINT = mark("Hear what it sounds like after {scale} (A: the fragment at that scale)")
NAME = mark("Preview of {scale}")


class ScaleStrip(QWidget):
    """One button a scale, coarsest first.

    Parameters
    ----------
    per_row : int
        Most buttons side by side; fewer where their names would be cut.
    hint, name : str
        Tooltip of a button that can be played and its name for a screen reader, marked for translation, with
        "{scale}" in them.
    """

    preview_asked = Signal(str, str)
    """WAV of the preview and the name of its scale."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        per_row: int = PER_ROW,
        hint: str = HINT,
        name: str = NAME,
    ) -> None:
        super().__init__(parent)
        self._per_row, self._hint, self._name = per_row, hint, name
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self._n_columns = per_row
        self.buttons: list[QPushButton] = []
        self._files: dict[int, str] = {}

    def set_scales(self, names: list[str]) -> None:
        """Show these scales, none of them done."""
        for button in self.buttons:
            button.deleteLater()
        self._files.clear()
        self.buttons = [self._button(index, name) for index, name in enumerate(names)]
        self._n_columns = 0
        self._arrange()

    def set_current(self, scale: int) -> None:
        """Mark the scale that is being trained."""
        for index, button in enumerate(self.buttons):
            if button.property("state") != "done":
                self._set(button, "current" if index == scale else "waiting")

    def set_done(self, scale: int, file: str) -> None:
        """Mark a scale as finished; with a file it can be played."""
        if scale >= len(self.buttons):
            return
        button = self.buttons[scale]
        self._set(button, "done")
        self._files[scale] = file
        button.setEnabled(bool(file))
        name = button.text().strip()
        if file:
            button.setIcon(icons.icon("play", palette.TAKE))
            describe(button, _(self._hint).format(scale=name), _(self._name).format(scale=name))
        else:
            button.setIcon(icons.icon("check", palette.FRAGMENT))
            describe(button, _("{scale} is finished").format(scale=name), _("{scale}, finished").format(scale=name))

    def set_playing(self, file: str) -> None:
        """Mark the preview that is heard ("" for none)."""
        for index, button in enumerate(self.buttons):
            playing = "true" if file and self._files.get(index) == file else "false"
            if button.property("playing") != playing:
                set_state(button, playing=playing)

    def _button(self, index: int, name: str) -> QPushButton:
        shown = wording.scale(name)
        button = QPushButton(shown)
        button.setObjectName("scale")
        button.setEnabled(False)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        still = _("{scale} is still to come").format(scale=shown)
        describe(button, still, _("{scale}, not finished").format(scale=shown))
        button.clicked.connect(lambda: self.preview_asked.emit(self._files.get(index, ""), name))
        self._set(button, "waiting")
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set as many side by side as there is room for (Qt's hook)."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Lay the buttons out; only when they stand otherwise than before."""
        needed = GAP + max((_needed_width(button) for button in self.buttons), default=0)
        n_columns = max(1, min(self._per_row, (self.width() + GAP) // needed))
        if n_columns == self._n_columns:
            return
        self._n_columns = n_columns
        for index, button in enumerate(self.buttons):
            self._grid.removeWidget(button)
            self._grid.addWidget(button, index // n_columns, index % n_columns)

    @staticmethod
    def _set(button: QPushButton, state: str) -> None:
        if button.property("state") != state:
            set_state(button, state=state)


def _needed_width(button: QPushButton) -> int:
    """Return what a button needs with its icon: that comes with the preview, and must find room then."""
    icon = button.iconSize().width() + ICON_GAP if button.icon().isNull() else 0
    return button.sizeHint().width() + icon
