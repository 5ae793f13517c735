"""What of the sound is seen, and how a take is put beside its fragment: menu, buttons and what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from musemate.gui.actions import Actions
from musemate.gui.lanes import ALONE, LAYERS, MODES, USUAL
from musemate.gui.memory import Memory
from musemate.gui.playhead import Playhead
from musemate.gui.stage import Stage
from musemate.language import _, mark

NO_TAKE = mark("Choose a take, and it can be seen together with its fragment")


class ViewMenu(QObject):
    """Keeps the actions, the stage and the memory together."""

    def __init__(self, stage: Stage, playhead: Playhead, memory: Memory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stage, self._playhead, self._memory = stage, playhead, memory
        mode = memory.get("view_mode", ALONE)
        self._mode = mode if mode in MODES else ALONE
        kept = [layer for layer in LAYERS if layer in memory.get("view_layers", list(USUAL))]
        self._layers = kept or list(USUAL)
        self._grid, self._follow = memory.get("view_grid", True), memory.get("view_follow", True)
        self._actions: dict[str, QAction] = {}
        stage.bar.mode_asked.connect(self.set_mode)
        stage.compared.connect(self._tell_modes)
        self._apply()

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of the menu does."""
        modes = {f"view_{mode}": partial(self.set_mode, mode) for mode in MODES}
        layers = {f"picture_{layer}": partial(self._toggle, layer) for layer in LAYERS}
        return {**modes, **layers, "grid": self._toggle_grid, "follow": self._toggle_follow}

    def adopt(self, actions: Actions) -> None:
        """Use these actions: let them show what is chosen, and offer them above the pictures too."""
        self._actions = {name: actions[name] for name in self.handlers()}
        group = QActionGroup(self)
        for name, action in self._actions.items():
            action.setCheckable(True)
            if name.startswith("view_"):
                group.addAction(action)
        menu = QMenu(self._stage)
        for name, action in self._actions.items():
            if not name.startswith("view_"):
                menu.addAction(action)
        menu.insertSeparator(self._actions["grid"])
        self._stage.bar.views.setMenu(menu)
        self._tell()

    def set_mode(self, mode: str) -> None:
        """Choose how a take and its fragment are shown."""
        self._mode = mode
        self._memory.put("view_mode", mode)
        self._apply()

    def _toggle(self, layer: str) -> None:
        """Show or hide a picture; the last one stays."""
        chosen = set(self._layers) ^ {layer}
        if chosen:
            self._layers = [layer for layer in LAYERS if layer in chosen]
            self._memory.put("view_layers", self._layers)
        self._apply()

    def _toggle_grid(self) -> None:
        self._grid = not self._grid
        self._memory.put("view_grid", self._grid)
        self._apply()

    def _toggle_follow(self) -> None:
        self._follow = not self._follow
        self._memory.put("view_follow", self._follow)
        self._apply()

    def _apply(self) -> None:
        if tuple(self._layers) != self._stage.layers:
            self._stage.set_layers(self._layers)
        if self._mode != self._stage.view.lanes.mode:
            self._stage.set_mode(self._mode)
        if self._grid != self._stage.view.canvas.grid.is_shown:
            self._stage.view.show_grid(self._grid)
        self._playhead.follows = self._follow
        self._tell()

    def _tell(self) -> None:
        for name, action in self._actions.items():
            kind, _, what = name.partition("_")
            chosen = {"view": self._mode == what, "picture": what in self._layers}
            action.setChecked(chosen.get(kind, self._grid if name == "grid" else self._follow))
        self._tell_modes()

    def _tell_modes(self) -> None:
        self._stage.bar.show_mode(self._mode, "" if self._stage.can_compare else _(NO_TAKE))
