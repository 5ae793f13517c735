"""The table of takes: keys, mouse and menus; what a cell looks like is the delegates' business."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView

from musemate.gui.takecolumns import COLUMNS, PLACES
from musemate.gui.takedelegates import PLAY_PX, ROW_PX, Look, delegate_of, star_at
from musemate.gui.takeheader import TakeHeader
from musemate.gui.takemodel import TAKE, TakeModel
from musemate.gui.thumbnails import Thumbnails
from musemate.language import _
from musemate.project.records import Take
from musemate.project.takes import MOST_STARS

MEANT_PX = 3
"""A longer way of the mouse is more than a click; Qt begins a drag at 10."""


class TakeTable(QTableView):
    """Shows a `TakeModel` and says what is wanted of its takes."""

    chosen = Signal(str)
    play_pressed = Signal(str)
    stars_chosen = Signal(list, int)
    reject_asked = Signal(list)
    export_asked = Signal(list)
    report_asked = Signal(list)
    more_asked = Signal(list)
    remove_asked = Signal(list)
    approached = Signal()
    """The mouse came."""
    carry_meant = Signal(list)
    """The mouse went down on chosen takes and begins to move: they may be dragged in a moment."""
    carry_asked = Signal(list)
    """Takes are dragged; said at every move of the mouse until a drag begins or the mouse lets go."""
    action_asked = Signal(str)
    """Name of a window's action, from the menu."""
    selection_changed = Signal()

    def __init__(self, model: TakeModel, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.look = Look(thumbnails)
        self._model = model
        self._kept: tuple[str, list[str]] = ("", [])
        self._went_down: QPoint | None = None
        """Where, until the mouse moves."""
        self._is_carrying = False
        self._build()
        self.setModel(model)
        self.columns = TakeHeader(self)
        for column in COLUMNS:
            self.setItemDelegateForColumn(PLACES[column.name], delegate_of(column.name)(self.look, self))
        self.columns.apply()
        model.modelAboutToBeReset.connect(self._keep)
        model.rearranged.connect(self._restore)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.selectionModel().selectionChanged.connect(self.selection_changed)
        thumbnails.changed.connect(lambda _: self.viewport().update())

    # what is chosen ------------------------------------------------------------------------------------

    @property
    def current(self) -> str:
        """Id of the take that the keyboard is on, "" for none."""
        take = self.currentIndex().data(TAKE)
        return take.id if take is not None else ""

    @property
    def selected(self) -> list[str]:
        """Ids of all chosen takes, from top to bottom."""
        # by ranges: asked for its rows, Qt would ask Python for the flags of every cell
        chosen = self.selectionModel().selection()
        ranges = list(chosen)  # type: ignore[call-overload]  # it is a list, which its stub does not say
        rows = sorted({row for part in ranges for row in range(part.top(), part.bottom() + 1)})
        ids = self._model.ids
        return [ids[row] for row in rows]

    def select(self, take_id: str) -> None:
        """Choose a take without saying so."""
        if take_id and take_id == self.current and take_id in self.selected:
            return
        self._choose(take_id, [take_id])
        row = self._model.place(take_id)
        if row >= 0:
            self.scrollTo(self._model.index(row, 0))

    def _choose(self, current: str, selected: list[str]) -> None:
        model, chosen = self._model, QItemSelection()
        last = model.columnCount() - 1
        for row in (model.place(take_id) for take_id in selected):
            if row >= 0:
                chosen.select(model.index(row, 0), model.index(row, last))
        with QSignalBlocker(self.selectionModel()):
            place = model.place(current)
            here = model.index(place, 0) if place >= 0 else QModelIndex()
            self.selectionModel().setCurrentIndex(here, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.viewport().update()
        self.selection_changed.emit()

    def _keep(self) -> None:
        self._kept = (self.current, self.selected)

    def _restore(self) -> None:
        """Choose again what was chosen before rows moved; Qt forgets it."""
        self._choose(*self._kept)
        row = self._model.place(self._kept[0])
        if row >= 0:
            self.scrollTo(self._model.index(row, 0))

    # what is done --------------------------------------------------------------------------------------

    def edit_field(self, column: str) -> None:
        """Let name, tags or note of the current take be typed; its column is shown for that."""
        if not self.currentIndex().isValid():
            return
        self.columns.show_column(column)
        self.setFocus()
        self.executeDelayedItemsLayout()  # a column that has just been shown has no place yet
        here = self._model.index(self.currentIndex().row(), PLACES[column])
        self.scrollTo(here)
        self.edit(here)

    def redraw(self, row: int) -> None:
        """Paint one row anew."""
        top = self.rowViewportPosition(row)
        self.viewport().update(0, top, self.viewport().width(), self.rowHeight(row))

    @property
    def is_editing(self) -> bool:
        """Whether something is being typed into a cell."""
        return self.state() == QAbstractItemView.State.EditingState

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys that work on the chosen takes (Qt's hook)."""
        key = event.key()
        if Qt.Key.Key_0 <= key <= Qt.Key.Key_0 + MOST_STARS and not self._is_command(event):
            self._give(key - Qt.Key.Key_0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current:
            self.play_pressed.emit(self.current)
        elif key == Qt.Key.Key_Delete and self.selected:
            self.remove_asked.emit(self.selected)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            event.ignore()
        else:
            super().keyPressEvent(event)

    @staticmethod
    def _is_command(event: QKeyEvent) -> bool:
        return bool(event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier)

    def keyboardSearch(self, search: str) -> None:
        """Look for nothing when letters are typed: they are keys of their own here (Qt's hook)."""

    def _give(self, stars: int) -> None:
        if self.selected:
            self.stars_chosen.emit(self.selected, stars)

    # the mouse -----------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Note where a drag may begin (Qt's hook)."""
        super().mousePressEvent(event)
        place, self._is_carrying = event.position().toPoint(), False
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._went_down = place if is_left and self.indexAt(place).isValid() else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Note what is under the mouse, and what is about to be dragged (Qt's hook)."""
        gone = event.position().toPoint() - (self._went_down or QPoint())
        if self._went_down is not None and gone.manhattanLength() >= MEANT_PX:
            self._went_down = None
            if self.selected:
                self.carry_meant.emit(self.selected)
        if self._is_carrying and event.buttons() & Qt.MouseButton.LeftButton:
            self.carry_asked.emit(self.selected)  # Qt asks once; a further move would choose other takes
            return
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        self._hover(index.row(), index.column())

    def enterEvent(self, event: QEnterEvent) -> None:
        """Say that the mouse came (Qt's hook)."""
        super().enterEvent(event)
        self.approached.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the mouse (Qt's hook)."""
        super().leaveEvent(event)
        self._hover(-1, -1)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Ask for the drag of the chosen takes: their files must be there first (Qt's hook)."""
        self._is_carrying = True
        self.carry_asked.emit(self.selected)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Play or rate with a click (Qt's hook)."""
        self._went_down = None
        if self._is_carrying:  # what is chosen stays, though nothing was dropped
            self._is_carrying = False
            self.setState(QAbstractItemView.State.NoState)
            return
        was_dragged = self.state() == QAbstractItemView.State.DraggingState
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        index = self.indexAt(place)
        is_plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        if index.isValid() and is_plain and not was_dragged:
            self._on_clicked(index, place)

    def _on_clicked(self, index: QModelIndex, place: QPoint) -> None:
        take: Take = index.data(TAKE)
        rect, column = self.visualRect(index), COLUMNS[index.column()].name
        if column == "stars" and (number := star_at(rect, place.x())):
            self.stars_chosen.emit([take.id], 0 if number == take.stars else number)
            return
        plays = column == "sound" or (column == "take" and place.x() < rect.left() + PLAY_PX + 8)
        if plays and not self.look.unplayable:
            self.play_pressed.emit(take.id)

    def _hover(self, row: int, column: int) -> None:
        if (row, column) != (self.look.hovered, self.look.hovered_column):
            self.look.hovered, self.look.hovered_column = row, column
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the chosen takes (Qt's hook)."""
        if self.selected:
            self.menu().popup(event.globalPos())

    def menu(self) -> QMenu:
        """Return the menu of the chosen takes."""
        ids, menu = self.selected, QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        takes = [take for take in map(self._model.take, ids) if take is not None]
        menu.addAction(_keyed(_("Play"), "Enter"), partial(self.play_pressed.emit, self.current))
        menu.addSeparator()
        menu.addAction(_keyed(_("Rename"), "F2"), partial(self.edit_field, "take"))
        menu.addAction(_keyed(_("Edit tags"), "T"), partial(self.edit_field, "tags"))
        menu.addAction(_keyed(_("Edit note"), "N"), partial(self.edit_field, "note"))
        stars = menu.addMenu(_("Stars"))
        for number in range(MOST_STARS, -1, -1):
            stars.addAction(_keyed("★" * number or _("None"), str(number)), partial(self._give, number))
        all_rejected = all(take.rejected for take in takes)
        reject = _("Keep again") if all_rejected else _("Reject")
        menu.addAction(_keyed(reject, "R"), partial(self.reject_asked.emit, ids))
        menu.addSeparator()
        menu.addAction(_keyed(_("More like these"), "Ctrl+K"), partial(self.more_asked.emit, ids))
        menu.addSeparator()
        for text, key, name in (
            (_("Copy file") if len(ids) == 1 else _("Copy files"), "Ctrl+C", "copy_files"),
            (_("Show in folder"), "Ctrl+Shift+R", "show_files"),
            (_("Send to folder"), "Ctrl+Shift+C", "send"),
            (_("Send to another folder…"), "Ctrl+Alt+C", "send_elsewhere"),
        ):
            menu.addAction(_keyed(text, key), partial(self.action_asked.emit, name))
        menu.addAction(_keyed(_("Export…"), "E"), partial(self.export_asked.emit, ids))
        menu.addSeparator()
        menu.addAction(_keyed(_("Analysis report"), "Ctrl+R"), partial(self.report_asked.emit, ids))
        menu.addAction(_keyed(_("Remove from the list"), "Del"), partial(self.remove_asked.emit, ids))
        return menu

    # events --------------------------------------------------------------------------------------------

    def _on_current(self, index: QModelIndex, before: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(TAKE).id)

    def _build(self) -> None:
        self.setAccessibleName(_("Takes"))
        self.setObjectName("takes")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_PX)


def _keyed(text: str, key: str) -> str:
    """Return a menu's text with the key that does the same, as the system writes it."""
    return f"{text}\t{QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)}"
