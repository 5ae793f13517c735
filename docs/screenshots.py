"""Drives the real window through its states and saves a picture of each, for docs/screens.

Run with `python docs/screenshots.py [--project DIR] [--to DIR]`, with or without a screen. Each size and scale is a run
of its own. Without a project the bundled demo fragment is used, with 50 instant takes; a project given is copied first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]
if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SIZES = ((1280, 800, 1), (1920, 1080, 1), (1280, 800, 2))
"""Width and height of the picture in pixels, and the scale of the screen in whole hundreds per cent."""
N_TAKES, AT_ONCE = 50, 16
N_COLOURS = 128
WAIT_S = 400.0
QUIET_S = 6.0
N_PICTURES = 2
"""Waveform and spectrogram."""


class Photographer:
    """A window with a sound device that is only software, and what is done to it."""

    def __init__(self, home: Path, to: Path, width: int, height: int, scale: int) -> None:
        from PySide6.QtCore import QTimer
        from PySide6.QtGui import QCursor
        from virtual_sound import FakeSound

        from musemate.app import make_app
        from musemate.audio.player import Player
        from musemate.gui.window import Window

        self.app, self.home, self.to = make_app(), home, to
        self.suffix = f"{width}x{height}" + ("" if scale == 1 else f"-{scale}00")
        sound = FakeSound()
        self._pump = QTimer(interval=10)
        self._pump.timeout.connect(lambda: sound.streams and sound.pump(sound.streams[-1].samplerate // 100))
        self._pump.start()
        self.window = Window(make_player=lambda: Player(backend=sound))
        self.window.first_takes.is_wanted = False
        self.window.resize(width // scale, height // scale)
        self._drawn_at, self._drawn = 0.0, defaultdict[str, set[str]](set)
        QCursor.setPos(2 * width, 2 * height)  # nothing is under the mouse
        self.window.session.pictures.ready.connect(self._on_drawn)
        self.window.show()

    def _on_drawn(self, audio: str, picture: object) -> None:
        self._drawn_at = time.monotonic()
        self._drawn[audio].add(type(picture).__name__)

    def wait(self, done: Callable[[], Any], limit_s: float = WAIT_S) -> None:
        """Let the window live until something is so."""
        ends = time.monotonic() + limit_s
        while not done():
            if time.monotonic() > ends:
                raise TimeoutError(f"{self.suffix}: waited {limit_s:.0f} s")
            self.app.processEvents()
            time.sleep(0.005)

    def rest(self, seconds: float = 0.6) -> None:
        """Let what was asked for be drawn."""
        ends = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > ends)

    def shoot(self, name: str, widget: Any = None) -> None:
        """Save a picture with few colours: small files."""
        from PIL import Image

        self.rest()
        file = self.to / f"{name}-{self.suffix}.png"
        (widget or self.window).grab().save(str(file))
        with Image.open(file) as picture:
            picture.convert("RGB").quantize(N_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
        print(file.name, flush=True)

    def open(self, project: Path | None) -> None:
        """Load the demo fragment, or open a copy of a project."""
        if project is None:
            self.window.on_demo()
            self.shoot("loading")
        else:
            copy = self.home / project.parent.name
            shutil.copytree(project, copy)
            self.window.open_paths([copy])
        self.wait(lambda: self.window.listening.fragment is not None and not self.window.session.loading)

    def fill(self) -> None:
        """Make instant takes until there are enough to scroll through."""
        while (missing := N_TAKES - len(self.window.session.takes())) > 0:
            self.window.parts.make.count.setValue(min(AT_ONCE, missing))
            self.window.on_make_instant()
            self.wait(lambda: not self.window.taker.is_running)

    def idle(self) -> None:
        """Wait until what is shown is drawn, no job is shown and no more pictures come."""
        take = self.window.listening.take
        self.wait(lambda: take is not None and len(self._drawn.get(take.audio, ())) >= N_PICTURES)
        self._drawn_at = time.monotonic()
        self.wait(lambda: time.monotonic() - self._drawn_at > QUIET_S and not self.window.parts.jobs.isVisible())
        self.window.parts.messages.dismiss()

    def states(self, project: Path | None) -> None:
        """Go through the states."""
        window = self.window
        self.shoot("empty")
        self.open(project)
        self.fill()
        window.view.step_take(2)
        self.idle()
        self.shoot("takes")
        window.appearance.choose("light")
        self.shoot("takes-light")
        window.appearance.choose("dark")
        self.compare()
        self.keys()
        self.train()
        self.fail()

    def compare(self) -> None:
        """Play a take, and switch to the fragment at the same position."""
        transport = self.window.parts.transport
        self.wait(transport.play.isEnabled)
        transport.play.click()
        self.rest(2.0)
        self.window.listening.switch()
        self.rest(1.0)
        self.window.parts.messages.dismiss()
        self.shoot("compare")
        transport.stop.click()

    def keys(self) -> None:
        """Show the sheet of keys."""
        from musemate.gui.keysheet import KeySheet

        self.window.actions_by_name["shortcuts"].trigger()
        sheet = self.window.findChild(KeySheet)
        self.shoot("keys", sheet)
        sheet.close()

    def train(self) -> None:
        """Begin a training of a few small steps, look at it, and stop it."""
        self.window.trainer.options = {"tiny": True}
        self.window.view.step_take(0)
        self.window.on_train()
        self.wait(lambda: self.window.parts.train.progress.value() > 0)
        self.rest(3.0)
        self.shoot("training")
        self.window.trainer.stop()
        self.wait(lambda: not self.window.trainer.is_running)

    def fail(self) -> None:
        """Drop a file that is no sound."""
        wrong = self.home / "Lyrics of the bridge.wav"
        wrong.write_text("la la la", encoding="utf-8")
        self.window.open_paths([wrong])
        self.wait(lambda: self.window.parts.messages.level)
        self.shoot("error")


def shoot_all(to: Path, project: Path | None, width: int, height: int, scale: int) -> None:
    """Take all pictures of one size in this process."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MUSEMATE_HOME"] = folder
        photographer = Photographer(Path(folder), to, width, height, scale)
        try:
            photographer.states(project)
        finally:
            photographer.window.close()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--to", type=Path, default=REPOSITORY / "docs" / "screens")
    parser.add_argument("--size", type=int, nargs=3, metavar=("WIDTH", "HEIGHT", "SCALE"))
    wish = parser.parse_args()
    wish.to.mkdir(parents=True, exist_ok=True)
    if wish.size:
        shoot_all(wish.to, wish.project, *wish.size)
        return
    for width, height, scale in SIZES:
        command = [sys.executable, __file__, "--to", str(wish.to), "--size", str(width), str(height), str(scale)]
        command += ["--project", str(wish.project)] if wish.project else []
        subprocess.run(command, check=True, env={**os.environ, "QT_SCALE_FACTOR": str(scale)})


if __name__ == "__main__":
    main()
