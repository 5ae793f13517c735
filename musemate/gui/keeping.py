"""What looks after the whole project: who may change it, whether it is whole, and how it travels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from musemate.gui.checker import Checker
from musemate.gui.guard import Guard
from musemate.gui.messagebar import MessageBar
from musemate.gui.packer import SUFFIX, Packer
from musemate.gui.session import Session


class Keeping:
    """Guard, checker and packer of a window."""

    def __init__(self, session: Session, messages: MessageBar, window: QWidget) -> None:
        self.guard = Guard(session, messages, window)
        self.checker = Checker(session, messages, window)
        self.packer = Packer(session, messages, window)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions call."""
        return {
            "check_project": self.checker.start,
            "pack_project": self.packer.ask_pack,
            "open_packed": self.packer.ask_unpack,
        }

    def opens(self, paths: list[Path]) -> bool:
        """Open the first packed project among the paths; False where there is none."""
        packed = next((path for path in paths if path.suffix.lower() == SUFFIX), None)
        if packed is not None:
            self.packer.unpack(packed)
        return packed is not None
