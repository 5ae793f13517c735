"""The samples of a new study as Qt's table sees them: what each is, its group and its set, both to be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from musemate.gui.plaintext import plain
from musemate.gui.study.samples import FILE, Sample
from musemate.language import _, mark, pgettext
from musemate.study.template import Template

Index = QModelIndex | QPersistentModelIndex
NAME, KIND, GROUP, SET = range(4)
HEADS = (mark("Sample"), mark("What it is"), mark("Group"), mark("Set"))
LONGEST_GROUP = 60
_ROOT = QModelIndex()


class SampleModel(QAbstractTableModel):
    """Samples in the order in which they were chosen."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.samples: list[Sample] = []
        self.template: Template | None = None

    def set_samples(self, samples: Sequence[Sample], template: Template | None = None) -> None:
        """Show these, in the sets of this questionnaire."""
        self.beginResetModel()
        self.samples = list(samples)
        self.template = template or self.template
        self.endResetModel()
        self.changed.emit()

    def add(self, samples: Sequence[Sample]) -> None:
        """Add samples at the end."""
        if samples:
            self.beginInsertRows(_ROOT, len(self.samples), len(self.samples) + len(samples) - 1)
            self.samples += samples
            self.endInsertRows()
            self.changed.emit()

    def remove(self, rows: Sequence[int]) -> None:
        """Take samples out."""
        for row in sorted(set(rows), reverse=True):
            self.beginRemoveRows(_ROOT, row, row)
            del self.samples[row]
            self.endRemoveRows()
        self.changed.emit()

    def put(self, rows: Sequence[int], **values: object) -> None:
        """Change set, group, or whether they are real."""
        for row in rows:
            self.samples[row] = replace(self.samples[row], **values)  # type: ignore[arg-type]
            self.dataChanged.emit(self.index(row, 0), self.index(row, SET))
        self.changed.emit()

    def set_title(self, name: str) -> str:
        """Return the title of a set in the language in use."""
        assert self.template is not None
        plan = next((plan for plan in self.template.sets if plan.name == name), None)
        return (self.template.shown(plan.title) or name) if plan is not None else name

    def options(self, column: int) -> list[tuple[str, object]]:
        """Return what can be chosen in a column: texts with their values."""
        if column == KIND:
            return [(_("another method"), False), (_("real"), True)]
        assert self.template is not None
        return [(self.set_title(plan.name), plan.name) for plan in self.template.sets]

    # Qt's hooks ----------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of samples (Qt's hook)."""
        return 0 if parent.isValid() else len(self.samples)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return the number of columns (Qt's hook)."""
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the head of a column (Qt's hook)."""
        if way == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(HEADS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows (Qt's hook)."""
        sample = self.samples[index.row()]
        if role == Qt.ItemDataRole.EditRole:
            return {SET: sample.set, KIND: sample.is_real}.get(index.column(), sample.group)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        group = sample.group or (pgettext("group", "real") if sample.is_real else "–")
        text = (sample.label, sample.kind, group, self.set_title(sample.set))[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(sample.source if sample.origin == FILE and index.column() == NAME else text)
        return text

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let group and set be changed, and of files whether they are real (Qt's hook)."""
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        sample = self.samples[index.row()]
        can = (sample.origin == FILE, not sample.is_real, True)[index.column() - KIND] if index.column() else False
        return usual | Qt.ItemFlag.ItemIsEditable if can else usual

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take in what was typed or chosen (Qt's hook)."""
        if role != Qt.ItemDataRole.EditRole:
            return False
        name = {SET: "set", KIND: "is_real"}.get(index.column(), "group")
        if name == "group":
            value = " ".join(str(value).split())[:LONGEST_GROUP]
        self.put([index.row()], **{name: value})
        return True
