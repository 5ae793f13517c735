"""Intervals that know that answers of one listener, and answers about one sample, are alike.

Answers are not independent: they share listeners and samples. The variance of a mean is therefore taken from how the
listeners' and the samples' sums differ (two-way clustering: Cameron, Gelbach and Miller, "Robust inference with
multiway clustering", 2011, eq. 2.7), with Satterthwaite's degrees of freedom for what they add, because both are few.
One listener stands for nobody else: of one, only the samples vary.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

LEVEL = 0.95
"""Share of studies whose interval holds the true value."""
N_BOOTSTRAPS = 1000
SEED = 7
"""Of the bootstrap: the same answers always give the same interval."""
_ROUNDING = 1.0 / 12.0
"""Variance of what is lost when an answer is rounded to a whole step (Sheppard)."""

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Interval:
    """A value and what it may truly be.

    Parameters
    ----------
    value : float
    low, high : float
        Ends of the interval.
    n : int
        How many answers it rests on.
    """

    value: float
    low: float
    high: float
    n: int

    def holds(self, value: float) -> bool:
        """Say whether a value is inside, ends included."""
        return self.low <= value <= self.high

    def lies_within(self, least: float, most: float) -> bool:
        """Say whether all of it is between two values."""
        return least < self.low and self.high < most


@dataclass(frozen=True)
class Answers:
    """Numbers that were answered, with who answered, about what, and what is compared.

    Parameters
    ----------
    values : ndarray, shape (n,), float64
    raters, samples, groups : ndarray, shape (n,), int64
        Codes from 0; a sample belongs to one group.
    names : tuple of str
        Of the groups.
    """

    values: Floats
    raters: Codes
    samples: Codes
    groups: Codes
    names: tuple[str, ...]

    def of(self, group: int) -> Answers:
        """Return the answers about one group."""
        kept = self.groups == group
        return Answers(self.values[kept], self.raters[kept], self.samples[kept], self.groups[kept], self.names)

    @property
    def n_raters(self) -> int:
        """How many answered."""
        return len(np.unique(self.raters))

    @property
    def n_samples(self) -> int:
        """How many samples were answered about."""
        return len(np.unique(self.samples))


@dataclass(frozen=True)
class Spread:
    """How an estimate varies.

    Parameters
    ----------
    variance : float
    df : float
        Degrees of freedom of what listeners and samples add.
    alone : float
        So much of it there would be if answers shared nothing; known better, with `alone_df` degrees of freedom.
    alone_df : float
    """

    variance: float
    df: float
    alone: float = 0.0
    alone_df: float = 1.0

    @property
    def half_width(self) -> float:
        """Half of the interval of a normal estimate."""
        alone = min(self.alone, self.variance)
        beyond = self.variance - alone
        return math.sqrt(quantile(self.alone_df) ** 2 * alone + quantile(self.df) ** 2 * beyond)


def quantile(df: float, level: float = LEVEL) -> float:
    """Return how many standard errors an interval reaches to each side (Student's t)."""
    return float(stats.t.ppf((1 + level) / 2, max(df, 1.0)))


def spread_of(influence: Floats, answers: Answers) -> Spread:
    """Return the variance of an estimate that is a sum over answers.

    Parameters
    ----------
    influence : ndarray, shape (n,)
        What each answer adds to the estimate, less its expectation: of a mean, (x - mean) / n. Sums to 0 in each group.
    answers : Answers

    Returns
    -------
    Spread
        Infinite where there is one answer only, or one sample a group and one listener.
    """
    parts: list[tuple[float, float]] = []
    n_raters = answers.n_raters
    if n_raters > 1:
        parts.append((_sum_of_squares(influence, answers.raters) * n_raters / (n_raters - 1), n_raters - 1.0))
    of_samples = [_of_samples(influence, answers, group) for group in np.unique(answers.groups)]
    parts += [part for part in of_samples if part[1] > 0]
    if not parts:
        return Spread(math.inf, 1.0)
    both, noise = sum(part for part, _ in parts), _noise(influence, answers) if n_raters > 1 else (0.0, 1.0)
    by_samples = sum(part for part, _ in of_samples)
    least = max(parts[0][0], by_samples) if n_raters > 1 else by_samples
    variance = max(both - noise[0], least)
    if variance <= 0:
        return Spread(0.0, max(df for _, df in parts))
    if variance > least:
        parts.append(noise)
    df = variance**2 / sum(part**2 / df for part, df in parts)
    if n_raters < 2:
        return Spread(variance, df)
    n = len(influence)
    return Spread(variance, df, float((influence**2).sum()) * n / (n - 1), n - 1.0)


def _sum_of_squares(influence: Floats, codes: Codes) -> float:
    return float((np.bincount(codes, influence) ** 2).sum())


def _of_samples(influence: Floats, answers: Answers, group: int) -> tuple[float, float]:
    """Return what the samples of one group add to the variance, and its degrees of freedom."""
    kept = answers.groups == group
    n_samples = len(np.unique(answers.samples[kept]))
    if n_samples < 2:
        return 0.0, 0.0
    return _sum_of_squares(influence[kept], answers.samples[kept]) * n_samples / (n_samples - 1), n_samples - 1.0


def _noise(influence: Floats, answers: Answers) -> tuple[float, float]:
    """Return what is neither the listener's nor the sample's, which both sums hold, and its degrees of freedom."""
    cells = answers.raters * (answers.groups.max() + 1) + answers.groups
    n_cells, n_samples, n_groups = (len(np.unique(codes)) for codes in (cells, answers.samples, answers.groups))
    df = len(influence) - n_cells - n_samples + n_groups
    if df < 1:
        return 0.0, 1.0
    left = influence - _means(influence, cells)
    left = left - _means(left, answers.samples)
    return float((left**2).sum()) * len(influence) / df, float(df)


def _means(values: Floats, codes: Codes) -> Floats:
    """Return for each value the mean of those with the same code."""
    counts = np.maximum(np.bincount(codes), 1)
    return np.asarray((np.bincount(codes, values) / counts)[codes])


# means ---------------------------------------------------------------------------------------------------


def group_means(answers: Answers) -> Floats:
    """Return the mean of each group, shape (n_groups,)."""
    n_groups = len(answers.names)
    with np.errstate(invalid="ignore"):
        sums = np.bincount(answers.groups, answers.values, minlength=n_groups)
        return np.asarray(sums / np.bincount(answers.groups, minlength=n_groups))


ANYTHING = (-math.inf, math.inf)
"""The ends of a scale that has none."""


def mean_intervals(answers: Answers, step: float = 1.0, ends: tuple[float, float] = ANYTHING) -> list[Interval]:
    """Return the mean of each group with its bootstrap interval.

    Parameters
    ----------
    answers : Answers
    step : float
        Of the scale: answers that are all the same are not known better than to half a step.
    ends : tuple of float
        Of the scale: no mean is beyond them.
    """
    means, drawn = group_means(answers), bootstrap(answers)
    found = []
    for group, mean in enumerate(means):
        own = answers.of(group)
        if not len(own.values):
            found.append(Interval(math.nan, *ends, 0))
            continue
        spread = spread_of((own.values - mean) / len(own.values), own)
        free = _scaled(float(mean), drawn[:, group], _no_less(spread, len(own.values), step), len(own.values))
        found.append(Interval(free.value, max(free.low, ends[0]), min(free.high, ends[1]), free.n))
    return found


def difference_interval(answers: Answers, first: int, second: int, step: float = 1.0) -> Interval:
    """Return by how much the mean of the first group is above that of the second one."""
    return _scaled(*_difference(answers, first, second, step))


def difference_p(answers: Answers, first: int, second: int, step: float = 1.0) -> float:
    """Return how probable so large a difference would be if there were none (two-sided t test)."""
    value, _, spread, _ = _difference(answers, first, second, step, has_bootstrap=False)
    return float(2 * stats.t.sf(abs(value) / math.sqrt(spread.variance), max(spread.df, 1.0)))


def _difference(
    answers: Answers, first: int, second: int, step: float, *, has_bootstrap: bool = True
) -> tuple[float, Floats, Spread, int]:
    kept = (answers.groups == first) | (answers.groups == second)
    own = Answers(
        answers.values[kept], answers.raters[kept], answers.samples[kept],
        (answers.groups[kept] == second).astype(np.int64), (answers.names[first], answers.names[second]),
    )  # fmt: skip
    means = group_means(own)
    counts = np.bincount(own.groups, minlength=2)
    sign = np.where(own.groups == 0, 1.0, -1.0)
    spread = spread_of(sign * (own.values - means[own.groups]) / counts[own.groups], own)
    drawn = bootstrap(own) if has_bootstrap else np.zeros((1, 2))
    spread = _no_less(spread, int(counts.min()), step)
    return float(means[0] - means[1]), drawn[:, 0] - drawn[:, 1], spread, int(counts.sum())


def _no_less(spread: Spread, n: int, step: float) -> Spread:
    return replace(spread, variance=max(spread.variance, _ROUNDING * step**2 / max(n, 1)))


def _scaled(value: float, drawn: Floats, spread: Spread, n: int) -> Interval:
    """Give the bootstrap's shape the width of the two-way variance.

    Drawing listeners and samples anew gives too wide a spread where chance is most of it (Owen, "The pigeonhole
    bootstrap", 2007) and too narrow a one for few of them (Hesterberg, "What teachers should know about the
    bootstrap", 2015); the shape, skewed at the end of a scale, is what it is good for.
    """
    width, drawn_width = spread.half_width, float(np.nanstd(drawn)) * float(stats.norm.ppf((1 + LEVEL) / 2))
    if not math.isfinite(width) or drawn_width <= 0 or not math.isfinite(drawn_width):
        return Interval(value, value - width, value + width, n)
    ends = np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) - np.nanmean(drawn)
    low, high = ends * width / drawn_width
    return Interval(value, value + min(float(low), 0.0), value + max(float(high), 0.0), n)


def bootstrap(answers: Answers, n_draws: int = N_BOOTSTRAPS, seed: int = SEED) -> Floats:
    """Draw listeners and samples anew, each with replacement, and return the means of the groups.

    One listener is not drawn; nor is the only sample of a group.

    Returns
    -------
    ndarray, shape (n_draws, n_groups)
    """
    dice = np.random.default_rng(seed)
    raters = np.unique(answers.raters, return_inverse=True)[1]
    n_raters = int(raters.max(initial=-1)) + 1
    weights = dice.multinomial(n_raters, np.full(n_raters, 1 / max(n_raters, 1)), n_draws).astype(np.float64)
    return np.column_stack([_drawn(answers, raters, group, weights, dice) for group in range(len(answers.names))])


def _drawn(answers: Answers, raters: Codes, group: int, weights: Floats, dice: np.random.Generator) -> Floats:
    kept = answers.groups == group
    if not kept.any():
        return np.full(len(weights), np.nan)
    samples = np.unique(answers.samples[kept], return_inverse=True)[1]
    n_samples = int(samples.max()) + 1
    times = dice.multinomial(n_samples, np.full(n_samples, 1 / n_samples), len(weights)).astype(np.float64)
    place = raters[kept] * n_samples + samples
    shape = (weights.shape[1], n_samples)
    sums = np.bincount(place, answers.values[kept], minlength=shape[0] * shape[1]).reshape(shape)
    counts = np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(((weights @ sums) * times).sum(1) / ((weights @ counts) * times).sum(1))
