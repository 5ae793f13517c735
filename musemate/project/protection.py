"""Why a project may be read but not changed, in the songwriter's words."""

from __future__ import annotations

from dataclasses import dataclass

from musemate.errors import ProjectError
from musemate.language import _, mark

NEWER, FOLDER, HELD = "newer", "folder", "held"
"""It was made by a newer version, its folder may not be written, another window has it open."""
_WORDS = {
    NEWER: (
        mark('"{name}" was made by a newer version of MuseMate: it can be heard and exported here, but not changed.'),
        mark("Update MuseMate to go on with it."),
    ),
    FOLDER: (
        mark('The folder of "{name}" may not be written: the project can be heard and exported, but not changed.'),
        mark("Copy the folder to a place of your own to go on with it."),
    ),
    HELD: (
        mark("This project is open in {who}: it can be heard and exported here, but not changed."),
        mark("Close that window to go on here."),
    ),
}


@dataclass(frozen=True)
class Protection:
    """What keeps a project from being changed.

    Parameters
    ----------
    kind : str
        "newer", "folder" or "held".
    name : str
        The project's name.
    who : str
        Of a held one: who holds it, for instance "another window (since 21:05, process 1234)".
    """

    kind: str
    name: str
    who: str = ""

    @property
    def message(self) -> str:
        """One sentence that says why."""
        return _(_WORDS[self.kind][0]).format(name=self.name, who=self.who)

    @property
    def hint(self) -> str:
        """What to do to go on."""
        return _(_WORDS[self.kind][1])

    def error(self) -> ProjectError:
        """Return what is raised where something would be changed."""
        return ProjectError(self.message, hint=self.hint, detail=f"read-only: {self.kind}")
