"""The records of a study: what is heard, what it really is, who answered what."""

from __future__ import annotations

from dataclasses import dataclass, fields

from musemate.study.template import Template

END = 0
"""The trial number of the questions at the end."""
ORIGINS = ("take", "fragment", "file", "anchor")


@dataclass(frozen=True)
class Stimulus:
    """One prepared sound of a study, under a name that tells nothing."""

    token: str
    """Twelve random hexadecimal digits; the sound is `sounds/TOKEN.flac`."""
    set: str
    """Name of its set."""
    duration_s: float
    gain_db: float
    """Put on it to make all equally loud."""
    sha256: str
    """Of the file."""


@dataclass(frozen=True)
class Truth:
    """What a sound really is; kept beside the study, never given to raters."""

    token: str
    is_real: bool
    origin: str
    """One of `ORIGINS`."""
    label: str
    """What the songwriter calls it."""
    group: str = ""
    """What is compared with each other: the engine, unless the songwriter names groups."""
    engine: str = ""
    preset: str = ""
    mode: str = ""
    closeness: float | None = None
    steps: int | None = None
    """How long was trained, as the engine counts it."""
    seed: int | None = None
    take: str = ""
    run: str = ""
    fragment: str = ""


@dataclass(frozen=True)
class Trial:
    """What one rater hears at one place."""

    number: int
    """From 1."""
    set: str
    tokens: tuple[str, ...]
    """One, or two in the order A, B."""


@dataclass(frozen=True)
class Study:
    """All that a rater's machine needs to know.

    Parameters
    ----------
    id : str
        32 random hexadecimal digits.
    title : str
    created : str
        ISO 8601, UTC.
    version : str
        Of the program that made it.
    seed : int
        Of the orders.
    template : Template
        With the rules as they were chosen.
    stimuli : tuple of Stimulus
    orders : tuple of tuple of Trial
        A session takes the one of its number, and begins anew after the last.
    rate_hz, n_channels : int
        Of every sound.
    band_hz : float
        The highest frequency of every sound but the anchors.
    """

    id: str
    title: str
    created: str
    version: str
    seed: int
    template: Template
    stimuli: tuple[Stimulus, ...]
    orders: tuple[tuple[Trial, ...], ...]
    rate_hz: int
    n_channels: int
    band_hz: float

    def trials_of(self, session_number: int) -> tuple[Trial, ...]:
        """Return what a session hears, in order."""
        return self.orders[session_number % len(self.orders)]


@dataclass(frozen=True)
class Rater:
    """Somebody who listens; two may have the same name."""

    id: str
    name: str
    created: str


@dataclass(frozen=True)
class Session:
    """One rater's way through a study."""

    id: str
    rater: str
    number: int
    """Chooses the order."""
    started: str
    submitted: str = ""
    """When it was ended; "" while it can go on."""
    device: str = ""
    """The sound output, as it calls itself."""
    version: str = ""
    headphones: str = ""
    """"" for not checked, "passed" or "failed"."""


@dataclass(frozen=True)
class Answer:
    """One answer; a later one to the same question replaces it until the session is submitted."""

    session: str
    trial: int
    """Number of the trial, `END` for the questions at the end."""
    question: str
    value: str
    answered: str
    """ISO 8601, UTC."""
    seconds: float = 0.0
    """From the trial's first sound to this answer."""
    plays: int = 0
    """How often the sample was started until then; of a pair, both together."""
    heard_s: float = 0.0
    """How much of it sounded until then."""


@dataclass(frozen=True)
class Row:
    """One answer with all that is known of it: a row of the CSV, and what the statistics read.

    Numbers that are not known are None, which the CSV leaves empty. Of a pair, the row is about the take: `value` is
    the place that was called real, `place` where the take was, `is_real` is False.
    """

    study: str
    """Id."""
    title: str
    template: str
    session: str
    submitted: bool
    rater: str
    """Id."""
    rater_name: str
    trial: int
    set: str
    question: str
    measures: str
    value: str
    correct: bool | None
    """Whether a verdict is true; None for other questions."""
    seconds: float | None
    plays: int | None
    heard_s: float | None
    answered: str
    token: str
    """"" for the questions at the end."""
    place: str
    """"a" or "b": where the take of a pair was; "" otherwise."""
    beside: str
    """Token of a pair's real clip."""
    is_real: bool | None
    origin: str
    label: str
    group: str
    engine: str
    preset: str
    mode: str
    closeness: float | None
    steps: int | None
    seed: int | None
    take: str
    run: str
    fragment: str
    gain_db: float | None
    duration_s: float | None
    device: str
    headphones: str
    version: str

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Return the names of the columns, in order."""
        return tuple(entry.name for entry in fields(cls))
