"""The takes as Qt's table sees them: rows that are filtered and in order, a cell for each column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from musemate.analysis.marks import Marks
from musemate.gui import wording
from musemate.gui.plaintext import plain
from musemate.gui.takecolumns import COLUMNS, NONE, Column
from musemate.gui.takeorder import Filter, Order, arranged
from musemate.language import _
from musemate.project.records import Take

Index = QModelIndex | QPersistentModelIndex
TAKE = Qt.ItemDataRole.UserRole
"""Role of the record itself."""
_ROOT = QModelIndex()
_USUAL = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
_FLAGS = [_USUAL | Qt.ItemFlag.ItemIsEditable if column.editable else _USUAL for column in COLUMNS]
"""Made once: Qt asks for them more than for anything else."""


class TakeModel(QAbstractTableModel):
    """Takes of one fragment."""

    edited = Signal(str, str, str)
    """Take, field and the text that was typed into it."""
    rearranged = Signal()
    """Rows came, went or moved; nothing of what was chosen is kept by Qt."""

    def __init__(self) -> None:
        super().__init__()
        self._takes: dict[str, Take] = {}
        self._marks: dict[str, Marks] = {}
        self._shown: list[Take] = []
        self._places: dict[str, int] = {}
        self.filter = Filter()
        self.order = Order()

    # what is shown -------------------------------------------------------------------------------------

    @property
    def ids(self) -> list[str]:
        """Ids of the shown takes from top to bottom."""
        return [take.id for take in self._shown]

    @property
    def known(self) -> Iterable[str]:
        """Ids of all takes, the oldest first."""
        return self._takes.keys()

    @property
    def n_all(self) -> int:
        """Number of takes, hidden ones included."""
        return len(self._takes)

    def take(self, take_id: str) -> Take | None:
        """Return a take by its id."""
        return self._takes.get(take_id)

    def place(self, take_id: str) -> int:
        """Return the row of a take, -1 where it is not shown."""
        return self._places.get(take_id, -1)

    def set_takes(self, takes: Sequence[Take]) -> None:
        """Show these takes, the oldest first; only what changed is told."""
        before, takes = self._takes, [self._marked(take) for take in takes]
        self._takes = {take.id: take for take in takes}
        if list(before) == list(self._takes):
            self.update_takes([take for take in takes if before[take.id] != take])
        else:
            self.arrange()

    def update_takes(self, takes: Iterable[Take]) -> None:
        """Show what changed in takes that are there; they are hidden where the filter says so, but do not move."""
        for take in map(self._marked, takes):
            if take.id not in self._takes:
                continue
            self._takes[take.id] = take
            row = self.place(take.id)
            if row >= 0:
                self._shown[row] = take
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
        accepted = {take.id for take in self._takes.values() if self.filter.accepts(take)}
        if accepted != self._places.keys():
            self.arrange()

    def set_marks(self, marks: Mapping[str, Marks]) -> None:
        """Show what studies say about the takes, by their ids; of those left out, nothing."""
        self._marks = dict(marks)
        self.set_takes(list(self._takes.values()))

    def _marked(self, take: Take) -> Take:
        marks = self._marks.get(take.id)
        return take if take.marks == marks else replace(take, marks=marks)

    def set_filter(self, chosen: Filter) -> None:
        """Hide what is not wanted."""
        if chosen != self.filter:
            self.filter = chosen
            self.arrange()

    def set_order(self, order: Order) -> None:
        """Put the rows in another order."""
        self.order = order
        self.arrange()

    def arrange(self) -> None:
        """Filter and order anew."""
        shown = arranged(list(self._takes.values()), self.filter, self.order)
        if [take.id for take in shown] == self.ids:
            return
        self.beginResetModel()
        self._shown = shown
        self._places = {take.id: row for row, take in enumerate(shown)}
        self.endResetModel()
        self.rearranged.emit()

    # Qt's hooks ----------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return how many takes are shown (Qt's hook)."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return the number of columns (Qt's hook)."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell says (Qt's hook)."""
        if not index.isValid():
            return None
        take, column = self._shown[index.row()], COLUMNS[index.column()]
        if role == TAKE:
            return take
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return column.text(take)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(_tip(take, column))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return accessible_text(take, column.name)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the head of a column (Qt's hook)."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return _(column.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _("{what}. Click to sort, right-click for more columns").format(what=_(column.tip))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what may be done with a cell (Qt's hook)."""
        return _FLAGS[index.column()] if index.isValid() else Qt.ItemFlag.NoItemFlags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Say what was typed; whoever keeps takes shows it once it is kept (Qt's hook)."""
        column = COLUMNS[index.column()]
        if role != Qt.ItemDataRole.EditRole or not column.editable:
            return False
        take = self._shown[index.row()]
        if str(value).strip() != column.text(take):
            self.edited.emit(take.id, column.editable, str(value))
        return True


def _tip(take: Take, column: Column) -> str:
    if column.name in ("take", "sound"):
        return describe_take(take)
    return wording.take_marks(take.marks) if column.name == "inspires" and take.marks else column.text(take)


def describe_take(take: Take) -> str:
    """Return all that is known of a take, for the tooltip."""
    kind = _("Spliced at once, without any training")
    if not take.is_instant:
        kind = _("Made with training {n}").format(n=take.run[1:])
    seed = _("Seed {n}").format(n=take.seed)
    text = f"{wording.take_title(take, full=False)}: {wording.take_facts(take)}. {kind}. {seed}."
    tags = _("Tags: {tags}").format(tags=", ".join(take.tags)) if take.tags else ""
    marks = wording.take_marks(take.marks) if take.marks else ""
    extra = [tags, take.note, marks, _("Rejected") if take.rejected else ""]
    return "\n".join([text, *filter(None, extra)])


def accessible_text(take: Take, column: str) -> str:
    """Return what a screen reader says of a cell."""
    chosen = next(each for each in COLUMNS if each.name == column)
    if column == "take":
        facts = [wording.take_name(take), wording.take_facts(take), _("rejected") if take.rejected else ""]
        return ", ".join(filter(None, facts))
    said = chosen.text(take)
    title, said = _(chosen.title) or _("Play"), _("unknown") if said == NONE else said or _("none")
    return f"{title}: {said}"
