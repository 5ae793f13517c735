"""Works out "more like these": which requests make takes near those that the songwriter likes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from musemate.engine.base import TakeRequest
from musemate.engine.lineage import Ancestor, check_distance, lineage_from
from musemate.errors import SettingsError
from musemate.language import _, mark
from musemate.project.records import Take
from musemate.project.store import Project

DISTANCE = 0.2
"""How far new takes are from those that they are like, unless something else is wanted; see benchmarks/RESULTS.md."""
JITTER = 0.05
"""Most that their closeness differs."""
RECONSTRUCTION = "reconstruction"
TAG = mark("like take {n}")


@dataclass(frozen=True)
class Wished:
    """One take that is to be made.

    Parameters
    ----------
    run : str
        What it is made with.
    request : TakeRequest
    tags : tuple of str
        Given to it from the start.
    """

    run: str
    request: TakeRequest
    tags: tuple[str, ...] = ()


def wished_like(
    store: Project, like: Sequence[str], seeds: Sequence[int], distance: float | None, seconds: float | None
) -> list[Wished]:
    """Return takes near others: of the same run, kind and length, each in turn near one of them.

    Parameters
    ----------
    store : Project
    like : sequence of str
        Ids of the takes.
    seeds : sequence of int
        One for each new take.
    distance : float, optional
        0-1: 0 is the very take, 1 another one of its kind; `DISTANCE` when not given.
    seconds : float, optional
        Length of each; that of the take that it is like when not given.

    Raises
    ------
    SettingsError
        The distance is not possible, or one of the takes is a reconstruction.
    ProjectError
        There is no such take.
    """
    distance = DISTANCE if distance is None else distance
    check_distance(distance)
    parents = store.these_takes(list(dict.fromkeys(like)))
    wished = []
    for place, seed in enumerate(seeds):
        parent = parents[place % len(parents)]
        tags = (_(TAG).format(n=parent.id[1:]),)
        wished.append(Wished(parent.run, near(parent, seed, distance, seconds), tags))
    # one training is loaded after the other, each once
    return sorted(wished, key=lambda each: (each.run, each.request.at_steps or 0))


def near(take: Take, seed: int, distance: float, seconds: float | None = None) -> TakeRequest:
    """Return the request that makes a take near another one.

    Parameters
    ----------
    take : Take
    seed : int
        Chooses among those at that distance.
    distance : float
        0-1. At 0 it is the very take; else its closeness is another one too, by `JITTER` at most.
    seconds : float, optional

    Raises
    ------
    SettingsError
        It is a reconstruction, or descends from too many others.
    """
    if take.mode == RECONSTRUCTION:
        raise SettingsError(
            _("{take} is a reconstruction: it is the same each time.").format(take=take.shown_name.capitalize()),
            hint=_("Choose takes of another kind."),
        )
    stored = take.request
    jitter = random.Random(seed).uniform(-JITTER, JITTER) if distance else 0.0
    return TakeRequest(
        seconds=stored.get("seconds", take.seconds) if seconds is None else seconds,
        mode=take.mode,
        closeness=round(min(1.0, max(0.0, take.closeness + jitter)), 3) if distance else take.closeness,
        seed=seed,
        metre=stored.get("metre", True),
        scale=stored.get("scale"),
        at_steps=stored.get("at_steps"),
        lineage=(*lineage_from(stored.get("lineage", ())), Ancestor(take.seed, take.closeness, distance)),
    )
