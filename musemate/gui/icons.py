"""Line icons from the resources folder, drawn sharply in any colour and pixel density."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from musemate.gui import palette
from musemate.paths import resource

_SIZES = (16, 20, 24, 32, 40, 48, 64)


@cache
def icon(name: str, colour: str = palette.TEXT) -> QIcon:
    """Return the icon `resources/icon-NAME.svg` in a colour, fainter where it is disabled."""
    result = QIcon()
    for size in _SIZES:
        result.addPixmap(pixmap(name, size, colour), QIcon.Mode.Normal)
        result.addPixmap(pixmap(name, size, palette.FAINT), QIcon.Mode.Disabled)
    return result


def pixmap(name: str, size: int, colour: str = palette.TEXT, density: float = 1.0) -> QPixmap:
    """Draw an icon `size` logical pixels wide for a screen of that pixel density."""
    drawing = resource(f"icon-{name}.svg").read_bytes().replace(b"currentColor", colour.encode())
    return _rendered(drawing, size, density)


@cache
def app_icon() -> QIcon:
    """Return MuseMate's own icon."""
    result = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(_rendered(resource("musemate.svg").read_bytes(), size, 1.0))
    return result


def _rendered(drawing: bytes, size: int, density: float) -> QPixmap:
    result = QPixmap(round(size * density), round(size * density))
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(result.rect()))
    painter.end()
    result.setDevicePixelRatio(density)
    return result
