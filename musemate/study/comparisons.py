"""Whether groups of samples, such as engines, were answered about differently, and which is better than which."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from itertools import combinations, takewhile

import numpy as np
from scipy import stats
from statsmodels.regression.mixed_linear_model import MixedLM

from musemate.study.intervals import (
    LEVEL,
    Answers,
    Floats,
    difference_p,
    group_means,
)
from musemate.study.shares import share_of

FEWEST_SAMPLES = 3
"""Different samples of a kind; of fewer nothing can be said about others like them."""
FEWEST_ANSWERS = 5
"""Answers about a kind; with fewer an interval holds nearly everything."""
MOST_GROUPS = 12
"""That are compared each with each; of more the pairs would leave nothing to be found."""
_EDGE = 1e-6
"""A part of the variance that is less than this share of the rest is at the edge of what the model can find."""
Pair = tuple[int, int]


@dataclass(frozen=True)
class Test:
    """One test of "all groups are alike".

    Parameters
    ----------
    name : str
        One of "mixed", "friedman", "wilcoxon", "kruskal", "mann-whitney".
    statistic, p : float
    """

    name: str
    statistic: float
    p: float


@dataclass(frozen=True)
class Comparison:
    """Groups that can be compared, best first.

    Parameters
    ----------
    order : tuple of int
        Groups with enough samples, from the highest mean to the lowest.
    left_out : tuple of int
        Groups with too few.
    tests : tuple of Test
    has_failed_model : bool
        Whether the mixed model did not converge, so that ranks alone count.
    differs : frozenset of (int, int)
        Pairs of which the first is above the second, after Holm's correction for the number of pairs.
    """

    order: tuple[int, ...]
    left_out: tuple[int, ...]
    tests: tuple[Test, ...]
    has_failed_model: bool
    differs: frozenset[Pair]

    def places_of(self, group: int) -> tuple[int, int]:
        """Return the best and the worst place that a group may have."""
        n_above = sum((other, group) in self.differs for other in self.order)
        n_below = sum((group, other) in self.differs for other in self.order)
        return 1 + n_above, len(self.order) - n_below


def is_enough(answers: Answers) -> bool:
    """Say whether these answers are enough to conclude anything."""
    return len(answers.values) >= FEWEST_ANSWERS and answers.n_samples >= FEWEST_SAMPLES


def compare(answers: Answers, step: float = 1.0, *, is_share: bool = False, has_steps: bool = True) -> Comparison:
    """Compare all groups with each other.

    A pair differs where its two-way t test says so (listeners and samples both stand for others like them) after
    Holm's correction ("A simple sequentially rejective multiple test procedure", 1979). Shares are compared by Fisher's
    exact test of their effective answers: where all answers of a group are the same, a t test would be too sure.

    Parameters
    ----------
    answers : Answers
    step : float
        Of the scale.
    is_share : bool
        Whether values are 0 or 1.
    has_steps : bool
        Whether it is a scale with so many steps that a linear model means something; else there are ranks alone.
    """
    means = group_means(answers)
    enough = [group for group in range(len(answers.names)) if is_enough(answers.of(group))]
    order = tuple(sorted(enough, key=lambda group: -means[group]))[:MOST_GROUPS]
    left_out = tuple(group for group in range(len(answers.names)) if group not in order)
    if len(order) < 2:
        return Comparison(order, left_out, (), False, frozenset())
    kept = _only(answers, order)
    has_model = has_steps and not is_share and answers.n_raters > 1
    tests = [test for test in (_mixed(kept) if has_model else None, _ranks(kept)) if test is not None]
    has_failed = has_model and not any(test.name == "mixed" for test in tests)
    return Comparison(order, left_out, tuple(tests), has_failed, _differing(answers, order, step, is_share))


def _only(answers: Answers, groups: tuple[int, ...]) -> Answers:
    kept = np.isin(answers.groups, groups)
    new = np.searchsorted(np.sort(groups), answers.groups[kept])
    names = tuple(answers.names[group] for group in sorted(groups))
    return Answers(answers.values[kept], answers.raters[kept], answers.samples[kept], new, names)


def _differing(answers: Answers, order: tuple[int, ...], step: float, is_share: bool) -> frozenset[Pair]:
    pairs = list(combinations(order, 2))
    if is_share:
        tables = {group: _table_of_share(answers.of(group)) for group in order}
        probable = [float(stats.fisher_exact([tables[first], tables[second]]).pvalue) for first, second in pairs]
    else:
        probable = [difference_p(answers, first, second, step) for first, second in pairs]
    ranked = sorted(zip(probable, pairs, strict=True))
    # Holm's steps, which end at the first that fails; statsmodels' own collect all garbage each time, a third of a
    # second
    passed = takewhile(lambda step: step[1][0] <= (1 - LEVEL) / (len(pairs) - step[0]), enumerate(ranked))
    return frozenset(pair for _at, (_p, pair) in passed)


def _table_of_share(answers: Answers) -> list[int]:
    share = share_of(answers)
    n = int(share.n_effective)
    n_hits = min(round(share.effective_hits), n)
    return [n_hits, n - n_hits]


# tests ---------------------------------------------------------------------------------------------------


def _mixed(answers: Answers) -> Test | None:
    """Test with a linear model in which each listener has a level of their own; None where it does not converge."""
    n_groups = len(answers.names)
    if answers.n_raters < 2 or len(answers.values) < n_groups + answers.n_raters:
        return None
    design = np.eye(n_groups)[answers.groups]
    design[:, 0] = 1.0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it warns of is looked at below
            fitted = MixedLM(answers.values, design, answers.raters).fit()
        effects = np.asarray(fitted.fe_params)[1:]
        covariance = np.asarray(fitted.cov_params())[1:n_groups, 1:n_groups]
        statistic = float(effects @ np.linalg.solve(covariance, effects))
        between, within = float(np.asarray(fitted.cov_re)[0, 0]), float(fitted.scale)
        is_inside = between > _EDGE * within and within > _EDGE * answers.values.var()
    except (np.linalg.LinAlgError, ValueError, ZeroDivisionError, FloatingPointError):
        return None
    is_sound = is_inside and bool(fitted.converged) and math.isfinite(statistic) and statistic >= 0
    return Test("mixed", statistic, float(stats.chi2.sf(statistic, n_groups - 1))) if is_sound else None


def _ranks(answers: Answers) -> Test | None:
    """Test by ranks: within listeners where all of them answered about all groups, else between the samples."""
    table = _table(answers)
    if len(table) > 1 and not np.isnan(table).any():
        return _within_listeners(table)
    means = _sample_means(answers)
    if len(means) < 2 or np.ptp(np.concatenate(means)) == 0:
        return None
    if len(means) == 2:
        found = stats.mannwhitneyu(*means)
        return Test("mann-whitney", float(found.statistic), float(found.pvalue))
    found = stats.kruskal(*means)
    return Test("kruskal", float(found.statistic), float(found.pvalue))


def _within_listeners(table: Floats) -> Test | None:
    if np.ptp(table - table.mean(1, keepdims=True)) == 0:
        return None
    if table.shape[1] == 2:
        found = stats.wilcoxon(table[:, 0], table[:, 1], zero_method="zsplit", method="asymptotic")
        return Test("wilcoxon", float(found.statistic), float(found.pvalue))
    found = stats.friedmanchisquare(*table.T)
    return Test("friedman", float(found.statistic), float(found.pvalue))


def _table(answers: Answers) -> Floats:
    """Return each listener's mean of each group, shape (n_raters, n_groups), NaN for what was not answered."""
    raters = np.unique(answers.raters, return_inverse=True)[1]
    n_groups, n_raters = len(answers.names), int(raters.max(initial=-1)) + 1
    cells = raters * n_groups + answers.groups
    size = n_raters * n_groups
    with np.errstate(invalid="ignore"):
        means = np.bincount(cells, answers.values, minlength=size) / np.bincount(cells, minlength=size)
    return np.asarray(means.reshape(n_raters, n_groups))


def _sample_means(answers: Answers) -> list[Floats]:
    """Return the means of the samples of each group."""
    found = []
    for group in range(len(answers.names)):
        own = answers.of(group)
        samples = np.unique(own.samples, return_inverse=True)[1]
        if len(samples):
            found.append(np.asarray(np.bincount(samples, own.values) / np.bincount(samples)))
    return found
