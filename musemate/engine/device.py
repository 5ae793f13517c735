"""Compute devices: which there are, which to use, and how one computes the same twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from musemate.engine.base import CPU
from musemate.engine.events import Warned
from musemate.engine.selftest import ADVICE, fault
from musemate.errors import DeviceError
from musemate.language import _, ngettext


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
    return [*found, Device(CPU, ngettext("CPU ({n} core)", "CPU ({n} cores)", os.cpu_count() or 1))]


def choose_device(wanted: str) -> tuple[Device, list[Warned]]:
    """Turn "auto", "cpu", "cuda" or "cuda:N" into a device that is here and computes what the CPU computes.

    Returns
    -------
    Device
        With "auto", the fastest one that passes the self-test.
    list of Warned
        What the songwriter should know: faster devices that had to be passed over.

    Raises
    ------
    DeviceError
        The wanted device is not here, or fails the self-test.
    """
    devices = list_devices()
    if wanted == "auto":
        return _first_good(devices)
    for device in devices:
        if wanted in (device.name, device.name.partition(":")[0]):
            if reason := _fault(device):
                raise DeviceError(
                    _("{label} cannot be used: {reason}.").format(label=device.label, reason=_(reason)),
                    hint=_(ADVICE[reason]),
                )
            return device, []
    raise DeviceError(
        _('There is no device "{wanted}" on this machine.').format(wanted=wanted),
        hint=_("Choose one of: auto, {names}.").format(names=", ".join(d.name for d in devices)),
    )


def _first_good(devices: list[Device]) -> tuple[Device, list[Warned]]:
    warnings: list[Warned] = []
    for device in devices:
        reason = _fault(device)
        if not reason:
            return device, warnings
        warnings.append(
            Warned(_("{label} is not used: {reason}.").format(label=device.label, reason=_(reason)), _(ADVICE[reason]))
        )
    raise AssertionError("the CPU is always there")


def _fault(device: Device) -> str:
    if device.name == CPU:
        return ""
    with repeatable(device.name):
        return fault(device.name)


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
def repeatable(name: str) -> Iterator[None]:
    """Let a graphics card compute the same values each time; a CPU does so by itself.

    Where torch has no such way for an operation, it warns and goes on.
    """
    if not name.startswith("cuda"):
        yield
        return
    # read when cuBLAS starts, and asked for by torch
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    settings: Any = torch.utils.deterministic  # a module whose types do not show its setting
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    filled = settings.fill_uninitialized_memory
    torch.use_deterministic_algorithms(True, warn_only=True)
    settings.fill_uninitialized_memory = False  # costs time, and nothing reads such memory
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
        settings.fill_uninitialized_memory = filled
