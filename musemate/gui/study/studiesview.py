"""The sheet of a project's studies: to make one, to listen, to send copies, and to read what was found."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from musemate.gui.scrolling import scrolled
from musemate.gui.study.resultsview import ResultsView
from musemate.gui.study.studylist import StudyLine, StudyList
from musemate.gui.widgets import ElidedLabel, describe, label, resize_within_screen
from musemate.language import _

LIST_WIDTH, NOTICE_WIDTH = 248, 480


class StudiesView(QDialog):
    """Shows studies and the results of the chosen one; says what is wished, and does none of it."""

    new_asked = Signal()
    chosen = Signal(str)
    """With the folder of a study whose results are wanted; "" for none."""
    run_asked = Signal(str)
    copy_asked = Signal(str)
    merge_asked = Signal(str)
    report_asked = Signal(str)
    table_asked = Signal(str)
    read_asked = Signal()
    folder_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("studies")
        self.setWindowTitle(_("Listening studies"))
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build()
        self.wait()
        resize_within_screen(self, 1200, 760)

    def wait(self) -> None:
        """Show that the list is still to come."""
        self._notice.setText(_("Looking for studies…"))
        self._first.hide()
        self._pages.setCurrentIndex(0)

    def set_lines(self, lines: list[StudyLine], wanted: str = "") -> None:
        """Show these studies, and choose one."""
        self._pages.setCurrentIndex(1 if lines else 0)
        self._notice.setText(
            _(
                "There is no study yet. A study plays takes and real excerpts blind, one after the other, and asks: "
                "real or fake? How good? Does it give you ideas?"
            )
        )
        self._first.setVisible(not lines)
        self.list.set_lines(lines, wanted)

    def show_table(self, name: str) -> None:
        """Make room for what a table of answers from elsewhere shows."""
        self.title.setText(name)
        self.about.setText(_("answers of a table"))
        self.results.say(_("Reckoning what was found…"))

    # what is chosen ------------------------------------------------------------------------------------

    def _on_chosen(self, folder: str) -> None:
        line = self.list.line
        can = line is not None and not line.problem
        for button in (self.run, self.copy, self.more):
            button.setEnabled(can)
        self.report.setEnabled(can and line is not None and line.answers > 0)
        self.title.setText(line.title if line else "")
        self.about.setText(line.about if line else "")
        if line is not None and line.problem:
            self.results.say(line.problem)
        elif line is not None and not line.answers:
            self.results.say(_("Nobody has listened yet. “Listen” starts the study; “Copy” makes one for others."))
        elif line is not None:
            self.results.say(_("Reckoning what was found…"))
        self.chosen.emit(folder if can and line is not None and line.answers else "")

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        self._pages = QStackedLayout()
        self._pages.addWidget(scrolled(self._empty()))
        self._pages.addWidget(scrolled(self._filled()))
        layout.addLayout(self._pages)

    def _empty(self) -> QWidget:
        page = QWidget()
        self._notice = label("", "muted", wrap=True)
        self._notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._notice.setFixedWidth(NOTICE_WIDTH)
        self._first = _button(_("New study…"), _("Choose takes and real excerpts, and a questionnaire"))
        self._first.setObjectName("primary")
        self._first.clicked.connect(lambda: self.new_asked.emit())
        layout = QVBoxLayout(page)
        layout.addStretch(1)
        layout.addWidget(self._notice, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        layout.addWidget(self._first, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        return page

    def _filled(self) -> QWidget:
        page = QWidget()
        self.list = StudyList()
        self.list.setFixedWidth(LIST_WIDTH)
        self.list.chosen.connect(self._on_chosen)
        self.new = _button(_("New study…"), _("Choose takes and real excerpts, and a questionnaire"))
        self.new.clicked.connect(lambda: self.new_asked.emit())
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.new)
        left.addWidget(self.list, 1)
        self.results = ResultsView()
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(self._head())
        right.addWidget(self.results, 1)
        layout = QHBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addLayout(left)
        layout.addLayout(right, 1)
        return page

    def _head(self) -> QVBoxLayout:
        self.title, self.about = ElidedLabel("title"), ElidedLabel("muted")
        self.run = _button(_("Listen"), _("Start the study on this computer, or go on with it"))
        self.copy = _button(_("Copy for raters…"), _("Make a copy that others answer; it does not tell what is real"))
        self.report = _button(_("Write report"), _("Write what was found as a page, with charts and all answers"))
        self.more = _button(_("More"), _("Bring answers back, export them, show the folder"))
        self.more.setMenu(self._menu())
        for button, wish in (
            (self.run, self.run_asked),
            (self.copy, self.copy_asked),
            (self.report, self.report_asked),
        ):
            button.clicked.connect(lambda _checked=False, wish=wish: wish.emit(self.list.folder))
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.run, self.copy, self.report, self.more):
            row.addWidget(widget)
        row.addStretch(1)
        head = QVBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.title)  # above the buttons: beside them there would be no room for a name
        head.addWidget(self.about)
        head.addSpacing(8)
        head.addLayout(row)
        return head

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for text, wish in (
            (_("&Bring answers back…"), self.merge_asked),
            (_("&Export answers as CSV…"), self.table_asked),
            (_("Show the &folder"), self.folder_asked),
        ):
            menu.addAction(text).triggered.connect(lambda _checked=False, wish=wish: wish.emit(self.list.folder))
        menu.addSeparator()
        menu.addAction(_("&Read a table of answers…")).triggered.connect(lambda: self.read_asked.emit())
        return menu


def _button(text: str, tooltip: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    describe(button, tooltip, text.rstrip("…"))
    return button
