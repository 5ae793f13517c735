"""The intervals hold what is true about as often as they promise; `benchmarks/study.py` measures it with more studies.

Chance is seeded: the same studies are simulated each time.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.study.coverage import of_one_listener, of_ratings, of_verdicts
from tests.study.simulated import Ratings, Verdicts

N_STUDIES = 100


@pytest.mark.parametrize(("n_takes", "n_real"), [(16, 4), (10, 10), (20, 20)])
def test_one_listener_over_all_outcomes(n_takes: int, n_real: int) -> None:
    for name, ours, usual in of_one_listener(n_takes, n_real):
        assert min(ours) >= 0.915, name
        assert 0.945 <= np.mean(ours) <= 0.97, name
        assert abs(np.mean(ours) - 0.95) <= abs(np.mean(usual) - 0.95), name


def test_several_listeners_who_differ() -> None:
    study = Verdicts(10, 10, 10, skill_spread=0.3, bias_spread=0.5, sample_spread=0.4)
    for name, share in of_verdicts(study, N_STUDIES, 11).items():
        assert 0.9 <= share <= 0.995, (name, share)


def test_ratings() -> None:
    found = of_ratings(Ratings(6, 5), N_STUDIES // 4, 12)
    assert 0.91 <= found["mean"] <= 0.99 and 0.9 <= found["standing"] <= 0.99
    assert found["difference"] >= 0.9 and found["places"] >= 0.95


def test_the_truth_is_what_very_many_answers_give() -> None:
    dice = np.random.default_rng(13)
    study = Ratings(70, 70, merits=(3.0, 6.0), taste_spread=0.4)
    values = np.array([int(row.value) for row in study.rows(dice)], dtype=float).reshape(70, 2, 70)
    assert values.mean((0, 2)) == pytest.approx(study.means(), abs=0.3)
    asked = Verdicts(70, 70, 70, bias_spread=0.5, skill_spread=0.3, sample_spread=0.4)
    real = np.array([row.value == "real" for row in asked.rows(dice)]).reshape(70, 140)
    assert real[:, :70].mean() == pytest.approx(asked.truth()["fooling rate"], abs=0.06)
    assert real[:, 70:].mean() == pytest.approx(asked.truth()["real called real"], abs=0.06)
