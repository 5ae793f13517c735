"""One parameter in the advanced drawer: its name, a field, what it does, what is possible, what is wrong with it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QLineEdit, QSizePolicy, QWidget

from musemate.engine.parameters import LIST, SWITCH, Parameter
from musemate.errors import SettingsError
from musemate.gui.plaintext import plain
from musemate.gui.style import set_state
from musemate.gui.wheel import calm
from musemate.gui.widgets import ElidedLabel, describe, label, tool_button
from musemate.language import _

FIELD_WIDTH = 104


class ParameterRow(QFrame):
    """Shows a parameter and says what is set.

    Parameters
    ----------
    parameter : Parameter
    """

    edited = Signal(str, object)
    """With the parameter's name and the value; a text that stands for none as it is."""
    reset_asked = Signal(str)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("parameter")
        self.parameter = parameter
        self.is_changed = False
        self._build()

    @property
    def fault(self) -> str:
        """What is said at the field, "" while all is well."""
        return "" if self._fault.isHidden() else self._fault.text()

    def matches(self, text: str) -> bool:
        """Whether every word of a search is in the parameter's name, group or description."""
        about = self.parameter
        here = f"{about.name} {about.name.replace('_', ' ')} {about.group} {about.words} {about.unit}"
        here = f"{here} {_(about.group)} {_(about.words)}".casefold()
        return all(word in here for word in text.casefold().split())

    def show_value(self, value: Any, usual: Any, preset: str, error: SettingsError | None) -> None:
        """Show what is set, what the preset has, and why it is refused.

        Parameters
        ----------
        value, usual
            What is set, and what the preset has.
        preset : str
            Its label.
        error : SettingsError or None
        """
        about = self.parameter
        usual_text = about.text(usual) or _("none")
        self._range.setText(f"{about.range_words}  ·  {preset}: {usual_text}")
        self._write(value)
        changed = value != usual
        if changed != self.is_changed:
            self.is_changed = changed
            set_state(self, changed=changed)
            set_state(self.name, changed=changed)
            self.reset.setVisible(changed)
        back = _("Back to {value}, as {preset} has it").format(value=usual_text, preset=preset)
        self.reset.setToolTip(plain(back))
        self._fault.setText(f"{error.message} {error.hint}" if error else "")
        self._fault.setVisible(error is not None)
        self.editor.setAccessibleDescription(self._fault.text() or f"{_(about.words)}. {about.range_words}")

    def _write(self, value: Any) -> None:
        """Put a value into the field, unless it is what was just typed there."""
        if isinstance(self.editor, QCheckBox):
            self.editor.setChecked(value is True)
            self.editor.setText(_("on") if value is True else _("off"))
        elif isinstance(self.editor, QComboBox):
            self.editor.setCurrentIndex(self.editor.findData(value))
        elif self.parameter.parsed(self.editor.text()) != value or not self.editor.hasFocus():
            self.editor.setText(self.parameter.text(value))

    def _on_typed(self, text: str) -> None:
        self.edited.emit(self.parameter.name, self.parameter.parsed(text))

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        about = self.parameter
        self.name = ElidedLabel("parameterName")
        self.name.setText(about.name)
        self.editor = self._build_editor()
        possible = _("{what}. Possible: {range}").format(what=_(about.words), range=about.range_words)
        describe(self.editor, possible, about.name)
        self.reset = tool_button("reset", _("Back to what the preset has"))
        self.reset.setAccessibleName(_("Reset {parameter}").format(parameter=about.name))
        self.reset.clicked.connect(lambda: self.reset_asked.emit(about.name))
        kept = self.reset.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(kept)
        self.reset.hide()
        self._words = label(_(about.words), "words", wrap=True)
        self._range = label("", "small", wrap=True)
        self._fault = label("", "fault", wrap=True)
        self._fault.hide()
        self._lay_out(is_wide=about.kind == LIST)
        calm(self)

    def _build_editor(self) -> QCheckBox | QComboBox | QLineEdit:
        about = self.parameter
        if about.kind == SWITCH:
            box = QCheckBox(_("off"))
            box.clicked.connect(lambda on: self.edited.emit(about.name, on))
            return box
        if about.choices:
            places = QComboBox()
            for value in about.choices:
                places.addItem(str(value), value)
            places.activated.connect(lambda: self.edited.emit(about.name, places.currentData()))
            return places
        line = QLineEdit()
        line.textEdited.connect(self._on_typed)
        line.editingFinished.connect(self._tidy)
        return line

    def _tidy(self) -> None:
        """Write a value that was typed in some other way as it usually is."""
        assert isinstance(self.editor, QLineEdit)
        if not self.fault:
            self.editor.setText(self.parameter.text(self.parameter.parsed(self.editor.text())))

    def _lay_out(self, *, is_wide: bool) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 8, 8)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.name, 0, 0)
        grid.addWidget(self.reset, 0, 1)
        if is_wide:
            grid.addWidget(self.editor, 1, 0, 1, 3)
        else:
            self.editor.setFixedWidth(FIELD_WIDTH)
            self.editor.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            grid.addWidget(self.editor, 0, 2)
        for row, text in enumerate((self._words, self._range, self._fault), start=2):
            grid.addWidget(text, row, 0, 1, 3)
        if isinstance(self.editor, QLineEdit):
            self.editor.setAlignment(Qt.AlignmentFlag.AlignLeft if is_wide else Qt.AlignmentFlag.AlignRight)
