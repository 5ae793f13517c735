"""Proposes an order in which to listen to takes: the closest, the strangest, or the best ones that differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from musemate.analysis.figures import Figures
from musemate.errors import SettingsError
from musemate.language import _

N_DIFFERENT = 100
"""So many takes are picked to differ from one another; nobody listens farther in one go."""
RELEVANCE = 0.6
"""How much it counts that a take is good by itself, against how much it differs from those before it."""

ORDERS = ("closest", "strangest", "balanced")

Row = npt.NDArray[np.float64]


def propose(order: str, figures: Sequence[Figures | None]) -> list[int]:
    """Order takes by a proposal's name; those without figures come last, as they are.

    Parameters
    ----------
    order : str
        One of `ORDERS`.
    figures : sequence of Figures or None
        None for a take that is not compared yet.

    Returns
    -------
    list of int
        Places in `figures`.

    Raises
    ------
    SettingsError
        There is no such order.
    """
    ways = {"closest": closest, "strangest": strangest, "balanced": balanced}
    if order not in ways:
        raise SettingsError(
            _('There is no order "{order}".').format(order=order),
            hint=_("Choose one of: {names}.").format(names=", ".join(ORDERS)),
        )
    known = [place for place, figure in enumerate(figures) if figure is not None]
    chosen = [figure for figure in figures if figure is not None]
    return [known[place] for place in ways[order](chosen)] + [p for p, figure in enumerate(figures) if figure is None]


def closest(figures: Sequence[Figures]) -> list[int]:
    """Order takes from the one most like its fragment: much similarity, little novelty.

    Returns
    -------
    list of int
        Places in `figures`; equals keep their order.
    """
    return sorted(range(len(figures)), key=lambda place: figures[place].novelty - figures[place].similarity)


def strangest(figures: Sequence[Figures]) -> list[int]:
    """Order takes from the one least like its fragment; the reverse of `closest`."""
    return sorted(range(len(figures)), key=lambda place: figures[place].similarity - figures[place].novelty)


def balanced(figures: Sequence[Figures]) -> list[int]:
    """Order takes so that the first ones sound like the fragment, are new, and differ from one another.

    Greedy maximal marginal relevance (Carbonell and Goldstein, "The use of MMR, diversity-based reranking for
    reordering documents and producing summaries", SIGIR 1998): next comes the take with the largest
    0.6 * relevance - 0.4 * likeness to the nearest take before it. Relevance is the harmonic mean of similarity and
    novelty, spread over 0 to 1 among these takes; likeness is exp(-distance of the traits), in units of the median
    distance. After the first hundred, takes come by relevance alone.

    Returns
    -------
    list of int
        Places in `figures`.
    """
    if not figures:
        return []
    relevance = _relevance(figures)
    described = np.array([figure.traits for figure in figures], dtype=np.float64)
    unit = _unit(described)
    nearest = np.zeros(len(figures))
    rest = np.ones(len(figures), dtype=bool)
    order: list[int] = []
    for _n in range(min(N_DIFFERENT, len(figures))):
        score = np.where(rest, RELEVANCE * relevance - (1 - RELEVANCE) * nearest, -np.inf)
        best = int(score.argmax())
        order.append(best)
        rest[best] = False
        distance = np.sqrt(((described - described[best]) ** 2).sum(axis=1))
        nearest = np.maximum(nearest, np.exp(-distance / unit))
    left = np.flatnonzero(rest)
    return order + [int(place) for place in left[np.argsort(-relevance[left], kind="stable")]]


def _relevance(figures: Sequence[Figures]) -> Row:
    """Harmonic mean of similarity and novelty, spread over 0 to 1."""
    both = np.array([[figure.similarity, figure.novelty] for figure in figures])
    mean = 2 * both.prod(axis=1) / np.maximum(both.sum(axis=1), 1e-9)
    width = float(np.ptp(mean))
    return np.asarray((mean - mean.min()) / width if width > 1e-9 else np.ones(len(figures)))


def _unit(described: Row) -> float:
    """Median distance of the takes from their mean, 1 where they are all alike."""
    apart = np.sort(np.sqrt(((described - described.mean(axis=0)) ** 2).sum(axis=1)))
    median = float(apart[len(apart) // 2])
    return median if median > 1e-9 else 1.0
