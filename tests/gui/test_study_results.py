"""The page of findings in the window: what it shows, what it says, and that it is crisp at every scale and scheme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QImage, QMouseEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolTip
from pytestqt.qtbot import QtBot

from musemate.analysis.findings import Bar, Chart, Findings, Section, Table
from musemate.analysis.findingsvalues import findings_from, values_of
from musemate.gui import palette
from musemate.gui.study.chartview import MARGIN, ChartView
from musemate.gui.study.findingstable import MOST_ROWS, FindingsTable
from musemate.gui.study.resultsview import NARROW, ResultsView

BARS = (Bar("frames", 0.42, 0.28, 0.57, 43), Bar("other", None), Bar("real clips", 0.84, 0.68, 0.93, 38, is_real=True))
CHART = Chart("fooled", "Taken for real", "bars", "share", BARS, 0.0, 1.0, 0.5, "chance", "Wilson.", is_share=True)
CLOUD = Bar("frames", 4.0, 3.5, 4.5, 5, (2.0, 4.0, 4.0, 4.0, 6.0))
SPREAD = Chart("quality", "Quality", "spread", "0 to 10", (CLOUD, replace(CLOUD, is_real=True)), 0.0, 10.0)
COMMENTS = Table("Comments", ("sample", "comment", "quality"), (("take 1", "<b>A bridge!</b> " * 20, "7"),), 2)
PAGE = Findings(
    "Does it inspire?",
    "4 raters",
    (
        Section("fooling", "Taken for real?", ("Less often.", "It is sure."), (CHART,), (), "Wilson's."),
        Section("quality", "How good?", ("Better.",), (SPREAD,), (COMMENTS,)),
    ),
)


@pytest.fixture
def chart(qtbot: QtBot, style: None) -> ChartView:
    view = ChartView(CHART)
    qtbot.addWidget(view)
    view.resize(640, view.sizeHint().height())
    view.show()
    return view


def pixels(view: ChartView, scale: float = 1.0) -> np.ndarray:
    """Return what is painted, shape (rows, columns, 3)."""
    image = QImage(view.size() * scale, QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    view.render(painter, QPoint())
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def near(image: np.ndarray, colour: str) -> np.ndarray:
    wanted = np.array([int(str(colour)[at : at + 2], 16) for at in (1, 3, 5)])
    return np.abs(image - wanted).sum(axis=2) < 12


@pytest.mark.parametrize("scale", [1.0, 1.5, 3.0])
def test_a_bar_and_its_interval_are_as_long_as_they_say(chart: ChartView, scale: float) -> None:
    places = chart.places
    row = places.rows[0].rect
    at = round((row.center().y() + MARGIN) * scale)
    line = near(pixels(chart, scale)[at - 1 : at + 2], palette.TEXT).any(axis=0)
    inside = [x / scale - MARGIN for x in np.flatnonzero(line) if places.plot.left() < x / scale - MARGIN]
    inside = [x for x in inside if x < places.plot.right()]
    assert min(inside) == pytest.approx(places.x(0.28), abs=1.5)
    assert max(inside) == pytest.approx(places.x(0.57), abs=1.5)


def test_real_clips_are_hatched_and_apart(chart: ChartView) -> None:
    places = chart.places
    gaps = np.diff([row.rect.top() for row in places.rows])
    assert gaps[1] > gaps[0]
    image = pixels(chart)
    filled = []
    for at, name in ((0, palette.TAKE), (2, palette.FRAGMENT)):
        rect = places.rows[at].rect
        y = round(rect.center().y() + MARGIN - rect.height() / 5)
        right = round(places.x(0.2) + MARGIN)
        part = image[y, round(places.plot.left()) + MARGIN + 2 : right]
        background = np.array([int(str(palette.WINDOW)[i : i + 2], 16) for i in (1, 3, 5)])
        filled.append((np.abs(part - background).sum(axis=1) > 60).mean())
        assert name
    assert filled[0] > 0.95
    assert 0.05 < filled[1] < 0.8


@pytest.mark.parametrize("scheme", [palette.DARK, palette.LIGHT])
def test_colours_follow_the_scheme(chart: ChartView, scheme: palette.Palette) -> None:
    before = palette.current()
    palette.use(scheme)
    try:
        assert near(pixels(chart), scheme.window).mean() > 0.5
    finally:
        palette.use(before)


def test_rows_are_told_by_the_keys(chart: ChartView, qtbot: QtBot) -> None:
    chart.setFocus()
    assert chart.accessibleName() == "Taken for real"
    assert "real clips: 84%" in chart.accessibleDescription()
    QTest.keyClick(chart, Qt.Key.Key_Up)
    assert chart.current == -1
    QTest.keyClick(chart, Qt.Key.Key_Down)
    assert chart.said == chart.accessibleDescription() == "frames: 42%, interval 28% to 57%, from 43 answers"
    for _ in range(9):
        QTest.keyClick(chart, Qt.Key.Key_Down)
    assert chart.said.startswith("real clips")
    QTest.keyClick(chart, Qt.Key.Key_Up)
    assert chart.said == "other: no value"
    QToolTip.hideText()


def test_rows_are_told_under_the_mouse(chart: ChartView) -> None:
    at = QPoint(200, round(chart.places.rows[2].rect.center().y() + MARGIN))
    none = Qt.MouseButton.NoButton
    # sent to the chart itself: the mouse of a screen that is no screen may be over another test's window
    place, spot = QPointF(at), QPointF(chart.mapToGlobal(at))
    moved = QMouseEvent(QEvent.Type.MouseMove, place, spot, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(chart, moved)
    assert chart.current == 2
    QApplication.sendEvent(chart, QHelpEvent(QEvent.Type.ToolTip, at, chart.mapToGlobal(at)))
    assert QToolTip.text() == "real clips: 84%, interval 68% to 93%, from 38 answers"
    QToolTip.hideText()


def test_a_narrow_chart_keeps_its_axis_and_its_numbers(qtbot: QtBot, style: None) -> None:
    view = ChartView(replace(CHART, bars=(replace(BARS[0], label="A very long name of a group " * 4),)))
    qtbot.addWidget(view)
    view.resize(320, view.sizeHint().height())
    places = view.places
    assert places.plot.width() >= 96
    assert places.labels.right() <= places.plot.left() < places.plot.right() <= places.values.left()
    assert places.counts.right() <= view.width() - MARGIN + 1
    assert near(pixels(view), palette.TEXT).any()


@pytest.mark.parametrize("bars", [(), (Bar("", None),), (Bar("x", float("nan"), float("-inf"), float("inf"), 1),)])
@pytest.mark.parametrize("kind", ["bars", "points", "spread"])
def test_what_has_no_value_is_drawn_without(qtbot: QtBot, style: None, kind: str, bars: tuple[Bar, ...]) -> None:
    view = ChartView(replace(CHART, kind=kind, bars=bars, least=None, most=None))
    qtbot.addWidget(view)
    view.resize(480, view.sizeHint().height())
    assert near(pixels(view), palette.MUTED).any()
    assert view.focusPolicy() == (Qt.FocusPolicy.StrongFocus if bars else Qt.FocusPolicy.NoFocus)


@pytest.fixture
def results(qtbot: QtBot, style: None) -> ResultsView:
    view = ResultsView()
    qtbot.addWidget(view)
    view.resize(1040, 480)
    view.show()
    return view


def test_the_page_shows_everything_conclusions_first(results: ResultsView, qtbot: QtBot) -> None:
    results.show_findings(PAGE)
    assert len(results.sections) == 1, "the rest comes when the window has time"
    qtbot.waitUntil(lambda: results.is_whole)
    page = results.area.widget()
    texts = [label.text() for label in page.findChildren(QLabel)]
    assert texts == [
        "4 raters",
        *("Taken for real?", "Less often.", "It is sure.", "Taken for real", "Wilson. Hatched: real clips."),
        *("Wilson's.", "How good?", "Better.", "Quality"),
        *("Thin line: the interval. Hollow: real clips.", "Comments"),
    ]
    assert [view.chart.name for view in page.findChildren(ChartView)] == ["fooled", "quality"]
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in page.findChildren(QLabel))


def test_a_name_leads_to_its_section(results: ResultsView, qtbot: QtBot) -> None:
    results.show_findings(PAGE)
    qtbot.waitUntil(lambda: results.is_whole)
    bar = results.area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert bar.value() == 0
    rect = results.links.visualItemRect(results.links.item(1))
    QTest.mouseClick(results.links.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert bar.value() == min(bar.maximum(), results.sections[1].y() + 8)
    assert bar.value() > 0
    assert results.links.currentRow() == 1
    bar.setValue(0)
    assert results.links.currentRow() == 0, "the section that is read is marked"
    assert bar.value() == 0


def test_a_section_that_is_still_to_come_is_there_when_it_is_asked_for(results: ResultsView, qtbot: QtBot) -> None:
    results.show_findings(PAGE)
    results.go_to(1)
    assert results.is_whole
    results.show_findings(PAGE)
    results.say("Another study.")
    assert results.is_whole
    assert results.notice.isVisible()


def test_a_narrow_page_has_no_room_for_names(results: ResultsView, qtbot: QtBot) -> None:
    results.show_findings(PAGE)
    assert results.links.isVisible()
    results.resize(NARROW - 1, 400)
    qtbot.waitUntil(lambda: not results.links.isVisible())


def test_without_answers_the_page_says_so(results: ResultsView) -> None:
    results.show_findings(Findings("New", "", ()))
    assert results.notice.isVisible()
    assert results.notice.text() == "There are no answers yet: let somebody listen first."
    results.show_findings(PAGE)
    assert not results.notice.isVisible()


def test_a_table_shows_what_it_holds_and_lets_it_be_copied(qtbot: QtBot, style: None) -> None:
    view = FindingsTable(COMMENTS)
    qtbot.addWidget(view)
    view.resize(700, 200)
    view.show()
    model, across = view.model(), Qt.Orientation.Horizontal
    assert [model.headerData(column, across) for column in range(3)] == list(COMMENTS.head)
    sides = [
        model.index(0, column).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
        for column in range(3)
    ]
    assert [bool(side) for side in sides] == [False, False, True]
    assert model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole).startswith("<qt>&lt;b&gt;A bridge!")
    assert view.rowHeight(0) > 2 * view.fontMetrics().height(), "long words are wrapped"
    view.selectRow(0)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "\t".join(COMMENTS.rows[0])


def test_a_long_table_scrolls_by_itself(qtbot: QtBot, style: None) -> None:
    view = FindingsTable(replace(COMMENTS, rows=tuple(("take", "ok", str(n)) for n in range(300))))
    qtbot.addWidget(view)
    view.resize(700, 200)
    view.show()
    assert view.height() < (MOST_ROWS + 4) * view.rowHeight(0)
    assert view.verticalScrollBar().maximum() > 0


def test_findings_travel_as_plain_values() -> None:
    assert findings_from(values_of(PAGE)) == PAGE
