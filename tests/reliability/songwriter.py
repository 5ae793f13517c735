"""Works in the real window like a songwriter in a hurry, and says what is stored; for a process that is killed.

`main(PROJECT, SONG)` prints one JSON list a line: a word, then what it is about. What is announced is on the disk by
then, so it must be there whenever the process ends. Start it with `python -c`: a script is read again by each worker.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDeadlineTimer, Qt
from PySide6.QtTest import QTest

from musemate.app import make_app
from musemate.audio.player import Player
from musemate.engine.events import Event, ScaleFinished
from musemate.gui.window import Window
from musemate.jobs.trainings import Item
from tests.living import live
from tests.virtual_sound import FakeSound

TINY = {"tiny": True, "time_scales": [2, 1], "draft_steps": 3, "pyramid_steps": 3, "sound_steps": 3}
LIMIT_MS = 120_000
N_ROUNDS = 1_000


def say(*words: Any) -> None:
    """Announce something; at once, whatever happens next."""
    os.write(1, (json.dumps(words) + "\n").encode())


class Songwriter:
    """Trains, takes, rates and exports, over and over.

    Parameters
    ----------
    project, song : Path
        The project's folder, made when missing, and what is loaded into a new one.
    """

    def __init__(self, project: Path, song: Path) -> None:
        self.project, self.song = project, song
        self.rng = random.Random()
        self.failures: list[str] = []
        make_app()
        self.window = window = Window(make_player=lambda: Player(backend=FakeSound()), warm=False)
        window.session.analyse = lambda fragment_id: None  # type: ignore[method-assign]
        window.first_takes.is_wanted = window.estimator.is_wanted = window.comparing.is_wanted = False
        window.session.failed.connect(lambda error: self.failures.append(error.message))
        window.session.fragment_added.connect(lambda fragment: say("fragment", fragment))
        window.taker.made.connect(lambda take: say("take", take))
        window.exporting.exported.connect(lambda files: say("exported", *files))
        window.trainer.options = TINY
        window.show()

    def open(self) -> None:
        """Open the project, or make it; trainings that a killed window left behind may go on."""
        session = self.window.session
        if (self.project / "project.sqlite").exists():
            self.window.open_paths([self.project])
        else:
            session.create_project(self.project)
        if session.project is None:
            say("cannot open", *self.failures)
            os._exit(1)
        queue = self.window.trainer.queue
        assert queue is not None
        queue.happened.connect(self._on_trained)
        say("ready", len(session.takes()))
        if self.window.trainer.items and self.rng.random() < 0.7:
            queue.go_on_with_all()
            self.until(lambda: not self.window.trainer.is_running)

    def work(self) -> None:
        """Do a round."""
        self.load()
        say("training")
        self.train()
        say("taking")
        if self.take():
            say("rating")
            self.rate()
            say("exporting")
            self.export()
        self._mend()

    def load(self) -> None:
        """Load the song where there is none yet."""
        session = self.window.session
        if not session.fragments():
            self.window.open_paths([self.song])
            self.until(lambda: not session.loading)
        live(20)

    def train(self) -> None:
        """Train the tiny engine by a click."""
        panel = self.window.parts.train
        panel.preset.value = "sketch"
        if not panel.train.isEnabled():
            return
        QTest.mouseClick(panel.train, Qt.MouseButton.LeftButton)
        self.until(lambda: not self.window.trainer.is_running)

    def take(self) -> bool:
        """Make two takes by a click, where something is trained."""
        panel = self.window.parts.make
        panel.count.setValue(2)
        panel.seconds.setValue(1.0)
        self.until(lambda: not self.window.taker.is_running)
        if not panel.make.isEnabled():
            return False
        QTest.mouseClick(panel.make, Qt.MouseButton.LeftButton)
        self.until(lambda: not self.window.taker.is_running)
        return bool(self.window.session.takes())

    def rate(self) -> None:
        """Give stars with a key, then tags, to a few takes."""
        takes = self.window.parts.takes
        for take_id in takes.ids[:3]:
            stars = self.rng.randrange(1, 6)
            takes.select(take_id)
            takes.table.setFocus()
            say("rates", take_id, stars)
            QTest.keyClick(takes.table, Qt.Key(Qt.Key.Key_0 + stars))
            if self.window.session.project.take(take_id).stars == stars:  # type: ignore[union-attr]
                say("rated", take_id, stars)
            tag = f"tag {stars}"
            self.window.choosing.edit([take_id], "tags", tag)
            if tag in self.window.session.project.take(take_id).tags:  # type: ignore[union-attr]
                say("tagged", take_id, tag)
            live(1)

    def export(self) -> None:
        """Export the newest take with all its scales."""
        done: list[int] = []
        lane = self.window.session.lanes.quick
        self.window.exporting.write(self.window.parts.takes.ids[:1], self.project.parent / "out", "24")
        for job in lane.jobs:
            job.finished.connect(lambda: done.append(1))
        self.until(lambda: bool(done) or not lane.jobs)

    def until(self, is_done: Callable[[], bool]) -> None:
        """Let the window live until something is so."""
        left = QDeadlineTimer(LIMIT_MS)
        while not is_done():
            live(5)
            if left.hasExpired():
                say("stuck", *self.failures[-3:])
                os._exit(2)

    def _on_trained(self, item: Item, event: Event) -> None:
        if isinstance(event, ScaleFinished):
            say("part", item.training.run, event.scale + 1)

    def _mend(self) -> None:
        """Say what failed since the last time, and let trainings that failed go on."""
        if self.failures:
            say("failed", *self.failures)
            self.failures.clear()
        queue = self.window.trainer.queue
        if queue is not None and queue.items:
            queue.go_on_with_all()
            self.until(lambda: not self.window.trainer.is_running)


def main(project: str, song: str) -> None:
    """Work until killed."""
    songwriter = Songwriter(Path(project), Path(song))
    songwriter.open()
    for _ in range(N_ROUNDS):
        songwriter.work()
    songwriter.window.close()
