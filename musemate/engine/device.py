"""Compute devices: which there are, which to use, and whether one really computes what the CPU computes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from musemate.errors import DeviceError, DeviceMemoryError

SELF_TEST_TOLERANCE = 1e-2
"""Largest difference to the CPU that the self-test accepts, relative to the largest value."""


@dataclass(frozen=True)
class Device:
    """A compute device: torch's name for it and a label for the songwriter."""

    name: str
    label: str


def list_devices() -> list[Device]:
    """Return what can train here, the fastest first; the CPU is always there, last."""
    found = []
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        properties = torch.cuda.get_device_properties(index)
        memory_gib = properties.total_memory / 2**30
        found.append(Device(f"cuda:{index}", f"{properties.name} ({memory_gib:.0f} GB)"))
    return [*found, Device("cpu", f"CPU ({os.cpu_count()} cores)")]


def choose_device(wanted: str) -> Device:
    """Turn "auto", "cpu", "cuda" or "cuda:N" into a device that is here.

    Raises
    ------
    DeviceError
        The wanted device is not here.
    """
    devices = list_devices()
    if wanted == "auto":
        return next((d for d in devices if d.name == "cpu" or passes_self_test(d.name)), devices[-1])
    for device in devices:
        if wanted in (device.name, device.name.partition(":")[0]):
            return device
    raise DeviceError(
        f'There is no device "{wanted}" on this machine.',
        hint=f"Choose one of: auto, {', '.join(d.name for d in devices)}.",
    )


def passes_self_test(name: str) -> bool:
    """Compare a convolution, its gradient and an STFT on the device with the CPU.

    Some devices run but compute garbage, or have no kernels in the installed torch; this finds both within a second.
    """
    try:
        here, there = _self_test_values("cpu"), _self_test_values(name)
    except RuntimeError:
        return False
    limit = SELF_TEST_TOLERANCE * float(here.abs().max())
    return bool(torch.isfinite(there).all()) and float((here - there).abs().max()) <= limit


def _self_test_values(name: str) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    signal = torch.randn(1, 4, 2048, generator=generator).to(name).requires_grad_()
    kernel = torch.randn(4, 4, 9, generator=generator).to(name)
    out = torch.nn.functional.conv1d(signal, kernel, padding=4)
    spectrum = torch.stft(out[0], 256, 64, window=torch.hann_window(256, device=name), return_complex=True)
    loss = spectrum.abs().mean()
    (gradient,) = torch.autograd.grad(loss, signal)
    return torch.cat([gradient.flatten() / gradient.abs().max(), loss.reshape(1)]).detach().cpu()


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread inside.

    For work of some tenths of a second: where a training computes next door, threads that wait for each other take a
    hundred times as long as one alone (measured with the eigenvectors of a fragment: 11 s instead of 0.1 s).
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def memory_errors_said(device: str) -> Iterator[None]:
    """Translate torch's out-of-memory failures.

    Raises
    ------
    DeviceMemoryError
        The work inside took more memory than there is.
    """
    try:
        yield
    except RuntimeError as error:
        # torch's CPU allocator has no error class of its own, and on each system other words
        if not isinstance(error, torch.OutOfMemoryError) and "DefaultCPUAllocator" not in str(error):
            raise
        raise DeviceMemoryError(
            f"There was not enough memory on {device}.",
            hint='Choose a shorter region or take, the preset "sketch", or the CPU.',
            detail=str(error),
        ) from error
