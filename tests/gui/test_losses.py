"""The losses: scale by scale beside each other, one by one, on the axis that helps, live and from the log."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from patience import takes_less
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from musemate.engine.events import Progressed
from musemate.gui import palette
from musemate.gui.losspanel import LossPanel
from musemate.gui.lossplot import LINEAR, LOG, LossPlot, fitting, lines_within, shown
from musemate.gui.window import Window
from musemate.tasks.loss_history import LossHistory
from musemate.tasks.loss_log import LossLog


def history(n: int = 200) -> LossHistory:
    """Return losses as a training has them: a draft, then two scales of twice the steps, one loss below zero."""
    made = LossHistory()
    for step in range(1, n + 1):
        made.part("sound draft").add(step, {"spectral": 2.0 / step})
    for part in ("structure 1/2", "structure 1"):
        for step in range(1, 2 * n + 1):
            made.part(part).add(step, {"critic": float(np.sin(step / 20)), "reconstruction": 3.0 / step})
    return made


@pytest.fixture
def plot(qtbot: QtBot, style: None) -> LossPlot:
    plot = LossPlot(small=False)
    qtbot.addWidget(plot)
    plot.resize(516, 200)
    plot.set_history(history())
    plot.show()
    return plot


def click(qtbot: QtBot, plot: LossPlot, x: float) -> None:
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(round(x), 100))


def pixels(plot: LossPlot, colour: str) -> int:
    """Count the pixels of a colour."""
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    values = np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return int((values & 0xFFFFFF == palette.colour(colour).rgb() & 0xFFFFFF).sum())


def test_scales_lie_side_by_side_as_long_as_their_steps(plot: LossPlot) -> None:
    sections = plot.sections()
    assert [section.part.name for section in sections] == ["sound draft", "structure 1/2", "structure 1"]
    assert [section.width for section in sections] == pytest.approx([100, 200, 200])
    assert [section.left for section in sections] == pytest.approx([8, 108, 308])


@pytest.mark.x11
def test_a_click_zooms_to_a_scale_and_another_one_shows_all(plot: LossPlot, qtbot: QtBot) -> None:
    chosen: list[str] = []
    plot.part_chosen.connect(chosen.append)
    click(qtbot, plot, 200)
    assert [section.part.name for section in plot.sections()] == ["structure 1/2"]
    click(qtbot, plot, 200)
    assert len(plot.sections()) == 3
    assert chosen == ["structure 1/2", ""]


def test_curves_are_drawn_in_their_colours_and_can_be_left_out(plot: LossPlot) -> None:
    assert pixels(plot, palette.TAKE) > 100, "the critic"
    plot.set_hidden(["critic"])
    assert pixels(plot, palette.TAKE) == 0
    assert pixels(plot, palette.FRAGMENT) > 20, "the draft's"


def test_a_logarithmic_axis_is_only_for_what_is_above_zero(plot: LossPlot) -> None:
    assert not plot.can_be_log
    plot.set_hidden(["critic"])
    assert plot.can_be_log
    plot.set_placing(LOG)
    low, high = plot._shared_range(plot.sections()) or (0.0, 0.0)
    assert (10**low, 10**high) == pytest.approx((3 / 400, 3.0))
    plot.grab()


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.01234, "0.0123"), (12345.6, "1.2e+04"), (-0.5, "-0.5"), (float("inf"), "0")]
)
def test_values_are_short(value: float, text: str) -> None:
    assert shown(value) == text


def test_a_narrow_scale_keeps_the_last_word_of_its_name(plot: LossPlot) -> None:
    metrics = plot.fontMetrics()
    assert fitting("structure 1/16", metrics, 400.0) == "structure 1/16"
    assert fitting("structure 1/16", metrics, metrics.horizontalAdvance("1/16")) == "1/16"
    assert fitting("structure 1/16", metrics, 4.0) == ""


def test_an_empty_plot_says_so(plot: LossPlot) -> None:
    plot.clear_losses()
    assert plot.sections() == []
    assert plot.accessibleDescription() == "none yet"
    plot.grab()


def test_a_million_points_are_drawn_in_no_time(plot: LossPlot) -> None:
    long = LossHistory()
    part = long.part("scale")
    for step in range(1, 250_001):
        part.add(step, {"a": 1.0, "b": 0.5, "c": 2.0 / step, "d": float(step)})
    plot.set_history(long)
    plot.grab()

    def attempt() -> float:
        began = time.process_time()
        plot.grab()
        return time.process_time() - began

    takes_less(0.5, attempt)  # far less on a machine that has nothing else to do


def test_the_panel_offers_scales_losses_and_axes(qtbot: QtBot, style: None) -> None:
    panel = LossPanel()
    qtbot.addWidget(panel)
    panel.show_history("Losses of training 1", history())
    panel.show()
    assert list(panel.boxes) == ["spectral", "critic", "reconstruction"]
    assert not panel._log.isEnabled()
    assert "not above zero" in panel._log.toolTip()
    panel.boxes["critic"].click()
    assert panel.plot.hidden == {"critic"}
    assert panel._log.isEnabled()
    panel.axis.value = LOG
    panel.boxes["critic"].click()
    assert panel.axis.value == LINEAR, "back where it means something"
    panel.scale.setCurrentIndex(2)
    assert panel.plot.part == "structure 1/2"
    click(qtbot, panel.plot, 200)
    assert panel.scale.currentIndex() == 0


@pytest.mark.x11
def test_the_log_of_a_finished_training_is_shown(
    window: Window, qtbot: QtBot, project_with_takes: Path, shoot: Callable[[QWidget, str], None]
) -> None:
    window.open_paths([project_with_takes])
    project = window.session.project
    assert project is not None
    folder = project.run_path("r1")
    folder.mkdir(parents=True)
    log = LossLog(folder)
    log.note("sound", Progressed(0, 1, 5, 5, {"spectral": 0.5}, 1.0, None))
    log.close()
    window.actions_by_name["show_losses"].trigger()
    assert "no losses to show yet" in window.parts.messages.text
    window.view._on_tree("run", "r1")
    panel = window.parts.train
    qtbot.waitUntil(lambda: panel.losses.isVisible())
    assert panel.losses.n_points == 1
    qtbot.mouseClick(panel.all_losses, Qt.MouseButton.LeftButton)
    dialog = window.losses._dialog
    assert dialog is not None
    assert (dialog.windowTitle(), dialog.isModal()) == ("Losses of training 1", False)
    dialog.close()


@pytest.mark.x11
def test_values_under_the_mouse_are_not_cut_in_a_narrow_panel(qtbot: QtBot, style: None) -> None:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(200, 96)
    made = LossHistory()
    for step in range(1, 50):
        losses = dict.fromkeys(("critic", "reconstruction", "feature matching", "spectral"), 0.123 * step)
        made.part("structure 1").add(step, losses)
    plot.set_history(made)
    plot.show()
    no_button, no_key, place = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, QPointF(120, 60)
    moved = QMouseEvent(QEvent.Type.MouseMove, place, plot.mapToGlobal(place), no_button, no_button, no_key)
    QApplication.sendEvent(plot, moved)  # a window manager may have put the window where the mouse is not
    qtbot.waitUntil(lambda: pixels(plot, palette.RAISED) > 0)
    image = plot.grab().toImage()
    edges = {image.pixelColor(x, y).name() for x in (0, image.width() - 1) for y in range(image.height())}
    assert str(palette.RAISED) not in edges


def test_lines_hold_as_much_as_there_is_room_for(plot: LossPlot) -> None:
    metrics = plot.fontMetrics()
    texts = ["step 12", "critic 0.5", "reconstruction 0.25"]
    assert lines_within(texts, metrics, 10_000) == ["step 12  critic 0.5  reconstruction 0.25"]
    room = metrics.horizontalAdvance("step 12  critic 0.5")
    assert lines_within(texts, metrics, room) == ["step 12  critic 0.5", "reconstruction 0.25"]
    assert lines_within(texts, metrics, 1) == texts
