"""What is said where memory is too little, and of what it is not."""

from __future__ import annotations

import pytest

from musemate.engine import fitting
from musemate.engine.base import Need
from musemate.errors import DeviceMemoryError

ASKED, LESS = Need("cpu", 7.2 * 1024), Need("cpu", 4 * 1024)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch):
    """Return a function that says how many GB each device leaves."""

    def make(**gib: float | None):
        known = {name: None if size is None else size * 1024 for name, size in gib.items()}
        monkeypatch.setattr(fitting, "room_mib", lambda device: known[device.partition(":")[0]])

    return make


def test_enough_is_not_mentioned(room) -> None:
    room(cpu=7.2)
    fitting.check_fits([ASKED, LESS], "classic")
    assert fitting.shortage([ASKED, LESS], "classic") == ""


def test_nothing_is_refused_where_nobody_knows(room) -> None:
    room(cpu=None)
    fitting.check_fits([Need("cpu", 1e9)], "classic")
    assert fitting.shortage([Need("cpu", 1e9)], "classic") == ""


def test_less_that_fits_is_promised(room) -> None:
    room(cpu=7.1)
    fitting.check_fits([ASKED, LESS], "classic")
    assert fitting.shortage([ASKED, LESS], "classic") == (
        "Its usual 7.2 GB of memory are not free: it will make do with 4.0 GB, and take longer."
    )


def test_another_device_that_fits_is_named(room) -> None:
    room(cuda=2.0, cpu=12.0)
    assert fitting.shortage([Need("cuda:0", 3 * 1024), Need("cpu", 11.6 * 1024)], "classic") == (
        "Its usual 3.0 GB of memory are not free: it will make do with 12 GB, on cpu, and take longer."
    )


@pytest.mark.parametrize(
    ("engine", "hint"),
    [
        ("classic", "Choose a shorter region or a lower init_sample_rate, or close other programs."),
        ("frames", "Choose a shorter region, or close other programs."),
    ],
)
def test_what_fits_in_no_way_is_refused_with_a_way_on(room, engine: str, hint: str) -> None:
    room(cpu=3.0)
    with pytest.raises(DeviceMemoryError) as caught:
        fitting.check_fits([ASKED, LESS], engine)
    assert caught.value.message == "This training needs about 4.0 GB of memory, and 3.0 GB are free for it."
    assert caught.value.hint == hint
    assert fitting.shortage([ASKED, LESS], engine) == f"{caught.value.message} {hint}"


@pytest.mark.parametrize(
    ("mib", "said"), [(-3.0, "0 MB"), (640.4, "640 MB"), (1024, "1.0 GB"), (7373, "7.2 GB"), (12_300, "12 GB")]
)
def test_memory_is_said_as_one_says_it(mib: float, said: str) -> None:
    assert fitting.gigabytes(mib) == said


def test_memory_that_changes_meanwhile_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([5000.0])
    monkeypatch.setattr(fitting, "room_mib", lambda device: next(answers))
    assert "make do with 4.0 GB" in fitting.shortage([ASKED, LESS], "classic")


def test_a_scale_that_does_not_fit_keeps_the_others(room) -> None:
    room(cpu=0.5)
    with pytest.raises(DeviceMemoryError, match=r'The scale "4000 Hz" needs about 4\.0 GB') as caught:
        fitting.check_fits([LESS], "classic", "4000 Hz")
    assert caught.value.hint == (
        "What is finished is kept: close other programs and go on, "
        "or start anew with a shorter region or a lower init_sample_rate."
    )
