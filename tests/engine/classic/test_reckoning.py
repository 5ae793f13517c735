"""What a classic training will take: the work of its steps, the pace of the device."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from musemate.engine.base import TrainRequest
from musemate.engine.classic import reckoning
from musemate.engine.classic.config import ClassicConfig, make_config
from musemate.engine.classic.engine import ClassicEngine
from musemate.engine.classic.reckoning import Pace, measure_pace, pass_work, step_costs
from musemate.engine.events import Progressed
from tests.engine.signals import ticking_clip


def test_a_pace_is_the_line_through_two_steps() -> None:
    pace = Pace.of((2e9, 10e9), (0.3, 0.7))
    assert pace.work_per_s == pytest.approx(20e9)
    assert pace.fixed_s == pytest.approx(0.2)
    assert pace.seconds(100e9) == pytest.approx(5.2)


@pytest.mark.parametrize("seconds", [(0.9, 0.7), (0.05, 0.7)])
def test_a_line_that_cannot_be_true_gives_way_to_the_long_step(seconds: tuple[float, float]) -> None:
    # a busy moment made the short step the longer one, or left the line below nothing
    pace = Pace.of((2e9, 10e9), seconds)
    assert pace.fixed_s == 0
    assert pace.seconds(20e9) == pytest.approx(1.4)


def test_an_estimate_adds_up_the_steps_of_every_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reckoning, "measure_pace", lambda *_: Pace(0.5, 1e9))
    options = {"num_epochs": 7, "fs_list": [500, 1000], "init_sample_rate": 2000, "full_epochs_to_hz": 0}
    config = make_config("code", options)
    costs = step_costs([500, 1000, 2000], [5000, 10_000, 20_000], 2, config)
    estimate = ClassicEngine().estimate(44_100, 2, 10.0, TrainRequest("code", device="cpu", options=options))
    assert estimate.seconds == pytest.approx(7 * (3 * 0.5 + sum(costs) / 1e9))


def test_work_is_counted_by_hand() -> None:
    config = ClassicConfig(hidden_channels_init=2, growing_hidden_channels_factor=1, num_layers=2, filter_size=3)
    # dilations 1 and 2: 10 samples become 8, then 4; the generator's 16 become 14, then 10
    critic, generator = pass_work(config, 1, 2, 10)
    assert critic == 2 * (6 * 8 + 6 * 4)
    assert generator == 2 * (6 * 14 + (3 * 12 + 2) * 10)


def test_the_pace_is_that_of_real_steps() -> None:
    config = make_config("quick", {"hidden_channels_init": 4, "growing_hidden_channels_factor": 1})
    pace = measure_pace(config, 1, "cpu")
    assert pace.fixed_s >= 0
    assert 1e7 < pace.work_per_s < 1e13


def test_the_speed_is_measured_once_and_the_narrow_scale_does_not_speak_for_the_wide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def measured(config: ClassicConfig, n_signals: int, device: str, cancelled: Callable[[], bool]) -> Pace:
        asked.append(device)
        return Pace(2.0, 1e12)

    monkeypatch.setattr("musemate.engine.classic.engine.measure_pace", measured)
    monkeypatch.setattr("musemate.engine.classic.engine.REPORT_EVERY_S", 0.0)
    request = TrainRequest("quick", options={"tiny": True, "bfloat16": False, "num_epochs": 10})
    events = ClassicEngine().train(ticking_clip(2.0), request, tmp_path)
    looks = [event for event in islice(events, 8) if isinstance(event, Progressed)]
    events.close()
    # twenty steps of two seconds each are still to come, however long those of the narrow scale take
    assert looks[-1].scale == 0
    assert looks[-1].left_s is not None
    assert looks[-1].left_s >= 40.0
    list(islice(ClassicEngine().train(ticking_clip(2.0), request, tmp_path), 3))
    assert asked == ["cpu"]
