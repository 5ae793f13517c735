"""The heads of the table of takes: which columns are shown, how wide, sorted by which; remembered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QMenu

from musemate.gui.memory import Memory
from musemate.gui.takecolumns import ALWAYS, COLUMNS, PLACES, usual
from musemate.language import _

if TYPE_CHECKING:
    from PySide6.QtWidgets import QTableView

MEMORY, WIDTHS = "take_columns", "take_widths"
NARROWEST_PX, WIDEST_PX = 40, 2_000
STRETCHED = "sound"


class TakeHeader(QObject):
    """Shows and hides columns: those that the songwriter chose, or those that there is room for."""

    sort_asked = Signal(str, bool)
    """Name of a column, and whether from the largest on."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table
        self._memory: Memory | None = None
        self._chosen: set[str] | None = None
        self._extra: set[str] = set()
        self._sorted = ("", True)
        self._header = table.horizontalHeader()
        self._heads = self._header.viewport()
        self._widths = {column.name: column.width for column in COLUMNS}
        self._build()

    def remember_with(self, memory: Memory) -> None:
        """Keep what is chosen from one day to the next."""
        self._memory = memory
        names = memory.get(MEMORY, [])
        known = {name for name in names if name in PLACES}
        self._chosen = known | set(ALWAYS) if known else None
        self._set_widths(memory.get(WIDTHS, {}))
        self.apply()

    @property
    def shown(self) -> list[str]:
        """Names of the shown columns."""
        return [column.name for column in COLUMNS if not self._header.isSectionHidden(PLACES[column.name])]

    def apply(self) -> None:
        """Show the columns as chosen, or as there is room."""
        wanted = usual(self._table.width(), self._extra) if self._chosen is None else self._chosen
        for column in COLUMNS:
            hidden = column.name not in wanted
            if self._header.isSectionHidden(PLACES[column.name]) != hidden:
                self._header.setSectionHidden(PLACES[column.name], hidden)
        self._fit()

    def _fit(self) -> None:
        """Give the waveforms the room that is left; Qt's own stretching would keep them wide where there is none."""
        place = PLACES[STRETCHED]
        others = sum(self._header.sectionSize(other) for other in range(len(COLUMNS)) if other != place)
        if not self._header.isSectionHidden(place):
            self._header.resizeSection(place, max(NARROWEST_PX, self._table.viewport().width() - others))

    def offer(self, name: str, offered: bool) -> None:
        """Show a column by itself while it has something to say; not against the songwriter's choice."""
        before = set(self._extra)
        self._extra = self._extra | {name} if offered else self._extra - {name}
        if self._extra != before:
            self.apply()

    def show_column(self, name: str) -> None:
        """Show a column that something is to be typed into."""
        if name not in self.shown:
            self.toggle(name)

    def toggle(self, name: str) -> None:
        """Show or hide a column, and remember that."""
        self._chosen = set(self.shown) ^ {name} | set(ALWAYS)
        self._store()

    def reset(self) -> None:
        """Show what there is room for again, as wide as at first."""
        self._chosen = None
        self._set_widths({})
        self._remember_widths()
        self._store()

    def mark(self, column: str, descending: bool) -> None:
        """Show by which column the takes are sorted, "" for none."""
        self._sorted = (column, descending)
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self._header.setSortIndicator(PLACES.get(column, -1), order)

    def _store(self) -> None:
        if self._memory is not None:
            self._memory.put(MEMORY, sorted(self._chosen or ()))
        self.apply()

    def _set_widths(self, widths: dict[str, object]) -> None:
        """Make columns as wide as they were made; those not named, or with something else than a width, as usual."""
        for column in COLUMNS:
            width = widths.get(column.name)
            if not isinstance(width, int) or not NARROWEST_PX <= width <= WIDEST_PX:
                width = column.width
            self._widths[column.name] = width
            self._header.resizeSection(PLACES[column.name], width)

    def _remember_widths(self) -> None:
        """Keep the widths that are not the usual ones."""
        if self._memory is not None:
            usual_px = {column.name: column.width for column in COLUMNS}
            self._memory.put(WIDTHS, {name: px for name, px in self._widths.items() if px != usual_px[name]})

    def menu(self) -> QMenu:
        """Return the menu in which columns are chosen."""
        menu = QMenu(self._table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = self.shown
        for column in COLUMNS:
            if column.name not in ALWAYS:
                action = menu.addAction(_(column.title) or _("Waveform"))
                action.setToolTip(_(column.tip))
                action.setCheckable(True)
                action.setChecked(column.name in shown)
                action.triggered.connect(partial(self.toggle, column.name))
        menu.addSeparator()
        menu.addAction(_("As there is room"), self.reset)
        return menu

    # events --------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look for other columns when the table becomes wider or narrower, keep widths once let go (Qt's hook)."""
        if watched is self._heads:  # kept: the header may be gone already when the window closes
            if event.type() == QEvent.Type.MouseButtonRelease:
                self._remember_widths()
        elif event.type() == QEvent.Type.Resize:
            self.apply()
        return False

    def _on_resized(self, section: int, before: int, after: int) -> None:
        if section == PLACES[STRETCHED]:
            return
        if before and after:  # else it was hidden or shown
            self._widths[COLUMNS[section].name] = after
        self._fit()

    def _on_clicked(self, section: int) -> None:
        column = COLUMNS[section]
        name, descending = self._sorted
        again = name == column.name
        self.sort_asked.emit(column.name, not descending if again else column.number or column.largest_first)

    def _on_menu(self, place: QPoint) -> None:
        self.menu().popup(self._header.viewport().mapToGlobal(place))

    def _build(self) -> None:
        header = self._header
        header.setHighlightSections(False)
        header.setMinimumSectionSize(NARROWEST_PX)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.setAccessibleName(_("Columns of the takes"))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column in COLUMNS:
            header.resizeSection(PLACES[column.name], column.width)
        header.sectionResized.connect(self._on_resized)
        header.sectionClicked.connect(self._on_clicked)
        header.customContextMenuRequested.connect(self._on_menu)
        self._table.viewport().installEventFilter(self)
        self._heads.installEventFilter(self)
