"""Keeps what the songwriter says of takes: stars, tags, a note, a name, and whether they are put aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Listed
from musemate.errors import SettingsError
from musemate.language import _
from musemate.project.store import Project
from musemate.tasks.show import take_row
from musemate.tasks.study_marks import marked


def rate(
    project: str,
    takes: Sequence[str],
    stars: int | None = None,
    tags: str | None = None,
    note: str | None = None,
    name: str | None = None,
    rejected: bool | None = None,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Change what is given, of all these takes or, on a failure, of none; None leaves it as it is.

    Parameters
    ----------
    project : str
        The project's folder.
    takes : sequence of str
        Ids.
    stars : int, optional
        0 to 5.
    tags : str, optional
        Words with commas between them, "" for none.
    note, name : str, optional
        "" for none, and for the usual name.
    rejected : bool, optional
        Whether they are put aside.
    cancelled : callable
        Not asked: it is one small action.

    Raises
    ------
    ProjectError
        There is no such project or take.
    SettingsError
        Nothing is given, or it is not possible.
    """
    given = {"stars": stars, "tags": None if tags is None else tags.split(","), "note": note, "name": name}
    changes = {key: value for key, value in {**given, "rejected": rejected}.items() if value is not None}
    if not changes:
        raise SettingsError(
            _("Nothing to change was given."), hint=_("Give stars, tags, a note, a name, or put takes aside.")
        )
    with Project.open(project) as store:
        store.change_takes(dict.fromkeys(takes, changes))
        rows = [take_row(take, store) for take in marked(store, store.these_takes(takes))]
    yield Listed(rows)
