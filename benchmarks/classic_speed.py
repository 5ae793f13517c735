"""Seconds a step of the engine `classic`, as published and with one lever after the other, as a table in Markdown.

    python benchmarks/classic_speed.py [--rate 1000] [--seconds 25] [--steps 2] [--device cpu] [--rows 1 4]

Trains one scale of a synthetic clip for a few steps, above a scale of half its rate whose drawings cost what those of
all coarser ones would. What is published is row 1: the frozen scales drawn anew at every step, each signal in a pass of
its own, torch's own convolutions and norms.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace

import torch

from musemate.engine.classic import kernels
from musemate.engine.classic.climbing import ScaleTraining
from musemate.engine.classic.config import ClassicConfig
from musemate.engine.classic.networks import ScaleGenerator
from musemate.engine.classic.pyramid import Pyramid
from musemate.engine.classic.scales import Scales
from musemate.engine.device import repeatable

PUBLISHED = ClassicConfig(num_epochs=1000, fast_kernels=False, batched=False, bank_size=0)
ROWS = (
    ("published arithmetic", {}),
    ("+ bank of frozen scales", {"bank_size": 1}),
    ("+ own kernels for convolution and norm", {"bank_size": 1, "fast_kernels": True}),
    ("+ two signals a pass, where short", {"bank_size": 1, "fast_kernels": True, "batched": True}),
    (
        "+ bfloat16 between first and last layer",
        {"bank_size": 1, "fast_kernels": True, "batched": True, "bfloat16": True},
    ),
)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=1000, help="rate of the scale in Hz")
    parser.add_argument("--seconds", type=float, default=25.0, help="length of the clip")
    parser.add_argument("--steps", type=int, default=2, help="steps that are timed, after one that is not")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rows", type=int, nargs="*", help="only these rows, counted from 1")
    options = parser.parse_args()
    print(f"{options.rate} Hz, {options.seconds:g} s, {options.device}, {torch.get_num_threads()} threads, ", end="")
    print(f"torch {torch.__version__}, quick bfloat16: {'yes' if kernels.has_quick_bfloat16() else 'no'}\n")
    print("| | seconds a step | factor |\n| --- | --- | --- |", flush=True)
    first = 0.0
    for number, (name, levers) in enumerate(ROWS, start=1):
        if options.rows and number not in options.rows:
            continue
        spent = step_seconds(replace(PUBLISHED, **levers), options.rate, options.seconds, options.steps, options.device)
        first = first or spent
        print(f"| {name} | {spent:.2f} | {first / spent:.2f} |", flush=True)


def step_seconds(config: ClassicConfig, rate_hz: int, seconds: float, n_steps: int, device: str) -> float:
    """Return the median time of a step of a full-width scale."""
    training = _training(config, rate_hz, seconds, device)
    spent = []
    with repeatable(device):
        steps = training.steps()
        next(steps)
        for _ in range(n_steps):
            began = time.perf_counter()
            next(steps)  # its losses are numbers on the CPU: the device has finished
            spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def _training(config: ClassicConfig, rate_hz: int, seconds: float, device: str) -> ScaleTraining:
    """Set up the second of two scales, both of full width."""
    rates = (rate_hz // 2, rate_hz)
    wide = replace(config, hidden_channels_init=config.channels(1), growing_hidden_channels_factor=1)
    random = torch.Generator().manual_seed(0)
    signals = [0.1 * torch.randn(1, round(seconds * rate), generator=random) for rate in rates]
    torch.manual_seed(0)
    pyramid = Pyramid(wide, rates, 1, torch.device(device))
    pyramid.fixed_noise = torch.randn(1, 1, signals[0].shape[1], generator=random).to(device)
    pyramid.add(ScaleGenerator(wide, 1, wide.channels(0)).to(device), torch.ones(1, 1, device=device))
    return ScaleTraining(wide, Scales(rates, signals), pyramid, None, random)


if __name__ == "__main__":
    main()
