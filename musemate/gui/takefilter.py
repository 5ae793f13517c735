"""The bar over the takes: which are shown, and in which order."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QToolButton, QWidget

from musemate.gui.takecolumns import MODES
from musemate.gui.takeorder import INSPIRING, NEWEST, PROPOSALS, Filter, Order
from musemate.gui.widgets import describe, tool_button
from musemate.language import _

Key = TypeVar("Key", int, str)
STARS = (0, 1, 2, 3, 4, 5)


class TakeFilter(QWidget):
    """Search line, quick filters and proposed orders."""

    filtered = Signal(object)
    """With a `Filter`."""
    ordered = Signal(object)
    """With an `Order`."""
    left = Signal()
    """Enter or Down in the search line: on to the takes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filter = Filter()
        self.run = ""
        """The training that takes are made with now."""
        self._build()

    def show_order(self, order: Order) -> None:
        """Show by what the takes are ordered; a column has no name here."""
        self.order.blockSignals(True)
        self.order.setCurrentIndex(-1 if order.column else list(PROPOSALS).index(order.name))
        self.order.blockSignals(False)

    def clear(self) -> None:
        """Show all takes."""
        self.text.blockSignals(True)
        self.text.clear()
        self.text.blockSignals(False)
        self._set(Filter())

    def set_run(self, run: str) -> None:
        """Note the training that "this training" stands for."""
        self.run = run
        self._only_run.setEnabled(bool(run))
        if self.filter.run and run and self.filter.run != run:
            self._set(replace(self.filter, run=run))

    def offer_inspiring(self, offered: bool) -> None:
        """Offer what only a study's answers make possible; without any, all takes are shown."""
        self._only_inspiring.setEnabled(offered)
        place = list(PROPOSALS).index(INSPIRING)
        self.order.setItemData(place, None if offered else 0, Qt.ItemDataRole.UserRole - 1)  # Qt's place for "enabled"
        if not offered and self.filter.inspiring:
            self._set(replace(self.filter, inspiring=False))

    def _set(self, chosen: Filter) -> None:
        self.filter = chosen
        self._stars[chosen.stars].setChecked(True)
        self._modes[chosen.mode].setChecked(True)
        self._hide_rejected.setChecked(not chosen.rejected)
        self._only_run.setChecked(bool(chosen.run))
        self._only_inspiring.setChecked(chosen.inspiring)
        self.more.setChecked(replace(chosen, text="").is_active)
        self.filtered.emit(chosen)

    def _on_more(self) -> None:
        stars = next(number for number, action in self._stars.items() if action.isChecked())
        mode = next(name for name, action in self._modes.items() if action.isChecked())
        run = self.run if self._only_run.isChecked() else ""
        inspiring = self._only_inspiring.isChecked()
        self._set(Filter(self.text.text(), stars, not self._hide_rejected.isChecked(), mode, run, inspiring))

    def _build(self) -> None:
        self.text = _Search()
        self.text.setPlaceholderText(_("Filter"))
        self.text.setClearButtonEnabled(True)
        self.text.setMinimumWidth(80)
        self.text.setMaximumWidth(240)
        tip = _("Show only takes with these words in name, tags or note (Ctrl+F)")
        describe(self.text, tip, _("Filter takes"))
        self.text.textChanged.connect(lambda text: self._set(replace(self.filter, text=text)))
        self.text.left.connect(self.left)
        self.more = self._more_button()
        self.order = QComboBox()
        self.order.setPlaceholderText(_("By column"))
        self.order.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for name, (title, what) in PROPOSALS.items():
            self.order.addItem(_(title), name)
            self.order.setItemData(self.order.count() - 1, _(what), Qt.ItemDataRole.ToolTipRole)
        self.order.setCurrentIndex(list(PROPOSALS).index(NEWEST))
        tip = _("Which takes come first: the proposals are made from the takes' figures")
        describe(self.order, tip, _("Order of takes"))
        self.order.activated.connect(lambda: self.ordered.emit(Order(self.order.currentData() or NEWEST)))
        self.offer_inspiring(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addStretch(1)  # in a wide window the three stay together
        layout.addWidget(self.text, 4)
        layout.addWidget(self.more)
        layout.addWidget(self.order)

    def _more_button(self) -> QToolButton:
        button = tool_button("filter", _("Show only some takes: by stars, mode or training"), checkable=True)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        texts = {number: _("At least {stars}").format(stars="★" * number) for number in STARS}
        self._stars = self._choices(menu, {**texts, 0: _("Any stars")})
        menu.addSeparator()
        self._modes = self._choices(menu, {"": _("Any mode"), **{mode: _(text) for mode, text in MODES.items()}})
        menu.addSeparator()
        self._hide_rejected = self._check(menu, _("Hide rejected takes"))
        self._only_run = self._check(menu, _("Only of this training"))
        self._only_run.setToolTip(_("Only takes of the training that new ones would be made with"))
        self._only_run.setEnabled(False)
        self._only_inspiring = self._check(menu, _("Only inspiring takes"))
        self._only_inspiring.setToolTip(_("Only takes that inspired, or may have, who listened to them in a study"))
        menu.addSeparator()
        menu.addAction(_("Show all takes"), self.clear)
        button.setMenu(menu)
        # the button shows whether something is hidden; its menu changes that
        menu.aboutToHide.connect(lambda: button.setChecked(replace(self.filter, text="").is_active))
        return button

    def _choices(self, menu: QMenu, texts: dict[Key, str]) -> dict[Key, QAction]:
        group = QActionGroup(menu)
        actions = {key: self._check(menu, text) for key, text in texts.items()}
        for action in actions.values():
            group.addAction(action)
        next(iter(actions.values())).setChecked(True)
        return actions

    def _check(self, menu: QMenu, text: str) -> QAction:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.triggered.connect(lambda: self._on_more())
        return action


class _Search(QLineEdit):
    """A line that is left with Enter or Down, and emptied with Esc."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys that lead on to the takes (Qt's hook)."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Escape):
            self.left.emit()
        else:
            super().keyPressEvent(event)
