"""Between the advanced drawer, the panel "Training" and the file of saved presets."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from musemate.engine.catalogue import fault
from musemate.engine.presets import PRESETS, default_preset, label_of, preset_names
from musemate.engine.registry import ENGINES
from musemate.engine.savedpresets import SavedPreset, delete_preset, load_presets, rename_preset, save_preset
from musemate.gui.advanced import Drawer
from musemate.gui.dialmemory import keep, kept
from musemate.gui.dials import Dials
from musemate.gui.layout import Parts
from musemate.gui.memory import Memory
from musemate.gui.session import Session
from musemate.gui.trainer import Trainer
from musemate.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator


class Advancing(QObject):
    """Keeps what is set for each engine, gives it to the next training, and looks after saved presets.

    Parameters
    ----------
    session, parts, trainer
        Those of the window.
    """

    def __init__(self, session: Session, parts: Parts, trainer: Trainer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._parts, self._panel, self._trainer = session, parts, parts.train, trainer
        self._memory: Memory | None = None
        self._dials: dict[str, Dials] = {}
        self._saved: dict[str, list[SavedPreset]] = {}
        self._given: dict[str, Any] | None = None
        self._is_busy = False
        self.drawer = Drawer(parts.workspace, parts.right)
        self._connect()
        self._show()

    @property
    def dials(self) -> Dials:
        """What is set for the chosen engine."""
        engine = self._panel.engine.value
        if engine not in self._dials:
            self._dials[engine] = Dials(engine, self._panel.preset.value)
        return self._dials[engine]

    def remember_with(self, memory: Memory) -> None:
        """Set what was set the last time, with the presets that it changes, and keep what is set from now on."""
        self._memory = memory
        for dials in kept(memory):
            self._dials[dials.engine] = dials
            self._panel.offer_preset(dials.engine, dials.base)
        self._apply()

    def toggle(self) -> None:
        """Open the drawer, or close it."""
        if self.drawer.isVisible():
            self.drawer.close_drawer()
        elif self._parts.is_workspace:
            self.drawer.open()
            self._show()
            self._load()
            self._panel.advanced.setChecked(True)

    def train_again(self, run_id: str) -> None:
        """Take over what a run was trained with."""
        project = self._session.project
        if project is None:
            return
        run = project.run(run_id)
        base = run.preset if run.preset in preset_names(run.engine) else default_preset(run.engine)
        refused = [name for name, value in run.options.items() if fault(run.engine, base, {name: value}) is not None]
        with self._busy():
            self._panel.set_method(run.engine, base)
        self._replace(base, {name: value for name, value in run.options.items() if name not in refused}, "")
        without = _("Without {names}, which this version does not take.").format(names=", ".join(refused))
        said, level = _("The next training will be like training {n}."), "warning" if refused else "info"
        self._session.said.emit(said.format(n=run.id[1:]), without if refused else "", level)
        if not self.drawer.isVisible():
            self.toggle()

    # what is set ---------------------------------------------------------------------------------------

    def _on_edited(self, name: str, value: Any) -> None:
        (parameter,) = [parameter for parameter in self.dials.parameters if parameter.name == name]
        self.dials.set(parameter, value)
        self._apply()

    def _on_reset(self, name: str) -> None:
        self.dials.reset(name)
        self._apply()

    def _on_reset_all(self) -> None:
        self._replace(self.dials.base, {}, "")

    def _on_settings(self) -> None:
        """Another engine, preset or device was chosen in the panel."""
        if self._is_busy:
            return
        if self.dials.base != self._panel.preset.value:
            self._replace(self._panel.preset.value, {}, "")
        elif self._given != self.dials.options:  # another engine
            self._apply()
        else:
            self._show()

    def _on_chosen(self, name: str, is_saved: bool) -> None:
        """A preset was chosen in the drawer."""
        found = [preset for preset in self._saved.get(self.dials.engine, []) if is_saved and preset.name == name]
        for preset in found:
            if preset.warning:
                self._session.said.emit(preset.warning, _("Save it anew to leave that out for good."), "warning")
            self._replace(preset.base, preset.values, preset.name)
        if not found:
            self._replace(name, {}, "")

    def _replace(self, base: str, values: dict[str, Any], saved: str) -> None:
        """Start from a preset; what was changed and never saved can be brought back."""
        dials, before = self.dials, deepcopy(self.dials)
        dials.take_over(base, values, saved)
        self._apply()
        if before.is_edited and before.changed != dials.changed:
            n = len(before.changed)
            said = ngettext("Your {n} change was put aside.", "Your {n} changes were put aside.", n)
            self._parts.messages.say(
                _("Your change was put aside.") if n == 1 else said,
                action=(_("Bring back"), partial(self._bring_back, before)),
            )

    def _bring_back(self, before: Dials) -> None:
        self._dials[before.engine] = before
        with self._busy():
            self._panel.set_method(before.engine, before.base)
        self._apply()

    def _apply(self) -> None:
        """Give what is set to the next training, and let everybody see it."""
        dials = self.dials
        with self._busy():
            if self._panel.preset.value != dials.base:
                self._panel.set_method(dials.engine, dials.base)
            if self._given != dials.options:
                self._given = self._trainer.options = dials.options
            self._panel.settings_changed.emit()
        self._show()

    def _show(self) -> None:
        if self._memory is not None:
            keep(self._memory, self._dials.values())
        dials, n = self.dials, len(self.dials.changed)
        text = _("Advanced settings")
        if dials.saved:
            text = _("Advanced: {preset}, changed") if dials.is_edited else _("Advanced: {preset}")
        elif n:
            text = _("Advanced: {n} changed")
        self._panel.advanced.setText(" " + text.format(preset=dials.saved, n=n))  # the space is the icon's
        if self.drawer.isHidden():
            return
        self.drawer.show_dials(dials, _(label_of(dials.engine, dials.base)))
        built_in = [(preset.name, _(preset.label)) for preset in PRESETS[dials.engine]]
        origin = _("From {preset}")
        bases = {preset.name: _(label_of(dials.engine, preset.base)) for preset in self._saved_here}
        saved = [(name, origin.format(preset=base)) for name, base in bases.items()]
        self.drawer.presets.show_presets(built_in, saved, dials.saved or dials.base)

    @property
    def _saved_here(self) -> list[SavedPreset]:
        return self._saved.get(self.dials.engine, [])

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """Change the panel without hearing of it."""
        before, self._is_busy = self._is_busy, True
        try:
            yield
        finally:
            self._is_busy = before

    # saved presets -------------------------------------------------------------------------------------

    def _load(self) -> None:
        for engine in ENGINES:
            self._in_background(partial(load_presets, engine), partial(self._on_loaded, engine))

    def _on_loaded(self, engine: str, saved: list[SavedPreset]) -> None:
        self._saved[engine] = saved
        self._show()

    def _on_save(self, name: str) -> None:
        dials = self.dials
        error = fault(dials.engine, dials.base, dials.changed)
        if error is not None:
            self._session.failed.emit(error)
            return
        replaced = [preset for preset in self._saved_here if preset.name.casefold() == name.casefold()]
        self._in_background(
            partial(save_preset, dials.engine, name, dials.base, dict(dials.changed)),
            partial(self._on_stored, dials.engine, replaced),
        )

    def _on_stored(self, engine: str, replaced: list[SavedPreset], stored: SavedPreset) -> None:
        dials = self._dials[engine]
        dials.take_over(stored.base, stored.values, stored.name)
        self._load()
        undo = (_("Undo"), partial(self._restore, engine, replaced[0])) if replaced else None
        said = _("Replaced the preset “{name}”.") if replaced else _("Saved the preset “{name}”.")
        self._parts.messages.say(said.format(name=stored.name), action=undo)

    def _on_rename(self, name: str, new: str) -> None:
        self._in_background(
            partial(rename_preset, self.dials.engine, name, new),
            partial(self._on_renamed, self.dials.engine, name, new),
        )

    def _on_renamed(self, engine: str, name: str, new: str, _done: None) -> None:
        if self._dials[engine].saved == name:
            self._dials[engine].saved = new
        self._load()

    def _on_delete(self, name: str) -> None:
        found = [preset for preset in self._saved_here if preset.name == name]
        for preset in found:
            self._in_background(
                partial(delete_preset, self.dials.engine, name), partial(self._on_deleted, self.dials.engine, preset)
            )

    def _on_deleted(self, engine: str, preset: SavedPreset, _done: None) -> None:
        if self._dials[engine].saved == preset.name:
            self._dials[engine].saved = ""
            self._dials[engine].origin = {}
        self._load()
        self._parts.messages.say(
            _("Deleted the preset “{name}”.").format(name=preset.name),
            action=(_("Undo"), partial(self._restore, engine, preset)),
        )

    def _restore(self, engine: str, preset: SavedPreset) -> None:
        self._in_background(
            partial(save_preset, engine, preset.name, preset.base, preset.values), lambda _: self._load()
        )

    def _in_background(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self._session.background.run(work, done, self._session.failed.emit)

    # building ------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        drawer, panel = self.drawer, self._panel
        drawer.edited.connect(self._on_edited)
        drawer.reset_asked.connect(self._on_reset)
        drawer.reset_all_asked.connect(self._on_reset_all)
        drawer.closed.connect(self._on_closed)
        drawer.presets.chosen.connect(self._on_chosen)
        drawer.presets.save_asked.connect(self._on_save)
        drawer.presets.rename_asked.connect(self._on_rename)
        drawer.presets.delete_asked.connect(self._on_delete)
        panel.advanced.clicked.connect(self.toggle)
        panel.settings_changed.connect(self._on_settings)
        panel.trained_with.again_asked.connect(self.train_again)

    def _on_closed(self) -> None:
        self._panel.advanced.setChecked(False)
        self._panel.advanced.setFocus()
