"""The zones beside and under the pictures: folded by hand or for want of room, their widths remembered."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSplitter, QWidget

from musemate.gui.layout import LEFT_WIDTH, RIGHT_WIDTH, Parts
from musemate.gui.memory import Memory
from musemate.gui.widgets import describe, tool_button
from musemate.language import _, mark

NAMES = {
    "left": mark("Show or fold the fragments at the left ({key})"),
    "below": mark("Show or fold the takes below the pictures ({key})"),
    "right": mark("Show or fold the training and new takes at the right ({key})"),
}
ROOM_FOR = {"left": 1_100, "right": 880}
"""Width of the window in logical pixels under which a zone folds by itself."""
MOST_PX = 4_000
_KEY = "layout"


class Zones(QObject):
    """Folds zones and remembers how the window was laid out.

    Parameters
    ----------
    window : QMainWindow
        Whose size and place are remembered; its menu bar gets a button for each zone.
    actions : dict
        The action of each zone.
    """

    def __init__(self, window: QMainWindow, parts: Parts, actions: dict[str, QAction], memory: Memory) -> None:
        super().__init__(window)
        self._window, self._memory, self._actions = window, memory, actions
        self._zones: dict[str, tuple[QSplitter, QWidget]] = {
            "left": (parts.across, parts.tree),
            "right": (parts.across, parts.right),
            "below": (parts.middle, parts.takes),
        }
        self._sizes = {"left": LEFT_WIDTH, "right": RIGHT_WIDTH}
        """What the zones get where there is room; a splitter would leave them as small as they once had to be."""
        self._narrow: set[str] = set()
        """What is folded for want of room, and unfolds when there is room again."""
        self._insisted: set[str] = set()
        """What was unfolded by hand without room for it."""
        for action in actions.values():
            action.setCheckable(True)
            action.setChecked(True)
        corner = self._corner()
        parts.pages.currentChanged.connect(lambda page: corner.setVisible(page == 1))
        corner.setVisible(parts.is_workspace)
        window.installEventFilter(self)
        for splitter in (parts.across, parts.middle):
            splitter.installEventFilter(self)
            splitter.splitterMoved.connect(self._on_moved)
        self._restore()

    def is_folded(self, name: str) -> bool:
        """Tell whether a zone is folded."""
        return self._zones[name][1].isHidden()

    def fold(self, name: str, folded: bool) -> None:
        """Fold a zone, or unfold it as wide as it was."""
        splitter, widget = self._zones[name]
        widget.setHidden(folded)
        if not folded and name in self._sizes:
            self._set_sizes(splitter)
        self._actions[name].setChecked(not folded)

    def remember(self) -> None:
        """Keep size, place and zones for the next time."""
        by_hand = [name for name in self._zones if self.is_folded(name) and name not in self._narrow]
        geometry = bytes(self._window.saveGeometry().toBase64().data()).decode("ascii")
        self._memory.put(_KEY, {"geometry": geometry, "sizes": self._sizes, "folded": by_hand})

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fold what has no room, unfold it when there is room again (Qt's hook)."""
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self._follow_width()
        elif event.type() == QEvent.Type.Resize and isinstance(watched, QSplitter):
            self._set_sizes(watched)
        return super().eventFilter(watched, event)

    def _follow_width(self) -> None:
        for name, room in ROOM_FOR.items():
            if self._window.width() >= room:
                self._insisted.discard(name)
                if name in self._narrow:
                    self._narrow.discard(name)
                    self.fold(name, False)
            elif name not in self._insisted and not self.is_folded(name):
                self._narrow.add(name)
                self.fold(name, True)

    def toggle(self, name: str) -> None:
        """Fold or unfold a zone as the songwriter wants, with or without room for it."""
        fold, narrow = not self.is_folded(name), self._window.width() < ROOM_FOR.get(name, 0)
        self.fold(name, fold)
        for names, wanted in ((self._insisted, narrow and not fold), (self._narrow, narrow and fold)):
            (names.add if wanted else names.discard)(name)

    def _set_sizes(self, splitter: QSplitter) -> None:
        """Give the zones of a splitter their sizes, and what is left to the pictures."""
        across = splitter.orientation() == Qt.Orientation.Horizontal
        sizes, mine = [max(size, 1) for size in splitter.sizes()], set()
        for name, (other, widget) in self._zones.items():
            if other is splitter:
                mine.add(splitter.indexOf(widget))
                sizes[splitter.indexOf(widget)] = self._sizes.get(name, sizes[splitter.indexOf(widget)])
        room = (splitter.width() if across else splitter.height()) - sum(sizes[index] for index in mine)
        if any(name in self._sizes and other is splitter for name, (other, _) in self._zones.items()):
            splitter.setSizes([size if index in mine else max(1, room) for index, size in enumerate(sizes)])

    def _on_moved(self) -> None:
        for name, (splitter, widget) in self._zones.items():
            if self.sender() is splitter and not widget.isHidden():
                self._sizes[name] = splitter.sizes()[splitter.indexOf(widget)]

    def _restore(self) -> None:
        """Lay the window out as it was; Qt moves it onto a screen that is there."""
        kept: dict[str, Any] = self._memory.get(_KEY, {})
        geometry = kept.get("geometry", "")
        if isinstance(geometry, str) and geometry:
            self._window.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
        sizes, folded = kept.get("sizes", {}), kept.get("folded", [])
        for name in self._zones:
            size = sizes.get(name) if isinstance(sizes, dict) else None
            if isinstance(size, int) and 0 < size < MOST_PX:
                self._sizes[name] = size
            if isinstance(folded, list) and name in folded:
                self.fold(name, True)
        self._follow_width()

    def _corner(self) -> QWidget:
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        for name, action in self._actions.items():
            button = tool_button(f"zone-{name}", "", checkable=True)
            button.setObjectName("zone")
            key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            describe(button, _(NAMES[name]).format(key=key))
            button.setChecked(action.isChecked())
            button.clicked.connect(action.trigger)
            action.toggled.connect(button.setChecked)
            row.addWidget(button)
        self._window.menuBar().setCornerWidget(corner)
        return corner
