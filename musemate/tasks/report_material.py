"""Finds what a report is about: the fragment's region and the takes, of a project or of plain files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from musemate.analysis.metre import Beats
from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip
from musemate.audio.wording import shown_length, shown_name
from musemate.errors import MuseMateError, SettingsError
from musemate.language import _, mark, number
from musemate.paths import absolute
from musemate.project.records import Take
from musemate.project.store import Project
from musemate.project.takes import MOST_STARS

LONGEST_S = 300.0
"""As long as a take may be; of a longer file, its start is looked at."""
REPORTS = "reports"
FRAGMENT = "fragment"
"""Label of the fragment."""
MODES = {"new": mark("new material"), "variation": mark("variation"), "reconstruction": mark("reconstruction")}


@dataclass(frozen=True)
class Sound:
    """One sound that is not read yet.

    Parameters
    ----------
    title : str
        Its name for the songwriter.
    label : str
        A few characters, for pictures and file names.
    note : str
        How it was made.
    file : Path
    start_s, length_s : float
        The part that counts.
    is_outside : bool
        Whether no project has taken the file in.
    """

    title: str
    label: str
    note: str
    file: Path
    start_s: float = 0.0
    length_s: float = LONGEST_S
    is_outside: bool = False

    @property
    def is_fragment(self) -> bool:
        """Whether it is the songwriter's own."""
        return self.label == FRAGMENT

    def read(self) -> AudioClip:
        """Read it.

        Raises
        ------
        AudioFileError
            The file is missing or damaged; the sentence names the sound, for the file's own name may be a hash.
        """
        try:
            return read_clip(
                self.file, self.start_s, self.length_s, min_s=0.0, allow_silence=True, outside=self.is_outside
            )
        except MuseMateError as error:
            named = error.message.replace(shown_name(self.file), self.title)
            raise type(error)(named, hint=error.hint, detail=f"{self.file}: {error.detail}") from error


@dataclass(frozen=True)
class Material:
    """What is compared.

    Parameters
    ----------
    fragment : Sound
    metre : Beats or None
        The fragment's, where it is known.
    takes : tuple of Sound
    folder : Path
        Where reports of it go.
    """

    fragment: Sound
    metre: Beats | None
    takes: tuple[Sound, ...]
    folder: Path


def of_files(files: Sequence[str]) -> Material:
    """Return a fragment's file and its takes' files as material.

    Raises
    ------
    SettingsError
        There is none.
    """
    if not files:
        raise SettingsError(
            _("Nothing to report on was given."),
            hint=_("Name a project with --project, or a fragment's file and takes."),
        )
    paths = [absolute(file) for file in files]
    takes = tuple(
        Sound(path.stem, f"t{number}", path.name, path, is_outside=True) for number, path in enumerate(paths[1:], 1)
    )
    return Material(Sound(paths[0].stem, FRAGMENT, "", paths[0], is_outside=True), None, takes, absolute(REPORTS))


def of_project(folder: str, fragment: str, takes: Sequence[str] | None) -> Material:
    """Return a fragment of a project and some of its takes as material.

    Parameters
    ----------
    folder : str
        The project's.
    fragment : str
        Its id; that of the takes, or the newest with takes, or the newest, if empty.
    takes : sequence of str, optional
        Ids; all of the fragment if not given.

    Raises
    ------
    ProjectError
        There is no such project, fragment or take.
    SettingsError
        The takes are not of one fragment, or there is nothing in the project.
    """
    with Project.open(folder) as store:
        chosen = [store.take(take) for take in dict.fromkeys(takes or ())]
        home = _home(store, fragment, chosen)
        if takes is None:
            chosen = store.takes(fragment=home)
        record = store.fragment(home)
        start_s, end_s = _learnt(store, chosen) or (record.start_s, record.start_s + record.length_s)
        place = _("{length} from {start} s on").format(
            length=shown_length(end_s - start_s), start=number(start_s, ".2f")
        )
        sound = Sound(record.name, FRAGMENT, place, store.audio_path(record.audio), start_s, end_s - start_s)
        shown = tuple(Sound(t.shown_name, t.id, _note(t), store.audio_path(t.audio)) for t in chosen)
        return Material(sound, record.beats, shown, store.folder / REPORTS)


def _home(store: Project, fragment: str, takes: Sequence[Take]) -> str:
    """Return the id of the one fragment that it is about."""
    homes = {store.run(take.run).fragment for take in takes} | ({fragment} if fragment else set())
    if len(homes) > 1:
        raise SettingsError(
            _("These takes are not all of one fragment ({names}).").format(names=", ".join(sorted(homes))),
            hint=_("Choose takes of one fragment; each fragment has a report of its own."),
        )
    if not homes:
        everything = [store.run(take.run).fragment for take in store.takes()] or [f.id for f in store.fragments()]
        homes = set(everything[-1:])
    if not homes:
        raise SettingsError(_("There is no fragment in this project."), hint=_("Load a sound file first."))
    return homes.pop()


def _learnt(store: Project, takes: Sequence[Take]) -> tuple[float, float] | None:
    """Return start and end of what the takes were learnt from: of all regions together, where there are several."""
    runs = [store.run(run) for run in {take.run for take in takes}]
    if not runs:
        return None
    return min(run.start_s for run in runs), max(run.start_s + run.length_s for run in runs)


def _note(take: Take) -> str:
    closeness = _("closeness {closeness}").format(closeness=number(take.closeness, ".2f"))
    if take.mode == "reconstruction":
        closeness = ""
    stars = _("{n} of {most} stars").format(n=take.stars, most=MOST_STARS) if take.stars else ""
    mode, seed = _(MODES.get(take.mode, take.mode)), _("seed {n}").format(n=take.seed)
    return " · ".join(part for part in (take.id, take.engine, mode, closeness, seed, stars) if part)
