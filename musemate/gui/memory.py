"""What the window remembers from one day to the next: recent projects, volume, size. Losing it harms nobody."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from pathlib import Path
from typing import Any

from musemate.parsing import parsed_json
from musemate.paths import settings_file

log = logging.getLogger(__name__)

MOST_RECENT = 8


def memory_file() -> Path:
    """Return the file that it is kept in, beside the settings."""
    return settings_file().with_name("window.json")


class Memory:
    """A few values in a small JSON file; a missing or damaged file counts as empty."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or memory_file()
        self._values = self._read()

    def get(self, name: str, default: Any) -> Any:
        """Return a remembered value if it is of the kind of the default."""
        value = self._values.get(name, default)
        return value if isinstance(value, type(default)) else default

    def put(self, name: str, value: Any) -> None:
        """Remember a JSON value."""
        if self._values.get(name) != value:
            self._values[name] = value
            self._write()

    def recent_projects(self) -> list[Path]:
        """Return the projects that were opened lately and are still there, the last one first."""
        folders = [Path(folder) for folder in self.get("recent", []) if isinstance(folder, str)]
        # not Path.is_file, which raises where a name is too long
        return [folder for folder in folders if os.path.isfile(folder / "project.sqlite")]  # noqa: PTH113

    def add_recent(self, folder: Path) -> None:
        """Put a project first."""
        others = [str(other) for other in self.recent_projects() if other != folder]
        self.put("recent", [str(folder), *others][:MOST_RECENT])

    def _read(self) -> dict[str, Any]:
        try:
            values = parsed_json(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return values if isinstance(values, dict) else {}

    def _write(self) -> None:
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(self._values, indent=1), encoding="utf-8")
            fresh.replace(self._path)
        except OSError as error:
            log.info("the window cannot remember: %s", error)
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
