"""How exported files are to be called: a template, and at once the name that comes of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from musemate.errors import SettingsError
from musemate.export.naming import DEFAULT_TEMPLATE, PLACEHOLDERS, Named, export_name
from musemate.gui.plaintext import plain
from musemate.gui.style import set_state
from musemate.gui.widgets import ElidedLabel, describe, label
from musemate.language import _

MOST_BYTES = 255
"""Longest name on the usual disks; the folder's own limit is asked when files are written."""


class ExportName(QWidget):
    """Template, preview and the choice of plain letters.

    Parameters
    ----------
    template : str
        "" for the usual one.
    ascii_only : bool
    named : callable
        Returns what the name of the first file may say, as everything is chosen now, and its ending.
    """

    changed = Signal()

    def __init__(self, template: str, ascii_only: bool, named: Callable[[], tuple[Named, str]]) -> None:
        super().__init__()
        self._named = named
        self.field = QLineEdit(template or DEFAULT_TEMPLATE)
        self.plain_letters = QCheckBox(_("Plain letters only: no accents or other scripts"))
        self.plain_letters.setChecked(ascii_only)
        self.preview = ElidedLabel("small")
        self.fault = label("", "fault", wrap=True)
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        tip = _("Any text and these in braces: {known}. What is not known of a take is left out").format(known=known)
        describe(self.field, tip, _("Names of the files"))
        describe(self.plain_letters, _("For old samplers and systems: ü becomes u"), _("Plain letters only"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.field, self.preview, self.fault, self.plain_letters):
            layout.addWidget(widget)
        self.field.textChanged.connect(self.refresh)
        self.plain_letters.toggled.connect(self.refresh)

    @property
    def template(self) -> str:
        """What was typed; "" for the usual template."""
        text = self.field.text().strip()
        return "" if text in ("", DEFAULT_TEMPLATE) else text

    @property
    def is_possible(self) -> bool:
        """Whether names can be made of it."""
        return not self.fault.text()

    def refresh(self) -> None:
        """Show the name that comes of what is chosen now, or why none does."""
        named, suffix = self._named()
        template, only = self.template or DEFAULT_TEMPLATE, self.plain_letters.isChecked()
        name = fault = ""
        try:
            name = export_name(template, named, MOST_BYTES, suffix=suffix, ascii_only=only)
        except SettingsError as error:
            fault = f"{error.message} {error.hint}"
        self.preview.setText(name)
        self.preview.setVisible(not fault)
        self.fault.setText(fault)
        self.fault.setVisible(bool(fault))
        self.field.setAccessibleDescription(plain(name or fault))
        set_state(self.field, bad="true" if fault else "false")
        self.changed.emit()
