"""The studies of a project as a list: which they are, who answered, and what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from musemate.gui.plaintext import plain
from musemate.gui.widgets import describe
from musemate.language import _, ngettext

FOLDER = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class StudyLine:
    """What is known of a study.

    Parameters
    ----------
    folder : str
    title : str
    created : str
        ISO 8601, UTC.
    sounds, raters, answers, unfinished : int
        How many samples, raters, answers, and sessions that can go on.
    is_copy : bool
        Whether it is a copy for raters, which does not know the truth.
    problem : str
        Why it cannot be opened, "" where it can.
    """

    folder: str
    title: str
    created: str = ""
    sounds: int = 0
    raters: int = 0
    answers: int = 0
    unfinished: int = 0
    is_copy: bool = False
    problem: str = ""

    @classmethod
    def of(cls, row: dict[str, Any]) -> StudyLine:
        """Make it of a row of the task `study_list`."""
        known = {name: row.get(name) or 0 for name in ("sounds", "raters", "answers")}
        return cls(
            row["folder"],
            row.get("title") or row.get("name") or "",
            created=row.get("created") or "",
            unfinished=(row.get("sessions") or 0) - (row.get("submitted") or 0),
            is_copy=not row.get("has_truth", True),
            problem=row.get("problem") or "",
            **known,
        )

    @property
    def facts(self) -> str:
        """Who has answered, in one line."""
        if self.problem:
            return _("cannot be opened")
        if not self.raters:
            return _("nobody has listened yet")
        parts = [ngettext("one rater", "{n} raters", self.raters), ngettext("one answer", "{n} answers", self.answers)]
        if self.unfinished:
            parts.append(ngettext("one not finished", "{n} not finished", self.unfinished))
        return " · ".join(parts)

    @property
    def about(self) -> str:
        """How large it is and when it was made, in one line."""
        parts = [ngettext("{n} sample", "{n} samples", self.sounds) if self.sounds else ""]
        parts.append(_("made {day}").format(day=self.created[:10]) if self.created else "")
        parts.append(_("a copy for raters: what is real is not known here") if self.is_copy else "")
        return " · ".join(part for part in parts if part)


class StudyList(QListWidget):
    """Studies by their titles; one of them is chosen."""

    chosen = Signal(str)
    """With the folder of the study, "" for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("links")
        self.lines: list[StudyLine] = []
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        describe(self, _("The studies of this project"), _("Studies"))
        self.currentItemChanged.connect(lambda *_changed: self.chosen.emit(self.folder))

    @property
    def folder(self) -> str:
        """Folder of the chosen study, "" for none."""
        item = self.currentItem()
        return str(item.data(FOLDER)) if item is not None else ""

    @property
    def line(self) -> StudyLine | None:
        """The chosen study."""
        return next((line for line in self.lines if line.folder == self.folder), None)

    def set_lines(self, lines: list[StudyLine], wanted: str = "") -> None:
        """Show these studies; what was chosen stays chosen, or `wanted` is, or the first."""
        before = wanted or self.folder
        self.lines = lines
        self.blockSignals(True)
        self.clear()
        for line in lines:
            self._add(line)
        folders = [line.folder for line in lines]
        self.setCurrentRow(folders.index(before) if before in folders else 0 if lines else -1)
        self.blockSignals(False)
        self.chosen.emit(self.folder)

    def _add(self, line: StudyLine) -> None:
        item = QListWidgetItem(f"{line.title}\n{line.facts}")
        item.setData(FOLDER, line.folder)
        item.setToolTip(plain(line.problem or line.about))
        item.setSizeHint(QSize(0, 2 * self.fontMetrics().lineSpacing() + 20))
        self.addItem(item)
