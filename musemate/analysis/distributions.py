"""How far two clouds of values lie apart: Kullback-Leibler divergence and Frechet distance, raw and whitened.

Both look at which values there are and how often, not at their order: they do not hear a melody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

N_BINS_POOLED = 100
N_BINS_EACH = 32
"""A coefficient alone has a thirteenth of the values: with narrower bins chance would look like a difference."""
PRIOR = 0.5
"""Added to each bin's count (Krichevsky and Trofimov, 1981), so that an empty bin does not make the figure infinite."""
SMALLEST_SPREAD = 1e-3
"""Directions in which the reference spreads less than this share of its mean variance count as spreading so much."""

Table = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Mean and covariance of a cloud: all that the Frechet distance looks at.

    Parameters
    ----------
    mean : ndarray, shape (dimensions,)
    covariance : ndarray, shape (dimensions, dimensions)
    """

    mean: Table
    covariance: Table

    @classmethod
    def of(cls, frames: Table) -> Gaussian:
        """Measure frames of shape (frames, dimensions), two at least."""
        return cls(frames.mean(axis=0), np.atleast_2d(np.cov(frames, rowvar=False)))

    def whitened_by(self, reference: Gaussian) -> Gaussian:
        """Return this cloud in the reference's own units, in which the reference has mean 0 and spread 1 everywhere.

        Parameters
        ----------
        reference : Gaussian
            Must spread in at least one direction.
        """
        values, vectors = np.linalg.eigh(reference.covariance)
        scale = 1.0 / np.sqrt(np.maximum(values, SMALLEST_SPREAD * max(float(values.mean()), 1e-12)))
        matrix = (vectors * scale) @ vectors.T
        return Gaussian(matrix @ (self.mean - reference.mean), matrix @ self.covariance @ matrix)


def frechet_distance(a: Gaussian, b: Gaussian) -> float:
    """|mu_a - mu_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)), in squared units of the values.

    Parameters
    ----------
    a, b : Gaussian
        Of the same number of dimensions; symmetric.

    Notes
    -----
    Frechet distance of two normal distributions (Dowson and Landau, "The Frechet distance between multivariate normal
    distributions", J. Multivariate Analysis 12, 1982). S_a S_b has the eigenvalues of S_a^(1/2) S_b S_a^(1/2), which is
    symmetric: no complex root is needed.
    """
    values, vectors = np.linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ b.covariance @ root), 0.0)).sum()
    apart = float(((a.mean - b.mean) ** 2).sum())
    return max(0.0, apart + float(np.trace(a.covariance) + np.trace(b.covariance) - 2.0 * cross))


def whitened_frechet(a: Gaussian, reference: Gaussian) -> float:
    """Frechet distance in units of the reference's spread, squared: a shift by one deviation gives 1. Not symmetric."""
    return frechet_distance(a.whitened_by(reference), reference.whitened_by(reference))


def kl_divergence(p: npt.ArrayLike, q: npt.ArrayLike, n_bins: int = N_BINS_POOLED) -> float:
    """Kullback-Leibler divergence sum p log(p / q) between the distributions of two sets of values, nats.

    Parameters
    ----------
    p, q : array
        Values of any shape, one at least each. p is looked at with the expectations of q: not symmetric.
    n_bins : int
        Bins of equal width from the smallest of all values to the largest. Half a count is added to each.

    Returns
    -------
    float
        0 for the same distribution. Chance alone gives about n_bins / 2 times (1 / size of p + 1 / size of q).
    """
    p, q = np.ravel(p), np.ravel(q)
    low, high = min(p.min(), q.min()), max(p.max(), q.max())
    if not high > low:
        return 0.0
    shares = []
    for values in (p, q):
        counts = np.histogram(values, n_bins, (low, high))[0] + PRIOR
        shares.append(counts / counts.sum())
    return float((shares[0] * np.log(shares[0] / shares[1])).sum())


def mean_kl_divergence(p: Table, q: Table, n_bins: int = N_BINS_EACH) -> float:
    """Mean over the columns of their Kullback-Leibler divergences, nats.

    Parameters
    ----------
    p, q : ndarray, shape (frames, columns)
        Of the same number of columns.
    n_bins : int
        As in `kl_divergence`.
    """
    return float(np.mean([kl_divergence(p[:, i], q[:, i], n_bins) for i in range(p.shape[1])]))
