"""What a look at a project has found: one thing that is wrong, lost or left over, in the songwriter's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

DAMAGED, MISSING = "damaged", "missing"
INTERRUPTED, ORPHAN, LEFTOVER = "interrupted", "orphan", "leftover"
HARM = frozenset({DAMAGED, MISSING})
"""What of it is a loss; the others only take room."""


@dataclass(frozen=True)
class Finding:
    """One thing.

    Parameters
    ----------
    kind : str
        "damaged", "missing", "interrupted" (a training whose process died), "orphan" (a file that nothing in the
        project uses) or "leftover" (a temporary file).
    place : str
        The file, as seen from the project's folder, or the id of an entry.
    text : str
        What is wrong.
    rest : str
        What still works, and what to do.
    mend : callable, optional
        Repairs it, deletes nothing, and returns what was done, or "" where that was not possible.
    """

    kind: str
    place: str
    text: str
    rest: str = ""
    mend: Callable[[], str] | None = None

    @property
    def is_harm(self) -> bool:
        """Whether something is lost."""
        return self.kind in HARM
