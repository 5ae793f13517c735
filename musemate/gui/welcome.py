"""What an empty window shows: three ways in, and what will happen next."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from musemate.gui import icons, palette
from musemate.gui.style import set_state
from musemate.gui.widgets import describe, label
from musemate.language import _, mark

STEPS = (
    ("1", mark("Choose"), mark("Mark 20 to 60 seconds that you like.")),
    ("2", mark("Train variations"), mark("MuseMate learns the sound of just this piece.")),
    ("3", mark("Pick takes"), mark("Listen, compare, and export what fits.")),
)
FORMATS = mark("WAV, FLAC, AIFF, OGG or MP3, mono or stereo. Everything stays on this computer.")
N_RECENT = 3
ZONE_WIDTH, ZONE_HEIGHT = 680, 328


class Welcome(QWidget):
    """The start page."""

    open_audio = Signal()
    open_project = Signal()
    demo = Signal()
    recent = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("body")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        outer.addStretch(2)
        outer.addLayout(_centred(self._dropzone()))
        outer.addSpacing(24)
        outer.addLayout(_centred(self._steps()))
        outer.addSpacing(16)
        self._recent = QHBoxLayout()
        self._recent.setSpacing(8)
        outer.addLayout(self._recent)
        outer.addStretch(3)

    def set_recent(self, folders: list[Path]) -> None:
        """Offer the projects that were opened lately."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        if not folders:
            return
        self._recent.addStretch(1)
        self._recent.addWidget(label(_("Recent projects"), "muted"))
        for folder in folders[:N_RECENT]:
            button = QPushButton(folder.name)
            button.setObjectName("link")
            button.setIcon(icons.icon("open", palette.ACCENT))
            describe(button, str(folder), _("Open the project {project}").format(project=folder.name))
            button.clicked.connect(lambda checked=False, folder=folder: self.recent.emit(str(folder)))
            self._recent.addWidget(button)
        self._recent.addStretch(1)

    def set_drop(self, over: bool) -> None:
        """Show that what hovers over the window can be dropped."""
        set_state(self._zone, over=over)

    def _dropzone(self) -> QWidget:
        self._zone = QFrame()
        self._zone.setObjectName("dropzone")
        self._zone.setMinimumHeight(ZONE_HEIGHT)
        self._zone.setMaximumWidth(ZONE_WIDTH)
        self._zone.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self._zone)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        picture = QLabel()
        picture.setPixmap(icons.app_icon().pixmap(QSize(72, 72), self.devicePixelRatioF()))
        layout.addStretch(1)
        for widget in (
            picture,
            label(_("Drop a piece of your song here"), "title"),
            label(_(FORMATS), "muted", wrap=True),
        ):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(widget)
        layout.addSpacing(16)
        layout.addLayout(self._buttons())
        layout.addStretch(1)
        return self._zone

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        audio, project = _("Choose sound files (Ctrl+O)"), _("Go on with a project (Ctrl+Shift+O)")
        demo = _("Load a demo fragment: 24 s of drums, bass and guitar")
        for text, icon, colour, tooltip, signal in (
            (_("Open audio…"), "add", palette.ON_ACCENT, audio, self.open_audio),
            (_("Open a project…"), "open", palette.TEXT, project, self.open_project),
            (_("Try the demo"), "demo", palette.TEXT, demo, self.demo),
        ):
            button = QPushButton(f" {text}")
            button.setIcon(icons.icon(icon, colour))
            button.setMinimumHeight(24)
            if signal is self.open_audio:
                button.setObjectName("primary")
            describe(button, tooltip, text.rstrip("…"))
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _steps(self) -> QWidget:
        steps = QWidget()
        steps.setMaximumWidth(ZONE_WIDTH)
        row = QHBoxLayout(steps)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(32)
        for number, title, text in STEPS:
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(label(f"{number}   {_(title)}", "heading"))
            explained = label(_(text), "muted", wrap=True)
            column.addWidget(explained)
            column.addStretch(1)
            row.addLayout(column, 1)
        return steps


def _centred(widget: QWidget) -> QHBoxLayout:
    """Return a row with a widget in its middle, as wide as it may be and there is room for."""
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(widget, ZONE_WIDTH)
    row.addStretch(1)
    return row
