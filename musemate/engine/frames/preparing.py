"""From a clip to everything that training and generating need, and to and from a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from musemate.analysis.metre import Beats
from musemate.audio.clip import AudioClip
from musemate.engine.frames.arranger import Arranger, make_arranger
from musemate.engine.frames.config import FramesConfig
from musemate.engine.frames.framing import FrameSpace, Framing, accents
from musemate.engine.frames.grids import beat_borders
from musemate.engine.frames.guide import make_guide
from musemate.engine.frames.matching import Material

UNIT_COMPONENTS = 24
"""Components by which the arranger compares units."""


@dataclass(frozen=True)
class Prepared:
    """A fragment as the engine sees it.

    Parameters
    ----------
    framing : Framing
    gain : float
        Factor from the clip's samples to the ones used here.
    space : FrameSpace
    fine : Tensor, shape (components, (frames - 1) * phases + 1)
        The fragment's frames at `phases` places a hop, in units of `space.spread`.
    phases : int
    accents : Tensor, shape (frames,)
        How much the spectrum rises at each frame.
    borders, places : Tensor, shape (units + 1,) float64, (units,) int64
        Its beats as in `BeatGrid`; empty where no beat is sure.
    beats_per_bar : int
    """

    framing: Framing
    gain: float
    space: FrameSpace
    fine: torch.Tensor
    phases: int
    accents: torch.Tensor
    borders: torch.Tensor
    places: torch.Tensor
    beats_per_bar: int

    @property
    def frames(self) -> torch.Tensor:
        """One frame a hop, shape (components, frames), in units of `space.spread`."""
        return self.fine[:, :: self.phases]

    def arranger(self, metre: bool = True) -> Arranger:
        """Return what arranges the fragment anew, over its beats or (also where they are not sure) over free units."""
        n = min(UNIT_COMPONENTS, len(self.space.spread))
        sound = self.frames * self.space.spread[:, None]
        frames, spectrum = (np.ascontiguousarray(x.T.numpy()) for x in (sound[:n], self.space.bands(sound)))
        material = Material(frames, self.accents.numpy(), spectrum)
        borders, places = self._beats(metre)
        return make_arranger(material, self.framing.frame_rate, borders, places, self.beats_per_bar)

    def guide(self) -> torch.Tensor:
        """Return what guides the pyramid through the fragment, shape (channels, frames)."""
        return make_guide(self.accents.numpy(), *self._beats(True), self.beats_per_bar)

    def _beats(self, metre: bool) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        stop = None if metre else 0
        return self.borders.numpy()[:stop], self.places.numpy()[:stop]

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return what a checkpoint stores."""
        return {
            **self.space.tensors(),
            "frames": self.fine,
            "accents": self.accents,
            "borders": self.borders,
            "places": self.places,
        }

    def facts(self) -> dict[str, Any]:
        """Return what a checkpoint's manifest stores."""
        return {
            "rate_hz": self.framing.rate_hz,
            "n_channels": self.framing.n_channels,
            "gain": self.gain,
            "phases": self.phases,
            "beats_per_bar": self.beats_per_bar,
        }

    @classmethod
    def restore(cls, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]) -> Prepared:
        """Undo `tensors` and `facts`."""
        space = FrameSpace(tensors["mean"], tensors["axes"], tensors["spread"])
        framing = Framing(int(facts["rate_hz"]), int(facts["n_channels"]))
        return cls(
            framing,
            float(facts["gain"]),
            space,
            tensors["frames"],
            int(facts.get("phases", 1)),  # runs from before there were any had one
            tensors["accents"],
            tensors["borders"],
            tensors["places"],
            int(facts["beats_per_bar"]),
        )


def prepare(clip: AudioClip, config: FramesConfig, beats: Beats | None) -> Prepared:
    """Analyse a clip (at most 48 kHz) whose metre is known or None.

    Only a sure beat is worth more than one place a hop: the renderer learns whole frames better where they are all it
    has to know.
    """
    framing = Framing(clip.rate_hz, clip.n_channels)
    sound = framing.to_tensor(clip)
    bands = framing.log_bands(sound)
    n = bands.shape[1]
    borders, places = (torch.from_numpy(x) for x in beat_borders(beats, framing.frame_rate, n))
    phases = config.phases if len(borders) else 1
    space, step = FrameSpace.fit(bands, config.n_components), framing.hop_length // phases
    later = [space.frames(framing.log_bands(sound, phase * step)) for phase in range(1, phases)]
    fine = torch.stack([space.frames(bands), *later], dim=2).flatten(1)[:, : (n - 1) * phases + 1]
    return Prepared(
        framing,
        framing.gain(clip),
        space,
        fine / space.spread[:, None],
        phases,
        accents(bands),
        borders,
        places,
        beats.beats_per_bar if beats else 4,
    )
