"""The losses in full: which of them, which scale, and on which axis."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from musemate.gui import wording
from musemate.gui.lossplot import LINEAR, LOG, OWN, LossPlot
from musemate.gui.widgets import Choice, describe, label, resize_within_screen
from musemate.language import _, mark
from musemate.tasks.loss_history import LossHistory

ALL = mark("All scales")
SWATCH = QSize(20, 12)
_LOG_HINT = mark("One axis in powers of ten")


class LossPanel(QDialog):
    """A window of its own beside the main one; never in the way of listening."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("losses")
        self.boxes: dict[str, QCheckBox] = {}
        self._build()
        resize_within_screen(self, 880, 440)

    def show_history(self, title: str, history: LossHistory) -> None:
        """Show the losses of a training."""
        self.setWindowTitle(title)
        self.plot.set_history(history)
        self.look()

    def look(self) -> None:
        """Draw what has come since, and offer what is new."""
        names = [part.name for part in self.plot.history.parts]
        if names != [self.scale.itemData(index) for index in range(1, self.scale.count())]:
            self._offer_scales(names)
        losses = self.plot.history.names
        if losses != list(self.boxes):
            self._offer_losses(losses)
        self._tell_log()
        self.plot.look()

    def _offer_scales(self, names: list[str]) -> None:
        self.scale.blockSignals(True)
        self.scale.clear()
        self.scale.addItem(_(ALL))
        for name in names:
            self.scale.addItem(wording.scale(name), name)
        self.scale.setCurrentIndex(max(0, self.scale.findData(self.plot.part)))
        self.scale.blockSignals(False)

    def _offer_losses(self, names: list[str]) -> None:
        kept = {name for name, box in self.boxes.items() if not box.isChecked()}
        for box in self.boxes.values():
            box.deleteLater()
        self.boxes = {}
        for name in names:
            box = QCheckBox(_(name))
            box.setIconSize(SWATCH)
            box.setChecked(name not in kept)
            describe(box, _("Show the curve of {loss}").format(loss=_(name)), _("Show {loss}").format(loss=_(name)))
            box.toggled.connect(self._on_box)
            self._row.addWidget(box)
            self.boxes[name] = box
        self._draw_swatches()
        self._on_box()

    def _draw_swatches(self) -> None:
        for name, box in self.boxes.items():
            picture = QPixmap(SWATCH * self.devicePixelRatioF())
            picture.setDevicePixelRatio(self.devicePixelRatioF())
            picture.fill(Qt.GlobalColor.transparent)
            with QPainter(picture) as painter:
                pen = self.plot.pen(name)
                pen.setWidthF(2.5)
                painter.setPen(pen)
                middle = SWATCH.height() // 2
                painter.drawLine(QPoint(0, middle), QPoint(SWATCH.width(), middle))
            box.setIcon(QIcon(picture))

    def _tell_log(self) -> None:
        """Offer the logarithmic axis where it is one: it has no place for zero and below."""
        can = self.plot.can_be_log
        self._log.setEnabled(can)
        cannot = _("Some of these values are not above zero: choose losses that are")
        self._log.setToolTip(_(_LOG_HINT) if can else cannot)
        if not can and self.axis.value == LOG:
            self.axis.value = LINEAR

    def _on_box(self) -> None:
        self.plot.set_hidden(name for name, box in self.boxes.items() if not box.isChecked())
        self._tell_log()

    def _on_scale(self, index: int) -> None:
        self.plot.show_part(self.scale.itemData(index) or "")

    def _on_part(self, name: str) -> None:
        self.scale.setCurrentIndex(max(0, self.scale.findData(name)))
        self._tell_log()

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the colours of another scheme (Qt's hook)."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "plot"):
            self._draw_swatches()

    def _build(self) -> None:
        self.plot = LossPlot(small=False)
        self.plot.part_chosen.connect(self._on_part)
        self.scale = QComboBox()
        self.scale.addItem(_(ALL))
        describe(self.scale, _("Show one scale alone, or all side by side"), _("Scale"))
        self.scale.currentIndexChanged.connect(self._on_scale)
        options = [
            (OWN, _("Each its own"), _("Each curve from its lowest to its highest: where it heads, not its unit")),
            (LINEAR, _("Linear"), _("One axis for all")),
            (LOG, _("Log"), _(_LOG_HINT)),
        ]
        self.axis = Choice(options, _("Axis"))
        self.axis.setFixedWidth(304)
        self._log = self.axis.findChildren(QPushButton)[-1]
        self.axis.changed.connect(self.plot.set_placing)
        self._row = QHBoxLayout()
        self._row.setSpacing(16)
        head = QHBoxLayout()
        head.addLayout(self._row)
        head.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(16)
        foot.addWidget(self.scale)
        foot.addWidget(label(_("Steps from left to right. A click on a scale shows it alone."), "small", wrap=True), 1)
        foot.addWidget(self.axis)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(head)
        layout.addWidget(self.plot, 1)
        layout.addLayout(foot)
