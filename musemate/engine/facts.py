"""What each engine is to the songwriter, known without loading it: its name, its kinds of take, whether scales sound.

No torch here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musemate.engine.base import MODES
from musemate.language import mark


@dataclass(frozen=True)
class EngineFacts:
    """An engine as the window shows it.

    Parameters
    ----------
    label, words : str
        What the songwriter reads, to be translated: the choice itself, and what it means.
    modes : tuple of str
        Kinds of take that its models make.
    sounding_scales : bool
        Whether each of its scales is a signal, which can be heard and from which a variation may start.
    arranges : bool
        Whether new material is laid out from the fragment, in its metre and as close to it as is wished.
    smaller : str
        What to choose where memory is too little.
    """

    label: str
    words: str
    modes: tuple[str, ...] = MODES
    sounding_scales: bool = False
    arranges: bool = True
    smaller: str = mark("a shorter region")


FACTS = {
    "frames": EngineFacts(
        mark("Frames"), mark("MuseMate's own way: stereo at your file's rate, learnt in minutes to hours")
    ),
    "classic": EngineFacts(
        mark("Classic"),
        mark("Catch-A-Waveform as published in 2021: waveforms up to 16 kHz from coarse to fine; hours to days"),
        sounding_scales=True,
        arranges=False,
        smaller=mark("a shorter region or a lower init_sample_rate"),
    ),
    "instant": EngineFacts(mark("Instant"), mark("Spliced at once, without any training"), modes=MODES[:2]),
}
"""By the engines' names."""

PARTS = (
    mark("sound draft"),
    mark("sound"),
    mark("structure 1"),
    mark("structure 1/2"),
    mark("structure 1/4"),
    mark("structure 1/8"),
    mark("structure 1/16"),
    mark("structure 1/32"),
    mark("structure 1/64"),
    mark("structure 1/128"),
    mark("structure 1/256"),
)
"""Names of the default engine's parts, by which trainings know them: translated where they are shown."""

_UNKNOWN = EngineFacts("", "", modes=MODES[:2])


def facts_of(engine: str) -> EngineFacts:
    """Return what is known of an engine; of an unknown one (another version's project), as little as any offers."""
    return FACTS.get(engine, _UNKNOWN)


def starting_scales(engine: str, scales: Sequence[str], n_finished: int) -> list[str]:
    """Return the names of the scales that a variation may start from, coarse to fine: above each a trained one is left.

    Parameters
    ----------
    engine : str
    scales : sequence of str
        Of the run.
    n_finished : int
        How many of them are trained.
    """
    return list(scales[: max(0, n_finished - 1)]) if facts_of(engine).sounding_scales else []
