"""Imports and compiles what tiny trainings and takes need, once for all workers that are forked afterwards."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from musemate.analysis.rhythm import find_beats
from musemate.audio.clip import AudioClip
from musemate.jobs import worker

for name in ("tasks.train", "tasks.generate", "tasks.import_audio", "tasks.export_takes", "engine.frames.engine"):
    import_module(f"musemate.{name}")
worker.NICENESS = 0
"""Nobody looks at the window: its workers need not step back, on a machine with little to spare."""
find_beats(AudioClip(np.random.default_rng(0).uniform(-0.5, 0.5, (1, 16_000)).astype(np.float32), 8_000))
