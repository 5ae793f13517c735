"""Days of a songwriter in the real window: load, train, listen, rate, export, report, and open the song of yesterday.

Runs as a process of its own (`main`), so that what it holds and leaves can be measured. Prints one JSON line a day and
one at the end.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from living import live
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from virtual_sound import FakeSound

from musemate.app import make_app
from musemate.audio.player import Player
from musemate.errors import MuseMateError
from musemate.gui.window import Window
from musemate.log import install_excepthook, start_log
from musemate.tasks.crashes import Running
from tests.reliability.holding import Holding, holding

LIMIT_S = 240.0
"""How long anything may take; the machine may be busy with other things."""
TINY = {"tiny": True, "time_scales": [1], "draft_steps": 4, "pyramid_steps": 4, "sound_steps": 4}
SECRET = "Nachtigall"
"""In every name that a songwriter gives: no log may hold it."""
PUMP_MS = 20


def until(is_so: Callable[[], Any]) -> None:
    """Let the window live until something is so."""
    deadline = time.monotonic() + LIMIT_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{is_so.__code__.co_filename}:{is_so.__code__.co_firstlineno}")
        live(10)


def click(widget: QWidget, place: QPoint | None = None) -> None:
    """Click a widget in its middle, or at a place."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place or widget.rect().center())


class Days:
    """The window, and one day in it after the other.

    Parameters
    ----------
    window : Window
    folder : Path
        Gets a project each day.
    song : Path
        What is loaded.
    """

    def __init__(self, window: Window, folder: Path, song: Path) -> None:
        self.window, self.folder, self.song = window, folder, song
        self.n_days = 0
        window.trainer.options = dict(TINY)

    def live(self) -> Holding:
        """Do what a songwriter does in a day, and return what the program holds when all is done."""
        self.n_days += 1
        self.load(f"{SECRET} song {self.n_days}")
        self.train()
        self.make()
        self.listen()
        self.rate()
        self.export()
        self.open_yesterdays()
        return self.rest()

    def load(self, name: str) -> None:
        """Begin a project with a song, and wait until it is seen and analysed."""
        window, stage = self.window, self.window.parts.stage
        assert window.session.create_project(self.folder / name)
        window.open_paths([self.song])
        until(lambda: window.listening.fragment is not None and not stage.view.mel.is_empty)
        until(lambda: window.session.takes() and window.session.fragments()[0].beats is not None)

    def train(self) -> None:
        """Train, tiny."""
        window = self.window
        window.parts.train.preset.value = "sketch"
        click(window.parts.train.train)
        until(lambda: window.trainer.is_running)
        until(lambda: not window.trainer.is_running)
        assert [run.state for run in window.session.runs() if not run.is_instant] == ["finished"]

    def make(self) -> None:
        """Make two takes and see their waveforms."""
        window, takes = self.window, self.window.parts.takes
        n_before = len(window.session.takes())
        window.parts.make.count.setValue(2)
        window.parts.make.seconds.setValue(2.0)
        click(window.parts.make.make)
        until(lambda: len(window.session.takes()) == n_before + 2 and not window.taker.is_running)
        until(lambda: all(takes.thumbnails.has(take.audio) for take in window.session.takes()[-2:]))

    def listen(self) -> None:
        """Play a take, the fragment at the same place, and a preview of the training."""
        window, takes = self.window, self.window.parts.takes
        made = window.session.takes()[-1].id
        index = takes.model.index(takes.model.place(made), 0)
        takes.table.scrollTo(index)
        rect = takes.table.visualRect(index)
        click(takes.table.viewport(), QPoint(rect.left() + 20, rect.center().y()))
        until(lambda: window.audition.is_playing and window.audition.position_s > 0.1)
        for name, side in (("hear_fragment", "fragment"), ("hear_take", "take")):
            window.actions_by_name[name].trigger()
            until(lambda side=side: window.audition.sound is not None and window.audition.sound.kind == side)
        window.actions_by_name["stop"].trigger()
        click(window.parts.train.strip.buttons[0])
        until(lambda: window.audition.is_playing and window.listening.preview)
        window.actions_by_name["stop"].trigger()

    def rate(self) -> None:
        """Give stars by key, and a tag, a note and a name; take a take off the list and bring it back."""
        window, made = self.window, self.window.session.takes()[-1].id
        window.parts.takes.select(made)
        window.parts.takes.table.setFocus()
        QTest.keyClick(window.parts.takes.table, Qt.Key.Key_4)
        for field in ("tags", "note", "name"):
            window.choosing.edit([made], field, f"{SECRET} {field}")
        take = window.session.takes()[-1]
        assert (take.stars, take.tags, take.note, take.name) == (
            4,
            (f"{SECRET} tags",),
            f"{SECRET} note",
            f"{SECRET} name",
        )
        window.choosing.remove_takes([made])
        window.actions_by_name["undo"].trigger()
        assert window.session.takes()[-1].id == made

    def export(self) -> None:
        """Write the take for the DAW."""
        window, done = self.window, []
        window.exporting.exported.connect(done.append)
        window.parts.takes.select(window.session.takes()[-1].id)
        window.actions_by_name["export"].trigger()
        dialog = window.exporting.dialog
        assert dialog is not None
        dialog.folder.setText(str(self.folder / f"{SECRET} exports"))
        click(dialog.export)
        until(lambda: done)
        window.exporting.exported.disconnect(done.append)
        Path(done[0][0]).unlink()

    def report(self) -> None:
        """Write a report on the takes."""
        window, done = self.window, []
        window.reporter.written.connect(done.append)
        window.actions_by_name["report"].trigger()
        until(lambda: done)

    def suffer(self) -> None:
        """Meet what goes wrong with names in it: files, projects, an error that nobody expected."""
        window, messages = self.window, self.window.parts.messages
        broken = self.folder / f"{SECRET} broken.wav"
        broken.write_text(f"{SECRET} lyrics: la la la")
        window.open_paths([broken])
        until(lambda: messages.level == "error")
        messages.dismiss()
        window.session.open_project(self.folder / f"{SECRET} nowhere")
        until(lambda: messages.level == "error")
        messages.dismiss()
        logging.getLogger("musemate.test").error("Not opened: %s", broken)
        try:
            raise ValueError(f"cannot sing '{SECRET} lyrics' of {broken}")
        except ValueError as error:
            sys.excepthook(ValueError, error, error.__traceback__)

    def diagnose(self) -> None:
        """Have what was suffered written down, and look at the diagnosis; one process asks for both."""
        noted: list[str] = []
        self.window.diagnosis.crash_noted.connect(noted.append)
        self.window.diagnosis.collect()
        view = self.window.diagnosis.show()
        until(lambda: noted and view.text.toPlainText())
        assert SECRET not in view.text.toPlainText()
        view.close()

    def open_yesterdays(self) -> None:
        """Leave the project and open the one before, as a new start does; the one before that is thrown away."""
        window, stage = self.window, self.window.parts.stage
        before = self.folder / f"{SECRET} song {max(1, self.n_days - 1)}"
        assert window.session.open_project(before)
        until(lambda: window.listening.fragment is not None and not stage.view.mel.is_empty)

    def rest(self) -> Holding:
        """Wait until nothing is being done any more; return what is held then."""
        window = self.window
        until(lambda: not window.session.lanes.jobs and not window.comparing.is_running)
        until(lambda: window.session.lanes.doctor._thread.supervisor._state.worker is None)
        until(lambda: not window.session.background._pool.activeThreadCount())
        # a lane lets go of its worker first, and ends it then: its pipe stays open as long as that takes
        workers = [lane._thread.supervisor._state.worker for lane in window.session.lanes.all]
        until(lambda: len(holding().processes) == len(workers) - workers.count(None))
        live(100)
        gc.collect()
        return holding()


def main(folder: str, seconds: float, least_days: int, *, with_everything: bool) -> None:
    """Live days for a while, close the window, and print what was held after each and what is left.

    Parameters
    ----------
    folder : str
        Holds song.wav and gets everything else.
    seconds : float
        No day begins later.
    least_days : int
    with_everything : bool
        Whether reports, mishaps and a diagnosis belong to the first day.
    """
    root, began_s = Path(folder), time.monotonic()
    install_excepthook()
    start_log()
    running = Running()
    app = make_app()
    threads = Counter(holding().threads)
    sound = FakeSound()
    window = Window(make_player=lambda: Player(backend=sound))
    pump = QTimer(interval=PUMP_MS)
    pump.timeout.connect(lambda: sound.streams and sound.pump(sound.streams[-1].samplerate * PUMP_MS // 1000))
    pump.start()
    window.resize(1280, 800)
    window.show()
    until(lambda: not window.audition.reason)
    days = Days(window, root / "projects", root / f"{SECRET}.wav")
    while days.n_days < least_days or time.monotonic() - began_s < seconds:
        held = days.live()
        if with_everything and days.n_days == 1:
            days.report()
            days.suffer()
            days.diagnose()
            held = days.rest()
        print(json.dumps({"day": days.n_days, "at_s": time.monotonic() - began_s, **held.to_json()}), flush=True)
    end(app, window, pump)
    running.end()
    left = holding()
    print(
        json.dumps(
            {"threads_left": sorted((Counter(left.threads) - threads).elements()), "end": True, **left.to_json()}
        ),
        flush=True,
    )


def end(app: QApplication, window: Window, pump: QTimer) -> None:
    """Close the window as a songwriter does, and let Qt delete it."""
    window.close()
    pump.stop()
    window.deleteLater()
    until(lambda: not app.topLevelWidgets() or not any(isinstance(w, Window) for w in app.topLevelWidgets()))
    gc.collect()


def run_command(arguments: list[str]) -> None:
    """Run one command of the command line in this process."""
    from musemate.cli import run_cli

    code = run_cli(arguments, lambda paths: 0)
    if code:
        raise MuseMateError(f"{arguments} ended with {code}")


def command_line(folder: str) -> None:
    """Use every command that works on a project, one after the other in one process."""
    os.chdir(folder)
    project, song = f"{SECRET} project", f"{SECRET}.wav"
    tiny = ["--options", json.dumps(TINY)]
    for arguments in (
        ["info", song],
        ["instant", song, "--project", project, "--count", "1"],
        ["estimate", project, *tiny],
        ["train", song, "--project", project, "--preset", "sketch", *tiny],
        ["generate", "--project", project, "--count", "1", "--seconds", "2"],
        ["rate", "--project", project, "t1", "--stars", "3", "--tags", SECRET, "--note", SECRET],
        ["compare", "--project", project],
        ["export", "--project", project, "t1", "--to", f"{SECRET} exports"],
        ["report", "--project", project, "t1", "t2"],
        ["list", "--project", project],
        ["queue", project],
        ["presets"],
        ["devices"],
        ["doctor"],
    ):
        run_command(arguments)
