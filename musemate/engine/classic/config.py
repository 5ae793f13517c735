"""The parameters of the `classic` engine, under the names of the published code, and its three presets."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from musemate.engine.parameters import check_names, check_values, described
from musemate.engine.points import MOST_STEPS, SNAPSHOTS, check_snapshots
from musemate.engine.presets import check_preset
from musemate.errors import ParameterError
from musemate.language import _, mark

RATES_HZ = (320, 400, 500, 640, 800, 1000, 1280, 1600, 2000, 2500, 4000, 8000, 10000, 12000, 14400, 16000)
"""Sample rates of the published scales."""
OCTAVES_HZ = (320, 640, 1280, 2500, 4000, 8000, 16000)
"""Those of them that are about an octave apart: what `quick` has time for."""
EXTENDED_RATES_HZ = (22_050, 32_000, 44_100, 48_000)
"""Our extension, up to the rates of today's recordings."""
SPEECH_FROM_HZ = 500
"""Speech has nothing to say below."""
STEPS, SCALES, LEARNING, NOISE = mark("Steps"), mark("Scales"), mark("Learning"), mark("Noise")
NETWORKS, COMPUTING = mark("Networks"), mark("Computing")


@dataclass(frozen=True)
class ClassicConfig:
    """Everything that shapes a training besides the clip and the seed; each field describes itself.

    The defaults are those of the published code (Greshler, Shaham and Michaeli 2021); names too, where it has one.

    Raises
    ------
    ParameterError
        A value is not possible.
    """

    num_epochs: int = described(
        2000, "Steps of a scale: one of the critic and one of the generator each", STEPS, 1, MOST_STEPS, unit="steps"
    )
    coarsest_epochs: int = described(
        0, "Ours: steps of the coarsest scale, which takes them quickly; 0: as many as the others",
        STEPS, 0, MOST_STEPS, unit="steps",
    )  # fmt: skip
    full_epochs_to_hz: int = described(
        0, "Ours: scales above this rate take fewer steps, so that each takes about as long; 0: all alike",
        STEPS, 0, 48_000, unit="Hz",
    )  # fmt: skip
    crop_samples: int = described(
        0, "Ours: a step sees an excerpt of so much of the scale, at a random place; 0: the whole signal",
        STEPS, 0, 10_000_000, unit="samples",
    )  # fmt: skip
    snapshots: tuple[int, ...] = described(
        (), "Ours: steps of each part after which it is kept too, so that takes can be made as it was then",
        STEPS, 1, MOST_STEPS, unit="steps",
        may_be_empty=True,
    )  # fmt: skip
    speech: bool = described(
        False, "Train on speech: nothing under 500 Hz, and a loss on the waveform instead of the spectrum", SCALES
    )
    extended: bool = described(False, "Ours: go on above 16 kHz, up to the fragment's own rate", SCALES)
    init_sample_rate: int = described(
        16_000, "Rate to which faster fragments are brought, unless extended", SCALES, 100, 48_000, unit="Hz"
    )
    fs_list: tuple[int, ...] = described(
        RATES_HZ, "Rates of the scales, ascending; the fragment's own rate is the last", SCALES, 1, 48_000, unit="Hz"
    )
    min_energy_th: float = described(0.0025, "Mean energy that the coarsest scale must have", SCALES, 0, 1)
    set_first_scale_by_energy: bool = described(True, "Whether the coarsest scale must have that energy", SCALES)
    learning_rate: float = described(0.0015, "How far a step goes (Adam's learning rate)", LEARNING, 0, 1)
    beta1: float = described(0.5, "How much of the steps before goes into a step (Adam's momentum)", LEARNING, 0, 0.999)
    scheduler_lr_decay: float = described(
        0.1, "What the learning rate is multiplied with after two thirds of the steps", LEARNING, 0, 1
    )
    lambda_grad: float = described(0.01, "How gentle the critic must be (gradient penalty)", LEARNING, 0, 1000)
    alpha1: float = described(
        10.0, "How much it matters that the fragment is given back, of speech", LEARNING, 0, 1_000_000
    )
    alpha2: float = described(
        1e-4, "How much it matters that the fragment is given back, of music", LEARNING, 0, 1_000_000
    )
    multispec_loss_n_fft: tuple[int, ...] = described(
        (2048, 1024, 512), "Sizes of the spectra that compare fragment and what is given back", LEARNING, 4, 65_536,
        unit="samples",
    )  # fmt: skip
    multispec_loss_hop_length: tuple[int, ...] = described(
        (240, 120, 50), "Steps from one of these spectra to the next", LEARNING, 1, 65_536, unit="samples"
    )
    multispec_loss_window_size: tuple[int, ...] = described(
        (1200, 600, 240), "Lengths of their windows, none longer than its spectrum", LEARNING, 1, 65_536, unit="samples"
    )
    initial_noise_amp: float = described(1.0, "Noise of the coarsest scale", NOISE, 0, 100)
    noise_amp_factor: float = described(0.01, "Noise of finer scales, beside what they add", NOISE, 0, 100)
    hidden_channels_init: int = described(
        16, "Width of the coarsest scale's networks", NETWORKS, 1, 1024, unit="channels"
    )
    growing_hidden_channels_factor: int = described(
        6, "How many times wider the networks of finer scales are", NETWORKS, 1, 64
    )
    num_layers: int = described(8, "Depth of a network; each layer sees twice as far", NETWORKS, 2, 12, unit="layers")
    filter_size: int = described(9, "Samples that a filter spans, an odd number", NETWORKS, 1, 63, unit="samples")
    bank_size: int = described(
        0, "Ours: results of coarser scales that are drawn once and used again; 0: anew at every step",
        COMPUTING, 0, 10_000,
    )  # fmt: skip
    fast_kernels: bool = described(True, "Ours: quicker convolutions and norms, with the same values", COMPUTING)
    batched: bool = described(True, "Ours: two signals in one pass, where that is quicker", COMPUTING)
    checkpointed: bool = described(
        False, "Ours: hold less of a step in memory and compute it twice, with the same values", COMPUTING
    )
    bfloat16: bool = described(
        False, "Ours: train with fewer digits, where the processor is quicker so; never when takes are made", COMPUTING
    )

    def __post_init__(self) -> None:
        check_values(self)
        check_snapshots(self.snapshots)
        self._check_shapes()

    def _check_shapes(self) -> None:
        resolutions = (self.multispec_loss_n_fft, self.multispec_loss_hop_length, self.multispec_loss_window_size)
        if len({len(values) for values in resolutions}) != 1:
            raise ParameterError(
                _("The three multispec_loss lists must be equally long."),
                hint=_("Leave them as they usually are."),
                name="multispec_loss_n_fft",
            )
        if any(window > n_fft for n_fft, window in zip(resolutions[0], resolutions[2], strict=True)):
            raise ParameterError(
                _("A window of multispec_loss_window_size is longer than its multispec_loss_n_fft."),
                hint=_("Leave them as they usually are."),
                name="multispec_loss_window_size",
            )
        if list(self.fs_list) != sorted(set(self.fs_list)) or self.fs_list[0] < 100:
            raise ParameterError(
                _("fs_list must ascend from 100 Hz or more."),
                hint=_("For instance 320, 640, 1280, 2560."),
                name="fs_list",
            )
        if self.filter_size % 2 == 0:
            raise ParameterError(
                _("filter_size = {filter_size} is not possible.").format(filter_size=self.filter_size),
                hint=_("Use an odd number."),
                name="filter_size",
            )
        if 0 < self.crop_samples < self.shortest:
            raise ParameterError(
                _("crop_samples = {crop_samples} is less than what the networks see.").format(
                    crop_samples=self.crop_samples
                ),
                hint=_("Use {shortest} or more, or 0 for the whole signal.").format(shortest=self.shortest),
                name="crop_samples",
            )

    @property
    def dilation_factors(self) -> tuple[int, ...]:
        """Dilations of the convolutions, 1, 2, 4, ..."""
        return tuple(2**i for i in range(self.num_layers))

    @property
    def pad_size(self) -> int:
        """Zeros at each end of a generator's input, so that its valid convolutions give the signal's length."""
        return sum(self.dilation_factors) * (self.filter_size - 1) // 2

    @property
    def receptive_field(self) -> int:
        """Samples that one score of the critic sees."""
        return 2 * self.pad_size + 1

    @property
    def shortest(self) -> int:
        """Samples that a scale must have: one score of the critic, and the ends that the spectral loss mirrors."""
        mirrored = 0 if self.speech else max(self.multispec_loss_n_fft) // 2 + 1
        return max(self.receptive_field, mirrored)

    @property
    def mse_weight(self) -> float:
        """Weight of the waveform's reconstruction error: music has none."""
        return self.alpha1 if self.speech else 0.0

    @property
    def spectral_weight(self) -> float:
        """Weight of the spectral reconstruction error: speech has none."""
        return 0.0 if self.speech else self.alpha2

    @property
    def top_rate_hz(self) -> int:
        """Fastest rate that is trained on."""
        return EXTENDED_RATES_HZ[-1] if self.extended else self.init_sample_rate

    def channels(self, scale: int) -> int:
        """Return the width of a scale's networks."""
        grown = self.hidden_channels_init * self.growing_hidden_channels_factor
        return self.hidden_channels_init if scale == 0 else grown

    def steps(self, scale: int, rate_hz: int) -> int:
        """Return the steps of a scale; 0 is the coarsest that is trained."""
        if scale == 0 and self.coarsest_epochs:
            return self.coarsest_epochs
        if rate_hz <= self.full_epochs_to_hz or not self.full_epochs_to_hz:
            return self.num_epochs
        return max(1, round(self.num_epochs * self.full_epochs_to_hz / rate_hz))

    def seen(self, length: int) -> int:
        """Return how many of a scale's samples a step sees."""
        return min(length, self.crop_samples) if self.crop_samples else length

    def as_begun(self, stored: dict[str, Any]) -> ClassicConfig:
        """Return the configuration that a training was stored with, perhaps by a version that knew fewer parameters.

        Which points are kept changes nothing in what is trained: they are those of this configuration.
        """
        return make_config("code", {**stored, SNAPSHOTS: self.snapshots})

    def to_json(self) -> dict[str, Any]:
        """Return all values, JSON-ready."""
        values = dataclasses.asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


TINY: dict[str, Any] = {
    "num_epochs": 4, "coarsest_epochs": 0, "full_epochs_to_hz": 0, "crop_samples": 0,
    "fs_list": (1000, 2000, 4000), "init_sample_rate": 4000,
    "min_energy_th": 0.0, "snapshots": (),
    "hidden_channels_init": 2, "growing_hidden_channels_factor": 2, "num_layers": 3, "filter_size": 5,
    "multispec_loss_n_fft": (128, 64), "multispec_loss_hop_length": (32, 16), "multispec_loss_window_size": (100, 50),
}  # fmt: skip
"""Trains in a second or two and sounds like it: for tests of everything around the engine."""

PRESETS: dict[str, ClassicConfig] = {
    "quick": ClassicConfig(
        num_epochs=220,
        coarsest_epochs=1000,
        crop_samples=1 << 14,
        fs_list=OCTAVES_HZ,
        bank_size=8,
        bfloat16=True,
        snapshots=(50, 100),
    ),
    "code": ClassicConfig(num_epochs=2000, bank_size=64, snapshots=(500, 1000)),
    "paper": ClassicConfig(num_epochs=3000, bank_size=64, snapshots=(500, 1000)),
}


def make_config(preset: str, options: dict[str, Any] | None) -> ClassicConfig:
    """Return a preset with some values replaced; the option "tiny" stands for all of TINY.

    Raises
    ------
    SettingsError
        The preset or an option is unknown, or a value is not possible.
    """
    check_preset("classic", preset)
    values = dict(options or {})
    if values.pop("tiny", False):
        values = {**TINY, **values}
    check_names("classic", ClassicConfig, set(values))
    return dataclasses.replace(PRESETS[preset], **values)
