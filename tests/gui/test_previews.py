"""A preview of a training against the fragment at the same scale: A and B while it plays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from virtual_sound import FakeSound

from musemate.audio.files import write_wav
from musemate.engine.previews import fragment_file, is_fragment, other_side, preview_file
from musemate.gui.window import Window
from musemate.project.store import Project
from tests.gui.conftest import make_clip


def test_both_sides_know_each_other(tmp_path: Path) -> None:
    preview, fragment = preview_file(tmp_path, 2), fragment_file(tmp_path, 2)
    assert (preview.name, fragment.name) == ("preview-3.wav", "fragment-3.wav")
    assert (other_side(preview), other_side(fragment)) == (fragment, preview)
    assert (is_fragment(preview), is_fragment(fragment)) == (False, True)


@pytest.fixture
def previewed(project_with_takes: Path) -> Path:
    """Return a project whose run has a preview, and the fragment beside it."""
    with Project.open(project_with_takes) as project:
        folder = project.run_path("r1")
        folder.mkdir(parents=True)
        write_wav(preview_file(folder, 0), make_clip(3.0, seed=21))
        write_wav(fragment_file(folder, 0), make_clip(3.0, seed=22))
    return project_with_takes


def test_a_and_b_switch_between_preview_and_fragment_at_the_same_position(
    window: Window, qtbot: QtBot, previewed: Path, pumped: FakeSound, shoot: Callable[[QWidget, str], None]
) -> None:
    window.open_paths([previewed])
    window.view._on_tree("run", "r1")
    strip, title = window.parts.train.strip, window.parts.stage.bar.title
    qtbot.mouseClick(strip.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.audition.position_s > 0.4)
    qtbot.keyClick(window, Qt.Key.Key_A)
    assert window.listening.preview.endswith("fragment-1.wav")
    qtbot.waitUntil(lambda: title.text() == "Fragment at sound")
    qtbot.waitUntil(lambda: window.audition.position_s > 0.4)
    assert window.audition.is_playing, "it goes on where the preview was"
    shoot(window, "preview-fragment")
    qtbot.keyClick(window, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: title.text() == "Preview of sound")
    assert window.listening.preview.endswith("preview-1.wav")


def test_a_preview_of_an_older_version_is_compared_with_the_whole_fragment(
    window: Window, qtbot: QtBot, previewed: Path, pumped: FakeSound
) -> None:
    fragment_file(previewed / "runs" / "r1", 0).unlink()
    window.open_paths([previewed])
    window.view._on_tree("run", "r1")
    qtbot.mouseClick(window.parts.train.strip.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.audition.is_playing and window.audition._is_loaded)
    qtbot.keyClick(window, Qt.Key.Key_A)
    assert window.listening.preview == ""
    assert window.parts.stage.bar.title.text() == "My song"
