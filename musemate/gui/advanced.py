"""The advanced drawer: every parameter of the chosen engine, to be searched, changed and reset."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from musemate.engine.facts import facts_of
from musemate.engine.parameters import Parameter
from musemate.gui.dials import Dials
from musemate.gui.parameterrow import ParameterRow
from musemate.gui.presetbar import PresetBar
from musemate.gui.scrolling import Column
from musemate.gui.widgets import describe, label, tool_button
from musemate.language import _, mark

WIDTH = 432
ROWS_AT_ONCE = 4
NOTHING = mark("No parameter is called so. Try another word, or show all of them.")
NOTHING_CHANGED = mark("Nothing is changed: the preset is as it is.")


class Drawer(QFrame):
    """Lies over the middle of the window, beside the panel whose training it is about; nothing waits for it.

    Parameters
    ----------
    page : QWidget
        What it lies on.
    beside : QWidget
        Whose left edge it stands at, as long as that is shown.
    """

    edited = Signal(str, object)
    reset_asked = Signal(str)
    reset_all_asked = Signal()
    closed = Signal()

    def __init__(self, page: QWidget, beside: QWidget) -> None:
        super().__init__(page)
        self.setObjectName("drawer")
        self._page, self._beside = page, beside
        self._engine = self._preset = ""
        self._dials: Dials | None = None
        self._waiting: list[Parameter] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._fill)
        self._rows: dict[str, ParameterRow] = {}
        self._groups: dict[str, QLabel] = {}
        self._build()
        for watched in (page, beside, page.parentWidget()):
            if watched is not None:
                watched.installEventFilter(self)
        self.hide()

    @property
    def rows(self) -> dict[str, ParameterRow]:
        """The parameters shown, by name."""
        return self._rows

    def show_dials(self, dials: Dials, preset: str) -> None:
        """Show how the parameters are set.

        Parameters
        ----------
        dials : Dials
        preset : str
            The label of the built-in preset they are changes of.
        """
        self._dials, self._preset = dials, preset
        if dials.engine != self._engine:
            self._empty(dials)
            self._fill()
        self._show_values()
        n_changed = len(dials.changed)
        self._count.setText(_("{n} changed").format(n=n_changed) if n_changed else _("As the preset has it"))
        self.reset_all.setEnabled(n_changed > 0)
        resets = _("Set every parameter to what the preset has")
        self.reset_all.setToolTip(resets if n_changed else _(NOTHING_CHANGED))
        self._filter()

    def _show_values(self) -> None:
        assert self._dials is not None
        usual, faults = self._dials.usual, self._dials.faults()
        for name, row in self._rows.items():
            value = self._dials.changed.get(name, usual[name])
            row.show_value(value, usual[name], self._preset, faults.get(name))

    def open(self) -> None:
        """Come in, ready for a search."""
        self._place()
        self.show()
        self.raise_()
        self.search.setFocus()
        self.search.selectAll()

    def close_drawer(self) -> None:
        """Go away."""
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Escape close it (Qt's hook)."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_drawer()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the panel that it stands beside (Qt's hook)."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide):
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        page, beside, seen = self._page, self._beside, self._seen
        corner = beside.mapTo(page, beside.rect().topLeft())
        right = corner.x() - 8 if beside.isVisible() else seen.x() + seen.width() - 8
        top, bottom = max(corner.y(), seen.y()), seen.y() + seen.height() - 8
        if bottom - top < self.minimumSizeHint().height():  # then it scrolls with the page
            top, bottom = corner.y(), page.height() - 8
        width = min(WIDTH, right - 8)
        self.setGeometry(QRect(right - width, top, width, bottom - top))

    @property
    def _seen(self) -> QRect:
        """The part of the page that is not scrolled out of sight."""
        view = self._page.parentWidget()
        if view is None:
            return self._page.rect()
        return QRect(self._page.mapFromParent(view.rect().topLeft()), view.size()) & self._page.rect()

    # searching -----------------------------------------------------------------------------------------

    def _filter(self) -> None:
        """Show the parameters that are searched for; one that is wrong always shows."""
        text, only_changed = self.search.text(), self.only_changed.isChecked()
        shown = set()
        for row in self._rows.values():
            found = row.matches(text) and (row.is_changed or not only_changed)
            row.setVisible(found or bool(row.fault))
            if not row.isHidden():
                shown.add(row.parameter.group)
        for group, head in self._groups.items():
            head.setVisible(group in shown)
        self._nothing.setText(_(NOTHING_CHANGED if only_changed and not text else NOTHING))
        self._nothing.setVisible(not shown)

    # building ------------------------------------------------------------------------------------------

    @property
    def is_filled(self) -> bool:
        """Whether every parameter has its row."""
        return not self._waiting

    def _empty(self, dials: Dials) -> None:
        """Make room for the parameters of another engine."""
        self._engine, self._waiting = dials.engine, list(dials.parameters)
        self._title.setText(_(facts_of(dials.engine).label))
        if (before := self._area.widget()) is not None:
            before.setEnabled(False)  # still seen for a moment
        self._rows, self._groups = {}, {}
        self._column = self._build_column()
        self._timer.start()

    def _fill(self) -> None:
        """Make some more rows: all of them at once would hold the window up."""
        some, self._waiting = self._waiting[:ROWS_AT_ONCE], self._waiting[ROWS_AT_ONCE:]
        for parameter in some:
            if parameter.group not in self._groups:
                head = label(_(parameter.group), "section")
                head.setContentsMargins(8, 16, 0, 4)
                self._groups[parameter.group] = head
                self._list.insertWidget(self._list.count() - 1, head)
            row = ParameterRow(parameter)
            row.edited.connect(self.edited)
            row.reset_asked.connect(self.reset_asked)
            self._rows[parameter.name] = row
            self._list.insertWidget(self._list.count() - 1, row)
        self._show_values()
        self._filter()
        if not self._waiting:
            self._timer.stop()
            self._area.setWidget(self._column)  # only now: rows that come in would push each other about
            self._order([row.editor for row in self._rows.values()])

    def _order(self, editors: Iterable[QWidget]) -> None:
        """Let the Tab key go from field to field."""
        before: QWidget = self.only_changed
        for editor in editors:
            QWidget.setTabOrder(before, editor)
            before = editor
        QWidget.setTabOrder(before, self.reset_all)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(self._build_head())
        self.presets = PresetBar()
        layout.addWidget(self.presets)
        layout.addLayout(self._build_search())
        layout.addWidget(self._build_list(), 1)
        layout.addLayout(self._build_foot())

    def _build_head(self) -> QHBoxLayout:
        self._title = label("", "muted")
        close = tool_button("close", _("Close the advanced settings (Escape)"))
        close.clicked.connect(self.close_drawer)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label(_("Advanced"), "heading"))
        row.addWidget(self._title)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def _build_search(self) -> QHBoxLayout:
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Search parameters"))
        self.search.setClearButtonEnabled(True)
        describe(self.search, _("Find parameters by name or by what they do"), _("Search parameters"))
        self.search.textChanged.connect(self._filter)
        self.only_changed = QCheckBox(_("Changed only"))
        describe(self.only_changed, _("Show only what differs from the preset"), _("Changed only"))
        self.only_changed.clicked.connect(self._filter)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        row.addWidget(self.only_changed)
        return row

    def _build_column(self) -> QWidget:
        """Return what rows stand in, empty; it takes the place of the one before, which Qt deletes with its rows."""
        column = Column()
        column.setObjectName("scrolled")
        self._list = QVBoxLayout(column)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._nothing = label(_(NOTHING), "muted", wrap=True)
        self._nothing.hide()
        self._list.addWidget(self._nothing)
        self._list.addStretch(1)
        return column

    def _build_list(self) -> QScrollArea:
        self._column = self._build_column()
        area = QScrollArea()
        self._area: QScrollArea = area
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def _build_foot(self) -> QHBoxLayout:
        self._count = label("", "muted")
        self.reset_all = QPushButton(_("Reset all"))
        describe(self.reset_all, _(NOTHING_CHANGED), _("Reset all parameters"))
        self.reset_all.clicked.connect(self.reset_all_asked)
        row = QHBoxLayout()
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(self.reset_all)
        return row
