"""Devices: choosing one, and the self-test."""

import pytest
import torch

from musemate.engine import device
from musemate.errors import DeviceError


def test_the_cpu_is_always_there_and_passes() -> None:
    assert device.list_devices()[-1].name == "cpu"
    assert device.passes_self_test("cpu")


def test_auto_is_a_device_that_is_here() -> None:
    assert device.choose_device("auto") in device.list_devices()


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


def test_a_device_that_computes_something_else_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"cpu": torch.ones(4), "odd": torch.tensor([1.0, 1.0, 1.2, 1.0])}
    monkeypatch.setattr(device, "_self_test_values", values.__getitem__)
    assert not device.passes_self_test("odd")
