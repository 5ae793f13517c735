"""What long work says while it runs: small frozen records that become one JSON object each.

Tasks yield them, the worker sends them as lines, the window turns them into signals and the command line prints them.
No torch here: every room above may import this module.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar

from musemate.errors import WorkerError
from musemate.language import _, ngettext

_KINDS: dict[str, type[Event]] = {}


@dataclass(frozen=True)
class Event:
    """Base of all events; `kind` is the value of `"event"` in JSON."""

    kind: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        _KINDS[cls.kind] = cls

    def to_json(self) -> dict[str, Any]:
        """Return the event as a JSON-ready dictionary."""
        return {"event": self.kind, **dataclasses.asdict(self)}


def event_from_json(data: dict[str, Any]) -> Event:
    """Make the event again from what `to_json` returned.

    Raises
    ------
    WorkerError
        The kind or its fields are unknown.
    """
    values = dict(data)
    kind = values.pop("event", None)
    try:
        return _KINDS[str(kind)](**values)
    except (KeyError, TypeError) as error:
        raise WorkerError(
            _("The background worker said something that this version does not understand."),
            hint=_("Close MuseMate and start it again."),
            detail=f"{kind!r}: {error}",
        ) from error


@dataclass(frozen=True)
class RunStarted(Event):
    """A training begins: which run, on which device, through which parts."""

    kind: ClassVar[str] = "started"
    run: str
    device: str
    scales: list[str]
    """Name of every part in the order of training, for instance ["sound", "1/16", "1/8", "1/4"]."""


@dataclass(frozen=True)
class Estimated(Event):
    """What a training is expected to take, said before it begins."""

    kind: ClassVar[str] = "estimated"
    seconds: float
    mib: float
    device: str
    shortage: str = ""
    """What too little free memory will do to the training, "" where there is enough."""

    @property
    def in_words(self) -> str:
        """The time and the place, for instance "about 40 minutes on cpu"."""
        return _("{time} on {device}").format(time=about(self.seconds), device=self.device)


def about(seconds: float) -> str:
    """Return a length of time as one says it: "about 40 minutes", "about 23 days"."""
    if seconds < 45:
        return _("less than a minute")
    minutes, hours, days = seconds / 60, seconds / 3600, seconds / 86400
    if minutes < 90:
        # five minutes more or less in half an hour are not known
        count = round(minutes) if minutes < 10 else 5 * round(minutes / 5)
        return ngettext("about one minute", "about {n} minutes", count)
    if hours < 36:
        return ngettext("about one hour", "about {n} hours", round(hours))
    return ngettext("about one day", "about {n} days", round(days))


@dataclass(frozen=True)
class Progressed(Event):
    """One look at a running training, at most ten a second."""

    kind: ClassVar[str] = "progress"
    scale: int
    """Index into `RunStarted.scales`."""
    n_scales: int
    step: int
    n_steps: int
    losses: dict[str, float]
    fraction: float
    """Share of the whole training that is done, 0-1."""
    left_s: float | None
    """Seconds left from measured speed, None until it is known."""


@dataclass(frozen=True)
class Working(Event):
    """Progress of work that is no training: what is being done, and how much of it is done (0-1, None = unknown)."""

    kind: ClassVar[str] = "working"
    text: str
    fraction: float | None = None


@dataclass(frozen=True)
class StateStored(Event):
    """Where a training stands inside a part is on the disk: after a crash, it goes on behind this step."""

    kind: ClassVar[str] = "state"
    scale: int
    step: int


@dataclass(frozen=True)
class ScaleFinished(Event):
    """A part of the training is stored; `file` is a WAV that lets it be heard ("" when there is none)."""

    kind: ClassVar[str] = "scale"
    scale: int
    name: str
    file: str
    seconds: float


@dataclass(frozen=True)
class Warned(Event):
    """Something that the songwriter should know, but that stops nothing."""

    kind: ClassVar[str] = "warning"
    message: str
    hint: str = ""


@dataclass(frozen=True)
class DeviceChanged(Event):
    """A training goes on on another device than it began on."""

    kind: ClassVar[str] = "device"
    device: str


@dataclass(frozen=True)
class RunFinished(Event):
    """A training ended; `complete` is False when it was stopped early and keeps only its finished scales."""

    kind: ClassVar[str] = "finished"
    run: str
    seconds: float
    peak_mib: float
    device: str
    complete: bool = True


@dataclass(frozen=True)
class TakeMade(Event):
    """A take is stored in the project; `file` is the absolute path of its WAV."""

    kind: ClassVar[str] = "take"
    take: str
    file: str
    seconds: float
    seed: int


@dataclass(frozen=True)
class FragmentAdded(Event):
    """A file is in the project as a fragment."""

    kind: ClassVar[str] = "fragment"
    fragment: str
    file: str


@dataclass(frozen=True)
class FileRefused(Event):
    """One of several files could not be used; the others go on."""

    kind: ClassVar[str] = "refused"
    file: str
    error: str
    hint: str = ""


@dataclass(frozen=True)
class PictureDrawn(Event):
    """A picture's data lies in `file` (a .npy array; see analysis.spectra for its layout)."""

    kind: ClassVar[str] = "picture"
    audio: str
    """The audio file the picture shows."""
    layer: str
    """"peaks", "mel", "stft", "mfcc" or "chroma"."""
    file: str


@dataclass(frozen=True)
class Analysed(Event):
    """Tempo, key and voice of a fragment are known and stored in the project."""

    kind: ClassVar[str] = "analysed"
    fragment: str


@dataclass(frozen=True)
class TakeCompared(Event):
    """How a take compares with its fragment is known and stored in the project, or cannot be known."""

    kind: ClassVar[str] = "compared"
    take: str
    error: str = ""
    """Why it cannot be compared."""


@dataclass(frozen=True)
class Exported(Event):
    """A file was written for the DAW."""

    kind: ClassVar[str] = "exported"
    file: str
    take: str = ""


@dataclass(frozen=True)
class Placed(Event):
    """A copy of a song with a take in it was written."""

    kind: ClassVar[str] = "placed"
    file: str
    take: str
    start_s: float
    """Where the take starts in the copy."""
    end_s: float
    duration_s: float
    """Length of the copy."""
    shift_s: float
    """By how much the song goes on later after the take than it did (earlier, below 0)."""
    gain_db: float
    """By how much the take was made louder (softer, below 0)."""


@dataclass(frozen=True)
class Reported(Event):
    """An analysis report was written."""

    kind: ClassVar[str] = "report"
    page: str
    """Path of its HTML page."""
    rows: list[dict[str, Any]]
    """Figures, one row a sound."""
    problems: list[str] = field(default_factory=list)
    """Sentences about takes that could not be measured."""


@dataclass(frozen=True)
class StudyFound(Event):
    """What the answers of studies show."""

    kind: ClassVar[str] = "study_found"
    parts: list[dict[str, Any]]
    """Findings of each study, as `analysis.findingsvalues` writes them."""
    problems: list[str] = field(default_factory=list)
    """Sentences about answers that could not be read."""


@dataclass(frozen=True)
class Listed(Event):
    """Rows of a project or facts of a file, for the command line."""

    kind: ClassVar[str] = "listed"
    rows: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Diagnosed(Event):
    """What a bug report needs to know of this computer."""

    kind: ClassVar[str] = "diagnosis"
    text: str
    """As it is read."""
    sections: dict[str, dict[str, str]]
    """The same by section and name."""


@dataclass(frozen=True)
class CrashNoted(Event):
    """A crash was written down together with a diagnosis."""

    kind: ClassVar[str] = "crash"
    file: str
    text: str


@dataclass(frozen=True)
class Found(Event):
    """Something in a project is damaged, missing or left over; see `musemate.project.findings`."""

    kind: ClassVar[str] = "found"
    what: str
    """"damaged", "missing", "interrupted", "orphan" or "leftover"."""
    place: str
    """The file, as seen from the project's folder, or the id of an entry."""
    message: str
    rest: str = ""
    """What still works, and what to do."""
    repaired: str = ""
    """What was done about it, "" for nothing."""
    is_harm: bool = True
    """Whether something is lost that was not repaired."""
    can_be_repaired: bool = False


@dataclass(frozen=True)
class Checked(Event):
    """A project was looked at, all of it."""

    kind: ClassVar[str] = "checked"
    project: str
    n_files: int
    n_bytes: int
    n_harmed: int
    """Things that are damaged or missing and were not repaired."""
    n_noted: int
    """Things that only take room, or settle themselves."""
    n_repaired: int
    n_repairable: int
    """Of the harmed ones, those that a repair would put right."""


@dataclass(frozen=True)
class Packed(Event):
    """A project is in one file, or was taken out of one."""

    kind: ClassVar[str] = "packed"
    file: str
    """The file, or the project's folder."""
    n_files: int
    n_bytes: int


@dataclass(frozen=True)
class StudyMade(Event):
    """A study is ready to be heard."""

    kind: ClassVar[str] = "study"
    folder: str
    title: str
    n_sounds: int
    n_trials: int
    """Of one session."""
    seconds: float
    """Of each sound."""
    lufs: float
    """How loud each sound is."""
    rate_hz: int
    n_channels: int
    band_hz: float
    """The highest frequency of every sound but the anchors."""


@dataclass(frozen=True)
class StudyMerged(Event):
    """Answers of a copy are in the study."""

    kind: ClassVar[str] = "merged"
    copy: str
    n_raters: int
    n_sessions: int
    n_answers: int
    """New ones."""
    n_known: int
    """Answers that were there already."""
    n_refused: int
    """Answers that the study cannot have; they were left out."""
