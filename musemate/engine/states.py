"""Keeps where a training stands inside a part, so that a pause, a stop or a crash loses no step that was stored.

Two generations lie in the checkpoint: the older one serves where the newer one was damaged. How often one is written
follows from what the last one took.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from musemate.engine.checkpoint import Checkpoint
from musemate.engine.events import Event, StateStored, Warned
from musemate.engine.learning import State
from musemate.engine.memory import is_out_of_memory
from musemate.engine.points import SNAPSHOTS, part_at
from musemate.errors import CheckpointError
from musemate.language import _
from musemate.project.states import GENERATIONS

LEAST_S, MOST_S = 15.0, 120.0
"""Rest between two states, at least; and at most, as long as that costs no more than `SHARE`."""
AIM, SHARE = 0.01, 0.02
"""Share of the training's time that writing takes: aimed at, and allowed. The first state has to show what it takes."""


class Training(Protocol):
    """The training of one part."""

    @property
    def done(self) -> int:
        """Steps that are taken."""

    def state(self) -> State:
        """Return where it stands; inside a step, where it stood before."""

    def restore(self, state: State) -> None:
        """Go where it stood; raises KeyError, RuntimeError or ValueError where the state is another training's."""


AnyTraining = TypeVar("AnyTraining", bound=Training)


def next_at(began_s: float, ended_s: float, spent_s: float, cost_s: float) -> float:
    """Return when the next state may be written.

    Parameters
    ----------
    began_s, ended_s : float
        When the training began (or went on), and when the last state was written.
    spent_s, cost_s : float
        What all states took to write since it began, and what the last one took.
    """
    return max(ended_s + max(LEAST_S, min(MOST_S, cost_s / AIM)), began_s + (spent_s + cost_s) / SHARE)


class Keeper:
    """Writes and finds the states of the part in training.

    Parameters
    ----------
    checkpoint : Checkpoint
        Where the training is stored.
    about : mapping
        What makes it this training and no other: seed, sound, settings.
    """

    def __init__(self, checkpoint: Checkpoint, about: Mapping[str, Any]) -> None:
        self._checkpoint = checkpoint
        self._about = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
        self._number = max((_number(facts) for facts in checkpoint.states.values()), default=0)
        self._began_s = self._ended_s = time.monotonic()
        self._spent_s = self._cost_s = 0.0
        self._now: tuple[int, str, Training] | None = None
        self._kept_step = 0
        self._news: list[Event] = []
        self._has_warned = False

    # going on

    def resumed(self, part: str, points: tuple[int, ...], make: Callable[[], AnyTraining]) -> AnyTraining:
        """Return the training of a part where its newest sound state left it, else at its beginning.

        Parameters
        ----------
        part : str
            Its name in the checkpoint.
        points : tuple of int
            Steps after which it is to be kept too: a state that came after one that was not is of no use.
        make : callable
            Makes the training as it begins.
        """
        newest_first = sorted(self._checkpoint.states.items(), key=lambda item: -_number(item[1]))
        names = [name for name, facts in newest_first if facts.get("part") == part]
        for count, name in enumerate(names):
            training = make()
            try:
                training.restore(self._found(name, part, points))
            except (CheckpointError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
                if is_out_of_memory(error):
                    raise
                self._news.append(_lost(more=count + 1 < len(names)))
                continue
            self._kept_step = training.done
            return training
        self._kept_step = 0
        return make()

    def _found(self, name: str, part: str, points: tuple[int, ...]) -> State:
        facts = self._checkpoint.states[name]
        step = int(facts["step"])
        if facts["about"] != self._about:
            raise ValueError("that is the state of another training")
        if any(point < step and part_at(part, point) not in self._checkpoint.parts for point in points):
            raise ValueError("that state is behind a point that was not kept")
        return State(step, self._checkpoint.load_state(name), facts["facts"])

    # keeping

    @contextmanager
    def watching(self, index: int, part: str, training: Training) -> Iterator[None]:
        """Keep the states of this training inside; the last one too where nobody listens to it any more."""
        self._now = index, part, training
        try:
            yield
        except GeneratorExit:
            self.keep()
            raise
        finally:
            self._now = None

    def look(self, *, stopping: bool) -> Iterator[Event]:
        """Write a state where it is time to, or where the training stops; say what there is to say."""
        if stopping:
            self.keep()
        elif time.monotonic() >= next_at(self._began_s, self._ended_s, self._spent_s, self._cost_s):
            self.keep()
            self._spent_s += self._cost_s
        yield from self.news()

    def keep(self) -> None:
        """Write where the training stands, unless that is written or there is none; a full disk stops nothing."""
        if self._now is None:
            return
        index, part, training = self._now
        began_s = time.monotonic()
        state = training.state()
        if state.step == self._kept_step or not _is_finite(state):
            return
        number = self._number + 1
        facts = {"part": part, "step": state.step, "number": number, "about": self._about, "facts": state.facts}
        try:
            self._checkpoint.store_state(GENERATIONS[number % 2], state.tensors, facts)
        except CheckpointError as error:
            self._warn(error)
        else:
            self._number, self._kept_step, self._has_warned = number, state.step, False
            self._news.append(StateStored(index, state.step))
        self._ended_s = time.monotonic()
        self._cost_s = self._ended_s - began_s

    def news(self) -> Iterator[Event]:
        """Yield what was not said yet."""
        news, self._news = self._news, []
        yield from news

    def forget(self) -> None:
        """Delete the states of a part that is finished."""
        self._kept_step = 0
        try:
            self._checkpoint.drop_states(GENERATIONS)
        except CheckpointError:  # they are known to be of a finished part, and go when the next one is
            return

    def _warn(self, error: CheckpointError) -> None:
        """Say once, until it works again, that the steps since the last state are not safe."""
        if not self._has_warned:
            message = _("Where the training stands could not be stored; it goes on all the same.")
            hint = _("Free some space on that disk: should MuseMate crash, the steps since then are trained again.")
            self._news.append(Warned(message, hint))
        self._has_warned = True


def _number(facts: Mapping[str, Any]) -> int:
    number = facts.get("number")
    return number if isinstance(number, int) else 0


def _lost(*, more: bool) -> Warned:
    message = _("The newest state of this training is damaged or does not belong to it.")
    if more:
        return Warned(message, _("It goes on from the one before; the result stays the same."))
    return Warned(message, _("This part begins anew; the result stays the same."))


def _is_finite(state: State) -> bool:
    return all(bool(tensor.isfinite().all()) for tensor in state.tensors.values() if tensor.is_floating_point())


def what_matters(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that a state depends on: at which points something is kept changes nothing in it."""
    return {name: value for name, value in config.items() if name != SNAPSHOTS}
