"""Line icons from the resources folder, drawn sharply in any size and in the colours of the scheme in use."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from musemate.gui import palette
from musemate.paths import resource

MOST_KEPT = 512


def icon(name: str, colour: str | None = None) -> QIcon:
    """Return the icon `resources/icon-NAME.svg`, fainter where it is disabled.

    Parameters
    ----------
    name : str
        Name of the icon.
    colour : str, optional
        A `palette.Tone`, which follows the scheme, or "#rrggbb", which does not; the text's colour if not given.
    """
    chosen = palette.TEXT if colour is None else colour
    return _icon(name, chosen.role if isinstance(chosen, palette.Tone) else "", chosen)


def pixmap(name: str, size: int, colour: str | None = None, density: float = 1.0) -> QPixmap:
    """Draw an icon, in the colour as of now, `size` logical pixels wide for a screen of that pixel density."""
    chosen = palette.TEXT if colour is None else colour
    result = QPixmap(_drawn(name, palette.code(chosen), round(size * density)))
    result.setDevicePixelRatio(density)
    return result


@cache
def app_icon() -> QIcon:
    """Return MuseMate's own icon."""
    result = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(_rendered(resource("musemate.svg").read_bytes(), size))
    return result


class _Engine(QIconEngine):
    """Draws one icon whenever Qt wants it: a new scheme or another screen needs no new icon."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name, self._colour = name, colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw it into a rectangle (Qt's hook)."""
        density = painter.device().devicePixelRatioF()
        painter.drawPixmap(rect, self.pixmap(rect.size() * density, mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return it in a size of the screen's own pixels (Qt's hook)."""
        colour = palette.FAINT if mode == QIcon.Mode.Disabled else self._colour
        return _drawn(self._name, palette.code(colour), min(size.width(), size.height()))

    def clone(self) -> QIconEngine:
        """Return another one like it (Qt's hook); it is kept, for Qt does not own what Python made."""
        _clones.append(_Engine(self._name, self._colour))
        return _clones[-1]


_clones: list[_Engine] = []


@cache
def _icon(name: str, role: str, colour: str) -> QIcon:  # the role is there for the cache: two may look alike now
    return QIcon(_Engine(name, colour))


@lru_cache(maxsize=MOST_KEPT)
def _drawn(name: str, code: str, size_px: int) -> QPixmap:
    drawing = resource(f"icon-{name}.svg").read_bytes().replace(b"currentColor", code.encode())
    return _rendered(drawing, max(1, size_px))


def _rendered(drawing: bytes, size_px: int) -> QPixmap:
    result = QPixmap(size_px, size_px)
    result.fill(Qt.GlobalColor.transparent)
    with QPainter(result) as painter:
        QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(result.rect()))
    return result
