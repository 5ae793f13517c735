"""That everything can be read, in light and dark: computed for what the style sheet says, measured in a real window."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QRegion
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from musemate.gui import icons, palette
from musemate.gui.meter import Meter
from musemate.gui.palette import DARK, LIGHT, ROLES, Palette, contrast
from musemate.gui.window import Window
from musemate.paths import resource

TEXT_GOAL, EDGE_GOAL = 4.5, 3.0
"""WCAG 2.2: 1.4.3 for text, 1.4.11 for the edges of controls and for focus rings."""
STANDS_ON = ("window", "panel", "raised", "hover")
TEXTS = ("text", "muted", "accent", "accent_hover", "fragment", "take", "warn", "bad", "third")
EDGES = ("edge", "faint")
ON_FILLS = (
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("text", "accent_deep"),
    ("text", "fragment_deep"),
)
RULE = re.compile(r"([^{}]+)\{([^}]*)\}")
COLOUR = re.compile(r"(?:^|[; ])color: \$([A-Z_]+)")
GROUND = re.compile(r"background: \$([A-Z_]+)")
BORDER = re.compile(r"border(?:-color)?: (?:\d+px \w+ )?\$([A-Z_]+)")
both = pytest.mark.parametrize("scheme", [DARK, LIGHT], ids=lambda scheme: scheme.name)


@pytest.fixture(autouse=True)
def _dark_again() -> Iterator[None]:
    yield
    palette.use(DARK)


def rules() -> list[tuple[str, str]]:
    """Return selector and declarations of every rule in the style sheet."""
    text = re.sub(r"/\*.*?\*/", "", resource("style.qss").read_text(encoding="utf-8"), flags=re.DOTALL)
    return [(selector.strip(), body) for selector, body in RULE.findall(text)]


@both
@pytest.mark.parametrize("ground", STANDS_ON)
def test_text_and_edges_stand_out_from_everything_they_stand_on(scheme: Palette, ground: str) -> None:
    below = getattr(scheme, ground)
    assert [text for text in TEXTS if contrast(getattr(scheme, text), below) < TEXT_GOAL] == []
    if ground != "hover":  # the border of a control runs between its surroundings and its inside; hover is inside
        assert [edge for edge in EDGES if contrast(getattr(scheme, edge), below) < EDGE_GOAL] == []


@both
def test_text_on_filled_controls_can_be_read(scheme: Palette) -> None:
    assert [pair for pair in ON_FILLS if contrast(*(getattr(scheme, role) for role in pair)) < TEXT_GOAL] == []


def test_every_colour_of_the_style_sheet_is_proven() -> None:
    """A rule that pairs colours which no test above has looked at would prove nothing."""
    seen = 0
    for selector, body in rules():
        texts, grounds = COLOUR.findall(body), GROUND.findall(body)
        if ":disabled" in selector or "disabled" in selector:
            assert set(texts) <= {"FAINT"}, selector
            continue
        for text in texts:
            seen += 1
            filled = [(text.lower(), ground.lower()) for ground in grounds]
            known = set(ON_FILLS) | {(name, ground) for name in TEXTS for ground in STANDS_ON}
            assert set(filled or [(text.lower(), "panel")]) <= known, selector
        borders = {name.lower() for name in BORDER.findall(body)}
        assert borders <= {*EDGES, *TEXTS, "line", "hover"}, selector
    assert seen > 25


def test_the_style_sheet_names_no_colour_itself() -> None:
    text = resource("style.qss").read_text(encoding="utf-8")
    assert re.findall(r":[^;{]*#[0-9a-fA-F]{3,8}\b|rgba?\(", text) == []


def test_a_tone_knows_its_colour_in_the_next_scheme() -> None:
    kept = palette.TAKE
    assert kept == DARK.take
    palette.use(LIGHT)
    assert palette.colour(kept).name() == LIGHT.take
    assert palette.colour(kept, 0.5).alphaF() == pytest.approx(0.5, abs=0.01)
    assert palette.code("#123456") == "#123456"
    assert str(palette.TAKE) == LIGHT.take


def test_unknown_colours_are_refused() -> None:
    with pytest.raises(AttributeError, match="no PINK"):
        palette.PINK  # noqa: B018
    assert all(isinstance(getattr(palette, role.upper()), palette.Tone) for role in ROLES)


def strongest(image: QImage) -> QColor:
    """Return the colour of the most opaque pixel."""
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda pixel: pixel.alpha())


def test_an_icon_is_drawn_in_the_scheme_in_use(style: None) -> None:
    icon = icons.icon("play", palette.TAKE)
    before = strongest(icon.pixmap(20, 20).toImage())
    palette.use(LIGHT)
    after = strongest(icon.pixmap(20, 20).toImage())
    assert (before.name(), after.name()) == (DARK.take, LIGHT.take)
    assert strongest(icon.pixmap(20, 20, icon.Mode.Disabled).toImage()).name() == LIGHT.faint
    assert icon.pixmap(20, 20).size().width() == 20


# In the window


def ground_of(image: QImage, widget: QWidget, window: QWidget) -> QColor:
    """Return the commonest colour of a widget's place in a picture of the window."""
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).intersected(image.rect())
    spots = [(x, y) for x in range(place.left(), place.right() + 1, 2) for y in range(place.top(), place.bottom() + 1)]
    return QColor(Counter(image.pixel(*spot) for spot in spots).most_common(1)[0][0])


def text_widgets(window: Window) -> list[QWidget]:
    """Return everything that shows text now and can be used now, on the window's surface."""
    shown = [w for w in window.findChildren(QWidget) if isinstance(w, QLabel | QAbstractButton) and w.isVisible()]
    return [w for w in shown if w.isEnabled() and w.text() and not w.visibleRegion().isEmpty()]


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_text_of_the_window_can_be_read(
    name: str, make_window: Callable[..., Window], project_with_takes: Path, qtbot: QtBot
) -> None:
    window = make_window()
    window.appearance.choose(name)
    unread: list[str] = []
    for state in ("welcome", "workspace", "warning", "error"):
        if state == "workspace":
            window.open_paths([project_with_takes])
            qtbot.waitUntil(lambda: len(window.parts.takes.ids) == 3)
        if state in ("warning", "error"):
            window.parts.messages.say("Something happened.", "Do something.", level=state)
        image = window.grab().toImage()
        for widget in text_widgets(window):
            text = widget.palette().color(widget.foregroundRole())
            ratio = contrast(text.name(), ground_of(image, widget, window).name())
            if ratio < TEXT_GOAL:
                unread.append(f"{state}: {widget.text()} {ratio:.2f}")  # type: ignore[attr-defined]
    assert unread == []


@pytest.mark.x11
def test_the_window_follows_the_system_while_it_is_open(window: Window) -> None:
    hints = QGuiApplication.styleHints()

    def background() -> QColor:
        return window.palette().window().color()

    assert background().name() == DARK.window
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert background().name() == LIGHT.window
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert background().name() == DARK.window


@pytest.mark.x11
def test_a_chosen_appearance_stays_whatever_the_system_says(make_window: Callable[..., Window]) -> None:
    first = make_window()
    first.actions_by_name["appearance_light"].trigger()
    QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert palette.current() is LIGHT
    first.close()
    palette.use(DARK)
    second = make_window()
    assert palette.current() is LIGHT
    assert second.actions_by_name["appearance_light"].isChecked()
    assert not second.actions_by_name["appearance_system"].isChecked()


def test_pictures_and_rows_change_with_the_scheme(window: Window, project_with_takes: Path, qtbot: QtBot) -> None:
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: len(window.parts.takes.ids) == 3)
    window.appearance.choose("light")
    view = window.parts.stage.view
    image = view.grab().toImage()
    spots = [(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)]
    shown = {image.pixelColor(*spot).name() for spot in spots}
    assert not shown & {DARK.window, DARK.panel}
    assert LIGHT.panel in shown


@both
def test_meter_shows_its_length_at_rest(scheme: Palette, style: None, qtbot: QtBot) -> None:
    palette.use(scheme)
    meter = Meter()
    qtbot.addWidget(meter)
    image = QImage(meter.size(), QImage.Format.Format_RGB32)
    image.fill(QColor(scheme.panel))
    meter.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    for x in (1, meter.width() // 3, meter.width() - 2):  # the bar's ground, and the clip light
        assert contrast(image.pixelColor(x, 5).name(), scheme.panel) > 1.3
