"""What every training that goes part by part does alike: go on where it stopped, let each part be heard, refuse NaN."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from musemate.audio.clip import AudioClip
from musemate.audio.wav import write_wav
from musemate.engine.base import CPU
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.clock import Pauses
from musemate.engine.events import Event, ScaleFinished
from musemate.engine.memory import memory_errors_said, release_memory
from musemate.engine.points import part_at
from musemate.engine.previews import fragment_file, preview_file
from musemate.errors import CheckpointError, DeviceMemoryError, TrainingError
from musemate.language import _


@dataclass(frozen=True)
class Part:
    """A part of a training that is stored when done.

    Parameters
    ----------
    name : str
        Shown to the songwriter.
    file : str
        Its name in the checkpoint.
    """

    name: str
    file: str


def train_parts(
    parts: Sequence[Part],
    checkpoint: Checkpoint,
    pauses: Pauses,
    train: Callable[[int], Iterator[Event]],
    hear: Callable[[int], tuple[AudioClip, AudioClip]],
) -> Iterator[Event]:
    """Train what is not stored yet, part by part, and write of each what can be heard; ends early when cancelled.

    Parameters
    ----------
    parts : sequence of Part
    checkpoint : Checkpoint
    pauses : Pauses
        Asked whether to go on before each part.
    train : callable
        Trains and stores the part of an index, or returns without where it was cancelled.
    hear : callable
        Makes the preview of a finished part, and the fragment as it is there.
    """
    for index, part in enumerate(parts):
        preview = preview_file(checkpoint.directory, index)
        began_s = pauses.now_s()
        if part.file not in checkpoint.parts:
            if pauses.cancelled():
                return
            yield from train(index)
            if part.file not in checkpoint.parts:
                return
        elif preview.exists():
            continue  # else it was stored, but the disk was full or the process killed before its preview was
        seconds = pauses.now_s() - began_s
        made, fragment = hear(index)
        write_wav(fragment_file(checkpoint.directory, index), fragment, overwrite=True)
        write_wav(preview, made, overwrite=True)
        yield ScaleFinished(index, part.name, str(preview), seconds)


def check_same(begun: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse to go on with a training that was begun differently.

    Raises
    ------
    CheckpointError
        A fact of `wanted` differs from that of `begun`.
    """
    if any(begun.get(name) != value for name, value in wanted.items()):
        raise CheckpointError(
            _("This training was begun with another region or other settings."),
            hint=_("Start a new training instead of going on with this one."),
        )


@contextmanager
def seeded(seed: int, index: int) -> Iterator[torch.Generator]:
    """Give a part its own chance: first weights come from torch's global state, everything else from the generator.

    Networks are made on the CPU, then moved: the same on every device.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed * 1009 + index)
        yield torch.Generator().manual_seed(seed * 1009 + index)


def store_finite(
    checkpoint: Checkpoint, part: Part, trained: Mapping[str, torch.Tensor], after: int | None = None
) -> None:
    """Store what a part has learned, all numbers; at its end, or as a point of its training after so many steps.

    Raises
    ------
    TrainingError
        Some are none: no loss tells of the last update.
    """
    if broken := [name for name, tensor in trained.items() if not tensor.isfinite().all()]:
        said = _('The training stopped at "{name}": its result is no longer a number.')
        raise no_number(part, said, f"after {f'step {after}' if after else 'the last step'}: {broken}")
    checkpoint.store(part_at(part.file, after) if after else part.file, trained)


def no_loss(part: Part, detail: str) -> TrainingError:
    """Return the error that says that a part's loss is no longer a number."""
    said = _('The training stopped at "{name}": its loss is no longer a number.')
    return no_number(part, said, detail)


def no_number(part: Part, said: str, detail: str) -> TrainingError:
    """Return the error that says, with "{name}" to be filled in, what of a part is no longer a number."""
    return TrainingError(
        said.format(name=_(part.name)),
        hint=_("What was finished before is kept. Try another seed, or a louder or longer region."),
        detail=detail,
    )


def hear_somewhere(device: str, make: Callable[[str], AudioClip]) -> AudioClip:
    """Make a sound where the training stands, or on the CPU in a moment where that has no memory left."""
    try:
        with memory_errors_said(device):
            return make(device)
    except DeviceMemoryError:
        if device == CPU:
            raise
    release_memory()
    return make(CPU)
