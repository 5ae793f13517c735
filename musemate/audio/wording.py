"""How file names and lengths are put into sentences."""

from __future__ import annotations

import unicodedata
from pathlib import Path

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
        return "less than 0.01 s"
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def shown_size(n_bytes: int) -> str:
    """Return a file size as a songwriter reads it: "12 KB", "46 MB", "1.3 GB"."""
    if n_bytes < 1_000_000:
        return f"{max(1, round(n_bytes / 1e3))} KB"
    if n_bytes < 1_000_000_000:
        return f"{round(n_bytes / 1e6)} MB"
    return f"{n_bytes / 1e9:.1f} GB"
