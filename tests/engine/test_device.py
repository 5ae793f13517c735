"""Devices: choosing one, and the self-test that each must pass first."""

import os
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from musemate.engine import device, selftest
from musemate.engine.device import Device
from musemate.engine.memory import memory_errors_said
from musemate.errors import DeviceError, DeviceMemoryError

CARD = Device("cuda:0", "Card (8 GB)")
Values = dict[str, torch.Tensor]


def right(values: Values) -> Values:
    return values


def garbage(values: Values) -> Values:
    return {**values, "slope": values["slope"].roll(1)}


def no_number(values: Values) -> Values:
    return {**values, "sound again": values["sound again"] * float("nan")}


def no_kernel(values: Values) -> Values:
    raise RuntimeError("no kernel image is available for execution on the device")


def full(values: Values) -> Values:
    raise torch.OutOfMemoryError("CUDA out of memory.")


@pytest.fixture
def with_card(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[Values], Values]], list[str]]]:
    """Return a function that adds a card which spoils what it computes; that returns the tests asked for since."""
    compute = selftest.self_test_values
    selftest._compared.cache_clear()
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")  # choosing a card sets it: put back what there was

    def add(spoil: Callable[[Values], Values]) -> list[str]:
        asked: list[str] = []

        def values(name: str) -> Values:
            if name == "cpu":
                return compute(name)
            asked.append(name)
            return spoil(compute("cpu"))

        monkeypatch.setattr(device, "list_devices", lambda: [CARD, Device("cpu", "CPU (2 cores)")])
        monkeypatch.setattr(selftest, "self_test_values", values)
        return asked

    yield add
    selftest._compared.cache_clear()


def test_the_cpu_is_always_there() -> None:
    assert device.list_devices()[-1].name == "cpu"
    assert device.choose_device("cpu") == (device.list_devices()[-1], [])


def test_auto_is_a_device_that_is_here() -> None:
    assert device.choose_device("auto")[0] in device.list_devices()


def test_missing_device_is_a_sentence() -> None:
    with pytest.raises(DeviceError, match='no device "cuda:7"'):
        device.choose_device("cuda:7")


def test_small_work_takes_one_thread_and_gives_the_others_back() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with device.one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("wanted", ["auto", "cuda", "cuda:0"])
def test_a_card_that_computes_like_the_cpu_is_taken_and_tested_once(with_card, wanted: str) -> None:
    asked = with_card(right)
    assert device.choose_device(wanted) == (CARD, [])
    assert device.choose_device(wanted) == (CARD, [])
    assert asked == ["cuda:0"]


@pytest.mark.parametrize(
    ("spoil", "reason", "hint"),
    [
        (garbage, "it computes other values than the CPU", "driver up to date"),
        (no_number, "it computes other values than the CPU", "driver up to date"),
        (no_kernel, "the installed torch cannot compute on it", "a torch that knows this graphics card"),
        (full, "its memory is full", "close other programs"),
    ],
)
def test_a_card_that_fails_is_refused_by_name_and_passed_over_otherwise(with_card, spoil, reason, hint) -> None:
    with_card(spoil)
    with pytest.raises(DeviceError, match=rf"Card \(8 GB\) cannot be used: {reason}\.") as caught:
        device.choose_device("cuda")
    assert "Use the CPU" in caught.value.hint
    assert hint in caught.value.hint
    chosen, (warned,) = device.choose_device("auto")
    assert chosen.name == "cpu"
    assert warned.message == f"Card (8 GB) is not used: {reason}."
    assert warned.hint == caught.value.hint


def test_a_card_whose_memory_was_full_is_asked_again(with_card) -> None:
    answers = iter([full, right])
    with_card(lambda values: next(answers)(values))
    assert device.choose_device("auto")[0].name == "cpu"
    assert device.choose_device("auto") == (CARD, [])


@pytest.mark.parametrize("key", selftest.self_test_values("cpu"))
def test_every_value_of_the_self_test_counts(with_card, key: str) -> None:
    with_card(lambda values: {**values, key: values[key] * 1.05})
    assert selftest.fault("cuda:0") == selftest.WRONG


def test_rounding_as_on_a_graphics_card_passes(with_card) -> None:
    with_card(lambda values: {key: value.bfloat16().float() for key, value in values.items()})
    assert selftest.fault("cuda:0") == ""


def test_repeatable_asks_torch_for_it_and_puts_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    with device.repeatable("cpu"):
        assert not torch.are_deterministic_algorithms_enabled()
    with device.repeatable("cuda:0"):
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
        assert torch.are_deterministic_algorithms_enabled()
        assert torch.is_deterministic_algorithms_warn_only_enabled()
        assert not torch.utils.deterministic.fill_uninitialized_memory
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.utils.deterministic.fill_uninitialized_memory


@pytest.mark.parametrize(
    ("device_name", "error", "way_on"),
    [
        ("cuda:0", torch.OutOfMemoryError("CUDA out of memory."), "or take the CPU"),
        ("cuda:0", RuntimeError("CUDA error: out of memory"), "or take the CPU"),
        ("cuda:0", RuntimeError("cuFFT error: CUFFT_ALLOC_FAILED"), "or take the CPU"),
        ("cpu", RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), "or close other programs"),
        ("cpu", MemoryError("Unable to allocate 8 EiB"), "or close other programs"),
    ],
)
def test_want_of_memory_is_told_from_other_failures(device_name: str, error: Exception, way_on: str) -> None:
    with (
        pytest.raises(DeviceMemoryError, match=f"not enough memory on {device_name}") as caught,
        memory_errors_said(device_name),
    ):
        raise error
    assert way_on in caught.value.hint
    assert caught.value.detail == str(error)


def test_numpys_own_want_of_memory_is_known() -> None:
    with pytest.raises(DeviceMemoryError), memory_errors_said("cpu"):
        np.empty(1 << 50)


def test_other_failures_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shape"), memory_errors_said("cpu"):
        raise RuntimeError("shape mismatch")
