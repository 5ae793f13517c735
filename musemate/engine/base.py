"""What every engine offers: train on one clip, load what was trained, make takes.

No torch here: engines are looked up by name with `musemate.engine.registry.get_engine`, which imports them on demand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import NoneType
from typing import Any, Protocol, runtime_checkable

from musemate.audio.clip import AudioClip
from musemate.engine.events import Event
from musemate.engine.lineage import Ancestor, Step, check_lineage, steps_of
from musemate.errors import SettingsError
from musemate.language import _, number

CPU = "cpu"
"""torch's name of the device that is everywhere."""
MAX_TAKE_S = 300.0
MODES = ("new", "variation", "reconstruction")
MIN_REGION_S = 2.0
MAX_REGION_S = 120.0
MAX_SEED = 2**32 - 1
"""Every source of randomness takes seeds up to here."""

Cancelled = Callable[[], bool]
"""Asked between steps; True means: stop now and keep what is finished.

The answer takes as long as somebody lets the work rest: that is how a training is paused (`engine.clock.Pauses`)."""


@runtime_checkable
class Resting(Protocol):
    """A question "cancelled?" that says when its answer is about to take long."""

    def __call__(self) -> bool:
        """Ask."""

    def before_rest(self, act: Callable[[], None]) -> None:
        """Let `act` be called, from within the question, each time before the work is to rest."""


@dataclass(frozen=True)
class TrainRequest:
    """What a training is asked to do.

    Parameters
    ----------
    preset : str
        One of the engine's, see `musemate.engine.presets`.
    seed : int
        Same clip, request and device: same weights.
    device : str
        A torch device string that exists here ("cpu", "cuda:0").
    options : dict
        The engine's own parameters that replace the preset's, by name.
    """

    preset: str = "balanced"
    seed: int = 0
    device: str = "cpu"
    options: dict[str, Any] | None = None


@dataclass(frozen=True)
class TakeRequest:
    """What a take is asked to be; the same request to the same model on the same device gives the same samples.

    Parameters
    ----------
    seconds : float
        Length, 1 to 300 s; a reconstruction is never longer than the fragment.
    mode : str
        "new" (new arrangement or noise), "variation" (keeps the fragment's course) or "reconstruction" (the fixed
        noise of the training, which gives the fragment back as the model holds it).
    closeness : float
        0-1: how much of the fragment's coarse structure stays. In mode "new", 0 means noise at every scale.
    seed : int
        Chooses the take.
    metre : bool
        Keep to the fragment's beats and bars where they are sure; False ignores them.
    scale : int, optional
        Of a variation: the finest scale whose real signal is given, 0 the coarsest; all finer ones are made. Without
        it, closeness says how many are given.
    at_steps : int, optional
        A point of the training that was kept, in steps of each of its parts (see `musemate.engine.points`): the model
        is the one that `Engine.load` returns for it. Without it, the training's end.
    lineage : tuple of Ancestor
        The takes that this one was made near, the oldest first. Its noise is sqrt(1 - d^2) that of the last of them and
        d that of its own seed, d being their distance, which keeps it standard normal; where chance chooses among
        moments, a share d of the choices is made anew. So a distance of 0 gives the very take, at its closeness, and 1
        what the seed gives alone.
    """

    seconds: float
    mode: str = "new"
    closeness: float = 0.5
    seed: int = 0
    metre: bool = True
    scale: int | None = None
    at_steps: int | None = None
    lineage: tuple[Ancestor, ...] = ()

    @property
    def steps(self) -> list[Step]:
        """The take's line, from its first ancestor to itself."""
        return steps_of(self.lineage, self.seed, self.closeness)

    def to_json(self) -> dict[str, Any]:
        """Return the request as projects store it."""
        return {**asdict(self), "lineage": [asdict(ancestor) for ancestor in self.lineage]}

    def __post_init__(self) -> None:
        self._check_kinds()
        if not 1.0 <= self.seconds <= MAX_TAKE_S:
            raise SettingsError(
                _("A take of {seconds} s is not possible.").format(seconds=number(self.seconds, "g")),
                hint=_("Choose 1 to {most} s.").format(most=number(MAX_TAKE_S, "g")),
            )
        if self.mode not in MODES:
            raise SettingsError(
                _('"{mode}" is not a kind of take.').format(mode=self.mode),
                hint=_("Choose one of: {names}.").format(names=", ".join(MODES)),
            )
        if not 0.0 <= self.closeness <= 1.0:
            raise SettingsError(
                _("A closeness of {closeness} is not possible.").format(closeness=number(self.closeness, "g")),
                hint=_("Choose 0 to 1."),
            )
        check_seed(self.seed)
        if self.scale is not None and (self.mode != "variation" or self.scale < 0):
            raise SettingsError(
                _("A take of this kind cannot start from scale {scale}.").format(scale=self.scale),
                hint=_("Only variations start from a scale; 0 is the coarsest."),
            )
        if self.at_steps is not None and self.at_steps < 1:
            raise SettingsError(
                _("A training has no point after {steps} steps.").format(steps=self.at_steps),
                hint=_("Leave it out for the training's end."),
            )
        self._check_lineage()

    def _check_lineage(self) -> None:
        check_lineage(self.lineage)
        for ancestor in self.lineage:
            check_seed(ancestor.seed)
        if self.lineage and self.mode == "reconstruction":
            raise SettingsError(
                _("A reconstruction has no dice: it is the same each time."),
                hint=_("Choose a take of another kind."),
            )

    def _check_kinds(self) -> None:
        """Refuse values of another kind: requests are stored in projects, and those come from anywhere."""
        for name, kinds in _KINDS.items():
            value = getattr(self, name)
            if not isinstance(value, kinds) or (isinstance(value, int) and abs(value) > _LARGEST):
                raise SettingsError(
                    _("The take's {name} is not possible.").format(name=name),
                    hint=_("Choose another value, or leave it out."),
                    detail=f"{type(value).__name__}",
                )


_KINDS: dict[str, tuple[type, ...]] = {
    "seconds": (int, float),
    "mode": (str,),
    "closeness": (int, float),
    "seed": (int,),
    "metre": (bool,),
    "scale": (int, NoneType),
    "at_steps": (int, NoneType),
}
_LARGEST = 2**53
"""The whole numbers up to here are floats too."""


def check_seed(seed: int) -> None:
    """Refuse a seed that not every source of randomness takes.

    Raises
    ------
    SettingsError
        It is negative or larger than `MAX_SEED`.
    """
    if not 0 <= seed <= MAX_SEED:
        raise SettingsError(
            _("The seed {seed} is not possible.").format(seed=seed),
            hint=_("Choose a whole number from 0 to {most}.").format(most=MAX_SEED),
        )


@dataclass(frozen=True)
class Layer:
    """A take as one scale holds it: what the coarser scales made, at that scale's own rate.

    Parameters
    ----------
    name : str
        For instance "320 Hz".
    clip : AudioClip
        Mono or left and right.
    """

    name: str
    clip: AudioClip


@dataclass(frozen=True)
class Estimate:
    """What a training is expected to take.

    Parameters
    ----------
    seconds : float
        Time of the whole training.
    mib : float
        Peak of the memory: the graphics card's where one computes, else the computer's.
    device : str
        The torch device that was reckoned with.
    """

    seconds: float
    mib: float
    device: str


@dataclass(frozen=True)
class Need:
    """The memory that one way of training takes at its peak.

    Parameters
    ----------
    device : str
        The torch device whose memory is meant.
    mib : float
        On the CPU, all that the process holds.
    """

    device: str
    mib: float


def refuse_scale(request: TakeRequest) -> None:
    """Refuse a variation from a chosen scale; for models whose scales are no signals.

    Raises
    ------
    SettingsError
        One is chosen.
    """
    if request.scale is not None:
        raise SettingsError(
            _("This training has no scales that a take could start from."),
            hint=_("Leave the scale out; closeness says how much of the fragment stays."),
        )


class Model(Protocol):
    """Something trained that makes takes."""

    def generate(self, request: TakeRequest, cancelled: Cancelled) -> AudioClip:
        """Make one take, shape (channels of the fragment, round(seconds * rate)), at its rate, 48 kHz at most.

        Raises
        ------
        CheckpointError
            Too little of the training is finished for this request.
        SettingsError
            This model makes no takes of this kind.
        """


@runtime_checkable
class LayeredModel(Model, Protocol):
    """A model whose scales are signals that can be heard."""

    def layers(self, request: TakeRequest, cancelled: Cancelled) -> list[Layer]:
        """Make one take and return it as every scale holds it, coarse to fine.

        The last clip is that of `generate(request)`; where `cancelled()` turns True, those that exist.

        Raises
        ------
        CheckpointError, SettingsError
            As `generate`.
        """


class Engine(Protocol):
    """A method that learns from one clip."""

    name: str

    def check(self, request: TrainRequest) -> None:
        """Refuse a preset or options that are not possible, before any work.

        Raises
        ------
        SettingsError
        """

    def estimate(self, rate_hz: int, n_channels: int, seconds: float, request: TrainRequest) -> Estimate:
        """Say what training on so much sound will take; may measure the device's speed for a second or two.

        Parameters
        ----------
        rate_hz, n_channels, seconds
            Of the region.

        Raises
        ------
        SettingsError
            As `check`.
        """

    def needs(self, rate_hz: int, n_channels: int, seconds: float, request: TrainRequest) -> list[Need]:
        """Say what memory a training takes, the way that was asked for first, then what it falls back to.

        Parameters
        ----------
        rate_hz, n_channels, seconds
            Of the region.

        Raises
        ------
        SettingsError
            As `check`.
        """

    def train(self, clip: AudioClip, request: TrainRequest, directory: Path, cancelled: Cancelled) -> Iterator[Event]:
        """Train on `clip`, store each finished scale in `directory`, yield its progress as events.

        The first event is `RunStarted` with run "" (the task puts its own id in); ends early, without an error, when
        `cancelled()` turns True. Calling it again with the directory of a stopped training goes on after the last
        step that was stored (`musemate.engine.states`), to the same end as if it had never stopped. When a device runs
        out of memory, it goes on with less, on the CPU at last, and says so: `Warned`, and `DeviceChanged` where it
        did. Where a CPU would, it may do so beforehand, and refuses a scale for which all of its memory is too little.

        Raises
        ------
        TrainingError, DeviceMemoryError, TooShortError
        """

    def load(self, directory: Path, device: str, at_steps: int | None = None) -> Model:
        """Load what `train` stored, complete or not, as it is or as it was after so many steps of each part.

        Raises
        ------
        CheckpointError
            Nothing usable is stored there, or it is damaged.
        SettingsError
            That point was not kept.
        """
