"""The drag itself: files for other programs, and what hangs at the mouse meanwhile."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import QDrag, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from musemate.gui import icons, palette

_HEIGHT, _ICON, _GAP, _MOST_WIDTH = 32, 16, 8, 240
_BESIDE_MOUSE = QPoint(-16, -8)
_COPIED = "x-special/gnome-copied-files"
"""What file managers of the GNOME family read from the clipboard instead of a list of addresses."""


def file_data(files: list[Path]) -> QMimeData:
    """Return files as other programs take them: addresses, one a line."""
    urls = [QUrl.fromLocalFile(str(file)) for file in files]
    data = QMimeData()
    data.setUrls(urls)
    lines = [b"copy", *(url.toEncoded().data() for url in urls)]
    data.setData(_COPIED, QByteArray(b"\n".join(lines)))
    return data


def drag_files(source: QWidget, files: list[Path], text: str) -> Qt.DropAction:
    """Let files be dropped elsewhere, as copies; returns what the target made of them.

    Parameters
    ----------
    source : QWidget
        Where the mouse went down.
    files : list of Path
        They are there, and stay.
    text : str
        What hangs at the mouse.
    """
    drag = QDrag(source)
    drag.setMimeData(file_data(files))
    drag.setPixmap(_label(source, text))
    drag.setHotSpot(_BESIDE_MOUSE)
    return drag.exec(Qt.DropAction.CopyAction)


def _label(widget: QWidget, text: str) -> QPixmap:
    """Draw an icon and a text in the colours of takes."""
    metrics, density = widget.fontMetrics(), widget.devicePixelRatioF()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, _MOST_WIDTH)
    size = QSize(_GAP + _ICON + _GAP + metrics.horizontalAdvance(shown) + _GAP + 1, _HEIGHT)
    result = QPixmap(size * density)
    result.setDevicePixelRatio(density)
    result.fill(Qt.GlobalColor.transparent)
    with QPainter(result) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(palette.colour(palette.RAISED))
        painter.setPen(QPen(palette.colour(palette.TAKE), 1))
        painter.drawRoundedRect(QRectF(0.5, 0.5, size.width() - 1, _HEIGHT - 1), 8, 8)
        painter.drawPixmap(_GAP, (_HEIGHT - _ICON) // 2, icons.pixmap("wave", _ICON, palette.TAKE, density))
        painter.setFont(widget.font())
        painter.setPen(palette.colour(palette.TEXT))
        left = _GAP + _ICON + _GAP
        painter.drawText(QRectF(left, 0, size.width() - left, _HEIGHT), Qt.AlignmentFlag.AlignVCenter, shown)
    return result
