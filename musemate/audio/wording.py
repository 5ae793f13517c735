"""How file names and lengths are put into sentences."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from musemate.language import _, number

_MAX_SHOWN = 60


def shown_name(path: Path) -> str:
    """Return the last part of a path as it may stand in a sentence.

    Long names lose their middle, bytes that are no text and control characters become question marks.
    """
    name = path.name or str(path)
    name = name.encode("utf-8", "replace").decode("utf-8")
    name = "".join("?" if unicodedata.category(c) in ("Cc", "Cf") else c for c in name)
    if len(name) <= _MAX_SHOWN:
        return name
    return f"{name[: _MAX_SHOWN - 20]}…{name[-19:]}"


def shown_length(seconds: float) -> str:
    """Return a length as a songwriter reads it: "0.10 s", "12.5 s", "3 min 20 s", "6 h 46 min"."""
    if seconds < 0.01:
        return _("less than {seconds} s").format(seconds=number(0.01))
    if seconds < 10:
        return _("{seconds} s").format(seconds=number(seconds, ".2f"))
    if seconds < 59.95:
        return _("{seconds} s").format(seconds=number(seconds, ".1f"))
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


def shown_size(n_bytes: int) -> str:
    """Return a file size as a songwriter reads it: "12 KB", "46 MB", "1.3 GB"."""
    if n_bytes < 1_000_000:
        return f"{max(1, round(n_bytes / 1e3))} KB"
    if n_bytes < 1_000_000_000:
        return f"{round(n_bytes / 1e6)} MB"
    return f"{number(n_bytes / 1e9, '.1f')} GB"
