"""Draws the pictures of docs/look.md: the palette as swatches, and the parts as they look in the window.

Run with `python docs/look_pictures.py`, with or without a screen.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))
if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRectF, Qt  # noqa: E402  # the platform is chosen first
from PySide6.QtGui import QColor, QImage, QPainter  # noqa: E402
from PySide6.QtWidgets import (  # noqa: E402
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from musemate.app import make_app  # noqa: E402
from musemate.gui import colourmaps, icons, palette  # noqa: E402
from musemate.gui.messagebar import MessageBar  # noqa: E402
from musemate.gui.style import application, apply_style  # noqa: E402
from musemate.gui.widgets import Choice, label, roomy, tool_button  # noqa: E402

TILE_W, TILE_H, GAP, COLUMNS = 152, 72, 8, 6
DENSITY = 2


def swatches(scheme: palette.Palette) -> QImage:
    """Draw every colour of a scheme with its name, its value and its contrast against a panel."""
    palette.use(scheme)
    rows = -(-len(palette.ROLES) // COLUMNS)
    width, height = GAP + COLUMNS * (TILE_W + GAP), GAP + rows * (TILE_H + GAP) + 24
    image = QImage(width * DENSITY, height * DENSITY, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(DENSITY)
    image.fill(QColor(scheme.panel))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(application().font())
    for index, role in enumerate(palette.ROLES):
        left, top = GAP + index % COLUMNS * (TILE_W + GAP), GAP + index // COLUMNS * (TILE_H + GAP)
        _tile(painter, QRectF(left, top, TILE_W, TILE_H), role, scheme)
    table = colourmaps.levels()
    for column in range(width - 2 * GAP):
        value = int(table[column * len(table) // (width - 2 * GAP)])
        painter.fillRect(QRectF(GAP + column, height - 24, 1, 16), QColor(value))
    painter.end()
    return image


def _tile(painter: QPainter, place: QRectF, role: str, scheme: palette.Palette) -> None:
    value = getattr(scheme, role)
    dark = palette.contrast(value, "#000000") < palette.contrast(value, "#ffffff")
    painter.setPen(QColor(scheme.line))
    painter.setBrush(QColor(value))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(QColor("#ffffff" if dark else "#000000"))
    ratio = palette.contrast(value, scheme.panel)
    painter.drawText(place.adjusted(8, 8, -8, -8), Qt.AlignmentFlag.AlignLeft, f"{role}\n{value}\n{ratio:.1f}")


def parts() -> QWidget:
    """Put one of each part side by side."""
    page = QWidget()
    page.setObjectName("body")
    page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    page.setFixedWidth(976)
    grid = QGridLayout(page)
    grid.setContentsMargins(16, 16, 16, 16)
    grid.setSpacing(16)
    for index, (name, content) in enumerate(_parts()):
        box = QFrame()
        box.setObjectName("panel")
        column = QVBoxLayout(box)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(label(name, "section"))
        for row in content:
            line = QHBoxLayout()
            line.setSpacing(8)
            for widget in row:
                line.addWidget(widget)
            column.addLayout(line)
        column.addStretch(1)
        grid.addWidget(box, index // 2, index % 2)
    return page


def _parts() -> list[tuple[str, list[list[QWidget]]]]:
    usual, off = QPushButton("Usual"), QPushButton("Not now")
    main, end = QPushButton(" Main"), QPushButton("Stop")
    main.setObjectName("primary")
    main.setIcon(icons.icon("sparkle", palette.ON_ACCENT))
    end.setObjectName("stop")
    off.setEnabled(False)
    texts = [[label("Title, 1.4 times", "title")], [label("Heading, normal and heavier", "heading")]]
    texts += [[label("Normal")], [label("Second to it", "muted")], [label("Small, 0.92 times", "small")]]
    tools = [
        tool_button(name, name) for name in ("play", "loop", "export", "zoom-in", "fit", "star", "warning", "error")
    ]
    switch = Choice([("a", "A  Fragment", "a"), ("b", "B  Take", "b")], "Compare")
    field, number, choice = QLineEdit("A name"), roomy_number(), QComboBox()
    choice.addItems(["One of several"])
    bad = QLineEdit("100,000")
    bad.setProperty("bad", "true")
    check, slider, bar = QCheckBox("Keep the metre"), QSlider(Qt.Orientation.Horizontal), QProgressBar()
    check.setChecked(True)
    slider.setValue(50)
    bar.setValue(60)
    bar.setTextVisible(False)
    said, failed = MessageBar(), MessageBar()
    said.say("Four takes are ready.", "Listen with Enter.", level="done")
    failed.say("“Bridge.wav” is no sound file.", "Drop a WAV, FLAC, AIFF, OGG or MP3.", level="error")
    empty = label("Your takes will appear here.\nChoose a region and make your first ones.", "muted")
    empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return [
        ("Text", texts),
        ("Buttons", [[main, usual], [end, off], list(tools)]),
        ("Segmented switch, fields", [[switch], [field, number], [choice, bad]]),
        ("Check box, slider, progress", [[check], [slider], [bar]]),
        ("Messages", [[said], [failed]]),
        ("Empty state", [[empty]]),
    ]


def roomy_number() -> QWidget:
    """Return a field for a number."""
    box = QDoubleSpinBox()
    box.setSuffix(" s")
    box.setValue(25)
    return roomy(box)


def main() -> None:
    """Draw both pictures in both schemes."""
    from PIL import Image

    make_app()
    for scheme in (palette.DARK, palette.LIGHT):
        palette.use(scheme)
        apply_style(application())
        file = REPOSITORY / "docs" / f"look-palette-{scheme.name}.png"
        swatches(scheme).save(str(file))
        page = parts()
        page.adjustSize()
        other = REPOSITORY / "docs" / f"look-parts-{scheme.name}.png"
        page.grab().save(str(other))
        for picture in (file, other):
            with Image.open(picture) as image:
                image.convert("RGB").quantize(255, dither=Image.Dither.NONE).save(picture, optimize=True)
            print(picture.name)


if __name__ == "__main__":
    main()
