"""Shares, such as how often takes were called real, with intervals for few answers and for several listeners."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from musemate.study.intervals import LEVEL, Answers, Interval, quantile, spread_of

METHODS = {"wilson": "wilson", "clopper-pearson": "beta", "jeffreys": "jeffreys"}
"""Ours by the names that statsmodels gives them."""


@dataclass(frozen=True)
class Share:
    """So many of so many, and how many independent answers that is worth.

    Parameters
    ----------
    n_hits, n : int
    n_effective : float
        At most `n`: fewer where listeners or samples differ (Korn and Graubard, "Confidence intervals for proportions
        with small expected number of positive counts estimated from survey data", 1998).
    """

    n_hits: int
    n: int
    n_effective: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.n_hits / self.n if self.n else math.nan

    @property
    def effective_hits(self) -> float:
        """So many of the effective answers."""
        return self.value * self.n_effective

    def interval(self, method: str = "wilson", level: float = LEVEL) -> Interval:
        """Return its interval, by one of `METHODS`; without answers all is possible."""
        if not self.n:
            return Interval(math.nan, 0.0, 1.0, 0)
        low, high = proportion_confint(self.effective_hits, self.n_effective, 1 - level, METHODS[method])
        return Interval(
            self.value, min(max(float(low), 0.0), self.value), max(min(float(high), 1.0), self.value), self.n
        )


def share_of(answers: Answers) -> Share:
    """Return the share of ones among answers that are 0 or 1, over all groups."""
    n, n_hits = len(answers.values), round(float(answers.values.sum()))
    return Share(n_hits, n, _effective(answers, n_hits / n) if n else 0.0)


def _effective(answers: Answers, share: float) -> float:
    """Return how many independent answers would vary as much as these."""
    n = len(answers.values)
    if answers.n_raters == 1 and answers.n_samples == n:
        return float(n)
    if share in (0.0, 1.0):  # nothing varies that could be looked at: each listener, or each sample, counts once
        return float(max(answers.n_raters, answers.n_samples))
    spread = spread_of((answers.values - share) / n, answers)
    if not math.isfinite(spread.variance):
        return 1.0
    # Student's quantile for what clusters add alone: answers that are all independent stay Wilson's
    alone = share * (1 - share) / n
    beyond = max(spread.variance - alone, 0.0) * (quantile(spread.df) / float(stats.norm.ppf((1 + LEVEL) / 2))) ** 2
    return float(np.clip(share * (1 - share) / (alone + beyond), 1.0, n))


def difference(first: Share, second: Share) -> Interval:
    """Return by how much the first share is above the second one (Newcombe's hybrid score interval, 1998)."""
    n = first.n + second.n
    if not (first.n and second.n):
        return Interval(math.nan, -1.0, 1.0, n)
    low, high = confint_proportions_2indep(
        first.effective_hits, first.n_effective, second.effective_hits, second.n_effective,
        method="newcomb", compare="diff", alpha=1 - LEVEL,
    )  # fmt: skip
    return Interval(first.value - second.value, float(low), float(high), n)
