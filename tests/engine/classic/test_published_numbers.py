"""Number for number what the paper and its code say: shapes, parameter counts, receptive fields, scales, noise."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from musemate.engine.classic.config import ClassicConfig, make_config
from musemate.engine.classic.networks import (
    NormConv,
    ScaleCritic,
    ScaleGenerator,
    SignalNorm,
    pre_emphasise,
)
from musemate.engine.classic.noise import noise_level
from musemate.engine.classic.scales import candidate_rates, downsample, make_scales
from musemate.errors import SettingsError, TooShortError

CODE = make_config("code", None)
SPEECH = make_config("code", {"speech": True})


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("preset", "steps"), [("code", 2000), ("paper", 3000)])
def test_presets_differ_in_their_steps_only(preset: str, steps: int) -> None:
    config = make_config(preset, None)
    assert {config.steps(scale, rate) for scale, rate in enumerate(config.fs_list)} == {steps}
    assert make_config(preset, {"num_epochs": 2000}) == CODE


def test_optimisation_is_the_published_one() -> None:
    assert (CODE.learning_rate, CODE.beta1, CODE.scheduler_lr_decay, CODE.lambda_grad) == (0.0015, 0.5, 0.1, 0.01)
    assert (CODE.mse_weight, CODE.spectral_weight) == (0.0, 1e-4)
    assert (SPEECH.mse_weight, SPEECH.spectral_weight) == (10.0, 0.0)


@pytest.mark.parametrize(("scale", "width"), [(0, 16), (1, 96), (2, 96), (15, 96)])
def test_widths(scale: int, width: int) -> None:
    assert CODE.channels(scale) == width


@pytest.mark.parametrize(("width", "generator", "critic"), [(16, 21_442, 14_562), (96, 750_722, 502_082)])
def test_parameter_counts(width: int, generator: int, critic: int) -> None:
    # by hand, of width w: a convolution has w * w * 9 weights, w lengths and w biases, a norm 2 w
    assert parameters(ScaleGenerator(CODE, 1, width)) == generator
    assert parameters(ScaleCritic(CODE, 1, width)) == critic
    inner = width * width * 9 + 2 * width
    first, norms = width * 9 + 2 * width, 7 * 2 * width
    assert generator == first + 9 * inner + norms + width + 2
    assert critic == first + 6 * inner + norms + width * 9 + 2


def test_layers() -> None:
    generator = ScaleGenerator(CODE, 1, 96)
    convolutions = [block.conv for block in generator.blocks] + [generator.tail]
    assert [conv.dilation for conv in convolutions] == [1, 2, 4, 8, 16, 32, 64, 128]
    assert tuple(convolutions[0].weight().shape) == (96, 1, 9)
    assert {tuple(conv.weight().shape) for conv in convolutions[1:]} == {(96, 96, 9)}
    assert (generator.filter.padding, generator.gate.padding) == (4, 4)
    assert tuple(generator.out.weight().shape) == (1, 96, 1)
    critic = ScaleCritic(CODE, 1, 96)
    assert tuple(critic.tail.weight().shape) == (1, 96, 9)
    assert critic.tail.dilation == 128


def test_stereo_adds_a_signal_at_both_ends() -> None:
    generator = ScaleGenerator(CODE, 2, 16)
    assert tuple(generator.blocks[0].conv.weight().shape) == (16, 2, 9)
    assert tuple(generator.out.weight().shape) == (2, 16, 1)


@pytest.mark.parametrize(("rate_hz", "milliseconds"), [(320, 6378), (8000, 255)])
def test_receptive_fields(rate_hz: int, milliseconds: int) -> None:
    assert CODE.receptive_field == 2041
    assert int(1000 * CODE.receptive_field / rate_hz) == milliseconds


def test_padding_gives_the_signal_its_length_and_the_critic_one_score_a_receptive_field() -> None:
    assert CODE.pad_size == 1020
    noisy, coarser = torch.randn(1, 1, 100 + 2040), torch.randn(1, 1, 100)
    assert ScaleGenerator(CODE, 1, 4)(noisy, coarser).shape == (1, 1, 100)
    assert ScaleCritic(CODE, 1, 4)(torch.randn(1, 1, 2041)).shape == (1, 1, 1)
    assert ScaleCritic(CODE, 1, 4)(torch.randn(1, 1, 2141)).shape == (1, 1, 101)


def test_one_score_sees_its_receptive_field_and_the_sample_before() -> None:
    critic = ScaleCritic(CODE, 1, 4).eval()  # frozen norms: else every sample sees all others
    x = torch.randn(1, 1, 2041 + 50, requires_grad=True)
    critic(x)[0, 0, 30].backward()
    assert x.grad is not None
    seen = x.grad[0, 0].nonzero()[:, 0]
    assert (int(seen.min()), int(seen.max())) == (29, 30 + 2040)


def test_pre_emphasis_by_hand() -> None:
    x = torch.tensor([[[1.0, 2.0, 3.0]]])
    torch.testing.assert_close(pre_emphasise(x), torch.tensor([[[1.0, 2 - 0.97, 3 - 1.94]]]))


def test_weight_norm_is_torchs() -> None:
    torch.manual_seed(1)
    ours = NormConv(3, 5, 9, dilation=4)
    theirs = weight_norm(nn.Conv1d(3, 5, 9, dilation=4))
    theirs.load_state_dict(
        {
            "bias": ours.bias,
            "parametrizations.weight.original0": ours.length,
            "parametrizations.weight.original1": ours.direction,
        }
    )
    x = torch.randn(2, 3, 60)
    torch.testing.assert_close(ours(x), theirs(x))
    with torch.no_grad():
        ours.length.mul_(3)
        theirs.parametrizations.weight.original0.mul_(3)
    torch.testing.assert_close(ours(x), theirs(x))


def test_weights_start_as_torchs_convolution_does() -> None:
    torch.manual_seed(4)
    ours = NormConv(3, 5, 9)
    torch.manual_seed(4)
    plain = nn.Conv1d(3, 5, 9)
    torch.testing.assert_close(ours.weight(), plain.weight)
    assert plain.bias is not None
    torch.testing.assert_close(ours.bias, plain.bias)


def test_norm_is_batch_norm_of_one_signal_after_the_other() -> None:
    torch.manual_seed(2)
    ours, theirs = SignalNorm(6), nn.BatchNorm1d(6)
    with torch.no_grad():
        theirs.weight.copy_(ours.weight)
        theirs.bias.copy_(ours.bias)
    x = torch.randn(2, 6, 50) * 3 + 1
    torch.testing.assert_close(ours(x), torch.cat([theirs(x[:1]), theirs(x[1:])]))
    torch.testing.assert_close(ours.running_mean, theirs.running_mean)
    torch.testing.assert_close(ours.running_var, theirs.running_var)
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x))


def test_norms_start_near_1() -> None:
    torch.manual_seed(3)
    norm = SignalNorm(4000)
    assert norm.weight.mean().item() == pytest.approx(1, abs=2e-3)
    assert norm.weight.std().item() == pytest.approx(0.02, abs=1e-3)
    assert norm.bias.abs().max().item() == 0


PUBLISHED = (320, 400, 500, 640, 800, 1000, 1280, 1600, 2000, 2500, 4000, 8000, 10000, 12000, 14400, 16000)


@pytest.mark.parametrize(
    ("rate_hz", "options", "rates"),
    [
        (16_000, {}, PUBLISHED),
        (44_100, {}, PUBLISHED),
        (8_000, {}, PUBLISHED[:12]),
        (11_025, {}, (*PUBLISHED[:13], 11_025)),
        (16_000, {"speech": True}, PUBLISHED[2:]),
        (44_100, {"extended": True}, (*PUBLISHED, 22_050, 32_000, 44_100)),
        (96_000, {"extended": True}, (*PUBLISHED, 22_050, 32_000, 44_100, 48_000)),
    ],
)
def test_rates(rate_hz: int, options: dict[str, object], rates: tuple[int, ...]) -> None:
    assert candidate_rates(rate_hz, make_config("code", options)) == rates


def tones(levels: dict[float, float], rate_hz: int = 8000, seconds: float = 30.0) -> torch.Tensor:
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return torch.tensor(sum(a * np.sin(2 * np.pi * f * t) for f, a in levels.items())[None], dtype=torch.float32)


@pytest.mark.parametrize(
    ("level_100_hz", "level_280_hz", "coarsest"),
    [
        # a sine of level a has the energy a^2 / 2; 0.0025 is that of 0.0707
        (0.072, 0.0, 320),
        (0.069, 0.0, 8000),
        (0.069, 0.02, 640),  # 280 Hz are heard from 640 Hz on
        (0.0, 0.072, 640),
        (0.0, 0.069, 8000),
    ],
)
def test_coarsest_scale_by_energy(level_100_hz: float, level_280_hz: float, coarsest: int) -> None:
    scales = make_scales(tones({100: level_100_hz, 280: level_280_hz, 3500: 0.9}), 8000, CODE)
    assert scales.rates_hz[0] == coarsest
    assert scales.rates_hz == tuple(rate for rate in PUBLISHED if coarsest <= rate <= 8000)
    assert scales.lengths == [30 * rate for rate in scales.rates_hz]


def test_speech_begins_at_500_hz_whatever_its_energy() -> None:
    assert make_scales(tones({3500: 0.9}), 8000, SPEECH).rates_hz[0] == 500


def test_a_fragment_that_is_quiet_everywhere_begins_at_500_hz() -> None:
    scales = make_scales(tones({100: 0.01}), 8000, CODE)
    assert scales.rates_hz[0] == 500
    assert "very quiet beside its peaks; training begins at 500 Hz" in scales.skipped


def test_side_counts_as_energy_too() -> None:
    mid, side = tones({100: 0.06}), tones({100: 0.04, 3500: 0.9})
    assert make_scales(torch.cat([mid, side]), 8000, CODE).rates_hz[0] == 320  # 0.0018 + 0.0008
    assert make_scales(mid, 8000, CODE).rates_hz[0] == 500


def test_scales_shorter_than_the_receptive_field_are_left_out() -> None:
    scales = make_scales(tones({100: 0.5}, seconds=3.0), 8000, CODE)
    assert scales.rates_hz[0] == 800  # 1920 samples at 640 Hz, 2400 at 800 Hz
    assert scales.skipped == ("The region is too short for scales under 800 Hz: the networks see 6.4 s at 320 Hz.")


def test_a_fragment_shorter_than_the_receptive_field_is_a_sentence() -> None:
    with pytest.raises(TooShortError, match=r"region of 0\.25 s is shorter than what the networks see") as caught:
        make_scales(tones({100: 0.5}, seconds=0.25), 8000, CODE)
    assert "longer than 0.26 s" in caught.value.hint
    assert "num_layers" in caught.value.hint


def test_lower_rates_keep_what_they_can_hold() -> None:
    low = downsample(tones({100: 0.5, 3500: 0.3}, seconds=1.0), 8000, 1000)
    wanted = tones({100: 0.5}, 1000, 1.0)
    assert low.shape == (1, 1000)
    torch.testing.assert_close(low[:, 50:-50], wanted[:, 50:-50], atol=2e-3, rtol=0)


@pytest.mark.parametrize(("n", "expected"), [(8001, 321), (7999, 320), (8000, 320)])
def test_lengths_at_lower_rates_are_rounded_up(n: int, expected: int) -> None:
    assert downsample(torch.rand(1, n), 8000, 320).shape == (1, expected)


# Noise


def test_noise_of_the_coarsest_scale_is_1() -> None:
    assert noise_level(0, [[0.01], [0.02]], None, CODE).tolist() == [[1.0]]


def test_noise_of_the_second_scale_is_the_deviation_of_the_padded_reconstruction() -> None:
    x = torch.randn(1, 1, 5000, dtype=torch.float64) + 0.3
    n = 5000 + 2 * 1020
    mean = float(x.sum()) / n
    by_hand = math.sqrt((float(((x - mean) ** 2).sum()) + 2040 * mean**2) / (n - 1))
    assert noise_level(1, [[0.01], [0.02]], x, CODE).item() == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize(
    ("config", "scale", "energies", "level"),
    [
        (CODE, 2, [0.01, 0.02, 0.0225], 0.01 * 0.05),
        (CODE, 2, [0.01, 0.02, 0.0199], 0.0),  # less energy than below
        (SPEECH, 1, [0.01, 0.0164], 0.01 * 0.08),
    ],
)
def test_noise_of_finer_scales(config: ClassicConfig, scale: int, energies: list[float], level: float) -> None:
    made = torch.randn(1, 1, 50)
    assert noise_level(scale, [[e] for e in energies], made, config).item() == pytest.approx(level, rel=1e-5)


def test_mid_and_side_have_noise_of_their_own() -> None:
    level = noise_level(2, [[0, 0], [0.01, 0.001], [0.05, 0.001]], torch.zeros(1, 2, 9), CODE)
    assert level[:, 0].tolist() == pytest.approx([0.002, 0.0], rel=1e-5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"num_epoches": 3}, 'no option "num_epoches"'),
        ({"num_epochs": 0}, "num_epochs = 0 is not possible"),
        ({"num_epochs": 2.5}, "num_epochs = 2.5"),
        ({"num_epochs": True}, "num_epochs = on"),
        ({"learning_rate": -1}, "learning_rate = -1"),
        ({"learning_rate": float("nan")}, "learning_rate = nan"),
        ({"speech": "yes"}, "speech = yes"),
        ({"fs_list": []}, "fs_list = nothing is not possible"),
        ({"fs_list": [640, 320]}, "fs_list must ascend"),
        ({"fs_list": [50, 320]}, "fs_list must ascend from 100 Hz"),
        ({"filter_size": 8}, "filter_size = 8"),
        ({"num_layers": 1}, "num_layers = 1 is not possible"),
        ({"multispec_loss_n_fft": [512]}, "equally long"),
        ({"multispec_loss_window_size": [1200, 600, 2400]}, "longer than its multispec_loss_n_fft"),
    ],
)
def test_unknown_or_impossible_options(options: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words.replace("(", r"\(")):
        make_config("code", options)


def test_a_configuration_survives_its_json() -> None:
    config = make_config("quick", {"fs_list": [320, 640]})
    assert ClassicConfig(**config.to_json()) == config


def test_the_finest_scales_may_take_fewer_steps() -> None:
    config = make_config("code", {"num_epochs": 400, "full_epochs_to_hz": 1000})
    assert [config.steps(1, rate) for rate in (320, 1000, 2000, 8000, 16000)] == [400, 400, 200, 50, 25]


def test_the_coarsest_scale_may_take_more_steps() -> None:
    config = make_config("code", {"num_epochs": 40, "coarsest_epochs": 500, "full_epochs_to_hz": 1000})
    assert [config.steps(scale, rate) for scale, rate in enumerate((2000, 4000, 8000))] == [500, 10, 5]
