"""The calm dark look: one style sheet, one palette, sizes that follow the system's font."""

from __future__ import annotations

import tempfile
from pathlib import Path
from string import Template

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from musemate.gui import icons, palette
from musemate.paths import resource

FAMILIES = ("Inter", "Segoe UI Variable Text", "Segoe UI", "SF Pro Text", "Cantarell", "Ubuntu", "Noto Sans")
SMALLEST_BASE_PX = 13


def apply_style(app: QApplication) -> None:
    """Give the whole application MuseMate's look."""
    app.setStyle("Fusion")
    family = _family(app)
    base = max(SMALLEST_BASE_PX, QFontInfo(app.font()).pixelSize())
    font = QFont(family)
    font.setPixelSize(base)
    app.setFont(font)
    app.setPalette(_palette())
    app.setWindowIcon(icons.app_icon())
    app.setStyleSheet(style_sheet(family, base, _arrows(app)))


def style_sheet(family: str, base_px: int, arrows: Path) -> str:
    """Fill the style sheet of the resources folder in.

    Parameters
    ----------
    family : str
        Font family.
    base_px : int
        Size of normal text in logical pixels.
    arrows : Path
        Folder with the small arrow pictures.
    """
    names: tuple[str, ...] = (
        "WINDOW",
        "PANEL",
        "RAISED",
        "HOVER",
        "LINE",
        "TEXT",
        "MUTED",
        "FAINT",
        "BAD",
        "ON_ACCENT",
    )
    names += ("ON_ACCENT", "FRAGMENT", "FRAGMENT_DEEP", "TAKE", "TAKE_DEEP")
    values: dict[str, object] = {name: getattr(palette, name) for name in names}
    values.update(
        FAMILIES=f'"{family}"',
        BASE=base_px,
        SMALL=base_px - 1,
        HEADING=base_px + 2,
        TITLE=base_px + 6,
        ROUND=20,
        ARROWS=arrows.as_posix(),
    )
    return Template(resource("style.qss").read_text(encoding="utf-8")).substitute(values)


def set_state(widget: QWidget, **properties: object) -> None:
    """Set properties that the style sheet looks at, and draw the widget anew."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _family(app: QApplication) -> str:
    here = set(QFontDatabase.families())
    return next((family for family in FAMILIES if family in here), app.font().family())


def _palette() -> QPalette:
    role = QPalette.ColorRole
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
        (role.ToolTipText, palette.TEXT),
        (role.PlaceholderText, palette.FAINT),
        (role.Highlight, palette.FRAGMENT_DEEP),
        (role.HighlightedText, palette.TEXT),
        (role.Link, palette.FRAGMENT),
    ):
        result.setColor(which, palette.colour(name))
    return result


def _arrows(app: QApplication) -> Path:
    """Write the arrows out: a style sheet takes pictures only from files."""
    folder = getattr(app, "_musemate_arrows", None)
    if folder is None:
        folder = tempfile.TemporaryDirectory(prefix="musemate-", ignore_cleanup_errors=True)
        app._musemate_arrows = folder  # type: ignore[attr-defined]  # lives exactly as long as the application
    path = Path(folder.name)
    for name in ("up", "down", "right"):
        icons.pixmap(name, 24, palette.MUTED).save(str(path / f"{name}.png"))
    return path
