"""Where MuseMate's own files lie on each system: projects, settings, logs and bundled resources."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path

import platformdirs

HOME_VARIABLE = "MUSEMATE_HOME"
"""Names a folder that takes everything MuseMate writes; for tests and for a portable installation."""
_APP = "MuseMate"
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def absolute(path: Path | str) -> Path:
    """Return a whole path; "~/x" lies in the home folder, a name that only begins with "~" is left as it is."""
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError:  # "~draft.wav" is no home folder
        return Path(path).absolute()


def projects_folder() -> Path:
    """Return the folder that new projects go to: "MuseMate" among the songwriter's documents."""
    home = _home()
    return home / "projects" if home else Path(platformdirs.user_documents_dir()) / _APP


def default_project_folder(name: str = "My first project") -> Path:
    """Return the folder for a project of that name; characters that no file system takes become "_"."""
    safe = _UNSAFE.sub("_", name).strip(" .")[:80]
    return projects_folder() / (safe or "Project")


def fresh_project_folder(name: str) -> Path:
    """Return a project folder that does not exist yet: `name`, `name 2`, `name 3`, ..."""
    first = default_project_folder(name)
    folder, number = first, 1
    while folder.exists():
        number += 1
        folder = first.with_name(f"{first.name} {number}")
    return folder


def settings_file() -> Path:
    """Return the file that remembers the songwriter's choices."""
    home = _home()
    return (home or platformdirs.user_config_path(_APP, appauthor=False)) / "settings.json"


def log_folder() -> Path:
    """Return the folder of the log files."""
    home = _home()
    return home / "log" if home else platformdirs.user_log_path(_APP, appauthor=False)


def cache_folder() -> Path:
    """Return the folder of what can be made again and belongs into no project."""
    home = _home()
    return home / "cache" if home else platformdirs.user_cache_path(_APP, appauthor=False)


def resource(name: str) -> Path:
    """Return a bundled file, from the installed package or, in a checkout, from the repository's folder."""
    return _bundled("resources") / name


def models_folder() -> Path:
    """Return the folder of the bundled weights."""
    return _bundled("models")


def _bundled(folder: str) -> Path:
    try:
        return Path(str(files(f"musemate.{folder}")))
    except ModuleNotFoundError:
        return Path(__file__).parents[1] / folder


def _home() -> Path | None:
    home = os.environ.get(HOME_VARIABLE, "")
    return absolute(home) if home else None
