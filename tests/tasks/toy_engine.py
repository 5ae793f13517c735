"""An engine that trains nothing in no time; a worker process finds tasks that use it through `get_task`."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from musemate.audio.clip import AudioClip
from musemate.engine.events import DeviceChanged, Progressed, RunStarted, ScaleFinished, Warned
from musemate.errors import CheckpointError, SettingsError, TrainingError
from musemate.tasks import generate, registry, train

SCALES = ["coarse", "middle", "fine"]


class ToyEngine:
    """Options: `fail_at`, `break_at` and `full_at` (scale), `wait_at` (scale that only a cancel ends)."""

    name = "toy"
    requests: list = []  # noqa: RUF012 - what tests look at

    def check(self, request):
        if "unknown" in (request.options or {}):
            raise SettingsError("The engine does not know this option.", hint="Leave it out.")

    def train(self, clip, request, directory, cancelled):
        options = request.options or {}
        self.requests.append((clip, request))
        yield RunStarted("", request.device, SCALES)
        for scale, name in enumerate(SCALES):
            file = directory / f"{name}.part"
            if file.exists():
                continue
            if options.get("fail_at") == scale:
                raise TrainingError("The loss is no longer a number.", hint="Try another seed.")
            if options.get("full_at") == scale and request.device != "cpu":
                yield Warned("The graphics card ran out of memory; MuseMate goes on with the CPU.")
                yield DeviceChanged("cpu")
            if options.get("break_at") == scale:
                raise ZeroDivisionError("our own mistake")
            while options.get("wait_at") == scale and not cancelled():
                yield Progressed(scale, 3, 0, 2, {"loss": 1.0}, 0.0, None)
                time.sleep(0.01)
            for step in (1, 2):
                if cancelled():
                    return
                yield Progressed(scale, 3, step, 2, {"loss": 1 / step}, (scale * 2 + step) / 6, 1.0)
            file.write_text(f"{clip.n_frames} {request.seed}")
            yield ScaleFinished(scale, name, "", 0.1)

    def load(self, directory: Path, device: str):
        if not (directory / "coarse.part").exists():
            raise CheckpointError("Nothing is trained here.")
        return ToyModel()


class ToyModel:
    """Noise that depends on the whole request."""

    def generate(self, request, cancelled):
        rng = np.random.default_rng([request.seed, round(request.closeness * 100), request.mode == "new"])
        return AudioClip(rng.uniform(-0.5, 0.5, (2, round(request.seconds * 8000))).astype(np.float32), 8000)


def get_task(name):
    """Find a task that will use this engine."""
    train.get_engine = generate.get_engine = lambda name: ToyEngine()
    return registry.get_task(name)
