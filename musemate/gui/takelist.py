"""The panel of the current fragment's takes: the table, what is shown of it, and the scales of the chosen take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from musemate.analysis.marks import Marks
from musemate.gui import icons
from musemate.gui.memory import Memory
from musemate.gui.scalestrip import ScaleStrip
from musemate.gui.takefilter import TakeFilter
from musemate.gui.takemodel import TakeModel
from musemate.gui.takeorder import INSPIRING, NEWEST, Filter, Order
from musemate.gui.taketable import TakeTable
from musemate.gui.thumbnails import Thumbnails
from musemate.gui.widgets import describe, label
from musemate.language import _, mark, pgettext
from musemate.project.records import Take

LAYERS_PER_ROW = 9
"""Of the published method's 16 scales, as many as there is room for."""
LAYER_HINT, LAYER_NAME = mark("Hear the take as its scale {scale} holds it"), mark("Scale {scale}")
EMPTY, TABLE, NOTHING_FOUND = range(3)


class TakeList(QFrame):
    """Shows takes; says which is chosen, played, rated, edited, exported or removed."""

    chosen = Signal(str)
    play_pressed = Signal(str)
    stars_chosen = Signal(list, int)
    reject_asked = Signal(list)
    edited = Signal(list, str, str)
    """Takes (the one that was typed into first), field and text."""
    export_asked = Signal(list)
    report_asked = Signal(list)
    more_asked = Signal(list)
    """Takes that others like them are wanted of."""
    remove_asked = Signal(list)
    layer_asked = Signal(str, str)
    """File and name of the scale at which the current take is to be heard."""

    def __init__(self, thumbnails: Thumbnails | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.thumbnails = thumbnails or Thumbnails(None, self)
        self.model = TakeModel()
        self.table = TakeTable(self.model, self.thumbnails)
        self._layers: list[tuple[str, str]] = []
        self._has_order = False
        """Whether the songwriter chose one."""
        self._build()
        self._connect()
        self._tell()

    # what is shown -------------------------------------------------------------------------------------

    def set_takes(self, takes: list[Take]) -> None:
        """Show these takes, the oldest first; what is chosen stays so."""
        if not self.table.is_editing or [take.id for take in takes] != list(self.model.known):
            self.model.set_takes(takes)
        else:
            self.model.update_takes(takes)
        self._tell()

    def update_takes(self, takes: Sequence[Take]) -> None:
        """Show what changed in takes that are there; those with new figures find their place."""
        before = {take.id: self.model.take(take.id) for take in takes}
        self.model.update_takes(takes)
        compared = any(old is not None and old.figures != take.figures for take in takes if (old := before[take.id]))
        if compared and self.model.order.needs_figures and not self.table.is_editing:
            self.model.arrange()
        self._tell()

    def set_marks(self, marks: Mapping[str, Marks]) -> None:
        """Show what studies say about takes; the inspiring come first where no other order was chosen."""
        self.model.set_marks(marks)
        offered = any(said.n_asked for said in marks.values())
        self.filter.offer_inspiring(offered)
        self.table.columns.offer("inspires", offered)
        if not self._has_order:
            self._show_order(Order(INSPIRING if offered else NEWEST))
        elif self.model.order.name == INSPIRING:
            self.model.arrange()
        self._tell()

    def set_hint(self, *, can_make: bool, is_making: bool = False) -> None:
        """Say what to do, or to wait for, while there are no takes."""
        ready = _("Ready: make your first takes.") if can_make else _("Your takes will appear here.")
        self._empty.setText(_("Your first takes are being made…") if is_making else ready)

    def set_run(self, run: str) -> None:
        """Note the training that takes are made with, for the filter."""
        self.filter.set_run(run)

    def show_layers(self, layers: list[tuple[str, str]]) -> None:
        """Offer the scales of the current take to be heard: name and file of each, coarse to fine; none hides them."""
        if layers != self._layers:
            self._layers = layers
            self.layers.set_scales([name for name, _ in layers])
            for scale, (_, file) in enumerate(layers):
                self.layers.set_done(scale, file)
        self.layers.setVisible(bool(layers))

    def set_playing(self, take_id: str, part: float, *, playing: bool) -> None:
        """Show which take is heard and how far; "" for none."""
        look = self.table.look
        moved = abs(part - look.part) * max(1, self.table.width()) >= 1
        if (take_id, playing) != (look.playing, look.is_heard) or (moved and take_id):
            rows = {self.model.place(look.playing), self.model.place(take_id)} - {-1}
            look.playing, look.is_heard, look.part = take_id, playing, part
            for row in rows:
                self.table.redraw(row)

    def set_playable(self, reason: str) -> None:
        """Let rows be played, or show that they cannot be."""
        if reason != self.table.look.unplayable:
            self.table.look.unplayable = reason
            self.table.viewport().update()

    def remember_with(self, memory: Memory) -> None:
        """Keep the chosen columns from one day to the next."""
        self.table.columns.remember_with(memory)

    # what is chosen ------------------------------------------------------------------------------------

    @property
    def ids(self) -> list[str]:
        """Ids of the shown takes from top to bottom."""
        return self.model.ids

    @property
    def current(self) -> str:
        """Id of the take that the keyboard is on, "" for none."""
        return self.table.current

    @property
    def selected(self) -> list[str]:
        """Ids of all chosen takes."""
        return self.table.selected

    def select(self, take_id: str) -> None:
        """Choose a take without saying so."""
        self.table.select(take_id)

    def edit(self, column: str) -> None:
        """Let name ("take"), "tags" or "note" of the current take be typed."""
        self.table.edit_field(column)

    def reject(self) -> None:
        """Put the chosen takes aside, or bring them back."""
        if self.selected:
            self.reject_asked.emit(self.selected)

    def search(self) -> None:
        """Go to the search line."""
        self.filter.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.text.selectAll()

    # events --------------------------------------------------------------------------------------------

    def _on_filter(self, chosen: Filter) -> None:
        self.model.set_filter(chosen)
        self._tell()

    def _on_order(self, order: Order) -> None:
        self._has_order = True
        self._show_order(order)
        self.table.scrollToTop()

    def _show_order(self, order: Order) -> None:
        self.model.set_order(order)
        self.filter.show_order(order)
        self.table.columns.mark(order.column, order.descending)

    def _on_edited(self, take_id: str, field: str, text: str) -> None:
        others = [other for other in self.selected if other != take_id] if take_id in self.selected else []
        self.edited.emit([take_id, *others], field, text)

    def _on_left(self) -> None:
        self.table.setFocus()
        if not self.current and self.ids:
            self.table.selectRow(0)

    def _tell(self) -> None:
        """Say how many there are, and what to do where none is seen."""
        n_all, n_shown = self.model.n_all, len(self.model.ids)
        some = _("{n} of {total}").format(n=n_shown, total=n_all)
        self._count.setText("" if not n_all else f"{n_all}" if n_shown == n_all else some)
        self.filter.setVisible(n_all > 0)
        self._stack.setCurrentIndex(EMPTY if not n_all else TABLE if n_shown else NOTHING_FOUND)
        n_selected = len(self.selected)
        self.export.setEnabled(n_selected > 0)
        text = _("Export {n}…").format(n=n_selected) if n_selected > 1 else pgettext("button", "Export…")
        self.export.setText(f" {text}")

    # building ------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        table = self.table
        table.chosen.connect(self.chosen)
        table.play_pressed.connect(self.play_pressed)
        table.stars_chosen.connect(self.stars_chosen)
        table.reject_asked.connect(self.reject_asked)
        table.export_asked.connect(self.export_asked)
        table.report_asked.connect(self.report_asked)
        table.more_asked.connect(self.more_asked)
        table.remove_asked.connect(self.remove_asked)
        table.selection_changed.connect(self._tell)
        table.columns.sort_asked.connect(lambda column, down: self._on_order(Order("", column, down)))
        self.model.edited.connect(self._on_edited)
        self.filter.filtered.connect(self._on_filter)
        self.filter.ordered.connect(self._on_order)
        self.filter.left.connect(self._on_left)

    def _build(self) -> None:
        self._count = label(name="muted")
        self.filter = TakeFilter()
        self.export = QPushButton(" " + pgettext("button", "Export…"))
        self.export.setIcon(icons.icon("export"))
        describe(self.export, _("Export the chosen takes as WAV for your DAW (Ctrl+E)"), _("Export takes"))
        self.export.clicked.connect(lambda: self.export_asked.emit(self.selected))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(_("Takes"), "heading"))
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(self.filter, 3)
        head.addWidget(self.export)
        self._empty = label("", "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.set_hint(can_make=False)
        self._stack = QStackedLayout()
        for page in (self._empty, self.table, self._nothing_found()):
            self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(4)
        head.setContentsMargins(8, 0, 0, 0)
        layout.addLayout(head)
        layout.addLayout(self._stack, 1)
        self.layers = ScaleStrip(per_row=LAYERS_PER_ROW, hint=LAYER_HINT, name=LAYER_NAME)
        self.layers.preview_asked.connect(self.layer_asked)
        self.layers.hide()
        layout.addWidget(self.layers)

    def _nothing_found(self) -> QWidget:
        page = QWidget()
        text = label(_("No take is like that."), "muted")
        show_all = QPushButton(_("Show all takes"))
        describe(show_all, _("Clear the filter"), _("Show all takes"))
        show_all.clicked.connect(self.filter.clear)
        layout = QVBoxLayout(page)
        layout.addStretch(1)
        layout.addWidget(text, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(show_all, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(1)
        return page
