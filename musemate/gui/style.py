"""The calm look: one style sheet, filled in with the scheme in use and with sizes that follow the system's font."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from string import Template

from PySide6.QtGui import QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from musemate.gui import icons, palette
from musemate.paths import resource

SMALLEST_BASE_PX = 13
SMALL, TITLE = 0.92, 1.4
"""Sizes of small text and titles, as parts of the system's normal size."""
_MARKS = {"up": "MUTED", "down": "MUTED", "right": "MUTED", "check": "ON_ACCENT", "dash": "ON_ACCENT"}
"""Pictures in controls that only a style sheet can draw, and their colours."""
_MARK_PX = 48


def apply_style(app: QApplication) -> None:
    """Give the whole application MuseMate's look in the scheme in use."""
    if not app.styleSheet():
        app.setStyle("Fusion")
        app.setWindowIcon(icons.app_icon())
    base = max(SMALLEST_BASE_PX, QFontInfo(app.font()).pixelSize())
    if app.font().pixelSize() != base:
        font = QFont(app.font())
        font.setPixelSize(base)
        app.setFont(font)
    sheet = style_sheet(base, _marks(app))
    if sheet != app.styleSheet():  # each of these goes through all widgets: never for nothing
        app.setPalette(_palette())
        app.setStyleSheet(sheet)


def application() -> QApplication:
    """Return the running application."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def style_sheet(base_px: int, marks: Path) -> str:
    """Fill the style sheet of the resources folder in.

    Parameters
    ----------
    base_px : int
        Size of normal text in logical pixels.
    marks : Path
        Folder with the small pictures.
    """
    values: dict[str, object] = {name.upper(): value for name, value in asdict(palette.current()).items()}
    values.update(
        BASE=base_px,
        SMALL_TEXT=round(base_px * SMALL),
        TITLE_TEXT=round(base_px * TITLE),
        MARKS=(marks / palette.current().name).as_posix(),
    )
    return Template(resource("style.qss").read_text(encoding="utf-8")).substitute(values)


def set_state(widget: QWidget, **properties: object) -> None:
    """Set properties that the style sheet looks at, and draw the widget anew."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()  # on a page that scrolls just then, Qt otherwise shows the old border until something else is drawn


def _palette() -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    result = QPalette()
    for which, name in (
        (role.Window, palette.WINDOW),
        (role.Base, palette.PANEL),
        (role.AlternateBase, palette.RAISED),
        (role.Button, palette.RAISED),
        (role.ToolTipBase, palette.RAISED),
        (role.Text, palette.TEXT),
        (role.WindowText, palette.TEXT),
        (role.ButtonText, palette.TEXT),
        (role.BrightText, palette.TEXT),
        (role.ToolTipText, palette.TEXT),
        (role.PlaceholderText, palette.MUTED),
        (role.Highlight, palette.ACCENT_DEEP),
        (role.HighlightedText, palette.TEXT),
        (role.Link, palette.ACCENT),
        (role.LinkVisited, palette.ACCENT),
        (role.Accent, palette.ACCENT),
        (role.Light, palette.HOVER),
        (role.Midlight, palette.RAISED),
        (role.Mid, palette.LINE),
        (role.Dark, palette.EDGE),
        (role.Shadow, palette.WINDOW),
    ):
        result.setColor(which, palette.colour(name))
    for which in (role.Text, role.WindowText, role.ButtonText):
        result.setColor(group.Disabled, which, palette.colour(palette.FAINT))
    return result


def _marks(app: QApplication) -> Path:
    """Write arrows and check marks out: a style sheet takes pictures only from files."""
    folder = getattr(app, "_musemate_marks", None)
    if folder is None:
        folder = tempfile.TemporaryDirectory(prefix="musemate-", ignore_cleanup_errors=True)
        app._musemate_marks = folder  # type: ignore[attr-defined]  # lives exactly as long as the application
    path = Path(folder.name) / palette.current().name
    path.mkdir(exist_ok=True)
    for name, role in _MARKS.items():
        if not (path / f"{name}.png").exists():
            icons.pixmap(name, _MARK_PX, getattr(palette, role)).save(str(path / f"{name}.png"))
    return path.parent
