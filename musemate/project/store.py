"""A project: a folder with `project.sqlite` and immutable audio files, saved after every action."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from musemate.errors import ProjectError
from musemate.language import _
from musemate.paths import absolute, cache_folder
from musemate.project import recovery, sums
from musemate.project.database import FILE_NAME, Database, not_a_project
from musemate.project.intake import fitted, is_from, take_in
from musemate.project.keep import sweep_project
from musemate.project.protection import Protection
from musemate.project.records import Beats, Fragment, Run
from musemate.project.rows import fragment_from, id_of, now, readable, run_from, twice
from musemate.project.takes import Takes

DEFAULT_REGION_S = 30.0
"""A new fragment's region: the whole file, but no longer than this."""

_SHOWN_RUNS = """
SELECT run.* FROM run JOIN fragment ON run.fragment = fragment.number
WHERE NOT fragment.removed AND (? IS NULL OR fragment.number = ?)
ORDER BY run.number
"""


class Project(Takes):
    """An open project; make one with `create`, `open` or `open_or_create`.

    Reads and tiny writes only (each well under a frame of the screen), so the window may call it directly;
    `add_fragment` and `store_clip` work on whole files and belong into a task. An object stays in the
    thread that made it; several processes may have the same project open.
    """

    @classmethod
    def create(cls, folder: Path | str) -> Self:
        """Make a project in a folder that holds none.

        Raises
        ------
        ProjectError
            There is one already, or the folder cannot be made or written.
        """
        folder = absolute(folder)
        if is_project(folder):
            raise ProjectError(
                _('There is already a project in "{folder}".').format(folder=folder),
                hint=_("Open it, or choose another folder."),
            )
        return cls._at(folder)

    @classmethod
    def open(cls, folder: Path | str, *, held: Protection | None = None) -> Self:
        """Open a project and tidy up after processes that died while they trained.

        One of a newer version, or in a folder that may not be written, is opened to be read: `protection` says why.

        Parameters
        ----------
        folder : Path or str
            The project's folder.
        held : Protection, optional
            Another window has it open: it is only read here.

        Raises
        ------
        ProjectError
            It is missing, damaged or no project at all.
        """
        folder = absolute(folder)
        if not is_project(folder):
            raise not_a_project(folder)
        return cls._tidied(folder, Database(folder, held=held))

    @classmethod
    def open_or_create(cls, folder: Path | str) -> Self:
        """Open the project in a folder, or make it, also where an attempt to make it broke off."""
        folder = absolute(folder)
        return cls._tidied(folder, Database(folder, create=True)) if is_project(folder) else cls._at(folder)

    @classmethod
    def _at(cls, folder: Path) -> Self:
        _make_folders(folder)
        return cls._tidied(folder, Database(folder, create=True))

    @classmethod
    def _tidied(cls, folder: Path, database: Database) -> Self:
        project = cls(folder, database)
        try:
            if database.protection is None:
                _make_folders(folder)
                sweep_project(folder)
            project.runs()  # settles runs whose process died
        except BaseException:
            project.close()
            raise
        return project

    def close(self) -> None:
        """Close the database; may be called twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def protection(self) -> Protection | None:
        """Why it may only be read; None where it may be changed."""
        return self._database.protection

    # Places

    @property
    def name(self) -> str:
        """Name shown to the songwriter: that of the folder."""
        return self.folder.name

    @property
    def exports_path(self) -> Path:
        """Folder that exports go to unless the songwriter chooses another."""
        return self.folder / "exports"

    def audio_path(self, name: str) -> Path:
        """Return the immutable file of that name; one that would lead out of the folder leads nowhere."""
        return self.folder / "audio" / _plain_name(name)

    def run_path(self, run_id: str) -> Path:
        """Return the folder of a run's weights and previews."""
        return self.folder / "runs" / run_id

    def cache_path(self, audio_name: str) -> Path:
        """Return the folder for pictures of an audio file; it can be made again and may be deleted.

        Those of a project that is only read lie with the songwriter's own caches.

        Raises
        ------
        ProjectError
            It cannot be made.
        """
        base = self.folder / "cache" if self.protection is None else cache_folder() / "pictures"
        folder = base / _plain_name(Path(audio_name).stem)
        _make(folder)
        return folder

    # Fragments

    def fragments(self) -> list[Fragment]:
        """Return the fragments in the order in which they were added."""
        rows = self._database.select("SELECT * FROM fragment WHERE NOT removed ORDER BY number")
        return readable(fragment_from, rows)

    def fragment(self, fragment_id: str) -> Fragment:
        """Return one fragment, also a removed one."""
        return fragment_from(self._database.row("fragment", fragment_id))

    def add_fragment(self, source: Path | str, start_s: float = 0.0, length_s: float | None = None) -> Fragment:
        """Check a file, copy it in and choose its region (30 s when no length is given).

        Raises
        ------
        AudioFileError
            The file cannot be used.
        SettingsError
            Nothing of the region lies inside the file.
        ProjectError
            The project's folder cannot be written.
        """
        path = absolute(source)
        values = take_in(path, self.folder / "audio")
        wanted_s = DEFAULT_REGION_S if length_s is None else length_s
        first_s, length_s = fitted(start_s, wanted_s, values["duration_s"])
        values |= {"start_s": first_s, "length_s": length_s, "created": now()}
        number = self._database.insert("fragment", {"name": path.stem, "source": str(path), **values})
        return self.fragment(id_of("fragment", number))

    def add_fragment_like(self, fragment_id: str, start_s: float, length_s: float) -> Fragment:
        """Add another fragment of the same song, with a region of its own; raises as `set_region`."""
        like = self.fragment(fragment_id)
        first_s, length_s = fitted(start_s, length_s, like.duration_s)
        values = vars(like) | {"start_s": first_s, "length_s": length_s, "created": now()}
        del values["id"]
        number = self._database.insert("fragment", values)
        return self.fragment(id_of("fragment", number))

    def find_fragment(self, source: Path | str) -> Fragment | None:
        """Return the fragment loaded from a file (or from one with its content), None when there is none."""
        path = absolute(source)
        try:
            return next((f for f in self.fragments() if is_from(path, f)), None)
        except OSError:  # nothing that can be read; adding it says why
            return None

    def set_region(self, fragment_id: str, start_s: float, length_s: float) -> Fragment:
        """Choose the part of a fragment to work with; it is limited to the file.

        Raises
        ------
        SettingsError
            Nothing of it lies inside the file.
        """
        first_s, length_s = fitted(start_s, length_s, self.fragment(fragment_id).duration_s)
        self._database.update("fragment", fragment_id, start_s=first_s, length_s=length_s)
        return self.fragment(fragment_id)

    def set_analysis(self, fragment_id: str, beats: Beats | None, key: str, voice: tuple[float, ...]) -> Fragment:
        """Store what the analysis found in a fragment."""
        self._database.update("fragment", fragment_id, beats=beats, key=key, voice=voice)
        return self.fragment(fragment_id)

    def remove_fragment(self, fragment_id: str) -> None:
        """Take a fragment, its runs and takes off the lists; every file stays."""
        self._database.update("fragment", fragment_id, removed=1)

    def restore_fragment(self, fragment_id: str) -> None:
        """Undo `remove_fragment`."""
        self._database.update("fragment", fragment_id, removed=0)

    # Runs

    def runs(self, fragment: str | None = None) -> list[Run]:
        """Return the runs (of one fragment), the oldest first."""
        rows = self._database.select(_SHOWN_RUNS, twice("fragment", fragment))
        return [self._settled(run) for run in readable(run_from, rows)]

    def run(self, run_id: str) -> Run:
        """Return one run."""
        return self._settled(run_from(self._database.row("run", run_id)))

    def add_run(
        self,
        fragment: str,
        *,
        engine: str,
        preset: str,
        device: str,
        seed: int,
        start_s: float,
        length_s: float,
        options: dict[str, Any] | None = None,
        state: str = "stopped",
        scales: tuple[str, ...] = (),
        n_finished: int = 0,
    ) -> Run:
        """Add a run of a fragment; `training` then marks it as being trained."""
        values = {
            "fragment": self._database.row("fragment", fragment)["number"],
            "start_s": start_s,
            "length_s": length_s,
            "engine": engine,
            "preset": preset,
            "device": device,
            "seed": seed,
            "options": options or {},
            "state": state,
            "scales": scales,
            "n_finished": n_finished,
            "created": now(),
        }
        return self.run(id_of("run", self._database.insert("run", values)))

    def update_run(self, run_id: str, **changes: Any) -> Run:
        """Change fields of a run by their names in the record.

        Raises
        ------
        ProjectError
            There is no such run.
        """
        unknown = changes.keys() - {field.name for field in fields(Run)} | changes.keys() & {"id", "fragment"}
        if unknown:
            raise TypeError(f"these fields of a run cannot be changed: {sorted(unknown)}")
        self._database.update("run", run_id, **changes)
        return self.run(run_id)

    @contextmanager
    def training(self, run_id: str) -> Iterator[Path]:
        """Mark a run as being trained by this process while the block runs; yields the run's folder.

        Raises
        ------
        ProjectError
            Another process trains it.
        """
        with recovery.claim(self.run_path(run_id), run_id):
            self._database.update("run", run_id, state="training", reason="")
            yield self.run_path(run_id)

    def _settled(self, run: Run) -> Run:
        """Correct the state of a run whose process died."""
        if run.state != "training":
            return run
        with recovery.abandoned(self.run_path(run.id)) as nobody_trains:
            # Read again under the lock: the process may have ended well since the first look, and its word counts.
            run = run_from(self._database.row("run", run.id))
            if nobody_trains and run.state == "training":
                changes = recovery.verdict(run, self.run_path(run.id))
                if self.protection is not None:
                    return replace(run, **changes)
                self._database.update("run", run.id, **changes)
                sums.complete(self.run_path(run.id))
                run = run_from(self._database.row("run", run.id))
        return run


def is_project(folder: Path) -> bool:
    """Whether a folder holds a project, sound or not."""
    return os.path.lexists(folder / FILE_NAME)  # pathlib raises where a path is too long


def _make_folders(folder: Path) -> None:
    for name in ("audio", "runs", "cache", "exports"):
        _make(folder / name)


def _make(folder: Path) -> None:
    """Make a folder of a project."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError(
            _('The project folder "{folder}" cannot be written.').format(folder=folder.parent),
            hint=_("Choose a folder that you may write to."),
            detail=str(error),
        ) from error


def _plain_name(name: str) -> str:
    """Return a file name that leads into no other folder."""
    plain = name.replace("/", "_").replace("\\", "_").replace("\0", "_")
    return "_" if plain in ("", ".", "..") else plain
