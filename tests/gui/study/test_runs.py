"""The listening window as the main window opens it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made_study import bundled, make_study
from pytestqt.qtbot import QtBot

from musemate import app
from musemate.gui.window import Window


def test_the_main_window_is_silent_while_somebody_listens(
    make_window: Callable[..., Window], project_with_takes: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "study"
    make_study(folder, bundled("engines"), counts=((2, 0),)).close()
    window = make_window()
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: window.parts.is_workspace and window.listening.fragment is not None)
    window.audition.play()
    runs = window.study_runs
    window.studies.run_wanted.emit(str(folder))
    runner = runs.open_windows[str(folder)]
    assert runner.isFullScreen()
    assert not window.audition.is_playing
    runs.open(str(folder))
    assert runs.open_windows == {str(folder): runner}, "one window for a study"
    qtbot.waitUntil(lambda: runner.sitting.desk is not None)
    runner.close()
    assert runs.open_windows == {}
    assert window.isVisible()


def test_a_study_named_alone_opens_the_listening_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "study"
    make_study(folder, bundled("engines"), counts=((2, 0),)).close()
    opened: list[Path] = []
    monkeypatch.setattr(app, "run_study", lambda path: opened.append(path) or 0)
    assert app.run([str(folder)]) == 0
    assert opened == [folder]
