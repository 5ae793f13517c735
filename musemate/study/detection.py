"""Whether real can be told from fake, and towards which of the two somebody leans (signal detection theory).

The signal is the fake: a **hit** is a take that was called fake, a **false alarm** a real clip that was called fake.
d' = z(hits) - z(false alarms) is 0 for who guesses. The criterion c = -(z(hits) + z(false alarms)) / 2 is positive for
who tends to say "real" and negative for who tends to say "fake" (Macmillan and Creelman, "Detection theory", 2005).
Half an answer is added to each cell, so that none is empty (the log-linear correction; Hautus, "Corrections for
extreme proportions and their biasing effects on estimated values of d'", 1995).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from musemate.study.intervals import LEVEL, Answers, Interval
from musemate.study.shares import Share, share_of

FAKES, REALS = 0, 1
"""Groups of the answers: what was heard. Their values: 1 where it was called fake."""


@dataclass(frozen=True)
class Detection:
    """How takes and real clips were told apart.

    Parameters
    ----------
    hits, false_alarms : Share
        Of the takes, and of the real clips, that were called fake.
    together : float
        How hits and false alarms go together from listener to listener, a correlation: who suspects one suspects all.
    """

    hits: Share
    false_alarms: Share
    together: float = 0.0

    def d_prime(self, level: float = LEVEL) -> Interval:
        """Return d' and its interval."""
        hits, alarms = _z(self.hits, level), _z(self.false_alarms, level)
        low = _reach(hits.value - hits.low, alarms.high - alarms.value, -self.together)
        high = _reach(hits.high - hits.value, alarms.value - alarms.low, -self.together)
        value = hits.value - alarms.value
        return Interval(value, value - low, value + high, self.hits.n + self.false_alarms.n)

    def criterion(self, level: float = LEVEL) -> Interval:
        """Return c and its interval."""
        hits, alarms = _z(self.hits, level), _z(self.false_alarms, level)
        low = _reach(hits.high - hits.value, alarms.high - alarms.value, self.together) / 2
        high = _reach(hits.value - hits.low, alarms.value - alarms.low, self.together) / 2
        value = -(hits.value + alarms.value) / 2
        return Interval(value, value - low, value + high, self.hits.n + self.false_alarms.n)


def detection_of(answers: Answers) -> Detection:
    """Return how well takes and real clips were told apart.

    Parameters
    ----------
    answers : Answers
        Values 1 where it was called fake; groups `FAKES` and `REALS` for what it was.
    """
    hits, alarms = answers.of(FAKES), answers.of(REALS)
    return Detection(share_of(hits), share_of(alarms), _together(hits, alarms))


def _together(hits: Answers, alarms: Answers) -> float:
    """Return the correlation of the two shares that comes from listeners who answered about both."""
    n_raters = int(max(hits.raters.max(initial=-1), alarms.raters.max(initial=-1))) + 1
    counts = [np.bincount(part.raters, minlength=n_raters) for part in (hits, alarms)]
    both = (counts[0] > 0) & (counts[1] > 0)
    if both.sum() < 2:
        return 0.0
    sums = [
        np.bincount(part.raters, part.values - part.values.mean(), minlength=n_raters)[both] / len(part.values)
        for part in (hits, alarms)
    ]
    shared = float((sums[0] * sums[1]).sum()) * both.sum() / (both.sum() - 1)
    widths = [(part.value * (1 - part.value) / part.n_effective) for part in (share_of(hits), share_of(alarms))]
    whole = math.sqrt(widths[0] * widths[1])
    return float(np.clip(shared / whole, -0.95, 0.95)) if whole > 0 else 0.0


def _z(share: Share, level: float) -> Interval:
    """Return a share as a quantile of the normal distribution, with Jeffreys' interval, which no empty cell makes
    endless.
    """
    if not share.n:
        return Interval(0.0, -math.inf, math.inf, 0)
    hits, misses = share.effective_hits + 0.5, share.n_effective - share.effective_hits + 0.5
    ends = stats.norm.ppf(stats.beta.ppf([(1 - level) / 2, (1 + level) / 2], hits, misses))
    value = float(stats.norm.ppf((share.n_hits + 0.5) / (share.n + 1)))
    return Interval(value, min(float(ends[0]), value), max(float(ends[1]), value), share.n)


def _reach(first: float, second: float, correlation: float) -> float:
    """Return how far a sum reaches to one side whose parts reach so far (the method of variance estimates recovery;
    Zou, "Toward using confidence intervals to compare correlations", 2007, eq. 15).
    """
    if math.isinf(first) or math.isinf(second):
        return math.inf
    return math.sqrt(max(first**2 + second**2 + 2 * correlation * first * second, 0.0))


def d_prime_of_pairs(correct: Answers, level: float = LEVEL) -> Interval:
    """Return d' of a choice between two, sqrt(2) z(share of true choices), without bias by its design.

    Parameters
    ----------
    correct : Answers
        Values 1 where the real clip was chosen.
    """
    z = _z(share_of(correct), level)
    return Interval(math.sqrt(2) * z.value, math.sqrt(2) * z.low, math.sqrt(2) * z.high, z.n)
