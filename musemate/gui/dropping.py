"""What dropped or given paths are: projects to open or sound files to load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData

from musemate.audio.files import READABLE_SUFFIXES
from musemate.project.database import FILE_NAME


def dropped_paths(data: QMimeData) -> list[Path]:
    """Return the local files and folders of a drop."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def project_in(paths: list[Path]) -> Path | None:
    """Return the first project among the paths: its folder, or the folder of its database."""
    for path in paths:
        if path.name == FILE_NAME:
            return path.parent
        if _is(Path.is_file, path / FILE_NAME):
            return path
    return None


def sound_files(paths: list[Path]) -> list[str]:
    """Return all files, folders replaced by the sound files in them; each file's own check comes later."""
    files: list[str] = []
    for path in paths:
        if _is(Path.is_dir, path):
            files += _sounds_in(path) or [str(path)]
        else:
            files.append(str(path))
    return files


def _sounds_in(folder: Path) -> list[str]:
    try:
        return sorted(str(path) for path in folder.iterdir() if path.suffix.lower() in READABLE_SUFFIXES)
    except OSError:
        return []


def _is(question: Callable[[Path], bool], path: Path) -> bool:
    """Ask about a path; one that cannot be asked about (a name that is too long, say) is nothing."""
    try:
        return question(path)
    except OSError:
        return False
