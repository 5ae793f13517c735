"""The listening window: leads one person after the other through a study, full screen and by keys alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from musemate.audio.player import Player
from musemate.errors import AudioFileError, MuseMateError, TooShortError
from musemate.gui.audition import Audition
from musemate.gui.background import Background
from musemate.gui.memory import Memory
from musemate.gui.messagebar import MessageBar
from musemate.gui.sound import Sound
from musemate.gui.soundoutput import BUFFER_KEY, NAME_KEY
from musemate.gui.study.beforehand import Beforehand
from musemate.gui.study.endpages import BreakPage, ClosingPage, ReviewPage, ThanksPage
from musemate.gui.study.form import missing_text
from musemate.gui.study.header import Header
from musemate.gui.study.keyhints import KeyHints
from musemate.gui.study.page import Page
from musemate.gui.study.pictures import Pictures
from musemate.gui.study.sitting import Sitting
from musemate.gui.study.startpage import StartPage
from musemate.gui.study.trialpage import TrialPage
from musemate.gui.study.trialsound import KIND, TrialSound
from musemate.language import _, ngettext
from musemate.study.course import BREAK, CLOSING, REVIEW, TRIAL
from musemate.study.listening import Heard
from musemate.study.records import Rater, Session

log = logging.getLogger(__name__)

LEAST_SIZE = QSize(480, 320)
USUAL_SIZE = QSize(1024, 640)
HINTS_FROM_PX = 480
"""A lower window has no room for the line of keys."""
_USUAL_VOLUME = 80


class Runner(QMainWindow):
    """One study, one person at a time.

    Parameters
    ----------
    folder : Path
        The study.
    make_player : callable
        Makes the player; tests may give one of their own.
    memory : Memory, optional
        Knows the volume and the sound output; the window's own file if not given.
    """

    closed = Signal()

    def __init__(
        self, folder: Path, *, make_player: Callable[[], Player] = Player, memory: Memory | None = None
    ) -> None:
        super().__init__()
        self.setWindowTitle(_("Questionnaire"))
        self.setMinimumSize(LEAST_SIZE)
        self.resize(USUAL_SIZE)
        self.memory = memory or Memory()
        self._background = Background(self)
        self.audition = Audition(self._background, self)
        self.sound = TrialSound(self.audition, self)
        self.sitting = Sitting(self)
        self._folder, self._make_player = folder, make_player
        self.before = Beforehand(self.sitting, self.sound, self._background, self)
        self._heard: dict[int, Heard] = {}
        self._is_closed = False
        self._build()
        self._connect()
        self._start_sound()
        self.sitting.open(folder)

    def show_full(self) -> None:
        """Show it full screen; F11 and Escape lead out."""
        self.showFullScreen()
        self.activateWindow()

    @property
    def page(self) -> Page:
        """The page that is open."""
        page = self.stack.currentWidget()
        assert isinstance(page, Page)
        return page

    # before the first trial ----------------------------------------------------------------------------

    def _on_opened(self) -> None:
        desk = self.sitting.desk
        assert desk is not None
        study = desk.folder.study
        self.setWindowTitle(f"{study.title} – MuseMate" if study.title else "MuseMate")
        if self.trial is None:
            self._add_pages()
        self.start.show_desk(desk)
        self._show(self.start)
        self.before.prepare()

    def on_begin(self, who: Rater | str) -> None:
        """Begin a session."""
        self.sitting.begin(who, self.audition.output.name)

    def on_resume(self, session: Session) -> None:
        """Go on with a session."""
        self.sitting.resume(session)

    def _on_began(self) -> None:
        course = self.sitting.course
        assert course is not None
        self._heard.clear()
        self._say_lost(len(course.lost))
        self.before.begin()

    # the way through -----------------------------------------------------------------------------------

    def _show_step(self) -> None:
        course = self.sitting.course
        assert course is not None
        step = course.step
        self.header.show_course(course)
        if self.messages.level == "info":  # about the page before
            self.messages.dismiss()
        if step.kind == TRIAL:
            self._show_trial()
            return
        self.sound.end()
        if step.kind == BREAK:
            self._show(self.rest)
        elif step.kind == CLOSING and self.closing is not None:
            self.closing.form.show_answers(course.values(step.number), course.asked(step.number), anew=True)
            self._show(self.closing)
        elif step.kind == REVIEW and self.review is not None:
            self.review.show_course(course)
            self._show(self.review)

    def _show_trial(self) -> None:
        course, page = self.sitting.course, self.trial
        assert course is not None and course.step.trial is not None and page is not None
        trial, study = course.step.trial, course.study
        lengths_s = {one.token: one.duration_s for one in study.stimuli if one.token in trial.tokens}
        values = course.values(trial.number)
        known = self._heard.get(trial.number)
        heard = known or Heard({token: 0.0 if values else lengths_s[token] for token in trial.tokens})
        self._heard[trial.number] = heard
        page.setAccessibleName(self.header.place_text)
        page.set_may_go(course.place > 1)
        folder = self.sitting.folder
        sounds = {token: (folder.sound(token), lengths_s[token]) for token in trial.tokens}
        self.pictures.clear()
        self.sound.begin(sounds, loops=study.template.rules.loop, heard=heard)
        page.show_gate()
        page.form.show_answers(values, course.asked(trial.number), anew=True)
        self._show(page)
        for token in course.upcoming:
            self.audition.clips.prefetch(Sound(folder.sound(token), "", KIND))

    def on_answer(self, question: str, value: str) -> None:
        """Keep an answer."""
        course = self.sitting.course
        if course is None:
            return
        number, heard = course.step.number, self.sound.heard
        if course.step.kind == TRIAL:
            given = {"seconds": heard.seconds, "plays": heard.plays, "heard_s": heard.heard_s}
        else:
            given = {"seconds": 0.0, "plays": 0, "heard_s": 0.0}
        self.sitting.answer(number, question, value, **given)  # type: ignore[arg-type]

    def on_next(self) -> None:
        """Open the next page, once what is typed here is noted."""
        self._save_typed()
        self.sitting.go_on()

    def on_back(self) -> None:
        """Open the page before."""
        self._save_typed()
        self.sitting.go_back()

    def _on_answered(self) -> None:
        """Ask what follows from an answer."""
        course = self.sitting.course
        form = getattr(self.page, "form", None)
        if course is not None and form is not None:
            form.show_answers(course.values(course.step.number), course.asked(course.step.number), anew=False)
            self.header.show_course(course)

    def _on_held(self) -> None:
        """Lead to the answer that is missing, and say which it is."""
        course = self.sitting.course
        form = getattr(self.page, "form", None)
        if course is None or form is None:
            return
        missing = course.missing(course.step.number)
        if not missing:
            return
        if form.current in [question.name for question in missing] or not form.isEnabled():
            self.messages.say(missing_text(missing, course.study.template))
        form.set_current(missing[0].name)

    def _on_not_heard(self) -> None:
        self.messages.say(_("Answers count once you have listened."), _("Press Space to play."))

    def _on_chosen(self, number: int) -> None:
        self.sitting.go_to(number)

    def _on_submitted(self) -> None:
        self.sound.end()
        self.messages.dismiss()
        self._show(self.thanks)

    def _save_typed(self) -> None:
        form = getattr(self.page, "form", None)
        if form is not None:
            form.save()

    # sound ---------------------------------------------------------------------------------------------

    def _start_sound(self) -> None:
        buffer_ms = int(self.memory.get(BUFFER_KEY, 0))
        self.audition.choose_output(str(self.memory.get(NAME_KEY, "")), buffer_ms / 1000)
        self.before.level.set_volume(int(self.memory.get("volume", _USUAL_VOLUME)))
        self.audition.start(self._make_player)

    def _on_volume(self, value: int) -> None:
        self.audition.volume = value / 100
        self.memory.put("volume", value)

    def _on_silent(self, reason: str) -> None:
        self.messages.say(reason, level="warning", action=(_("Look again"), self.audition.retry))

    def _on_sound_failed(self, error: MuseMateError) -> None:
        """Leave a trial out whose sound cannot be read; everything else is said."""
        course, sound = self.sitting.course, self.audition.sound
        is_file = isinstance(error, AudioFileError | TooShortError)
        if self.page is not self.trial or course is None or sound is None or not is_file:
            self.messages.fail(error)
            return
        log.warning("trial %d is left out: %s", course.step.number, error.message)
        self._say_lost(1)
        self.sitting.leave_out(sound.path.stem)

    def _say_lost(self, n: int) -> None:
        if n:
            text = ngettext(
                "{n} sample cannot be heard, because its sound is missing or was changed; it is left out.",
                "{n} samples cannot be heard, because their sounds are missing or were changed; they are left out.",
                n,
            )
            self.messages.say(text, _("The answers say so; everything else goes on."), level="warning")

    # the window ----------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what the keys say that nothing typed into has taken (Qt's hook)."""
        key = event.key()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_F11 or (key == Qt.Key.Key_Escape and self.isFullScreen()):
            self.toggle_full()
        elif control and key in (Qt.Key.Key_Q, Qt.Key.Key_W):
            self.close()
        elif control and key == Qt.Key.Key_D:
            self.audition.retry()
        elif control and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.before.level.step(1 if key == Qt.Key.Key_Up else -1)
        elif not self._is_held_down(event) and not self.page.take_key(event):
            super().keyPressEvent(event)

    def toggle_full(self) -> None:
        """Go full screen, or back to a window."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is typed, store what is on its way, and be silent; the session goes on where it is (Qt's hook)."""
        if not self._is_closed:
            self._is_closed = True
            self._save_typed()
            self.hide()
            self.audition.close()
            self.sitting.close()
            self._background.close()
            self.before.close()
            self.closed.emit()
        event.accept()

    @staticmethod
    def _is_held_down(event: QKeyEvent) -> bool:
        """Say whether a key is only still down: a page must not be run through by it."""
        return event.isAutoRepeat() and event.key() not in (Qt.Key.Key_Up, Qt.Key.Key_Down)

    def resizeEvent(self, event: object) -> None:
        """Leave the line of keys out where there is no room (Qt's hook)."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.hints_area.setVisible(self.height() >= HINTS_FROM_PX)

    def _show(self, page: Page) -> None:
        if self.page is not page or not page.isAncestorOf(self.focusWidget() or page):
            self.stack.setCurrentWidget(page)
        on_the_way = page in (self.trial, self.rest, self.closing, self.review)
        self.header.setVisible(on_the_way and self.sitting.course is not None)
        full = [("F11", _("full screen"))] if page is self.start else []
        self.hints.show_keys([*page.hints(), *full])
        page.enter()

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.header, self.hints = Header(), KeyHints()
        self.header.hide()
        self.messages = MessageBar()
        self.messages.hide()
        self.stack = QStackedWidget()
        self.start = StartPage()
        self.rest, self.thanks = BreakPage(), ThanksPage()
        self.pictures = Pictures(self._background, self)
        self.trial: TrialPage | None = None
        self.closing: ClosingPage | None = None
        self.review: ReviewPage | None = None
        for page in (self.start, self.before.headphones, self.before.level, self.rest, self.thanks):
            self.stack.addWidget(page)
        self.hints_area = self.hints.scrolled()
        body = QWidget()
        body.setObjectName("body")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        message_room = QVBoxLayout()
        message_room.setContentsMargins(16, 8, 16, 0)
        message_room.addWidget(self.messages)
        layout.addWidget(self.header)
        layout.addLayout(message_room)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.hints_area)
        self.setCentralWidget(body)

    def _add_pages(self) -> None:
        """Make the pages that depend on what the study asks."""
        template = self.sitting.folder.study.template
        self.trial, self.review = TrialPage(template, self.sound), ReviewPage(template)
        self.trial.answered.connect(self.on_answer)
        self.trial.next_asked.connect(self.on_next)
        self.trial.back_asked.connect(self.on_back)
        self.trial.held.connect(self._on_not_heard)
        self.review.chosen.connect(self._on_chosen)
        self.review.back_asked.connect(self.on_back)
        self.review.submitted.connect(self.sitting.submit)
        pages: list[Page] = [self.trial, self.review]
        if template.closing:
            self.closing = ClosingPage(template)
            self.closing.answered.connect(self.on_answer)
            self.closing.next_asked.connect(self.on_next)
            self.closing.back_asked.connect(self.on_back)
            pages.append(self.closing)
        for page in pages:
            self.stack.addWidget(page)
        if template.rules.pictures:
            self.trial.extra.addWidget(self.pictures.view)
            self.sound.pictured.connect(self.pictures.draw)
            self.audition.moved.connect(self.pictures.view.set_cursor)

    def _connect(self) -> None:
        sitting = self.sitting
        sitting.opened.connect(self._on_opened)
        sitting.began.connect(self._on_began)
        sitting.stepped.connect(self._show_step)
        sitting.answered.connect(self._on_answered)
        sitting.held.connect(self._on_held)
        sitting.submitted.connect(self._on_submitted)
        sitting.failed.connect(self._on_failed)
        self.start.begun.connect(self.on_begin)
        self.start.resumed.connect(self.on_resume)
        self.before.shown.connect(self._show)
        self.before.said.connect(lambda text, hint: self.messages.say(text, hint))
        self.before.failed.connect(self.messages.fail)
        self.before.done.connect(self._show_step)
        self.before.level.volume_changed.connect(self._on_volume)
        self.rest.done.connect(self.on_next)
        self.thanks.again.connect(sitting.look_again)
        self.thanks.closed.connect(lambda: QTimer.singleShot(0, self.close))
        self.audition.failed.connect(self._on_sound_failed)
        self.audition.unavailable.connect(self._on_silent)
        self.audition.noticed.connect(lambda text: self.messages.say(text))

    def _on_failed(self, error: MuseMateError) -> None:
        self.messages.fail(error)
        if self.sitting.desk is None:
            self.start.say(_("This questionnaire cannot be opened."), "")
        else:
            self.start.try_again()
