"""Small screens, the keyboard alone, screen readers, and a window that is tomorrow as it was left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from musemate import language
from musemate.gui import messagebar
from musemate.gui.actions import MENUS
from musemate.gui.keysheet import KeySheet
from musemate.gui.memory import Memory
from musemate.gui.widgets import ElidedLabel
from musemate.gui.window import LEAST_SIZE, Window

CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QAbstractItemView)
pytestmark = [
    pytest.mark.x11,
    pytest.mark.qt_log_ignore("This plugin does not support raise"),
]  # offscreen has no window manager
SMALL = [QSize(480, 320), QSize(640, 360), QSize(640, 400), QSize(960, 540), QSize(1280, 800)]
"""A screen of 1920 x 1080 has 640 x 360 of these at 300 %; one of 1280 x 800 has 640 x 400 at 200 %."""


@pytest.fixture
def opened(window: Window, project_with_takes: Path, qtbot: QtBot) -> Window:
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: window.parts.is_workspace and window.listening.fragment is not None)
    return window


def controls(window: QWidget) -> Iterator[QWidget]:
    """Return everything visible that can be operated, without the inner parts of Qt's own widgets."""
    for widget in window.findChildren(QWidget):
        inner = widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar)
        inner = inner or isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QLineEdit)
        if isinstance(widget, CONTROLS) and widget.isVisible() and not inner:
            yield widget


def squeezed(window: QWidget) -> list[str]:
    """Return what is smaller than it needs to be, or lies outside of what holds it without scrolling."""
    cut = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, ElidedLabel) or not isinstance(widget, (*CONTROLS, QLabel)):
            continue
        parent, least = widget.parentWidget(), widget.minimumSizeHint().boundedTo(widget.sizeHint())
        scrolls = isinstance(widget, QAbstractItemView) or isinstance(parent, QAbstractSpinBox | QComboBox | QLineEdit)
        if scrolls or widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar):
            continue
        if isinstance(widget, QAbstractSpinBox):  # Qt asks for three pixels more than text, padding and border take
            least.setHeight(widget.fontMetrics().height() + 10)
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        too_small = widget.height() < least.height() or (not wraps and widget.width() < least.width())
        if parent is not None and (too_small or not parent.rect().contains(widget.geometry())):
            cut.append(f"{widget.objectName()} {widget.accessibleName()} {widget.size()} {least}")
    return cut


# Small screens


@pytest.mark.parametrize("size", SMALL, ids=lambda size: f"{size.width()}x{size.height()}")
def test_nothing_is_cut_off_on_a_small_screen(opened: Window, size: QSize) -> None:
    assert SMALL[0] == LEAST_SIZE
    opened.resize(size)
    QApplication.processEvents()
    assert opened.size() == size
    assert squeezed(opened.parts.transport) == []
    assert squeezed(opened.parts.stage) == []
    assert squeezed(opened.parts.train) + squeezed(opened.parts.make) == []


@pytest.mark.parametrize("size", SMALL, ids=lambda size: f"{size.width()}x{size.height()}")
def test_the_start_page_scrolls_to_all_three_ways_in(window: Window, size: QSize) -> None:
    window.resize(size)
    QApplication.processEvents()
    assert squeezed(window.parts.welcome) == []
    area = window.parts.pages.currentWidget()
    assert isinstance(area, QScrollArea)
    for text in ("Open audio…", "Open a project…", "Try the demo"):
        button = next(b for b in window.parts.welcome.findChildren(QAbstractButton) if b.text().strip() == text)
        button.setFocus()
        area.ensureWidgetVisible(button)
        assert button.visibleRegion().boundingRect().size() == button.size(), text


def test_menus_without_room_are_behind_a_button_that_can_be_seen(opened: Window) -> None:
    opened.resize(SMALL[0])
    QApplication.processEvents()
    bar = opened.menuBar()
    more = bar.findChild(QToolButton, "qt_menubar_ext_button")
    assert more is not None and more.isVisible()
    assert more.geometry().right() < bar.cornerWidget().x() + bar.cornerWidget().layout().contentsMargins().left()
    seen = more.grab().toImage()
    drawn = {seen.pixel(x, y) for x in range(seen.width()) for y in range(seen.height())}
    assert len(drawn) > 1, "an empty button"


@pytest.mark.parametrize(("height", "is_whole"), [(400, False), (470, True)])
def test_both_ends_of_the_drawer_can_be_reached(opened: Window, qtbot: QtBot, height: int, is_whole: bool) -> None:
    opened.resize(800, height)
    drawer, area = opened.advancing.drawer, opened.parts.pages.currentWidget()
    opened.advancing.toggle()
    qtbot.waitUntil(lambda: drawer.is_filled)
    assert isinstance(area, QScrollArea)
    bar = area.verticalScrollBar()
    assert bar.maximum() > 0, "the page has no room"
    for place, ends in ((0, [drawer.search]), (bar.maximum(), [drawer.reset_all])):
        bar.setValue(place)
        QApplication.processEvents()
        for end in [drawer.search, drawer.reset_all] if is_whole else ends:
            assert end.visibleRegion().boundingRect().size() == end.size()


def test_the_sound_output_is_shown_inside_a_narrow_window(opened: Window) -> None:
    opened.resize(SMALL[1])
    opened.actions_by_name["sound_output"].trigger()
    panel = opened.sound_output.panel
    left = opened.mapFromGlobal(panel.mapToGlobal(QPoint(0, 0))).x()
    assert left >= 0
    assert left + panel.width() <= opened.width()
    panel.close()


def test_title_of_a_take_stays_whole_where_its_facts_have_no_room(opened: Window, qtbot: QtBot) -> None:
    opened.listening.show_take(opened.session.takes()[0])
    opened.resize(1024, 640)
    QApplication.processEvents()
    title = opened.parts.stage.bar.title
    assert title.width() >= title.fontMetrics().horizontalAdvance(title.text())


def test_zones_fold_where_there_is_no_room_and_come_back(opened: Window) -> None:
    zones = opened.zones
    seen = []
    for width in (1280, 980, 700, 980, 1280):
        opened.resize(width, 700)
        QApplication.processEvents()
        seen.append([name for name in ("left", "right", "below") if zones.is_folded(name)])
    assert seen == [[], ["left"], ["left", "right"], ["left"], []]


def test_a_zone_is_folded_by_key_and_stays_so_whatever_the_width(opened: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert opened.zones.is_folded("left")
    assert not opened.actions_by_name["zone_left"].isChecked()
    opened.resize(700, 700)
    QApplication.processEvents()
    opened.resize(1280, 800)
    QApplication.processEvents()
    assert opened.zones.is_folded("left")
    assert not opened.zones.is_folded("right")
    qtbot.keyClick(opened, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert not opened.zones.is_folded("left")


def test_a_zone_can_be_had_where_it_has_no_room(opened: Window) -> None:
    opened.resize(700, 700)
    QApplication.processEvents()
    assert opened.zones.is_folded("right")
    opened.actions_by_name["zone_right"].trigger()
    opened.resize(710, 700)
    QApplication.processEvents()
    assert opened.parts.right.isVisible()


# Longer words


@pytest.fixture
def german(make_window: Callable[..., Window], project_with_takes: Path, qtbot: QtBot) -> Iterator[Window]:
    """A project with a chosen take in a window that speaks the language with the longest words."""
    language.use("de")
    window = make_window()
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: window.parts.is_workspace and window.listening.fragment is not None)
    window.listening.show_take(window.session.takes()[0])
    yield window
    language.use("en")


@pytest.mark.parametrize("size", [SMALL[1], QSize(1024, 640), SMALL[-1]], ids=lambda size: f"{size.width()}")
def test_nothing_is_cut_off_in_german(german: Window, size: QSize, qtbot: QtBot) -> None:
    german.resize(size)
    german.advancing.toggle()
    qtbot.waitUntil(lambda: german.advancing.drawer.is_filled)
    QApplication.processEvents()
    parts = german.parts
    assert parts.make.make.text() == language._("Make takes") != "Make takes"
    for part in (parts.transport, parts.stage, parts.train, parts.make, parts.takes, german.advancing.drawer):
        assert squeezed(part) == []
    if size.width() >= 1024:  # smaller ones scroll sideways
        assert parts.workspace.width() <= german.width()
        assert parts.transport.width() <= german.width()


# Tomorrow


def test_layout_is_as_it_was_left(opened: Window, make_window: Callable[..., Window], qtbot: QtBot) -> None:
    opened.resize(1200, 720)
    QApplication.processEvents()
    handle = opened.parts.across.handle(1)
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=QPoint(4, 90))
    qtbot.mouseMove(handle, QPoint(54, 90))
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(4, 90))
    wanted = opened.parts.tree.width()
    opened.zones.fold("below", True)
    opened.close()
    again = make_window()
    assert again.zones.is_folded("below")
    assert not again.actions_by_name["zone_below"].isChecked()
    assert not again.zones.is_folded("left")
    again.parts.show_workspace(True)
    again.resize(1200, 720)
    QApplication.processEvents()
    assert again.parts.tree.width() == wanted
    assert wanted > 270


@pytest.mark.parametrize(
    "kept",
    [
        {"geometry": 5, "sizes": [1], "folded": "left"},
        {"geometry": "no base64 !", "sizes": {"left": -5, "right": "wide"}, "folded": ["attic"]},
        {},
    ],
)
def test_damaged_layouts_are_passed_over(kept: dict[str, object], make_window: Callable[..., Window]) -> None:
    Memory().put("layout", kept)
    window = make_window()
    assert window.isVisible()
    assert not any(window.zones.is_folded(name) for name in ("left", "right", "below"))


# The keyboard alone


def walk(window: QWidget, qtbot: QtBot) -> list[QWidget]:
    """Press Tab until the focus is where it began; return all that had it."""
    seen: list[QWidget] = []
    while len(seen) < 200:
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        if focus is None or (seen and focus is seen[0]):
            break
        seen.append(focus)
    return seen


def reachable(window: QWidget) -> list[QWidget]:
    """Return the controls that want the Tab key; of exclusive buttons the chosen one stands for all."""
    wanted = [w for w in controls(window) if w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    return [w for w in wanted if not (isinstance(w, QAbstractButton) and w.group() and not w.isChecked())]


@pytest.mark.parametrize("page", ["welcome", "workspace"])
def test_tab_reaches_every_control(page: str, window: Window, project_with_takes: Path, qtbot: QtBot) -> None:
    if page == "workspace":
        window.open_paths([project_with_takes])
        qtbot.waitUntil(lambda: window.parts.is_workspace and window.listening.fragment is not None)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    seen = walk(window, qtbot) + walk(window, qtbot)  # what was chosen on the way makes more of it usable
    missed = [f"{type(w).__name__} {w.accessibleName() or w.toolTip()}" for w in reachable(window) if w not in seen]
    assert missed == []
    assert len(seen) >= (3 if page == "welcome" else 12)
    assert all(w.window() is window for w in seen)


def test_what_has_the_focus_looks_different(opened: Window, qtbot: QtBot) -> None:
    opened.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    parts = opened.parts
    same = []
    for widget in (parts.train.train, parts.make.make, parts.make.closeness, parts.make.count, parts.train.device):
        parts.tree.open.setFocus()
        before = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if widget.grab().toImage() == before:
            same.append(widget.accessibleName())
    assert same == []


# Screen readers


@pytest.mark.parametrize("page", ["welcome", "workspace", "keys"])
def test_every_control_has_a_name(page: str, window: Window, project_with_takes: Path, qtbot: QtBot) -> None:
    surface: QWidget = window
    if page == "workspace":
        window.open_paths([project_with_takes])
        qtbot.waitUntil(lambda: window.parts.is_workspace and window.listening.fragment is not None)
    elif page == "keys":
        surface = KeySheet.show_over(window, window.actions_by_name)
    found = list(controls(surface))
    assert len(found) >= (2 if page != "workspace" else 20)
    assert [w for w in found if not w.accessibleName() and not (isinstance(w, QAbstractButton) and w.text())] == []


def test_what_cannot_be_used_says_why(window: Window, project_with_takes: Path, qtbot: QtBot) -> None:
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: window.parts.is_workspace and window.listening.fragment is not None)
    silent = [w for w in controls(window) if not w.isEnabled() and not w.toolTip()]
    assert [f"{type(w).__name__} {w.accessibleName()}" for w in silent] == []


def test_screen_readers_are_told_what_is_said(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[object, object, str]] = []

    class Listener:
        Event = QAccessible.Event

        @staticmethod
        def updateAccessibility(event: QAccessibleEvent) -> None:  # noqa: N802  # Qt's name
            bar = event.object()
            assert isinstance(bar, QWidget)
            told.append((bar, event.type(), bar.accessibleDescription()))

    monkeypatch.setattr(messagebar, "QAccessible", Listener)
    window.parts.messages.say("Four takes are ready.", "Listen with Enter.", level="done")
    assert told == [(window.parts.messages, QAccessible.Event.Alert, "Four takes are ready. Listen with Enter.")]


# The sheet of keys


@pytest.fixture
def sheet(window: Window) -> KeySheet:
    window.actions_by_name["shortcuts"].trigger()
    found = window.findChild(KeySheet)
    assert isinstance(found, KeySheet)
    return found


def test_sheet_lists_every_action_and_does_not_block(sheet: KeySheet, window: Window) -> None:
    texts = [text for _, text in sheet.shown()]
    entries = [entry for menu in MENUS.values() for entry in menu if entry.name]
    assert len(texts) >= len(entries)
    assert ("Space", "Play or pause") in sheet.shown()
    assert ("Ctrl+Shift+2", "Appearance: Light") in sheet.shown()
    assert not sheet.isModal()
    assert window.isEnabled()


def test_sheet_finds_words_and_keys(sheet: KeySheet, qtbot: QtBot) -> None:
    qtbot.keyClicks(sheet.search, "zoom in")
    assert next(text for _, text in sheet.shown()) == "Zoom in"
    sheet.search.setText("ctrl+t")
    assert ("Ctrl+T", "Train variations") in sheet.shown()
    sheet.search.setText("no such action")
    assert sheet.shown() == []
    assert sheet._nothing.isVisible()


def test_enter_does_the_chosen_action(sheet: KeySheet, window: Window, qtbot: QtBot) -> None:
    qtbot.keyClicks(sheet.search, "appearance light")
    qtbot.keyClick(sheet.search, Qt.Key.Key_Return)
    assert window.appearance.choice == "light"
    assert not sheet.isVisible()
    window.appearance.choose("dark")


def test_a_second_press_brings_the_same_sheet(sheet: KeySheet, window: Window) -> None:
    sheet.move(QPoint(5, 5))
    window.actions_by_name["shortcuts"].trigger()
    assert window.findChildren(KeySheet) == [sheet]
