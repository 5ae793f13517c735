"""The dials of the `classic` engine, under the names of the published code, and its three presets."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from musemate.engine.presets import check_preset
from musemate.errors import SettingsError

RATES_HZ = (320, 400, 500, 640, 800, 1000, 1280, 1600, 2000, 2500, 4000, 8000, 10000, 12000, 14400, 16000)
"""Sample rates of the published scales."""
OCTAVES_HZ = (320, 640, 1280, 2500, 4000, 8000, 16000)
"""Those of them that are about an octave apart: what `quick` has time for."""
EXTENDED_RATES_HZ = (22_050, 32_000, 44_100, 48_000)
"""Our extension, up to the rates of today's recordings."""
SPEECH_FROM_HZ = 500
"""Speech has nothing to say below."""


@dataclass(frozen=True)
class ClassicConfig:
    """Everything that shapes a training besides the clip and the seed.

    The defaults are those of the published code (Greshler, Shaham and Michaeli 2021); names too, where it has one.

    Parameters
    ----------
    num_epochs : int
        Steps of a scale: one of the critic and one of the generator each.
    coarsest_epochs : int
        Ours: steps of the coarsest scale, if it shall have more than `num_epochs`: its narrow networks take them in a
        fraction of the time, and what goes wrong there no finer scale can mend. 0 gives it as many as the others.
    full_epochs_to_hz : int
        Ours: scales above this rate take fewer steps, in inverse proportion to their rate, so that each takes about
        the same time; 0 gives all of them `num_epochs`.
    crop_samples : int
        Ours: a step sees an excerpt of so many samples of the scale, at a random place; 0 shows it the whole signal,
        as published. A step then takes the same time at every scale.
    speech : bool
        Train on speech: nothing under 500 Hz, waveform instead of spectral reconstruction loss, no noise of its own
        for the second scale.
    extended : bool
        Ours: go on above 16 kHz, up to the fragment's own rate (48 kHz at most).
    init_sample_rate : int
        Rate to which faster fragments are brought; `extended` lifts it to 48 kHz.
    fs_list : tuple of int
        Rates of the scales in Hz, ascending; cut at the fragment's rate, which is the last scale.
    min_energy_th : float
        Mean energy that the coarsest scale must have, of a fragment with a peak of 1.
    set_first_scale_by_energy : bool
        Whether it must.
    learning_rate, beta1, scheduler_lr_decay : float
        Adam's, and what the rate is multiplied with after two thirds of the steps.
    lambda_grad : float
        Weight of the gradient penalty.
    alpha1, alpha2 : float
        Weights of the reconstruction's mean squared error (speech) and of its spectral distance (music).
    multispec_loss_n_fft, multispec_loss_hop_length, multispec_loss_window_size : tuple of int
        The spectral distance's resolutions, in samples of the scale.
    initial_noise_amp, noise_amp_factor : float
        Noise of the coarsest scale, and the factor of that of finer ones.
    hidden_channels_init, growing_hidden_channels_factor : int
        Channels of the coarsest scale's networks, and how many times more the finer ones have.
    num_layers, filter_size : int
        Dilated convolutions of a network (the dilations are 1, 2, 4, ...) and their taps.
    bank_size : int
        Ours: results of the frozen coarser scales that are drawn once and then used again and again; 0 draws one
        anew at every step, as published.
    fast_kernels : bool
        Ours: compute convolutions and norms as `kernels` does, with the same values but for rounding.
    batched : bool
        Ours: score the real signal and the fake in one pass, and make the fake and the reconstruction in one, where
        signals are short enough that this is quicker.
    checkpointed : bool
        Ours: hold less of a step in memory and compute it twice instead, with the same values; never batched.
    bfloat16 : bool
        Ours: while training, hold and convolve what lies between first and last layer with 8 bits of precision, on a
        CPU that has instructions for it. Takes are always made with 24 bits.
    """

    num_epochs: int = 2000
    coarsest_epochs: int = 0
    full_epochs_to_hz: int = 0
    crop_samples: int = 0
    speech: bool = False
    extended: bool = False
    init_sample_rate: int = 16_000
    fs_list: tuple[int, ...] = RATES_HZ
    min_energy_th: float = 0.0025
    set_first_scale_by_energy: bool = True
    learning_rate: float = 0.0015
    beta1: float = 0.5
    scheduler_lr_decay: float = 0.1
    lambda_grad: float = 0.01
    alpha1: float = 10.0
    alpha2: float = 1e-4
    multispec_loss_n_fft: tuple[int, ...] = (2048, 1024, 512)
    multispec_loss_hop_length: tuple[int, ...] = (240, 120, 50)
    multispec_loss_window_size: tuple[int, ...] = (1200, 600, 240)
    initial_noise_amp: float = 1.0
    noise_amp_factor: float = 0.01
    hidden_channels_init: int = 16
    growing_hidden_channels_factor: int = 6
    num_layers: int = 8
    filter_size: int = 9
    bank_size: int = 0
    fast_kernels: bool = True
    batched: bool = True
    checkpointed: bool = False
    bfloat16: bool = False

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value, default = getattr(self, field.name), field.default
            if isinstance(default, tuple):
                value = _whole_numbers(field.name, value)
                object.__setattr__(self, field.name, value)
            elif not _fits(field.name, value, default):
                raise SettingsError(f"{field.name} = {value!r} is not possible.", hint=f"It is usually {default!r}.")
        self._check_shapes()

    def _check_shapes(self) -> None:
        resolutions = (self.multispec_loss_n_fft, self.multispec_loss_hop_length, self.multispec_loss_window_size)
        if len({len(values) for values in resolutions}) != 1:
            raise SettingsError("The three multispec_loss lists must be equally long.", hint="Leave them out.")
        if any(window > n_fft for n_fft, window in zip(resolutions[0], resolutions[2], strict=True)):
            raise SettingsError(
                "A window of multispec_loss_window_size is longer than its multispec_loss_n_fft.",
                hint="Leave them out.",
            )
        if list(self.fs_list) != sorted(set(self.fs_list)) or self.fs_list[0] < 100:
            raise SettingsError("fs_list must ascend from 100 Hz or more.", hint="For instance [320, 640, 1280, 2560].")
        if self.filter_size % 2 == 0:
            raise SettingsError(f"filter_size = {self.filter_size} is not possible.", hint="Use an odd number.")
        if self.num_layers < 2:
            raise SettingsError("num_layers must be 2 or more.", hint="It is usually 8.")
        if 0 < self.crop_samples < self.shortest:
            raise SettingsError(
                f"crop_samples = {self.crop_samples} is less than what the networks see.",
                hint=f"Use {self.shortest} or more, or 0 for the whole signal.",
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

    def to_json(self) -> dict[str, Any]:
        """Return all values, JSON-ready."""
        values = dataclasses.asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


_MAY_BE_0 = {"coarsest_epochs", "full_epochs_to_hz", "crop_samples", "bank_size"}


def _fits(name: str, value: object, default: object) -> bool:
    """Whether a value is of the default's kind: yes or no, a whole number over 0, or any number from 0 on."""
    if isinstance(default, bool):
        return isinstance(value, bool)
    if isinstance(default, int):
        return type(value) is int and value >= (0 if name in _MAY_BE_0 else 1)
    return type(value) in (int, float) and 0 <= float(str(value)) < float("inf")


def _whole_numbers(name: str, values: object) -> tuple[int, ...]:
    if isinstance(values, list | tuple) and values and all(type(v) is int and v > 0 for v in values):
        return tuple(values)
    raise SettingsError(f"{name} must be a list of whole numbers over 0.", hint="For instance [240, 120, 50].")


TINY: dict[str, Any] = {
    "num_epochs": 4, "coarsest_epochs": 0, "full_epochs_to_hz": 0, "crop_samples": 0,
    "fs_list": (1000, 2000, 4000), "init_sample_rate": 4000,
    "min_energy_th": 0.0,
    "hidden_channels_init": 2, "growing_hidden_channels_factor": 2, "num_layers": 3, "filter_size": 5,
    "multispec_loss_n_fft": (128, 64), "multispec_loss_hop_length": (32, 16), "multispec_loss_window_size": (100, 50),
}  # fmt: skip
"""Trains in a second or two and sounds like it: for tests of everything around the engine."""

PRESETS: dict[str, ClassicConfig] = {
    "quick": ClassicConfig(
        num_epochs=220, coarsest_epochs=1000, crop_samples=1 << 14, fs_list=OCTAVES_HZ, bank_size=8, bfloat16=True
    ),
    "code": ClassicConfig(num_epochs=2000, bank_size=64),
    "paper": ClassicConfig(num_epochs=3000, bank_size=64),
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
    known = {field.name for field in dataclasses.fields(ClassicConfig)}
    if unknown := sorted(set(values) - known):
        raise SettingsError(
            f'The engine "classic" has no option "{unknown[0]}".', hint=f"It knows: {', '.join(sorted(known))}."
        )
    return dataclasses.replace(PRESETS[preset], **values)
