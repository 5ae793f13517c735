"""Where the studies of a project lie."""

from __future__ import annotations

from pathlib import Path

from musemate.study.folder import is_study

FOLDER = "studies"


def studies_folder(project: Path) -> Path:
    """Return the folder of a project that its studies go to; it need not be there."""
    return project / FOLDER


def studies_of(project: Path) -> list[Path]:
    """Return the folders of a project's studies, sound or not, by name."""
    try:
        return sorted(path for path in studies_folder(project).iterdir() if path.is_dir() and is_study(path))
    except OSError:
        return []
