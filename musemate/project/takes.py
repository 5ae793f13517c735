"""The takes of a project: what was generated, and what the songwriter thinks of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from musemate.analysis.figures import Figures
from musemate.audio.clip import AudioClip
from musemate.errors import SettingsError
from musemate.language import _, mark
from musemate.project.database import Database
from musemate.project.intake import store_clip
from musemate.project.records import Layer, Take
from musemate.project.rows import id_of, now, number_of, readable, remembering_takes, twice

CHOICES = ("name", "stars", "tags", "note", "rejected", "removed")
"""What may be changed of a take: its sound and how it was made never are."""
MOST_STARS = 5
LONGEST_NAME, LONGEST_NOTE, LONGEST_TAG = 80, 2_000, 40
_TOO_LONG = {
    "name": mark("A name of {count} characters is too long."),
    "note": mark("A note of {count} characters is too long."),
}

_SHOWN = """
SELECT take.*, run.engine FROM take
JOIN run ON take.run = run.number JOIN fragment ON run.fragment = fragment.number
WHERE NOT take.removed AND NOT fragment.removed
AND (? IS NULL OR run.number = ?) AND (? IS NULL OR fragment.number = ?)
ORDER BY take.number
"""

_SOME = "SELECT take.*, run.engine FROM take JOIN run ON take.run = run.number WHERE take.number IN ({})"


class Takes:
    """The part of a project that keeps its takes; see `store.Project`."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self._database = database
        self._take_from = remembering_takes()

    def takes(self, run: str | None = None, fragment: str | None = None) -> list[Take]:
        """Return the takes (of one run, of one fragment), the oldest first."""
        rows = self._database.select(_SHOWN, twice("run", run) + twice("fragment", fragment))
        return readable(self._take_from, rows)

    def take(self, take_id: str) -> Take:
        """Return one take, also a removed one."""
        return self.these_takes([take_id])[0]

    def these_takes(self, ids: Sequence[str]) -> list[Take]:
        """Return some takes, in the order of their ids, also removed ones.

        Raises
        ------
        ProjectError
            There is no such take.
        """
        marks = ", ".join("?" * len(ids))
        rows = self._database.select(_SOME.format(marks), tuple(number_of("take", take_id) for take_id in ids))
        found = {take.id: take for take in map(self._take_from, rows)}
        for take_id in ids:
            if take_id not in found:
                self._database.row("take", take_id)  # says that there is none
        return [found[take_id] for take_id in ids]

    def store_clip(self, clip: AudioClip) -> str:
        """Store samples as 32-bit float WAV under the hash of the file and return its name."""
        return store_clip(clip, self.folder / "audio")

    def add_take(
        self,
        run: str,
        audio: str,
        request: dict[str, Any],
        *,
        seconds: float | None = None,
        device: str = "",
        name: str = "",
        layers: Sequence[Layer] = (),
        tags: Sequence[str] = (),
    ) -> Take:
        """Add a take.

        Parameters
        ----------
        run : str
            The run that made it.
        audio : str
            Name of its file, from `store_clip`.
        request : dict
            The engine's TakeRequest as a dictionary.
        seconds : float, optional
            Its length, that of the request when not given.
        device : str
            The device that made it.
        name : str
            Shown to the songwriter; "take 3" for t3 when empty.
        layers : sequence of Layer
            The signals of its scales, their files from `store_clip`.
        tags : sequence of str
            Words that it has from the start.
        """
        values = {
            "run": self._database.row("run", run)["number"],
            "audio": audio,
            "seconds": float(request["seconds"]) if seconds is None else seconds,
            "mode": str(request["mode"]),
            "closeness": float(request["closeness"]),
            "seed": int(request["seed"]),
            "request": request,
            "device": device,
            "name": name,
            "created": now(),
            "layers": list(layers),
            "tags": as_tags(tags),
        }
        return self.take(id_of("take", self._database.insert("take", values)))

    def set_stars(self, take_id: str, n: int) -> Take:
        """Give a take 0 to 5 stars.

        Raises
        ------
        SettingsError
            The number is outside 0 to 5.
        """
        self.change_takes({take_id: {"stars": n}})
        return self.take(take_id)

    def change_takes(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Change what the songwriter says of some takes, all of them or, on a failure, none.

        Parameters
        ----------
        changes : mapping
            From the id of a take to its new values by name: "name" (empty for the usual one), "stars" (0 to 5), "tags"
            (a sequence of words), "note", "rejected" and "removed".

        Raises
        ------
        SettingsError
            A value is not possible.
        ProjectError
            There is no such take, or the project cannot be written.
        """
        self._database.update_all("take", {take_id: _checked(values) for take_id, values in changes.items()})

    def set_figures(self, take_id: str, figures: Figures) -> None:
        """Keep how a take compares with its fragment."""
        self._database.update("take", take_id, figures=figures)

    def remove_take(self, take_id: str) -> None:
        """Take a take off the list; its file stays."""
        self.change_takes({take_id: {"removed": True}})

    def restore_take(self, take_id: str) -> None:
        """Undo `remove_take`."""
        self.change_takes({take_id: {"removed": False}})


def as_tags(words: Iterable[str]) -> tuple[str, ...]:
    """Return tags as they are kept: no spaces around them, none twice (whatever their case), none empty.

    Raises
    ------
    SettingsError
        One is longer than 40 characters.
    """
    kept: dict[str, str] = {}
    for word in words:
        tag = " ".join(word.split())
        if len(tag) > LONGEST_TAG:
            raise SettingsError(
                _("A tag of {count} characters is too long.").format(count=len(tag)),
                hint=_("Use at most {most}, or write a note.").format(most=LONGEST_TAG),
            )
        if tag:
            kept.setdefault(tag.casefold(), tag)
    return tuple(kept.values())


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = values.keys() - set(CHOICES)
    if unknown:
        raise TypeError(f"these fields of a take cannot be changed: {sorted(unknown)}")
    checked = dict(values)
    if not 0 <= checked.get("stars", 0) <= MOST_STARS:
        raise SettingsError(
            _("{count} stars are not possible.").format(count=checked["stars"]), hint=_("Give 0 to 5 stars.")
        )
    if "tags" in checked:
        checked["tags"] = as_tags(checked["tags"])
    for name, longest in (("name", LONGEST_NAME), ("note", LONGEST_NOTE)):
        text = str(checked.get(name, "")).strip()
        if len(text) > longest:
            raise SettingsError(
                _(_TOO_LONG[name]).format(count=len(text)),
                hint=_("Use at most {most} characters.").format(most=longest),
            )
        if name in checked:
            checked[name] = text
    for name in ("rejected", "removed"):
        if name in checked:
            checked[name] = int(checked[name])
    return checked
