"""An engine that trains nothing in no time; a worker process finds tasks that use it through `get_task`."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from musemate.audio.clip import AudioClip
from musemate.engine.base import Estimate, Layer, Need
from musemate.engine.events import DeviceChanged, Progressed, RunStarted, ScaleFinished, Warned
from musemate.errors import CheckpointError, SettingsError, TrainingError
from musemate.tasks import estimate, generate, registry, train

SCALES = ["coarse", "middle", "fine"]


class ToyEngine:
    """Options: `fail_at`, `break_at` and `full_at` (scale), `wait_at` (scale that only a cancel ends), `layered`."""

    name = "toy"
    requests: list = []  # noqa: RUF012 - what tests look at

    def check(self, request):
        if "unknown" in (request.options or {}):
            raise SettingsError("The engine does not know this option.", hint="Leave it out.")

    def estimate(self, rate_hz, n_channels, seconds, request):
        self.check(request)
        return Estimate(rate_hz * n_channels * seconds, 100.25, request.device)

    def needs(self, rate_hz, n_channels, seconds, request):
        return [Need(request.device, 100.25), Need(request.device, 60.0)]

    def train(self, clip, request, directory, cancelled):
        options = request.options or {}
        if options.get("layered"):
            (directory / "layered").touch()
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

    def load(self, directory: Path, device: str, at_steps: int | None = None):
        if not (directory / "coarse.part").exists():
            raise CheckpointError("Nothing is trained here.")
        return LayeredToyModel() if (directory / "layered").exists() else ToyModel()


class ToyModel:
    """Noise that depends on the whole request; a reconstruction lasts 1.5 s at most."""

    def generate(self, request, cancelled):
        seconds = min(1.5, request.seconds) if request.mode == "reconstruction" else request.seconds
        rng = np.random.default_rng([request.seed, round(request.closeness * 100), request.mode == "new"])
        return AudioClip(rng.uniform(-0.5, 0.5, (2, round(seconds * 8000))).astype(np.float32), 8000)


class LayeredToyModel(ToyModel):
    """The same noise, and what coarser scales would be: every so many of its samples."""

    RATES_HZ = (320, 1000, 8000)

    def layers(self, request, cancelled):
        whole = self.generate(request, cancelled).samples
        return [Layer(f"{hz} Hz", AudioClip(whole[:, :: 8000 // hz], hz)) for hz in self.RATES_HZ]


def get_task(name):
    """Find a task that will use this engine."""
    train.get_engine = generate.get_engine = estimate.get_engine = lambda name: ToyEngine()
    return registry.get_task(name)
