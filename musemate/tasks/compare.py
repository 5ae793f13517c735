"""Compares takes with the regions that they were learnt from, keeps the figures and proposes an order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from musemate.analysis.proposing import propose
from musemate.audio.clip import LOWEST_RATE_HZ
from musemate.audio.files import read_clip
from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Listed, TakeCompared, Warned, Working
from musemate.errors import AudioFileError, TooShortError
from musemate.language import _
from musemate.project.records import Take
from musemate.project.store import Project
from musemate.tasks.show import take_row
from musemate.tasks.study_marks import marked

if TYPE_CHECKING:
    from musemate.analysis.yardstick import Yardstick


def compare(
    project: str,
    takes: Sequence[str] = (),
    order: str = "",
    again: bool = False,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Compare takes; figures that are known already are not reckoned anew.

    Parameters
    ----------
    project : str
        The project's folder.
    takes : sequence of str
        Ids; all takes when there are none.
    order : str
        "closest", "strangest" or "balanced" for the list at the end; "" for the order of the ids.
    again : bool
        Reckon known figures anew.
    cancelled : callable
        Asked between takes; what is reckoned stays.

    Raises
    ------
    ProjectError
        There is no such project or take.
    SettingsError
        There is no such order.
    """
    with Project.open(project) as store:
        chosen = [store.take(take) for take in takes] or store.takes()
        if order:
            propose(order, [])  # a wrong name is refused before the work
        todo = [take for take in chosen if again or take.figures is None]
        # takes of one run are measured against one yardstick, and that is kept no longer
        todo.sort(key=lambda take: take.run)
        yield from _measured(store, todo, cancelled)
        if cancelled():
            return
        chosen = marked(store, (store.take(take.id) for take in chosen))
        if order:
            chosen = [chosen[place] for place in propose(order, [take.figures for take in chosen])]
        rows = [take_row(take, store) for take in chosen]
    yield Listed(rows)


def _measured(store: Project, takes: list[Take], cancelled: Cancelled) -> Iterator[Event]:
    yardstick: Yardstick | None = None
    run, error = "", ""
    for index, take in enumerate(takes):
        if cancelled():
            return
        yield Working(_("Comparing {take}").format(take=take.shown_name), index / len(takes))
        try:
            if take.run != run:
                run, yardstick, error = take.run, None, ""
                yardstick = _yardstick(store, run)
            if yardstick is not None:
                error = ""
                sound = read_clip(store.audio_path(take.audio), allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)
                store.set_figures(take.id, yardstick.measure(sound))
        except (AudioFileError, TooShortError) as reason:
            error = reason.message
            said = _("{take} cannot be compared: {message}").format(take=take.shown_name, message=reason.message)
            yield Warned(said[:1].upper() + said[1:], reason.hint)
        yield TakeCompared(take.id, error)


def _yardstick(store: Project, run_id: str) -> Yardstick:
    from musemate.analysis.yardstick import Yardstick

    run = store.run(run_id)
    fragment = store.fragment(run.fragment)
    region = read_clip(store.audio_path(fragment.audio), run.start_s, run.length_s, allow_silence=True)
    return Yardstick(region, fragment.beats)
