"""The listening window on a device that is only software."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from study_listener import Listener
from virtual_sound import FakeSound

from musemate.audio.player import Player
from musemate.gui.study.runner import Runner


@pytest.fixture
def open_study(qtbot: QtBot, style: None, sound: FakeSound) -> Iterator[Callable[[Path], Listener]]:
    """Return a function that opens the listening window on a study; all are closed in the end."""
    windows: list[Runner] = []

    def make(folder: Path) -> Listener:
        window = Runner(folder, make_player=lambda: Player(backend=sound))
        windows.append(window)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitUntil(lambda: not window.audition.reason or not window.audition.reason.startswith("Playback is"))
        return Listener(window, qtbot)

    yield make
    for window in windows:
        window.close()


@pytest.fixture
def heard_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers count without listening."""
    monkeypatch.setattr("musemate.study.listening.NEEDED_S", 0.0)
