"""How like its fragment a take sounds, whatever it plays: timbre and dynamics, and the traits that tell takes apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from musemate.analysis.distributions import Gaussian, frechet_distance

N_CEPSTRA = 12
"""Mel-frequency cepstral coefficients 1 to 12; the zeroth is loudness, which dynamics look at."""
DYNAMICS_COLUMNS = 4
"""Columns of 16 ms whose mean power is one level: 64 ms, about what the ear takes together."""
DYNAMICS_SCALE_DB = 6.0
"""So many decibels of difference weigh as much as a timbre that lies its own spread apart."""
N_QUANTILES = 200
N_PARTS, N_BANDS = 8, 4
"""Parts in time and bands of the picture of a take's course."""
COURSE_SCALE_DB = 6.0

Columns = npt.NDArray[np.float32]
Table = npt.NDArray[np.float64]


def similarity(take: Columns, fragment: Columns) -> float:
    """How like each other two sounds are in timbre and dynamics, wherever in them what happens.

    exp(-(t + d / 6)) with the two distances below: 1 for the same sound in any order; two halves of one song are at
    0.4 to 0.75, takes that keep the sound at 0.75 to 0.95.

    Parameters
    ----------
    take, fragment : ndarray, shape (columns, 64)
        Log mel spectra, see `similarity.log_mel`; 32 columns (half a second) at least.

    Returns
    -------
    float
        0 to 1.
    """
    return float(np.exp(-timbre_distance(take, fragment) - dynamics_distance_db(take, fragment) / DYNAMICS_SCALE_DB))


def timbre_distance(take: Columns, fragment: Columns) -> float:
    """Distance of the timbres, in units of the fragment's own spread of timbre.

    A sound's timbre is the normal distribution of its cepstra (Aucouturier and Pachet, "Music similarity measures:
    what's the use?", ISMIR 2002; Mandel and Ellis, "Song-level features and support vector machines for music
    classification", ISMIR 2005). In place of their Kullback-Leibler divergence the Frechet distance of two normal
    distributions (Dowson and Landau, J. Multivariate Analysis 12, 1982), which stays finite where a sound is
    uniform; its root, over the root of the fragment's total variance.
    """
    ours, theirs = _cepstra(take), _cepstra(fragment)
    spread = max(float(theirs.var(axis=0).sum()), 1.0)
    return float(np.sqrt(frechet_distance(Gaussian.of(ours), Gaussian.of(theirs)) / spread))


def dynamics_distance_db(take: Columns, fragment: Columns) -> float:
    """Distance of the distributions of short-term level, dB: how far levels would have to be moved on average.

    The Wasserstein distance of one dimension, that is of the quantiles (Villani, "Topics in optimal transportation",
    2003, section 2.2). Both sounds are at one RMS already, so that a mere gain does not count.
    """
    places = (np.arange(N_QUANTILES) + 0.5) / N_QUANTILES
    return float(np.abs(np.quantile(_levels_db(take), places) - np.quantile(_levels_db(fragment), places)).mean())


def traits(take: Columns, fragment: Columns) -> tuple[float, ...]:
    """Describe a take so that takes of one fragment can be told apart.

    Parameters
    ----------
    take, fragment : ndarray, shape (columns, 64)
        Log mel spectra; the fragment gives the unit of timbre.

    Returns
    -------
    tuple of 44 floats
        Mean cepstra in standard deviations of the fragment's (12), and the level of four bands in eight parts of
        the take less the take's mean level there, in units of 6 dB (32): its course. Each of the two groups is divided
        by the root of its length, so that both weigh alike.
    """
    ours, theirs = _cepstra(take), _cepstra(fragment)
    timbre = (ours.mean(axis=0) - theirs.mean(axis=0)) / np.maximum(theirs.std(axis=0), 1.0)
    bands = take.reshape(len(take), N_BANDS, -1).mean(axis=2).astype(np.float64)
    edges = np.linspace(0, len(bands), N_PARTS + 1).astype(np.int64)
    parts = np.stack([bands[start : max(end, start + 1)].mean(axis=0) for start, end in pairwise(edges)])
    course = (parts - parts.mean(axis=0)) / COURSE_SCALE_DB
    groups = np.concatenate([timbre / np.sqrt(timbre.size), course.ravel() / np.sqrt(course.size)])
    return tuple(round(float(value), 3) for value in groups)


def _cepstra(columns: Columns) -> Table:
    from scipy.fft import dct

    return np.asarray(dct(columns.astype(np.float64), axis=1, norm="ortho")[:, 1 : N_CEPSTRA + 1])


def _levels_db(columns: Columns) -> Table:
    power = (10.0 ** (columns.astype(np.float64) / 10)).sum(axis=1)
    whole = len(power) // DYNAMICS_COLUMNS * DYNAMICS_COLUMNS
    return np.asarray(10 * np.log10(power[:whole].reshape(-1, DYNAMICS_COLUMNS).mean(axis=1)))
