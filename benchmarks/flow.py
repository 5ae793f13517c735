"""Draws the way of the data through the `frames` engine, from a really trained run, for the README.

    python benchmarks/flow.py RUN FRAGMENT [--to docs/engine.png] [--seconds 8] [--closeness 0.25] [--seed 1]

RUN is the folder of a run, `PROJECT/runs/r1`; FRAGMENT is the audio file that it learned from, cut like its region.
Every panel shows what the model computed for one take.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from flowchart import Flow, Picture, draw

from musemate.audio.files import read_clip
from musemate.engine.base import TakeRequest
from musemate.engine.frames.framing import Framing
from musemate.engine.frames.model import MARGIN_S, FramesModel
from musemate.engine.frames.pyramid import pad_to_multiple, pool
from musemate.engine.frames.retrieval import between
from musemate.engine.registry import get_engine

Floats = npt.NDArray[np.float32]


def main() -> None:
    """Make one take, keep what it is made of, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("fragment", type=Path)
    parser.add_argument("--to", type=Path, default=Path("docs/engine.png"))
    parser.add_argument("--seconds", type=float, default=8.0, help="length of the take")
    parser.add_argument("--closeness", type=float, default=0.25)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    model = get_engine("frames").load(options.run, "cpu")
    assert isinstance(model, FramesModel)
    request = TakeRequest(options.seconds, closeness=options.closeness, seed=options.seed)
    draw(options.to, _flow(model, request, options.fragment))


@dataclass(frozen=True)
class _Bands:
    """Turns components back into levels of frequency bands: what the abstract numbers stand for."""

    model: FramesModel

    def picture(self, frames: torch.Tensor, start_s: float, column_s: float) -> Picture:
        """Levels of the mid's bands, of normalised components (any first few, columns)."""
        space = self.model.prepared.space
        n = frames.shape[0]
        levels = space.mean[:, None] + space.axes[:n].T @ (frames * space.spread[:n, None])
        centres_hz = _centres_hz(self.model.framing)
        return Picture(levels[: len(centres_hz)].numpy(), centres_hz, start_s, column_s)


def _flow(model: FramesModel, request: TakeRequest, file: Path) -> Flow:
    framing, bands = model.framing, _Bands(model)
    frame_s = 1.0 / framing.frame_rate
    margin = round(MARGIN_S * framing.frame_rate)
    n = round(request.seconds * framing.frame_rate) + 2 + margin
    plan = model.plan(request, n, margin)
    scales, n_given = _scales(model, request, plan)
    finished = model.draw_frames(request, plan)
    borders, places = model.prepared.borders.numpy(), model.prepared.places.numpy()
    return Flow(
        fragment=read_clip(file),
        frames=bands.picture(model.frames, 0.0, frame_s),
        components=model.frames.numpy(),
        # what stands before the take only warms the networks up
        walk_s=plan.numpy()[margin:][: round(request.seconds / frame_s)] * frame_s,
        frame_s=frame_s,
        bars_s=borders[:-1][places == 0] * frame_s if len(borders) else np.zeros(0),
        scales=[
            bands.picture(made, -margin * frame_s, factor * frame_s)
            for made, factor in zip(scales, model.pyramid.time_scales, strict=True)
        ],
        factors=model.pyramid.time_scales,
        n_given=n_given,
        n_generated=model.n_generated,
        finished=bands.picture(finished, -margin * frame_s, frame_s),
        take=model.generate(request),
    )


@torch.inference_mode()
def _scales(model: FramesModel, request: TakeRequest, plan: torch.Tensor) -> tuple[list[torch.Tensor], int]:
    """What each scale of the pyramid holds, normalised components (made, columns), and how many scales are given."""
    n_given, freedom = model.entry(request.mode, request.closeness)
    coarsest = model.pyramid.time_scales[0]
    given = pad_to_multiple(model.at(plan)[: model.n_generated] * model.weights[:, None], coarsest)
    guide = pad_to_multiple(between(model.guide, plan), coarsest)
    scales = []
    for number, factor in enumerate(model.pyramid.time_scales, start=1):
        if number <= n_given:
            made = pool(given, factor)
        else:
            # the same noise each time: every picture is the one before it, made finer
            noise = torch.Generator().manual_seed(request.seed)
            made = model.pyramid.draw(
                noise, guide[None], given=given[None], n_given=n_given, freedom=freedom, upto=number
            )[0]
        scales.append(made / model.weights[:, None])
    return scales, n_given


def _centres_hz(framing: Framing) -> Floats:
    step = framing.rate_hz / framing.n_fft
    return np.asarray(framing.band_weights().argmax(axis=1) * step, dtype=np.float32)


if __name__ == "__main__":
    main()
