"""The real engines, tiny, in a process that dies inside a step; a worker process finds its task through `get_task`."""

from __future__ import annotations

import os

from musemate.engine import states
from musemate.engine.classic import engine as classic
from musemate.engine.classic.climbing import ScaleTraining
from musemate.engine.classic.reckoning import Pace
from musemate.engine.frames import engine as frames
from musemate.engine.frames.rendering import RendererTraining
from musemate.tasks import loss_log, registry

VARIABLE = "MUSEMATE_TEST_DIES"
"""Which signal, and inside which step of its kind: "9 4"."""
OPTIONS = {
    "frames": {
        "tiny": True, "time_scales": [2, 1], "pyramid_steps": 3, "draft_steps": 3, "sound_steps": 4, "snapshots": [2],
    },
    "classic": {
        "tiny": True, "bfloat16": False, "bank_size": 2, "fs_list": [1000, 2000], "init_sample_rate": 2000,
        "snapshots": [2],
    },
}  # fmt: skip
PRESETS = {"frames": "sketch", "classic": "quick"}


def tell_everything() -> list[tuple[object, str, object]]:
    """Return what to patch so that each step is reported, logged and stored."""
    return [
        (states, "next_at", lambda *times: 0.0),
        (loss_log, "INTERVAL_S", 0.0),
        (classic, "REPORT_EVERY_S", 0.0),
        (frames, "REPORT_EVERY_S", 0.0),
        (frames, "find_beats", lambda clip: None),
        (classic, "measure_pace", lambda *given: Pace(0.1, 1e9)),  # its steps would be counted too
    ]


def get_task(name):
    """Find a task whose process dies."""
    for module, attribute, value in tell_everything():
        setattr(module, attribute, value)
    number, at = map(int, os.environ[VARIABLE].split())
    for kind in (RendererTraining, ScaleTraining):
        kind._step = dying(kind._step, number, at)
    return registry.get_task(name)


def dying(step, number, at):
    taken = [0]

    def broken(*args, **kwargs):
        losses = step(*args, **kwargs)
        taken[0] += 1
        if taken[0] == at:
            os.kill(os.getpid(), number)
        return losses

    return broken
