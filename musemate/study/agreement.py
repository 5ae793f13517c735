"""Whether listeners agree: more than chance would make them, over the samples that several of them heard."""

from __future__ import annotations

import numpy as np
from statsmodels.stats.inter_rater import fleiss_kappa

from musemate.study.intervals import LEVEL, N_BOOTSTRAPS, SEED, Answers, Floats, Interval

FEWEST_SAMPLES = 3
"""Heard by two or more; fewer tell nothing about agreement."""


def alpha_of(answers: Answers) -> Interval | None:
    """Return Krippendorff's alpha with a bootstrap interval over the samples; 1 is full agreement, 0 chance.

    Differences count squared: the interval metric, which for verdicts of 0 and 1 is the nominal one too. Listeners
    need not have heard the same samples (Krippendorff, "Computing Krippendorff's alpha-reliability", 2011).

    Returns
    -------
    Interval or None
        None where fewer than `FEWEST_SAMPLES` samples were heard by two listeners, or all answers are the same.
    """
    sums = _sums(answers)
    if len(sums) < FEWEST_SAMPLES:
        return None
    value = float(_alpha(sums, np.ones((1, len(sums))))[0])
    if not np.isfinite(value):
        return None
    dice = np.random.default_rng(SEED)
    times = dice.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), N_BOOTSTRAPS).astype(np.float64)
    drawn = _alpha(sums, times)
    low, high = np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, min(float(low), value), max(float(high), value), int(sums[:, 0].sum()))


def _sums(answers: Answers) -> Floats:
    """Return number, sum and sum of squares of each sample that two or more heard, shape (n_samples, 3)."""
    cells = answers.samples * (answers.raters.max(initial=0) + 1) + answers.raters
    once = np.unique(cells, return_index=True)[1]
    samples, values = answers.samples[once], answers.values[once]
    sums = np.column_stack([np.bincount(samples, weights) for weights in (np.ones_like(values), values, values**2)])
    return np.asarray(sums[sums[:, 0] >= 2])


def _alpha(sums: Floats, times: Floats) -> Floats:
    """Return alpha of samples that are there so many times, shape (n_draws,)."""
    n, total, squares = sums.T
    observed = times @ (2 * (n * squares - total**2) / (n - 1))
    n_all = times @ n
    expected = 2 * (n_all * (times @ squares) - (times @ total) ** 2) / (n_all - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(expected > 1e-9, 1 - observed / expected, np.nan))


def kappa_of(answers: Answers) -> float | None:
    """Return Fleiss' kappa of verdicts of 0 and 1, over the samples that every listener judged once.

    Returns
    -------
    float or None
        None where there are fewer than two listeners or `FEWEST_SAMPLES` such samples, or all verdicts are the same.
    """
    counts = np.bincount(answers.samples)
    ones = np.bincount(answers.samples, answers.values, minlength=len(counts))
    whole = counts == answers.n_raters
    table = np.column_stack([ones, counts - ones])[whole]
    if answers.n_raters < 2 or len(table) < FEWEST_SAMPLES or (table.sum(0) == 0).any():
        return None
    return float(fleiss_kappa(table))
