"""Shares, d' and criterion against values that are known; what an interval allows to be said."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from musemate.study.detection import FAKES, REALS, Detection, d_prime_of_pairs, detection_of
from musemate.study.equivalence import TOST_LEVEL, Verdict, verdict_on
from musemate.study.intervals import Answers, Interval
from musemate.study.shares import Share, difference, share_of


def answers(values: list[float], *, samples: list[int] | None = None, raters: list[int] | None = None) -> Answers:
    n = len(values)
    return Answers(
        np.array(values, dtype=np.float64),
        np.array(raters or [0] * n),
        np.array(samples or list(range(n))),
        np.zeros(n, dtype=np.int64),
        ("all",),
    )


def verdicts(called_fake: list[float], real_called_fake: list[float]) -> Answers:
    n, m = len(called_fake), len(real_called_fake)
    values = np.array(called_fake + real_called_fake, dtype=np.float64)
    groups = np.array([FAKES] * n + [REALS] * m)
    return Answers(values, np.zeros(n + m, dtype=np.int64), np.arange(n + m), groups, ("takes", "real"))


def test_wilson_and_clopper_pearson_as_tabled() -> None:
    # 10 of 20: Wilson (p + z²/2n ± z sqrt(pq/n + z²/4n²)) / (1 + z²/n)
    share = Share(10, 20, 20.0)
    assert share.interval().low == pytest.approx(0.29930, abs=1e-5)
    assert share.interval().high == pytest.approx(0.70070, abs=1e-5)
    # none of 10: 1 - 0.025^(1/10)
    exact = Share(0, 10, 10.0).interval("clopper-pearson")
    assert (exact.low, exact.high) == pytest.approx((0.0, 1 - 0.025**0.1))


def test_without_answers_everything_is_possible() -> None:
    interval = Share(0, 0, 0.0).interval()
    assert math.isnan(interval.value) and (interval.low, interval.high) == (0.0, 1.0)


def test_one_listeners_answers_about_different_samples_count_whole() -> None:
    assert share_of(answers([1.0, 0.0, 0.0, 1.0])) == Share(2, 4, 4.0)


def test_answers_that_are_copies_of_each_other_count_once() -> None:
    """Four listeners who always say the same about ten samples are worth hardly more than one."""
    values = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0] * 4
    share = share_of(answers(values, samples=list(range(10)) * 4, raters=[n // 10 for n in range(40)]))
    assert (share.n_hits, share.n) == (16, 40)
    assert 5 < share.n_effective <= 10


def test_where_all_say_the_same_nobody_counts_more_than_once() -> None:
    share = share_of(answers([0.0] * 40, samples=list(range(10)) * 4, raters=[n // 10 for n in range(40)]))
    assert share.n_effective == 10
    assert share.interval().high == pytest.approx(0.2775, abs=1e-4)  # Wilson's for 0 of 10


def test_newcombes_difference_as_published() -> None:
    """56 of 70 against 48 of 80: 0.0524 to 0.3339 (Newcombe 1998, table II, method 10)."""
    found = difference(Share(56, 70, 70.0), Share(48, 80, 80.0))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)


def test_d_prime_and_criterion_with_half_an_answer_added() -> None:
    found = detection_of(verdicts([1.0] * 15 + [0.0] * 5, [1.0] * 4 + [0.0] * 16))
    hits, alarms = norm.ppf(15.5 / 21), norm.ppf(4.5 / 21)
    assert found.d_prime().value == pytest.approx(hits - alarms)
    assert found.criterion().value == pytest.approx(-(hits + alarms) / 2)


def test_who_always_says_real_has_no_d_prime_and_leans_to_real() -> None:
    found = detection_of(verdicts([0.0] * 20, [0.0] * 20))
    assert found.d_prime().value == pytest.approx(0.0)
    assert found.criterion().low > 0.5
    turned = detection_of(verdicts([1.0] * 20, [1.0] * 20))
    assert turned.criterion().value == pytest.approx(-found.criterion().value)


def test_listeners_who_suspect_everything_together_make_d_prime_surer_and_the_criterion_less_sure() -> None:
    apart, together = (Detection(Share(30, 40, 40.0), Share(10, 40, 40.0), r) for r in (0.0, 0.6))
    assert together.d_prime().high - together.d_prime().low < apart.d_prime().high - apart.d_prime().low
    assert together.criterion().high - together.criterion().low > apart.criterion().high - apart.criterion().low


def test_the_interval_is_about_gourevitchs_where_answers_are_many() -> None:
    share = Share(600, 1000, 1000.0), Share(300, 1000, 1000.0)
    variance = sum(
        one.value * (1 - one.value) / (one.n * norm.pdf(norm.ppf(one.value)) ** 2) for one in share
    )  # Gourevitch and Galanter 1967
    found = Detection(*share).d_prime()
    assert found.high - found.low == pytest.approx(2 * 1.96 * math.sqrt(variance), rel=0.01)


def test_two_alternatives() -> None:
    found = d_prime_of_pairs(answers([1.0] * 76 + [0.0] * 24))
    assert found.value == pytest.approx(math.sqrt(2) * norm.ppf(76.5 / 101))
    assert 0.5 < found.low < found.value < found.high < 1.5
    assert d_prime_of_pairs(answers([1.0, 0.0] * 20)).value == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("interval", "narrow", "verdict"),
    [
        ((0.3, 0.9), (0.4, 0.8), Verdict.ABOVE),
        ((-0.9, -0.3), (-0.8, -0.4), Verdict.BELOW),
        ((-0.55, 0.2), (-0.45, 0.15), Verdict.SAME),
        ((-0.8, 0.9), (-0.6, 0.7), Verdict.OPEN),
        ((0.05, 0.4), (0.1, 0.35), Verdict.SAME),  # not none, but less than counts
    ],
)
def test_what_an_interval_allows_to_be_said(
    interval: tuple[float, float], narrow: tuple[float, float], verdict: Verdict
) -> None:
    assert verdict_on(Interval(0.0, *interval, 9), Interval(0.0, *narrow, 9), 0.5) is verdict


def test_few_answers_are_never_as_good_as_guessing() -> None:
    """Ten answers that look like pure guessing do not show that nothing can be told."""
    few = detection_of(verdicts([1.0, 0.0] * 5, [1.0, 0.0] * 5))
    assert verdict_on(few.d_prime(), few.d_prime(TOST_LEVEL), 0.5) is Verdict.OPEN
    many = detection_of(verdicts([1.0, 0.0] * 200, [1.0, 0.0] * 200))
    assert verdict_on(many.d_prime(), many.d_prime(TOST_LEVEL), 0.5) is Verdict.SAME
