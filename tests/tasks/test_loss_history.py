"""The losses of a training: read from its log, thinned for pictures, whatever the log looks like."""

from __future__ import annotations

import time

import numpy as np
import pytest
from patience import takes_less

from musemate.engine.events import Progressed
from musemate.tasks.loss_history import LossHistory, read_losses, thinned
from musemate.tasks.loss_log import LossLog


def test_a_written_log_is_read_part_by_part(tmp_path):
    log = LossLog(tmp_path)
    for scale, name in enumerate(("coarse", "fine")):
        log.note(name, Progressed(scale, 2, 5, 5, {"critic": -1.5, "generator": 2.0 + scale}, 0.5, None))
    log.close()
    history = read_losses(tmp_path)
    assert [(part.name, part.n_steps) for part in history.parts] == [("coarse", 5), ("fine", 5)]
    assert history.names == ["critic", "generator"]
    assert history.parts[1].near(4) == {"critic": -1.5, "generator": 3.0}


def test_a_part_that_began_anew_forgets_what_was_void(tmp_path):
    rows = ["seconds,part,step,loss,value"]
    rows += [f"1,fine,{step},critic,{step}" for step in range(1, 9)]
    rows += [f"1,fine,{step},critic,{-step}" for step in range(1, 4)]  # stopped in the middle, and gone on with
    (tmp_path / "losses.csv").write_text("\n".join(rows))
    steps, values = read_losses(tmp_path).parts[0].curve("critic", 100)
    np.testing.assert_array_equal(steps, [1, 2, 3])
    np.testing.assert_array_equal(values, [-1, -2, -3])


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"seconds,part,step,loss,value\n1,fine,two,critic,1\n1,fine,2,critic,nan\n1,fine,3", b'"'],
)
def test_damaged_logs_are_no_trouble(tmp_path, content):
    (tmp_path / "losses.csv").write_bytes(content)
    assert read_losses(tmp_path).names == []
    assert read_losses(tmp_path / "nowhere").parts == []


def test_thinning_keeps_every_peak():
    steps = np.arange(1_000_000.0)
    values = np.sin(steps / 1e5)
    values[123_456], values[765_432] = 9.0, -9.0

    def attempt():
        began = time.process_time()
        thinned(steps, values, 400)
        return time.process_time() - began

    takes_less(0.1, attempt)
    kept, shown = thinned(steps, values, 400)
    assert len(shown) <= 800
    assert (shown.max(), kept[shown.argmax()]) == (9.0, 123_456)
    assert (shown.min(), kept[shown.argmin()]) == (-9.0, 765_432)
    assert (np.diff(kept) > 0).all()


def test_short_curves_are_left_as_they_are():
    history = LossHistory()
    for step in range(1, 100):
        history.part("fine").add(step, {"critic": 1 / step})
    steps, values = history.part("fine").curve("critic", 50)
    assert (len(steps), values[0]) == (99, 1.0)
    assert history.part("fine").n_points == 99
