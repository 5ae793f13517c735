"""The main window: puts the panels together and passes wishes to those who fulfil them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractButton, QMainWindow, QWidget

from musemate.audio.player import Player
from musemate.engine.events import FileRefused
from musemate.errors import MuseMateError
from musemate.gui import dialogs, dropping, wheel, zones
from musemate.gui.actions import Actions
from musemate.gui.advancing import Advancing
from musemate.gui.appearance import NAMES, Appearance
from musemate.gui.audition import Audition
from musemate.gui.carrying import Carrying
from musemate.gui.choosing import Choosing
from musemate.gui.comparing import Comparing
from musemate.gui.diagnosis import Diagnosis
from musemate.gui.estimator import Estimator
from musemate.gui.exporting import Exporting
from musemate.gui.firsttakes import FirstTakes
from musemate.gui.fragments import Fragments
from musemate.gui.jobsview import JobsView
from musemate.gui.keeping import Keeping
from musemate.gui.keysheet import KeySheet
from musemate.gui.kindred import Kindred
from musemate.gui.languagechoice import LanguageChoice
from musemate.gui.layout import Parts
from musemate.gui.listening import Listening
from musemate.gui.losses import Losses
from musemate.gui.memory import Memory
from musemate.gui.playhead import Playhead
from musemate.gui.projectview import ProjectView
from musemate.gui.reckoner import Reckoner
from musemate.gui.reporter import Reporter
from musemate.gui.session import Session
from musemate.gui.soundoutput import SoundOutput
from musemate.gui.study.runs import StudyRuns
from musemate.gui.study.studies import Studies
from musemate.gui.taker import Taker
from musemate.gui.trainer import Trainer, why_not
from musemate.gui.transport import FRAGMENT, TAKE
from musemate.gui.viewmenu import ViewMenu
from musemate.gui.widgets import TITLE_BAR
from musemate.language import _
from musemate.paths import resource
from musemate.settings import load_settings

WARM_MS = 150
"""How long after the first paint the workers are started: the window comes first."""
LEAST_SIZE = QSize(480, 320)
"""What does not fit scrolls: a small screen at 300 % has no more room than this."""


class Window(QMainWindow):
    """MuseMate's window.

    Parameters
    ----------
    make_player : callable
        Makes the player; tests may give one of their own.
    warm : bool
        Start the workers ahead of their first use.
    """

    painted = Signal()
    """The window has been on the screen for the first time."""

    def __init__(self, *, make_player: Callable[[], Player] = Player, warm: bool = True) -> None:
        super().__init__()
        self.setWindowTitle("MuseMate")
        self.setMinimumSize(LEAST_SIZE)
        self.resize(_first_size(self))
        self.setAcceptDrops(True)
        self._make_player, self._warm = make_player, warm
        self._is_painted = False
        self.memory = Memory()
        self.appearance = Appearance(self.memory, self)
        self.session = Session(self)
        self.parts = Parts(self, self.session)
        self.audition = Audition(self.session.background, self)
        self.listening = Listening(self.session, self.parts.stage, self.parts.transport, self.audition, self)
        self.sound_output = SoundOutput(self.audition, self.memory, self.parts.transport.output, self)
        self.trainer = Trainer(self.session, self.parts.train, self)
        self.taker = Taker(self.session, self.parts.make, self)
        self.exporting = Exporting(self.session, self.parts, self.listening, self.memory, self)
        self.carrying = Carrying(self.session, self.parts, self.listening, self.memory, self)
        self.fragments = Fragments(self.session, self.listening, self.parts.tree, self)
        self.reporter = Reporter(self.session, self.parts.messages, self)
        self.diagnosis = Diagnosis(self.session, self.parts.messages, self.memory, self)
        self.first_takes = FirstTakes(self.session, self.listening, self)
        self.choosing = Choosing(self.session, self.parts.takes, self)
        self.view = ProjectView(
            self.session, self.parts, self.listening, self.trainer, self.first_takes, self.choosing, self
        )
        self.comparing = Comparing(self.session, self.listening, self)
        # after the view: it must have noted a new region first
        self.estimator = Estimator(self.session, self.listening, self.parts, self.trainer, self)
        self.reckoner = Reckoner(self.session, self.trainer, self.estimator, self)
        strip, messages = self.parts.jobs, self.parts.messages
        self.jobs = JobsView(self.session, self.trainer, self.reckoner, strip, messages, self)
        self.losses = Losses(self.session, self.trainer, self.parts.train, messages, self)
        self.playhead = Playhead(self.parts.stage.view, self.audition, self)
        self.views = ViewMenu(self.parts.stage, self.playhead, self.memory, self)
        self.advancing = Advancing(self.session, self.parts, self.trainer, self)
        self.language = LanguageChoice(self.session, messages, self)
        self.keeping = Keeping(self.session, messages, self)
        self.kindred = Kindred(self.session, self.parts.takes, self.parts.make, self.taker, messages, self)
        self.studies = Studies(self.session, self.parts.takes, self.listening, messages, self)
        self.study_runs = StudyRuns(self.studies, self.audition, self.memory, make_player, self)
        self.actions_by_name = Actions(self, self._handlers())
        self.views.adopt(self.actions_by_name)
        self.language.adopt(self.actions_by_name)
        self.actions_by_name[f"appearance_{self.appearance.choice}"].setChecked(True)
        by_zone = {name: self.actions_by_name[f"zone_{name}"] for name in zones.NAMES}
        self.zones = zones.Zones(self, self.parts, by_zone, self.memory)
        wheel.calm(self.parts.workspace)
        self._connect()
        self._on_history()
        self._on_project()
        self.parts.transport.volume.setValue(self.memory.get("volume", 80))
        self.parts.transport.match.setChecked(self.memory.get("match", True))
        self.parts.takes.remember_with(self.memory)
        self._apply_settings()

    # files and projects --------------------------------------------------------------------------------

    def open_paths(self, paths: list[Path]) -> None:
        """Open a project among the paths, or else load the sound files."""
        project = dropping.project_in(paths)
        if project is not None:
            self.session.open_project(project)
        elif paths and not self.keeping.opens(paths):
            self.session.import_files(dropping.sound_files(paths))

    def on_open_audio(self) -> None:
        """Ask for sound files and load them."""
        self.session.import_files(dialogs.ask_audio(self))

    def on_open_project(self) -> None:
        """Ask for a project and open it."""
        folder = dialogs.ask_project(self)
        if folder is not None:
            self.session.open_project(folder)

    def on_new_project(self) -> None:
        """Ask for a name and make a project."""
        folder = dialogs.ask_new_project(self)
        if folder is not None:
            self.session.create_project(folder)

    def on_demo(self) -> None:
        """Load the bundled fragment."""
        self.session.import_files([str(resource("demo.flac"))])

    def _on_project(self) -> None:
        project = self.session.project
        self.setWindowTitle(self.keeping.guard.title)
        if project is not None:
            self.memory.add_recent(project.folder)
        recent = self.memory.recent_projects()
        self.parts.welcome.set_recent([folder for folder in recent if not project or folder != project.folder])
        self.actions_by_name.show_recent(recent, self._on_recent)
        self.actions_by_name["show_folder"].setEnabled(project is not None)

    def _on_recent(self, folder: Path) -> None:
        self.session.open_project(folder)

    # training and takes --------------------------------------------------------------------------------

    def on_train(self) -> None:
        """Train on the region of the current fragment."""
        fragment = self.listening.fragment
        reason = why_not(fragment)
        if reason:
            self.parts.messages.say(reason, level="warning")
        elif fragment is not None:
            panel = self.parts.train
            engine, preset, device = panel.engine.value, panel.preset.value, str(panel.device.currentData())
            self.session.remember(engine=engine, preset=preset, device=device)
            self.trainer.start(fragment, engine, preset, device)

    def on_make(self) -> None:
        """Make takes with the current run, or at once where nothing is trained yet."""
        run = self.view.current_run()
        if run is None:
            self.on_make_instant()
        else:
            self.session.remember(n_takes=self.parts.make.wish.count)
            self.taker.make(run.id, self.parts.make.wish)

    def on_make_instant(self) -> None:
        """Make takes of the current region at once, whatever is trained."""
        fragment = self.listening.fragment
        reason = why_not(fragment)
        if fragment is None or reason:
            self.parts.messages.say(reason, level="warning")
        else:
            self.session.remember(n_takes=self.parts.make.wish.count)
            self.taker.make_instant(fragment.id, self.parts.make.wish)

    # settings ------------------------------------------------------------------------------------------

    def _apply_settings(self) -> None:
        settings = load_settings()
        self.parts.train.wanted_device = settings.device
        self.parts.train.set_method(settings.engine, settings.preset)
        self.parts.make.count.setValue(settings.n_takes)
        self.advancing.remember_with(self.memory)

    # messages ------------------------------------------------------------------------------------------

    def _on_refused(self, refused: FileRefused) -> None:
        self.parts.tree.add_refused(refused)
        self.parts.messages.fail(MuseMateError(refused.error, hint=refused.hint))

    def _on_silent(self, reason: str) -> None:
        self.parts.messages.say(reason, level="warning", action=(_("Look again"), self.audition.retry))

    def _on_history(self) -> None:
        """Say in the menu what would be undone."""
        history = self.choosing.history
        undo = (_("&Undo"), _("&Undo {what}"), history.undo_text)
        redo = (_("&Redo"), _("&Redo {what}"), history.redo_text)
        for name, (bare, full, text) in (("undo", undo), ("redo", redo)):
            self.actions_by_name[name].setText(full.format(what=text.replace("&", "&&")) if text else bare)
            self.actions_by_name[name].setEnabled(bool(text))

    # building ------------------------------------------------------------------------------------------

    def _handlers(self) -> dict[str, Callable[[], object]]:
        stage, transport, audition = self.parts.stage, self.parts.transport, self.audition
        return {
            **self.views.handlers(),
            **self.language.handlers(),
            **self.keeping.handlers(),
            **self.studies.handlers(),
            **self.kindred.handlers(),
            **self.carrying.handlers(),
            "open_audio": self.on_open_audio,
            "new_project": self.on_new_project,
            "open_project": self.on_open_project,
            "demo": self.on_demo,
            **self.exporting.handlers(),
            "report": lambda: self.reporter.start(self.listening.fragment, self.parts.takes.selected),
            "quit": self.close,
            "undo": self.choosing.undo,
            "redo": self.choosing.redo,
            "reject": self.parts.takes.reject,
            "rename": lambda: self.parts.takes.edit("take"),
            "edit_tags": lambda: self.parts.takes.edit("tags"),
            "edit_note": lambda: self.parts.takes.edit("note"),
            "filter": self.parts.takes.search,
            "show_all": self.parts.takes.filter.clear,
            "play": lambda: transport.play.click(),
            "stop": lambda: transport.stop.click(),
            "loop": lambda: transport.loop.click(),
            "hear_fragment": lambda: self.listening.switch(FRAGMENT),
            "hear_take": lambda: self.listening.switch(TAKE),
            "switch": self.listening.switch,
            "pin": lambda: transport.pin.click(),
            "match": lambda: transport.match.click(),
            "sound_output": lambda: transport.output.click(),
            "next_take": lambda: self.view.step_take(1),
            "previous_take": lambda: self.view.step_take(-1),
            "louder": lambda: transport.volume.setValue(transport.volume.value() + 10),
            "softer": lambda: transport.volume.setValue(transport.volume.value() - 10),
            "find_sound": audition.retry,
            "new_fragment": self.fragments.add_to_current,
            "region_start": lambda: stage.set_edge(start_s=audition.position_s),
            "region_end": lambda: stage.set_edge(end_s=audition.position_s),
            "zoom_region": lambda: stage.zoom("region"),
            "zoom_in": lambda: stage.zoom("in"),
            "zoom_out": lambda: stage.zoom("out"),
            "zoom_all": lambda: stage.zoom("all"),
            **{f"zone_{name}": partial(self._on_zone, name) for name in zones.NAMES},
            **{f"appearance_{name}": partial(self.appearance.choose, name) for name in NAMES},
            "train": lambda: self.parts.train.train.click(),
            "pause_training": self.trainer.pause_or_go_on,
            "advanced": self.advancing.toggle,
            "stop_training": self.trainer.stop,
            "show_jobs": self.jobs.fold,
            "show_losses": self.losses.show_all,
            "make_takes": lambda: self.parts.make.make.click(),
            "make_instant_takes": self.on_make_instant,
            "shortcuts": lambda: KeySheet.show_over(self, self.actions_by_name),
            "diagnosis": self.diagnosis.show,
            "about": lambda: dialogs.show_about(self),
        }

    def _on_zone(self, name: str) -> None:
        self.zones.toggle(name)

    def _connect(self) -> None:
        parts, session = self.parts, self.session
        parts.welcome.open_audio.connect(self.on_open_audio)
        parts.welcome.open_project.connect(self.on_open_project)
        parts.welcome.demo.connect(self.on_demo)
        parts.welcome.recent.connect(lambda folder: session.open_project(Path(folder)))
        parts.tree.open_asked.connect(self.on_open_audio)
        parts.train.train_asked.connect(self.on_train)
        parts.train.preview_asked.connect(self.listening.show_preview)
        parts.make.make_asked.connect(self.on_make)
        parts.takes.export_asked.connect(self.exporting.ask)
        parts.takes.report_asked.connect(lambda takes: self.reporter.start(self.listening.fragment, takes))
        parts.transport.volume.valueChanged.connect(lambda value: self.memory.put("volume", value))
        parts.transport.match.toggled.connect(lambda on: self.memory.put("match", on))
        session.project_changed.connect(self._on_project)
        session.refused.connect(self._on_refused)
        session.devices_found.connect(parts.train.set_devices)
        session.said.connect(lambda text, hint, level: parts.messages.say(text, hint, level=level))
        session.failed.connect(parts.messages.fail)
        self.choosing.history.changed.connect(self._on_history)
        self.audition.failed.connect(parts.messages.fail)
        self.audition.unavailable.connect(self._on_silent)
        self.audition.noticed.connect(lambda text: parts.messages.say(text, level="info"))
        parts.transport.output_pressed.connect(self.sound_output.open)
        self.view.run_shown.connect(self.losses.show_run)
        self.painted.connect(lambda: QTimer.singleShot(WARM_MS, self._on_painted))

    def _on_painted(self) -> None:
        if not self.isVisible():
            return
        self.audition.start(self._make_player)
        if self._warm:
            self.session.lanes.quick.warm()
            self.session.get_ready()
            self.session.find_devices()
            self.diagnosis.look_back()

    # Qt's hooks ----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Notice the first paint."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            self.painted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the focused button with Enter: Space always plays."""
        focused = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QAbstractButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and folders anywhere on the window."""
        if event.source() is None and dropping.dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self.parts.welcome.set_drop(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Forget the drop."""
        self.parts.welcome.set_drop(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self.parts.welcome.set_drop(False)
        event.acceptProposedAction()
        self.open_paths(dropping.dropped_paths(event.mimeData()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """End at once for the eye, then cooperatively: finished scales and takes are stored already."""
        self.zones.remember()
        self.hide()
        self.audition.close()
        self.trainer.leave()
        self.session.close()
        event.accept()


def _first_size(window: QWidget) -> QSize:
    """Return 1280 x 800, or as much of it as fits on the screen together with a title bar."""
    room = window.screen().availableSize() - QSize(0, TITLE_BAR)
    return QSize(1280, 800).boundedTo(room).expandedTo(LEAST_SIZE)
