"""How often the intervals of simulated studies hold what is true."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from scipy.stats import binom, norm

from musemate.study.comparisons import compare
from musemate.study.detection import FAKES, REALS, Detection, detection_of
from musemate.study.heard import REAL, TAKE, answers_of, called_fake, called_real, kind_of, on_scale, places
from musemate.study.intervals import difference_interval, mean_intervals
from musemate.study.shares import Share, share_of
from tests.study.simulated import Ratings, Verdicts


def of_verdicts(study: Verdicts, n_studies: int, seed: int) -> dict[str, float]:
    """Return the share of studies whose intervals hold the truth, by what they are of."""
    dice, truth, found = np.random.default_rng(seed), study.truth(), dict.fromkeys(study.truth(), 0)
    for _ in range(n_studies):
        rows = study.rows(dice)
        detection = detection_of(answers_of(rows, called_fake, kind_of, (TAKE, REAL)))
        shares = answers_of(rows, called_real, kind_of, (TAKE, REAL))
        intervals = {
            "fooling rate": share_of(shares.of(FAKES)).interval(),
            "real called real": share_of(shares.of(REALS)).interval(),
            "d'": detection.d_prime(),
            "criterion": detection.criterion(),
        }
        for name, interval in intervals.items():
            found[name] += interval.holds(truth[name])
    return {name: n / n_studies for name, n in found.items()}


def of_ratings(study: Ratings, n_studies: int, seed: int) -> dict[str, float]:
    """Return the share of studies whose intervals hold the truth; of means and standings over all engines."""
    dice, means, standings = np.random.default_rng(seed), study.means(), study.standings()
    n_groups = len(means)
    names = [f"engine {at}" for at in range(n_groups)]
    true_places = (-means).argsort().argsort() + 1
    found = np.zeros(4)
    for _ in range(n_studies):
        answers = answers_of(study.rows(dice), on_scale("quality"), lambda row: row.group, names)
        in_means = [one.holds(mean) for one, mean in zip(mean_intervals(answers), means, strict=True)]
        placed = mean_intervals(places(answers), 0.0, (0.0, 1.0))
        in_standings = [one.holds(mean) for one, mean in zip(placed, standings, strict=True)]
        difference = difference_interval(answers, n_groups - 2, 0).holds(means[-2] - means[0])
        comparison = compare(answers, has_steps=False)
        in_places = [
            best <= true_places[at] <= worst for at in range(n_groups) for best, worst in [comparison.places_of(at)]
        ]
        found += [np.mean(in_means), difference, np.mean(in_standings), np.mean(in_places)]
    return dict(zip(("mean", "difference", "standing", "places"), (found / n_studies).tolist(), strict=True))


def of_one_listener(n_takes: int, n_real: int) -> Iterator[tuple[str, list[float], list[float]]]:
    """Yield how probably intervals of d' and of the criterion hold the truth, over a grid of truths.

    Every outcome is weighed with its probability, so that there is no chance in it.

    Yields
    ------
    tuple of str, list of float, list of float
        What it is of; our intervals; those of Gourevitch and Galanter ("A significance test for one
        parameter isosensitivity functions", 1967).
    """
    outcomes = list(product(range(n_takes + 1), range(n_real + 1)))
    found = [
        Detection(Share(hits, n_takes, float(n_takes)), Share(alarms, n_real, float(n_real)))
        for hits, alarms in outcomes
    ]
    ends = np.array([[(one.value, one.low, one.high) for one in (each.d_prime(), each.criterion())] for each in found])
    widths = np.array([_usual_variance(hits, n_takes) + _usual_variance(alarms, n_real) for hits, alarms in outcomes])
    shares: dict[tuple[int, int], list[float]] = {key: [] for key in product((0, 1), (0, 1))}
    for skill, bias in product((0.0, 0.5, 1.0, 1.5, 2.0, 3.0), (-0.5, 0.0, 0.5)):
        chances = [norm.cdf(sign * skill / 2 - bias) for sign in (1, -1)]
        weights = np.outer(
            binom.pmf(np.arange(n_takes + 1), n_takes, chances[0]), binom.pmf(np.arange(n_real + 1), n_real, chances[1])
        ).ravel()
        for which, truth in enumerate((skill, bias)):
            value, low, high = ends[:, which].T
            reach = 1.96 * np.sqrt(widths) / (1 + which)
            shares[which, 0].append(float(weights[(low <= truth) & (truth <= high)].sum()))
            shares[which, 1].append(float(weights[abs(value - truth) <= reach].sum()))
    for which, name in enumerate(("d'", "criterion")):
        yield name, shares[which, 0], shares[which, 1]


def _usual_variance(hits: int, n: int) -> float:
    share = (hits + 0.5) / (n + 1)
    return float(share * (1 - share) / (n * norm.pdf(norm.ppf(share)) ** 2))
