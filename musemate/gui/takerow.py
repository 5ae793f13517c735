"""One take in the list: play, name, picture, stars, export."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from musemate.gui import icons, palette, wording
from musemate.gui.stars import Stars
from musemate.gui.thumbnail import Thumbnail
from musemate.gui.widgets import describe, label, tool_button
from musemate.project.records import Take

HEIGHT = 48


class TakeRow(QWidget):
    """The widgets of one take; the list around it handles selection and keys."""

    play_pressed = Signal(str)
    export_pressed = Signal(str)
    stars_chosen = Signal(str, int)

    def __init__(self, take: Take, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.take = take
        self._playing = False
        self._build()

    def update_take(self, take: Take) -> None:
        """Show the take's changed stars."""
        self.take = take
        self.stars.set_value(take.stars)

    def set_playing(self, playing: bool) -> None:
        """Show the pause sign while this take plays."""
        if playing != self._playing:
            self._playing = playing
            self.play.setIcon(icons.icon("pause" if playing else "play", palette.TAKE))

    def set_playable(self, reason: str) -> None:
        """Enable the play button, or disable it with the reason as tooltip."""
        self.play.setEnabled(not reason)
        self.play.setToolTip(reason or f"Play {self.take.name} (Enter)")

    def _build(self) -> None:
        take = self.take
        self.play = tool_button("play", f"Play {take.name} (Enter)", colour=palette.TAKE)
        self.play.setIconSize(QSize(20, 20))
        self.play.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.play.clicked.connect(lambda: self.play_pressed.emit(take.id))
        self.export = tool_button("export", f"Export {take.name} as WAV (Ctrl+E)", colour=palette.MUTED)
        self.export.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.export.clicked.connect(lambda: self.export_pressed.emit(take.id))
        self.stars = Stars(take.name)
        self.stars.set_value(take.stars)
        self.stars.chosen.connect(lambda stars: self.stars_chosen.emit(take.id, stars))
        self.thumbnail = Thumbnail()
        kind = "Spliced at once, without any training" if take.is_instant else f"Made with training {take.run[1:]}"
        describe(self, f"{take.name}: {wording.take_facts(take)}. {kind}. Seed {take.seed}.", take.full_name)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addLayout(self._title())
        names.addWidget(label(wording.take_facts(take), "small"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(10)
        layout.addWidget(self.play)
        layout.addLayout(names)
        layout.addWidget(self.thumbnail, 1)
        layout.addWidget(self.stars)
        layout.addWidget(self.export)

    def _title(self) -> QHBoxLayout:
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(label(self.take.name.capitalize()))
        self.tag = label("instant", "tag")
        self.tag.setVisible(self.take.is_instant)
        title.addWidget(self.tag)
        title.addStretch(1)
        return title
