"""A real window for each test: its own folders, a sound device that is only software, pictures of what it shows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from virtual_sound import FakeSound

from musemate.app import make_app
from musemate.audio import output, player
from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.audio.player import Player
from musemate.gui.comparison import SIDE_A, SIDE_B
from musemate.gui.window import Window
from musemate.project.store import Project
from musemate.tasks.draw_pictures import USUAL, draw_picture

RATE_HZ = 22_050


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test its own settings and projects."""
    monkeypatch.setenv("MUSEMATE_HOME", str(tmp_path / "musemate"))


@pytest.fixture
def style(qtbot: QtBot) -> None:
    """Make the application look as it will: sizes depend on it."""
    make_app()


@pytest.fixture
def sound() -> FakeSound:
    """Return a sound device that plays only when it is pumped."""
    return FakeSound()


class SoundTime:
    """The player's clock while a device is pumped: it goes on with what is played, and rests when the machine does."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def pumped(sound: FakeSound, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSound]:
    """Return a sound device that plays in real time, as far as the event loop allows; its clock runs no faster."""
    clock = SoundTime()
    for module in (output, player):
        monkeypatch.setattr(module, "time", clock)

    def play_on() -> None:
        clock.now_s += 0.01
        if sound.streams:
            sound.pump(sound.streams[-1].samplerate // 100)

    timer = QTimer(interval=10)
    timer.timeout.connect(play_on)
    timer.start()
    yield sound
    timer.stop()


@pytest.fixture
def make_window(qtbot: QtBot, style: None, sound: FakeSound) -> Iterator[Callable[..., Window]]:
    """Return a function that opens a window on the fake device; all are closed in the end."""
    windows: list[Window] = []

    def make(
        *,
        warm: bool = False,
        analyse: bool = False,
        instant: bool = False,
        estimate: bool = False,
        compare: bool = False,
    ) -> Window:
        window = Window(make_player=lambda: Player(backend=sound), warm=warm)
        if not analyse:  # it takes a second, and most tests need no tempo
            window.session.analyse = lambda fragment_id: None  # type: ignore[method-assign]
        window.first_takes.is_wanted = instant  # the same
        window.estimator.is_wanted = estimate  # the same
        window.resize(1280, 800)  # the screen that is no screen is smaller
        window.comparing.is_wanted = compare  # the same
        windows.append(window)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitUntil(lambda: window.audition.reason != "Playback is being prepared.")
        return window

    yield make
    for window in windows:
        window.close()


@pytest.fixture
def both_ready(qtbot: QtBot) -> Callable[[Window], None]:
    """Return a function that waits until both sides of a comparison are read: then a switch happens at once."""

    def wait(window: Window) -> None:
        comparison, clips = window.listening.comparison, window.audition.clips
        sounds = [comparison.sound(side) for side in (SIDE_A, SIDE_B)]
        qtbot.waitUntil(lambda: all(clips.kept(sound) is not None for sound in sounds))

    return wait


@pytest.fixture
def window(make_window: Callable[..., Window]) -> Window:
    """Return an open window without a project."""
    return make_window()


@pytest.fixture
def shoot() -> Callable[[QWidget, str], None]:
    """Return a function that saves a picture of a widget where MUSEMATE_SCREENSHOTS asks for it."""
    folder = os.environ.get("MUSEMATE_SCREENSHOTS", "")

    def take(widget: QWidget, name: str) -> None:
        if folder:
            QApplication.processEvents()  # what has just changed is laid out before it is seen
            Path(folder).mkdir(parents=True, exist_ok=True)
            assert widget.grab().save(str(Path(folder) / f"{name}.png"))

    return take


def make_clip(seconds: float = 6.0, seed: int = 1, n_channels: int = 2) -> AudioClip:
    """Return plucked notes over soft noise: something to see and to hear, never twice the same."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    samples = 0.01 * rng.standard_normal((n_channels, len(time_s)))
    for start_s in np.arange(0.0, seconds, 0.25):
        since_s = time_s - start_s
        heard = since_s >= 0
        hertz = 110.0 * 2 ** (rng.integers(0, 24) / 12)
        pluck = np.sin(2 * np.pi * hertz * since_s[heard]) * np.exp(-6 * since_s[heard])
        samples[:, heard] += rng.uniform(0.1, 0.4, (n_channels, 1)) * pluck
    return AudioClip((samples / np.abs(samples).max() * 0.7).astype(np.float32), RATE_HZ)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Return a WAV of six seconds."""
    return write_wav(tmp_path / "My song.wav", make_clip())


@pytest.fixture(scope="session")
def _kept_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the project that each test gets a copy of; its pictures are drawn, so that no worker has to start."""
    place = tmp_path_factory.mktemp("kept")
    folder = place / "A project"
    with Project.create(folder) as project:
        fragment = project.add_fragment(write_wav(place / "My song.wav", make_clip()))
        project.set_region(fragment.id, 1.0, 3.0)
        run = project.add_run(
            fragment.id,
            engine="frames",
            preset="sketch",
            device="cpu",
            seed=1,
            start_s=1.0,
            length_s=3.0,
            state="finished",
            scales=("sound",),
            n_finished=1,
        )
        for seed in range(3):
            audio = project.store_clip(make_clip(3.0, seed=10 + seed))
            request = {"seconds": 3.0, "mode": "new", "closeness": 0.5, "seed": seed}
            project.add_take(run.id, audio, request, device="cpu")
        for audio in (fragment.audio, *(take.audio for take in project.takes())):
            clip = read_clip(project.audio_path(audio))
            for layer in USUAL:
                draw_picture(layer, clip).save(project.cache_path(audio) / f"{layer}.npy")
    return folder


@pytest.fixture
def project_with_takes(tmp_path: Path, _kept_project: Path) -> Path:
    """Return a project with one fragment, one finished run and three takes, without training anything."""
    return Path(shutil.copytree(_kept_project, tmp_path / "A project"))
