"""Listeners whose skill, bias and taste are known, and what their answers truly mean: for coverage of the intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from musemate.study.records import Row
from tests.study.made_rows import row

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Verdicts:
    """A study of real or fake: what is asked of how many, and how they differ.

    Parameters
    ----------
    n_raters, n_takes, n_real : int
    skill, bias : float
        d' and criterion of the listener in the middle.
    skill_spread, bias_spread, sample_spread : float
        Standard deviations from listener to listener, and of how real samples sound.
    """

    n_raters: int
    n_takes: int
    n_real: int
    skill: float = 1.0
    bias: float = 0.3
    skill_spread: float = 0.0
    bias_spread: float = 0.0
    sample_spread: float = 0.0

    def truth(self) -> dict[str, float]:
        """Return what holds for all listeners and samples there could be, by the normal distribution's integral."""
        width = np.sqrt(1 + self.bias_spread**2 + self.skill_spread**2 / 4 + self.sample_spread**2)
        hits, alarms = ((sign * self.skill / 2 - self.bias) / width for sign in (1, -1))
        return {
            "fooling rate": float(norm.cdf(-hits)),
            "real called real": float(norm.cdf(-alarms)),
            "d'": float(hits - alarms),
            "criterion": float(-(hits + alarms) / 2),
        }

    def rows(self, dice: np.random.Generator) -> list[Row]:
        """Return the answers of one such study."""
        n_samples = self.n_takes + self.n_real
        is_fake = np.arange(n_samples) < self.n_takes
        skill = self.skill + self.skill_spread * dice.normal(size=(self.n_raters, 1))
        bias = self.bias + self.bias_spread * dice.normal(size=(self.n_raters, 1))
        feels_fake = (is_fake - 0.5) * skill - bias + self.sample_spread * dice.normal(size=n_samples)
        called_fake = dice.random(feels_fake.shape) < norm.cdf(feels_fake)
        return [
            row(
                rater=f"r{rater}", session=f"s{rater}", token=f"t{sample}", trial=sample + 1, measures="verdict",
                value="fake" if called_fake[rater, sample] else "real", is_real=bool(not is_fake[sample]),
                origin="take" if is_fake[sample] else "fragment",
            )
            for rater in range(self.n_raters)
            for sample in range(n_samples)
        ]  # fmt: skip


@dataclass(frozen=True)
class Ratings:
    """A study of engines rated from 0 to 10.

    Parameters
    ----------
    n_raters, n_samples : int
        Samples of each engine.
    merits : tuple of float
        Of the engines.
    level_spread, taste_spread, sample_spread, noise : float
        Standard deviations of a listener's level, of a listener's liking of an engine, of samples, and of an answer.
    """

    n_raters: int
    n_samples: int
    merits: tuple[float, ...] = (3.8, 5.4, 5.8, 5.0, 6.2, 4.6)
    level_spread: float = 1.0
    taste_spread: float = 0.5
    sample_spread: float = 0.7
    noise: float = 1.0

    def means(self) -> Floats:
        """Return the mean answer of each engine, over all listeners and samples there could be."""
        within = self._within() if self.n_raters == 1 else np.hypot(self._within(), self.level_spread)
        return np.asarray(_steps(np.array(self.merits), within) @ np.arange(11.0))

    def standings(self) -> Floats:
        """Return the mean place of each engine's answers among all of a listener's, 0 to 1."""
        levels, weights = np.polynomial.hermite_e.hermegauss(41)
        levels = np.zeros(1) if self.n_raters == 1 else levels * self.level_spread
        weights = np.ones(1) if self.n_raters == 1 else weights / weights.sum()
        merits, n = np.array(self.merits), self.n_samples
        above = np.zeros((len(merits), len(merits)))
        for level, weight in zip(levels, weights, strict=True):
            chances = _steps(merits + level, self._within())
            below = np.cumsum(chances, axis=1) - chances
            higher = chances @ below.T
            above += weight * (higher - higher.T)
        return np.asarray(0.5 + n * above.sum(1) / (2 * (len(merits) * n - 1)))

    def _within(self) -> float:
        """Return how answers about one engine spread beside the listener's level."""
        taste = 0.0 if self.n_raters == 1 else self.taste_spread
        return float(np.sqrt(taste**2 + self.sample_spread**2 + self.noise**2))

    def rows(self, dice: np.random.Generator) -> list[Row]:
        """Return the answers of one such study; a single listener has no level or taste of their own."""
        n_engines, alone = len(self.merits), self.n_raters == 1
        level = (not alone) * self.level_spread * dice.normal(size=(self.n_raters, 1))
        taste = (not alone) * self.taste_spread * dice.normal(size=(self.n_raters, n_engines))
        engine = np.repeat(np.arange(n_engines), self.n_samples)
        sample = self.sample_spread * dice.normal(size=len(engine))
        heard = np.array(self.merits)[engine] + level + taste[:, engine] + sample
        answers = np.clip(np.round(heard + self.noise * dice.normal(size=heard.shape)), 0, 10).astype(int)
        return [
            row(
                rater=f"r{rater}", session=f"s{rater}", token=f"t{at}", trial=at + 1, measures="quality",
                value=str(answers[rater, at]), group=f"engine {engine[at]}",
            )
            for rater in range(self.n_raters)
            for at in range(len(engine))
        ]  # fmt: skip


def _steps(middles: Floats, width: float) -> Floats:
    """Return how often each step from 0 to 10 is answered, shape (n, 11)."""
    edges = np.concatenate([[-np.inf], np.arange(0.5, 10.0), [np.inf]])
    return np.asarray(np.diff(norm.cdf((edges - middles[:, None]) / width), axis=1))
