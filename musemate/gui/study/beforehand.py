"""What comes before the first trial: the check of the headphones, and the volume."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musemate.errors import MuseMateError
from musemate.gui.background import Background
from musemate.gui.study.checkpages import HeadphonesPage, LevelPage
from musemate.gui.study.page import Page
from musemate.gui.study.sitting import Sitting
from musemate.gui.study.trialsound import TrialSound
from musemate.language import _
from musemate.study.checksounds import CheckSounds, make_check_sounds


class Beforehand(QObject):
    """Leads through both pages; what cannot be played is passed over.

    Parameters
    ----------
    sitting : Sitting
    sound : TrialSound
    background : Background
        Where the sounds are made.
    parent : QObject
    """

    shown = Signal(object)
    """A `Page` is to be shown."""
    said = Signal(str, str)
    """Text and hint for the message bar."""
    failed = Signal(object)
    done = Signal()

    def __init__(self, sitting: Sitting, sound: TrialSound, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._sitting, self._background = sitting, background
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.sounds: CheckSounds | None = None
        self._is_making = self._wants_begin = False
        self.headphones, self.level = HeadphonesPage(sound), LevelPage(sound)
        self.headphones.done.connect(self._on_headphones)
        self.level.done.connect(self.done)

    def prepare(self) -> None:
        """Make tones and music anew for everybody: the order of the tones is another one."""
        desk = self._sitting.desk
        assert desk is not None
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="musemate-", ignore_cleanup_errors=True)
        whole = [one.token for one in desk.folder.study.stimuli if one.token not in desk.left_out]
        like = desk.folder.sound(whole[0]) if whole else None
        into = Path(self._folder.name) / secrets.token_hex(4)
        seed = secrets.randbelow(1 << 31) if desk.folder.study.template.rules.headphones else None

        def make() -> CheckSounds:
            into.mkdir()
            return make_check_sounds(into, like, seed)

        self.sounds, self._is_making, self._wants_begin = None, True, False
        self._background.run(make, self._on_made, self._on_failed)

    def begin(self) -> None:
        """Check the headphones where the study wants it and nobody has yet, then let the volume be set."""
        if self._is_making:
            self._wants_begin = True
            return
        course, session = self._sitting.course, self._sitting.session
        assert course is not None and session is not None
        wants_check = course.study.template.rules.headphones and not session.headphones
        if wants_check and self.sounds is not None and self.sounds.tones:
            self._show(self.headphones)
            self.headphones.begin(self.sounds.tones)
        else:
            self._set_level()

    def close(self) -> None:
        """Remove the sounds."""
        if self._folder is not None:
            self._folder.cleanup()

    def _show(self, page: Page) -> None:
        self.shown.emit(page)

    def _on_made(self, sounds: CheckSounds) -> None:
        self.sounds = sounds
        self._go()

    def _on_failed(self, error: MuseMateError) -> None:
        """Go on without them."""
        self.failed.emit(error)
        self._go()

    def _go(self) -> None:
        self._is_making = False
        if self._wants_begin:
            self.begin()

    def _on_headphones(self, outcome: str) -> None:
        if outcome:
            self._sitting.set_headphones(outcome)
        if outcome == "failed":
            self.said.emit(
                _("These do not seem to be headphones, or one side is silent."),
                _("You can go on all the same; that is noted with your answers."),
            )
        self._set_level()

    def _set_level(self) -> None:
        if self.sounds is None:
            self.done.emit()
            return
        self._show(self.level)
        self.level.begin(self.sounds.level)
